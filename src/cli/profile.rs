//! `caseload.toml`: settings that stay the same from run to run, under a name.

mod clock;
mod find;
mod flags;
mod secret;
mod trust;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use clock::{check_variable, local_time, local_zone};
pub use find::{Found, How, Origin, find, first_upwards};
pub use flags::flags;
pub use secret::{Keyring, Secret, is_set};
pub use trust::trust;

use caseload_engine::doubt::{Answers, Choice};
use caseload_engine::error::{Code, Error};
use caseload_engine::identity::Server;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;

/// The largest settings file, script or secret that is read, in bytes.
pub const LARGEST: u64 = 1024 * 1024;

/// The file's name, in a folder on the way up or in the settings folder.
pub const FILE: &str = "caseload.toml";

/// What a settings file holds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `tr` or `en`.
    pub lang: Option<String>,
    pub profiles: BTreeMap<String, Profile>,
    pub page: Page,
    #[serde(skip)]
    pub origin: Origin,
    /// The file as it was written.
    #[serde(skip)]
    pub table: toml::Table,
}

/// Settings of the page that `caseload serve` shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Page {
    /// The largest list that is taken: `50MB`.
    #[serde(alias = "upload-limit")]
    pub upload_limit: Option<String>,
    /// Connections at once.
    pub connections: Option<usize>,
}

/// Settings for one target. What the command line says goes before them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// `system/operation`.
    pub to: Option<String>,
    /// A contract file of one's own. This path and those below are relative to the settings file.
    pub contract: Option<PathBuf>,
    pub base_url: Option<String>,
    pub ledger: Option<PathBuf>,
    /// The ledger's path as the file has it.
    #[serde(skip)]
    pub ledger_as_written: Option<PathBuf>,
    /// The proxy by which servers beyond this machine are reached.
    pub proxy: Option<String>,
    /// Certificate authorities that are trusted beside those of the system, PEM.
    pub ca_file: Option<PathBuf>,
    /// The zone of local times, where it is not the contract's.
    pub timezone: Option<String>,
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
    /// The server is a test server: what it did does not count elsewhere.
    pub test: bool,
    /// The address that this server had before. Only proposed: `caseload ledger same` says it.
    pub same_as: Option<String>,
    /// A second person approves what goes there.
    #[serde(alias = "four-eyes")]
    pub four_eyes: bool,
    /// How long the page keeps an upload after its run has ended: `90d`.
    #[serde(alias = "keep-uploads")]
    pub keep_uploads: Option<String>,
    /// Rows that are done at another LIVE server are sent to this one too.
    #[serde(alias = "other-server")]
    pub other_server: bool,
    /// A file whose bytes were submitted under other flags is sent.
    #[serde(alias = "other-flags")]
    pub other_flags: bool,
    /// Rows that were done longer ago than their window: `skip` or `send`.
    #[serde(alias = "past-window")]
    pub past_window: Option<Choice>,
    /// Rows that were edited after they were done: `skip` or `send`.
    pub changed: Option<Choice>,
    /// Field = header.
    pub map: BTreeMap<String, String>,
    /// Field = value.
    pub set: BTreeMap<String, String>,
    /// Values that a field of the contract may have: field = list.
    pub lists: BTreeMap<String, Vec<String>>,
    pub auth: BTreeMap<String, Secret>,
}

impl Settings {
    /// The servers that a profile calls test servers.
    pub fn test_servers(&self) -> Vec<Server> {
        let tests = self.profiles.values().filter(|profile| profile.test);
        tests.filter_map(|profile| profile.base_url.as_deref()).map(Server::of).collect()
    }

    /// The profile of a name; without one the profile `default`, if there is one.
    pub fn profile(&self, name: Option<&str>) -> Result<Profile, Error> {
        let Some(name) = name else { return Ok(self.profiles.get("default").cloned().unwrap_or_default()) };
        self.profiles.get(name).cloned().ok_or_else(|| self.no_profile(name))
    }

    fn no_profile(&self, name: &str) -> Error {
        let name = shown(name);
        let listed = |paths: &[PathBuf]| {
            paths.iter().map(|path| shown(&path.display().to_string())).collect::<Vec<_>>().join(", ")
        };
        let Some(file) = &self.origin.file else {
            let places = listed(&self.origin.looked_at);
            return Code::ProfileUnknown.cannot_start(text!(
                "\"{name}\" adında bir profil yok: ayar dosyası bulunamadı. Bakılan yerler: {places}. --config ile bir dosya gösterin; \"caseload init\" bir örnek yazar.",
                "There is no profile \"{name}\", for no settings file was found. Looked at: {places}. Name a file with --config; \"caseload init\" writes an example."
            ));
        };
        let (file, known) = (listed(std::slice::from_ref(file)), self.profiles.keys().map(|name| shown(name)));
        let known = known.collect::<Vec<_>>().join(", ");
        let places = listed(&self.origin.looked_at);
        Code::ProfileUnknown.cannot_start(text!(
            "{file} içinde \"{name}\" adında bir profil yok. Olanlar: {known}. Bakılan dosyalar: {places}. Başka bir dosya --config ile gösterilir.",
            "There is no profile \"{name}\" in {file}. There are: {known}. Files looked at: {places}. Another file is named with --config."
        ))
    }
}

