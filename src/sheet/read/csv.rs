//! Delimited text: one sheet without a name, whose cells are texts.

use std::io::Read;

use encoding_rs::Encoding;

use super::encoding::{self, Chosen, Decoded};
use super::guard::Fault;
use super::header::{self, Found, HEAD_ROWS, HeadRow};
use super::records::Records;
use super::shape::{Expected, Odd, Shape, filled};
use super::source::Source;
use super::stream::Stream;
use super::{Options, delimiter, no_data};
use crate::error::Error;
use crate::row::{Cell, Place, Row, Sheet};
use crate::text;

/// How the text is to be read, found by looking at its head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Csv {
    pub encoding: &'static Encoding,
    pub delimiter: u8,
    start: u64,
    end: u64,
    /// The first line is a `sep=` line.
    pub sep_line: bool,
}

/// Finds delimiter and header row; an error if there is no row below it.
pub(super) fn open(source: &Source, chosen: Chosen, options: &Options) -> Result<(Csv, Sheet), Error> {
    let end = end_of_text(source, chosen)?;
    let mut csv = Csv { encoding: chosen.encoding, delimiter: b';', start: chosen.mark, end, sep_line: false };
    let mut head = Vec::new();
    let read = csv.decoded(source).take(delimiter::HEAD as u64).read_to_end(&mut head);
    read.map_err(|error| source.unreadable(&error))?;
    let named = delimiter::sep_line(&head);
    csv.sep_line = named.is_some();
    csv.delimiter = named.unwrap_or_else(|| delimiter::guess(&head, options.known));

    let mut records = Records::new(&csv, source);
    let mut head: Vec<HeadRow> = Vec::new();
    while head.len() < HEAD_ROWS
        && let Some(line) = records.next()?
    {
        let cells = records.cells();
        if !cells.iter().all(Cell::is_blank) {
            head.push((line, cells));
        }
    }
    let Some(Found::Recognised(at) | Found::Plausible(at)) = header::find(&head, options.known) else {
        return Err(no_data(&source.name));
    };
    if at + 1 == head.len() && !records.any_left()? {
        return Err(no_data(&source.name));
    }
    Ok((csv, header::sheet(String::new(), head, at)))
}

/// Where the text ends: before the Ctrl-Z that old programs put at the end of a file.
fn end_of_text(source: &Source, chosen: Chosen) -> Result<u64, Error> {
    let len = source.len();
    if encoding::is_utf16(chosen.encoding) {
        return Ok(len);
    }
    let mut tail = Vec::new();
    let start = len.saturating_sub(64).max(chosen.mark);
    source.slice(start, len).read_to_end(&mut tail).map_err(|error| source.unreadable(&error))?;
    let bare = tail.iter().rposition(|byte| !matches!(byte, 0x1a | b'\r' | b'\n')).map_or(0, |last| last + 1);
    let cut = tail[bare..].iter().position(|byte| *byte == 0x1a);
    Ok(cut.map_or(len, |cut| start + (bare + cut) as u64))
}

impl Csv {
    /// UTF-8 from the first byte to `end`.
    #[cfg(test)]
    pub fn plain(delimiter: u8, end: u64) -> Self {
        Self { encoding: encoding_rs::UTF_8, delimiter, start: 0, end, sep_line: false }
    }

    pub fn encoding_name(&self) -> &'static str {
        self.encoding.name()
    }

    /// The text as UTF-8.
    pub fn decoded(&self, source: &Source) -> Box<dyn Read + Send> {
        let bytes = source.slice(self.start, self.end);
        if encoding::is_utf8(self.encoding) { Box::new(bytes) } else { Box::new(Decoded::new(bytes, self.encoding)) }
    }

    /// Reads every record below the header row into `stream`.
    pub fn rows(&self, source: &Source, sheet: &Sheet, stream: &mut Stream) -> Result<(), Error> {
        let mut records = Records::new(self, source);
        let width = sheet.headers.len();
        let odd = |odd: Odd| ragged(&source.name, odd);
        let (mut nth, mut blank_above) = (0, 0);
        let mut shape = Shape::new(0, width);
        while let Some(line) = records.next()? {
            let at = nth + records.blank_lines;
            nth += 1;
            let mut cells = records.cells();
            let fields = cells.len();
            if line <= sheet.header_row {
                blank_above = records.blank_lines;
                shape = Shape::new(at, fields);
                continue;
            }
            let filled = filled(&cells);
            if filled > shape.header {
                return Err(odd(shape.odd(line, filled)));
            }
            if records.swallows_rows(width, shape.header.max(fields), self.delimiter) {
                return Err(Fault::Swallowed(u64::from(line)).stop(&source.name));
            }
            cells.resize(width.max(filled), Cell::Empty);
            let row = Row { place: Place { sheet: 0, row: line }, hidden: false, cells };
            if filled == 0 || stream.repeats_header(&row) {
                stream.push(row, &source.name)?;
                continue;
            }
            for row in shape.push(at, row, fields).map_err(odd)? {
                stream.push(row, &source.name)?;
            }
            if stream.is_over() {
                return Ok(());
            }
        }
        for row in shape.end(self.ends_with_a_line(source)?).map_err(odd)? {
            stream.push(row, &source.name)?;
        }
        stream.skip_blank(records.blank_lines - blank_above);
        stream.end_of_sheet(sheet);
        Ok(())
    }

    fn ends_with_a_line(&self, source: &Source) -> Result<bool, Error> {
        let mut tail = Vec::new();
        let start = self.end.saturating_sub(2).max(self.start);
        source.slice(start, self.end).read_to_end(&mut tail).map_err(|error| source.unreadable(&error))?;
        Ok(tail.iter().any(|byte| matches!(byte, b'\n' | b'\r')))
    }
}

fn ragged(name: &str, Odd { line, fields, expected }: Odd) -> Error {
    let columns = match expected {
        Expected::Header(columns) => columns,
        Expected::Above(above) => {
            return Error::new(text!(
                "{name}, satır {line}: {fields} hücre var, üstündeki satırlarda ise {above}. Satırdaki ayırıcıları ve tırnakları düzeltin; dosya Excel'den geliyorsa .xlsx olarak kaydedip onu verin.",
                "{name}, line {line}: it has {fields} cells, but the rows above have {above}. Mend the delimiters and quotes of the line; if the file comes from Excel, save it as .xlsx and give that."
            ));
        }
    };
    if fields < columns {
        return Error::new(text!(
            "{name}, satır {line}: {fields} hücre var, başlık satırında ise {columns} sütun. Satırdaki ayırıcıları düzeltin; dosya Excel'den geliyorsa .xlsx olarak kaydedip onu verin.",
            "{name}, line {line}: it has {fields} cells, but the header row has {columns} columns. Mend the delimiters of the line; if the file comes from Excel, save it as .xlsx and give that."
        ));
    }
    Error::new(text!(
        "{name}, satır {line}: {fields} hücre var, başlık satırında ise {columns} sütun. Satırdaki ayırıcıları ve tırnakları düzeltin; ayırıcı içeren metni tırnak (\") içine alın.",
        "{name}, line {line}: it has {fields} cells, but the header row has {columns} columns. Mend the delimiters and quotes of the line; put text that holds a delimiter in quotes (\")."
    ))
}
