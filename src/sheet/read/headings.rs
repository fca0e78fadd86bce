//! Compares rows with the headers above them: a row may repeat them, or have values where no header stands.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::header::header_text;
use super::ranges::Ranges;
use crate::message::{Text, shown};
use crate::row::{Cell, Row, Sheet, column_letter, trimmed};
use crate::text;

/// Columns without a header that a warning names.
const MOST_NAMED: usize = 10;

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

    pub fn warnings(&self, sheet: &Sheet) -> impl Iterator<Item = Text> {
        let repeated = (!self.repeated.is_empty()).then(|| repeated(sheet, &self.repeated));
        let nameless = (!self.nameless.is_empty()).then(|| nameless(sheet, &self.nameless));
        repeated.into_iter().chain(nameless)
    }
}

fn repeated(sheet: &Sheet, rows: &Ranges) -> Text {
    let (tr, en) = of_sheet(sheet);
    let count = rows.count();
    text!(
        "{tr}başlık satırını yineleyen satırlar atlandı ({count}): {rows}.",
        "{en}rows that repeat the header row were skipped ({count}): {rows}."
    )
}

fn nameless(sheet: &Sheet, columns: &BTreeMap<usize, Ranges>) -> Text {
    let (tr, en) = of_sheet(sheet);
    let list = |row: &str| {
        let named = columns.iter().take(MOST_NAMED);
        let mut list =
            named.map(|(column, rows)| format!("{} ({row} {rows})", column_letter(*column))).collect::<Vec<_>>();
        if columns.len() > MOST_NAMED {
            list.push("…".to_owned());
        }
        list.join(", ")
    };
    let (in_tr, in_en) = (list("satır"), list("row"));
    text!(
        "{tr}başlığı olmayan sütunlardaki değerler gönderilmez: {in_tr}. Gönderilecekse sütuna başlık yazın.",
        "{en}values in columns without a header are not sent: {in_en}. To send them, give the column a header."
    )
}

/// The beginning of a sentence about a sheet; nothing where it has no name.
pub(super) fn of_sheet(sheet: &Sheet) -> (String, String) {
    if sheet.name.is_empty() {
        return (String::new(), String::new());
    }
    let name = shown(&sheet.name);
    (format!("\"{name}\" sayfası, "), format!("Sheet \"{name}\", "))
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
        let told: Vec<Text> = headings.warnings(&Sheet::default()).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].en.contains("B (row 7), E (row 7)"), "{told:?}");
    }
}
