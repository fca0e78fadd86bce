//! A file that appears whole or not at all. It is written under another name in the target's folder with mode 0600,
//! synced, and then renamed. A symbolic link at the target is replaced, never followed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};

use crate::files;

/// Before six letters, the name of a file that is being written.
const PREFIX: &str = ".caseload-";
/// A file this old that nobody holds was left by a killed process. It may hold people's data.
const LEFT: Duration = Duration::from_secs(600);

/// A file in the making. Dropped before [`Target::publish`], it leaves nothing behind.
#[derive(Debug)]
pub struct Target {
    temporary: NamedTempFile,
    path: PathBuf,
}

impl Target {
    /// Begins a file beside the target. Removes what killed processes left half written in the folder.
    ///
    /// # Errors
    /// A folder that is not there or in which this user cannot write.
    pub fn create(path: &Path) -> io::Result<Self> {
        sweep(folder(path));
        let temporary = Builder::new().prefix(PREFIX).tempfile_in(folder(path))?;
        // Where there are no locks, nothing is swept either.
        let _ = temporary.as_file().try_lock();
        Ok(Self { temporary, path: path.to_path_buf() })
    }

    /// A handle to write through.
    ///
    /// # Errors
    /// The system gives no more handles.
    pub fn file(&self) -> io::Result<File> {
        self.temporary.as_file().try_clone()
    }

    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the target.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Puts what was written on disk.
    ///
    /// # Errors
    /// A full disk.
    pub fn sync(&self) -> io::Result<()> {
        self.temporary.as_file().sync_all()
    }

    /// Gives the file its name, in place of what stands there. Call [`sync`](Self::sync) first.
    ///
    /// # Errors
    /// A target that another program holds open.
    pub fn publish(self) -> io::Result<PathBuf> {
        self.temporary.persist(&self.path).map_err(|error| error.error)?;
        sync_folder(folder(&self.path));
        Ok(self.path)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Removes what killed processes left half written.
fn sweep(folder: &Path) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).is_some_and(|rest| rest.len() == 6);
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) && is_left(&entry.path()) {
            // A user without the right to remove it leaves it.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_left(path: &Path) -> bool {
    let Ok(file) = files::open(path) else { return false };
    let age = file.metadata().and_then(|known| known.modified()).map(|time| time.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age > LEFT) && file.try_lock().is_ok()
}

/// Makes the rename outlive a power cut. Some file systems cannot sync a folder; that is not a failure, because the
/// file is complete either way.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, age: Duration| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
            file
        };
        let hour = Duration::from_secs(3600);
        make(".caseload-aB3dE6", hour);
        make(".caseload-fresh1", Duration::ZERO);
        make(".caseload-notes.txt", hour);
        let held = make(".caseload-writes", hour);
        held.try_lock().unwrap();
        fs::create_dir(folder.path().join(".caseload-folder")).unwrap();
        drop(Target::create(&folder.path().join("out.csv")).unwrap());
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let kept = [".caseload-folder", ".caseload-fresh1", ".caseload-notes.txt", ".caseload-writes"];
        assert_eq!(names, kept);
    }
}
