//! Files as they came. While one arrives its lock is held: whoever sweeps meanwhile leaves it alone, and a process that
//! dies gives the lock back.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use caseload_engine::keyed::hex;
use caseload_sheet::files;
use sha2::{Digest, Sha256};

use super::{Error, Office};

/// A file that is arriving. Dropped before a list is made of it, it is removed.
#[derive(Debug)]
pub struct Upload {
    /// Its name in the folder: 32 hexadecimal digits that nobody chose.
    id: String,
    path: PathBuf,
    file: File,
    digest: Sha256,
    bytes: u64,
    is_kept: bool,
}

/// A file that has arrived whole.
#[derive(Debug)]
pub struct Received {
    pub(super) upload: Upload,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Upload {
    /// How many bytes have come.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Nothing follows. The file is on the disk when this returns.
    ///
    /// # Errors
    /// The disk.
    pub fn finish(self) -> io::Result<Received> {
        self.file.sync_all()?;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        let sha256 = hex(&self.digest.clone().finalize());
        Ok(Received { upload: self, sha256 })
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Received {
    /// The file's size.
    pub fn bytes(&self) -> u64 {
        self.upload.bytes
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.upload.path
    }

    pub(super) fn id(&self) -> &str {
        &self.upload.id
    }

    /// A list names it: it stays.
    pub(super) fn keep(mut self) {
        self.upload.is_kept = true;
    }
}

impl Office {
    /// A new file to write an upload into, for this user alone.
    ///
    /// # Errors
    /// The disk, or the system gives no random number.
    pub fn begin_upload(&self) -> Result<Upload, Error> {
        loop {
            let id = format!("{:032x}", random()?);
            let path = self.uploads().join(&id);
            let file = match files::create_new(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            };
            // Between the making and the lock a sweeper may have come by.
            if file.try_lock().is_ok() && path.exists() {
                return Ok(Upload { id, path, file, digest: Sha256::new(), bytes: 0, is_kept: false });
            }
        }
    }

    /// Where the file of a list is, by the name that the list has of it.
    pub(super) fn upload_path(&self, id: &str) -> PathBuf {
        self.uploads().join(id)
    }

    /// Removes files that no list names, but for those that are arriving.
    pub(super) fn sweep(&self) -> Result<(), Error> {
        for entry in fs::read_dir(self.uploads())? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(id) = name.to_str().filter(|id| is_id(id)) else { continue };
            if self.names_upload(id)? {
                continue;
            }
            let Ok(file) = files::open_or_create(&entry.path()) else { continue };
            // A list may have been made of it since the first look; it was locked until then.
            if file.try_lock().is_ok() && !self.names_upload(id)? {
                overwrite(file, &entry.path())?;
            }
        }
        Ok(())
    }
}

/// Removes a file after its content was written over. On a disk that writes elsewhere the old content may stay for a
/// while: nothing above the disk can help that.
pub(super) fn overwrite(mut file: File, path: &Path) -> io::Result<()> {
    let zeros = vec![0; 64 * 1024];
    let mut left = file.metadata()?.len();
    while left > 0 {
        let part = left.min(zeros.len() as u64);
        file.write_all(&zeros[..part as usize])?;
        left -= part;
    }
    file.sync_all()?;
    fs::remove_file(path)
}

fn is_id(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// 128 random bits.
pub(super) fn random() -> io::Result<u128> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(u128::from_le_bytes(bytes))
}
