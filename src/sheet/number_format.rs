//! What a spreadsheet shows of a number, by its number format: zeros in front, words around it, rounding.
//!
//! Only what every spreadsheet shows alike is rendered. For the rest (fractions, scientific notation, conditions, the
//! calendars of some languages) the answer is that nobody can tell. The signs before decimals and between thousands
//! depend on the reader's computer and not on the file: decimals get a point, and [`Shown::grouped`] tells of separated
//! thousands.

/// What is shown of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Without blanks at its ends and without signs between thousands; with a point before decimals.
    pub text: String,
    /// Thousands are separated, by a sign that depends on the computer.
    pub grouped: bool,
    /// The number is negative, and nothing in the text says so.
    pub hides_sign: bool,
}

/// A number format (`00000000`, `"FU"0;[Red]-0`), read once.
#[derive(Debug, Clone)]
pub struct NumberFormat {
    /// For numbers above zero, below, and zero; one of several is for all that have none of their own. None where
    /// something in the code is not rendered.
    sections: Option<Vec<Section>>,
    /// The code is nothing but so many zeros.
    zeros: Option<usize>,
    general: bool,
}

#[derive(Debug, Clone, Default)]
struct Section {
    pieces: Vec<Piece>,
    /// Digits that have a place before and behind the point.
    whole: usize,
    decimals: usize,
    grouped: bool,
    /// By how many places the point moves to the right: 2 for a `%`, -3 for a comma at the end.
    shift: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Words(String),
    /// Blanks as far as the cell is wide.
    Fill,
    /// All digits of the number: `General`, `@`.
    Value,
}

/// A piece of the code, or what says something of the pieces around it.
#[derive(Debug)]
enum Token {
    Piece(Piece),
    Comma,
    Percent,
    /// A colour, a language.
    Nothing,
    EndOfSection,
}

/// Bytes of a code: more than any spreadsheet takes.
const LONGEST_CODE: usize = 1024;
const COLOURS: [&str; 8] = ["black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"];
/// Characters that stand for themselves.
const PLAIN: &str = "$-+():^'&~{}<>= 123456789";

impl NumberFormat {
    /// Reads the code of a format.
    pub fn of(code: &str) -> Self {
        let is_zeros = !code.is_empty() && code.bytes().all(|byte| byte == b'0');
        Self {
            sections: sections(code),
            zeros: is_zeros.then_some(code.len()),
            general: code.eq_ignore_ascii_case("general") || code == "@",
        }
    }

    /// What a cell with this format shows; nothing where that cannot be told for certain.
    pub fn shown(&self, value: f64) -> Option<Shown> {
        if self.general {
            return Some(Shown { text: exact(value), grouped: false, hides_sign: false });
        }
        if let Some(zeros) = self.zeros
            && value.fract() == 0.0
            && (0.0..1e15).contains(&value)
        {
            let text = format!("{:0zeros$}", value as u64);
            return Some(Shown { text, grouped: false, hides_sign: false });
        }
        let sections = self.sections.as_deref()?;
        let (section, signed) = match sections {
            [all] => (all, value < 0.0),
            [_, below] if value < 0.0 => (below, false),
            [_, below, _] if value < 0.0 => (below, false),
            [_, _, zero] if value == 0.0 => (zero, false),
            [others, ..] => (others, false),
            [] => return None,
        };
        section.render(value, signed)
    }

    /// Whether other digits are shown than those of the number, or it cannot be told which.
    pub fn differs(&self, value: f64) -> bool {
        let exactly = |shown: &str| plain_digits(shown) == plain_digits(&value.to_string());
        if self.general && value.fract() == 0.0 {
            return false;
        }
        match self.shown(value) {
            Some(shown) => shown.hides_sign || !exactly(&shown.text),
            None => true,
        }
    }
}

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

/// Digits and point, without the zeros that change nothing.
fn plain_digits(text: &str) -> String {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let whole = digits.trim_start_matches('0');
    let whole = if whole.contains('.') { whole.trim_end_matches('0').trim_end_matches('.') } else { whole };
    whole.to_owned()
}

