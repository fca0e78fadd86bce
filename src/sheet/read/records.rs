//! Reads the records of a text, each with the line on which it begins.

use std::io::Read;

use compact_str::CompactString;

use super::encoding;
use super::slice::CHUNK;
use super::source::Source;
use super::text_form::TextForm;
use super::watched::{Fault, Watched};
use crate::error::{Error, ErrorKind, LineFault};
use crate::row::{BadCell, Cell};

/// Cells in one record; a workbook has no more columns either.
const MOST_CELLS: usize = 16_384;

/// Delimiters within a cell that may be those of rows: an address has fewer.
const MANY_DELIMITERS: usize = 3;

/// A text record by record.
pub(super) struct Records<'a> {
    reader: csv::Reader<Watched<Box<dyn Read + Send>>>,
    record: csv::ByteRecord,
    source: &'a Source,
    /// Not UTF-8 in the file, so U+FFFD and C1 controls stand for what could not be decoded.
    was_decoded: bool,
    skip_first: bool,
    next_line: u64,
    /// Blank lines that were passed over.
    pub blank_lines: u64,
}

impl<'a> Records<'a> {
    pub fn new(form: &TextForm, source: &'a Source) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(form.delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(CHUNK)
            .from_reader(Watched::new(form.decoded(source), form.delimiter));
        Self {
            reader,
            record: csv::ByteRecord::new(),
            source,
            was_decoded: !encoding::is_utf8(form.encoding),
            skip_first: form.sep_line,
            next_line: 1,
            blank_lines: 0,
        }
    }

    /// Goes to the next record; its line, or nothing at the end.
    pub fn next(&mut self) -> Result<Option<u32>, Error> {
        loop {
            let more = self.reader.read_byte_record(&mut self.record).map_err(|error| self.refusal(error))?;
            let line = self.reader.get_mut().skip_blanks(self.next_line);
            self.blank_lines += line - self.next_line;
            if !more {
                return Ok(None);
            }
            self.next_line = line + 1 + memchr::memchr_iter(b'\n', self.record.as_slice()).count() as u64;
            if std::mem::take(&mut self.skip_first) {
                continue;
            }
            let line = u32::try_from(line).ok().filter(|_| self.record.len() <= MOST_CELLS);
            return line.map(Some).ok_or_else(|| self.too_wide());
        }
    }

    pub fn any_left(&mut self) -> Result<bool, Error> {
        while self.next()?.is_some() {
            if !self.cells().iter().all(Cell::is_blank) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub fn cells(&self) -> Vec<Cell> {
        // One check of the whole record is cheaper than one a cell.
        let whole = std::str::from_utf8(self.record.as_slice()).ok();
        let suspect = self.was_decoded && !self.record.as_slice().is_ascii();
        (0..self.record.len())
            .map(|at| {
                let range = self.record.range(at).unwrap_or_default();
                match whole.and_then(|text| text.get(range)) {
                    Some("") => Cell::Empty,
                    Some(text) if suspect && text.contains(is_damage) => undecodable(text),
                    Some(text) => Cell::Text(text.into()),
                    None => lossy(&self.record[at]),
                }
            })
            .collect()
    }

    /// Whether a cell reads like the rows below it: then its quote was hardly meant to reach so far. Rows that are taken
    /// in from one column to the same one have all of their delimiters in the cell.
    pub fn swallows_rows(&self, width: usize, fields: usize, delimiter: u8) -> bool {
        let count = |byte: u8, text: &[u8]| memchr::memchr_iter(byte, text).count();
        let swallows = |cell: &[u8]| {
            let (lines, delimiters) = (count(b'\n', cell), count(delimiter, cell));
            let rows_of = |fields: usize| delimiters == lines * fields.saturating_sub(1);
            delimiters >= MANY_DELIMITERS && (width..=fields).any(rows_of)
        };
        memchr::memchr(b'\n', self.record.as_slice()).is_some() && self.record.iter().any(swallows)
    }

    fn refusal(&self, error: csv::Error) -> Error {
        let text = error.to_string();
        let fault = match error.into_kind() {
            csv::ErrorKind::Io(error) => error.downcast::<Fault>(),
            _ => Err(std::io::Error::other(text)),
        };
        match fault {
            Ok(Fault(line, fault)) => Error::new(&self.source.name, ErrorKind::Line(line, fault)),
            Err(error) => self.source.unreadable(&error),
        }
    }

    fn too_wide(&self) -> Error {
        Error::new(&self.source.name, ErrorKind::Line(self.next_line - 1, LineFault::TooWide(MOST_CELLS)))
    }
}

/// U+FFFD, and the C1 controls that stand where a Windows code page has nothing.
fn is_damage(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{80}'..='\u{9f}')
}

fn undecodable(text: &str) -> Cell {
    let shown: CompactString = text.chars().map(|c| if is_damage(c) { '\u{fffd}' } else { c }).collect();
    Cell::Bad(BadCell::Undecodable(shown))
}

fn lossy(bytes: &[u8]) -> Cell {
    match std::str::from_utf8(bytes) {
        Ok("") => Cell::Empty,
        Ok(text) => Cell::Text(text.into()),
        Err(_) => undecodable(&String::from_utf8_lossy(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A text of 40 pieces, the same for the same seed.
    fn text_of(seed: u32) -> String {
        let mut state = seed.wrapping_mul(2_654_435_761).max(1);
        let pieces = ["a", "b", ";", ";", "\"", "\"", "\"\"", "\n", "\r\n", " "];
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            pieces[state as usize % pieces.len()]
        };
        (0..40).map(|_| next()).collect()
    }

    /// Where the parser alone says that records begin, blank lines passed over.
    fn lines_by_offset(text: &str) -> Vec<u32> {
        let mut reader =
            ::csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(text.as_bytes());
        let offsets = reader.byte_records().map(|record| record.unwrap().position().unwrap().byte() as usize);
        let start = |offset: usize| text.len() - text[offset..].trim_start_matches(['\r', '\n']).len();
        offsets.map(|offset| 1 + text[..start(offset)].matches('\n').count() as u32).collect()
    }

    #[test]
    fn every_record_of_any_text_is_told_by_the_line_on_which_it_begins() {
        let mut whole = 0;
        for seed in 1..1000 {
            let text = text_of(seed);
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let source = Source::open(file.path(), &std::env::temp_dir()).unwrap();
            let form = TextForm::plain(b';', source.len());
            let mut records = Records::new(&form, &source);
            let mut lines = Vec::new();
            let fault = loop {
                match records.next() {
                    Ok(Some(line)) => lines.push(line),
                    Ok(None) => break false,
                    Err(_) => break true,
                }
            };
            if !fault {
                whole += 1;
                assert_eq!(lines, lines_by_offset(&text), "{text:?}");
            }
        }
        assert!(whole > 100, "only {whole} of the texts were in order");
    }
}
