//! The stages in their order: the only file that names them all.
//!
//! ```text
//! FILE ─▶ read ─▶ Row ─▶ map ─▶ validate ─▶ Request ─▶ submit ─▶ Outcome ─▶ ledger ─▶ report ─▶ FILE.result.xlsx
//! ```
//!
//! [`check`] reads, maps and validates the whole file (`first_pass`) and reports. [`submit`] does the
//! same, then sends what the ledger has not settled (`second_pass`), then reports (`closing`).
//! Nothing is sent before the whole file was checked; what is sent is what was checked, from a
//! private spool, so memory stays flat and the input may change meanwhile.
//!
//! A row whose request timed out: `submit` hands its attempt to
//! [`decide`](crate::submit::retry::decide), which says *unknown*; the ledger keeps that; rows of the
//! same order key behind it are held; the result shows it with its time and reference. The same command
//! again finds it in the ledger and leaves it alone. `caseload resolve` closes it.

mod closing;
mod earlier;
mod fetch;
mod first_pass;
mod known;
mod lookup;
mod past;
mod propose;
mod question;
mod resets;
mod result_place;
mod same_run;
mod second_pass;
mod target;
mod zone;

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::account::unreadable;
use crate::error::Error;
use crate::exit::Exit;
use crate::fail;
use crate::hint;
use crate::identity::Server;
use crate::job::{Job, Output, Sending, marks_folder};
use crate::keyed::Key;
use crate::ledger::{EntryId, HeldOrder, Ledger, Run, Servers};
use crate::outcome::Unsent;
use crate::profile::Origin;
use crate::progress::Terminal;
use crate::submit::event::now_ms;
use crate::text;

pub use closing::sentence as ledger_sentence;
use closing::{Closing, Session, close};
pub use fetch::{fetch, values};
use first_pass::{Aim, Checked, first_pass};
pub use lookup::{Found, look_up, told as found_words};
use second_pass::{Started, second_pass};
pub use target::read_script;

/// Checks a file and writes what was found; sends nothing.
///
/// # Errors
/// What keeps the file from being checked at all; a bad row is no error.
pub fn check(path: &Path, job: &Job, terminal: Terminal) -> Result<Exit, Error> {
    let started = Instant::now();
    let started_ms = now_ms();
    let ledger = look_for_repeats(job, terminal);
    let mut checked = first_pass(path, job, Aim::Check, ledger.as_ref(), terminal)?;
    let mut closing = Closing::new(ledger.as_ref(), None, started, started_ms);
    if let Some(ledger) = &ledger {
        let mut proposal = propose::of_check(ledger, &mut checked, job)?;
        closing.question = proposal.question.clone();
        closing.unanswered = proposal.unanswered();
        closing.past = proposal.left_out.iter().map(|repeat| (repeat.ordinal, (repeat.of, repeat.doubt))).collect();
        if !closing.question.is_empty() {
            terminal.note(closing.question.sentences().get(job.lang));
        }
    }
    close(&mut checked, job, closing, terminal)
}

/// Checks a file, sends what is valid and not settled yet, and writes what became of each row.
///
/// # Errors
/// What keeps the run from starting. What stops it later is reported, with the exit code.
pub fn submit(path: &Path, job: &Job, sending: &Sending, terminal: Terminal) -> Result<Exit, Error> {
    let started = Instant::now();
    let started_ms = now_ms();
    let ledger = open_ledger(job, terminal)?;
    let mut checked = first_pass(path, job, Aim::Send, Some(&ledger), terminal)?;
    fail::point("file-checked");
    let target = result_place::choose(job, path, &ledger, terminal)?;
    let begun = second_pass(&mut checked, job, sending, ledger, started, terminal)?;
    let Started { ledger, run, stop, not_sent, question, unanswered, sent } = begun;
    let closing = Closing {
        target,
        stop,
        not_sent,
        question,
        unanswered,
        session: Session { sent, began_ms: started_ms },
        ..Closing::new(Some(&ledger), Some(&run), started, started_ms)
    };
    close(&mut checked, job, closing, terminal)
}

