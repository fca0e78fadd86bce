//! What the fuzzers drive: functions of bytes that must neither panic nor hang, whoever calls them.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use caseload_engine::coerce::{Coerce, Formats};
use caseload_engine::contract::{Contract, catalogue, from_yaml};
use caseload_engine::outcome::{Answer, Attempt, Failure};
use caseload_engine::submit::client::retry_after_of;
use caseload_engine::submit::retry::{Before, decide};
use caseload_sheet::read::{Doubtful, Options, open};
use caseload_sheet::row::{BadCell, Cell};
use jiff::tz::TimeZone;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// A target and the folder of its corpus.
pub const ALL: [(&str, Target); 6] = [
    ("csv", csv),
    ("xlsx", xlsx),
    ("retry_after", retry_after),
    ("classify", classify),
    ("contract", contract),
    ("coerce", coerce),
];

/// A text file, whatever it is.
pub fn csv(bytes: &[u8]) {
    read("fuzz.csv", bytes);
}

/// A workbook, whatever it is. With `X` in front: the bytes are the rows of a sheet of a workbook that is in order.
pub fn xlsx(bytes: &[u8]) {
    match bytes.split_first() {
        Some((b'X', rows)) => read("fuzz.xlsx", &around(rows)),
        _ => read("fuzz.xlsx", bytes),
    }
}

/// A workbook around the XML of its rows, so that the changes reach past the archive.
fn around(rows: &[u8]) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!("<Relationships><Relationship Id=\"r\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>")
    };
    let book = format!(
        "<workbook xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r\"/></sheets></workbook>"
    );
    let sheet = [b"<worksheet><sheetData>", rows, b"</sheetData></worksheet>"].concat();
    let parts = [
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml").into_bytes()),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "s.xml").into_bytes()),
        ("xl/sharedStrings.xml", b"<sst><si><t>a</t></si></sst>".to_vec()),
        ("xl/s.xml", sheet),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in parts {
        if writer.start_file(name, stored).and_then(|()| Ok(writer.write_all(&content)?)).is_err() {
            return Vec::new();
        }
    }
    writer.finish().map(std::io::Cursor::into_inner).unwrap_or_default()
}

fn read(name: &str, bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join(name);
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let options = Options {
        sheet: None,
        encoding: None,
        known: &|texts| texts.iter().filter(|text| *text == "detail").count(),
        doubtful: Doubtful::Ask(&|question| question.en.len() % 2 == 0),
        scratch: folder.path(),
    };
    let mut rows = 0;
    if let Ok(input) = open(&path, &options)
        && let Ok(totals) = input.rows(|batch| {
            rows += batch.len() as u64;
            ControlFlow::Continue(())
        })
    {
        assert_eq!(totals.rows, rows);
    }
}

/// `Retry-After`, one value a line; a line that begins with `D` is the answer's `Date`.
pub fn retry_after(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(20) {
        let (name, value) = line.strip_prefix(b"D").map_or((RETRY_AFTER, line), |date| (DATE, date));
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    let _ = retry_after_of(&headers);
}

fn contracts() -> &'static [Contract] {
    static CONTRACTS: OnceLock<Vec<Contract>> = OnceLock::new();
    CONTRACTS.get_or_init(|| catalogue(None, &[]).unwrap_or_default())
}

/// Any answer under any operation: only a proof that nothing was done lets a row go again by itself.
pub fn classify(bytes: &[u8]) {
    let [a, b, c, d, body @ ..] = bytes else { return };
    let operations: Vec<_> = contracts().iter().flat_map(|contract| &contract.operations).collect();
    let operation = operations[usize::from(*d) % operations.len()];
    let failures = [Failure::Timeout, Failure::Broken, Failure::Garbled, Failure::Interrupted];
    let status = u16::from(*a) * 4 % 500 + 100 + u16::from(*b) % 4;
    let text = String::from_utf8_lossy(body);
    let (head, rest) = text.split_once('\n').unwrap_or(("", &text));
    let answer = Answer {
        status,
        retry_after_s: (b & 8 != 0).then(|| u64::from(*c).wrapping_mul(if b & 16 != 0 { u64::MAX / 3 } else { 10 })),
        location: (b & 32 != 0).then(|| head.to_owned()),
        content_type: (b & 64 != 0).then(|| head.to_owned()),
        body: rest.as_bytes().to_vec(),
        cut: b & 128 != 0,
    };
    let lost = a % 7 == 0;
    let attempt = if lost { Attempt::Lost(failures[usize::from(*b) % 4]) } else { Attempt::Answered(answer) };
    let before = Before { nth: u32::from(c % 60), doubtful: c & 64 != 0, renewable: c & 128 != 0 };
    let decision = decide(&attempt, operation, before);
    if lost || (500..=599).contains(&status) && !matches!(status, 501 | 503 | 505) {
        let may = operation.may_repeat() || operation.not_applied.contains(&status);
        assert!(decision.again.is_none() || may, "{}: {attempt:?} goes again", operation.name);
    }
}

/// A contract, whatever it is.
pub fn contract(bytes: &[u8]) {
    let _ = from_yaml("fuzz", &String::from_utf8_lossy(bytes), &[]);
}

/// Any cell for any field of any contract.
pub fn coerce(bytes: &[u8]) {
    let [kind, rest @ ..] = bytes else { return };
    let text = String::from_utf8_lossy(rest);
    let number = f64::from_le_bytes(std::array::from_fn(|at| rest.get(at).copied().unwrap_or_default()));
    let formats = ["General".to_owned(), text.clone().into_owned()];
    let cell = match kind % 6 {
        0 => Cell::Number { value: number, format: 1 },
        1 => Cell::Date { serial: number, format: 1 },
        2 => Cell::Bool(rest.len() % 2 == 0),
        3 => Cell::Bad(BadCell::Error(text.as_ref().into())),
        _ => Cell::Text(text.as_ref().into()),
    };
    let zone = TimeZone::UTC;
    let formats = Formats::of(&formats);
    let coerce = Coerce { formats: &formats, zone: &zone };
    let _ = coerce.shown(&cell);
    for field in contracts().iter().flat_map(|contract| &contract.operations).flat_map(|operation| &operation.fields) {
        let _ = coerce.value(field, &cell);
        let _ = coerce.doubt(&field.kind, &cell);
    }
}
