//! Hands rows over in batches, without the blank ones and without the total row at the end of a sheet.

use std::ops::ControlFlow;

use super::headings::Headings;
use super::ranges::Ranges;
use super::warning::{Warning, WarningKind};
use crate::error::{Error, FileFault};
use crate::fold::fold;
use crate::row::{Cell, Place, Row, Sheet};

/// Rows handed over at a time, and bytes: fewer rows where they are large.
const BATCH: usize = 512;
const HEAVIEST_BATCH: usize = 4 * 1024 * 1024;

/// Cells in a file, blank ones among them.
const MOST_CELLS: u64 = 200_000_000;

/// Takes a batch of rows, and may say that it wants no more.
pub(super) type Emit<'a> = &'a mut dyn FnMut(Vec<Row>) -> ControlFlow<()>;

/// What was read, known when all of it was.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Rows handed over.
    pub rows: u64,
    /// Blank rows, skipped.
    pub blank: u64,
    /// Numbers of the hidden rows among those handed over, sheet by sheet.
    pub hidden: Vec<Ranges>,
    /// Rows at the end of a sheet that only add up those above, skipped.
    pub total_rows: Vec<Place>,
    /// Rows that repeat the header row, skipped.
    pub repeated_headers: u64,
    /// What the user should know of rows that were skipped or are hidden, and of values without a header.
    pub warnings: Vec<Warning>,
}

/// Where readers push their rows.
pub(super) struct Stream<'a> {
    emit: Emit<'a>,
    batch: Vec<Row>,
    /// Bytes of the batch, about.
    weight: usize,
    cells: u64,
    /// The last row, held back until it is known not to be a total row.
    held: Option<Row>,
    over: bool,
    /// One a sheet.
    headings: Vec<Headings>,
    pub totals: Totals,
}

impl<'a> Stream<'a> {
    pub fn new(emit: Emit<'a>, sheets: &[Sheet]) -> Self {
        let totals = Totals { hidden: vec![Ranges::default(); sheets.len()], ..Totals::default() };
        let headings = sheets.iter().map(Headings::of).collect();
        Self { emit, batch: Vec::with_capacity(BATCH), weight: 0, cells: 0, held: None, over: false, headings, totals }
    }

    /// Takes the next row of a sheet, in ascending order of their numbers.
    ///
    /// # Errors
    /// More cells than anybody waits for; `file` is the name in the sentence.
    pub fn push(&mut self, row: Row, file: &str) -> Result<(), Error> {
        self.cells += row.cells.len() as u64;
        if self.cells > MOST_CELLS {
            return Err(Error::new(file, FileFault::TooManyCells(MOST_CELLS)));
        }
        if row.cells.iter().all(Cell::is_blank) {
            self.totals.blank += 1;
        } else if self.repeats_header(&row) {
            self.totals.repeated_headers += 1;
            self.headings[usize::from(row.place.sheet)].note_repeated(&row);
        } else if let Some(row) = self.held.replace(row) {
            self.hand_over(row);
        }
        Ok(())
    }

    /// Whether the row is the header row of its sheet once more: it is pushed like any other, and skipped.
    pub fn repeats_header(&self, row: &Row) -> bool {
        self.headings[usize::from(row.place.sheet)].are_repeated_by(row)
    }

    /// Counts blank rows that were never made.
    pub fn skip_blank(&mut self, count: u64) {
        self.totals.blank += count;
    }

    /// Whoever takes the rows wants no more.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// All rows of this sheet were pushed.
    pub fn end_of_sheet(&mut self, sheet: &Sheet) {
        let Some(row) = self.held.take() else { return };
        if is_total_row(&row, sheet.headers.len()) {
            self.totals.total_rows.push(row.place);
            self.totals.warnings.push(Warning::new(&sheet.name, WarningKind::TotalRow(row.place.row)));
        } else {
            self.hand_over(row);
        }
    }

    fn hand_over(&mut self, row: Row) {
        if self.over {
            return;
        }
        self.totals.rows += 1;
        self.headings[usize::from(row.place.sheet)].note(&row);
        if row.hidden {
            self.totals.hidden[usize::from(row.place.sheet)].push(row.place.row);
        }
        self.weight += weight(&row);
        self.batch.push(row);
        if self.batch.len() == BATCH || self.weight > HEAVIEST_BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.weight = 0;
        if !batch.is_empty() && !self.over {
            self.over = (self.emit)(batch).is_break();
        }
    }

