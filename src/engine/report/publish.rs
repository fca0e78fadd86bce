//! How a result comes to its name, and what people are told where it does not.

use std::io;
use std::path::{Path, PathBuf};

use caseload_sheet::write::Target;

use super::Layout;
use crate::error::{Code, Error};
use crate::hint;
use crate::message::{Text, shown};
use crate::{fail, text};

/// Begins a result beside its path.
///
/// # Errors
/// A folder that is not there or in which this user cannot write.
pub fn create(path: &Path) -> Result<Target, Error> {
    Target::create(path).map_err(|error| {
        let (path, why) = (shown(&path.to_string_lossy()), shown(&error.to_string()));
        Code::ResultUnwritable.cannot_start(text!(
            "{path} yazılamıyor: {why}. Klasörün var olduğundan ve yazma izniniz olduğundan emin olun ya da -o ile başka bir yer seçin.",
            "{path} cannot be written: {why}. See that the folder exists and that you may write in it, or choose another place with -o."
        ))
    })
}

/// Puts a result on disk, then under its name.
///
/// # Errors
/// A full disk, or a target that another program holds open.
pub fn publish(target: Target, layout: &Layout) -> Result<PathBuf, Error> {
    let path = target.path().to_path_buf();
    target.sync().map_err(|error| failed(&path, layout, &error))?;
    fail::point("result-renaming");
    let published = target.publish().map_err(|error| not_replaced(&path, layout, &error))?;
    fail::point("result-renamed");
    Ok(published)
}

/// What to say when a result could not be written to its end.
pub fn failed(path: &Path, layout: &Layout, error: &io::Error) -> Error {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let why = if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        text!("diskte yer kalmadı. Yer açın", "the disk is full. Make room")
    } else {
        let why = shown(&error.to_string());
        text!("{why}. Diski ve klasörü denetleyin", "{why}. Check the disk and the folder")
    };
    not_written(path, layout, &why)
}

fn not_replaced(path: &Path, layout: &Layout, error: &io::Error) -> Error {
    let why = shown(&error.to_string());
    let why = text!(
        "{why}. Dosya Excel'de açıksa kapatın ya da -o ile başka bir ad seçin",
        "{why}. If it is open in Excel, close it, or choose another name with -o"
    );
    not_written(path, layout, &why)
}

/// `why` ends in what to mend; how to get the result after all follows.
fn not_written(path: &Path, layout: &Layout, why: &Text) -> Error {
    let path = shown(&path.to_string_lossy());
    let next = match layout.run {
        Some(run) if !layout.checking => {
            let command = hint::command(&["report", run], layout.flags);
            text!(
                "`{command}` komutu sonucu yeniden yazar. Bütün yanıtlar kayıt defterinde duruyor",
                "`{command}` writes the result again. All answers stand in the ledger"
            )
        }
        _ => text!("aynı komutu yeniden çalıştırın", "run the same command again"),
    };
    Code::ResultUnwritable.early(Text {
        tr: format!("Sonuç dosyası {path} yazılamadı: {}; sonra {}.", why.tr, next.tr),
        en: format!("The result {path} could not be written: {}; then {}.", why.en, next.en),
    })
}
