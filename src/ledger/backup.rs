//! A copy of the ledger in a file of its own.

use std::fs::{File, OpenOptions};
use std::path::Path;

use super::entry::Error;
use super::sqlite::Ledger;

impl Ledger {
    /// Writes all that the ledger holds at this moment to a new file that only its owner can read. A run may go on
    /// meanwhile: the copy has what was committed when it began.
    ///
    /// # Errors
    /// [`Error::Io`] where the file exists or cannot be made; what was written of a copy that failed is removed.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        let file = new_private(to)?;
        let written = self.copy_into(to).and_then(|()| Ok(file.sync_all()?));
        if written.is_err() {
            let _ = std::fs::remove_file(to);
        }
        written?;
        sync_folder(to)
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

fn new_private(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

fn sync_folder(file: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
