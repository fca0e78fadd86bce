//! The folder of the office. The model is the ledger's own place, and what sshd asks of its files.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use caseload_engine::ledger::place::{is_local, own_name, sibling};
use caseload_engine::owner;
use caseload_sheet::files;

use super::Error;

/// The folder of a ledger's office.
fn of(ledger: &Path) -> Result<PathBuf, Error> {
    Ok(sibling(&own_name(ledger)?, ".office"))
}

/// Whether a ledger has an office.
///
/// # Errors
/// The ledger cannot lie where it lies.
pub fn exists(ledger: &Path) -> Result<bool, Error> {
    Ok(of(ledger)?.join("office.db").is_file())
}

/// Makes the folders of an office where they are missing, and gives the one above.
///
/// # Errors
/// Something else stands in the place, or a folder that is not this user's alone.
pub fn make(ledger: &Path) -> Result<PathBuf, Error> {
    let folder = std::path::absolute(of(ledger)?)?;
    if let Some(above) = folder.parent() {
        files::make_private_folder(above)?;
        is_local(above)?;
    }
    for folder in [&folder, &folder.join("uploads")] {
        if fs::symlink_metadata(folder).is_err() {
            files::make_private_folder(folder)?;
        }
        is_private(folder)?;
    }
    // The database is opened by a name without links in it.
    Ok(fs::canonicalize(folder)?)
}

/// # Errors
/// [`Error::Link`], [`Error::Foreign`], [`Error::Exposed`].
fn is_private(folder: &Path) -> Result<(), Error> {
    let found = fs::symlink_metadata(folder)?;
    if found.is_symlink() || !found.is_dir() {
        return Err(Error::Link(folder.to_owned()));
    }
    if !owner::is_ours(&found) {
        return Err(Error::Foreign(folder.to_owned(), owner::owner_of(&found)));
    }
    if is_open_to_others(&found) { Err(Error::Exposed(folder.to_owned())) } else { Ok(()) }
}

#[cfg(unix)]
fn is_open_to_others(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(found) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
    false
}
