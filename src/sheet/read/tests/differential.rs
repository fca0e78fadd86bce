//! Tables made at random, with the mistakes of real files, read beside calamine by itself: each cell is the same.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use proptest::prelude::*;
use proptest::test_runner::Config;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};

use super::workbooks::rewritten;
use super::{Read, open_bytes, options, rows};
use crate::row::{BadCell, Cell};

/// What a cell is made of.
#[derive(Debug, Clone)]
enum Made {
    Nothing,
    Text(String),
    Number(f64, &'static str),
    Bool(bool),
    /// A formula and its result.
    Formula(String),
}

/// What is done to a file that changes nothing of what it means.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mistake {
    Backslashes,
    Utf16,
    Module,
    Count(u64),
    Extent(&'static str),
    RowPerCell,
}

fn made() -> impl Strategy<Value = Made> {
    const FORMATS: [&str; 6] = ["General", "00000000", "\"FU\"0", "dd.mm.yyyy", "h:mm", "#,##0.00"];
    const TEXTS: [&str; 9] =
        ["a", " Iğdır\u{a0}", "00359", "1E+5", "2026-12-31", "<&>\"'", "_x0041_", "a\nb", "Toplam x"];
    let number = || (-1e9..1e9_f64, 0..FORMATS.len());
    prop_oneof![
        2 => Just(Made::Nothing),
        4 => (0..TEXTS.len()).prop_map(|at| Made::Text(TEXTS[at].to_owned())),
        2 => number().prop_map(|(value, at)| Made::Number(value.trunc().abs(), FORMATS[at])),
        1 => number().prop_map(|(value, at)| Made::Number((value / 7.0).abs(), FORMATS[at])),
        1 => any::<bool>().prop_map(Made::Bool),
        1 => prop_oneof![Just("7"), Just("x"), Just("#N/A"), Just("#DIV/0!")].prop_map(|r| Made::Formula(r.to_owned())),
    ]
}

fn mistake() -> impl Strategy<Value = Option<Mistake>> {
    proptest::option::of(prop_oneof![
        Just(Mistake::Backslashes),
        Just(Mistake::Utf16),
        Just(Mistake::Module),
        any::<u64>().prop_map(Mistake::Count),
        prop_oneof![Just("1:4"), Just("B2:A1"), Just("A1"), Just("")].prop_map(Mistake::Extent),
        Just(Mistake::RowPerCell),
    ])
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Made) {
    let done = match cell {
        Made::Nothing => return,
        Made::Text(text) => sheet.write_string(row, column, text),
        Made::Number(value, code) => {
            sheet.write_number_with_format(row, column, *value, &Format::new().set_num_format(*code))
        }
        Made::Bool(value) => sheet.write_boolean(row, column, *value),
        Made::Formula(result) => sheet.write_formula(row, column, Formula::new("=A1").set_result(result)),
    };
    done.unwrap();
}

/// A title, a header row, and these rows, with blank ones between them where a row has nothing.
fn book(table: &[Vec<Made>], hidden: &[bool]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Liste").unwrap();
    sheet.write_string(0, 1, "Başlık").unwrap();
    for (column, text) in (0..).zip(["Ad", "Cihaz No", "Tutar", "Tarih"]) {
        sheet.write_string(2, column, text).unwrap();
    }
    for (row, cells) in (3..).zip(table) {
        (0..).zip(cells).for_each(|(column, cell)| write(sheet, row, column, cell));
        if hidden[row as usize - 3] {
            sheet.set_row_hidden(row).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

fn mistaken(bytes: &[u8], mistake: Mistake) -> Vec<u8> {
    rewritten(bytes, |name, text| {
        let is_sheet = name.ends_with("sheet1.xml");
        let text = match mistake {
            Mistake::Module if name == "xl/workbook.xml" => {
                text.replace("</sheets>", "<sheet name=\"M\" sheetId=\"9\" state=\"hidden\" r:id=\"\"/></sheets>")
            }
            Mistake::Count(count) if name == "xl/sharedStrings.xml" => {
                let begin = text.find("uniqueCount=\"").unwrap() + 13;
                let end = begin + text[begin..].find('"').unwrap();
                format!("{}{count}{}", &text[..begin], &text[end..])
            }
            Mistake::Extent(extent) if is_sheet => {
                let begin = text.find("<dimension ref=\"").unwrap() + 16;
                let end = begin + text[begin..].find('"').unwrap();
                format!("{}{extent}{}", &text[..begin], &text[end..])
            }
            Mistake::RowPerCell if is_sheet => row_per_cell(&text),
            _ => text,
        };
        match mistake {
            Mistake::Backslashes => (name.replace('/', "\\"), text.into_bytes()),
            Mistake::Utf16 => {
                (name.to_owned(), format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect())
            }
            _ => (name.to_owned(), text.into_bytes()),
        }
    })
}

/// Ends and begins the row before each cell but its first.
fn row_per_cell(text: &str) -> String {
    let mut out = String::new();
    let mut row = "";
    for piece in text.split_inclusive('>') {
        if piece.trim_start().starts_with("<row ") {
            row = piece;
        } else if piece.starts_with("<c ") && !out.ends_with(row) {
            out.push_str("</row>");
            out.push_str(row);
        }
        out.push_str(piece);
    }
    out
}

/// What calamine by itself has at a place, as our cells have it.
fn same(ours: &Cell, theirs: Option<&Data>) -> bool {
    match (ours, theirs.unwrap_or(&Data::Empty)) {
        (Cell::Empty, Data::Empty) => true,
        (Cell::Empty, Data::String(text)) => text.is_empty(),
        (Cell::Text(ours), Data::String(theirs)) => ours == theirs,
        (Cell::Number { value, .. }, Data::Float(theirs)) => value.to_bits() == theirs.to_bits(),
        (Cell::Date { serial, .. }, Data::DateTime(theirs)) => serial.to_bits() == theirs.as_f64().to_bits(),
        (Cell::Bool(ours), Data::Bool(theirs)) => ours == theirs,
        (Cell::Bad(BadCell::Error(ours)), Data::Error(theirs)) => *ours == theirs.to_string(),
        _ => false,
    }
}

fn compare(read: &Read, original: &[u8], hidden: &[bool]) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(original)).unwrap();
    let range = book.worksheet_range("Liste").unwrap();
    let mut seen = Vec::new();
    for row in &read.rows {
        let number = row.place.row;
        assert_eq!(row.hidden, hidden[number as usize - 4], "row {number}");
        for (column, cell) in (0..).zip(&row.cells) {
            let theirs = range.get_value((number - 1, column));
            assert!(same(cell, theirs), "row {number}, column {column}: {cell:?} and {theirs:?}");
        }
        seen.push(number);
    }
    let total = read.totals.total_rows.iter().map(|place| place.row);
    let filled = (4..=range.end().map_or(0, |end| end.0 + 1)).filter(|number| {
        let blank = |data: &Data| match data {
            Data::Empty => true,
            Data::String(text) => Cell::Text(text.as_str().into()).is_blank(),
            _ => false,
        };
        (0..5).any(|column| range.get_value((number - 1, column)).is_some_and(|data| !blank(data)))
    });
    assert_eq!(seen.iter().copied().chain(total).collect::<Vec<_>>(), filled.collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(Config { cases: 96, failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_cell_is_what_calamine_has_whatever_mistakes_the_file_has(
        table in prop::collection::vec(prop::collection::vec(made(), 5), 1..9),
        hidden in prop::collection::vec(prop::bool::weighted(0.2), 9),
        mistake in mistake(),
    ) {
        let original = book(&table, &hidden);
        let bytes = mistake.map_or_else(|| original.clone(), |mistake| mistaken(&original, mistake));
        let read = match open_bytes("liste.xlsx", &bytes, &options()).and_then(rows) {
            Ok(read) => read,
            // A table of blanks has nothing to read, and says so.
            Err(stop) => {
                prop_assert!(stop.text().en.contains("no data below"), "{stop}");
                return Ok(());
            }
        };
        compare(&read, &original, &hidden);
    }
}
