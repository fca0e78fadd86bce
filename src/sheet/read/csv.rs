//! Delimited text: one sheet without a name, whose cells are texts.

use std::io::Read;

use super::delimiter;
use super::encoding::{self, Chosen};
use super::header::{self, HEAD_ROWS, HeadRow, HeaderChoice};
use super::options::Options;
use super::records::Records;
use super::shape::{Expected, Odd, Shape, filled};
use super::source::Source;
use super::stream::Stream;
use super::text_form::TextForm;
use crate::error::{ChoiceFault, Error, ErrorKind, LineFault};
use crate::row::{Cell, Place, Row, Sheet};

/// Finds the delimiter and the header row. Refuses a text without a row below it.
pub(super) fn open(source: &Source, chosen: Chosen, options: &Options) -> Result<(TextForm, Sheet), Error> {
    let end = end_of_text(source, chosen)?;
    let mut form = TextForm { encoding: chosen.encoding, delimiter: b';', start: chosen.mark, end, sep_line: false };
    let mut head = Vec::new();
    let read = form.decoded(source).take(delimiter::HEAD as u64).read_to_end(&mut head);
    read.map_err(|error| source.unreadable(&error))?;
    let named = delimiter::sep_line(&head);
    form.sep_line = named.is_some();
    form.delimiter = named.unwrap_or_else(|| delimiter::guess(&head, options.known));

    let mut records = Records::new(&form, source);
    let mut head: Vec<HeadRow> = Vec::new();
    while head.len() < HEAD_ROWS
        && let Some(line) = records.next()?
    {
        let cells = records.cells();
        if !cells.iter().all(Cell::is_blank) {
            head.push((line, cells));
        }
    }
    let Some(HeaderChoice::Recognised(at) | HeaderChoice::Plausible(at)) = header::find(&head, options.known) else {
        return Err(Error::new(&source.name, ChoiceFault::NoData));
    };
    if at + 1 == head.len() && !records.any_left()? {
        return Err(Error::new(&source.name, ChoiceFault::NoData));
    }
    Ok((form, header::sheet(String::new(), head, at)))
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

/// Reads every record below the header row into `stream`.
pub(super) fn rows(form: &TextForm, source: &Source, sheet: &Sheet, stream: &mut Stream) -> Result<(), Error> {
    let mut records = Records::new(form, source);
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
        if records.swallows_rows(width, shape.header.max(fields), form.delimiter) {
            return Err(Error::new(&source.name, ErrorKind::Line(u64::from(line), LineFault::Swallowed)));
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
    for row in shape.end(form.ends_with_a_line(source)?).map_err(odd)? {
        stream.push(row, &source.name)?;
    }
    stream.skip_blank(records.blank_lines - blank_above);
    stream.end_of_sheet(sheet);
    Ok(())
}

fn ragged(name: &str, Odd { line, fields: cells, expected }: Odd) -> Error {
    let fault = match expected {
        Expected::Header(columns) => LineFault::Ragged { cells, columns },
        Expected::Above(above) => LineFault::RaggedAbove { cells, above },
    };
    Error::new(name, ErrorKind::Line(u64::from(line), fault))
}
