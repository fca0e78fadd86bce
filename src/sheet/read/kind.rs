//! What a file is, told from its bytes and never from its name, and a sentence for each kind that
//! the program does not read.

use std::io::Read;

use memchr::memmem;

use super::source::{CHUNK, Source};
use super::trouble::open_document;
use crate::error::Error;
use crate::message::Text;
use crate::row::is_blank_char;
use crate::text;

/// The kinds of file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
        return Err(Error::new(old_workbook(name)));
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Err(Error::new(compound(source)?));
    }
    let words = start_of_text(&head);
    if words.is_empty() && source.len() <= HEAD as u64 {
        return Err(Error::new(text!(
            "{name} boş. Başlık satırı ve veri içeren bir dosya verin.",
            "{name} is empty. Give a file with a header row and data."
        )));
    }
    match foreign(name, &head, &words) {
        Some(sentence) => Err(Error::new(sentence)),
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

fn foreign(name: &str, head: &[u8], words: &str) -> Option<Text> {
    let begins = |starts: &[&str]| starts.iter().any(|start| words.starts_with(start));
    if begins(&["<?xml", "<workbook"]) && words.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some(text!(
            "{name} bir \"XML Elektronik Tablosu 2003\" dosyası. Excel'de açıp .xlsx olarak kaydedin.",
            "{name} is an \"XML Spreadsheet 2003\". Open it in Excel and save it as .xlsx."
        ));
    }
    if begins(&["<?xml", "<office:document"]) && words.contains("urn:oasis:names:tc:opendocument") {
        return Some(open_document(name));
    }
    if begins(&["<!doctype html", "<html", "<table", "<head", "<meta", "<style", "<div"])
        || (begins(&["<?xml", "<!--"]) && words.contains("<html"))
    {
        return Some(text!(
            "{name} aslında bir web sayfası (HTML). Excel'de açıp .xlsx olarak kaydedin.",
            "{name} is really a web page (HTML). Open it in Excel and save it as .xlsx."
        ));
    }
    let other = [(&b"%PDF-"[..], "PDF"), (b"\x1f\x8b", "gzip"), (b"Rar!", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip")];
    let (_, format) = other.into_iter().find(|(magic, _)| head.starts_with(magic))?;
    Some(text!(
        "{name} bir {format} dosyası. Bir .xlsx ya da .csv dosyası verin.",
        "{name} is a {format} file. Give an .xlsx or a .csv file."
    ))
}

/// A compound file: an old `.xls` workbook, or the wrapping of an encrypted one.
fn compound(source: &Source) -> Result<Text, Error> {
    let name = &source.name;
    if holds_utf16(source, "EncryptedPackage")? {
        return Ok(text!(
            "{name} parolayla korunuyor. Excel'de açın, Dosya > Bilgi > Çalışma Kitabını Koru bölümünden parolayı kaldırıp kaydedin.",
            "{name} is password-protected. Open it in Excel, remove the password under File > Info > Protect Workbook, and save it."
        ));
    }
    if holds_utf16(source, "WordDocument")? {
        return Ok(super::trouble::word_document(name));
    }
    Ok(old_workbook(name))
}

fn old_workbook(name: &str) -> Text {
    text!(
        "{name} eski türde (.xls) bir çalışma kitabı; hücrelerin nasıl göründüğü ondan kesin okunamıyor. Excel'de açın, Dosya > Farklı Kaydet > Excel Çalışma Kitabı (.xlsx) seçin ve o dosyayı verin.",
        "{name} is a workbook of the old kind (.xls), of which it cannot be read for certain what its cells show. Open it in Excel, choose File > Save As > Excel Workbook (.xlsx), and give that file."
    )
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
