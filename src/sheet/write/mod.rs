//! Tables into files: a workbook or a CSV, that appears whole or not at all.
//!
//! [`Target`] is the file in the making. [`SheetWriter`] writes one sheet of a workbook row by row, [`CsvWriter`] one
//! CSV. Neither lets a cell become a formula, whatever its text says.

mod cell_text;
mod csv_writer;
mod seal;
mod sheet_names;
mod sheet_writer;
mod styles;
mod target;
mod widths;

pub use cell_text::{as_it_was, clipped, looks_like_formula};
pub use csv_writer::CsvWriter;
pub use seal::{is_untouched, seal};
pub use sheet_names::SheetNames;
pub use sheet_writer::{COLUMN_LIMIT, Head, Header, LARGE, Palette, ROW_LIMIT, SheetWriter};
pub use styles::Styles;
pub use target::Target;
pub use widths::{LINE_HEIGHT, lines_in};
