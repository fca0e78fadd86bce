//! The stages in their order: the only file that names them all.
//!
//! ```text
//! FILE ─▶ read ─▶ Row ─▶ map ─▶ validate ─▶ Request ─▶ submit ─▶ Outcome ─▶ ledger ─▶ report ─▶ FILE.result.xlsx
//! ```
//!
//! [`check`] reads, maps and validates the whole file (`first_pass`). Its caller ends there with a report
//! ([`Checked::report`]), or asks what would be sent ([`Checked::propose`]), answers what is in question, and starts the
//! run ([`Proposed::start`]). The run goes on in a thread of its own (`second_pass`) and writes its result (`closing`).
//! Its [`RunHandle`] watches, pauses and cancels it. Nothing is sent before the whole file was checked. What is sent is
//! what was checked, from a private spool, so memory stays flat and the input may change meanwhile.
//!
//! Nothing here prints, asks a person, or looks into the environment. What happens is an [`Event`]; secrets, folders,
//! the local zone and the ledger's place come in with the [`Job`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use caseload_engine::job::{Job, Output, Recipe, Sending, ServerChoice};
//! use caseload_engine::outcome::Status;
//! use caseload_engine::run::{self, Aim, Answer, Caller, Event};
//! use caseload_engine::submit::control::Control;
//! use caseload_sandbox as sandbox;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let list = folder.join("list.csv");
//! std::fs::write(&list, "caseType,defectCode,deviceId,detail\nupgrade,psu,FU000001,paper\nupgrade,psu,FT000002,pin\n")?;
//!
//! let recipe = Recipe { to: Some("hugin/create-case".into()), ..Recipe::default() };
//! let mut job = Job::of(recipe, folder)?;
//! let server = sandbox::spawn(&job.contracts, sandbox::Options::default())?;
//! job.servers = ServerChoice::sandbox(server.base_url());
//! job.output = Output::File(folder.join("result.jsonl"));
//! let job = Arc::new(job);
//!
//! let (observer, control) = (|event: Event| println!("{event:?}"), Control::default());
//! let ledger = run::open_ledger(&folder.join("ledger.db"), None, &job.clock, &observer)?;
//! let caller = Caller { observer: &observer, control: &control };
//! let checked = run::check(&list, job, Aim::Send, Some(ledger), caller)?;
//! assert_eq!((checked.valid(), checked.invalid()), (1, 1));
//!
//! let proposed = checked.propose(Sending::default(), &observer)?;
//! assert!(proposed.rows() == 1 && proposed.in_question().is_none());
//! let handle = proposed.start(Answer::Send)?;
//! for event in handle.events() {
//!     println!("{event:?}");
//! }
//! let end = handle.join()?;
//! assert_eq!((end.tally.count(Status::Done), end.tally.count(Status::Invalid)), (1, 1));
//! let result = std::fs::read_to_string(folder.join("result.jsonl"))?;
//! assert!(result.lines().next().unwrap().contains(r#""result":"done","id":"#));
//! # Ok(())
//! # }
//! ```
//!
//! A row whose request timed out: `submit` hands its attempt to
//! [`decide`](crate::submit::retry::decide), which says *unknown*; the ledger keeps that; rows of the
//! same order key behind it are held; the result shows it with its time and reference. The same command
//! again finds it in the ledger and leaves it alone. `caseload resolve` closes it.

mod checked;
mod closing;
mod columns;
mod decided;
pub mod digest;
mod earlier;
mod event;
mod feed;
mod fetch;
mod first_pass;
mod handle;
mod known;
mod lookup;
mod past;
mod propose;
mod proposed;
mod resets;
mod result_place;
mod same_run;
mod second_pass;
mod summary;
mod table;
mod target;
mod zone;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use jiff::tz::TimeZone;

use crate::account::unreadable;
use crate::error::{Code, Error};
use crate::hint;
use crate::identity::Server;
use crate::job::{Job, Locale, Output};
use crate::keyed::Key;
use crate::ledger::{EntryId, HeldOrder, Ledger, Run, Servers};
use crate::notice::Notice;
use crate::outcome::Unsent;
use crate::submit::event::now_ms;
use crate::text;

pub use crate::map::likeness;
pub use checked::Checked;
pub use closing::sentence as ledger_sentence;
use closing::{Closing, Session, close};
pub use columns::{Column, Columns, SheetColumns, columns};
pub use decided::{not_closed, typed_id};
pub use event::{Caller, Event, Observer, Stage};
pub use feed::{Events, Heard};
pub use fetch::{Fetched, ToFetch, prepare as prepare_fetch, values};
pub use first_pass::Aim;
use first_pass::{CheckedFile, first_pass};
pub use handle::{Handle, RunHandle};
pub use lookup::{Found, Unasked, look_up};
pub use proposed::{Answer, Proposed};
pub use summary::Summary;
pub use table::{FileAt, Only, Page, Table, TableRow, Turn, Wrong};
pub use target::places;

