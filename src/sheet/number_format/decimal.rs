//! The digits of a number, and how spreadsheets round them.

/// The digits of a number: as many as a spreadsheet keeps, which is 15.
pub fn exact(value: f64) -> String {
    let text = value.to_string();
    let significant = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if significant <= 15 || value.fract() == 0.0 {
        return text;
    }
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    rounded.to_string()
}

/// A number above zero by its digits, for rounding as spreadsheets do: by what is written, half away from zero.
#[derive(Debug)]
pub(super) struct Decimal {
    /// Without zeros in front.
    pub whole: String,
    pub decimals: String,
}

impl Decimal {
    pub fn of(value: f64) -> Self {
        let text = exact(value);
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        Self { whole: whole.trim_start_matches('0').to_owned(), decimals: decimals.to_owned() }
    }

    /// With its point moved to the right.
    pub fn shifted(mut self, places: i32) -> Self {
        for _ in 0..places.max(0) {
            let digit = if self.decimals.is_empty() { '0' } else { self.decimals.remove(0) };
            self.whole.push(digit);
        }
        for _ in places..0 {
            self.decimals.insert(0, self.whole.pop().unwrap_or('0'));
        }
        self.whole = self.whole.trim_start_matches('0').to_owned();
        self
    }

    pub fn rounded(mut self, places: usize) -> Self {
        let up = self.decimals.as_bytes().get(places).is_some_and(|digit| *digit >= b'5');
        self.decimals.truncate(places);
        while self.decimals.len() < places {
            self.decimals.push('0');
        }
        if up {
            let mut digits: Vec<u8> = [b"0", self.whole.as_bytes(), self.decimals.as_bytes()].concat();
            for digit in digits.iter_mut().rev() {
                if *digit < b'9' {
                    *digit += 1;
                    break;
                }
                *digit = b'0';
            }
            let text: String = digits.into_iter().map(char::from).collect();
            let (whole, decimals) = text.split_at(text.len() - places);
            self = Self { whole: whole.trim_start_matches('0').to_owned(), decimals: decimals.to_owned() };
        }
        self
    }

    pub fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.decimals.bytes().all(|digit| digit == b'0')
    }

    /// The digit of one of so many places before the point; the first place takes all that have none.
    pub fn push_whole(&self, text: &mut String, place: usize, places: usize, kind: char) {
        let from_right = places - place;
        let end = (self.whole.len() + 1).checked_sub(from_right).filter(|end| *end > 0);
        match end {
            Some(end) => text.push_str(&self.whole[if place == 0 { 0 } else { end - 1 }..end]),
            None => text.push_str(filler(kind)),
        }
    }

    pub fn push_decimal(&self, text: &mut String, place: usize, kind: char) {
        let is_last = self.decimals[place..].bytes().all(|digit| digit == b'0');
        text.push_str(if is_last { filler(kind) } else { &self.decimals[place..=place] });
    }
}

/// What a place without a digit shows.
fn filler(kind: char) -> &'static str {
    match kind {
        '0' => "0",
        '?' => " ",
        _ => "",
    }
}
