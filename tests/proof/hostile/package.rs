//! Workbooks put together by hand, part by part, and zip archives that lie.

use std::collections::HashSet;
use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::workdir::HEADER;

pub const SHEET: &str = "xl/worksheets/sheet1.xml";
pub const STRINGS: &str = "xl/sharedStrings.xml";
pub const STYLES: &str = "xl/styles.xml";
pub const BOOK: &str = "xl/workbook.xml";
pub const BOOK_RELS: &str = "xl/_rels/workbook.xml.rels";
pub const RELS: &str = "_rels/.rels";

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The parts of a workbook, in the order in which they are packed.
#[derive(Clone)]
pub struct Package(pub Vec<(String, Vec<u8>)>);

impl Package {
    /// A workbook whose only sheet has these rows.
    pub fn of(rows: &str) -> Self {
        let part = |name: &str, text: String| (name.to_owned(), text.into_bytes());
        let relation = |id: u8, kind: &str, target: &str| {
            format!(r#"<Relationship Id="rId{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
        };
        let relations = |list: String| {
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{list}</Relationships>"#
            )
        };
        let book = relation(1, "worksheet", "worksheets/sheet1.xml")
            + &relation(2, "sharedStrings", "sharedStrings.xml")
            + &relation(3, "styles", "styles.xml");
        Self(vec![
            part(
                "[Content_Types].xml",
                r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.into(),
            ),
            part(RELS, relations(relation(1, "officeDocument", "xl/workbook.xml"))),
            part(
                BOOK,
                format!(
                    r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr/><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>"#
                ),
            ),
            part(BOOK_RELS, relations(book)),
            part(STYLES, styles(&["General"])),
            part(STRINGS, format!(r#"<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>shared</t></si></sst>"#)),
            part(SHEET, sheet(rows)),
        ])
    }

    /// The header, one good row, and what follows.
    pub fn list(rows: &str) -> Self {
        Self::of(&(header() + &good(2) + rows))
    }

    /// The header, and one row whose text in F (the detail) is this cell's XML instead.
    pub fn cell(xml: &str) -> Self {
        Self::of(&format!("{}<row r=\"2\">{}{xml}</row>", header(), &cells(2, &["upgrade", "psu", "FU00000002"])))
    }

    pub fn with(mut self, part: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        match self.0.iter_mut().find(|(name, _)| name == part) {
            Some(found) => found.1 = content,
            None => self.0.push((part.to_owned(), content)),
        }
        self
    }

    /// One text of a part replaced.
    pub fn swap(mut self, part: &str, from: &str, to: &str) -> Self {
        let found = self.0.iter_mut().find(|(name, _)| name == part).unwrap();
        let text = String::from_utf8(std::mem::take(&mut found.1)).unwrap();
        assert!(text.contains(from), "{from} is not in {part}");
        found.1 = text.replacen(from, to, 1).into_bytes();
        self
    }

    pub fn without(mut self, part: &str) -> Self {
        self.0.retain(|(name, _)| name != part);
        self
    }

    pub fn renamed(mut self, part: &str, name: &str) -> Self {
        let found = self.0.iter_mut().find(|(known, _)| known == part).unwrap();
        name.clone_into(&mut found.0);
        self
    }

    /// The archive. Names may be there twice.
    pub fn zip(&self) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let mut twins: Vec<&str> = Vec::new();
        let mut known = HashSet::new();
        for (name, content) in &self.0 {
            // The writer refuses a name that is there already: it gets another of the same length.
            let fresh = known.insert(name.as_str());
            twins.extend((!fresh).then_some(name.as_str()));
            let name = if fresh { name.clone() } else { disguised(name) };
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        let mut bytes = writer.finish().unwrap().into_inner();
        for name in twins {
            replace_all(&mut bytes, disguised(name).as_bytes(), name.as_bytes());
        }
        bytes
    }
}

fn disguised(name: &str) -> String {
    name.replace('s', "\u{1}")
}

fn replace_all(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    for at in 0..=bytes.len().saturating_sub(from.len()) {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
}

/// The central directory's record of a part, and where it begins.
pub fn central(bytes: &[u8], part: &str) -> usize {
    let is_it = |at: &usize| bytes[*at..].starts_with(b"PK\x01\x02") && bytes[at + 46..].starts_with(part.as_bytes());
    (0..bytes.len() - 46).find(is_it).unwrap()
}

/// Writes a number into an archive, little end first.
pub fn put(bytes: &mut [u8], at: usize, number: &[u8]) {
    bytes[at..at + number.len()].copy_from_slice(number);
}

pub fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}"><dimension ref="A1:F2"/><sheetData>{rows}</sheetData></worksheet>"#
    )
}

/// Cell formats, one style for each, under their usual numbers.
pub fn styles(codes: &[&str]) -> String {
    let formats: String =
        (164..).zip(codes).map(|(id, code)| format!(r#"<numFmt numFmtId="{id}" formatCode="{code}"/>"#)).collect();
    let styles: String = (164..).zip(codes).map(|(id, _)| format!(r#"<xf numFmtId="{id}"/>"#)).collect();
    format!(
        r#"<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellXfs>{styles}</cellXfs></styleSheet>"#
    )
}

pub fn header() -> String {
    format!("<row r=\"1\">{}</row>", cells(1, &HEADER.split(',').collect::<Vec<_>>()))
}

pub fn good(row: u32) -> String {
    format!("<row r=\"{row}\">{}</row>", cells(row, &["upgrade", "psu", &format!("FU{row:08}"), "", "", "fine"]))
}

pub fn cells(row: u32, texts: &[&str]) -> String {
    let cell = |(column, text): (char, &&str)| match *text {
        "" => String::new(),
        text => format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    };
    ('A'..).zip(texts).map(cell).collect()
}
