//! What the page keeps, as commands come to it.

use std::path::{Path, PathBuf};

use caseload_engine::error::{Code, Error};
use caseload_serve::office::{Actor, Office};
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};

use crate::cli::arguments::LedgerArgs;
use crate::cli::profile::{Settings, default_ledger};

/// The ledger of the page: the one that is named, else the usual profile's.
pub fn ledger(named: Option<&Path>, sandbox: bool, settings: &Settings) -> Result<PathBuf, Error> {
    let own = if named.is_some() || sandbox { None } else { settings.profile(None)?.ledger()? };
    named.map(Path::to_owned).or(own).or_else(|| default_ledger(sandbox)).ok_or_else(|| {
        Code::NoHome.cannot_start(text!(
            "Defter için yer yok: HOME tanımlı değil. --ledger ile bir dosya gösterin.",
            "There is no place for the ledger: HOME is not set. Name a file by --ledger."
        ))
    })
}

/// Opens what the page keeps, and makes it where there is nothing.
pub fn open(args: &LedgerArgs, settings: &Settings) -> Result<Office, Error> {
    Ok(Office::open(&ledger(args.ledger.as_deref(), args.sandbox, settings)?)?)
}

/// Opens what the page keeps, where it keeps something.
pub fn find(args: &LedgerArgs, settings: &Settings) -> Result<Option<Office>, Error> {
    Ok(Office::find(&ledger(args.ledger.as_deref(), args.sandbox, settings)?)?)
}

/// Who does something at the command line.
pub fn actor(lang: Lang) -> Actor {
    Actor::named(account_name().unwrap_or_else(|| say!(lang, "komut satırı", "command line")))
}

/// The name of the account that runs the program.
pub fn account_name() -> Option<String> {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    of("USER").or_else(|| of("LOGNAME")).or_else(|| of("USERNAME")).map(|name| shown(&name))
}
