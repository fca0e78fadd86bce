//! Tells what a file is, from its bytes and never from its name.

use std::io::Read;

use memchr::memmem;

use super::slice::CHUNK;
use super::source::Source;
use crate::error::{Error, FileFault, Foreign};
use crate::row::is_blank_char;

/// The kinds of file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A zip archive; what is in it is the workbook reader's business.
    Zip,
    /// Anything that may be delimited text.
    Text,
}

/// How many bytes of the file's head are looked at.
const HEAD: usize = 4096;

/// How workbooks begin that are older than compound files: Excel 2 to 5.
const BARE_XLS: [&[u8]; 4] = [b"\x09\0\x04\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0", b"\x09\x08\x08\0"];

/// The kind of the file, or the sentence that says what it is instead.
pub(super) fn tell(source: &Source) -> Result<Kind, Error> {
    let head = source.head(HEAD)?;
    let name = &source.name;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if BARE_XLS.iter().any(|begin| head.starts_with(begin)) {
        return Err(Error::new(name, Foreign::OldWorkbook));
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(Error::new(name, compound(source)?));
    }
    let words = start_of_text(&head);
    if words.is_empty() && source.len() <= HEAD as u64 {
        return Err(Error::new(name, FileFault::Empty));
    }
    match foreign(&head, &words) {
        Some(foreign) => Err(Error::new(name, foreign)),
        None => Ok(Kind::Text),
    }
}

/// The head as lower-case text, without blanks and byte order mark in front.
fn start_of_text(head: &[u8]) -> String {
    let text = match head {
        [0xff, 0xfe, ..] => encoding_rs::UTF_16LE.decode(head).0,
        [0xfe, 0xff, ..] => encoding_rs::UTF_16BE.decode(head).0,
        _ => String::from_utf8_lossy(head),
    };
    text.trim_start_matches(is_blank_char).to_ascii_lowercase()
}

fn foreign(head: &[u8], words: &str) -> Option<Foreign> {
    let begins = |starts: &[&str]| starts.iter().any(|start| words.starts_with(start));
    if begins(&["<?xml", "<workbook"]) && words.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some(Foreign::XmlSpreadsheet);
    }
    if begins(&["<?xml", "<office:document"]) && words.contains("urn:oasis:names:tc:opendocument") {
        return Some(Foreign::OpenDocument);
    }
    if begins(&["<!doctype html", "<html", "<table", "<head", "<meta", "<style", "<div"])
        || (begins(&["<?xml", "<!--"]) && words.contains("<html"))
    {
        return Some(Foreign::WebPage);
    }
    let other = [(&b"%PDF-"[..], "PDF"), (b"\x1f\x8b", "gzip"), (b"Rar!", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip")];
    let (_, format) = other.into_iter().find(|(magic, _)| head.starts_with(magic))?;
    Some(Foreign::Format(format))
}

/// A compound file: an old `.xls` workbook, or the wrapping of an encrypted one.
fn compound(source: &Source) -> Result<Foreign, Error> {
    if holds_utf16(source, "EncryptedPackage")? {
        return Ok(Foreign::Encrypted);
    }
    if holds_utf16(source, "WordDocument")? {
        return Ok(Foreign::WordDocument);
    }
    Ok(Foreign::OldWorkbook)
}

fn holds_utf16(source: &Source, word: &str) -> Result<bool, Error> {
    let needle: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut reader = source.slice(0, source.len());
    let mut window = Vec::with_capacity(CHUNK + needle.len());
    loop {
        let keep = window.len().saturating_sub(needle.len());
        window.drain(..keep);
        let read = reader.by_ref().take(CHUNK as u64).read_to_end(&mut window);
        if read.map_err(|error| source.unreadable(&error))? == 0 {
            return Ok(false);
        }
        if memmem::find(&window, &needle).is_some() {
            return Ok(true);
        }
    }
}