    /// Hands over what is left, and tells what was read.
    pub fn finish(mut self, sheets: &[Sheet]) -> Totals {
        self.flush();
        for (sheet, headings) in sheets.iter().zip(&self.headings) {
            self.totals.warnings.extend(headings.warnings(sheet));
        }
        for (sheet, hidden) in sheets.iter().zip(&self.totals.hidden) {
            if !hidden.is_empty() {
                self.totals.warnings.push(Warning::new(&sheet.name, WarningKind::Hidden(hidden.clone())));
            }
        }
        self.totals
    }
}

fn weight(row: &Row) -> usize {
    let text = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
    row.cells.iter().map(|cell| size_of::<Cell>() + text(cell)).sum()
}

/// The row says "total" in its first filled cell, and at most half of its other cells are filled.
fn is_total_row(row: &Row, width: usize) -> bool {
    let mut filled = row.cells.iter().filter(|cell| !cell.is_blank());
    let Some(Cell::Text(first)) = filled.next() else { return false };
    let others = filled.count();
    let blank = width.saturating_sub(others + 1);
    let word = fold(first);
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    blank >= others.max(1) && ["toplam", "geneltoplam", "aratoplam", "total", "grandtotal", "sum"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, cells: &[&str]) -> Row {
        let cell = |text: &&str| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).into()) };
        Row { place: Place { sheet: 0, row: number }, hidden: false, cells: cells.iter().map(cell).collect() }
    }

    fn streamed(rows: Vec<Row>, take: usize) -> (Vec<u32>, Totals) {
        let sheet = Sheet { headers: vec!["a".into(); 4], ..Sheet::default() };
        let mut numbers = Vec::new();
        let mut emit = |batch: Vec<Row>| {
            numbers.extend(batch.iter().map(|row| row.place.row));
            if numbers.len() < take { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let mut stream = Stream::new(&mut emit, std::slice::from_ref(&sheet));
        for row in rows {
            stream.push(row, "a.csv").unwrap();
        }
        stream.end_of_sheet(&sheet);
        let totals = stream.finish(std::slice::from_ref(&sheet));
        (numbers, totals)
    }

    #[test]
    fn only_the_last_row_can_be_a_total_row_and_blank_rows_do_not_count() {
        let rows = vec![row(2, &["Toplam", "", "", ""]), row(3, &["", "TOPLAM:", "", "5"]), row(4, &["", "", "", " "])];
        let (numbers, totals) = streamed(rows, usize::MAX);
        assert_eq!(numbers, [2]);
        assert_eq!((totals.rows, totals.blank, totals.total_rows[0].row), (1, 1, 3));
        assert_eq!(totals.warnings[0].text().en, "row 3 is a total row; it was skipped.");
    }

    #[test]
    fn a_full_row_that_begins_with_total_is_a_row() {
        assert_eq!(streamed(vec![row(2, &["Total", "Ankara", "x", ""])], usize::MAX).0, [2]);
        assert_eq!(streamed(vec![row(2, &["Total Enerji", "", "", ""])], usize::MAX).0, [2]);
    }

    #[test]
    fn hidden_rows_are_told_by_their_numbers() {
        let rows = (2..9).map(|n| Row { hidden: n > 4 && n != 6, ..row(n, &["x"]) }).collect();
        let (_, totals) = streamed(rows, usize::MAX);
        assert_eq!(totals.hidden[0].to_string(), "5, 7-8");
        assert_eq!(totals.warnings[0].text().en, "hidden or filtered rows (3): 5, 7-8.");
    }

    #[test]
    fn whoever_wants_no_more_gets_no_more() {
        let (numbers, totals) = streamed((1..5000).map(|n| row(n, &["x"])).collect(), 1);
        assert_eq!((numbers.len(), totals.rows), (BATCH, BATCH as u64));
    }

    #[test]
    fn wide_rows_are_handed_over_a_few_at_a_time() {
        let wide = |number| Row { cells: vec![Cell::Text("x".into()); 16_384], ..row(number, &[]) };
        let (numbers, totals) = streamed((1..50).map(wide).collect(), 1);
        assert!(numbers.len() < 20 && totals.rows < 20, "{}", numbers.len());
    }

    #[test]
    fn more_cells_than_anybody_waits_for_are_refused() {
        let mut emit = |_| ControlFlow::Continue(());
        let mut stream = Stream::new(&mut emit, &[Sheet::default()]);
        stream.cells = MOST_CELLS - 3;
        stream.push(row(1, &["a", "", ""]), "a.csv").unwrap();
        let stop = stream.push(row(2, &["a"]), "a.csv").unwrap_err();
        assert!(stop.text().en.contains("a.csv has more than 200 million cells"), "{stop}");
    }
}