/// Writes the result of a run again, from its file and the ledger.
///
/// # Errors
/// The file is gone, or is not the one that was sent.
pub fn report(
    ledger: &Ledger,
    run: &Run,
    output: Option<PathBuf>,
    json: bool,
    settings: &Origin,
    terminal: Terminal,
) -> Result<Exit, Error> {
    if let Some(forgotten) = forgotten(run) {
        return Err(forgotten);
    }
    let started = Instant::now();
    let output = output.or_else(|| run.result.clone().map(PathBuf::from)).map_or(Output::Beside, Output::File);
    let (place, settings) = (Some(ledger.path().to_owned()), settings.clone());
    let job = Job { json, ledger: place, settings, ..Job::again(run, terminal.lang, output)? };
    let path = Path::new(&run.spec.file);
    let mut checked = first_pass(path, &job, Aim::Again, Some(ledger), terminal)?;
    // Repeated header rows were rows once, and the others had other ordinals.
    let rows = checked.places.len() - checked.examples.len() as u32;
    let is_read_otherwise = checked.reading.repeated_headers > 0 && rows != run.spec.rows;
    if checked.sha256 != run.spec.sha256 || is_read_otherwise {
        return Err(changed(path, run, &job.flags()));
    }
    let closing = Closing {
        session: Session { sent: 0, began_ms: now_ms() },
        not_sent: Unsent::NotYet,
        under_way: ledger.is_under_way(run.number),
        ..Closing::new(Some(ledger), Some(run), started, run.spec.started_ms)
    };
    close(&mut checked, &job, closing, terminal)
}

/// The ledger in which a check looks for rows that were sent; none where nothing was sent yet.
fn look_for_repeats(job: &Job, terminal: Terminal) -> Option<Ledger> {
    let path = job.ledger.as_deref().filter(|path| path.exists())?;
    let looked = Ledger::look(path);
    if let Err(error) = &looked {
        let why = closing::sentence(path, error).sentence(terminal.lang).to_owned();
        terminal.note(&crate::say!(
            terminal.lang,
            "Önceki çalışmaların satırlarına bakılamadı: {why}",
            "The rows of earlier runs could not be looked at: {why}"
        ));
    }
    looked.ok()
}

/// The order keys behind which rows of a file are held, and the rows that hold them: unknown ones at the same server.
fn held(ledger: &Ledger, servers: &Servers, checked: &Checked) -> Result<Vec<(Key, EntryId)>, Error> {
    let held = ledger.held_orders().map_err(|error| unreadable(&error))?;
    let here = |server: &Server| checked.known_as.iter().any(|known| servers.are_same(server, &known.here));
    let counts = |held: &HeldOrder| held.server.and_then(|number| servers.numbered(number)).is_some_and(here);
    let now = held.into_iter().filter(counts).map(|held| (held.key, held.id));
    Ok(now.chain(checked.before.held.iter().copied()).collect())
}

/// Opens the run's ledger, and says what an earlier process left open in it.
fn open_ledger(job: &Job, terminal: Terminal) -> Result<Ledger, Error> {
    let path = job.ledger.clone().ok_or_else(|| {
        Error::cannot_start(text!(
            "Defter için yer yok: HOME tanımlı değil. --ledger ile bir dosya gösterin.",
            "There is no place for the ledger: HOME is not set. Name a file by --ledger."
        ))
    })?;
    let ledger =
        Ledger::open_marked(&path, marks_folder().as_deref()).map_err(|error| closing::sentence(&path, &error))?;
    if ledger.recovered() > 0 {
        let count = ledger.recovered();
        terminal.note(&crate::say!(
            terminal.lang,
            "Önceki çalışma kesilmiş: {count} satır gönderilirken kaldı ve belirsiz sayıldı; iki kez gönderilmesi zararsız olanlar dışında yeniden gönderilmez.",
            "An earlier run was cut off: {count} rows were being sent and are unknown now; they are not sent again, but where sending twice does no harm."
        ));
    }
    Ok(ledger)
}

/// What there is to say of a run whose rows were forgotten.
fn forgotten(run: &Run) -> Option<Error> {
    let (name, started) = (&run.spec.name, crate::report::local_time(run.spec.started_ms));
    let purged = crate::report::local_time(run.purged_ms?);
    Some(Error::cannot_start(text!(
        "Bu dosya {started} tarihinde gönderilmişti (çalışma {name}); satırlarının ne olduğu {purged} tarihinde \"caseload purge\" ile unutuldu. Hiçbir şey gönderilmedi. Hepsini yeniden göndermek için --again.",
        "This file was submitted on {started} (run {name}); what became of its rows was forgotten on {purged} by \"caseload purge\". Nothing was sent. To send all anew, use --again."
    )))
}

/// One thread is enough: what takes time is the server.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Error::cannot_start(text!("Çalışma ortamı kurulamadı: {error}.", "The runtime could not be set up: {error}."))
    })
}

fn changed(path: &Path, run: &Run, flags: &str) -> Error {
    let (path, name) = (crate::message::shown(&path.display().to_string()), run.spec.name.clone());
    let rows = hint::command(&["runs", &name], flags);
    let name = crate::message::shown(&name);
    Error::cannot_start(text!(
        "{path} değişmiş: {name} çalışmasında gönderilen dosya bu değil. Gönderilen dosyayı yerine koyun ya da \"{rows}\" ile satırlara bakın.",
        "{path} has changed: it is not the file that run {name} sent. Put that file back, or see the rows by \"{rows}\"."
    ))
}
