//! # caseload-sheet
//!
//! Rows out of files, and tables into files. It knows spreadsheets and delimited text; it knows no API.
//!
//! | module | purpose |
//! |---|---|
//! | [`read`] | opens a workbook or a text, and streams its [`row`]s in constant memory |
//! | [`row`] | cells, rows and sheets, as the file has them |
//! | [`mod@write`] | puts a workbook or a CSV on disk, whole or not at all |
//! | [`number_format`] | what a spreadsheet shows of a number |
//! | [`fold`] | compares names without regard to case, accents and punctuation |
//! | [`files`] | opens, makes and replaces files safely, whatever stands in their place |
//! | [`message`] | sentences in Turkish and English, and the escapes that keep a terminal safe |
//! | [`error`] | why a file is refused |
//! | [`panics`] | turns panics of the libraries below into errors |
//!
//! The crate prints nothing, reads neither the environment nor a settings file, and keeps no state of its own. A file
//! is read whole and without a doubt, or refused with a sentence that names the place and the next step.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use caseload_sheet::read::{Doubtful, Options, open};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("devices.csv");
//! std::fs::write(&path, "serial no;model\n00017;A4\n00018;A4\n")?;
//! let options = Options {
//!     sheet: None,
//!     encoding: None,
//!     known: &|headers| headers.iter().filter(|header| *header == "serial no").count(),
//!     doubtful: Doubtful::Ask(&|_question| false),
//!     scratch: folder.path(),
//! };
//! let mut rows = Vec::new();
//! let totals = open(&path, &options)?.rows(|batch| {
//!     rows.extend(batch);
//!     ControlFlow::Continue(())
//! })?;
//! assert_eq!((rows.len(), totals.blank), (2, 0));
//! assert_eq!(rows[1].place.row, 3);
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod error;
pub mod files;
pub mod fold;
pub mod message;
pub mod number_format;
pub mod panics;
pub mod read;
pub mod row;
pub mod write;

pub use error::Error;
