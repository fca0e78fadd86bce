//! Workbooks that tests make, change and read back.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use calamine::{Data, DataType as _, Reader as _, Xlsx, open_workbook};
use rust_xlsxwriter::{Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Fills an empty sheet.
pub type Fill<'a> = &'a dyn Fn(&mut Worksheet);

/// A workbook whose sheets have these names, each filled by its function.
pub fn book(sheets: &[(&str, Fill)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, fill) in sheets {
        fill(book.add_worksheet().set_name(*name).unwrap());
    }
    book.save_to_buffer().unwrap()
}

/// Writes texts into a row, counted from 1 as a spreadsheet does.
pub fn texts(sheet: &mut Worksheet, row: u32, cells: &[&str]) {
    for (column, text) in (0..).zip(cells) {
        if !text.is_empty() {
            sheet.write_string(row - 1, column, *text).unwrap();
        }
    }
}

/// The same workbook with one text in one of its parts replaced.
pub fn patched(bytes: &[u8], part: &str, from: &str, to: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = false;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        if name == part {
            found = text.contains(from);
            text = text.replacen(from, to, 1);
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    assert!(found, "{from} is not in {part}");
    writer.finish().unwrap().into_inner()
}

/// A sheet that was read back: its header row and the cells below it.
#[derive(Debug)]
pub struct Table {
    pub headers: Vec<String>,
    pub rows: Vec<BTreeMap<String, Data>>,
    /// The formulas of the sheet.
    pub formulas: Vec<String>,
}

impl Table {
    /// The texts of a column, from the top.
    pub fn column(&self, header: &str) -> Vec<String> {
        assert!(self.headers.iter().any(|known| known == header), "no {header} in {:?}", self.headers);
        self.rows.iter().map(|row| row.get(header).map(Data::to_string).unwrap_or_default()).collect()
    }
}

/// Reads a sheet whose headers stand in `header_row`, counted from 1.
pub fn read_sheet(path: &Path, sheet: &str, header_row: u32) -> Table {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let formulas = book.worksheet_formula(sheet).unwrap();
    let formulas = formulas.used_cells().map(|(_, _, formula)| formula.clone()).filter(|f| !f.is_empty()).collect();
    let range = book.worksheet_range(sheet).unwrap();
    let (bottom, right) = range.end().unwrap();
    let cell = |row: u32, column: u32| range.get_value((row, column)).cloned().unwrap_or(Data::Empty);
    let headers: Vec<String> = (0..=right).map(|column| cell(header_row - 1, column).to_string()).collect();
    let row = |at: u32| (0..=right).zip(&headers).map(|(c, header)| (header.clone(), cell(at, c))).collect();
    let rows: Vec<BTreeMap<String, Data>> = (header_row..=bottom).map(row).collect();
    let rows = rows.into_iter().filter(|row| row.values().any(|cell| !cell.is_empty())).collect();
    Table { headers, rows, formulas }
}

/// The names of a workbook's sheets.
pub fn sheet_names(path: &Path) -> Vec<String> {
    let book: Xlsx<_> = open_workbook(path).unwrap();
    book.sheet_names()
}
