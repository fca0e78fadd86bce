//! Whether the ledger is still the file that was opened, and who else may open it.
//!
//! A file that is removed or replaced while it is open goes on under its handle, and nobody who comes later sees it:
//! whoever makes a new one in its place would send the same rows again. So a run looks before each group of intents,
//! and everybody who writes holds three locks together with the others: on the lock file beside the ledger, on a file in
//! the state folder that is named for the ledger's place, and on one there that is named for the file itself.
//!
//! The first who comes takes all three alone, for nobody may be at work on a file that was in this place before, or on
//! this file in another place. It brings the schema up, writes into the lock file which file the ledger is, and then lets
//! others in. Who comes later finds the lock file held, and joins only if the ledger is that file. A program from before,
//! which wants the lock file for itself, is kept out as long as anybody is in; and it keeps everybody out.
//!
//! No file of the database is opened here: closing any handle of it would give up the locks that SQLite has on it, for
//! every connection of this process.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::mark::short_hex;
use super::place::sibling;
use crate::files;
use crate::ledger::error::Error;

/// How long another who is just opening the ledger is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
const BLINK: Duration = Duration::from_millis(2);

/// The locks of one who writes, and the files that are watched. Dropping it gives the locks back.
pub struct Watch {
    ledger: Watched,
    lock: Watched,
    /// On the lock file; the last to be shared, and the first to be asked for.
    door: File,
    /// In the state folder.
    others: Vec<File>,
    is_first: bool,
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
    /// Comes in to a ledger, and makes its file where there is none.
    ///
    /// # Errors
    /// [`Error::Busy`] where a program from before holds it, or runs are under way on a file that is not the one that
    /// stands there now.
    pub fn begin(path: &Path, state: Option<&Path>) -> Result<Self, Error> {
        let begun = Instant::now();
        loop {
            if let Some(watch) = Self::come_in(path, state)? {
                return Ok(watch);
            }
            if begun.elapsed() >= PATIENCE {
                return Err(Error::Busy);
            }
            std::thread::sleep(BLINK);
        }
    }

    fn come_in(path: &Path, state: Option<&Path>) -> Result<Option<Self>, Error> {
        let lock_path = sibling(path, ".lock");
        let door = open_lock(&lock_path)?;
        let is_first = is_locked(door.try_lock())?;
        if !is_first && !is_locked(door.try_lock_shared())? {
            return Ok(None);
        }
        let is_taken = |file: &File| is_locked(if is_first { file.try_lock() } else { file.try_lock_shared() });
        let mut others = Vec::new();
        // Before the file is made: a run whose ledger was removed holds the place until it has put the ledger back, and
        // puts it beside any file that it finds there.
        if let Some(place) = state.and_then(|state| state_lock(state, &place_digest(path)?)) {
            if !is_taken(&place)? {
                return Ok(None);
            }
            others.push(place);
        }
        if is_first {
            make_file(path)?;
        }
        let Ok(found) = fs::symlink_metadata(path) else { return Ok(None) };
        if !is_first && !says(&door, &found) {
            return Ok(None);
        }
        if let Some(file) = state.and_then(|state| state_lock(state, &file_digest(&found)?)) {
            if !is_taken(&file)? {
                return Ok(None);
            }
            others.push(file);
        }
        let (Ok(ledger), Ok(lock)) = (Watched::of(path, &found), Watched::new(&lock_path, &door)) else {
            return Ok(None);
        };
        if is_first {
            say(&door, &found)?;
        }
        Ok(Some(Self { ledger, lock, door, others, is_first }))
    }

    /// Whether nobody else is in: the schema may be changed.
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    /// Lets others in.
    pub fn share(&mut self) -> Result<(), Error> {
        if self.is_first {
            self.others.iter().try_for_each(File::lock_shared)?;
            self.door.lock_shared()?;
            self.is_first = false;
        }
        Ok(())
    }

