//! `caseload ledger`

use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::identity::Server;
use caseload_engine::ledger::store::Runs as _;
use caseload_engine::ledger::{self, Newer, Sqlite};
use caseload_engine::run;
use caseload_engine::submit::event::now_ms;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};

use crate::cli::arguments::{BackupArgs, LedgerArgs, LedgerCommand, RestoreArgs, SameArgs};
use crate::cli::exit::Exit;
use crate::cli::profile::{local_time, local_zone, marks_folder};
use crate::cli::progress::Terminal;

/// What is done to the ledger's own file.
pub fn run(command: &LedgerCommand, lang: Lang) -> Result<Exit, Error> {
    match command {
        LedgerCommand::Backup(args) => backup(args, lang),
        LedgerCommand::Restore(args) => restore(args, lang),
        LedgerCommand::Same(args) => same(args, lang),
    }
}

fn backup(args: &BackupArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let path = super::ledger_path(&args.ledger)?;
    let ledger = Sqlite::look(&path).map_err(|error| run::ledger_sentence(&path, &error, &local_zone().zone))?;
    let copy = shown(&args.copy.display().to_string());
    ledger.backup(&args.copy).map_err(|error| not_copied(&copy, &error))?;
    if args.ledger.json {
        terminal.json(&serde_json::json!({"backup": args.copy.to_string_lossy()}));
        return Ok(Exit::Done);
    }
    terminal.answer(&say!(
        lang,
        "Defterin kopyası: {copy}. Anahtarı da içinde: defterin kendisi gibi saklayın.",
        "The copy of the ledger is {copy}. It holds the ledger's key: keep it as safe as the ledger itself."
    ));
    Ok(Exit::Done)
}

/// Keeps a person's word that a server moved.
fn same(args: &SameArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let (old, new) = (server(&args.old)?, server(&args.new)?);
    let ledger = super::open(&args.ledger)?;
    let is_news = old != new && ledger.say_same(&old, &new, now_ms()).map_err(|error| unreadable(&error))?;
    if args.ledger.json {
        terminal.json(&serde_json::json!({"old": old, "new": new, "news": is_news}));
    } else if is_news {
        terminal.answer(&say!(
            lang,
            "{old} ile {new} bundan sonra tek bir sunucu sayılır: birinde yapılmış satırlar ötekine gönderilmez.",
            "{old} and {new} count as one server from now on: rows that are done at one do not go to the other."
        ));
    } else {
        terminal.answer(&say!(
            lang,
            "{old} ile {new} zaten tek bir sunucu sayılıyor.",
            "{old} and {new} count as one server already."
        ));
    }
    Ok(Exit::Done)
}

/// An address, or the name that the ledger has of a server.
fn server(address: &str) -> Result<Server, Error> {
    let address = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    if caseload_engine::submit::address::is_address(&address) {
        return Ok(Server::of(&address));
    }
    let address = shown(&address);
    Err(Error::cannot_start(text!(
        "\"{address}\" bir adres değil; https://sunucu biçiminde yazın.",
        "\"{address}\" is no address; write it as https://server."
    )))
}

fn not_copied(copy: &str, error: &ledger::Error) -> Error {
    let exists = matches!(error, ledger::Error::Io(error) if error.kind() == std::io::ErrorKind::AlreadyExists);
    if exists {
        return Error::cannot_start(text!(
            "{copy} var; üzerine yazılmadı. Kopya için başka bir ad verin.",
            "{copy} exists and was not written over. Give another name for the copy."
        ));
    }
    let why = shown(&error.to_string());
    Error::cannot_start(text!(
        "Defterin kopyası {copy} yazılamadı: {why}. Başka bir yer verin.",
        "The copy of the ledger {copy} could not be written: {why}. Name another place."
    ))
}

fn restore(args: &RestoreArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let typed = LedgerArgs { ledger: args.older.clone().or_else(|| args.ledger.ledger.clone()), ..args.ledger.clone() };
    let path = super::ledger_path(&typed)?;
    let opened = Sqlite::open_older(&path, marks_folder().as_deref());
    let (ledger, newer) = opened.map_err(|error| run::ledger_sentence(&path, &error, &local_zone().zone))?;
    let path = shown(&path.display().to_string());
    if let Some(newer) = newer {
        ask(&path, &ledger, newer, args.yes, terminal)?;
        ledger.take_for_newest(newer).map_err(|error| unreadable(&error))?;
    }
    if args.ledger.json {
        terminal.json(&serde_json::json!({"ledger": path, "restored": newer.is_some()}));
        return Ok(Exit::Done);
    }
    terminal.answer(&if newer.is_some() {
        say!(
            lang,
            "{path} artık geçerli defter. Bu kopyadan sonra gönderilen satırları bilmiyor: aynı satırlar gönderilirse yeniden gider.",
            "{path} is the ledger from now on. It does not know the rows that were sent after it was copied: submitted again, they go again."
        )
    } else {
        say!(
            lang,
            "{path} bilinenden eski değil; bir şey değişmedi.",
            "{path} is not older than what is known of it; nothing was changed."
        )
    });
    Ok(Exit::Done)
}

/// What is about to be forgotten, for a person to agree to.
fn ask(path: &str, ledger: &Sqlite, newer: Newer, yes: bool, terminal: Terminal) -> Result<(), Error> {
    if yes {
        return Ok(());
    }
    let latest = ledger.runs().map_err(|error| unreadable(&error))?.into_iter().next();
    let known = latest.map_or_else(|| "-".to_owned(), |run| local_time(run.spec.started_ms));
    let until = newer.written_ms.map_or_else(|| "-".to_owned(), local_time);
    let what = text!(
        "{path} eski bir kopya. Bildiği son çalışma: {known}. Asıl defter {until} tarihine kadar ilerlemişti. Arada gönderilen satırlar bilinmez, yeniden gönderilirse ikinci kez gider.",
        "{path} is an older copy. The latest run that it knows: {known}. The ledger had come as far as {until}. Rows that were sent in between are not known; submitted again, they go a second time."
    );
    let words = what.get(terminal.lang);
    match terminal.confirm(&say!(terminal.lang, "{words} Kabul edilsin mi?", "{words} Accept it?")) {
        Some(true) => Ok(()),
        Some(false) => Err(Error::cannot_start(text!("Bir şey değişmedi.", "Nothing was changed."))),
        None => {
            let (tr, en) = (&what.tr, &what.en);
            Err(Error::cannot_start(text!(
                "{tr} Onaylayacak bir terminal yok. Kabul ediyorsanız --yes ekleyin.",
                "{en} There is no terminal to confirm it. If you accept that, add --yes."
            )))
        }
    }
}
