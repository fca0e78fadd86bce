//! `caseload contracts refresh`

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use caseload_engine::contract::{self, BUILT_IN, Operation};
use caseload_engine::error::Error;
use caseload_engine::run;
use caseload_sheet::message::{Lang, grouped, shown};
use caseload_sheet::{files, say, text};
use serde_json::Value;

use super::consent::{ask_to_read, doubtful};
use super::rehearsal::Rehearsal;
use crate::cli::arguments::{FetchArgs, RefreshArgs};
use crate::cli::exit::Exit;
use crate::cli::profile::Settings;
use crate::cli::progress::Terminal;
use crate::cli::signals::Stopper;
use crate::cli::task::Task;

/// Reads the allowed values that a system tells, and writes them into the user's own copy of its contract.
pub fn run(args: &RefreshArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let copy = Copy::find(args, settings)?;
    let contract = contract::from_yaml(&copy.name, &copy.text, &[])?;
    let sources: Vec<&Operation> =
        contract.operations.iter().filter(|operation| !operation.values.is_empty()).collect();
    if sources.is_empty() {
        return Err(tells_nothing(&copy.name));
    }
    let mut allowed: Vec<(String, Vec<Value>)> = Vec::new();
    let stopper = Stopper::default();
    for operation in sources {
        let fetch = FetchArgs {
            operation: operation.full_name(),
            place: args.place.clone(),
            sandbox: args.sandbox,
            yes: args.yes,
            ..FetchArgs::default()
        };
        let task = Task::read_of(&fetch, settings, lang, (&copy.name, &copy.text))?;
        let rehearsal = Rehearsal::begin(&task)?;
        let job = rehearsal.job(&task.job);
        let hosts = doubtful(run::places(&[operation], &job)?, &task);
        ask_to_read((&operation.full_name(), 1), &hosts, &task, terminal)?;
        stopper.listen();
        for (field, values) in run::values(&job, &task.sending, &stopper.control)? {
            match allowed.iter_mut().find(|(known, _)| *known == field) {
                Some((_, known)) => {
                    let new: Vec<Value> = values.into_iter().filter(|value| !known.contains(value)).collect();
                    known.extend(new);
                }
                None => allowed.push((field, values)),
            }
        }
    }
    let (some, none): (Vec<_>, Vec<_>) = allowed.into_iter().partition(|(_, values)| !values.is_empty());
    if !some.is_empty() {
        let edited = contract::with_values(&copy.name, &copy.text, &some)?;
        copy.write(&edited)?;
    }
    for (field, values) in &some {
        let count = grouped(values.len() as u64, lang);
        terminal.answer(&say!(lang, "{field}: {count} değer", "{field}: {count} values"));
    }
    if !some.is_empty() {
        say_next(&copy.to, terminal);
    }
    for (field, _) in &none {
        terminal.error(&say!(
            lang,
            "{field}: sunucu hiç değer vermedi; alan olduğu gibi bırakıldı. Adresi ve kullanıcının yetkisini denetleyin.",
            "{field}: the server gave no value; the field was left as it is. Check the address and what this user may see."
        ));
    }
    Ok(if none.is_empty() { Exit::Done } else { Exit::SomeNot })
}

fn say_next(path: &Path, terminal: Terminal) {
    let path = shown(&path.display().to_string());
    terminal.answer(&say!(
        terminal.lang,
        "Yazıldı: {path}. Kullanmak için --contract {path} yazın ya da caseload.toml içindeki profile contract = \"{path}\" ekleyin.",
        "Wrote {path}. To use it, write --contract {path}, or add contract = \"{path}\" to the profile in caseload.toml."
    ));
}

/// The user's own copy of a contract.
struct Copy {
    name: String,
    text: String,
    to: PathBuf,
}

impl Copy {
    /// The file that is named by the command or the profile, else the system's file in the current folder, else the
    /// built-in contract, of which that file becomes a copy.
    fn find(args: &RefreshArgs, settings: &Settings) -> Result<Self, Error> {
        let profile = settings.profile(args.place.profile.as_deref())?;
        let beside = PathBuf::from(format!("{}.yaml", args.system));
        let named = args.place.contract.clone().or(profile.contract);
        let from = named.or_else(|| beside.is_file().then(|| beside.clone()));
        let to = args.output.clone().or_else(|| from.clone()).unwrap_or(beside);
        if from.as_ref() != Some(&to) && to.exists() {
            return Err(there_already(&to));
        }
        let text = match &from {
            Some(path) => {
                files::read_text(path, caseload_engine::contract::LARGEST).map_err(|error| unreadable(path, &error))?
            }
            None => built_in(&args.system)?.to_owned(),
        };
        Ok(Self { name: args.system.clone(), text, to })
    }

    /// Writes the text so that the file is there whole or as it was.
    fn write(&self, text: &str) -> Result<(), Error> {
        let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::Builder::new().prefix(".caseload-").tempfile_in(folder)?;
            file.write_all(text.as_bytes())?;
            if let Ok(before) = fs::metadata(&self.to) {
                file.as_file().set_permissions(before.permissions())?;
            }
            file.as_file().sync_all()?;
            file.persist(&self.to).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| {
            let (path, why) = (shown(&self.to.display().to_string()), shown(&error.to_string()));
            Error::early(text!(
                "{path} yazılamadı: {why}. Klasörü denetleyin ya da -o ile başka bir yer seçin.",
                "{path} could not be written: {why}. Check the folder, or choose another place with -o."
            ))
        })
    }
}

fn built_in(system: &str) -> Result<&'static str, Error> {
    BUILT_IN.iter().find(|(name, _)| *name == system).map(|(_, yaml)| *yaml).ok_or_else(|| {
        let names = BUILT_IN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let system = shown(system);
        Error::cannot_start(text!(
            "\"{system}\" adında hazır bir sözleşme yok. Olanlar: {names}. Kendi sözleşmeniz için --contract DOSYA yazın.",
            "There is no built-in contract \"{system}\". There are: {names}. For a contract of your own write --contract FILE."
        ))
    })
}

fn tells_nothing(name: &str) -> Error {
    let name = shown(name);
    Error::cannot_start(text!(
        "{name} sözleşmesinde alan değerlerini söyleyen bir işlem yok (x-caseload.values); yenilenecek bir şey yok.",
        "No operation of the contract {name} tells the values of a field (x-caseload.values): there is nothing to refresh."
    ))
}

fn there_already(path: &Path) -> Error {
    let path = shown(&path.display().to_string());
    Error::cannot_start(text!(
        "{path} zaten var; üzerine yazılmadı. Onu yenilemek için --contract {path} yazın ya da -o ile başka bir ad verin.",
        "{path} is there already and was left as it is. To refresh it, write --contract {path}; or give another name by -o."
    ))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let path = shown(&path.display().to_string());
    Error::cannot_start(text!(
        "{path} sözleşme dosyası okunamadı: {error}.",
        "The contract file {path} cannot be read: {error}."
    ))
}
