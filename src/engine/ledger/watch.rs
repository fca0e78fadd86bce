//! Whether the ledger is still the file that was opened, and who else may open it.
//!
//! A file that is removed or replaced while it is open goes on under its handle, and nobody who comes later sees it:
//! whoever makes a new one in its place would send the same rows again. So a run looks before each group of intents,
//! and its locks stand in three places: the lock file beside the ledger, the ledger itself (where locks of the two
//! kinds do not meet, on Linux), and a file in the state folder that is named for the ledger's place, which stays
//! where it is when a ledger is removed with all that is beside it.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::entry::Error;
use super::mark::short_hex;
use super::place::sibling;
use crate::files;

/// How long one who looks whether somebody holds a lock may be in the way.
const BLINK: Duration = Duration::from_millis(1);
const BLINKS: u32 = 8;

/// The locks of a run, and the files that it watches. Dropping it gives the locks back.
pub struct Watch {
    ledger: Watched,
    lock: Watched,
    lock_file: File,
    _locks: Vec<File>,
}

/// What has become of the files of an open ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    AsOpened,
    /// Another run may come in; what is written now is still in the ledger.
    LockGone,
    /// The ledger was removed, or another file stands in its place.
    LedgerGone,
}

impl Watch {
    /// Takes the locks of a ledger, and makes the file where there is none.
    ///
    /// # Errors
    /// [`Error::Busy`] where another run has one of them.
    pub fn begin(path: &Path, state: Option<&Path>) -> Result<Self, Error> {
        let lock_path = sibling(path, ".lock");
        let mut locks = Vec::new();
        if let Some(place) = state.and_then(|state| of_the_place(path, state)) {
            locks.push(locked(place)?);
        }
        let lock = files::open_or_create(&lock_path)
            .map_err(|error| if files::is_link(&error) { Error::Link(lock_path.clone()) } else { error.into() })?;
        let lock_file = locked(lock)?;
        // What the last holder said of itself.
        let _ = announced(&lock_file, "");
        let file = files::open_or_create(path)
            .map_err(|error| if files::is_link(&error) { Error::StrangeLink(path.to_owned()) } else { error.into() })?;
        file.sync_all()?;
        let (ledger, lock) = (Watched::new(path, &file)?, Watched::new(&lock_path, &lock_file)?);
        // Closing any handle of a file gives up the locks that SQLite has on it: this one stays open as long as they.
        locks.push(if cfg!(target_os = "linux") { locked(file)? } else { file });
        Ok(Self { ledger, lock, lock_file, _locks: locks })
    }

    /// Writes into the lock file which run is being sent. Where that cannot be written, those who look do not know.
    pub fn announce(&self, run: u32) {
        let _ = announced(&self.lock_file, &run.to_string());
    }

    pub fn look(&self) -> Found {
        match (self.ledger.is_there(), self.lock.is_there()) {
            (false, _) => Found::LedgerGone,
            (true, false) => Found::LockGone,
            (true, true) => Found::AsOpened,
        }
    }
}

/// The lock that stays when the ledger is removed; none where the state folder cannot be written.
fn of_the_place(path: &Path, state: &Path) -> Option<File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let own = fs::canonicalize(folder).ok()?.join(path.file_name()?);
    let digest = Sha256::digest(own.as_os_str().as_encoded_bytes());
    files::open_or_create(&state.join(format!("{}.lock", short_hex(&digest)))).ok()
}

fn locked(file: File) -> Result<File, Error> {
    let mut blinks = 0;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // It may be one who only looks whether somebody holds it (`under_way`).
            Err(TryLockError::WouldBlock) if blinks < BLINKS => {
                blinks += 1;
                std::thread::sleep(BLINK);
            }
            Err(TryLockError::WouldBlock) => return Err(Error::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
}

/// Writes into the lock file, in place of what it says.
fn announced(mut lock: &File, words: &str) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    lock.write_all(words.as_bytes())
}

/// A file by its path, and which one it was.
struct Watched {
    path: PathBuf,
    #[cfg(unix)]
    id: (u64, u64),
}

impl Watched {
    fn new(path: &Path, file: &File) -> Result<Self, Error> {
        let found = file.metadata()?;
        let watched = Self {
            path: path.to_owned(),
            #[cfg(unix)]
            id: id(&found),
        };
        // It may have gone between the opening and the lock.
        if watched.is_there() { Ok(watched) } else { Err(Error::Busy) }
    }

    /// A look that fails for another reason than that there is nothing says nothing.
    fn is_there(&self) -> bool {
        match fs::symlink_metadata(&self.path) {
            Ok(found) => self.is(&found),
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }

    #[cfg(unix)]
    fn is(&self, found: &Metadata) -> bool {
        id(found) == self.id
    }

    #[cfg(not(unix))]
    fn is(&self, _: &Metadata) -> bool {
        true
    }
}

#[cfg(unix)]
fn id(found: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino())
}
