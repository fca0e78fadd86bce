//! A copy of the ledger in a file of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::Sqlite;
use super::place::sibling;
use super::watch::Found;
use crate::files;
use crate::ledger::error::Error;

impl Sqlite {
    /// Writes all that the ledger holds at this moment to a new file that only its owner can read. A run may go on
    /// meanwhile: the copy has what was committed when it began.
    ///
    /// # Errors
    /// [`Error::Io`] where the file exists or cannot be made; what was written of a copy that failed is removed.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        let file = files::create_new(to)?;
        let written = self.copy_into(to).and_then(|()| Ok(file.sync_all()?));
        if written.is_err() {
            let _ = fs::remove_file(to);
        }
        written?;
        sync_folder(to)
    }

    /// Where the file was removed while it was open: writes what is known to its place again, or to a file beside it
    /// where another one stands there now. Gives the file; none where the ledger is as it was opened.
    ///
    /// # Errors
    /// As [`Ledger::backup`].
    pub(super) fn save_gone(&self, run: &str) -> Result<Option<PathBuf>, Error> {
        if self.found() != Found::LedgerGone {
            return Ok(None);
        }
        let saved = sibling(&self.path, &format!(".saved-{run}"));
        self.backup(&saved)?;
        if self.path.symlink_metadata().is_ok() {
            return Ok(Some(saved));
        }
        // The log of the file that is gone is in the copy, and must not be taken for the copy's own.
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(sibling(&self.path, ending));
        }
        fs::rename(&saved, &self.path)?;
        sync_folder(&self.path)?;
        Ok(Some(self.path.clone()))
    }

    /// SQLite takes an empty file as one that it may fill.
    fn copy_into(&self, to: &Path) -> Result<(), Error> {
        let to = to.to_str().ok_or_else(|| Error::Unfit("the name of the copy is no text".to_owned()))?;
        let only_looks: bool = self.connection.pragma_query_value(None, "query_only", |row| row.get(0))?;
        self.connection.pragma_update(None, "query_only", false)?;
        let copied = self.connection.execute("VACUUM INTO ?1", [to]);
        self.connection.pragma_update(None, "query_only", only_looks)?;
        copied?;
        Ok(())
    }
}

fn sync_folder(file: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
