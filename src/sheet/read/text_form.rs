//! The form of a delimited text: its encoding, its delimiter, and where it stands in the file.

use std::io::Read;

use encoding_rs::Encoding;

use super::encoding::{self, Decoded};
use super::source::Source;
use crate::error::Error;

/// How the text is to be read, found by looking at its head.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextForm {
    pub encoding: &'static Encoding,
    pub delimiter: u8,
    /// Where the text begins and ends in the file.
    pub start: u64,
    pub end: u64,
    /// The first line is a `sep=` line.
    pub sep_line: bool,
}

impl TextForm {
    /// UTF-8 from the first byte to `end`.
    #[cfg(test)]
    pub fn plain(delimiter: u8, end: u64) -> Self {
        Self { encoding: encoding_rs::UTF_8, delimiter, start: 0, end, sep_line: false }
    }

    /// The text as UTF-8.
    pub fn decoded(&self, source: &Source) -> Box<dyn Read + Send> {
        let bytes = source.slice(self.start, self.end);
        if encoding::is_utf8(self.encoding) { Box::new(bytes) } else { Box::new(Decoded::new(bytes, self.encoding)) }
    }

    /// The last record ends with a line end.
    pub fn ends_with_a_line(&self, source: &Source) -> Result<bool, Error> {
        let mut tail = Vec::new();
        let start = self.end.saturating_sub(2).max(self.start);
        source.slice(start, self.end).read_to_end(&mut tail).map_err(|error| source.unreadable(&error))?;
        Ok(tail.iter().any(|byte| matches!(byte, b'\n' | b'\r')))
    }
}
