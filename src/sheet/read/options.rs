//! How the caller wants a file to be read.

use std::fmt;
use std::path::Path;

use compact_str::CompactString;

use crate::message::Text;

/// What the caller says about the file.
pub struct Options<'a> {
    /// The only sheet to read.
    pub sheet: Option<&'a str>,
    /// The encoding of a text file without a byte order mark, by its usual name.
    pub encoding: Option<&'a str>,
    /// How many of these header texts some operation knows.
    pub known: &'a dyn Fn(&[CompactString]) -> usize,
    /// What to do with a text in a doubtful encoding.
    pub doubtful: Doubtful<'a>,
    /// The folder for temporary files: what is unpacked or mended lies there without a name.
    pub scratch: &'a Path,
}

/// What to do with a text that is not UTF-8 and whose letters are not those of Turkish.
#[derive(Clone, Copy)]
pub enum Doubtful<'a> {
    /// Puts a question; it is read in the encoding that is proposed where the user agrees, else refused.
    Ask(&'a dyn Fn(&Text) -> bool),
    /// It was agreed to before: it is read as Windows-1254.
    Trust,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("sheet", &self.sheet).field("encoding", &self.encoding).finish_non_exhaustive()
    }
}
