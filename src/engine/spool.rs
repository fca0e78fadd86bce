//! The rows of a file after they were read and checked: a private file without a name, gone with the
//! process. What is sent and what is reported is what was checked, whatever becomes of the input
//! meanwhile; and memory stays flat however many rows there are.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, Error};
use crate::text;

const BUFFER: usize = 256 * 1024;

/// A sequence of records being written.
pub struct Spool<T> {
    file: BufWriter<File>,
    record: Vec<u8>,
    /// The folder of the file, for messages.
    scratch: PathBuf,
    kind: PhantomData<T>,
}

/// A sequence of records to be read, as often as needed.
pub struct Spooled<T> {
    file: File,
    scratch: PathBuf,
    kind: PhantomData<T>,
}

/// One reading of a sequence.
pub struct Records<T> {
    file: BufReader<File>,
    /// Where the next record begins.
    offset: u64,
    record: Vec<u8>,
    scratch: PathBuf,
    kind: PhantomData<T>,
}

impl<T: Serialize> Spool<T> {
    /// A sequence in a file without a name, in the scratch folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn new(scratch: &Path) -> Result<Self, Error> {
        let file = tempfile::tempfile_in(scratch).map_err(|error| failed(scratch, &error))?;
        let scratch = scratch.to_owned();
        Ok(Self { file: BufWriter::with_capacity(BUFFER, file), record: Vec::new(), scratch, kind: PhantomData })
    }

    /// # Errors
    /// The disk is full.
    pub fn push(&mut self, record: &T) -> Result<(), Error> {
        self.record.clear();
        let record = postcard::to_extend(record, std::mem::take(&mut self.record));
        self.record = record.map_err(|error| failed(&self.scratch, &io::Error::other(error)))?;
        let length = (self.record.len() as u32).to_le_bytes();
        let written = self.file.write_all(&length).and_then(|()| self.file.write_all(&self.record));
        written.map_err(|error| failed(&self.scratch, &error))
    }

    /// Ends the writing; the records can be read.
    ///
    /// # Errors
    /// The disk is full.
    pub fn finish(self) -> Result<Spooled<T>, Error> {
        let Self { file, scratch, .. } = self;
        let file = file.into_inner().map_err(|error| failed(&scratch, error.error()))?;
        Ok(Spooled { file, scratch, kind: PhantomData })
    }
}

impl<T: DeserializeOwned> Spooled<T> {
    /// Reads from the first record on. One reading at a time: they share the file's position.
    pub fn records(&mut self) -> Result<Records<T>, Error> {
        self.read_from(0, BUFFER)
    }

    /// Reads from a record on that an earlier reading met at this [`offset`](Records::offset), for a few records.
    pub fn records_at(&mut self, offset: u64) -> Result<Records<T>, Error> {
        const FEW: usize = 16 * 1024;
        self.read_from(offset, FEW)
    }

    fn read_from(&mut self, offset: u64, buffer: usize) -> Result<Records<T>, Error> {
        self.file.seek(SeekFrom::Start(offset)).map_err(|error| failed(&self.scratch, &error))?;
        let file = self.file.try_clone().map_err(|error| failed(&self.scratch, &error))?;
        let (file, scratch) = (BufReader::with_capacity(buffer, file), self.scratch.clone());
        Ok(Records { file, offset, record: Vec::new(), scratch, kind: PhantomData })
    }
}

impl<T> Records<T> {
    /// Where the next record begins, in bytes from the start.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

impl<T: DeserializeOwned> Iterator for Records<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut length = [0; 4];
        match self.file.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return None,
            Err(error) => return Some(Err(failed(&self.scratch, &error))),
        }
        self.record.resize(u32::from_le_bytes(length) as usize, 0);
        self.offset += (length.len() + self.record.len()) as u64;
        let read = self.file.read_exact(&mut self.record);
        let record = read.and_then(|()| postcard::from_bytes(&self.record).map_err(io::Error::other));
        Some(record.map_err(|error| failed(&self.scratch, &error)))
    }
}

fn failed(scratch: &Path, error: &io::Error) -> Error {
    let folder = scratch.display().to_string();
    Code::TemporaryFiles.early(text!(
        "Geçici dosya {folder} klasörüne yazılamadı ya da okunamadı: {error}. Yer açın ya da TMPDIR ile başka bir klasör gösterin, sonra aynı komutu yeniden çalıştırın.",
        "The temporary file in {folder} could not be written or read: {error}. Make room or name another folder by TMPDIR, then run the same command again."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_as_often_as_asked() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path()).unwrap();
        for n in 0..1000_u32 {
            spool.push(&(n, "x".repeat(n as usize))).unwrap();
        }
        let mut spooled: Spooled<(u32, String)> = spool.finish().unwrap();
        for _ in 0..2 {
            let read: Vec<_> = spooled.records().unwrap().map(Result::unwrap).collect();
            assert_eq!(read.len(), 1000);
            assert_eq!(read[999], (999, "x".repeat(999)));
        }
        let mut records = spooled.records().unwrap();
        records.by_ref().take(500).for_each(drop);
        let offset = records.offset();
        assert_eq!(spooled.records_at(offset).unwrap().next().unwrap().unwrap(), (500, "x".repeat(500)));
    }
}
