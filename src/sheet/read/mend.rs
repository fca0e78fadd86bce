//! Workbooks that Excel reads and the parser does not: XML in UTF-16, sheets that are no tables, counts and extents that
//! are wrong. They are read from a private copy in which exactly that is set right. The cells stay as they are.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::ops::Range;
use std::path::Path;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::archive::{self, Archive};
use super::parts::Layout;
use super::slice::CHUNK;
use super::trouble::Trouble;
use super::weight::Budget;

/// Bytes at the beginning of a sheet in which its extent stands.
const HEAD: u64 = 8 * 1024;

/// How a part is copied.
#[derive(Debug)]
pub(super) enum Edit {
    FromUtf16(&'static encoding_rs::Encoding),
    /// By this text in its place.
    Whole(String),
    /// Some of its first bytes by others.
    Head(Range<usize>, &'static str),
}

/// What to do with which part, by its index in the archive.
pub(super) type Edits = HashMap<usize, Edit>;

/// The parts in UTF-16. As long as there are some, nothing else can be seen.
pub(super) fn of_encoding(archive: &mut Archive) -> Edits {
    let mut edits = Edits::new();
    for index in 0..archive.len() {
        let name = archive.name_for_index(index).and_then(Result::ok).unwrap_or_default().to_ascii_lowercase();
        if !matches!(name.rsplit('.').next(), Some("xml" | "rels")) {
            continue;
        }
        // A part that cannot be read is told of where it is needed.
        let encoding = match head(archive, index, 4).unwrap_or_default().as_slice() {
            [0xff, 0xfe, ..] | [b'<', 0, ..] => UTF_16LE,
            [0xfe, 0xff, ..] | [0, b'<', ..] => UTF_16BE,
            _ => continue,
        };
        edits.insert(index, Edit::FromUtf16(encoding));
    }
    edits
}

/// What else the parser would stop at.
pub(super) fn of_layout(archive: &mut Archive, layout: &Layout) -> Result<Edits, Trouble> {
    let mut edits = Edits::new();
    let index = |archive: &Archive, path: &str| archive::find(archive, path);
    if let (Some(text), Some(at)) = (&layout.mended, index(archive, &layout.workbook)) {
        edits.insert(at, Edit::Whole(text.clone()));
    }
    if let Some(texts) = layout.texts.as_ref().filter(|texts| texts.says_too_many())
        && let Some(at) = index(archive, &texts.path)
    {
        let head = head(archive, at, CHUNK as u64)?;
        let count = attribute_range(&head, b"sst", b"uniqueCount").ok_or_else(|| texts.lie())?;
        edits.insert(at, Edit::Head(count, "0"));
    }
    for tab in &layout.sheets {
        let Some(at) = index(archive, &tab.path) else { continue };
        let head = head(archive, at, HEAD)?;
        let extent = attribute_range(&head, b"dimension", b"ref");
        if let Some(extent) = extent.filter(|extent| !is_extent(&head[extent.clone()])) {
            edits.insert(at, Edit::Head(extent, "A1"));
        }
    }
    Ok(edits)
}

fn head(archive: &mut Archive, index: usize, most: u64) -> Result<Vec<u8>, Trouble> {
    let mut head = Vec::new();
    archive.by_index(index)?.take(most).read_to_end(&mut head)?;
    Ok(head)
}

/// Where the value of an attribute stands, of the first element with this name.
fn attribute_range(head: &[u8], element: &[u8], name: &[u8]) -> Option<Range<usize>> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric();
    let begins = |at: &usize| {
        let before = head[..*at].last().is_some_and(|byte| matches!(byte, b'<' | b':'));
        before && head.get(at + element.len()).is_some_and(|byte| !is_name(*byte))
    };
    let start = memchr::memmem::find_iter(head, element).find(begins)? + element.len();
    let tag = &head[start..start + memchr::memchr(b'>', &head[start..])?];
    let named = |at: &usize| !is_name(tag[at - 1]) && tag[at + name.len()..].trim_ascii_start().starts_with(b"=");
    let at = memchr::memmem::find_iter(tag, name).find(named)? + name.len();
    let quote = at + tag[at..].iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let length = memchr::memchr(tag[quote], &tag[quote + 1..])?;
    let from = start + quote + 1;
    Some(from..from + length)
}

/// `A1`, or `A1:G67` whose end does not stand before its beginning.
fn is_extent(text: &[u8]) -> bool {
    let corner = |corner: &[u8]| {
        let letters = corner.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (column, row) = corner.split_at(letters);
        let fits =
            (1..=3).contains(&column.len()) && (1..=7).contains(&row.len()) && row.iter().all(u8::is_ascii_digit);
        let row = std::str::from_utf8(row).ok()?.parse::<u32>().ok().filter(|row| *row > 0)?;
        fits.then(|| (column.len(), column.to_ascii_uppercase(), row))
    };
    let corners: Option<Vec<_>> = text.split(|byte| *byte == b':').map(corner).collect();
    match corners.as_deref() {
        Some([_]) => true,
        Some([(width, column, row), (last_width, last_column, last_row)]) => {
            (width, column) <= (last_width, last_column) && row <= last_row
        }
        _ => false,
    }
}

/// The workbook with these parts set right, in a file without a name.
pub(super) fn copy(archive: &mut Archive, edits: &Edits, budget: &mut Budget, scratch: &Path) -> Result<File, Trouble> {
    let mut writer = ZipWriter::new(BufWriter::new(tempfile::tempfile_in(scratch)?));
    for index in 0..archive.len() {
        match edits.get(&index) {
            None => writer.raw_copy_file(archive.by_index_raw(index)?)?,
            Some(edit) => {
                let part = archive.by_index(index)?;
                let name = part.name().map_err(|error| Trouble::Damaged(error.to_string()))?.into_owned();
                writer.start_file(name.clone(), SimpleFileOptions::default().compression_level(Some(1)))?;
                edited(Spent { part, budget, name: &name }, edit, &mut writer)?;
            }
        }
    }
    let file = writer.finish()?;
    file.into_inner().map_err(|error| Trouble::from(error.into_error()))
}

/// A part that is read on the file's budget.
struct Spent<'a, R> {
    part: R,
    budget: &'a mut Budget,
    name: &'a str,
}

