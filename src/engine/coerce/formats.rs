//! The number formats of a file.

use super::date_format::DateParts;
use crate::number_format::{NumberFormat, Shown, exact};

/// The number formats of a file's cells, each read once.
#[derive(Debug, Default)]
pub struct Formats {
    all: Vec<Format>,
    pub(super) is_text_file: bool,
}

#[derive(Debug)]
struct Format {
    code: String,
    number: NumberFormat,
    date: DateParts,
}

impl Formats {
    /// Those that a workbook's cells refer to.
    pub fn of(codes: &[String]) -> Self {
        let format = |code: &String| {
            let (number, date) = (NumberFormat::of(code), DateParts::of(code));
            Format { code: code.clone(), number, date }
        };
        Self { all: codes.iter().map(format).collect(), is_text_file: false }
    }

    /// None: the file is a text, in which a spreadsheet may have written `1,2E+15` for a number.
    pub fn of_text_file() -> Self {
        Self { all: Vec::new(), is_text_file: true }
    }

    pub(super) fn number(&self, format: u16) -> Option<&NumberFormat> {
        self.all.get(usize::from(format)).map(|format| &format.number)
    }

    pub(super) fn date(&self, format: u16) -> DateParts {
        self.all.get(usize::from(format)).map_or(DateParts::of("General"), |format| format.date)
    }

    pub(super) fn code(&self, format: u16) -> &str {
        self.all.get(usize::from(format)).map_or("General", |format| format.code.as_str())
    }

    /// What the cell shows; nothing where that cannot be told for certain.
    pub(super) fn shown(&self, value: f64, format: u16) -> Option<Shown> {
        match self.number(format) {
            Some(format) => format.shown(value),
            None => Some(Shown { text: exact(value), grouped: false, hides_sign: false }),
        }
    }
}
