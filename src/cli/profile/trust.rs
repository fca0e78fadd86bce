//! Settings files of others that this user trusts, each as it was when this was said: by path and content.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use caseload_engine::error::{Code, Error};
use caseload_sheet::files;
use caseload_sheet::message::shown;
use caseload_sheet::text;
use serde::{Deserialize, Serialize};

use super::find::Found;
use super::{settings_folder, unreadable};

/// The list's name in the settings folder.
const FILE: &str = "trusted.toml";

const HEAD: &str = "# Settings files of others that were trusted, each as it was then: \"caseload config trust\".\n";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct List {
    file: Vec<Trusted>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trusted {
    path: PathBuf,
    sha256: String,
}

/// Whether this user trusts a file as it is.
///
/// # Errors
/// The list cannot be read, or others may write it.
pub fn is_trusted(found: &Found) -> Result<bool, Error> {
    let (path, sha256) = (real(&found.path), found.sha256());
    Ok(list()?.file.iter().any(|known| known.path == path && known.sha256 == sha256))
}

/// Whether this user trusted the file as it was before.
pub fn was_trusted(found: &Found) -> bool {
    let path = real(&found.path);
    list().is_ok_and(|list| list.file.iter().any(|known| known.path == path))
}

/// Trusts a file as it is from now on.
///
/// # Errors
/// There is no settings folder, or it cannot be written.
pub fn trust(found: &Found) -> Result<(), Error> {
    let mut list = list()?;
    let path = real(&found.path);
    list.file.retain(|known| known.path != path);
    list.file.push(Trusted { path, sha256: found.sha256() });
    let place = place().ok_or_else(nowhere)?;
    let written = toml::to_string(&list).map_err(io::Error::other).and_then(|text| write(&place, &text));
    written.map_err(|error| {
        let (path, error) = (shown(&place.display().to_string()), shown(&error.to_string()));
        Code::SettingsUnwritable.cannot_start(text!(
            "{path} yazılamadı: {error}. Klasörün izinlerini denetleyin.",
            "{path} could not be written: {error}. Check the folder's permissions."
        ))
    })
}

fn write(place: &Path, text: &str) -> io::Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    files::make_private_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(".trusted-").tempfile_in(folder)?;
    file.write_all(HEAD.as_bytes())?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(place)?;
    Ok(())
}

fn list() -> Result<List, Error> {
    let Some(place) = place().filter(|place| place.symlink_metadata().is_ok()) else { return Ok(List::default()) };
    let found = Found::read(&place)?;
    if found.is_own_word().is_err() {
        let place = shown(&place.display().to_string());
        return Err(Code::SettingsNotTrusted.cannot_start(text!(
            "{place} dosyasını ya da klasörünü başkaları değiştirebiliyor; kime güvenildiği oradan okunamaz. İzinlerini düzeltin (chmod go-w).",
            "Other people may write {place} or its folder, so it cannot tell whom you trust. Correct its permissions (chmod go-w)."
        )));
    }
    let text = String::from_utf8_lossy(&found.bytes);
    toml::from_str(&text).map_err(|error| unreadable(&place, &error))
}

fn place() -> Option<PathBuf> {
    Some(settings_folder()?.join(FILE))
}

/// One file by whatever name it is reached.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn nowhere() -> Error {
    Code::NoHome.cannot_start(text!(
        "Ayar klasörü bulunamadı: HOME tanımlı değil. HOME ya da XDG_CONFIG_HOME tanımlayın.",
        "There is no settings folder: HOME is not set. Set HOME or XDG_CONFIG_HOME."
    ))
}
