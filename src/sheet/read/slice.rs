//! A part of a file, read by position.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

/// Bytes asked of the file at a time.
pub(super) const CHUNK: usize = 128 * 1024;

/// A part of the file, read by position: any number of them share one handle.
#[derive(Debug)]
pub(super) struct Slice {
    file: Arc<File>,
    start: u64,
    at: u64,
    end: u64,
}

impl Slice {
    /// The bytes `start..end` of a file.
    pub fn new(file: &Arc<File>, start: u64, end: u64) -> Self {
        Self { file: Arc::clone(file), start, at: start, end }
    }

    /// Every byte was read.
    pub fn is_at_end(&self) -> bool {
        self.at == self.end
    }

    /// Where in the file the next byte is read.
    pub fn position(&self) -> u64 {
        self.at
    }
}

impl Read for Slice {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let want = buf.len().min(left);
        if want == 0 {
            return Ok(0);
        }
        let count = read_at(&self.file, &mut buf[..want], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buf: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, at)
}

#[cfg(windows)]
fn read_at(file: &File, buf: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, at)
}

impl Seek for Slice {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        match target {
            Some(target) if target >= self.start => {
                self.at = target;
                Ok(target - self.start)
            }
            _ => Err(io::Error::from(io::ErrorKind::InvalidInput)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_slice_reads_and_seeks_within_its_bounds() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let mut slice = Slice::new(&Arc::new(file), 2, 8);
        assert_eq!(slice.seek(SeekFrom::End(-2)).unwrap(), 4);
        let mut rest = String::new();
        slice.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "67");
        assert!(slice.seek(SeekFrom::Current(-9)).is_err());
    }
}
