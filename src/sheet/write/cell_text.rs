//! Cells and words as texts that a spreadsheet leaves texts.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::message::Lang;
use crate::number_format::NumberFormat;
use crate::row::{BadCell, Cell};

/// The most UTF-16 units that a cell of a workbook holds.
const LONGEST: usize = 32_767;

/// Whether a spreadsheet might take a text for a formula, at once or when somebody edits the cell.
pub fn looks_like_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | 0))
}

/// Whether a text of a CSV result gets an apostrophe in front, so that no spreadsheet calculates it. One
/// that has such an apostrophe already gets another, so that it can be told which were added.
pub fn needs_apostrophe(text: &str) -> bool {
    looks_like_formula(text.trim_start_matches('\''))
}

/// The text as it was before a CSV result put an apostrophe in front of it.
fn without_apostrophe(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| needs_apostrophe(rest)).unwrap_or(text)
}

/// How a character that steers a terminal stands in a CSV result: `\u{1b}`.
const ESCAPE: &str = "\\u{";

/// A cell's own text as a CSV result holds it, for a CSV file is read on terminals too: control characters, but for
/// tabs and line ends, are written as `\u{…}`. So is the backslash of a text that has such words already, so that
/// [`as_it_was`] gives back the text letter for letter.
pub fn for_csv(text: &str) -> Cow<'_, str> {
    // In UTF-8 a C1 control begins with C2.
    let may_steer = |byte: u8| matches!(byte, 0..=8 | 11..=31 | 0x7f | 0xc2 | b'\\');
    if !text.bytes().any(may_steer) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        let stays = match c {
            '\t' | '\n' => true,
            '\r' => rest.starts_with("\r\n"),
            '\\' => !rest.starts_with(ESCAPE),
            c => !c.is_control(),
        };
        if stays {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    Cow::Owned(out)
}

/// A text of a CSV result as it was in the input: without the apostrophe against formulas, and with the characters
/// that stand as `\u{…}`.
pub fn as_it_was(text: &str) -> Cow<'_, str> {
    let text = without_apostrophe(text);
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split(ESCAPE);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let known = piece.split_once('}').and_then(|(code, rest)| {
            let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
            (c.is_control() || c == '\\').then_some((c, rest))
        });
        match known {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            // A person wrote it.
            None => out.extend([ESCAPE, piece]),
        }
    }
    Cow::Owned(out)
}

/// A text cut to what a cell holds; one that was cut ends in `…`.
pub fn clipped(text: &str) -> Cow<'_, str> {
    // A UTF-16 unit takes at least one byte of UTF-8, so most texts need no count.
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units >= LONGEST
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// A cell as text, for results that know no number formats, added to `out`.
///
/// Whole numbers keep the zeros and words that their format gives them; decimals take the language's decimal
/// sign, since the same person's spreadsheet reads them back. Dates are ISO 8601.
pub fn push_cell(out: &mut String, cell: &Cell, formats: &[String], lang: Lang) {
    match cell {
        Cell::Empty | Cell::Bad(BadCell::NoCachedValue) => {}
        Cell::Text(text) | Cell::Bad(BadCell::Error(text) | BadCell::Undecodable(text)) => out.push_str(text),
        Cell::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
        Cell::Number { value, format } => {
            push_number(out, *value, formats.get(usize::from(*format)).map_or("", String::as_str), lang);
        }
        Cell::Date { serial, .. } => push_date(out, *serial),
    }
}

fn push_number(out: &mut String, value: f64, format: &str, lang: Lang) {
    let start = out.len();
    match as_shown(value, format) {
        Some(shown) => out.push_str(&shown),
        // Writing to a String does not fail.
        None => drop(write!(out, "{value}")),
    }
    if lang == Lang::Tr
        && let Some(point) = out[start..].find('.')
    {
        out.replace_range(start + point..=start + point, ",");
    }
}

/// A whole number as its format shows it, with zeros and words in front, where none of its digits is lost by that.
fn as_shown(value: f64, format: &str) -> Option<String> {
    if value.fract() != 0.0 || matches!(format, "" | "General") {
        return None;
    }
    let shown = NumberFormat::of(format).shown(value).filter(|shown| !shown.grouped && !shown.hides_sign)?;
    let digits: String = shown.text.chars().filter(char::is_ascii_digit).collect();
    digits.ends_with(&value.abs().to_string()).then_some(shown.text)
}

