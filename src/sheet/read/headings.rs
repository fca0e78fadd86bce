//! Compares rows with the headers above them: a row may repeat them, or have values where no header stands.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::header::header_text;
use super::ranges::Ranges;
use super::warning::{MOST_NAMED, Warning, WarningKind};
use crate::row::{Cell, Row, Sheet, trimmed};

/// The headers of a sheet, and the rows that were noted.
#[derive(Debug, Default)]
pub(super) struct Headings {
    /// Those that are not blank, by their columns.
    texts: Vec<(usize, CompactString)>,
    /// Columns between them that have none.
    bare: Vec<usize>,
    width: usize,
    repeated: Ranges,
    nameless: BTreeMap<usize, Ranges>,
}

impl Headings {
    pub fn of(sheet: &Sheet) -> Self {
        let mut headings = Self { width: sheet.headers.len(), ..Self::default() };
        for (column, header) in sheet.headers.iter().enumerate() {
            if header.is_empty() {
                headings.bare.push(column);
            } else {
                headings.texts.push((column, header.clone()));
            }
        }
        headings
    }

    /// Whether the row is the header row once more.
    pub fn are_repeated_by(&self, row: &Row) -> bool {
        let is_here = |(column, header): &(usize, CompactString)| {
            row.cells.get(*column).is_some_and(|cell| match cell {
                Cell::Text(text) => trimmed(text) == header,
                other => header_text(other) == *header,
            })
        };
        !self.texts.is_empty()
            && self.texts.iter().all(is_here)
            && self.bare_columns(row).all(|column| row.cells[column].is_blank())
    }

    /// Notes a row that repeats them.
    pub fn note_repeated(&mut self, row: &Row) {
        self.repeated.push(row.place.row);
    }

    /// Notes the row's values in columns that have no header.
    pub fn note(&mut self, row: &Row) {
        if self.bare.is_empty() && row.cells.len() <= self.width {
            return;
        }
        let filled: Vec<usize> = self.bare_columns(row).filter(|column| !row.cells[*column].is_blank()).collect();
        for column in filled {
            if self.nameless.len() <= MOST_NAMED || self.nameless.contains_key(&column) {
                self.nameless.entry(column).or_default().push(row.place.row);
            }
        }
    }

    fn bare_columns(&self, row: &Row) -> impl Iterator<Item = usize> {
        let cells = row.cells.len();
        self.bare.iter().copied().filter(move |column| *column < cells).chain(self.width..cells)
    }

    /// The warnings about the rows that were noted.
    pub fn warnings(&self, sheet: &Sheet) -> impl Iterator<Item = Warning> {
        let repeated = (!self.repeated.is_empty()).then(|| WarningKind::RepeatedHeaders(self.repeated.clone()));
        let columns = || self.nameless.iter().map(|(column, rows)| (*column, rows.clone())).collect();
        let nameless = (!self.nameless.is_empty()).then(|| WarningKind::Nameless(columns()));
        repeated.into_iter().chain(nameless).map(|kind| Warning::new(&sheet.name, kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Place;

    fn headings() -> Headings {
        Headings::of(&Sheet { headers: ["Ad", "", "No"].map(CompactString::from).to_vec(), ..Sheet::default() })
    }

    fn row(cells: &[&str]) -> Row {
        let cell = |text: &&str| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).into()) };
        Row { place: Place { sheet: 0, row: 7 }, hidden: false, cells: cells.iter().map(cell).collect() }
    }

    #[test]
    fn only_a_row_that_is_the_header_row_and_nothing_else_repeats_it() {
        for same in [&["Ad", "", "No"][..], &[" Ad", " ", "No\u{a0}", ""]] {
            assert!(headings().are_repeated_by(&row(same)), "{same:?}");
        }
        for other in [&["Ad", "", "7"][..], &["Ad", "x", "No"], &["Ad", "", "No", "x"], &["", "", ""], &["Ad"]] {
            assert!(!headings().are_repeated_by(&row(other)), "{other:?}");
        }
        assert!(!Headings::default().are_repeated_by(&row(&[])));
    }

    #[test]
    fn values_where_no_header_stands_are_told_by_column_and_row() {
        let mut headings = headings();
        headings.note(&row(&["a", "x", "b", "", "y"]));
        let told: Vec<Warning> = headings.warnings(&Sheet::default()).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].text().en.contains("B (row 7), E (row 7)"), "{told:?}");
    }
}