fn sections(code: &str) -> Option<Vec<Section>> {
    if code.len() > LONGEST_CODE {
        return None;
    }
    let mut sections = Vec::new();
    let mut tokens = Vec::new();
    for token in tokens_of(code)? {
        if matches!(token, Token::EndOfSection) {
            sections.push(Section::of(&std::mem::take(&mut tokens))?);
        } else {
            tokens.push(token);
        }
    }
    sections.push(Section::of(&tokens)?);
    // The fourth is for texts.
    if sections.len() > 4 {
        return None;
    }
    sections.truncate(3);
    Some(sections)
}

fn tokens_of(code: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let words = |text: &str| Token::Piece(Piece::Words(text.to_owned()));
        let (token, length) = match first {
            '0' | '#' | '?' => (Token::Piece(Piece::Digit(first)), 1),
            '.' => (Token::Piece(Piece::Point), 1),
            '@' => (Token::Piece(Piece::Value), 1),
            ',' => (Token::Comma, 1),
            '%' => (Token::Percent, 1),
            ';' => (Token::EndOfSection, 1),
            '"' => {
                let end = rest[1..].find('"')?;
                (words(&rest[1..=end]), end + 2)
            }
            '[' => {
                let end = rest.find(']')?;
                (bracket(&rest[1..end])?, end + 1)
            }
            '\\' | '_' | '*' => {
                let next = rest[1..].chars().next()?;
                let token = match first {
                    '\\' => words(next.encode_utf8(&mut [0; 4])),
                    '_' => words(" "),
                    _ if next == ' ' => Token::Piece(Piece::Fill),
                    _ => return None,
                };
                (token, 1 + next.len_utf8())
            }
            _ if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("general")) => {
                (Token::Piece(Piece::Value), 7)
            }
            _ if PLAIN.contains(first) || !first.is_ascii() => {
                (words(first.encode_utf8(&mut [0; 4])), first.len_utf8())
            }
            _ => return None,
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    Some(tokens)
}

/// What stands in brackets: a colour, or a currency with the language of its country.
fn bracket(inside: &str) -> Option<Token> {
    if let Some(currency) = inside.strip_prefix('$') {
        let (sign, language) = currency.rsplit_once('-').unwrap_or((currency, ""));
        // Longer numbers choose other digits and calendars.
        let is_language = language.len() <= 4 && language.bytes().all(|byte| byte.is_ascii_hexdigit());
        return is_language.then(|| Token::Piece(Piece::Words(sign.to_owned())));
    }
    let word = inside.to_ascii_lowercase();
    let numbered = word.strip_prefix("color").is_some_and(|number| number.trim().parse::<u8>().is_ok());
    (numbered || COLOURS.contains(&word.as_str())).then_some(Token::Nothing)
}

impl Section {
    fn of(tokens: &[Token]) -> Option<Self> {
        let mut section = Section::default();
        // Commas since the last digit: between digits they separate thousands, behind them each divides by a thousand.
        let (mut commas, mut behind_point) = (0, false);
        for token in tokens {
            match token {
                Token::Piece(Piece::Digit(digit)) => {
                    section.grouped |= commas > 0;
                    if behind_point && commas > 0 {
                        return None;
                    }
                    *(if behind_point { &mut section.decimals } else { &mut section.whole }) += 1;
                    section.pieces.push(Piece::Digit(*digit));
                    commas = 0;
                    continue;
                }
                Token::Comma if section.whole + section.decimals > 0 => {
                    commas += 1;
                    continue;
                }
                Token::Comma | Token::EndOfSection => return None,
                Token::Piece(Piece::Point) if behind_point => return None,
                Token::Piece(piece) => {
                    behind_point |= *piece == Piece::Point;
                    section.pieces.push(piece.clone());
                }
                Token::Percent => {
                    section.shift += 2;
                    section.pieces.push(Piece::Words("%".to_owned()));
                }
                Token::Nothing => continue,
            }
            section.shift -= 3 * std::mem::take(&mut commas);
        }
        section.shift -= 3 * commas;
        let has_value = section.pieces.contains(&Piece::Value);
        let has_digits = section.whole + section.decimals > 0 || behind_point || section.shift != 0;
        (!(has_value && has_digits)).then_some(section)
    }

