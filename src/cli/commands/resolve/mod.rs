//! `caseload resolve`: closes unknown rows, by the server's own word where it can be asked, else by a person's.

mod from;
mod list;
mod ripe;

use std::path::Path;

use from::Decision;

use crate::cli::arguments::ResolveArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::local_time;
use crate::cli::profile::{Settings, flags};
use crate::cli::progress::Terminal;
use crate::cli::screen::Screen;
use crate::cli::task::access;
use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::hint;
use caseload_engine::job::{Job, Output};
use caseload_engine::ledger::{Entry, Ledger, Resolution, Run, State};
use caseload_engine::run::{Caller, Found, look_up, not_closed, typed_id};
use caseload_engine::submit::control::Control;
use caseload_engine::submit::event::now_ms;
use caseload_engine::uptime::Uptime;
use caseload_engine::words;
use caseload_sheet::message::{Lang, shown};

use caseload_sheet::{say, text};

/// Closes unknown rows; without `--row` or `--from` looks all of them up, and lists those that stay unknown.
pub fn run(args: &ResolveArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    if args.row.is_none() && args.from.is_none() {
        return all(args, settings, terminal);
    }
    let ledger = super::open(&args.ledger)?;
    let run = super::run_named(&ledger, Some(&args.run))?;
    let _held = super::hold(&ledger, &run)?;
    let decisions = match (&args.from, args.row) {
        (Some(path), _) => from::decisions(path, &ledger, &run, lang)?,
        (None, row) => {
            let entry = unknown_row(&ledger, &run, row.unwrap_or_default(), args.sheet.as_deref())?;
            let (done, id) = match (&args.done, args.not_done) {
                (Some(id), false) => (true, id.clone()),
                (None, true) => (false, String::new()),
                _ => return by_look_up(args, &ledger, &run, &entry, settings, terminal),
            };
            vec![Decision { entry, done, id, why: args.why.clone() }]
        }
    };
    let exit = close(&decisions, args, &ledger, &run, settings, terminal)?;
    if args.from.is_none() {
        return Ok(exit);
    }
    let (closed, left) = (decisions.len(), ledger.unknown(run.number).map_err(|error| unreadable(&error))?.len());
    terminal.note(&say!(
        lang,
        "{closed} satır kapatıldı, {left} satır belirsiz.",
        "{closed} rows closed, {left} still unknown."
    ));
    Ok(if left > 0 { Exit::SomeNot } else { exit })
}

/// Closes the rows that a person has decided about, all of them or none. The server is asked first of those that are
/// said not to be done: one that it has is done, and one that it cannot be asked about keeps all as they are.
fn close(
    decisions: &[Decision],
    args: &ResolveArgs,
    ledger: &Ledger,
    run: &Run,
    settings: &Settings,
    terminal: Terminal,
) -> Result<Exit, Error> {
    may_be_decided(decisions)?;
    for decision in decisions.iter().filter(|decision| !decision.done) {
        if let Some(from) = ripe::from(ledger, &decision.entry)? {
            return Err(ripe::too_early(decision.entry.place.row, &from));
        }
    }
    let undone: Vec<Entry> = decisions.iter().filter(|d| !d.done).map(|d| d.entry.clone()).collect();
    let found =
        if args.no_lookup || undone.is_empty() { None } else { asked(ledger, run, &undone, settings, terminal)? };
    let mut found = found.into_iter().flatten();
    let (mut resolutions, mut contradicted) = (Vec::with_capacity(decisions.len()), false);
    for Decision { entry, done, id, why } in decisions {
        let there = match if *done { None } else { found.next() } {
            Some(found) => {
                terminal.note(&words::found(entry.place.row, &found, terminal.lang));
                match found {
                    Found::There { id, .. } => Some(id),
                    Found::Absent => None,
                    Found::NoAnswer(_) => return Err(not_asked(entry.place.row)),
                }
            }
            None => None,
        };
        contradicted |= there.is_some();
        let how = there.is_some().then_some("look-up");
        let (state, answer) = match (done, there) {
            (_, Some(id)) => (State::Done, Some(id)),
            (true, None) if id.is_empty() => (State::DoneWithoutId, None),
            (true, None) => (State::Done, Some(typed_id(id))),
            (false, None) => (State::Pending, None),
        };
        resolutions.push(Resolution::of(entry, state, answer, &note(args, entry, how, why.as_deref())));
    }
    ledger.resolve(&resolutions, Uptime::now()).map_err(|error| not_closed(&error))?;
    for (decision, resolution) in decisions.iter().zip(&resolutions) {
        say_closed(decision.entry.place.row, resolution.state, terminal);
    }
    Ok(if contradicted { Exit::SomeNot } else { Exit::Done })
}

