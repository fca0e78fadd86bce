//! A text on its way to the CSV parser. It refuses what the parser accepts silently: a quote that nothing closes and
//! that swallows the rest of the file, text after a closing quote, quotes within cells around a delimiter, a record
//! without end, a zero byte. It also notes the blank lines that the parser skips: the line of a record is counted with
//! them.

use std::collections::VecDeque;
use std::io::{self, Read};

use crate::error::LineFault;

/// Bytes in one record.
const LONGEST_RECORD: u64 = 1024 * 1024;

/// What is wrong with the text, and the line on which the record begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {0}: {1:?}")]
pub(super) struct Fault(pub u64, pub LineFault);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Outside quotes.
    Plain,
    /// Inside quotes.
    Quoted,
    /// Right after a quote inside quotes: the first of a pair, or the closing one.
    QuoteSeen,
    /// Blanks after a closing quote.
    Closed,
    /// Right after a quote within a cell that is not in quotes.
    Stray,
}

/// A quote within a cell that is not in quotes, and may be the opening one of a cell whose delimiter is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    No,
    /// No delimiter has come since.
    Here,
    /// The text has gone on in another cell.
    Before,
}

/// A reader that passes its bytes on unchanged.
pub(super) struct Watched<R> {
    inner: R,
    delimiter: u8,
    at: At,
    /// The byte before the current one; a line feed at the start.
    before: u8,
    /// The current line, from 1.
    line: u64,
    /// Where the current record began: line and offset.
    record: (u64, u64),
    offset: u64,
    /// Nothing has stood on this line so far.
    blank: bool,
    opened: Opened,
    /// Blank lines that were passed on and not yet taken: the first of each run, and the one behind its last.
    blanks: VecDeque<(u64, u64)>,
}

impl<R: Read> Watched<R> {
    pub fn new(inner: R, delimiter: u8) -> Self {
        let blanks = VecDeque::new();
        let (at, opened) = (At::Plain, Opened::No);
        Self { inner, delimiter, at, before: b'\n', line: 1, record: (1, 0), offset: 0, blank: true, opened, blanks }
    }

    /// The first line from `line` on that is not blank.
    pub fn skip_blanks(&mut self, mut line: u64) -> u64 {
        while let Some((first, behind)) = self.blanks.front()
            && *first == line
        {
            line = *behind;
            self.blanks.pop_front();
        }
        line
    }

    fn watch(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        let mut next = 0;
        while next < chunk.len() {
            next = match self.at {
                At::Plain => self.plain(chunk, next),
                At::Quoted => self.quoted(chunk, next),
                At::QuoteSeen | At::Closed => self.closing(chunk, next)?,
                At::Stray => {
                    self.stray(chunk[next])?;
                    next
                }
            };
            if next > 0 {
                self.before = chunk[next - 1];
            }
        }
        self.offset += chunk.len() as u64;
        if self.offset - self.record.1 > LONGEST_RECORD {
            return Err(match self.at {
                At::Quoted => Fault(self.record.0, LineFault::LongCell),
                _ => Fault(self.record.0, LineFault::TooLong),
            });
        }
        Ok(())
    }

    /// From `from`, outside quotes, to behind the next quote or line end.
    fn plain(&mut self, chunk: &[u8], from: usize) -> usize {
        let found = memchr::memchr3(b'"', b'\n', b'\r', &chunk[from..]);
        if self.opened == Opened::Here {
            let passed = found.map_or(&chunk[from..], |found| &chunk[from..from + found]);
            if memchr::memchr(self.delimiter, passed).is_some() {
                self.opened = Opened::Before;
            }
        }
        let Some(found) = found else {
            self.blank = false;
            return chunk.len();
        };
        let hit = from + found;
        let before = if found > 0 { chunk[hit - 1] } else { self.before };
        self.blank &= found == 0;
        if chunk[hit] == b'"' {
            self.blank = false;
            let begins = before == self.delimiter || before == b'\n' || before == b'\r';
            self.at = if begins { At::Quoted } else { At::Stray };
        } else if chunk[hit] == b'\n' && before == b'\r' {
            // The carriage return has ended the line already.
            self.record.1 = self.offset + hit as u64 + 1;
        } else {
            self.end_of_record(hit);
        }
        hit + 1
    }

    fn end_of_record(&mut self, hit: usize) {
        if self.blank {
            match self.blanks.back_mut() {
                Some((_, behind)) if *behind == self.line => *behind += 1,
                _ => self.blanks.push_back((self.line, self.line + 1)),
            }
        }
        self.line += 1;
        self.record = (self.line, self.offset + hit as u64 + 1);
        self.blank = true;
        self.at = At::Plain;
        self.opened = Opened::No;
    }

    /// After a quote within a cell, by the byte that follows it; that is then read as any other.
    fn stray(&mut self, next: u8) -> Result<(), Fault> {
        let ends_the_cell = next == self.delimiter || next == b'\n' || next == b'\r';
        self.opened = match (self.opened, ends_the_cell) {
            (Opened::Before, true) => return Err(Fault(self.record.0, LineFault::StrayQuotes)),
            // 12" at the end of a cell, or the second of two in one cell.
            (Opened::No, true) | (Opened::Here, _) => Opened::No,
            (Opened::No | Opened::Before, false) => Opened::Here,
        };
        self.at = At::Plain;
        Ok(())
    }

    fn quoted(&mut self, chunk: &[u8], from: usize) -> usize {
        let Some(found) = memchr::memchr2(b'"', b'\n', &chunk[from..]) else { return chunk.len() };
        let hit = from + found;
        if chunk[hit] == b'"' {
            self.at = At::QuoteSeen;
        } else {
            self.line += 1;
        }
        hit + 1
    }

