//! What the reader of workbooks does not tell about a sheet: which rows are hidden, and which
//! formulas have no result. Most sheets have neither, and a search of the inflated bytes shows it;
//! only the others are parsed for it.

use std::io::{BufReader, Read};

use memchr::memmem::Finder;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::parts::{Archive, Trouble, attribute, find};
use super::ranges::Ranges;
use super::source::CHUNK;

/// Formulas without a result that are noted one by one; a file with more was never calculated.
const MOST_UNCACHED: usize = 1_000_000;

/// The longest tag that is kept whole over the border of two chunks.
const LONGEST_TAG: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Numbers of the hidden rows, from 1.
    pub hidden: Ranges,
    /// Formula cells without a result: row and column from 0, in the order of the sheet.
    pub uncached: Vec<(u32, u32)>,
    /// There are formulas.
    pub formulas: bool,
}

/// Reads the sheet's part once, or twice if there may be something to find.
pub(super) fn read(archive: &mut Archive, path: &str) -> Result<Marks, Trouble> {
    let index = find(archive, path).ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
    if !worth_parsing(archive.by_index(index)?)? {
        return Ok(Marks::default());
    }
    parse(BufReader::with_capacity(CHUNK, archive.by_index(index)?))
}

/// Whether there is a row tag with the word `hidden` in it, or a formula.
fn worth_parsing(mut part: impl Read) -> Result<bool, Trouble> {
    let hidden = Finder::new(b"hidden");
    let formulas = [Finder::new(b"<f"), Finder::new(b":f")];
    let mut window = Vec::with_capacity(CHUNK + LONGEST_TAG);
    loop {
        let kept = window.len();
        if part.by_ref().take(CHUNK as u64).read_to_end(&mut window)? == 0 {
            return Ok(false);
        }
        // Only UTF-8 can be searched for these bytes.
        if kept == 0 && (window.starts_with(b"\xff\xfe") || window.starts_with(b"\xfe\xff") || window.contains(&0)) {
            return Ok(true);
        }
        let in_row = hidden.find_iter(&window).any(|at| is_in_row_tag(&window[..at]));
        if in_row || formulas.iter().any(|formula| formula.find_iter(&window).any(|at| ends_name(&window, at + 2))) {
            return Ok(true);
        }
        // An unfinished tag is looked at again with its rest.
        let keep = memchr::memrchr(b'<', &window).map_or(0, |at| window.len() - at).clamp(2, LONGEST_TAG);
        window.drain(..window.len().saturating_sub(keep));
    }
}

fn ends_name(window: &[u8], at: usize) -> bool {
    window.get(at).is_some_and(|byte| matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n'))
}

fn is_in_row_tag(before: &[u8]) -> bool {
    let Some(start) = memchr::memrchr(b'<', before) else { return true };
    let tag = &before[start + 1..];
    let name = tag.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    name == b"row" || name.ends_with(b":row")
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
        match reader.read_event_into(&mut buffer)? {
            Event::Start(element) => walk.enter(&element, &mut marks)?,
            Event::End(element) => match element.local_name().as_ref() {
                "row" => walk = Walk { row: walk.row.saturating_add(1), ..Walk::default() },
                "c" => walk.leave_cell(&mut marks)?,
                "v" => walk.in_value = false,
                "sheetData" => return Ok(marks),
                _ => {}
            },
            Event::Text(text) => walk.value |= walk.in_value && !text.is_empty(),
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
                if let Some(column) = attribute(element, "r")?.as_deref().and_then(column) {
                    self.column = column;
                }
                self.text = matches!(attribute(element, "t")?.as_deref(), Some("str"));
                (self.formula, self.value, self.in_value) = (false, false, false);
            }
            "f" => self.formula = true,
            "v" => {
                self.in_value = true;
                // The empty text is a result; an empty number is none.
                self.value |= self.text;
            }
            _ => {}
        }
        Ok(())
    }

    fn leave_cell(&mut self, marks: &mut Marks) -> Result<(), Trouble> {
        marks.formulas |= self.formula;
        if self.formula && !self.value {
            marks.uncached.push((self.row, self.column));
            if marks.uncached.len() > MOST_UNCACHED {
                return Err(Trouble::Uncalculated);
            }
        }
        self.column += 1;
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
        let xml = format!("<worksheet><cols><col hidden=\"1\"/></cols><sheetData>{rows}</sheetData></worksheet>");
        let worth = worth_parsing(xml.as_bytes()).unwrap();
        let marks = parse(xml.as_bytes()).unwrap();
        assert_eq!(worth, marks.formulas || !marks.hidden.is_empty(), "{rows}");
        marks
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
    fn a_mark_on_the_border_of_two_chunks_is_found() {
        for at in CHUNK - 60..CHUNK + 4 {
            let pad = "x".repeat(at);
            assert!(worth_parsing(format!("<t>{pad}</t><row r=\"1\" hidden=\"1\">").as_bytes()).unwrap());
            assert!(worth_parsing(format!("<t>{pad}</t><c><f>A1</f></c>").as_bytes()).unwrap());
            assert!(!worth_parsing(format!("<t>{pad}</t><col hidden=\"1\"><flat/>").as_bytes()).unwrap());
        }
    }
}
