//! Finds the header row among the first rows of a sheet.

use compact_str::{CompactString, format_compact};

use crate::row::{Cell, Sheet, trimmed};

/// How many rows that are not blank are looked at.
pub(super) const HEAD_ROWS: usize = 30;

/// One of the first rows: its number and its cells from column A on.
pub(super) type HeadRow = (u32, Vec<Cell>);

/// How many of these header texts some operation knows.
pub(super) type Known<'a> = &'a dyn Fn(&[CompactString]) -> usize;

/// The index of the header row: recognised by its headers, or only the most plausible one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderChoice {
    Recognised(usize),
    Plausible(usize),
}

/// Index of the header row among `head`; nothing if there are no rows.
pub(super) fn find(head: &[HeadRow], known: Known) -> Option<HeaderChoice> {
    // A single known word above a table is its title; above a single column it is the header.
    let single = head.iter().all(|(_, cells)| cells.iter().filter(|cell| !cell.is_blank()).count() <= 1);
    let fewest = if single { 1 } else { 2 };
    let mut best = (0, 0);
    for (at, (_, cells)) in head.iter().enumerate() {
        let count = known(&header_texts(cells));
        if count >= fewest && count > best.0 {
            best = (count, at);
        }
    }
    if best.0 > 0 {
        return Some(HeaderChoice::Recognised(best.1));
    }
    let plausible = head.iter().position(|(_, cells)| texts_in(cells) >= 2);
    (!head.is_empty()).then(|| HeaderChoice::Plausible(plausible.unwrap_or(0)))
}

fn texts_in(cells: &[Cell]) -> usize {
    cells.iter().filter(|cell| matches!(cell, Cell::Text(_)) && !cell.is_blank()).count()
}

/// A row as header texts: trimmed, without the blank ones at its end.
pub(super) fn header_texts(cells: &[Cell]) -> Vec<CompactString> {
    let mut texts: Vec<CompactString> = cells.iter().map(header_text).collect();
    while texts.last().is_some_and(CompactString::is_empty) {
        texts.pop();
    }
    texts
}

pub(super) fn header_text(cell: &Cell) -> CompactString {
    match cell {
        Cell::Text(text) => trimmed(text).into(),
        Cell::Number { value, .. } | Cell::Date { serial: value, .. } => format_compact!("{value}"),
        Cell::Bool(value) => format_compact!("{value}"),
        Cell::Empty | Cell::Bad(_) => CompactString::default(),
    }
}

/// The sheet whose header row is `head[at]`.
pub(super) fn sheet(name: String, mut head: Vec<HeadRow>, at: usize) -> Sheet {
    head.truncate(at + 1);
    let (header_row, cells) = head.pop().unwrap_or_default();
    Sheet { name, header_row, headers: header_texts(&cells), above: head }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(rows: &[&[&str]]) -> Vec<HeadRow> {
        let cell = |text: &&str| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).into()) };
        rows.iter().zip(1..).map(|(row, number)| (number, row.iter().map(cell).collect())).collect()
    }

    fn known(texts: &[CompactString]) -> usize {
        texts.iter().filter(|text| ["Ad", "No", "Tarih"].contains(&text.as_str())).count()
    }

    #[test]
    fn the_row_with_the_most_known_headers_is_taken_and_the_first_on_a_tie() {
        let rows = head(&[&["Liste"], &["Ad", "No"], &["Ad", " No ", "Tarih"], &["Tarih", "No", "Ad"]]);
        assert_eq!(find(&rows, &known), Some(HeaderChoice::Recognised(2)));
    }

    #[test]
    fn one_known_header_is_enough_only_for_a_single_column() {
        assert_eq!(find(&head(&[&["No"], &["1"]]), &known), Some(HeaderChoice::Recognised(0)));
        assert_eq!(find(&head(&[&["x"], &["No", "y"], &["1", "2"]]), &known), Some(HeaderChoice::Plausible(1)));
        assert_eq!(find(&head(&[&["Tarih"], &["x", "y"], &["1", "2"]]), &known), Some(HeaderChoice::Plausible(1)));
    }

    #[test]
    fn a_sheet_keeps_what_stands_above_its_header_row() {
        let sheet = sheet("S".into(), head(&[&["Başlık"], &["", " Ad\u{a0}", "", "No", ""], &["1"]]), 1);
        assert_eq!(sheet.headers, ["", "Ad", "", "No"]);
        assert_eq!((sheet.header_row, sheet.above.len()), (2, 1));
    }
}
