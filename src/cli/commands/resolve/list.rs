//! The unknown rows as a workbook to fill in: what was decided of each is read back by `--from`.

use std::path::Path;

use caseload_engine::error::Error;
use caseload_engine::ledger::{Entry, Run};
use caseload_engine::submit::event::reference;
use caseload_engine::words::{Reader, sentence};
use caseload_sheet::message::{Lang, harmless, shown};
use caseload_sheet::{files, say, text};
use rust_xlsxwriter::{Color, DataValidation, Format, FormatBorder, Workbook, XlsxError};

use crate::cli::profile::local_time;

/// The columns and their widths.
const COLUMNS: [(&str, f64); 9] = [
    ("Sheet", 14.0),
    ("Row", 7.0),
    ("Sent at", 19.0),
    ("Reference", 30.0),
    ("Error", 60.0),
    ("Decision", 12.0),
    ("Id", 20.0),
    ("Why", 40.0),
    ("Attempt", 22.0),
];

/// The attempt that a line of the list is about: a word about it is no word about a later one.
pub fn attempt(entry: &Entry) -> String {
    let nonce = entry.nonce.map(|nonce| format!("-{nonce:016x}")).unwrap_or_default();
    format!("{}{nonce}", entry.attempts)
}

/// Writes the list. A file that is there already stays.
///
/// # Errors
/// The file is there, or its folder cannot be written.
pub fn write(path: &Path, run: &Run, entries: &[Entry], lang: Lang) -> Result<(), Error> {
    let failed = |why: &dyn std::fmt::Display| {
        let (path, why) = (shown(&path.display().to_string()), why.to_string());
        Error::cannot_start(text!(
            "{path} yazılamadı: {why}. -o ile başka bir ad verin.",
            "{path} could not be written: {why}. Give another name by -o."
        ))
    };
    let file = files::create_new(path).map_err(|error| failed(&error))?;
    let mut workbook = build(run, entries, lang).map_err(|error| failed(&error))?;
    workbook.save_to_writer(file).map_err(|error| failed(&error))
}

fn build(run: &Run, entries: &[Entry], lang: Lang) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(say!(lang, "Belirsiz satırlar", "Unknown rows"))?;
    let header =
        Format::new().set_bold().set_background_color(Color::RGB(0x00DD_EBF7)).set_border_bottom(FormatBorder::Thin);
    let as_text = Format::new().set_num_format("@");
    for (column, (name, width)) in COLUMNS.iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, *name, &header)?;
        sheet.set_column_width(column as u16, *width)?;
    }
    // Ids are texts: a spreadsheet would take the zeros of a number away.
    sheet.set_column_format(6, &as_text)?;
    for (at, entry) in (1_u32..).zip(entries) {
        let name = run.spec.sheets.get(usize::from(entry.place.sheet)).map_or("", String::as_str);
        let sent = entry.sent_at_ms.map(local_time).unwrap_or_default();
        let error = entry.settlement.error.as_ref().map(|error| sentence(error, Reader::of(lang))).unwrap_or_default();
        sheet.write_string(at, 0, harmless(name))?;
        sheet.write_number(at, 1, entry.place.row)?;
        sheet.write_string(at, 2, sent)?;
        sheet.write_string(at, 3, reference(&run.spec.name, entry.place))?;
        sheet.write_string(at, 4, harmless(&error))?;
        sheet.write_string(at, 8, attempt(entry))?;
    }
    let last = entries.len().max(1) as u32;
    let choice = DataValidation::new().allow_list_strings(&["done", "not-done"])?;
    sheet.add_data_validation(1, 5, last, 5, &choice)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(workbook)
}