/// Days since 1899-12-30 as a date, with its time where it has one; as the bare number outside of the calendar.
fn push_date(out: &mut String, serial: f64) {
    let seconds = (serial * 86_400.0).round();
    let epoch = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
    let moment = if seconds.abs() < 1e12 {
        epoch.checked_add(jiff::SignedDuration::from_secs(seconds as i64)).ok()
    } else {
        None
    };
    let _ = match moment {
        Some(moment) if seconds % 86_400.0 == 0.0 => write!(out, "{}", moment.date()),
        Some(moment) => write!(out, "{} {}", moment.date(), moment.time()),
        None => write!(out, "{serial}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: &Cell, formats: &[&str], lang: Lang) -> String {
        let formats: Vec<_> = formats.iter().map(|&format| format.to_owned()).collect();
        let mut out = String::new();
        push_cell(&mut out, cell, &formats, lang);
        out
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_within_the_limit_and_says_so() {
        let fits = "ş".repeat(LONGEST);
        assert_eq!(clipped(&fits), fits);
        for long in ["x".repeat(LONGEST + 1), "😀".repeat(LONGEST)] {
            let cut = clipped(&long);
            assert!(cut.ends_with('…') && cut.encode_utf16().count() <= LONGEST, "{}", cut.encode_utf16().count());
            assert!(cut.encode_utf16().count() > LONGEST - 2);
        }
    }

    #[test]
    fn the_apostrophe_against_formulas_can_be_taken_away_again() {
        for text in ["=1+1", "'=1+1", "''-5", "'quoted", "plain", ""] {
            let guarded = if needs_apostrophe(text) { format!("'{text}") } else { text.to_owned() };
            assert!(!looks_like_formula(&guarded));
            assert_eq!(without_apostrophe(&guarded), text);
        }
    }

    #[test]
    fn a_csv_cell_steers_no_terminal_and_comes_back_letter_for_letter() {
        let own = "a\u{1b}[2J\u{7}\rb\u{9b}\u{0}é\u{a0}§";
        assert_eq!(for_csv(own), "a\\u{1b}[2J\\u{7}\\u{d}b\\u{9b}\\u{0}é\u{a0}§");
        for text in [
            own,
            "two\r\nlines\tand\na tab",
            "C:\\u{1b}\\users",
            "\\u{",
            "\\\\u{5c}u{1b}",
            "\\u{41}",
            "'\u{1b}",
            "=\u{7}",
        ] {
            let stands = for_csv(text);
            let stands = if needs_apostrophe(&stands) { format!("'{stands}") } else { stands.into_owned() };
            assert!(!stands.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')), "{stands:?}");
            assert_eq!(as_it_was(&stands), text);
        }
        assert!(matches!(for_csv("Ayşe, kasa 2"), Cow::Borrowed(_)));
    }

    #[test]
    fn numbers_keep_leading_zeros_and_the_decimal_sign_of_the_language() {
        let number = |value, format| Cell::Number { value, format };
        assert_eq!(text(&number(42.0, 0), &["00000"], Lang::Tr), "00042");
        assert_eq!(text(&number(359.0, 0), &["\"FU\"00000000"], Lang::Tr), "FU00000359");
        assert_eq!(text(&number(359.0, 0), &["[Red]00000000"], Lang::Tr), "00000359");
        assert_eq!(text(&number(12_000.0, 0), &["0,"], Lang::Tr), "12000");
        assert_eq!(text(&number(1.0, 0), &["0%"], Lang::Tr), "1");
        assert_eq!(text(&number(12.5, 0), &["0"], Lang::Tr), "12,5");
        assert_eq!(text(&number(12.5, 0), &["General"], Lang::Tr), "12,5");
        assert_eq!(text(&number(12.5, 9), &[], Lang::En), "12.5");
    }

    #[test]
    fn dates_are_written_as_iso_8601() {
        let date = |serial| text(&Cell::Date { serial, format: 0 }, &[], Lang::Tr);
        assert_eq!(date(45_658.0), "2025-01-01");
        assert_eq!(date(45_658.75), "2025-01-01 18:00:00");
        assert_eq!(date(1e300), format!("{}", 1e300));
    }
}
