//! Where the settings come from: one file, and whose word it is.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use caseload_engine::error::{Code, Error};
use caseload_engine::keyed::hex;
use caseload_engine::owner::{Foreign, is_own_word, owner_of};
use caseload_sheet::files;
use caseload_sheet::message::shown;
use caseload_sheet::text;
use sha2::{Digest, Sha256};

use super::trust::{self, is_trusted};
use super::{FILE, Settings, not_understood, settings_folder, unreadable};

/// Which file counts, and what was looked at on the way to it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The file; without one nothing is set.
    pub file: Option<PathBuf>,
    pub how: How,
    /// Somebody else's word, which this user has named or trusts.
    pub foreign: bool,
    /// Every place that was looked at, in this order.
    pub looked_at: Vec<PathBuf>,
}

/// How a settings file was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum How {
    #[default]
    Nowhere,
    /// `--config`.
    Named,
    /// Going up from the working directory.
    Upwards,
    /// In the user's settings folder.
    User,
}

/// A settings file as it was read.
pub struct Found {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub known: Metadata,
}

impl Found {
    /// # Errors
    /// A file that cannot be read, or is too large or no regular one.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let path = std::path::absolute(path).map_err(|error| unreadable(path, &error))?;
        let read = || {
            let file = files::open(&path)?;
            let known = file.metadata()?;
            Ok((known, files::read_opened(file, super::LARGEST)?))
        };
        let (known, bytes) = read().map_err(|error: std::io::Error| unreadable(&path, &error))?;
        Ok(Self { path, bytes, known })
    }

    /// In hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }

    /// # Errors
    /// What stands against taking it for this user's own word.
    pub fn is_own_word(&self) -> Result<(), Foreign> {
        is_own_word(&self.path, &self.known, home().as_deref())
    }

    /// What it says, with paths relative to it made whole.
    ///
    /// # Errors
    /// A file that is no settings.
    pub fn settings(&self) -> Result<Settings, Error> {
        let text = std::str::from_utf8(&self.bytes).map_err(|error| unreadable(&self.path, &error))?;
        let mut settings: Settings = toml::from_str(text).map_err(|error| not_understood(&self.path, text, &error))?;
        settings.table = toml::from_str(text).map_err(|error| not_understood(&self.path, text, &error))?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        settings.profiles.values_mut().for_each(|profile| profile.lie_in(folder));
        Ok(settings)
    }
}

/// Reads the settings: those of `named` alone; else of the first `caseload.toml` going upwards from the working
/// directory to the home folder; else of the user's settings folder. None is no error.
///
/// # Errors
/// A file that counts and cannot be read, or that is somebody else's word and is not trusted.
pub fn find(named: Option<&Path>) -> Result<Settings, Error> {
    let mut origin = Origin::default();
    let found = match named {
        Some(path) => {
            let found = Found::read(path)?;
            origin.foreign = found.is_own_word().is_err();
            origin.looked_at.push(found.path.clone());
            Some((found, How::Named))
        }
        None => match upwards(&mut origin)? {
            Some(found) => Some((found, How::Upwards)),
            None => users_own(&mut origin)?.map(|found| (found, How::User)),
        },
    };
    let Some((found, how)) = found else { return Ok(Settings { origin, ..Settings::default() }) };
    let settings = found.settings()?;
    Ok(Settings { origin: Origin { file: Some(found.path), how, ..origin }, ..settings })
}

/// The first file going up, if it may be taken.
fn upwards(origin: &mut Origin) -> Result<Option<Found>, Error> {
    let Some(path) = first_upwards(&mut origin.looked_at)? else { return Ok(None) };
    let found = Found::read(&path)?;
    if let Err(why) = found.is_own_word() {
        if !is_trusted(&found)? {
            return Err(not_taken(&found, &why));
        }
        origin.foreign = true;
    }
    Ok(Some(found))
}

/// The first `caseload.toml` going up from the working directory to the home folder, or to the root where the working
/// directory is not below the home folder.
///
/// # Errors
/// A folder that cannot be looked into.
pub fn first_upwards(looked_at: &mut Vec<PathBuf>) -> Result<Option<PathBuf>, Error> {
    let Ok(here) = std::env::current_dir() else { return Ok(None) };
    let home = home().and_then(|home| home.canonicalize().ok());
    for folder in here.ancestors() {
        let path = folder.join(FILE);
        looked_at.push(path.clone());
        match std::fs::symlink_metadata(&path) {
            Ok(_) => return Ok(Some(path)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
        if home.as_deref() == Some(folder) {
            break;
        }
    }
    Ok(None)
}

fn users_own(origin: &mut Origin) -> Result<Option<Found>, Error> {
    let Some(path) = settings_folder().map(|folder| folder.join(FILE)) else { return Ok(None) };
    origin.looked_at.push(path.clone());
    match std::fs::symlink_metadata(&path) {
        Ok(_) => {
            let found = Found::read(&path)?;
            origin.foreign = found.is_own_word().is_err();
            Ok(Some(found))
        }
        Err(_) => Ok(None),
    }
}

fn home() -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    std::env::var_os(name).filter(|home| !home.is_empty()).map(PathBuf::from)
}

fn not_taken(found: &Found, why: &Foreign) -> Error {
    let (path, owner) = (shown(&found.path.display().to_string()), shown(&owner_of(&found.known)));
    let why = match why {
        Foreign::Owned => text!(
            "dosya, klasörü ya da ona götüren bağlantı başkasının",
            "the file, its folder or the link to it is another person's"
        ),
        Foreign::Writable => {
            text!("dosyayı ya da klasörünü başkaları değiştirebiliyor", "other people may write the file or its folder")
        }
        Foreign::Untold => text!("kimin olduğu anlaşılamıyor", "there is no telling whose it is"),
    };
    let (neden, why) = (why.tr, why.en);
    let changed = trust::was_trusted(found);
    let (degismis, changed) = if changed {
        ("Güvendiğinizden beri değişmiş. ", "It has changed since you trusted it. ")
    } else {
        ("", "")
    };
    Code::SettingsNotTrusted.cannot_start(text!(
        "{path} ayarları kullanılmadı (sahibi {owner}): {neden}. {degismis}Dosyayı okuyun; uygun buluyorsanız \"caseload config trust {path}\" çalıştırın ya da --config ile başka bir dosya gösterin.",
        "The settings in {path} (owner {owner}) are not taken: {why}. {changed}Read the file; if you agree with it, run \"caseload config trust {path}\", or name another file with --config."
    ))
}
