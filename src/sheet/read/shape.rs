//! Compares the number of cells in each row of a text with its header row: one delimiter too many or too few moves every
//! value behind it into another column.
//!
//! Some rows may differ, because the difference cannot be a slip. Excel writes a sheet sixteen rows at a time, and
//! leaves the same blank cells out of all sixteen; other programs do so in every row. A row that differs alone is
//! refused.

use crate::row::{Cell, Row};

/// Rows that Excel writes at a time.
const BLOCK: u64 = 16;

/// A row whose number of cells may be a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Odd {
    pub line: u32,
    pub fields: usize,
    pub expected: Expected,
}

/// How many cells a row should have, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    Header(usize),
    /// All rows above have as many, which is not the header's number.
    Above(usize),
}

/// The rows of the block that is being read, and what was seen of those before.
pub(super) struct Shape {
    /// Cells of the header row, blank ones at its end too.
    pub header: usize,
    /// Which block it is, counted from the top of the file, and in which the header row stands.
    block: u64,
    header_block: u64,
    rows: Vec<Wide>,
    alike: Option<Alike>,
    /// All rows so far have another number than the header row, and no block explains it.
    doubtful: bool,
    /// The number of cells in the last block that was explained by itself.
    explained: Option<usize>,
}

struct Wide {
    row: Row,
    fields: usize,
}

/// What the first rows have in common.
struct Alike {
    line: u32,
    fields: usize,
    /// As many as the header row.
    fit: bool,
    /// How many they are.
    rows: u64,
    /// Some row has another number of cells.
    mixed: bool,
}

impl Shape {
    /// Begins below the header row, which is the `nth` line or record of the file from 0 and has so many cells.
    pub fn new(nth: u64, header: usize) -> Self {
        let (block, rows) = (nth / BLOCK, Vec::new());
        Self { header, block, header_block: block, rows, alike: None, doubtful: false, explained: None }
    }

    /// Takes the row that is the `nth` of the file, counted from 0 and blank lines too; gives the rows of the block
    /// before, if that is over.
    pub fn push(&mut self, nth: u64, row: Row, fields: usize) -> Result<Vec<Row>, Odd> {
        let over = if nth / BLOCK == self.block { Vec::new() } else { self.close()? };
        self.block = nth / BLOCK;
        self.rows.push(Wide { row, fields });
        Ok(over)
    }

    /// The last rows. A row without a line end may be cut: it has to have every cell.
    pub fn end(&mut self, has_line_end: bool) -> Result<Vec<Row>, Odd> {
        let cut = self.rows.last().filter(|last| !has_line_end && !self.fits(last));
        let cut = cut.map(|last| self.odd(last.row.place.row, last.fields));
        let rows = self.close()?;
        match (cut, &self.alike) {
            (_, Some(first)) if self.doubtful && first.rows < 2 => Err(self.odd(first.line, first.fields)),
            (Some(odd), _) if !self.doubtful => Err(odd),
            _ => Ok(rows),
        }
    }

    /// A row that differs from the header row.
    pub fn odd(&self, line: u32, fields: usize) -> Odd {
        Odd { line, fields, expected: Expected::Header(self.header) }
    }

    fn fits(&self, row: &Wide) -> bool {
        row.fields == self.header
    }

    fn close(&mut self) -> Result<Vec<Row>, Odd> {
        let rows = std::mem::take(&mut self.rows);
        let Some(first) = rows.first() else { return Ok(Vec::new()) };
        let fields = first.fields;
        self.note(&rows);
        let odd = rows.iter().find(|row| !self.fits(row));
        let uniform = rows.iter().all(|row| row.fields == fields) && self.block != self.header_block;
        let explains = uniform && !self.doubtful && (rows.len() > 1 || self.explained == Some(fields));
        if odd.is_some() && explains {
            self.explained = Some(fields);
        } else if self.alike.as_ref().is_some_and(|alike| !alike.mixed) {
            self.doubtful |= odd.is_some();
        } else if let Some(odd) = odd.or(Some(first).filter(|_| self.doubtful)) {
            return Err(self.refuse(&rows, odd));
        }
        Ok(rows.into_iter().map(|wide| wide.row).collect())
    }

