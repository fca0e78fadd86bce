//! Reading: a file becomes [`Sheet`]s and a stream of [`Row`]s.
//!
//! A file is opened once, hashed whole and parsed through the same handle, so the hash is that of the bytes that are
//! read. Its bytes tell its kind: a workbook (`xlsx`) or delimited text (`csv`). A file with a doubtful place (a quote
//! that nothing closes, a ragged row, a damaged archive) is refused as a whole, with the place. Memory does not grow
//! with the rows; the texts that a workbook shares among its cells are the one exception.

mod archive;
mod cells;
mod csv;
mod delimiter;
mod elements;
mod encoding;
mod gate;
mod gzip;
mod header;
mod headings;
mod kind;
mod marks;
mod mend;
mod metered;
mod options;
mod parts;
mod ranges;
mod read_as;
mod records;
mod scan;
mod scanner;
mod shape;
mod slice;
mod source;
mod stream;
mod text_form;
mod trouble;
mod turkish;
mod warning;
mod watched;
mod weight;
mod xlsx;

use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;

use encoding_rs::WINDOWS_1254;

pub use self::kind::Kind;
pub use self::options::{Doubtful, Options};
pub use self::ranges::Ranges;
pub use self::read_as::ReadAs;
pub use self::stream::Totals;
pub use self::warning::{Warning, WarningKind};

use self::encoding::Survey;
use self::source::Source;
use self::stream::Stream;
use self::text_form::TextForm;
use self::xlsx::Workbook;
use crate::error::{ChoiceFault, Error};
use crate::row::{Row, Sheet};

/// An input file whose sheets, headers and encoding are known, and whose rows are still to be read.
pub struct Input {
    /// The sheets that are read; a text file has one, without a name.
    pub sheets: Vec<Sheet>,
    /// The number formats that cells refer to; the first is `General`.
    pub formats: Vec<String>,
    /// Of the whole file.
    pub sha256: [u8; 32],
    /// The encoding of a text file; nothing for a workbook.
    pub encoding: Option<&'static str>,
    /// The encoding that the user agreed to, where it is another than Windows-1254.
    pub agreed: Option<&'static str>,
    /// What the user should know of the choice of sheets; more comes with [`Totals`].
    pub warnings: Vec<Warning>,
    source: Source,
    body: Body,
}

enum Body {
    Csv(TextForm),
    Xlsx(Box<Workbook>),
}

/// What a file is, by its first bytes, without reading the rest of it; `scratch` is the folder for temporary files.
///
/// # Errors
/// It is of a kind that is not read, or is empty.
pub fn kind_of(path: &Path, scratch: &Path) -> Result<Kind, Error> {
    kind::tell(&Source::open(path, scratch)?)
}

/// Opens a file and looks at its head; what cannot be read is refused.
pub fn open(path: &Path, options: &Options) -> Result<Input, Error> {
    let source = Source::open(path, options.scratch)?;
    match kind::tell(&source)? {
        Kind::Zip => {
            let sha256 = source.hash(|_| {})?;
            let opened = xlsx::open(&source, options)?;
            Ok(Input {
                sheets: opened.sheets,
                formats: opened.workbook.formats().to_vec(),
                sha256,
                encoding: None,
                agreed: None,
                warnings: opened.warnings,
                source,
                body: Body::Xlsx(Box::new(opened.workbook)),
            })
        }
        Kind::Text => {
            if let Some(sheet) = options.sheet {
                return Err(Error::new(&source.name, ChoiceFault::SheetOfText(sheet.to_owned())));
            }
            let mut survey = Survey::default();
            let sha256 = source.hash(|chunk| survey.look(chunk))?;
            let mut chosen = encoding::choose(&source.name, &source.head(4096)?, &survey, options.encoding)?;
            if chosen.is_guess {
                chosen.encoding = turkish::agree(&source, &options.doubtful)?;
            }
            let agreed = Some(chosen.encoding.name()).filter(|_| chosen.is_guess && chosen.encoding != WINDOWS_1254);
            let (form, sheet) = csv::open(&source, chosen, options)?;
            Ok(Input {
                sheets: vec![sheet],
                formats: vec!["General".to_owned()],
                sha256,
                encoding: Some(form.encoding.name()),
                agreed,
                warnings: Vec::new(),
                source,
                body: Body::Csv(form),
            })
        }
    }
}

impl Input {
    /// How the file was understood.
    pub fn read_as(&self) -> ReadAs {
        let rows = || self.sheets.iter().map(|sheet| sheet.header_row);
        let header_row = rows().next().filter(|first| rows().all(|row| row == *first));
        match &self.body {
            Body::Csv(form) => ReadAs::of_text(form.delimiter, form.encoding, header_row),
            Body::Xlsx(_) => ReadAs::of_workbook(header_row),
        }
    }

    /// Reads all rows, some hundred at a time. Blank rows and a total row at the end of a sheet are
    /// counted, not handed over. `emit` ends the reading by [`ControlFlow::Break`]; the totals then
    /// are those of what was read.
    pub fn rows(self, mut emit: impl FnMut(Vec<Row>) -> ControlFlow<()>) -> Result<Totals, Error> {
        let mut stream = Stream::new(&mut emit, &self.sheets);
        match self.body {
            Body::Csv(form) => csv::rows(&form, &self.source, &self.sheets[0], &mut stream)?,
            Body::Xlsx(mut workbook) => workbook.rows(&self.source.name, &self.sheets, &mut stream)?,
        }
        let whole = !stream.is_over();
        let totals = stream.finish(&self.sheets);
        if whole {
            self.source.check_unchanged()?;
        }
        Ok(totals)
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("sheets", &self.sheets).field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
