//! `caseload config`: which settings are in force and whence; `config trust` takes a file of somebody else for one's own.

use std::path::{Path, PathBuf};

use caseload_engine::contract::{self, Scheme};
use caseload_engine::error::Error;
use caseload_engine::job::{CONCURRENCY, GENTLE, TIMEOUT, load_contracts};
use caseload_engine::owner::owner_of;
use caseload_engine::submit::address::spelled;
use caseload_engine::submit::auth::variable;
use caseload_engine::submit::network::{PROXY_PASSWORD, PROXY_USER};
use caseload_engine::submit::vault::Promise;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};
use serde_json::{Map, Value, json};

use crate::cli::arguments::{ConfigArgs, ConfigCommand};
use crate::cli::exit::Exit;
use crate::cli::profile::{
    FILE, Found, How, Profile, Secret, Settings, default_ledger, find, first_upwards, is_set, language_origin, trust,
};
use crate::cli::progress::Terminal;

/// Shows the settings, or trusts a file.
pub fn run(args: &ConfigArgs, named: Option<&Path>, typed_lang: Option<&str>, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    match &args.command {
        Some(ConfigCommand::Trust { file }) => trusted(file.as_deref(), terminal),
        None => {
            let settings = find(named)?;
            let in_force = InForce::of(&settings, args.profile.as_deref(), typed_lang, lang)?;
            if args.json {
                terminal.json(&in_force.json(&settings));
            } else {
                terminal.answers(&in_force.lines(&settings, lang));
            }
            Ok(Exit::Done)
        }
    }
}

/// A setting, and where it comes from: a file, a variable, or nowhere (what is built in).
struct Setting {
    name: String,
    value: Value,
    from: Option<String>,
}

/// A secret of a name: whether it will be there, and where.
struct Whence {
    name: String,
    promise: Promise,
    from: Option<String>,
}

struct InForce {
    lang: (String, String),
    profile: String,
    settings: Vec<Setting>,
    secrets: Vec<Whence>,
}

impl InForce {
    fn of(settings: &Settings, profile: Option<&str>, typed_lang: Option<&str>, lang: Lang) -> Result<Self, Error> {
        let in_force = settings.profile(profile)?;
        let name = profile.unwrap_or("default").to_owned();
        let file = settings.origin.file.as_ref().map(|path| path.display().to_string());
        let lang_from = language_origin(typed_lang, settings.lang.as_deref(), file.as_deref());
        Ok(Self {
            lang: (say!(lang, "tr", "en"), lang_from),
            settings: all_settings(settings, &name, &in_force, file.as_deref()),
            secrets: secrets(&in_force)?,
            profile: name,
        })
    }

    fn json(&self, settings: &Settings) -> Value {
        let origin = &settings.origin;
        let how = match origin.how {
            How::Nowhere => Value::Null,
            How::Named => "named".into(),
            How::Upwards => "upwards".into(),
            How::User => "user".into(),
        };
        let path = |path: &PathBuf| path.display().to_string();
        let whence: Map<_, _> =
            self.settings.iter().map(|one| (one.name.clone(), json!({"value": one.value, "from": one.from}))).collect();
        let secrets: Map<_, _> = self
            .secrets
            .iter()
            .map(|one| (one.name.clone(), json!({"set": one.promise != Promise::Missing, "from": one.from})))
            .collect();
        json!({
            "file": origin.file.as_ref().map(path),
            "found": how,
            "foreign": origin.foreign,
            "looked_at": origin.looked_at.iter().map(path).collect::<Vec<_>>(),
            "lang": {"value": self.lang.0, "from": self.lang.1},
            "profile": self.profile,
            "profiles": settings.profiles.keys().collect::<Vec<_>>(),
            "settings": whence,
            "secrets": secrets,
        })
    }