    fn note(&mut self, rows: &[Wide]) {
        for wide in rows {
            let (line, fields, fit) = (wide.row.place.row, wide.fields, self.fits(wide));
            let alike = self.alike.get_or_insert(Alike { line, fields, fit, rows: 0, mixed: false });
            alike.mixed |= alike.fields != fields;
            alike.rows += u64::from(!alike.mixed);
        }
    }

    /// The row that stands out: from the first rows where they agree, else from the header row.
    fn refuse(&self, rows: &[Wide], odd: &Wide) -> Odd {
        match &self.alike {
            Some(first) if !first.fit && first.rows < 2 => self.odd(first.line, first.fields),
            Some(first) if !first.fit => {
                let other = rows.iter().find(|row| row.fields != first.fields).unwrap_or(odd);
                Odd { expected: Expected::Above(first.fields), ..self.odd(other.row.place.row, other.fields) }
            }
            _ => self.odd(odd.row.place.row, odd.fields),
        }
    }
}

/// How many cells there are up to the last that is not blank.
pub(super) fn filled(cells: &[Cell]) -> usize {
    cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Place;

    /// The line of the first odd row among rows of so many cells below a header of `header` cells, all of them named.
    fn odd(header: usize, rows: &[usize]) -> Option<u32> {
        let mut shape = Shape::new(0, header);
        let mut taken = 0;
        for (line, fields) in (2..).zip(rows) {
            let mut cells = vec![Cell::Text("x".into()); *fields.min(&header)];
            cells.resize((*fields).max(header), Cell::Empty);
            let row = Row { place: Place { sheet: 0, row: line }, hidden: false, cells };
            match shape.push(u64::from(line) - 1, row, *fields) {
                Ok(rows) => taken += rows.len(),
                Err(odd) => return Some(odd.line),
            }
        }
        match shape.end(true) {
            Ok(last) => {
                assert_eq!(taken + last.len(), rows.len(), "every row comes out once");
                None
            }
            Err(odd) => Some(odd.line),
        }
    }

    #[test]
    fn surplus_cells_of_one_row_are_odd_and_of_all_rows_are_not() {
        assert_eq!(odd(3, &[3, 3, 4, 3]), Some(4));
        assert_eq!(odd(3, &[4, 3, 3]), Some(2));
        assert_eq!(odd(3, &[4]), Some(2), "one row alone proves nothing");
        assert_eq!(odd(3, &[4, 4, 4]), None);
        assert_eq!(odd(3, &[4, 4, 4, 3]), Some(5));
        assert_eq!(odd(3, &[[4; 40].as_slice(), &[5], &[4; 9]].concat()), Some(42));
    }

    #[test]
    fn a_block_of_sixteen_may_have_more_cells_or_fewer_as_long_as_all_of_it_has() {
        let with = |block: &[usize]| [[3; 15].as_slice(), block, &[3; 5]].concat();
        assert_eq!(odd(3, &with(&[4; 16])), None);
        assert_eq!(odd(3, &with(&[2; 16])), None);
        assert_eq!(odd(3, &with(&[&[2; 15][..], &[3]].concat())), Some(17));
        assert_eq!(odd(3, &with(&[&[3][..], &[4; 15]].concat())), Some(18));
    }

    #[test]
    fn a_block_of_one_row_counts_where_the_block_before_was_like_it() {
        let rows = |last: usize| [[3; 15].as_slice(), &[2; 16], &[last]].concat();
        assert_eq!(odd(3, &rows(2)), None);
        assert_eq!(odd(3, &rows(1)), Some(33));
        assert_eq!(odd(3, &[[3; 31].as_slice(), &[2]].concat()), Some(33));
    }
}
