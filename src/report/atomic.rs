//! A file that appears whole or not at all: written under another name in the target's folder, mode
//! 0600, synced, then renamed. A symbolic link at the target is replaced, never followed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::Layout;
use crate::exit::Stop;
use crate::fail;
use crate::message::{Text, shown};
use crate::text;

#[derive(Debug)]
pub struct Target {
    temporary: NamedTempFile,
    path: PathBuf,
}

impl Target {
    /// # Errors
    /// A folder that is not there or in which this user cannot write.
    pub fn create(path: &Path) -> Result<Self, Stop> {
        let temporary = Builder::new().prefix(".caseload-").tempfile_in(folder(path)).map_err(|error| {
            let (path, why) = (shown(&path.to_string_lossy()), shown(&error.to_string()));
            Stop::cannot_start(text!(
                "{path} yazılamıyor: {why}. Klasörün var olduğundan ve yazma izniniz olduğundan emin olun ya da -o ile başka bir yer seçin.",
                "{path} cannot be written: {why}. See that the folder exists and that you may write in it, or choose another place with -o."
            ))
        })?;
        Ok(Self { temporary, path: path.to_path_buf() })
    }

    /// A handle to write through.
    pub fn file(&self) -> io::Result<File> {
        self.temporary.as_file().try_clone()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the target.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Puts what was written on disk, then under its name.
    ///
    /// # Errors
    /// A full disk, or a target that another program holds open.
    pub fn publish(self, layout: &Layout) -> Result<PathBuf, Stop> {
        let Self { temporary, path } = self;
        temporary.as_file().sync_all().map_err(|error| failed(&path, layout, &error))?;
        fail::point("result-renaming");
        temporary.persist(&path).map_err(|error| not_replaced(&path, layout, &error.error))?;
        fail::point("result-renamed");
        sync_folder(folder(&path));
        Ok(path)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the rename outlive a power cut. Some file systems cannot sync a folder; the file itself is
/// complete either way, so that is no failure.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// What to say when a result could not be written to its end.
pub fn failed(path: &Path, layout: &Layout, error: &io::Error) -> Stop {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let why = if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        text!("diskte yer kalmadı. Yer açın", "the disk is full. Make room")
    } else {
        let why = shown(&error.to_string());
        text!("{why}. Diski ve klasörü denetleyin", "{why}. Check the disk and the folder")
    };
    not_written(path, layout, &why)
}

fn not_replaced(path: &Path, layout: &Layout, error: &io::Error) -> Stop {
    let why = shown(&error.to_string());
    let why = text!(
        "{why}. Dosya Excel'de açıksa kapatın ya da -o ile başka bir ad seçin",
        "{why}. If it is open in Excel, close it, or choose another name with -o"
    );
    not_written(path, layout, &why)
}

/// `why` ends in what to mend; how to get the result after all follows.
fn not_written(path: &Path, layout: &Layout, why: &Text) -> Stop {
    let path = shown(&path.to_string_lossy());
    let next = match layout.run {
        Some(run) if !layout.checking => text!(
            "`caseload report {run}` komutu sonucu yeniden yazar. Bütün yanıtlar kayıt defterinde duruyor",
            "`caseload report {run}` writes the result again. All answers stand in the ledger"
        ),
        _ => text!("aynı komutu yeniden çalıştırın", "run the same command again"),
    };
    Stop::early(Text {
        tr: format!("Sonuç dosyası {path} yazılamadı: {}; sonra {}.", why.tr, next.tr),
        en: format!("The result {path} could not be written: {}; then {}.", why.en, next.en),
    })
}