    fn render(&self, value: f64, signed: bool) -> Option<Shown> {
        let number = Decimal::of(value.abs()).shifted(self.shift).rounded(self.decimals);
        let grouped = self.grouped && number.whole.len() > 3;
        let mut text = String::new();
        let (mut place, mut behind_point) = (0, false);
        for piece in &self.pieces {
            match piece {
                Piece::Digit(kind) if behind_point => number.push_decimal(&mut text, place, *kind),
                Piece::Digit(kind) => number.push_whole(&mut text, place, self.whole, *kind),
                Piece::Point => {
                    if self.whole == 0 {
                        text.push_str(&number.whole);
                    }
                    text.push('.');
                    (place, behind_point) = (0, true);
                    continue;
                }
                Piece::Words(words) => {
                    text.push_str(words);
                    continue;
                }
                Piece::Fill if text.trim().is_empty() => continue,
                Piece::Fill => return None,
                Piece::Value => {
                    text.push_str(&exact(value.abs()));
                    continue;
                }
            }
            place += 1;
        }
        let text = text.trim();
        let is_zero = self.decimals + self.whole > 0 && number.is_zero();
        // Of what is rounded to zero spreadsheets differ in whether they show the sign; of nothing, nothing is known.
        if text.is_empty() || (value < 0.0 && is_zero) {
            return None;
        }
        let hides_sign = value < 0.0 && !signed && !text.contains(['-', '(']);
        Some(Shown { text: if signed { format!("-{text}") } else { text.to_owned() }, grouped, hides_sign })
    }
}

/// A number above zero by its digits, for rounding as spreadsheets do: by what is written, half away from zero.
#[derive(Debug)]
struct Decimal {
    /// Without zeros in front.
    whole: String,
    decimals: String,
}

impl Decimal {
    fn of(value: f64) -> Self {
        let text = exact(value);
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        Self { whole: whole.trim_start_matches('0').to_owned(), decimals: decimals.to_owned() }
    }

    /// With its point moved to the right.
    fn shifted(mut self, places: i32) -> Self {
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

    fn rounded(mut self, places: usize) -> Self {
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

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.decimals.bytes().all(|digit| digit == b'0')
    }

    /// The digit of one of so many places before the point; the first place takes all that have none.
    fn push_whole(&self, text: &mut String, place: usize, places: usize, kind: char) {
        let from_right = places - place;
        let end = (self.whole.len() + 1).checked_sub(from_right).filter(|end| *end > 0);
        match end {
            Some(end) => text.push_str(&self.whole[if place == 0 { 0 } else { end - 1 }..end]),
            None => text.push_str(filler(kind)),
        }
    }

    fn push_decimal(&self, text: &mut String, place: usize, kind: char) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, value: f64) -> Option<String> {
        let shown = NumberFormat::of(code).shown(value)?;
        Some(format!("{}{}", shown.text, if shown.grouped { " in groups" } else { "" }))
    }

