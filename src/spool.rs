//! The rows of a file after they were read and checked: a private file without a name, gone with the
//! process. What is sent and what is reported is what was checked, whatever becomes of the input
//! meanwhile; and memory stays flat however many rows there are.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::text;

const BUFFER: usize = 256 * 1024;

/// A sequence of records being written.
pub struct Spool<T> {
    file: BufWriter<File>,
    record: Vec<u8>,
    kind: PhantomData<T>,
}

/// A sequence of records to be read, as often as needed.
pub struct Spooled<T> {
    file: File,
    kind: PhantomData<T>,
}

/// One reading of a sequence.
pub struct Records<T> {
    file: BufReader<File>,
    record: Vec<u8>,
    kind: PhantomData<T>,
}

impl<T: Serialize> Spool<T> {
    /// # Errors
    /// The folder for temporary files cannot be written.
    pub fn new() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(|error| failed(&error))?;
        Ok(Self { file: BufWriter::with_capacity(BUFFER, file), record: Vec::new(), kind: PhantomData })
    }

    /// # Errors
    /// The disk is full.
    pub fn push(&mut self, record: &T) -> Result<(), Error> {
        self.record.clear();
        let record = postcard::to_extend(record, std::mem::take(&mut self.record));
        self.record = record.map_err(|error| failed(&io::Error::other(error)))?;
        let length = (self.record.len() as u32).to_le_bytes();
        self.file.write_all(&length).and_then(|()| self.file.write_all(&self.record)).map_err(|error| failed(&error))
    }

    pub fn finish(self) -> Result<Spooled<T>, Error> {
        let file = self.file.into_inner().map_err(|error| failed(error.error()))?;
        Ok(Spooled { file, kind: PhantomData })
    }
}

impl<T: DeserializeOwned> Spooled<T> {
    /// Reads from the first record on. One reading at a time: they share the file's position.
    pub fn records(&mut self) -> Result<Records<T>, Error> {
        self.file.rewind().map_err(|error| failed(&error))?;
        let file = self.file.try_clone().map_err(|error| failed(&error))?;
        Ok(Records { file: BufReader::with_capacity(BUFFER, file), record: Vec::new(), kind: PhantomData })
    }
}

impl<T: DeserializeOwned> Iterator for Records<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Err(error) => return Some(Err(failed(&error))),
        }
        self.record.resize(u32::from_le_bytes(length) as usize, 0);
        let read = self.file.read_exact(&mut self.record).map_err(|error| failed(&error));
        Some(read.and_then(|()| postcard::from_bytes(&self.record).map_err(|error| failed(&io::Error::other(error)))))
    }
}

fn failed(error: &io::Error) -> Error {
    let folder = std::env::temp_dir().display().to_string();
    Error::early(text!(
        "Geçici dosya {folder} klasörüne yazılamadı ya da okunamadı: {error}. Yer açın ya da TMPDIR ile başka bir klasör gösterin, sonra aynı komutu yeniden çalıştırın.",
        "The temporary file in {folder} could not be written or read: {error}. Make room or name another folder by TMPDIR, then run the same command again."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_as_often_as_asked() {
        let mut spool = Spool::new().unwrap();
        for n in 0..1000_u32 {
            spool.push(&(n, "x".repeat(n as usize))).unwrap();
        }
        let mut spooled: Spooled<(u32, String)> = spool.finish().unwrap();
        for _ in 0..2 {
            let read: Vec<_> = spooled.records().unwrap().map(Result::unwrap).collect();
            assert_eq!(read.len(), 1000);
            assert_eq!(read[999], (999, "x".repeat(999)));
        }
    }
}
