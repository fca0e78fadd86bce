//! A CSV as a Turkish Excel opens it with a double click: UTF-8 with a byte order mark, fields apart by `;`. A field
//! that a spreadsheet might take for a formula begins with `'`, and no field holds a character that steers a terminal.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write as _};

use super::cell_text::{for_csv, needs_apostrophe, push_cell};
use crate::message::{Lang, harmless};
use crate::row::Cell;

/// Writes fields one after the other. None of them is a formula.
pub struct CsvWriter {
    out: csv::Writer<File>,
    /// Where a field is put together.
    field: String,
}

impl CsvWriter {
    /// Begins with the byte order mark, by which Excel knows UTF-8.
    ///
    /// # Errors
    /// As the file.
    pub fn begin(mut file: File) -> io::Result<Self> {
        file.write_all("\u{feff}".as_bytes())?;
        let mut builder = csv::WriterBuilder::new();
        builder.delimiter(b';').flexible(true).terminator(csv::Terminator::CRLF).buffer_capacity(1 << 16);
        Ok(Self { out: builder.from_writer(file), field: String::new() })
    }

    /// Writes a cell. A number keeps its sign; a text that looks like a formula gets an apostrophe in front.
    ///
    /// # Errors
    /// As the file.
    pub fn put_cell(&mut self, cell: &Cell, formats: &[String], lang: Lang) -> io::Result<()> {
        self.field.clear();
        push_cell(&mut self.field, cell, formats, lang);
        if let Cow::Owned(harmless) = for_csv(&self.field) {
            self.field = harmless;
        }
        if !matches!(cell, Cell::Number { .. } | Cell::Date { .. }) && needs_apostrophe(&self.field) {
            self.field.insert(0, '\'');
        }
        self.out.write_field(&self.field).map_err(csv_error)
    }

    /// Writes a header or a name of the input: [`as_it_was`](super::as_it_was) gives it back letter for letter.
    ///
    /// # Errors
    /// As the file.
    pub fn put_own(&mut self, text: &str) -> io::Result<()> {
        self.put_as_is(&for_csv(text))
    }

    /// Writes somebody else's words, made [`harmless`].
    ///
    /// # Errors
    /// As the file.
    pub fn put(&mut self, text: &str) -> io::Result<()> {
        self.put_as_is(&harmless(text))
    }

    fn put_as_is(&mut self, text: &str) -> io::Result<()> {
        if needs_apostrophe(text) {
            return self.out.write_field(format!("'{text}")).map_err(csv_error);
        }
        self.out.write_field(text).map_err(csv_error)
    }

    /// Ends the row.
    ///
    /// # Errors
    /// As the file.
    pub fn end_row(&mut self) -> io::Result<()> {
        self.out.write_record(None::<&[u8]>).map_err(csv_error)
    }

    /// Hands the last bytes to the system.
    ///
    /// # Errors
    /// As the file.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn csv_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
