//! Where a secret is, and how it is read: only after the person has agreed to where it goes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use caseload_engine::error::{Code, Error};
use caseload_engine::submit::auth::variable;
use caseload_engine::submit::vault::{Promise, Vault};
use caseload_sheet::files;
use caseload_sheet::message::shown;
use caseload_sheet::text;
use secrecy::SecretString;
use serde::Deserialize;

use super::unreadable;

/// Where a secret is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Secret {
    /// The variable that holds it.
    pub env: Option<String>,
    /// The file whose first line it is; nobody else may read it.
    pub file: Option<PathBuf>,
    /// The command that prints it.
    pub command: Option<String>,
    /// What is no secret at all.
    pub value: Option<String>,
}

/// The secrets of a profile: from the environment, else from where the profile says they are.
#[derive(Debug, Clone)]
pub struct Keyring(pub BTreeMap<String, Secret>);

impl Vault for Keyring {
    fn promise(&self, name: &str) -> Promise {
        if is_set(&variable(name)) {
            return Promise::Given;
        }
        self.0.get(name).map_or(Promise::Missing, Secret::promise)
    }

    fn secret(&self, name: &str) -> Result<Option<SecretString>, Error> {
        match from_environment(name) {
            Some(secret) => Ok(Some(secret)),
            None => self.0.get(name).map_or(Ok(None), |secret| secret.read(name)),
        }
    }
}

/// The secret of a name that the environment holds.
fn from_environment(name: &str) -> Option<SecretString> {
    std::env::var(variable(name)).ok().filter(|value| !value.trim().is_empty()).map(SecretString::from)
}

impl Secret {
    /// Reads the secret.
    ///
    /// # Errors
    /// A file that cannot be read or that others may read; a command that fails.
    pub fn read(&self, name: &str) -> Result<Option<SecretString>, Error> {
        if let Some(variable) = &self.env {
            return Ok(std::env::var(variable).ok().map(SecretString::from));
        }
        if let Some(path) = &self.file {
            return from_file(path).map(Some);
        }
        if let Some(command) = &self.command {
            return from_command(name, command).map(Some);
        }
        Ok(self.value.clone().map(SecretString::from))
    }

    /// Whether there will be something to read.
    pub fn promise(&self) -> Promise {
        if let Some(variable) = &self.env {
            return if is_set(variable) { Promise::Given } else { Promise::Missing };
        }
        match (&self.file, &self.command, &self.value) {
            (None, None, None) => Promise::Missing,
            (None, None, Some(_)) => Promise::Given,
            _ => Promise::Likely,
        }
    }
}

/// Whether a variable holds anything.
pub fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.to_string_lossy().trim().is_empty())
}

fn from_file(path: &Path) -> Result<SecretString, Error> {
    let place = shown(&path.display().to_string());
    let file = files::open(path).map_err(|error| unreadable(path, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Asked of what was opened: the name may lead elsewhere by the next moment.
        let mode = file.metadata().map_err(|error| unreadable(path, &error))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Code::SecretExposed.cannot_start(text!(
                "{place} dosyasını başkaları da okuyabiliyor. \"chmod 600 {place}\" çalıştırın.",
                "Others can read {place}. Run \"chmod 600 {place}\"."
            )));
        }
    }
    let bytes = files::read_opened(file, super::LARGEST).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Code::SecretUnreadable.cannot_start(text!(
            "{place} UTF-8 metin değil. İlk satırına gizli bilgiyi yazın.",
            "{place} is not UTF-8 text. Write the secret into its first line."
        ))
    })?;
    Ok(SecretString::from(text.lines().next().unwrap_or_default().trim().to_owned()))
}

fn from_command(name: &str, command: &str) -> Result<SecretString, Error> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output = Command::new(shell).arg(flag).arg(command).output();
    let failed = || {
        let name = shown(name);
        Code::SecretUnreadable.cannot_start(text!(
            "auth.{name} komutu başarısız oldu. Komutu elle çalıştırıp düzeltin.",
            "The command of auth.{name} failed. Run it by hand and mend it."
        ))
    };
    let output = output.ok().filter(|output| output.status.success()).ok_or_else(failed)?;
    let text = String::from_utf8(output.stdout).map_err(|_| failed())?;
    Ok(SecretString::from(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::fs;
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "hush\nmore").unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(from_file(file.path()).unwrap_err().message.en.contains("chmod 600"));
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&from_file(file.path()).unwrap()), "hush");
    }

    #[test]
    fn what_is_promised_is_told_without_reading_it() {
        let promise = |toml: &str| toml::from_str::<Secret>(toml).unwrap().promise();
        assert_eq!(promise("env = 'CASELOAD_NOBODY_SETS_THIS'"), Promise::Missing);
        assert_eq!(promise("file = '/nowhere'"), Promise::Likely);
        assert_eq!(promise("command = 'exit 1'"), Promise::Likely);
        assert_eq!(promise("value = 'me'"), Promise::Given);
        assert_eq!(promise(""), Promise::Missing);
    }
}
