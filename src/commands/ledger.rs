//! `caseload ledger`

use crate::cli::{BackupArgs, LedgerCommand};
use crate::exit::{Exit, Stop};
use crate::ledger;
use crate::message::{Lang, shown};
use crate::progress::Terminal;
use crate::{say, text};

/// What is done to the ledger's own file.
pub fn run(command: &LedgerCommand, lang: Lang) -> Result<Exit, Stop> {
    match command {
        LedgerCommand::Backup(args) => backup(args, lang),
    }
}

fn backup(args: &BackupArgs, lang: Lang) -> Result<Exit, Stop> {
    let terminal = Terminal::new(lang, false, false);
    let ledger = super::look(&args.ledger)?;
    let copy = shown(&args.copy.display().to_string());
    ledger.backup(&args.copy).map_err(|error| not_copied(&copy, &error))?;
    if args.ledger.json {
        terminal.data(&serde_json::json!({"backup": args.copy.to_string_lossy()}).to_string());
        return Ok(Exit::Done);
    }
    terminal.answer(&say!(
        lang,
        "Defterin kopyası: {copy}. Anahtarı da içinde: defterin kendisi gibi saklayın.",
        "The copy of the ledger is {copy}. It holds the ledger's key: keep it as safe as the ledger itself."
    ));
    Ok(Exit::Done)
}

fn not_copied(copy: &str, error: &ledger::Error) -> Stop {
    let exists = matches!(error, ledger::Error::Io(error) if error.kind() == std::io::ErrorKind::AlreadyExists);
    if exists {
        return Stop::cannot_start(text!(
            "{copy} var; üzerine yazılmadı. Kopya için başka bir ad verin.",
            "{copy} exists and was not written over. Give another name for the copy."
        ));
    }
    let why = shown(&error.to_string());
    Stop::cannot_start(text!(
        "Defterin kopyası {copy} yazılamadı: {why}. Başka bir yer verin.",
        "The copy of the ledger {copy} could not be written: {why}. Name another place."
    ))
}
