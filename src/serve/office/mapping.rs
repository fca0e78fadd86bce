//! What headers mean, as people said: remembered for the next files.

use caseload_sheet::fold::fold;
use caseload_sheet::text;

use super::{Actor, Error};

/// The longest header that is remembered, in bytes: what a cell holds.
const LONGEST: usize = 32_767 * 4;

/// What the header of a column means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The number.
    pub id: i64,
    /// For which operation or target it was said.
    pub scope: String,
    /// The header, as it was written in the file.
    pub header: String,
    /// The field; nothing where the column is not sent.
    pub field: Option<String>,
    /// Who said so.
    pub by: Actor,
    /// When.
    pub at_ms: i64,
}

/// A header as it is compared: as the engine compares headers.
///
/// # Errors
/// [`Error::Refused`] where nothing of it is left, or it is longer than a cell.
pub(super) fn key(header: &str) -> Result<String, Error> {
    let folded = if header.len() > LONGEST { String::new() } else { fold(header) };
    if !folded.is_empty() {
        return Ok(folded);
    }
    Err(Error::Refused(text!(
        "Başlığı olmayan bir sütun sonraki dosyalar için öğretilemez.",
        "A column without a header cannot be taught for the next files."
    )))
}