impl Profile {
    /// What it answers to what may be in question.
    pub fn answers(&self) -> Answers {
        let yes = |said: bool| said.then_some(Choice::Send);
        Answers {
            other_server: yes(self.other_server),
            other_flags: yes(self.other_flags),
            past_window: self.past_window,
            changed: self.changed,
        }
    }

    /// Makes the paths whole: they are relative to the folder of the file that says them.
    fn lie_in(&mut self, folder: &Path) {
        self.ledger_as_written.clone_from(&self.ledger);
        let files = self.auth.values_mut().map(|secret| &mut secret.file);
        for path in [&mut self.contract, &mut self.ledger, &mut self.ca_file].into_iter().chain(files).flatten() {
            // An absolute path stays what it is.
            *path = folder.join(&path);
        }
    }

    /// The ledger that the profile names.
    ///
    /// # Errors
    /// Before, the path was relative to the working directory. Where a ledger lies there and none beside the settings,
    /// a new one would not know what was sent.
    pub fn ledger(&self) -> Result<Option<PathBuf>, Error> {
        let (Some(now), Some(written)) = (&self.ledger, &self.ledger_as_written) else {
            return Ok(self.ledger.clone());
        };
        let before = std::path::absolute(written).unwrap_or_else(|_| written.clone());
        if written.is_absolute() || now.exists() || !before.is_file() {
            return Ok(Some(now.clone()));
        }
        let [now, before] = [now, &before].map(|path| shown(&path.display().to_string()));
        Err(Code::LedgerElsewhere.cannot_start(text!(
            "Ayarlardaki ledger yolu artık ayar dosyasının klasörüne göre okunuyor: {now}. Orada defter yok, ama {before} bir defter. Gönderilmiş satırlar bir daha gitmesin diye durdu. O defteri oraya taşıyın (yanındaki dosyalarla) ya da ayarlara tam yolunu yazın.",
            "The path of the ledger in the settings is relative to the settings file now: {now}. No ledger lies there, but one lies at {before}. Nothing was sent, so that no row goes twice. Move that ledger there (with the files beside it), or write its whole path into the settings."
        )))
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    let (path, error) = (shown(&path.display().to_string()), error.to_string());
    Code::SettingsUnreadable.cannot_start(text!("{path} okunamadı: {error}", "{path} cannot be read: {error}"))
}

/// The parser draws the place below its sentence; a message has room for the line's number.
fn not_understood(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let (path, line, why) = (path.display().to_string(), before.matches('\n').count() + 1, shown(error.message()));
    Code::SettingsUnreadable.cannot_start(text!(
        "{path}, {line}. satır anlaşılmadı: {why}. O satırı düzeltin.",
        "{path}, line {line} is not understood: {why}. Correct that line."
    ))
}

/// `$XDG_CONFIG_HOME/caseload`.
pub fn settings_folder() -> Option<PathBuf> {
    folder("XDG_CONFIG_HOME", ".config", "APPDATA")
}

/// `$XDG_DATA_HOME/caseload`: where the ledgers are.
pub fn data_folder() -> Option<PathBuf> {
    folder("XDG_DATA_HOME", ".local/share", "LOCALAPPDATA")
}

/// `$XDG_STATE_HOME/caseload`: what is known of ledgers beside themselves.
pub fn state_folder() -> Option<PathBuf> {
    folder("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")
}

/// Where locks and marks of ledgers are kept that stay when a ledger is removed or put back.
pub fn marks_folder() -> Option<PathBuf> {
    Some(state_folder()?.join("ledgers"))
}

/// The ledger's place: `$XDG_DATA_HOME/caseload/ledger.db`, or `sandbox.db` beside it.
pub fn default_ledger(sandbox: bool) -> Option<PathBuf> {
    Some(data_folder()?.join(if sandbox { "sandbox.db" } else { "ledger.db" }))
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
    let variable = std::env::var(LANG_VARIABLE).ok().filter(|value| !value.is_empty());
    let chosen =
        flag.map(str::to_owned).or(variable).or_else(|| settings.map(str::to_owned)).or_else(sys_locale::get_locale);
    Lang::from_tag(chosen.as_deref().unwrap_or("en"))
}

/// Where [`language`] has it from.
pub fn language_origin(flag: Option<&str>, settings: Option<&str>, file: Option<&str>) -> String {
    match (flag, is_set(LANG_VARIABLE), settings) {
        (Some(_), ..) => "--lang".to_owned(),
        (_, true, _) => LANG_VARIABLE.to_owned(),
        (_, _, Some(_)) => file.unwrap_or(FILE).to_owned(),
        _ => "locale".to_owned(),
    }
}

const LANG_VARIABLE: &str = "CASELOAD_LANG";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_nobody_knows_is_refused_by_name() {
        let wrong = toml::from_str::<Settings>("[profiles.a]\nrat = \"1/s\"").unwrap_err().to_string();
        assert!(wrong.contains("rat"), "{wrong}");
    }
}