impl<R: Read> Spent<'_, R> {
    fn read(&mut self, chunk: &mut [u8]) -> Result<usize, Trouble> {
        let count = self.part.read(chunk)?;
        self.budget.spend(count as u64, self.name)?;
        Ok(count)
    }
}

fn edited<R: Read>(mut from: Spent<R>, edit: &Edit, to: &mut impl Write) -> Result<(), Trouble> {
    let mut chunk = vec![0; CHUNK];
    match edit {
        Edit::Whole(text) => to.write_all(text.as_bytes())?,
        Edit::FromUtf16(encoding) => {
            let mut decoder = encoding.new_decoder_with_bom_removal();
            loop {
                let count = from.read(&mut chunk)?;
                decode(&mut decoder, &chunk[..count], count == 0, to, from.name)?;
                if count == 0 {
                    break;
                }
            }
        }
        Edit::Head(range, text) => {
            let mut head = Vec::new();
            while head.len() < range.end {
                let count = from.read(&mut chunk)?;
                if count == 0 {
                    return Err(Trouble::Damaged(from.name.to_owned()));
                }
                head.extend_from_slice(&chunk[..count]);
            }
            head.splice(range.clone(), text.bytes());
            to.write_all(&head)?;
            loop {
                let count = from.read(&mut chunk)?;
                if count == 0 {
                    break;
                }
                to.write_all(&chunk[..count])?;
            }
        }
    }
    Ok(())
}

/// Bytes that are not text are not XML either.
fn decode(decoder: &mut Decoder, mut bytes: &[u8], last: bool, to: &mut impl Write, name: &str) -> Result<(), Trouble> {
    let mut text = [0; 4096];
    loop {
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut text, last);
        to.write_all(&text[..written])?;
        bytes = &bytes[read..];
        match result {
            encoding_rs::DecoderResult::InputEmpty => return Ok(()),
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(..) => return Err(Trouble::Damaged(format!("{name}: UTF-16"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extent_begins_before_it_ends_and_has_columns_and_rows() {
        for extent in ["A1", "A1:XFD1048576", "b2:C2", "Z9:AA9"] {
            assert!(is_extent(extent.as_bytes()), "{extent}");
        }
        for none in ["", "1:4", "A:C", "A1:B2:C3", "B2:A2", "A2:A1", "AA1:Z1", "A0", "A1:", "$A$1"] {
            assert!(!is_extent(none.as_bytes()), "{none}");
        }
    }

    #[test]
    fn an_attribute_is_found_in_its_own_element() {
        let value = |xml: &'static str, element: &str, name: &str| {
            attribute_range(xml.as_bytes(), element.as_bytes(), name.as_bytes()).map(|range| &xml[range])
        };
        let sheet = "<worksheet><dimensions ref='X'/><x:dimension a=\"ref\" ref = '1:4' /><sheetData/>";
        assert_eq!(value(sheet, "dimension", "ref"), Some("1:4"));
        assert_eq!(value("<sst count=\"9\" uniqueCount=\"7\">", "sst", "uniqueCount"), Some("7"));
        assert_eq!(value("<sst count=\"9\">", "sst", "uniqueCount"), None);
        assert_eq!(value("<sst uniqueCount=\"9\"", "sst", "uniqueCount"), None);
    }
}
