//! The input file: opened once, hashed whole, read through that one handle, and compared at the end.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::gzip;
use crate::error::Error;
use crate::message::shown;
use crate::text;

/// Bytes asked of the file at a time.
pub(super) const CHUNK: usize = 128 * 1024;

/// An open input file and what was known of it when it was opened.
#[derive(Debug)]
pub(super) struct Source {
    file: Arc<File>,
    opened: Metadata,
    /// What is read: the file itself, or what was packed in it; and its length.
    content: Arc<File>,
    len: u64,
    /// The file's name without its folder, fit for a message.
    pub name: String,
}

impl Source {
    /// Opens a regular file.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = shown(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
        // Asked of the path too, for opening a pipe would wait for its writer.
        let found = std::fs::metadata(path).map_err(|error| cannot_open(&name, &error))?;
        let opened = if found.is_file() { File::open(path) } else { return Err(not_a_file(&name)) };
        let opened = opened.and_then(|file| Ok((file.metadata()?, file)));
        let (opened, file) = opened.map_err(|error| cannot_open(&name, &error))?;
        if !opened.is_file() {
            return Err(not_a_file(&name));
        }
        let (file, len) = (Arc::new(file), opened.len());
        let mut source = Self { content: Arc::clone(&file), file, opened, len, name };
        if source.head(gzip::MAGIC.len())? == gzip::MAGIC {
            let (content, len) = gzip::unpack(source.slice(0, len), &source.name)?;
            (source.content, source.len) = (Arc::new(content), len);
        }
        Ok(source)
    }

    /// The same file, read from a copy of it.
    pub fn with_copy(&self, copy: File) -> io::Result<Self> {
        let (opened, file) = (copy.metadata()?, Arc::new(copy));
        Ok(Self { content: Arc::clone(&file), len: opened.len(), file, opened, name: self.name.clone() })
    }

    /// Bytes that are to be read, as many as there were when the file was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// A reader of the bytes `start..end` with a position of its own.
    pub fn slice(&self, start: u64, end: u64) -> Slice {
        Slice { file: Arc::clone(&self.content), start, at: start, end }
    }

    /// The first bytes of the file, at most `most`.
    pub fn head(&self, most: usize) -> Result<Vec<u8>, Error> {
        let mut head = Vec::new();
        let read = self.slice(0, self.len()).take(most as u64).read_to_end(&mut head);
        read.map(|_| head).map_err(|error| self.unreadable(&error))
    }

    /// The SHA-256 of the whole file; every chunk of what is read is shown to `look`.
    pub fn hash(&self, mut look: impl FnMut(&[u8])) -> Result<[u8; 32], Error> {
        let mut hasher = Sha256::new();
        if Arc::ptr_eq(&self.file, &self.content) {
            self.each_chunk(self.slice(0, self.len), |chunk| {
                hasher.update(chunk);
                look(chunk);
            })?;
        } else {
            let packed = Slice { file: Arc::clone(&self.file), start: 0, at: 0, end: self.opened.len() };
            self.each_chunk(packed, |chunk| hasher.update(chunk))?;
            self.each_chunk(self.slice(0, self.len), look)?;
        }
        Ok(hasher.finalize().into())
    }

    fn each_chunk(&self, mut reader: Slice, mut look: impl FnMut(&[u8])) -> Result<(), Error> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match reader.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => look(&chunk[..count]),
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        if reader.at != reader.end {
            return Err(self.changed());
        }
        Ok(())
    }

    /// An error if the file is no longer what was opened, by its length and its time of change.
    pub fn check_unchanged(&self) -> Result<(), Error> {
        let now = self.file.metadata().map_err(|error| self.unreadable(&error))?;
        if now.len() == self.opened.len() && now.modified().ok() == self.opened.modified().ok() {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    pub fn unreadable(&self, error: &io::Error) -> Error {
        let name = &self.name;
        Error::new(text!(
            "{name} okunamadı ({error}). Dosyayı bu bilgisayara kopyalayıp yeniden deneyin.",
            "{name} could not be read ({error}). Copy the file to this computer and try again."
        ))
    }

    fn changed(&self) -> Error {
        let name = &self.name;
        Error::new(text!(
            "{name} okunurken değiştirildi. Dosyayı kaydedip kapatın ve komutu yeniden çalıştırın.",
            "{name} was changed while it was read. Save it, close it, and run the command again."
        ))
    }
}

fn not_a_file(name: &str) -> Error {
    Error::new(text!(
        "{name} bir dosya değil. Bir .xlsx ya da .csv dosyası verin.",
        "{name} is not a file. Give an .xlsx or a .csv file."
    ))
}

fn cannot_open(name: &str, error: &io::Error) -> Error {
    Error::new(match error.kind() {
        io::ErrorKind::NotFound => text!(
            "{name} bulunamadı. Dosyanın adını ve klasörünü denetleyin.",
            "{name} was not found. Check the file's name and folder."
        ),
        io::ErrorKind::PermissionDenied => text!(
            "{name} dosyasını okuma izniniz yok. İzinlerini değiştirin ya da bir kopyasını kullanın.",
            "You may not read {name}. Change its permissions, or use a copy of it."
        ),
        _ => text!(
            "{name} açılamadı ({error}). Başka bir programda açıksa kapatıp yeniden deneyin.",
            "{name} could not be opened ({error}). If another program has it open, close it there and try again."
        ),
    })
}

/// A part of the file, read by position: any number of them share one handle.
#[derive(Debug)]
pub(super) struct Slice {
    file: Arc<File>,
    start: u64,
    at: u64,
    end: u64,
}

impl Slice {
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
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        let source = Source::open(file.path()).unwrap();
        let mut slice = source.slice(2, 8);
        assert_eq!(slice.seek(SeekFrom::End(-2)).unwrap(), 4);
        let mut rest = String::new();
        slice.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "67");
        assert!(slice.seek(SeekFrom::Current(-9)).is_err());
    }

    #[test]
    fn the_hash_is_the_sha_256_of_all_bytes() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![b'a'; CHUNK + 1]).unwrap();
        let source = Source::open(file.path()).unwrap();
        let mut seen = 0;
        let hash = source.hash(|chunk| seen += chunk.len()).unwrap();
        assert_eq!(seen, CHUNK + 1);
        assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(vec![b'a'; CHUNK + 1])));
    }

    #[test]
    fn a_file_that_grew_is_told_from_the_one_that_was_opened() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a").unwrap();
        let source = Source::open(file.path()).unwrap();
        source.check_unchanged().unwrap();
        file.write_all(b"b").unwrap();
        assert!(source.check_unchanged().unwrap_err().text().en.contains("was changed while it was read"));
    }

    #[test]
    fn what_cannot_be_opened_is_named_with_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        let stop = Source::open(folder.path()).unwrap_err();
        assert!(stop.text().en.contains("is not a file"), "{stop}");
        let stop = Source::open(&folder.path().join("yok.csv")).unwrap_err();
        assert_eq!(stop.text().tr, "yok.csv bulunamadı. Dosyanın adını ve klasörünü denetleyin.");
    }
}
