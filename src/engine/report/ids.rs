//! The sheets of ids for operations that answer a row with a list: one id a row.

use caseload_sheet::write::{Header, SheetNames, SheetWriter, Styles, looks_like_formula};
use jiff::tz::TimeZone;
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};
use serde_json::Value;

use super::moment;
use crate::message::harmless;
use crate::outcome::{Outcome, Status, id_text};
use crate::row::Place;

/// The ids of one id column.
pub struct IdSheet {
    /// The id column's name.
    id: String,
    full: Vec<Worksheet>,
    current: SheetWriter,
    with_sheet: bool,
}

/// Where ids come from.
pub struct Origin<'a> {
    pub place: Place,
    /// The name of the input sheet. A CSV file has none.
    pub sheet: Option<&'a str>,
}

/// What a sheet of ids is made with.
pub struct Means<'a> {
    pub book: &'a mut Workbook,
    pub names: &'a mut SheetNames,
    pub styles: &'a Styles,
    pub zone: &'a TimeZone,
    pub row_limit: u32,
}

/// The ids of a row where its answer holds a list and the row is done.
pub fn listed(outcome: &Outcome) -> Option<&[Value]> {
    match &outcome.id {
        Some(Value::Array(ids)) if matches!(outcome.status, Status::Done | Status::Duplicate) => Some(ids),
        _ => None,
    }
}

impl IdSheet {
    pub fn create(id: &str, with_sheet: bool, means: &mut Means) -> Result<Self, XlsxError> {
        let current = begin(id, 1, with_sheet, means)?;
        Ok(Self { id: id.to_owned(), full: Vec::new(), current, with_sheet })
    }

    pub fn is_for(&self, id: &str) -> bool {
        self.id == id
    }

    pub fn add(
        &mut self,
        ids: &[Value],
        origin: &Origin,
        sent_at_ms: Option<i64>,
        means: &mut Means,
    ) -> Result<(), XlsxError> {
        let sent_at = sent_at_ms.and_then(|ms| moment::serial(ms, means.zone));
        for id in ids {
            if self.current.next() >= means.row_limit {
                let next = begin(&self.id, self.full.len() + 2, self.with_sheet, means)?;
                let full = std::mem::replace(&mut self.current, next);
                self.full.push(full.end(headers(&self.id, self.with_sheet).len())?);
            }
            let (at, text) = (self.current.begin_row(None), harmless(&id_text(id)).into_owned());
            let format = means.styles.text(looks_like_formula(&text), false);
            self.current.text(at, 0, &text, format)?;
            let row_column = usize::from(self.with_sheet) + 1;
            if self.with_sheet {
                self.current.text(at, 1, origin.sheet.unwrap_or_default(), None)?;
            }
            self.current.number(at, row_column, f64::from(origin.place.row), 8, &means.styles.whole)?;
            if let Some(sent_at) = sent_at {
                self.current.number(at, row_column + 1, sent_at, 20, &means.styles.moment)?;
            }
        }
        Ok(())
    }

    pub fn size(&self) -> u64 {
        self.current.size()
    }

    /// The finished sheets, in order.
    pub fn end(self) -> Result<Vec<Worksheet>, XlsxError> {
        let mut sheets = self.full;
        sheets.push(self.current.end(headers(&self.id, self.with_sheet).len())?);
        Ok(sheets)
    }
}

fn headers(id: &str, with_sheet: bool) -> Vec<&str> {
    let mut headers = vec![id, "Sheet", "Row", "Sent at"];
    if !with_sheet {
        headers.remove(1);
    }
    headers
}

fn begin(id: &str, part: usize, with_sheet: bool, means: &mut Means) -> Result<SheetWriter, XlsxError> {
    let mut sheet = means.book.new_worksheet_with_constant_memory()?;
    sheet.set_name(means.names.take(id, part))?;
    let mut part = SheetWriter::new(sheet);
    for (column, text) in headers(id, with_sheet).into_iter().enumerate() {
        part.header(&Header { column, text, added: true }, means.styles)?;
    }
    Ok(part)
}
