//! Delimited text: one sheet without a name, whose cells are texts.

use std::io::Read;

use compact_str::CompactString;
use encoding_rs::Encoding;

use super::block::{Block, Short};
use super::encoding::{self, Chosen, Decoded};
use super::guard::{Fault, Guard};
use super::header::{self, Found, HEAD_ROWS, HeadRow};
use super::source::{CHUNK, Source};
use super::stream::Stream;
use super::{Options, delimiter, no_data};
use crate::exit::Stop;
use crate::row::{BadCell, Cell, Place, Row, Sheet};
use crate::text;

/// Cells in one record; a workbook has no more columns either.
const MOST_CELLS: usize = 16_384;

/// How the text is to be read, found by looking at its head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Csv {
    encoding: &'static Encoding,
    delimiter: u8,
    start: u64,
    end: u64,
    /// The first line is a `sep=` line.
    sep_line: bool,
}

/// Finds delimiter and header row; an error if there is no row below it.
pub(super) fn open(source: &Source, chosen: Chosen, options: &Options) -> Result<(Csv, Sheet), Stop> {
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
fn end_of_text(source: &Source, chosen: Chosen) -> Result<u64, Stop> {
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
    pub fn encoding_name(&self) -> &'static str {
        self.encoding.name()
    }

    fn decoded(&self, source: &Source) -> Box<dyn Read + Send> {
        let bytes = source.slice(self.start, self.end);
        if encoding::is_utf8(self.encoding) { Box::new(bytes) } else { Box::new(Decoded::new(bytes, self.encoding)) }
    }

    /// Reads every record below the header row into `stream`.
    pub fn rows(&self, source: &Source, sheet: &Sheet, stream: &mut Stream) -> Result<(), Stop> {
        let mut records = Records::new(self, source);
        let width = sheet.headers.len();
        let mut blank_above = 0;
        let mut block = Block::default();
        let short = |short: Short| ragged(&source.name, short.line, short.fields, width);
        let mut nth = 0;
        while let Some(line) = records.next()? {
            nth += 1;
            if line <= sheet.header_row {
                blank_above = records.blank_lines;
                continue;
            }
            let mut cells = records.cells();
            let fields = cells.len();
            let filled = cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1);
            if filled > width {
                return Err(ragged(&source.name, line, filled, width));
            }
            cells.resize(width, Cell::Empty);
            let row = Row { place: Place { sheet: 0, row: line }, hidden: false, cells };
            if filled == 0 {
                stream.push(row, &source.name)?;
                continue;
            }
            let over = block.push(nth - 1 + records.blank_lines, row, fields, width).map_err(short)?;
            for row in over {
                stream.push(row, &source.name)?;
            }
            if stream.is_over() {
                return Ok(());
            }
        }
        if !self.ends_with_a_line(source)?
            && let Some(cut) = block.ends_short(width)
        {
            return Err(short(cut));
        }
        for row in block.end(width).map_err(short)? {
            stream.push(row, &source.name)?;
        }
        stream.skip_blank(records.blank_lines - blank_above);
        stream.end_of_sheet(sheet);
        Ok(())
    }

    fn ends_with_a_line(&self, source: &Source) -> Result<bool, Stop> {
        let mut tail = Vec::new();
        let start = self.end.saturating_sub(2).max(self.start);
        source.slice(start, self.end).read_to_end(&mut tail).map_err(|error| source.unreadable(&error))?;
        Ok(tail.iter().any(|byte| matches!(byte, b'\n' | b'\r')))
    }
}

fn ragged(name: &str, line: u32, found: usize, expected: usize) -> Stop {
    if found < expected {
        return Stop::cannot_start(text!(
            "{name}, satır {line}: {found} hücre var, başlık satırında ise {expected} sütun. Satırdaki ayırıcıları düzeltin; dosya Excel'den geliyorsa .xlsx olarak kaydedip onu verin.",
            "{name}, line {line}: it has {found} cells, but the header row has {expected} columns. Mend the delimiters of the line; if the file comes from Excel, save it as .xlsx and give that."
        ));
    }
    Stop::cannot_start(text!(
        "{name}, satır {line}: {found} hücre var, başlık satırında ise {expected} sütun. Satırdaki ayırıcıları ve tırnakları düzeltin; ayırıcı içeren metni tırnak (\") içine alın.",
        "{name}, line {line}: it has {found} cells, but the header row has {expected} columns. Mend the delimiters and quotes of the line; put text that holds a delimiter in quotes (\")."
    ))
}

/// The records of a text, each with the line on which it begins.
struct Records<'a> {
    reader: csv::Reader<Guard<Box<dyn Read + Send>>>,
    record: csv::ByteRecord,
    source: &'a Source,
    /// Not UTF-8 in the file, so U+FFFD and C1 controls stand for what could not be decoded.
    was_decoded: bool,
    skip_first: bool,
    next_line: u64,
    blank_lines: u64,
}

impl<'a> Records<'a> {
    fn new(csv: &Csv, source: &'a Source) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(csv.delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(CHUNK)
            .from_reader(Guard::new(csv.decoded(source), csv.delimiter));
        Self {
            reader,
            record: csv::ByteRecord::new(),
            source,
            was_decoded: !encoding::is_utf8(csv.encoding),
            skip_first: csv.sep_line,
            next_line: 1,
            blank_lines: 0,
        }
    }

    /// Goes to the next record; its line, or nothing at the end.
    fn next(&mut self) -> Result<Option<u32>, Stop> {
        loop {
            let more = self.reader.read_byte_record(&mut self.record).map_err(|error| self.stop(error))?;
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

    fn any_left(&mut self) -> Result<bool, Stop> {
        while self.next()?.is_some() {
            if !self.cells().iter().all(Cell::is_blank) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn cells(&self) -> Vec<Cell> {
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

    fn stop(&self, error: csv::Error) -> Stop {
        let text = error.to_string();
        let fault = match error.into_kind() {
            csv::ErrorKind::Io(error) => error.downcast::<Fault>(),
            _ => Err(std::io::Error::other(text)),
        };
        match fault {
            Ok(fault) => fault.stop(&self.source.name),
            Err(error) => self.source.unreadable(&error),
        }
    }

    fn too_wide(&self) -> Stop {
        let (name, line) = (&self.source.name, self.next_line - 1);
        Stop::cannot_start(text!(
            "{name}, satır {line}: dosya okunamayacak kadar büyük (en çok {MOST_CELLS} sütun, 4 milyar satır). Ayırıcıyı denetleyin ya da dosyayı bölün.",
            "{name}, line {line}: the file is larger than can be read (at most {MOST_CELLS} columns, 4 billion lines). Check the delimiter, or split the file."
        ))
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
            let source = Source::open(file.path()).unwrap();
            let csv =
                Csv { encoding: encoding_rs::UTF_8, delimiter: b';', start: 0, end: source.len(), sep_line: false };
            let mut records = Records::new(&csv, &source);
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