/// Sees that no row is decided about twice, and that none goes again that the server called done.
fn may_be_decided(decisions: &[Decision]) -> Result<(), Error> {
    for (at, Decision { entry, done, .. }) in decisions.iter().enumerate() {
        let row = entry.place.row;
        if decisions[..at].iter().any(|earlier| earlier.entry.id == entry.id) {
            return Err(Error::cannot_start(text!(
                "Satır {row} için iki karar var; hiçbir satır kapatılmadı. Birini silin.",
                "Row {row} has two decisions, and no row was closed. Take one out."
            )));
        }
        if !done && entry.state == State::DoneWithoutId {
            return Err(Error::cannot_start(text!(
                "Satır {row} için sunucu \"yapıldı\" demiş, yalnız numarasını vermemiş; yeniden gönderilmez. Numarayı sistemden bulup --done ile yazın.",
                "Of row {row} the server said that it was done, without an id; it is not sent again. Look the id up in the system and give it by --done."
            )));
        }
    }
    Ok(())
}

fn not_asked(row: u32) -> Error {
    Error::cannot_start(text!(
        "Satır {row} sunucuya sorulamadığı için hiçbir satır kapatılmadı. Kendiniz baktıysanız --no-lookup ekleyin.",
        "Row {row} could not be asked about, so no row was closed. If you have looked yourself, add --no-lookup."
    ))
}

fn say_closed(row: u32, state: State, terminal: Terminal) {
    let lang = terminal.lang;
    terminal.answer(&match state {
        State::Done | State::DoneWithoutId => {
            say!(lang, "Satır {row} tamam olarak kapatıldı.", "Row {row} is closed as done.")
        }
        _ => say!(
            lang,
            "Satır {row} yapılmamış olarak kapatıldı; aynı submit komutu onu gönderir.",
            "Row {row} is closed as not done; the same submit command sends it."
        ),
    });
}

/// Looks all unknown rows up where the contract can, closes those that the server has, and lists the others.
fn all(args: &ResolveArgs, settings: &Settings, terminal: Terminal) -> Result<Exit, Error> {
    let ledger = super::look(&args.ledger)?;
    let run = super::run_named(&ledger, Some(&args.run))?;
    let mut unknown = ledger.unknown(run.number).map_err(|error| unreadable(&error))?;
    // What the server does not have yet may still come: a row is looked up when that is over.
    let now = Uptime::now();
    unknown.retain(|entry| matches!(ledger.unripe_for(entry, now), Ok(None)));
    if !args.no_lookup && !unknown.is_empty() {
        let found = asked(&ledger, &run, &unknown, settings, terminal)?;
        if let Some(found) = found {
            drop(ledger);
            let ledger = super::open(&args.ledger)?;
            let _held = super::hold(&ledger, &run)?;
            for (entry, found) in unknown.iter().zip(&found) {
                terminal.note(&words::found(entry.place.row, found, terminal.lang));
                close_as_found(args, &ledger, entry, found, terminal)?;
            }
            return list(&ledger, &run, args.output.as_deref(), settings, terminal);
        }
    }
    list(&ledger, &run, args.output.as_deref(), settings, terminal)
}

/// What the server says of rows, where it can be asked.
fn asked(
    ledger: &Ledger,
    run: &Run,
    entries: &[Entry],
    settings: &Settings,
    terminal: Terminal,
) -> Result<Option<Vec<Found>>, Error> {
    let (screen, control) = (Screen::new(terminal), Control::default());
    let caller = Caller { observer: &screen, control: &control };
    let locale = super::locale(ledger, &settings.origin, terminal.lang);
    let mut job = Job::again(run, Output::None, &locale)?;
    let profile = settings.profile(job.recipe.profile.as_deref())?;
    job.access = access(&profile);
    job.servers.spelled = profile.base_url;
    look_up(ledger, run, entries, &job, caller)
}

/// Closes a row that the server has.
fn close_as_found(
    args: &ResolveArgs,
    ledger: &Ledger,
    entry: &Entry,
    found: &Found,
    terminal: Terminal,
) -> Result<(), Error> {
    let Found::There { id, .. } = found else { return Ok(()) };
    let note = note(args, entry, Some("look-up"), None);
    let resolution = Resolution::of(entry, State::Done, Some(id.clone()), &note);
    ledger.resolve(&[resolution], Uptime::now()).map_err(|error| not_closed(&error))?;
    say_closed(entry.place.row, State::Done, terminal);
    Ok(())
}

/// `--row` without a word of what became of it: the server's word, where it can be asked.
fn by_look_up(
    args: &ResolveArgs,
    ledger: &Ledger,
    run: &Run,
    entry: &Entry,
    settings: &Settings,
    terminal: Terminal,
) -> Result<Exit, Error> {
    // What the server does not have yet may still come.
    if let Some(from) = ripe::from(ledger, entry)? {
        return Err(ripe::too_early(entry.place.row, &from));
    }
    let found =
        if args.no_lookup { None } else { asked(ledger, run, std::slice::from_ref(entry), settings, terminal)? };
    let Some(found) = found.and_then(|found| found.into_iter().next()) else { return Err(undecided()) };
    terminal.note(&words::found(entry.place.row, &found, terminal.lang));
    if !matches!(found, Found::There { .. }) {
        return Err(undecided());
    }
    close_as_found(args, ledger, entry, &found, terminal)?;
    Ok(Exit::Done)
}