    fn lines(&self, settings: &Settings, lang: Lang) -> Vec<String> {
        let origin = &settings.origin;
        let line = |name: &str, value: &str, from: &str| format!("{name:<16} {value}  ({from})");
        let file = origin.file.as_ref().map_or_else(|| "-".to_owned(), |path| shown(&path.display().to_string()));
        let how = match origin.how {
            How::Nowhere => say!(lang, "ayar dosyası yok", "there is no settings file"),
            How::Named => "--config".to_owned(),
            How::Upwards => {
                say!(lang, "çalışılan klasörden yukarı doğru bulundu", "found going up from the working folder")
            }
            How::User => say!(lang, "kullanıcının ayar klasöründe", "in the user's settings folder"),
        };
        let how = if origin.foreign { say!(lang, "{how}; başkasının", "{how}; somebody else's") } else { how };
        let looked: Vec<String> = origin.looked_at.iter().map(|path| shown(&path.display().to_string())).collect();
        let built_in = say!(lang, "verilmedi; yerleşik değer", "not set; built in");
        let mut lines = vec![
            line(&say!(lang, "ayarlar", "settings"), &file, &how),
            format!("{:<16} {}", say!(lang, "bakılan yerler", "looked at"), looked.join(", ")),
            line("lang", &self.lang.0, &self.lang.1),
            format!("{:<16} {}", say!(lang, "profil", "profile"), shown(&self.profile)),
        ];
        lines.extend(self.settings.iter().map(|one| {
            let value = one.value.as_str().map_or_else(|| one.value.to_string(), str::to_owned);
            line(&format!("  {}", shown(&one.name)), &shown(&value), one.from.as_deref().unwrap_or(&built_in))
        }));
        lines.push(say!(lang, "gizli bilgiler", "secrets"));
        lines.extend(self.secrets.iter().map(|one| one.line(lang)));
        lines
    }
}

impl Whence {
    fn line(&self, lang: Lang) -> String {
        let state = match self.promise {
            Promise::Missing => say!(lang, "verilmedi", "not set"),
            Promise::Likely => say!(lang, "yeri verildi, okunmadı", "its place is set, not read"),
            Promise::Given => say!(lang, "verildi", "set"),
        };
        let name = format!("  {}", shown(&self.name));
        match &self.from {
            Some(from) => format!("{name:<16} {state}  ({})", shown(from)),
            None => format!("{name:<16} {state}"),
        }
    }
}

/// What the profile says, and what is built in where it says nothing.
fn all_settings(settings: &Settings, name: &str, in_force: &Profile, file: Option<&str>) -> Vec<Setting> {
    let mut found: Vec<Setting> = Vec::new();
    let said = settings.table.get("profiles").and_then(|profiles| profiles.get(name)).and_then(toml::Value::as_table);
    for (key, value) in said.into_iter().flatten().filter(|(key, _)| *key != "auth") {
        let path = match key.as_str() {
            "contract" => in_force.contract.as_ref(),
            "ledger" => in_force.ledger.as_ref(),
            "ca_file" => in_force.ca_file.as_ref(),
            _ => None,
        };
        let value = match path {
            Some(path) => path.display().to_string().into(),
            None => serde_json::to_value(value).unwrap_or_default(),
        };
        found.push(Setting { name: key.clone(), value, from: file.map(str::to_owned) });
    }
    let ledger = default_ledger(false).map(|path| path.display().to_string());
    let built_in = [
        ("ledger", json!(ledger)),
        ("rate", GENTLE.into()),
        ("concurrency", CONCURRENCY.into()),
        ("timeout", format!("{}s", TIMEOUT.as_secs()).into()),
    ];
    for (name, value) in built_in {
        if !found.iter().any(|known| known.name == name) {
            found.push(Setting { name: name.to_owned(), value, from: None });
        }
    }
    found
}

