//! `caseload.toml`: settings that stay the same from run to run, under a name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use secrecy::SecretString;
use serde::Deserialize;

use crate::exit::Stop;
use crate::message::{Lang, shown};
use crate::text;

/// The file's name, in the current folder or in the settings folder.
pub const FILE: &str = "caseload.toml";

/// What a settings file holds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `tr` or `en`.
    pub lang: Option<String>,
    pub profiles: BTreeMap<String, Profile>,
}

/// Settings for one target. What the command line says goes before them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// `system/operation`.
    pub to: Option<String>,
    /// A contract file of one's own, relative to the settings file.
    pub contract: Option<PathBuf>,
    pub base_url: Option<String>,
    pub ledger: Option<PathBuf>,
    pub rate: Option<String>,
    pub concurrency: Option<usize>,
    pub timeout: Option<String>,
    pub max_errors: Option<String>,
    /// `skip`, `warn` or `send`.
    pub duplicates: Option<String>,
    /// `skip` or `send`.
    pub hidden: Option<String>,
    /// Numbers whose check digits do not fit are errors.
    pub strict: bool,
    /// Plain http is taken on a network too, secrets and all.
    pub allow_http: bool,
    /// Field = header.
    pub map: BTreeMap<String, String>,
    /// Field = value.
    pub set: BTreeMap<String, String>,
    /// Values that a field of the contract may have: field = list.
    pub lists: BTreeMap<String, Vec<String>>,
    pub auth: BTreeMap<String, Secret>,
}

/// Where a secret is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secret {
    /// The variable that holds it.
    env: Option<String>,
    /// The file whose first line it is; nobody else may read it.
    file: Option<PathBuf>,
    /// The command that prints it.
    command: Option<String>,
    /// What is no secret at all.
    value: Option<String>,
}

impl Settings {
    /// Reads `caseload.toml` from the current folder, else from the settings folder; none is no error.
    pub fn find() -> Result<Self, Stop> {
        let places = [Some(PathBuf::from(FILE)), settings_folder().map(|folder| folder.join(FILE))];
        let Some(path) = places.into_iter().flatten().find(|path| path.is_file()) else { return Ok(Self::default()) };
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| unreadable(&path, &error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for contract in settings.profiles.values_mut().filter_map(|profile| profile.contract.as_mut()) {
            // An absolute path stays what it is.
            *contract = folder.join(&contract);
        }
        Ok(settings)
    }

    /// The profile of a name; without one the profile `default`, if there is one.
    pub fn profile(&self, name: Option<&str>) -> Result<Profile, Stop> {
        let Some(name) = name else { return Ok(self.profiles.get("default").cloned().unwrap_or_default()) };
        self.profiles.get(name).cloned().ok_or_else(|| {
            let known = self.profiles.keys().cloned().collect::<Vec<_>>().join(", ");
            let name = shown(name);
            Stop::cannot_start(text!(
                "{FILE} içinde \"{name}\" adında bir profil yok. Olanlar: {known}. \"caseload init\" bir örnek yazar.",
                "There is no profile \"{name}\" in {FILE}. There are: {known}. \"caseload init\" writes an example."
            ))
        })
    }
}

impl Profile {
    /// The secret of a name, from where the profile says it is.
    ///
    /// # Errors
    /// A file that cannot be read or that others may read; a command that fails.
    pub fn secret(&self, name: &str) -> Result<Option<SecretString>, Stop> {
        let Some(secret) = self.auth.get(name) else { return Ok(None) };
        if let Some(variable) = &secret.env {
            return Ok(std::env::var(variable).ok().map(SecretString::from));
        }
        if let Some(path) = &secret.file {
            return from_file(path).map(Some);
        }
        if let Some(command) = &secret.command {
            return from_command(name, command).map(Some);
        }
        Ok(secret.value.clone().map(SecretString::from))
    }
}

fn from_file(path: &Path) -> Result<SecretString, Stop> {
    let place = path.display().to_string();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(|error| unreadable(path, &error))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Stop::cannot_start(text!(
                "{place} dosyasını başkaları da okuyabiliyor. \"chmod 600 {place}\" çalıştırın.",
                "Others can read {place}. Run \"chmod 600 {place}\"."
            )));
        }
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Ok(SecretString::from(text.lines().next().unwrap_or_default().trim().to_owned()))
}

fn from_command(name: &str, command: &str) -> Result<SecretString, Stop> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output = Command::new(shell).arg(flag).arg(command).output();
    let failed = || {
        Stop::cannot_start(text!(
            "auth.{name} komutu başarısız oldu. Komutu elle çalıştırıp düzeltin.",
            "The command of auth.{name} failed. Run it by hand and mend it."
        ))
    };
    let output = output.ok().filter(|output| output.status.success()).ok_or_else(failed)?;
    let text = String::from_utf8(output.stdout).map_err(|_| failed())?;
    Ok(SecretString::from(text.trim().to_owned()))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Stop {
    let (path, error) = (path.display().to_string(), error.to_string());
    Stop::cannot_start(text!("{path} okunamadı: {error}", "{path} cannot be read: {error}"))
}

/// `$XDG_CONFIG_HOME/caseload`.
pub fn settings_folder() -> Option<PathBuf> {
    folder("XDG_CONFIG_HOME", ".config", "APPDATA")
}

/// `$XDG_DATA_HOME/caseload`: where the ledgers are.
pub fn data_folder() -> Option<PathBuf> {
    folder("XDG_DATA_HOME", ".local/share", "LOCALAPPDATA")
}

fn folder(variable: &str, below_home: &str, windows: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set(variable)
        .filter(|path| path.is_absolute())
        .or_else(|| set(windows).filter(|_| cfg!(windows)))
        .or_else(|| set("HOME").map(|home| home.join(below_home)))?;
    Some(base.join("caseload"))
}

/// The reader's language: `--lang`, `CASELOAD_LANG`, the settings, the locale.
pub fn language(flag: Option<&str>, settings: Option<&str>) -> Lang {
    let variable = std::env::var("CASELOAD_LANG").ok().filter(|value| !value.is_empty());
    let chosen =
        flag.map(str::to_owned).or(variable).or_else(|| settings.map(str::to_owned)).or_else(sys_locale::get_locale);
    Lang::from_tag(chosen.as_deref().unwrap_or("en"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_nobody_knows_is_refused_by_name() {
        let wrong = toml::from_str::<Settings>("[profiles.a]\nrat = \"1/s\"").unwrap_err().to_string();
        assert!(wrong.contains("rat"), "{wrong}");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "hush\nmore").unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(from_file(file.path()).unwrap_err().message.en.contains("chmod 600"));
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&from_file(file.path()).unwrap()), "hush");
    }
}
