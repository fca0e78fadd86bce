//! Rows of a text file whose last fields a spreadsheet left out.
//!
//! Excel writes a sheet sixteen rows at a time, and where the last columns of all sixteen are blank it leaves
//! their delimiters out. Such rows are whole. A short row among longer ones is damaged, and the file is refused.

use crate::row::Row;

const BLOCK: u64 = 16;

/// The rows of the block that is being read.
#[derive(Default)]
pub(super) struct Block {
    /// Which block it is, counted from the top of the file.
    at: u64,
    rows: Vec<Wide>,
}

struct Wide {
    row: Row,
    fields: usize,
}

/// A row that is shorter than it may be.
pub(super) struct Short {
    pub line: u32,
    pub fields: usize,
}

impl Block {
    /// Takes the row that is the `nth` of the file, counted from 0 and blank lines too; gives the
    /// rows of the block before, if that is over.
    pub fn push(&mut self, nth: u64, row: Row, fields: usize, width: usize) -> Result<Vec<Row>, Short> {
        let over = if nth / BLOCK == self.at { Vec::new() } else { self.end(width)? };
        self.at = nth / BLOCK;
        self.rows.push(Wide { row, fields });
        Ok(over)
    }

    /// The rows of a block that is over. In the first block stands the header, which is never short.
    pub fn end(&mut self, width: usize) -> Result<Vec<Row>, Short> {
        let rows = std::mem::take(&mut self.rows);
        let fields = rows.first().map_or(width, |first| first.fields);
        let alike = self.at > 0 && rows.iter().all(|row| row.fields == fields);
        match rows.iter().find(|row| row.fields < width) {
            Some(short) if !alike => Err(Short { line: short.row.place.row, fields: short.fields }),
            _ => Ok(rows.into_iter().map(|wide| wide.row).collect()),
        }
    }

    /// The last row taken is short: of a file that ends without a line end it may be cut.
    pub fn ends_short(&self, width: usize) -> Option<Short> {
        let last = self.rows.last().filter(|last| last.fields < width)?;
        Some(Short { line: last.row.place.row, fields: last.fields })
    }
}
