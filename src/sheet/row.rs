//! [`Cell`]s, [`Row`]s and the [`Sheet`]s that they stand in.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// Where a row stands. `row` is the number that the spreadsheet shows beside it; in a CSV file, the
/// line on which the record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Index into the input's sheets; 0 in a CSV file.
    pub sheet: u16,
    /// Counted from 1, as the spreadsheet counts.
    pub row: u32,
}

/// One cell, as the file has it. What it means is the contract's business, not the cell's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(CompactString),
    /// A number and its number format (index into [`Input`](crate::read::Input)'s list).
    Number {
        /// The number itself.
        value: f64,
        /// Its number format.
        format: u16,
    },
    /// A cell that its number format shows as a date: days since 1899-12-30, whatever the
    /// workbook's own epoch, and the number format.
    Date {
        /// Days since 1899-12-30.
        serial: f64,
        /// Its number format.
        format: u16,
    },
    /// TRUE or FALSE.
    Bool(bool),
    /// What cannot be used as a value, and why.
    Bad(BadCell),
}

/// A cell without a usable value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BadCell {
    /// `#N/A`, `#REF!` and their kin, as the sheet shows it.
    Error(CompactString),
    /// A formula whose result the file does not carry.
    NoCachedValue,
    /// Bytes that are no text in the file's encoding; the text with U+FFFD in their place.
    Undecodable(CompactString),
}

impl Cell {
    /// Nothing in it: empty, or blanks of any kind (NBSP and zero-width ones too).
    #[inline]
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => !text.bytes().next().is_some_and(is_ink) && text.chars().all(is_blank_char),
            _ => false,
        }
    }
}

/// White space in the wide sense: NBSP, zero-width characters, the byte order mark, marks of direction, and the
/// controls of ASCII.
pub fn is_blank_char(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_control()
        || is_direction(c)
        || matches!(c, '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Marks, embeddings and isolates of direction.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first character of a trimmed text that nobody sees and no value has: a control other than a line end or a tab,
/// or a mark of direction.
pub fn hidden_char(text: &str) -> Option<(usize, char)> {
    if is_plain(text) {
        return None;
    }
    let is_hidden = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || is_direction(c);
    text.chars().enumerate().find(|(_, c)| is_hidden(*c))
}

/// Whether a text holds the usual characters alone: visible ASCII, blanks, and the letters that most languages of Europe
/// add to it. None of them is hidden, and none joins the letter before it. One look at the bytes settles nearly all cells;
/// of the others this says nothing.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| PLAIN[usize::from(byte)])
}

/// Bytes of the characters from U+00C0 to U+02FF, which begin with 0xC3 to 0xCB, and of visible ASCII. A character that
/// [`hidden_char`] looks for begins with another byte, and so does every combining mark.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        plain[byte] = matches!(byte as u8, b' '..=b'~' | 0x80..=0xbf | 0xc3..=0xcb);
        byte += 1;
    }
    plain
};

/// A byte that is a visible ASCII character by itself: most cells begin and end with one.
fn is_ink(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// A text without the blanks (in the sense of [`is_blank_char`]) at its ends.
#[inline]
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if is_ink(*first) && is_ink(*last) => text,
        _ => text.trim_matches(is_blank_char),
    }
}

/// One record of the input. `cells` is as long as the sheet's headers, or longer where cells stand
/// beyond the last header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// Hidden or filtered out in the spreadsheet.
    pub hidden: bool,
    /// From column A on.
    pub cells: Vec<Cell>,
}

/// A sheet that has a header row, or a CSV file (which has one sheet without a name).
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Empty for a CSV file.
    pub name: String,
    /// The number of the header row, as [`Place::row`] counts.
    pub header_row: u32,
    /// The header texts, trimmed, in column order; an empty one where the header cell is blank.
    pub headers: Vec<CompactString>,
    /// What stands above the header row (titles, notes), row by row.
    pub above: Vec<(u32, Vec<Cell>)>,
}

/// The letter that a spreadsheet shows above a column: 0 is `A`, 26 is `AA`.
pub fn column_letter(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + (index % 26) as u8);
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    letters.reverse();
    letters.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_excel_letters_them() {
        let letters: Vec<_> = [0, 25, 26, 51, 52, 701, 702, 16_383].into_iter().map(column_letter).collect();
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn blanks_of_every_kind_are_blank() {
        assert!(Cell::Text("\u{a0} \u{200b}\t".into()).is_blank());
        assert!(!Cell::Text("0".into()).is_blank());
        assert_eq!(trimmed("\u{feff} a b\u{a0}"), "a b");
        assert_eq!(trimmed("\u{202a}a\u{202c}\u{200e}\u{1a}\u{b}\u{c}\u{85}"), "a");
        assert_eq!(trimmed("Å\u{9f}"), "Å\u{9f}", "half of a letter that was read in a wrong encoding");
    }

    #[test]
    fn a_plain_text_holds_no_hidden_character_and_no_mark_that_joins_a_letter() {
        for c in ('\0'..=char::MAX).filter(|c| is_plain(&c.to_string())) {
            assert!(('\u{c0}'..'\u{300}').contains(&c) || (' '..='~').contains(&c), "{c:?}");
            assert!(!c.is_control() && !is_direction(c), "{c:?}");
            assert_eq!(crate::fold::composed(&c.to_string()), c.to_string(), "{c:?}");
        }
        assert!(is_plain("Kasa 3, Göztepe şubesi, iş 7, kontak Işıl İĞÜÇÖ") && is_plain(""));
    }

    #[test]
    fn characters_that_nobody_sees_are_found_within_a_text() {
        for (text, at, c) in [
            ("a\u{202a}b", 1, '\u{202a}'),
            ("şa\u{85}b", 2, '\u{85}'),
            ("a\u{b}", 1, '\u{b}'),
            ("Å\u{9f}", 1, '\u{9f}'),
        ] {
            assert_eq!(hidden_char(text), Some((at, c)), "{text:?}");
        }
        assert_eq!(hidden_char("Şişli,\tNo: 5\r\n12\" 😀\u{200d}"), None);
    }
}
