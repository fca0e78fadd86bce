//! What a spreadsheet shows of a number, by its number format: zeros in front, words around it, rounding.
//!
//! Only what every spreadsheet shows alike is rendered. For the rest (fractions, scientific notation, conditions, the
//! calendars of some languages) the answer is that nobody can tell. The signs before decimals and between thousands
//! depend on the reader's computer and not on the file: decimals get a point, and [`Shown::grouped`] tells of separated
//! thousands.

mod code;
mod decimal;

pub use decimal::exact;

use code::{Token, tokens_of};
use decimal::Decimal;

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

/// Bytes of a code: more than any spreadsheet takes.
const LONGEST_CODE: usize = 1024;
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
