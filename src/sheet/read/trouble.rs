//! What keeps a workbook from being read, before its file has a name in a sentence.

use std::io;

use zip::result::ZipError;

use crate::error::{Error, Foreign, PackageFault};

/// What keeps a workbook from being read.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// The archive or a part of it is cut short or damaged.
    Damaged(String),
    /// A part is larger than is read.
    TooLarge(String),
    /// A cell stands where none can, by its reference.
    OutOfPlace(String),
    /// More formulas without a result than are noted.
    Uncalculated,
    /// The archive is no workbook that is read.
    Other(Foreign),
}

impl From<ZipError> for Trouble {
    fn from(error: ZipError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<quick_xml::Error> for Trouble {
    fn from(error: quick_xml::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl Trouble {
    /// The error of the file with this name.
    pub fn of(self, file: &str) -> Error {
        match self {
            Trouble::Damaged(why) => Error::new(file, PackageFault::Damaged(why)),
            Trouble::TooLarge(part) => Error::new(file, PackageFault::PartTooLarge(part)),
            Trouble::OutOfPlace(cell) => Error::new(file, PackageFault::OutOfPlace(cell)),
            Trouble::Uncalculated => Error::new(file, PackageFault::NeverCalculated),
            Trouble::Other(foreign) => Error::new(file, foreign),
        }
    }
}