/// The secrets of the profile's operation (of all systems, where it names none), and those that the profile names.
fn secrets(profile: &Profile) -> Result<Vec<Whence>, Error> {
    let contracts = load_contracts(profile.contract.as_deref(), &[])?;
    let operations = match &profile.to {
        Some(name) => vec![contract::find(&contracts, name)?],
        None => contracts.iter().flat_map(|contract| &contract.operations).collect(),
    };
    let schemes = operations.into_iter().flat_map(|operation| &operation.security).flatten();
    let mut names: Vec<&str> = schemes.flat_map(Scheme::secrets).collect();
    names.extend(profile.auth.keys().map(String::as_str));
    if profile.proxy.is_some() {
        names.extend([PROXY_USER, PROXY_PASSWORD]);
    }
    let mut seen = Vec::new();
    names.retain(|name| {
        !seen.contains(name) && {
            seen.push(*name);
            true
        }
    });
    Ok(names.into_iter().map(|name| whence(name, profile.auth.get(name))).collect())
}

fn whence(name: &str, secret: Option<&Secret>) -> Whence {
    let variable = variable(name);
    if is_set(&variable) {
        return Whence { name: name.to_owned(), promise: Promise::Given, from: Some(variable) };
    }
    let from = secret.map(|secret| match secret {
        Secret { env: Some(variable), .. } => variable.clone(),
        Secret { file: Some(path), .. } => path.display().to_string(),
        Secret { command: Some(_), .. } => "command".to_owned(),
        _ => "value".to_owned(),
    });
    let missing_file = secret.and_then(|secret| secret.file.as_ref()).is_some_and(|path| !path.is_file());
    let promise = secret.map_or(Promise::Missing, Secret::promise);
    Whence { name: name.to_owned(), promise: if missing_file { Promise::Missing } else { promise }, from }
}

/// Trusts the named file, or the first one going up; says what it decides.
fn trusted(file: Option<&Path>, terminal: Terminal) -> Result<Exit, Error> {
    let mut looked_at = Vec::new();
    let path = match file {
        Some(path) => path.to_owned(),
        None => first_upwards(&mut looked_at)?.ok_or_else(|| no_file(&looked_at))?,
    };
    let found = Found::read(&path)?;
    let settings = found.settings()?;
    trust(&found)?;
    let (path, owner) = (shown(&found.path.display().to_string()), shown(&owner_of(&found.known)));
    terminal.answer(&say!(
        terminal.lang,
        "{path} (sahibi {owner}) bugünkü içeriğiyle kullanılacak; değişirse yeniden sorulur.",
        "{path} (owner {owner}) is taken from now on as it is today; when it changes, you are asked again."
    ));
    for (name, profile) in &settings.profiles {
        terminal.answer(&decides(name, profile, terminal.lang));
    }
    Ok(Exit::Done)
}

/// What of a profile would be worth a look before it is trusted.
fn decides(name: &str, profile: &Profile, lang: Lang) -> String {
    let (name, server) = (shown(name), spelled(profile.base_url.as_deref().unwrap_or("-")));
    let mut line = say!(lang, "  profil {name}: sunucu {server}", "  profile {name}: server {server}");
    for (name, secret) in &profile.auth {
        let name = shown(name);
        match secret {
            Secret { env: Some(variable), .. } => {
                let variable = shown(variable);
                line.push_str(&say!(lang, "; {name}: {variable} değişkeni", "; {name}: the variable {variable}"));
            }
            Secret { file: Some(path), .. } => {
                let path = shown(&path.display().to_string());
                line.push_str(&say!(lang, "; {name}: {path} dosyası", "; {name}: the file {path}"));
            }
            Secret { command: Some(command), .. } => {
                let command = shown(command);
                line.push_str(&say!(lang, "; {name}: `{command}` komutu", "; {name}: the command `{command}`"));
            }
            _ => {}
        }
    }
    line
}

fn no_file(looked_at: &[PathBuf]) -> Error {
    let places = looked_at.iter().map(|path| shown(&path.display().to_string())).collect::<Vec<_>>().join(", ");
    Error::cannot_start(text!(
        "{FILE} bulunamadı. Bakılan yerler: {places}. Dosyayı adıyla verin: caseload config trust DOSYA.",
        "No {FILE} was found. Looked at: {places}. Name the file: caseload config trust FILE."
    ))
}
