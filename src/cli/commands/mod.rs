//! One thin file a command: what was typed, resolved and handed to the library.

mod audit;
mod check;
mod config;
mod consent;
mod contracts;
mod describe;
mod fetch;
mod files;
mod find;
mod help;
mod init;
mod ledger;
mod office;
mod purge;
mod refresh;
mod rehearsal;
mod report;
mod resolve;
mod runs;
mod sandbox;
mod serve;
mod shell;
mod submit;
mod summary;
mod template;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cli::arguments::{Command, LedgerArgs};
use crate::cli::exit::Exit;
use crate::cli::profile::{
    Origin, Settings, check_variable, default_ledger, find, flags, language, local_zone, marks_folder,
};
use crate::cli::progress::Terminal;
use caseload_engine::error::Error;
use caseload_engine::job::Locale;
use caseload_engine::ledger::{Held, Ledger, Run};
use caseload_engine::{hint, run};
use caseload_sheet::message::{Lang, shown};

use caseload_sheet::text;

/// Does what was typed and says what went wrong.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let named = typed(&args, "--config").map(PathBuf::from);
    let settings = find(named.as_deref());
    let set = settings.as_ref().ok().and_then(|settings| settings.lang.as_deref());
    let typed_lang = typed(&args, "--lang").and_then(|lang| lang.into_string().ok());
    let lang = language(typed_lang.as_deref(), set);
    let cli = match help::parse(args, lang) {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let terminal = Terminal::new(lang, false, false);
    let done = match cli.command {
        // These take nothing from the settings, and must work where those cannot be taken.
        Command::Config(args) => config::run(&args, named.as_deref(), typed_lang.as_deref(), lang),
        Command::Init => init::run(lang),
        Command::Completions { shell } => Ok(shell::completions(shell, lang)),
        Command::Man => shell::man(lang),
        command => settings.and_then(|settings| {
            check_variable()?;
            match command {
                Command::Serve(args) => serve::run(&args, settings, lang),
                command => dispatch(command, &settings, lang),
            }
        }),
    };
    done.unwrap_or_else(|stop| {
        terminal.error(stop.sentence(lang));
        stop.kind.into()
    })
}

fn dispatch(command: Command, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    match command {
        Command::Check(args) => check::run(&args, settings, lang),
        Command::Submit(args) => submit::run(&args, settings, lang),
        Command::Report(args) => report::run(&args, settings, lang),
        Command::Runs(args) => runs::run(&args, lang),
        Command::Find(args) => find::run(&args, lang),
        Command::Resolve(args) => resolve::run(&args, settings, lang),
        Command::Fetch(args) => fetch::run(&args, settings, lang),
        Command::Purge(args) => purge::run(&args, settings, lang),
        Command::User(args) => user::run(&args.command, settings, lang),
        Command::Audit(args) => audit::run(&args, settings, lang),
        Command::Ledger(args) => ledger::run(&args.command, lang),
        Command::Template(args) => template::run(&args, lang),
        Command::Contracts(args) => contracts::run(&args, settings, lang),
        Command::Sandbox(args) => sandbox::run(args, lang),
        Command::Config(_) | Command::Init | Command::Completions { .. } | Command::Man | Command::Serve(_) => {
            Ok(Exit::Done)
        }
    }
}

/// The value of an option that is looked for before the rest is parsed: the parser's own words depend on the language,
/// and that on the settings.
fn typed(args: &[OsString], option: &str) -> Option<OsString> {
    let mut args = args.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if arg == option {
            return args.next().cloned();
        }
        if let Some(rest) = arg.to_str().and_then(|arg| arg.strip_prefix(option)?.strip_prefix('=')) {
            return Some(rest.into());
        }
    }
    None
}

/// The ledger that a command looks into.
fn ledger_path(args: &LedgerArgs) -> Result<PathBuf, Error> {
    let path = args.ledger.clone().or_else(|| default_ledger(args.sandbox)).filter(|path| path.is_file());
    path.ok_or_else(|| {
        Error::cannot_start(text!(
            "Henüz bir defter yok: hiçbir şey gönderilmemiş. Başka bir yerdeyse --ledger ile, deneme sunucusununki için --sandbox ile gösterin.",
            "There is no ledger yet: nothing was sent. If it is elsewhere name it by --ledger; the sandbox's is meant by --sandbox."
        ))
    })
}

/// Opens the ledger to look into it.
fn look(args: &LedgerArgs) -> Result<Ledger, Error> {
    let path = ledger_path(args)?;
    Ledger::look(&path).map_err(|error| run::ledger_sentence(&path, &error, &local_zone().zone))
}

/// Opens the ledger to write into it.
fn open(args: &LedgerArgs) -> Result<Ledger, Error> {
    let path = ledger_path(args)?;
    Ledger::open_marked(&path, marks_folder().as_deref())
        .map_err(|error| run::ledger_sentence(&path, &error, &local_zone().zone))
}

/// For whom the runs of a ledger are told.
fn locale(ledger: &Ledger, settings: &Origin, lang: Lang) -> Locale {
    let flags = flags(Some(ledger.path()), settings);
    Locale { lang, zone: local_zone(), scratch: std::env::temp_dir(), flags }
}

/// Takes a run, so that nobody sends it meanwhile.
fn hold(ledger: &Ledger, held: &Run) -> Result<Held, Error> {
    ledger.hold(held.number).map_err(|error| run::ledger_sentence(ledger.path(), &error, &local_zone().zone))
}

/// The run of a name, or the latest.
fn run_named(ledger: &Ledger, name: Option<&str>) -> Result<Run, Error> {
    let found = match name {
        Some(name) => ledger.run_named(name),
        None => ledger.runs().map(|runs| runs.into_iter().next()),
    };
    found.map_err(|error| caseload_engine::account::unreadable(&error))?.ok_or_else(|| {
        let name = shown(name.unwrap_or("-"));
        let list = hint::command(&["runs"], &flags(Some(ledger.path()), &Origin::default()));
        Error::cannot_start(text!(
            "\"{name}\" adında bir çalışma yok. \"{list}\" hepsini listeler.",
            "There is no run \"{name}\". \"{list}\" lists them."
        ))
    })
}

/// The worse of two ends: what could not go on outweighs what merely was not done.
fn worse(a: Exit, b: Exit) -> Exit {
    if a.code() >= b.code() { a } else { b }
}
