//! The input file. It is opened once, hashed whole, read through that one handle, and compared with itself at the end.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::gzip;
use super::slice::{CHUNK, Slice};
use crate::error::{Error, FileFault};

/// An open input file and what was known of it when it was opened.
#[derive(Debug)]
pub(super) struct Source {
    file: Arc<File>,
    opened: Metadata,
    /// What is read: the file itself, or what was packed in it; and its length.
    content: Arc<File>,
    len: u64,
    /// The file's name without its folder.
    pub name: String,
    /// The folder for temporary files.
    pub scratch: PathBuf,
}

impl Source {
    /// Opens a regular file; `scratch` is the folder for temporary files.
    pub fn open(path: &Path, scratch: &Path) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        // Asked of the path too, for opening a pipe would wait for its writer.
        let found = std::fs::metadata(path).map_err(|error| cannot_open(&name, &error))?;
        let opened = if found.is_file() { File::open(path) } else { return Err(not_a_file(&name)) };
        let opened = opened.and_then(|file| Ok((file.metadata()?, file)));
        let (opened, file) = opened.map_err(|error| cannot_open(&name, &error))?;
        if !opened.is_file() {
            return Err(not_a_file(&name));
        }
        let (file, len) = (Arc::new(file), opened.len());
        let mut source = Self { content: Arc::clone(&file), file, opened, len, name, scratch: scratch.to_owned() };
        if source.head(gzip::MAGIC.len())? == gzip::MAGIC {
            let (content, len) = gzip::unpack(source.slice(0, len), &source.name, scratch)?;
            (source.content, source.len) = (Arc::new(content), len);
        }
        Ok(source)
    }

    /// The same file, read from a copy of it.
    pub fn with_copy(&self, copy: File) -> io::Result<Self> {
        let (opened, file) = (copy.metadata()?, Arc::new(copy));
        let (name, scratch) = (self.name.clone(), self.scratch.clone());
        Ok(Self { content: Arc::clone(&file), len: opened.len(), file, opened, name, scratch })
    }

    /// Bytes that are to be read, as many as there were when the file was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// A reader of the bytes `start..end` with a position of its own.
    pub fn slice(&self, start: u64, end: u64) -> Slice {
        Slice::new(&self.content, start, end)
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
            let packed = Slice::new(&self.file, 0, self.opened.len());
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
        if !reader.is_at_end() {
            return Err(self.changed());
        }
        Ok(())
    }

    /// Refuses a file whose length or time of change is no longer that of the opened one.
    pub fn check_unchanged(&self) -> Result<(), Error> {
        let now = self.file.metadata().map_err(|error| self.unreadable(&error))?;
        if now.len() == self.opened.len() && now.modified().ok() == self.opened.modified().ok() {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    pub fn unreadable(&self, error: &io::Error) -> Error {
        Error::new(&self.name, FileFault::Unreadable(error.to_string()))
    }

    fn changed(&self) -> Error {
        Error::new(&self.name, FileFault::Changed)
    }
}

fn not_a_file(name: &str) -> Error {
    Error::new(name, FileFault::NotAFile)
}

fn cannot_open(name: &str, error: &io::Error) -> Error {
    let fault = match error.kind() {
        io::ErrorKind::NotFound => FileFault::NotFound,
        io::ErrorKind::PermissionDenied => FileFault::NotAllowed,
        _ => FileFault::CannotOpen(error.to_string()),
    };
    Error::new(name, fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn the_hash_is_the_sha_256_of_all_bytes() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![b'a'; CHUNK + 1]).unwrap();
        let source = Source::open(file.path(), &std::env::temp_dir()).unwrap();
        let mut seen = 0;
        let hash = source.hash(|chunk| seen += chunk.len()).unwrap();
        assert_eq!(seen, CHUNK + 1);
        assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(vec![b'a'; CHUNK + 1])));
    }

    #[test]
    fn a_file_that_grew_is_told_from_the_one_that_was_opened() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a").unwrap();
        let source = Source::open(file.path(), &std::env::temp_dir()).unwrap();
        source.check_unchanged().unwrap();
        file.write_all(b"b").unwrap();
        assert!(source.check_unchanged().unwrap_err().text().en.contains("was changed while it was read"));
    }

    #[test]
    fn what_cannot_be_opened_is_named_with_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        let stop = Source::open(folder.path(), folder.path()).unwrap_err();
        assert!(stop.text().en.contains("is not a file"), "{stop}");
        let stop = Source::open(&folder.path().join("yok.csv"), folder.path()).unwrap_err();
        assert_eq!(stop.text().tr, "yok.csv bulunamadı. Dosyanın adını ve klasörünü denetleyin.");
    }
}