/// Checks a file; sends nothing. With [`Aim::Check`] it is only looked at, and the ledger, where there is one, tells
/// which rows repeat earlier ones. With [`Aim::Send`] the ledger is that of the run.
///
/// # Errors
/// What keeps the file from being checked at all, or the caller cancelled; a bad row is no error.
pub fn check(path: &Path, job: Arc<Job>, aim: Aim, ledger: Option<Ledger>, caller: Caller) -> Result<Checked, Error> {
    Checked::of(path, job, aim, ledger, caller)
}

/// Writes the result of a run again, from its file and the ledger.
///
/// # Errors
/// The file is gone, or is not the one that was sent.
pub fn report(
    ledger: &Ledger,
    run: &Run,
    output: Option<PathBuf>,
    locale: &Locale,
    caller: Caller,
) -> Result<Summary, Error> {
    if let Some(forgotten) = forgotten(run, &locale.zone.zone) {
        return Err(forgotten);
    }
    let started = Instant::now();
    let output = output.or_else(|| run.result.clone().map(PathBuf::from)).map_or(Output::Beside, Output::File);
    let job = Job::again(run, output, locale)?;
    let path = Path::new(&run.spec.file);
    let mut checked = first_pass(path, &job, Aim::Again, Some(ledger), caller)?;
    // Repeated header rows were rows once, and the others had other ordinals.
    let rows = checked.places.len() - checked.examples.len() as u32;
    let is_read_otherwise = checked.reading.repeated_headers > 0 && rows != run.spec.rows;
    if checked.sha256 != run.spec.sha256 || is_read_otherwise {
        return Err(changed(path, run, &job.flags));
    }
    let closing = Closing {
        session: Session { sent: 0, began_ms: now_ms() },
        not_sent: Unsent::NotYet,
        under_way: ledger.is_under_way(run.number),
        ..Closing::new(Some(ledger), Some(run), started, run.spec.started_ms)
    };
    close(&mut checked, &job, closing)
}

/// The ledger in which a check looks for rows that were sent, where there is one.
pub fn look_for_repeats(path: Option<&Path>, clock: &TimeZone, observer: &dyn Observer) -> Option<Ledger> {
    let path = path.filter(|path| path.exists())?;
    let looked = Ledger::look(path);
    if let Err(error) = &looked {
        let why = ledger_sentence(path, error, clock);
        observer.tell(Event::Notice(Notice::repeats_not_sought(why)));
    }
    looked.ok()
}

/// The order keys behind which rows of a file are held, and the rows that hold them: unknown ones at the same server.
fn held(ledger: &Ledger, servers: &Servers, checked: &CheckedFile) -> Result<Vec<(Key, EntryId)>, Error> {
    let held = ledger.held_orders().map_err(|error| unreadable(&error))?;
    let here = |server: &Server| checked.known_as.iter().any(|known| servers.are_same(server, &known.here));
    let counts = |held: &HeldOrder| held.server.and_then(|number| servers.numbered(number)).is_some_and(here);
    let now = held.into_iter().filter(counts).map(|held| (held.key, held.id));
    Ok(now.chain(checked.before.held.iter().copied()).collect())
}

/// Opens a run's ledger, and says what an earlier process left open in it. `marks` is the folder of what is known of
/// ledgers beside themselves.
///
/// # Errors
/// The ledger cannot be used.
pub fn open_ledger(
    path: &Path,
    marks: Option<&Path>,
    clock: &TimeZone,
    observer: &dyn Observer,
) -> Result<Ledger, Error> {
    let ledger = Ledger::open_marked(path, marks).map_err(|error| ledger_sentence(path, &error, clock))?;
    if ledger.recovered() > 0 {
        observer.tell(Event::Notice(Notice::Recovered { rows: ledger.recovered() }));
    }
    Ok(ledger)
}

/// What there is to say of a run whose rows were forgotten.
fn forgotten(run: &Run, clock: &TimeZone) -> Option<Error> {
    let (name, started) = (&run.spec.name, crate::report::local_time(run.spec.started_ms, clock));
    let purged = crate::report::local_time(run.purged_ms?, clock);
    Some(Code::RunForgotten.cannot_start(text!(
        "Bu dosya {started} tarihinde gönderilmişti (çalışma {name}); satırlarının ne olduğu {purged} tarihinde \"caseload purge\" ile unutuldu. Hiçbir şey gönderilmedi. Hepsini yeniden göndermek için --again.",
        "This file was submitted on {started} (run {name}); what became of its rows was forgotten on {purged} by \"caseload purge\". Nothing was sent. To send all anew, use --again."
    )))
}

/// One thread is enough: what takes time is the server.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Code::System
            .cannot_start(text!("Çalışma ortamı kurulamadı: {error}.", "The runtime could not be set up: {error}."))
    })
}

fn changed(path: &Path, run: &Run, flags: &str) -> Error {
    let (path, name) = (crate::message::shown(&path.display().to_string()), run.spec.name.clone());
    let rows = hint::command(&["runs", &name], flags);
    let name = crate::message::shown(&name);
    Code::FileChanged.cannot_start(text!(
        "{path} değişmiş: {name} çalışmasında gönderilen dosya bu değil. Gönderilen dosyayı yerine koyun ya da \"{rows}\" ile satırlara bakın.",
        "{path} has changed: it is not the file that run {name} sent. Put that file back, or see the rows by \"{rows}\"."
    ))
}
