//! Whole files, from their bytes to their rows.

mod differential;
mod mistakes;
mod texts;
mod workbooks;

use std::ops::ControlFlow;
use std::path::Path;

use compact_str::CompactString;

use super::{Doubtful, Input, Options, Totals, open};
use crate::error::Error;
use crate::row::{Cell, Row};

const KNOWN: [&str; 4] = ["Ad", "Cihaz No", "Tutar", "Tarih"];

fn known(texts: &[CompactString]) -> usize {
    texts.iter().filter(|text| KNOWN.contains(&text.as_str())).count()
}

fn options<'a>() -> Options<'a> {
    Options {
        sheet: None,
        encoding: None,
        known: &known,
        doubtful: Doubtful::Ask(&|_| false),
        scratch: Path::new("/tmp"),
    }
}

struct Read {
    rows: Vec<Row>,
    totals: Totals,
}

impl Read {
    /// Row numbers.
    fn numbers(&self) -> Vec<u32> {
        self.rows.iter().map(|row| row.place.row).collect()
    }

    /// The cells of a row in short: texts as they are, others as Rust shows them.
    fn line(&self, at: usize) -> String {
        let shown = self.rows[at].cells.iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.to_string(),
            cell => format!("{cell:?}"),
        });
        shown.collect::<Vec<_>>().join("|")
    }
}

fn rows(input: Input) -> Result<Read, Error> {
    let mut rows = Vec::new();
    let totals = input.rows(|batch| {
        rows.extend(batch);
        ControlFlow::Continue(())
    })?;
    Ok(Read { rows, totals })
}

/// Opens a file with these bytes and this name.
fn open_bytes(name: &str, bytes: &[u8], options: &Options) -> Result<Input, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    open(&path, options)
}

/// The English sentence with which a file is refused.
fn refusal<T>(result: Result<T, Error>) -> String {
    let Err(stop) = result else { panic!("the file was accepted") };
    assert_ne!(stop.text().tr, stop.text().en);
    stop.text().en
}

#[test]
fn an_input_can_go_to_a_thread_of_its_own() {
    fn is_send<T: Send>() {}
    is_send::<Input>();
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "Ad;Tutar\na;1\n").unwrap();
    let input = open(&path, &options()).unwrap();
    append(&path, "b;2\n");
    assert!(refusal(rows(input)).contains("was changed while it was read"));
}

fn append(path: &Path, text: &str) {
    use std::io::Write;
    std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn whoever_takes_the_rows_can_end_the_reading() {
    let text = "Ad;Tutar\n".to_owned() + &"a;1\n".repeat(5000);
    let input = open_bytes("a.csv", text.as_bytes(), &options()).unwrap();
    let totals = input.rows(|_| ControlFlow::Break(())).unwrap();
    assert!(totals.rows < 1000, "{}", totals.rows);
}

#[test]
fn what_a_file_is_instead_is_said_with_the_next_step() {
    let cases: [(&str, &[u8], &str); 13] = [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\xef\xbb\xbf \r\n\n", "is empty"),
        ("a.xlsx", b"<html><body><table>", "is really a web page"),
        ("a.xls", b"\n <TABLE border=1>", "is really a web page"),
        (
            "a.xml",
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
            "XML Spreadsheet",
        ),
        ("a.pdf", b"%PDF-1.7", "is a PDF file"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook", "of the old kind (.xls)"),
        ("a.xls", b"\x09\x08\x08\0\0\x05\x05\0", "Save As > Excel Workbook (.xlsx)"),
        ("a.xls", b"\x09\0\x04\0\x02\0\x10\0", "of the old kind (.xls)"),
        (
            "a.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0",
            "is a Word document",
        ),
        (
            "a.fods",
            b"<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\">",
            "(.ods)",
        ),
        ("a.csv", b"a;b\x01\0\0\x02\x03;", "binary"),
        ("a.csv", b"A\0d\0;\0N\0o\0\n\0a\0;\0b\0", "--encoding utf-16le"),
    ];
    for (name, bytes, words) in cases {
        let sentence = refusal(open_bytes(name, bytes, &options()));
        assert!(sentence.contains(words) && sentence.starts_with(name), "{words}: {sentence}");
    }
    let mut encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    encrypted.resize(300_000, 0);
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let sentence = refusal(open_bytes("gizli.xlsx", &encrypted, &options()));
    assert!(sentence.contains("is password-protected"), "{sentence}");
}
