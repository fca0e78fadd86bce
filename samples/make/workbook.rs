//! Samples as workbooks, laid out the way offices do it.

use std::path::Path;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError,
};

use crate::cell::{Cell, Row};

/// One sheet: its name, its rows with the headers first, and perhaps a title above them.
pub struct Sheet<'a> {
    pub name: &'a str,
    pub title: Option<&'a str>,
    pub rows: &'a [&'a str],
}

/// Writes a workbook that says it was made on 1 December 2026, so that it has the same bytes each time.
pub fn write(path: &Path, sheets: &[Sheet<'_>]) -> Result<(), XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 12, 1)?.and_hms(9, 0, 0)?;
    workbook.set_properties(&DocProperties::new().set_author("Ayşe Örnek").set_creation_datetime(&made));
    for sheet in sheets {
        fill(workbook.add_worksheet().set_name(sheet.name)?, sheet)?;
    }
    workbook.save(path)
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet<'_>) -> Result<(), XlsxError> {
    let rows: Vec<Row<'_>> = sheet.rows.iter().map(|line| Row::parse(line)).collect();
    let width = rows.first().map_or(0, |headers| headers.cells.len()) as u16;
    let mut at = 0;
    if let Some(title) = sheet.title {
        let bold = Format::new().set_bold().set_font_size(14).set_align(FormatAlign::Center);
        worksheet.merge_range(0, 0, 0, width - 1, title, &bold)?;
        // The title and a blank row.
        at = 2;
    }
    worksheet.set_freeze_panes(at + 1, 0)?;
    let header = Format::new().set_bold().set_background_color(Color::Silver).set_border(FormatBorder::Thin);
    let plain = Format::new().set_border(FormatBorder::Thin);
    for (index, row) in rows.iter().enumerate() {
        let format = if index == 0 { &header } else { &plain };
        write_row(worksheet, at, row, format)?;
        at += 1;
    }
    for column in 0..width {
        let cells = rows.iter().filter_map(|row| row.cells.get(usize::from(column)));
        let longest = cells.map(|cell| cell.shown().chars().count()).max().unwrap_or(0);
        worksheet.set_column_width(column, longest as f64 + 2.0)?;
    }
    Ok(())
}

fn write_row(worksheet: &mut Worksheet, at: u32, row: &Row<'_>, format: &Format) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(&row.cells) {
        match *cell {
            Cell::Blank => worksheet.write_blank(at, column, format)?,
            Cell::Text(text) => {
                worksheet.write_string_with_format(at, column, text, &format.clone().set_num_format("@"))?
            }
            Cell::Number { value, digits: 0 } => worksheet.write_number_with_format(at, column, value, format)?,
            Cell::Number { value, digits } => {
                let zeros = format.clone().set_num_format("0".repeat(digits));
                worksheet.write_number_with_format(at, column, value, &zeros)?
            }
            Cell::Formula { formula, value } => {
                let formula = Formula::new(formula.replace("{row}", &(at + 1).to_string())).set_result(value);
                worksheet.write_formula_with_format(at, column, formula, format)?
            }
        };
    }
    if row.hidden {
        worksheet.set_row_hidden(at)?;
    }
    Ok(())
}
