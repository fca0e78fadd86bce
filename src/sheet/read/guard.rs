//! Stands between a text and the CSV parser, and stops at what the parser would take in silence: a
//! quote that is never closed and swallows the rest of the file, text after a closing quote, quotes
//! within cells that may have held a delimiter, a record without end, zero bytes. It also notes the blank lines that the parser skips, without
//! which a record's line could not be told.

use std::collections::VecDeque;
use std::io::{self, Read};

use crate::error::Error;
use crate::text;

/// Bytes in one record.
const LONGEST_RECORD: u64 = 1024 * 1024;

/// What is wrong with the text; each names the line on which the record began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{self:?}")]
pub(super) enum Fault {
    OpenQuote(u64),
    AfterQuote(u64),
    /// A quote within a cell, a delimiter, and a quote that ends a cell: the delimiter may have been between quotes,
    /// behind another that is missing.
    StrayQuotes(u64),
    TooLong(u64),
    /// A record that is too long and whose last cell is in quotes.
    LongCell(u64),
    /// A cell whose lines are rows.
    Swallowed(u64),
    Zero(u64),
}

impl Fault {
    pub fn stop(self, name: &str) -> Error {
        Error::new(match self {
            Fault::OpenQuote(line) => text!(
                "{name}, satır {line}: bu satırdaki bir hücre tırnak (\") ile açılıyor ve kapanmıyor; ardındaki satırları yutardı. Tırnağı kapatın ya da silin.",
                "{name}, line {line}: a cell on this line opens with a quote (\") that is never closed, which would swallow the lines after it. Close the quote or delete it."
            ),
            Fault::AfterQuote(line) => text!(
                "{name}, satır {line}: bir hücrede kapanış tırnağından (\") sonra metin var. Hücrenin içindeki tırnakları çift (\"\") yazın ya da silin.",
                "{name}, line {line}: a cell has text after its closing quote (\"). Double the quotes inside the cell (\"\"), or delete them."
            ),
            Fault::StrayQuotes(line) => text!(
                "{name}, satır {line}: tırnak (\") bir hücrenin içinde açılıp başka bir hücrenin sonunda kapanıyor; aradaki ayırıcı metnin parçası olabilir. Önünde eksik bir ayırıcı varsa ekleyin; tırnak metnin parçasıysa hücreyi tırnak içine alıp içindekileri çift (\"\") yazın.",
                "{name}, line {line}: a quote (\") opens within a cell and another ends a later cell, so the delimiter between them may be text. If a delimiter is missing before the quote, add it; if the quotes are text, put the cell in quotes and double those inside (\"\")."
            ),
            Fault::LongCell(line) => text!(
                "{name}, satır {line}: bu satırda tırnak (\") ile açılan bir hücre 1 MiB'den uzun. Kapanmamış bir tırnaksa kapatın ya da silin.",
                "{name}, line {line}: a cell on this line opens with a quote (\") and is longer than 1 MiB. If the quote was never closed, close it or delete it."
            ),
            Fault::Swallowed(line) => text!(
                "{name}, satır {line}: tırnak (\") ile açılan bir hücre ardındaki satırları da içine alıyor. Kapanmamış tırnağı kapatın ya da silin; hücrenin kendisi bir tabloysa dosyayı .xlsx olarak kaydedip onu verin.",
                "{name}, line {line}: a cell that opens with a quote (\") takes in the rows below it. Close the quote or delete it; if the cell itself holds a table, save the file as .xlsx and give that."
            ),
            Fault::TooLong(line) => text!(
                "{name}, satır {line}: bu satırda başlayan kayıt 1 MiB'den uzun. Dosyanın satır sonlarını ve tırnaklarını denetleyin.",
                "{name}, line {line}: the record that begins here is longer than 1 MiB. Check the file's line ends and quotes."
            ),
            Fault::Zero(line) => text!(
                "{name}, satır {line}: metinde sıfır (NUL) baytı var; dosya bozuk ya da metin değil. Dosyayı \"CSV UTF-8\" olarak yeniden kaydedin.",
                "{name}, line {line}: there is a zero (NUL) byte in the text; the file is damaged, or no text. Save it again as \"CSV UTF-8\"."
            ),
        })
    }
}

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
pub(super) struct Guard<R> {
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

impl<R: Read> Guard<R> {
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
                At::Quoted => Fault::LongCell(self.record.0),
                _ => Fault::TooLong(self.record.0),
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
            (Opened::Before, true) => return Err(Fault::StrayQuotes(self.record.0)),
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
            _ => return Err(Fault::AfterQuote(self.record.0)),
        }
        Ok(from + 1)
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        if count == 0 && self.at == At::Quoted && !buf.is_empty() {
            return Err(io::Error::other(Fault::OpenQuote(self.record.0)));
        }
        if count == 0 && self.at == At::Stray {
            self.stray(b'\n').map_err(io::Error::other)?;
        }
        let zero = memchr::memchr(0, &buf[..count]);
        self.watch(&buf[..zero.unwrap_or(count)]).map_err(io::Error::other)?;
        match zero {
            Some(_) => Err(io::Error::other(Fault::Zero(self.record.0))),
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
                let mut guard = Guard::new(text.as_bytes(), b';');
                let mut chunk = vec![0; size];
                loop {
                    match guard.read(&mut chunk) {
                        Ok(0) => {
                            return Ok(guard.blanks.into_iter().flat_map(|(first, behind)| first..behind).collect());
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
        assert_eq!(watch("a;b\nc;\"d\ne;f\n"), Err(Fault::OpenQuote(2)));
        let long = format!("a;b\n\r\n\"{}\";x\n", "k\n".repeat(60));
        assert_eq!(watch(&long), Ok(vec![2]), "a cell may have many lines");
    }

    #[test]
    fn quotes_within_cells_that_may_hold_a_delimiter_are_refused() {
        for text in ["a\nx\"b; c\";d\n", "a\nx\"b; c\"", "a\nx;\"y\";p \"b;k;c\"\r\n", "a\n \"b; c\";d\n"] {
            assert_eq!(watch(text), Err(Fault::StrayQuotes(2)), "{text:?}");
        }
        for text in
            ["12\";15\";x\n", "12\" ekran;15\" TV;x\n", "x \"y\" z;b;\"c\"\n", "a \"b\";c\";d\n", "a\"b;c\nd;e\"\n"]
        {
            assert_eq!(watch(text), Ok(vec![]), "{text:?}");
        }
    }

    #[test]
    fn a_cell_in_quotes_without_end_is_told_as_that() {
        let mut guard = Guard::new(b"a;b\nc;\"".chain(io::repeat(b'x')), b';');
        let read = io::copy(&mut guard, &mut io::sink()).unwrap_err();
        assert_eq!(read.downcast::<Fault>().unwrap(), Fault::LongCell(2));
    }

    #[test]
    fn quotes_that_are_in_order_pass() {
        assert_eq!(watch("\"a\";\"b \"\"c\"\"\";\"\"\n5\" ekran;x\"y\";\"z\" ;\n\"son\""), Ok(vec![]));
    }

    #[test]
    fn text_after_a_closing_quote_is_refused() {
        assert_eq!(watch("a\n\"Büyük\" mağaza;x\n"), Err(Fault::AfterQuote(2)));
    }

    #[test]
    fn a_record_without_end_is_refused_before_it_fills_the_memory() {
        let mut guard = Guard::new(io::repeat(b'x'), b';');
        let read = io::copy(&mut guard, &mut io::sink()).unwrap_err();
        assert_eq!(read.downcast::<Fault>().unwrap(), Fault::TooLong(1));
        assert!(guard.offset < 2 * LONGEST_RECORD);
    }

    #[test]
    fn blank_lines_cost_no_memory_each() {
        let mut guard = Guard::new(io::repeat(b'\n').take(100_000), b';');
        io::copy(&mut guard, &mut io::sink()).unwrap();
        assert_eq!(guard.blanks.len(), 1);
        assert_eq!(guard.skip_blanks(1), 100_001);
    }

    #[test]
    fn a_zero_byte_is_refused() {
        assert_eq!(watch("a;b\nc\0;d"), Err(Fault::Zero(2)));
    }
}
