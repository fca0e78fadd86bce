//! The rows of an install list, as texts in the order of its columns, and the body of each.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Cell, DataRef, Reader, Xlsx, XlsxCellReader};
use csv::StringRecord;
use serde_json::{Map, Value};

use crate::Fallible;
use crate::install_list::{COLUMNS, IS_GMP3};

pub type Rows = Box<dyn Iterator<Item = Fallible<StringRecord>>>;

/// By the extension of the file.
pub fn open(path: &Path) -> Fallible<Rows> {
    if path.extension().is_some_and(|extension| extension == "xlsx") {
        Ok(Box::new(xlsx(path)?.skip(1)))
    } else {
        Ok(Box::new(csv(path)?))
    }
}

pub fn csv(path: &Path) -> Fallible<impl Iterator<Item = Fallible<StringRecord>> + use<>> {
    Ok(csv::Reader::from_path(path)?.into_records().map(|record| Ok(record?)))
}

/// The request body of a row: what is empty is left out.
pub fn body(row: &StringRecord) -> Value {
    let mut body = Map::new();
    for (index, (name, text)) in COLUMNS.iter().zip(row).enumerate() {
        if index == IS_GMP3 {
            body.insert((*name).to_owned(), Value::Bool(text == "true"));
        } else if !text.is_empty() {
            body.insert((*name).to_owned(), Value::String(text.to_owned()));
        }
    }
    Value::Object(body)
}

fn xlsx(path: &Path) -> Fallible<Sheet> {
    // The cells borrow from the workbook, and both live until the process ends.
    let workbook: &'static mut Xlsx<_> = Box::leak(Box::new(calamine::open_workbook(path)?));
    let sheet = workbook.sheet_names().first().ok_or("the workbook has no sheet")?.clone();
    let mut cells = workbook.worksheet_cells_reader(&sheet)?;
    Ok(Sheet { next: cells.next_cell()?, cells })
}

struct Sheet {
    cells: XlsxCellReader<'static, BufReader<File>>,
    /// The first cell of the next row; nothing at the end.
    next: Option<Cell<DataRef<'static>>>,
}

impl Sheet {
    fn row(&mut self) -> Fallible<Option<StringRecord>> {
        let Some(first) = self.next.take() else { return Ok(None) };
        let mut row = StringRecord::new();
        row.push_field(&text(&first));
        while let Some(cell) = self.cells.next_cell()? {
            if cell.get_position().0 != first.get_position().0 {
                self.next = Some(cell);
                break;
            }
            row.push_field(&text(&cell));
        }
        Ok(Some(row))
    }
}

impl Iterator for Sheet {
    type Item = Fallible<StringRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        self.row().transpose()
    }
}

fn text(cell: &Cell<DataRef<'static>>) -> String {
    match cell.get_value() {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}