    /// Runs something while nobody else is in.
    ///
    /// # Errors
    /// [`Error::Busy`] where others are.
    pub fn alone<T>(&self, what: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let is_alone = is_locked(self.door.try_lock())?;
        // Asked for in vain, the lock that was held may be lost.
        let result = if is_alone { what() } else { Err(Error::Busy) };
        self.door.lock_shared()?;
        result
    }

    pub fn look(&self) -> Found {
        match (self.ledger.is_there(), self.lock.is_there()) {
            (false, _) => Found::LedgerGone,
            (true, false) => Found::LockGone,
            (true, true) => Found::AsOpened,
        }
    }
}

/// Opens a lock file, or makes it.
pub(super) fn open_lock(path: &Path) -> Result<File, Error> {
    files::open_or_create(path)
        .map_err(|error| if files::is_link(&error) { Error::Link(path.to_owned()) } else { error.into() })
}

/// Makes the ledger's file where there is none, and sees that it is a file.
fn make_file(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            files::create_new(path)?.sync_all()?;
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(found) if found.is_symlink() => Err(Error::StrangeLink(path.to_owned())),
        Ok(_) => Err(Error::Unfit("it is not a regular file".to_owned())),
    }
}

/// A lock that stays when the ledger is removed with all that is beside it, or moved; none where it cannot be made.
fn state_lock(state: &Path, digest: &[u8]) -> Option<File> {
    files::open_or_create(&state.join(format!("{}.lock", short_hex(digest)))).ok()
}

/// Names the place of a ledger, whatever file stands there.
fn place_digest(path: &Path) -> Option<[u8; 32]> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let place = fs::canonicalize(folder).ok()?.join(path.file_name()?);
    Some(Sha256::digest(place.as_os_str().as_encoded_bytes()).into())
}

/// Names the file, wherever it stands.
fn file_digest(found: &Metadata) -> Option<[u8; 32]> {
    Some(told(found)).filter(|told| !told.is_empty()).map(|told| Sha256::digest(told).into())
}

fn is_locked(tried: Result<(), TryLockError>) -> Result<bool, Error> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Writes into the lock file which file the ledger is.
fn say(mut door: &File, found: &Metadata) -> std::io::Result<()> {
    door.set_len(0)?;
    door.seek(SeekFrom::Start(0))?;
    door.write_all(told(found).as_bytes())
}

/// Whether the lock file says that the ledger is this file.
fn says(mut door: &File, found: &Metadata) -> bool {
    const LONGEST: u64 = 128;
    let mut text = String::new();
    let read = door.seek(SeekFrom::Start(0)).and_then(|_| door.take(LONGEST).read_to_string(&mut text));
    read.is_ok() && told(found) == text
}

/// A file by what tells it from every other; nothing where the system has no such thing.
#[cfg(unix)]
fn told(found: &Metadata) -> String {
    let (device, inode) = id(found);
    format!("file {device}:{inode}\n")
}

#[cfg(not(unix))]
fn told(_: &Metadata) -> String {
    String::new()
}

/// A file by its path, and which one it was.
#[derive(Debug, Clone)]
pub struct Watched {
    path: PathBuf,
    #[cfg(unix)]
    id: (u64, u64),
}

impl Watched {
    /// # Errors
    /// [`Error::Busy`] where the file that was opened stands there no more: it may have gone between the opening and the
    /// lock.
    pub(super) fn new(path: &Path, file: &File) -> Result<Self, Error> {
        Self::of(path, &file.metadata()?)
    }

    #[cfg_attr(not(unix), expect(unused_variables, reason = "files have no numbers there"))]
    fn of(path: &Path, found: &Metadata) -> Result<Self, Error> {
        let watched = Self {
            path: path.to_owned(),
            #[cfg(unix)]
            id: id(found),
        };
        if watched.is_there() { Ok(watched) } else { Err(Error::Busy) }
    }

    /// A look that fails for another reason than that there is nothing says nothing.
    pub(super) fn is_there(&self) -> bool {
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