    /// What Excel and LibreOffice show, with a point before decimals.
    const TABLE: [(&str, f64, &str); 50] = [
        ("General", 12.5, "12.5"),
        ("General", 123_456_789_012_345.0, "123456789012345"),
        ("General", 0.1 + 0.2, "0.3"),
        ("@", 359.0, "359"),
        ("0", 12.345, "12"),
        ("0", 0.5, "1"),
        ("0", 2.5, "3"),
        ("0", -359.0, "-359"),
        ("00000000", 359.0, "00000359"),
        ("00000000", 123_456_789.0, "123456789"),
        ("00000000", -359.0, "-00000359"),
        ("00000000", 359.6, "00000360"),
        ("[Red]00000000", 359.0, "00000359"),
        ("[Color 12]00000000", 359.0, "00000359"),
        ("\"FU\"00000000", 359.0, "FU00000359"),
        ("\\F\\U00000000", 359.0, "FU00000359"),
        ("\"Id \"000000", 359.0, "Id 000359"),
        ("\"FU\"0", -5.0, "-FU5"),
        ("\"FU\"General", 12.0, "FU12"),
        ("\"2026-\"000", 7.0, "2026-007"),
        ("0.00", 12.345, "12.35"),
        ("0.00", 1.005, "1.01"),
        ("0.00", 9.999, "10.00"),
        ("0.00", 12.0, "12.00"),
        ("0.0#", 12.3, "12.3"),
        ("0.##", 12.0, "12."),
        (".00", 12.3, "12.30"),
        (".00", 0.3, ".30"),
        ("#.##", 0.5, ".5"),
        ("#,##0", 417.0, "417"),
        ("#,##0", 4171.0, "4171 in groups"),
        ("#,##0.00", 1234.5, "1234.50 in groups"),
        ("0,", 12345.0, "12"),
        ("#,##0,\"K\"", 12_345_678.0, "12346K in groups"),
        ("0.0,", 12345.0, "12.3"),
        ("0%", 0.18, "18%"),
        ("0.0%", 0.1855, "18.6%"),
        ("(000) 000 00 00", 5_321_234_567.0, "(532) 123 45 67"),
        ("000-00-0000", 123_456_789.0, "123-45-6789"),
        ("0000 0000", 359.0, "0000 0359"),
        ("###-####", 5.0, "-5"),
        ("??0", 5.0, "5"),
        ("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)", -417.0, "(417)"),
        ("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)", 0.0, "-"),
        ("0_ ;[Red]\\-0\\ ", -5.0, "-5"),
        ("0;;\"yok\"", 0.0, "yok"),
        ("[$₺-41F]0.00", 5.0, "₺5.00"),
        ("0\" adet\"", 5.0, "5 adet"),
        ("₺0", 5.0, "₺5"),
        ("+90 000", 5.0, "+90 005"),
    ];

    #[test]
    fn numbers_are_shown_as_spreadsheets_show_them() {
        for (code, value, text) in TABLE {
            assert_eq!(shown(code, value).as_deref(), Some(text), "{code} of {value}");
        }
    }

    #[test]
    fn what_is_not_shown_alike_everywhere_is_not_told() {
        for (code, value) in [
            ("", 5.0),
            ("0.00E+00", 12345.0),
            ("# ?/?", 0.5),
            ("[>100]0;\"few\"", 5.0),
            ("[DBNum1]0", 5.0),
            ("[$-2000401]0", 5.0),
            ("_($* #,##0_)", 5.0),
            ("0*x", 5.0),
            (";;;", 5.0),
            ("#", 0.0),
            ("0.00", -0.001),
            ("FU00000000", 5.0),
            ("0.0,0", 5.0),
            ("\"FU0", 5.0),
            ("dd.mm.yyyy", 46_000.0),
        ] {
            assert_eq!(shown(code, value), None, "{code} of {value}");
        }
    }

    #[test]
    fn a_sign_that_only_a_colour_shows_is_told() {
        let hidden = |code, value| NumberFormat::of(code).shown(value).unwrap().hides_sign;
        assert!(hidden("0;[Red]0", -5.0) && !hidden("0;[Red]0", 5.0));
        assert!(!hidden("0;(0)", -5.0) && !hidden("0;-0", -5.0) && !hidden("0", -5.0));
    }

    #[test]
    fn other_digits_than_the_numbers_own_are_noticed() {
        let differs = |code, value| NumberFormat::of(code).differs(value);
        for (code, value) in
            [("0.00", 12.345), ("0", 12.5), ("0%", 0.18), ("0,", 12345.0), ("# ?/?", 0.5), ("0;0", -5.0)]
        {
            assert!(differs(code, value), "{code} of {value}");
        }
        assert!(differs("General", 0.1 + 0.2) && differs("\"2026-\"0", 5.0));
        for (code, value) in [
            ("0.00", 12.5),
            ("0.00", 12.0),
            ("00000000", 359.0),
            ("#,##0.00", 1234.5),
            ("General", 12.345),
            ("0;-0", -5.0),
        ] {
            assert!(!differs(code, value), "{code} of {value}");
        }
        assert!(!differs("\"FU\"0", 0.0) && !differs(".00", 0.5) && !differs("General", 1e14));
    }
}