    fn closing(&mut self, chunk: &[u8], from: usize) -> Result<usize, Fault> {
        match chunk[from] {
            b'"' if self.at == At::QuoteSeen => self.at = At::Quoted,
            byte if byte == self.delimiter => self.at = At::Plain,
            b'\n' | b'\r' => self.end_of_record(from),
            b' ' | b'\t' => self.at = At::Closed,
            _ => return Err(Fault(self.record.0, LineFault::AfterQuote)),
        }
        Ok(from + 1)
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        if count == 0 && self.at == At::Quoted && !buf.is_empty() {
            return Err(io::Error::other(Fault(self.record.0, LineFault::OpenQuote)));
        }
        if count == 0 && self.at == At::Stray {
            self.stray(b'\n').map_err(io::Error::other)?;
        }
        let zero = memchr::memchr(0, &buf[..count]);
        self.watch(&buf[..zero.unwrap_or(count)]).map_err(io::Error::other)?;
        match zero {
            Some(_) => Err(io::Error::other(Fault(self.record.0, LineFault::Zero))),
            None => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads in chunks of every size from 1 on, so that each border is tried.
    fn watch(text: &str) -> Result<Vec<u64>, Fault> {
        let mut results: Vec<_> = (1..=text.len().clamp(1, 40))
            .map(|size| {
                let mut watched = Watched::new(text.as_bytes(), b';');
                let mut chunk = vec![0; size];
                loop {
                    match watched.read(&mut chunk) {
                        Ok(0) => {
                            return Ok(watched.blanks.into_iter().flat_map(|(first, behind)| first..behind).collect());
                        }
                        Ok(_) => {}
                        Err(error) => return Err(error.downcast::<Fault>().unwrap()),
                    }
                }
            })
            .collect();
        results.dedup();
        assert_eq!(results.len(), 1, "the size of the chunks matters: {results:?}");
        results.remove(0)
    }

    #[test]
    fn blank_lines_are_noted_by_their_numbers_whatever_the_line_end() {
        assert_eq!(watch("a;b\n\nc;d\n\n\ne"), Ok(vec![2, 4, 5]));
        assert_eq!(watch("a;b\r\n\r\nc;d\r\n"), Ok(vec![2]));
        assert_eq!(watch("a;b\r\rc;d\r"), Ok(vec![2]));
        assert_eq!(watch("\n\r\n\"a\n\nb\"\n\nc"), Ok(vec![1, 2, 6]));
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found_with_the_line_where_its_record_began() {
        assert_eq!(watch("a;b\nc;\"d\ne;f\n"), Err(Fault(2, LineFault::OpenQuote)));
        let long = format!("a;b\n\r\n\"{}\";x\n", "k\n".repeat(60));
        assert_eq!(watch(&long), Ok(vec![2]), "a cell may have many lines");
    }

    #[test]
    fn quotes_within_cells_that_may_hold_a_delimiter_are_refused() {
        for text in ["a\nx\"b; c\";d\n", "a\nx\"b; c\"", "a\nx;\"y\";p \"b;k;c\"\r\n", "a\n \"b; c\";d\n"] {
            assert_eq!(watch(text), Err(Fault(2, LineFault::StrayQuotes)), "{text:?}");
        }
        for text in
            ["12\";15\";x\n", "12\" ekran;15\" TV;x\n", "x \"y\" z;b;\"c\"\n", "a \"b\";c\";d\n", "a\"b;c\nd;e\"\n"]
        {
            assert_eq!(watch(text), Ok(vec![]), "{text:?}");
        }
    }

    #[test]
    fn a_cell_in_quotes_without_end_is_told_as_that() {
        let mut watched = Watched::new(b"a;b\nc;\"".chain(io::repeat(b'x')), b';');
        let read = io::copy(&mut watched, &mut io::sink()).unwrap_err();
        assert_eq!(read.downcast::<Fault>().unwrap(), Fault(2, LineFault::LongCell));
    }

    #[test]
    fn quotes_that_are_in_order_pass() {
        assert_eq!(watch("\"a\";\"b \"\"c\"\"\";\"\"\n5\" ekran;x\"y\";\"z\" ;\n\"son\""), Ok(vec![]));
    }

    #[test]
    fn text_after_a_closing_quote_is_refused() {
        assert_eq!(watch("a\n\"Büyük\" mağaza;x\n"), Err(Fault(2, LineFault::AfterQuote)));
    }

    #[test]
    fn a_record_without_end_is_refused_before_it_fills_the_memory() {
        let mut watched = Watched::new(io::repeat(b'x'), b';');
        let read = io::copy(&mut watched, &mut io::sink()).unwrap_err();
        assert_eq!(read.downcast::<Fault>().unwrap(), Fault(1, LineFault::TooLong));
        assert!(watched.offset < 2 * LONGEST_RECORD);
    }

    #[test]
    fn blank_lines_cost_no_memory_each() {
        let mut watched = Watched::new(io::repeat(b'\n').take(100_000), b';');
        io::copy(&mut watched, &mut io::sink()).unwrap();
        assert_eq!(watched.blanks.len(), 1);
        assert_eq!(watched.skip_blanks(1), 100_001);
    }

    #[test]
    fn a_zero_byte_is_refused() {
        assert_eq!(watch("a;b\nc\0;d"), Err(Fault(2, LineFault::Zero)));
    }
}