fn list(
    ledger: &Ledger,
    run: &Run,
    output: Option<&Path>,
    settings: &Settings,
    terminal: Terminal,
) -> Result<Exit, Error> {
    let flags = flags(Some(ledger.path()), &settings.origin);
    let unknown = ledger.unknown(run.number).map_err(|error| unreadable(&error))?;
    for entry in &unknown {
        let line = super::runs::entry_line(run, entry, false, terminal.lang);
        let wait = ripe::from(ledger, entry)?.map(|from| ripe::look_from(&from, terminal.lang));
        terminal.answer(&[line, wait.unwrap_or_default()].join(""));
    }
    if unknown.is_empty() {
        terminal.note(&say!(terminal.lang, "Belirsiz satır yok.", "No row is unknown."));
        return Ok(Exit::Done);
    }
    if let Some(path) = output {
        list::write(path, run, &unknown, terminal.lang)?;
        let command = hint::command(&["resolve", &run.spec.name, "--from", &path.to_string_lossy()], &flags);
        let path = shown(&path.display().to_string());
        terminal.note(&say!(
            terminal.lang,
            "Liste: {path}. Decision sütununu doldurun (done ya da not-done; done için Id), sonra: {command}",
            "List: {path}. Fill in the column Decision (done or not-done; for done, Id), then: {command}"
        ));
        return Ok(Exit::SomeNot);
    }
    terminal.note(&say!(
        terminal.lang,
        "Her birine sistemden bakın, sonra --row N --done NUMARA ya da --row N --not-done ile kapatın.",
        "Look each up in the system, then close it by --row N --done ID or --row N --not-done."
    ));
    Ok(Exit::SomeNot)
}

/// The rows of a run that are wanted.
fn entries(ledger: &Ledger, run: &Run, wanted: impl Fn(&Entry) -> bool) -> Result<Vec<Entry>, Error> {
    let (mut found, mut from) = (Vec::new(), 0);
    loop {
        let page = ledger.page(run.number, from).map_err(|error| unreadable(&error))?;
        let Some(last) = page.last().map(|entry| entry.id.ordinal) else { return Ok(found) };
        found.extend(page.into_iter().filter(&wanted));
        from = last.saturating_add(1);
    }
}

/// Whether there is something left to say of a row.
fn is_closable(entry: &Entry) -> bool {
    matches!(entry.state, State::Unknown | State::DoneWithoutId)
}

fn unknown_row(ledger: &Ledger, run: &Run, row: u32, sheet: Option<&str>) -> Result<Entry, Error> {
    let on_sheet = |entry: &Entry| {
        sheet.is_none_or(|name| run.spec.sheets.get(usize::from(entry.place.sheet)).is_some_and(|known| known == name))
    };
    let found = entries(ledger, run, |entry| entry.place.row == row && on_sheet(entry))?;
    match found.as_slice() {
        [entry] if is_closable(entry) => Ok(entry.clone()),
        [] => Err(Error::cannot_start(text!(
            "Satır {row} bu çalışmada gönderilmemiş.",
            "Row {row} was not sent in this run."
        ))),
        [entry] => {
            let word = entry.state.status();
            Err(Error::cannot_start(text!(
                "Satır {row} belirsiz değil, \"{word}\": kapatılacak bir şey yok.",
                "Row {row} is not unknown but \"{word}\": there is nothing to close."
            )))
        }
        _ => Err(Error::cannot_start(text!(
            "Satır {row} birden çok sayfada var. --sheet ile sayfayı söyleyin.",
            "Row {row} stands on several sheets. Name the sheet by --sheet."
        ))),
    }
}

fn note(args: &ResolveArgs, entry: &Entry, how: Option<&str>, why: Option<&str>) -> String {
    let by = how
        .map(str::to_owned)
        .or_else(|| args.by.clone())
        .or_else(|| std::env::var("USER").ok())
        .or_else(|| std::env::var("USERNAME").ok());
    let before = entry.state.status();
    serde_json::json!({
        "at": local_time(now_ms()),
        "by": by.map(|by| shown(&by)),
        "why": why.or(args.why.as_deref()),
        "was": before,
    })
    .to_string()
}

fn undecided() -> Error {
    Error::cannot_start(text!(
        "Satır yapıldıysa --done NUMARA, yapılmadıysa --not-done yazın.",
        "Say --done ID if the row was done, or --not-done if it was not."
    ))
}
