//! Why a file is refused: the file and a kind with its parameters. The sentences stand in [`sentences`].

mod sentences;

use crate::message::Text;

/// A file is refused. [`Error::text`] says it with the place and the next step, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct Error {
    /// The file's name without its folder, as the system has it.
    pub file: String,
    /// What is wrong.
    pub kind: ErrorKind,
}

impl Error {
    pub(crate) fn new(file: &str, kind: impl Into<ErrorKind>) -> Self {
        Self { file: file.to_owned(), kind: kind.into() }
    }
}

/// What is wrong, by where it shows. Words of the file and of the system stand in it as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file as a whole.
    File(FileFault),
    /// The file is of a kind that is not read.
    Foreign(Foreign),
    /// The encoding of a text.
    Encoding(EncodingFault),
    /// The choice of the sheets.
    Choice(ChoiceFault),
    /// The text, at this line, counted from 1.
    Line(u64, LineFault),
    /// The package of a workbook.
    Package(PackageFault),
    /// The sheet of this name.
    Sheet(String, SheetFault),
}

/// What is wrong with a file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileFault {
    /// No file has this name.
    NotFound,
    /// The system does not let this user read the file.
    NotAllowed,
    /// The system does not open the file, and says why.
    CannotOpen(String),
    /// A folder, a pipe or a device has this name.
    NotAFile,
    /// The system stops reading on the way, and says why.
    Unreadable(String),
    /// Another program changed the file while it was read.
    Changed,
    /// The file holds nothing, or blanks.
    Empty,
    /// The file unpacks to more than this many bytes.
    UnpacksTooLarge(u64),
    /// The disk has no room for the unpacked file, and the system says why.
    NoRoomToUnpack(String),
    /// The sheets have more cells than this, blank ones among them.
    TooManyCells(u64),
}

/// What is wrong with the encoding of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodingFault {
    /// No encoding has the name that was given.
    Unknown(String),
    /// The bytes of the file are no text.
    Binary,
    /// The file looks like UTF-16 of this name, and has no byte order mark.
    Utf16WithoutMark(&'static str),
    /// The text is not UTF-8, and does not read as Turkish.
    NotTurkish(Box<NotTurkish>),
}

/// Why no sheet can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChoiceFault {
    /// A sheet of this name was asked for, and the file is a text.
    SheetOfText(String),
    /// Nothing stands below the header row.
    NoData,
    /// Every sheet is hidden.
    NoVisibleSheet,
    /// No sheet has the name that was asked for.
    NoSuchSheet {
        /// The name that was asked for.
        named: String,
        /// The sheets of the file.
        sheets: Vec<String>,
        /// The sheet whose name comes closest.
        close: Option<String>,
    },
}

/// What is wrong with the package of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackageFault {
    /// The package or a part of it is cut short or damaged; the parser's own words.
    Damaged(String),
    /// A part is larger than is read.
    PartTooLarge(String),
    /// A cell stands where none can, by its reference.
    OutOfPlace(String),
    /// The workbook has more formulas without a result than are noted.
    NeverCalculated,
}

/// Kinds of file that are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// A workbook of Excel 97 to 2003, or older (`.xls`).
    OldWorkbook,
    /// A binary workbook (`.xlsb`).
    BinaryWorkbook,
    /// A workbook behind a password.
    Encrypted,
    /// An OpenDocument spreadsheet (`.ods`).
    OpenDocument,
    /// An XML spreadsheet of Excel 2003.
    XmlSpreadsheet,
    /// A Word document.
    WordDocument,
    /// A web page.
    WebPage,
    /// A zip archive that is no workbook.
    Zip,
    /// A file of another known format.
    Format(&'static str),
}

/// What is wrong with a line of a text, or with the record that begins on it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineFault {
    /// A quote opens a cell, and none closes it.
    OpenQuote,
    /// Text follows a closing quote.
    AfterQuote,
    /// A quote within a cell, a delimiter, and a quote that ends a cell: the delimiter may have been between quotes,
    /// behind another that is missing.
    StrayQuotes,
    /// The record is longer than a record can be.
    TooLong,
    /// The record is longer than a record can be, and its last cell is in quotes.
    LongCell,
    /// The lines of a cell in quotes are rows.
    Swallowed,
    /// The text holds a zero byte.
    Zero,
    /// The record has more cells than this, or stands behind the last line that is counted.
    TooWide(usize),
    /// The record has other cells than the header row has columns.
    Ragged {
        /// The cells of the record.
        cells: usize,
        /// The columns of the header row.
        columns: usize,
    },
    /// The record has other cells than those above it.
    RaggedAbove {
        /// The cells of the record.
        cells: usize,
        /// The cells of the records above it.
        above: usize,
    },
}

/// What is wrong with a sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SheetFault {
    /// The parser stops; its own words.
    Unreadable(String),
    /// A cell at this row or below holds an error that the parser does not know.
    ErrorCell {
        /// The row, counted from 1.
        row: u32,
        /// The error, as the sheet shows it.
        value: String,
    },
    /// A cell stands where none can, by its reference.
    OutOfPlace(String),
    /// A cell holds more characters than a cell can.
    LongCell {
        /// Its reference.
        cell: String,
        /// The characters that a cell can hold.
        most: usize,
    },
}

impl From<FileFault> for ErrorKind {
    fn from(fault: FileFault) -> Self {
        Self::File(fault)
    }
}

impl From<Foreign> for ErrorKind {
    fn from(foreign: Foreign) -> Self {
        Self::Foreign(foreign)
    }
}

impl From<EncodingFault> for ErrorKind {
    fn from(fault: EncodingFault) -> Self {
        Self::Encoding(fault)
    }
}

impl From<ChoiceFault> for ErrorKind {
    fn from(fault: ChoiceFault) -> Self {
        Self::Choice(fault)
    }
}

impl From<PackageFault> for ErrorKind {
    fn from(fault: PackageFault) -> Self {
        Self::Package(fault)
    }
}

/// A text that is not UTF-8 and does not read as Turkish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTurkish {
    /// The line of the first doubtful place, counted from 1.
    pub line: u64,
    /// The place, read as Windows-1254.
    pub as_turkish: String,
    /// The encoding that the text is most likely in, as people write it.
    pub proposed: String,
    /// The place, read in that encoding.
    pub as_proposed: String,
}

impl NotTurkish {
    /// The question whether the file is to be read in the proposed encoding.
    pub fn question(&self, file: &str) -> Text {
        sentences::question(file, self)
    }
}
