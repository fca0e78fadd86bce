//! One convention a column: where some cells write `12,5` and others `12.5`, no one can say what `1.234` means.

use crate::coerce::{DecimalSign, decimal_sign};
use crate::contract::{Kind, Operation};
use crate::error::{Code, Error};
use crate::map::SheetMap;
use crate::message::shown;
use crate::row::{Row, Sheet, column_letter};
use crate::text;

/// Which sign the texts of each number column use before their decimals.
pub struct Decimals {
    /// By sheet, the columns that feed numbers.
    columns: Vec<Vec<Seen>>,
}

struct Seen {
    column: usize,
    /// The first row with each sign.
    comma: Option<u32>,
    point: Option<u32>,
}

impl Decimals {
    pub fn new(maps: &[SheetMap], operations: &[&Operation]) -> Self {
        let of_sheet = |map: &SheetMap| {
            let mut columns: Vec<usize> = Vec::new();
            for route in &map.routes {
                let fields = operations[route.operation].fields.iter().enumerate();
                let numbers = fields.filter(|(_, field)| field.kind == Kind::Number);
                columns.extend(numbers.filter_map(|(at, _)| route.column(at)));
            }
            columns.sort_unstable();
            columns.dedup();
            columns.into_iter().map(|column| Seen { column, comma: None, point: None }).collect()
        };
        Self { columns: maps.iter().map(of_sheet).collect() }
    }

    pub fn note(&mut self, row: &Row) {
        for seen in &mut self.columns[usize::from(row.place.sheet)] {
            let first = match row.cells.get(seen.column).and_then(decimal_sign) {
                Some(DecimalSign::Comma) => &mut seen.comma,
                Some(DecimalSign::Point) => &mut seen.point,
                None => continue,
            };
            first.get_or_insert(row.place.row);
        }
    }

    /// # Errors
    /// A column in which both signs stand, with a row of each.
    pub fn agree(&self, sheets: &[Sheet]) -> Result<(), Error> {
        for (sheet, columns) in sheets.iter().zip(&self.columns) {
            for seen in columns {
                if let (Some(comma), Some(point)) = (seen.comma, seen.point) {
                    return Err(mixed(sheet, seen.column, comma, point));
                }
            }
        }
        Ok(())
    }
}

fn mixed(sheet: &Sheet, column: usize, comma: u32, point: u32) -> Error {
    let letter = column_letter(column);
    let header = sheet.headers.get(column).map(|header| shown(header)).unwrap_or_default();
    Code::DecimalsMixed.cannot_start(text!(
        "{letter} sütununda (\"{header}\") ondalıklar iki türlü yazılmış: {comma}. satırda virgülle, {point}. satırda noktayla. Sütunda yalnız birini kullanın; hiçbir satır gönderilmedi.",
        "Column {letter} (\"{header}\") writes decimals in two ways: with a comma in row {comma}, with a point in row {point}. Use one of them in the whole column; no row was sent."
    ))
}
