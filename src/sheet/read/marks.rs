//! What the parser of workbooks does not tell about a sheet: its hidden rows, its formulas without a result, and the
//! places of errors that the parser does not know. Most sheets have none of them, and the scanner sees that from their
//! bytes. The others are parsed once more, for their marks.

use std::io::BufReader;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::archive::{Archive, find};
use super::elements::attribute;
use super::ranges::Ranges;
use super::slice::CHUNK;
use super::trouble::Trouble;

/// Formulas without a result that are noted one by one; a file with more was never calculated.
const MOST_UNCACHED: usize = 1_000_000;

/// The errors that the reader of workbooks knows; younger ones stop it.
const KNOWN_ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Numbers of the hidden rows, from 1.
    pub hidden: Ranges,
    /// Formula cells without a result: row and column from 0, in the order of the sheet.
    pub uncached: Vec<(u32, u32)>,
    /// Cells with an error that the reader does not know, as `uncached`.
    pub unknown: Vec<(u32, u32)>,
    /// Behind such a cell stands one without a reference, which the reader would misplace.
    pub unsure: bool,
    /// There are formulas.
    pub formulas: bool,
}

/// Parses a sheet's part that was scanned before.
pub(super) fn read(archive: &mut Archive, path: &str) -> Result<Marks, Trouble> {
    let index = find(archive, path).ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
    parse(BufReader::with_capacity(CHUNK, archive.by_index(index)?))
}

/// Where the parser stands, and what it has seen of the current cell.
#[derive(Default)]
struct Walk {
    row: u32,
    column: u32,
    formula: bool,
    in_value: bool,
    value: bool,
    text: bool,
    error: bool,
    /// The next event is the first within a value.
    begins: bool,
    /// In this row stands an error that the reader does not know.
    unknown: bool,
}

fn parse(part: impl std::io::BufRead) -> Result<Marks, Trouble> {
    let mut reader = Reader::from_reader(part);
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = true;
    let mut marks = Marks::default();
    let mut walk = Walk::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer)?;
        let begins = std::mem::take(&mut walk.begins);
        match event {
            Event::Start(element) => walk.enter(&element, &mut marks)?,
            Event::End(element) => match element.local_name().as_ref() {
                "row" => walk = Walk { row: walk.row.saturating_add(1), ..Walk::default() },
                "c" => walk.leave_cell(&mut marks)?,
                "v" => walk.in_value = false,
                "sheetData" => return Ok(marks),
                _ => {}
            },
            Event::Text(text) => {
                walk.value |= walk.in_value && !text.is_empty();
                if begins && walk.error && !KNOWN_ERRORS.contains(&text.as_ref()) {
                    walk.leave_error(&mut marks)?;
                }
            }
            Event::GeneralRef(_) | Event::CData(_) => walk.value |= walk.in_value,
            Event::Eof => return Ok(marks),
            _ => {}
        }
    }
}

impl Walk {
    fn enter(&mut self, element: &BytesStart, marks: &mut Marks) -> Result<(), Trouble> {
        match element.local_name().as_ref() {
            "row" => {
                if let Some(number) = attribute(element, "r")?.and_then(|number| number.parse::<u32>().ok()) {
                    self.row = number.saturating_sub(1);
                }
                if matches!(attribute(element, "hidden")?.as_deref(), Some("1" | "true")) {
                    marks.hidden.push(self.row.saturating_add(1));
                }
            }
            "c" => {
                match attribute(element, "r")?.as_deref().and_then(column) {
                    Some(column) => self.column = column,
                    None => marks.unsure |= self.unknown,
                }
                let kind = attribute(element, "t")?;
                (self.text, self.error) = (kind.as_deref() == Some("str"), kind.as_deref() == Some("e"));
                (self.formula, self.value, self.in_value) = (false, false, false);
            }
            "f" => self.formula = true,
            "v" => {
                (self.in_value, self.begins) = (true, true);
                // The empty text is a result. An empty number is not.
                self.value |= self.text;
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes the error that the reader will stop at: the first of a cell.
    fn leave_error(&mut self, marks: &mut Marks) -> Result<(), Trouble> {
        marks.unknown.push((self.row, self.column));
        (self.error, self.unknown) = (false, true);
        if marks.unknown.len() > MOST_UNCACHED { Err(Trouble::Uncalculated) } else { Ok(()) }
    }

    fn leave_cell(&mut self, marks: &mut Marks) -> Result<(), Trouble> {
        marks.formulas |= self.formula;
        if self.formula && !self.value {
            marks.uncached.push((self.row, self.column));
            if marks.uncached.len() > MOST_UNCACHED {
                return Err(Trouble::Uncalculated);
            }
        }
        self.column = self.column.saturating_add(1);
        Ok(())
    }
}

/// The column of a reference like `AB12`, from 0.
fn column(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0, |sum, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(rows: &str) -> Marks {
        parse(
            format!("<worksheet><cols><col hidden=\"1\"/></cols><sheetData>{rows}</sheetData></worksheet>").as_bytes(),
        )
        .unwrap()
    }

    #[test]
    fn hidden_rows_are_found_with_and_without_their_numbers() {
        let rows = r#"<row r="3"/><row r="4" hidden="1"/><row hidden="true"><c/></row><row/><x:row hidden = '1' />"#;
        assert_eq!(marks(rows).hidden.to_string(), "4-5, 7");
    }

    #[test]
    fn the_word_hidden_elsewhere_hides_nothing() {
        assert!(marks(r#"<row r="1"><c t="inlineStr"><is><t>row hidden="1"</t></is></c></row>"#).hidden.is_empty());
    }

    #[test]
    fn formulas_without_a_result_are_found() {
        let rows = r#"<row r="2"><c r="B2"><f>A1</f></c><c><f>A1</f><v></v></c><c r="E2"><f/><v/></c></row>
            <row r="3"><c r="A3" t="str"><f>A1</f><v></v></c><c r="B3"><f>1</f><v>0</v></c><c r="AA3"><v/></c></row>"#;
        assert_eq!(marks(rows).uncached, [(1, 1), (1, 2), (1, 4)]);
    }

    #[test]
    fn errors_that_the_reader_does_not_know_are_found() {
        let rows = r#"<row r="2"><c r="B2" t="e"><v>#N/A</v></c><c r="C2" t="e"><f/><v>#SPILL!</v></c><c r="D2"/></row>
            <row r="3"><c t="e"><v>#CALC!</v></c></row>"#;
        let found = marks(rows);
        assert_eq!((found.unknown, found.unsure), (vec![(1, 2), (2, 0)], false));
        assert!(marks(r#"<row r="2"><c t="e"><v>#CALC!</v></c><c><v>1</v></c></row>"#).unsure);
    }
}
