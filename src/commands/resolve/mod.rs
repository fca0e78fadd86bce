//! `caseload resolve`: closes unknown rows, by the server's own word where it can be asked, else by a person's.

mod from;
mod list;

use std::path::Path;

use crate::account::unreadable;
use crate::cli::ResolveArgs;
use crate::exit::{Exit, Stop};
use crate::ledger::{Entry, Ledger, Run, State};
use crate::message::{Lang, shown};
use crate::pipeline::{Found, found_words, look_up};
use crate::profile::Settings;
use crate::progress::Terminal;
use crate::report::local_time;
use crate::submit::event::now_ms;
use crate::{say, text};

/// Closes an unknown row; without `--row` looks all of them up, and lists those that stay unknown.
pub fn run(args: &ResolveArgs, settings: &Settings, lang: Lang) -> Result<Exit, Stop> {
    let terminal = Terminal::new(lang, false, false);
    if let Some(path) = &args.from {
        return by_workbook(path, args, settings, terminal);
    }
    let Some(row) = args.row else { return all(args, settings, terminal) };
    let ledger = super::open(&args.ledger)?;
    let run = super::run_named(&ledger, Some(&args.run))?;
    let entry = unknown_row(&ledger, &run, row, args.sheet.as_deref())?;
    let (state, id) = match (&args.done, args.not_done) {
        (Some(id), false) => (State::Done, Some(as_id(id))),
        (None, true) => {
            if let Some(exit) = looked_first(args, &ledger, &run, &entry, settings, terminal)? {
                return Ok(exit);
            }
            (State::Pending, None)
        }
        _ => return by_look_up(args, &ledger, &run, &entry, settings, terminal),
    };
    let note = note(args, &entry, None, None);
    ledger.resolve(entry.id, state, id.as_ref(), &note).map_err(|error| unreadable(&error))?;
    say_closed(row, state, terminal);
    Ok(Exit::Done)
}

fn say_closed(row: u32, state: State, terminal: Terminal) {
    let lang = terminal.lang;
    terminal.data(&match state {
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
fn all(args: &ResolveArgs, settings: &Settings, terminal: Terminal) -> Result<Exit, Stop> {
    let ledger = super::look(&args.ledger)?;
    let run = super::run_named(&ledger, Some(&args.run))?;
    let unknown = ledger.unknown(run.number).map_err(|error| unreadable(&error))?;
    if !args.no_lookup && !unknown.is_empty() {
        let found = look_up(&ledger, &run, &unknown, settings, terminal)?;
        if let Some(found) = found {
            drop(ledger);
            let ledger = super::open(&args.ledger)?;
            for (entry, found) in unknown.iter().zip(&found) {
                terminal.note(&found_words(entry.place.row, found, terminal.lang));
                close_as_found(args, &ledger, entry, found, terminal)?;
            }
            return list(&ledger, &run, args.output.as_deref(), terminal);
        }
    }
    list(&ledger, &run, args.output.as_deref(), terminal)
}

/// Closes the rows of which a person has decided in a workbook; asks the server first of those said not to be done.
fn by_workbook(path: &Path, args: &ResolveArgs, settings: &Settings, terminal: Terminal) -> Result<Exit, Stop> {
    let ledger = super::open(&args.ledger)?;
    let run = super::run_named(&ledger, Some(&args.run))?;
    let decisions = from::decisions(path, &ledger, &run, terminal.lang)?;
    let mut exit = Exit::Done;
    for decision in &decisions {
        let entry = &decision.entry;
        if !decision.done
            && let Some(other) = looked_first(args, &ledger, &run, entry, settings, terminal)?
        {
            exit = other;
            continue;
        }
        let (state, id) = match (decision.done, decision.id.as_str()) {
            (true, "") => (State::DoneWithoutId, None),
            (true, id) => (State::Done, Some(as_id(id))),
            (false, _) => (State::Pending, None),
        };
        let note = note(args, entry, None, decision.why.as_deref());
        ledger.resolve(entry.id, state, id.as_ref(), &note).map_err(|error| unreadable(&error))?;
        say_closed(entry.place.row, state, terminal);
    }
    let (closed, left) = (decisions.len(), ledger.unknown(run.number).map_err(|error| unreadable(&error))?.len());
    terminal.note(&say!(
        terminal.lang,
        "{closed} satır kapatıldı, {left} satır belirsiz.",
        "{closed} rows closed, {left} still unknown."
    ));
    Ok(if left > 0 { Exit::SomeNot } else { exit })
}

/// Closes a row that the server has.
fn close_as_found(
    args: &ResolveArgs,
    ledger: &Ledger,
    entry: &Entry,
    found: &Found,
    terminal: Terminal,
) -> Result<(), Stop> {
    let Found::There { id, .. } = found else { return Ok(()) };
    let note = note(args, entry, Some("look-up"), None);
    ledger.resolve(entry.id, State::Done, Some(id), &note).map_err(|error| unreadable(&error))?;
    say_closed(entry.place.row, State::Done, terminal);
    Ok(())
}

/// Looks before a row is closed as not done: one that the server has is done, and one that it cannot be asked
/// about stays as it is.
fn looked_first(
    args: &ResolveArgs,
    ledger: &Ledger,
    run: &Run,
    entry: &Entry,
    settings: &Settings,
    terminal: Terminal,
) -> Result<Option<Exit>, Stop> {
    if args.no_lookup {
        return Ok(None);
    }
    let Some(found) = look_up(ledger, run, std::slice::from_ref(entry), settings, terminal)? else { return Ok(None) };
    let Some(found) = found.first() else { return Ok(None) };
    let words = found_words(entry.place.row, found, terminal.lang);
    match found {
        Found::Absent => {
            terminal.note(&words);
            Ok(None)
        }
        Found::There { .. } => {
            terminal.note(&words);
            close_as_found(args, ledger, entry, found, terminal)?;
            Ok(Some(Exit::SomeNot))
        }
        Found::NoAnswer(_) => Err(Stop::cannot_start(text!(
            "{words} Satır belirsiz kaldı. Kendiniz baktıysanız --no-lookup ekleyin.",
            "{words} The row stays unknown. If you have looked yourself, add --no-lookup."
        ))),
    }
}

/// `--row` without a word of what became of it: the server's word, where it can be asked.
fn by_look_up(
    args: &ResolveArgs,
    ledger: &Ledger,
    run: &Run,
    entry: &Entry,
    settings: &Settings,
    terminal: Terminal,
) -> Result<Exit, Stop> {
    let found =
        if args.no_lookup { None } else { look_up(ledger, run, std::slice::from_ref(entry), settings, terminal)? };
    let Some(found) = found.and_then(|found| found.into_iter().next()) else { return Err(undecided()) };
    terminal.note(&found_words(entry.place.row, &found, terminal.lang));
    if !matches!(found, Found::There { .. }) {
        return Err(undecided());
    }
    close_as_found(args, ledger, entry, &found, terminal)?;
    Ok(Exit::Done)
}

fn list(ledger: &Ledger, run: &Run, output: Option<&Path>, terminal: Terminal) -> Result<Exit, Stop> {
    let name = run.spec.name.clone();
    let unknown = ledger.unknown(run.number).map_err(|error| unreadable(&error))?;
    for entry in &unknown {
        terminal.data(&super::runs::entry_line(run, entry));
    }
    if unknown.is_empty() {
        terminal.note(&say!(terminal.lang, "Belirsiz satır yok.", "No row is unknown."));
        return Ok(Exit::Done);
    }
    if let Some(path) = output {
        list::write(path, run, &unknown, terminal.lang)?;
        let path = shown(&path.display().to_string());
        terminal.note(&say!(
            terminal.lang,
            "Liste: {path}. Decision sütununu doldurun (done ya da not-done; done için Id), sonra: caseload resolve {name} --from {path}",
            "List: {path}. Fill in the column Decision (done or not-done; for done, Id), then: caseload resolve {name} --from {path}"
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

fn unknown_row(ledger: &Ledger, run: &Run, row: u32, sheet: Option<&str>) -> Result<Entry, Stop> {
    let on_sheet = |entry: &Entry| {
        sheet.is_none_or(|name| run.spec.sheets.get(usize::from(entry.place.sheet)).is_some_and(|known| known == name))
    };
    let mut found = Vec::new();
    let mut from = 0;
    loop {
        let page = ledger.page(run.number, from).map_err(|error| unreadable(&error))?;
        let Some(last) = page.last().map(|entry| entry.id.ordinal) else { break };
        found.extend(page.into_iter().filter(|entry| entry.place.row == row && on_sheet(entry)));
        from = last.saturating_add(1);
    }
    let closable = |entry: &Entry| matches!(entry.state, State::Unknown | State::DoneWithoutId);
    match found.as_slice() {
        [entry] if closable(entry) => Ok(entry.clone()),
        [] => Err(Stop::cannot_start(text!(
            "Satır {row} bu çalışmada gönderilmemiş.",
            "Row {row} was not sent in this run."
        ))),
        [entry] => {
            let word = entry.state.word();
            Err(Stop::cannot_start(text!(
                "Satır {row} belirsiz değil, \"{word}\": kapatılacak bir şey yok.",
                "Row {row} is not unknown but \"{word}\": there is nothing to close."
            )))
        }
        _ => Err(Stop::cannot_start(text!(
            "Satır {row} birden çok sayfada var. --sheet ile sayfayı söyleyin.",
            "Row {row} stands on several sheets. Name the sheet by --sheet."
        ))),
    }
}

/// An id as the server would write it: digits are a number.
fn as_id(text: &str) -> serde_json::Value {
    let text = text.trim();
    match text.parse::<u64>() {
        Ok(number) if !text.starts_with('0') => number.into(),
        _ => text.into(),
    }
}

fn note(args: &ResolveArgs, entry: &Entry, how: Option<&str>, why: Option<&str>) -> String {
    let by = how
        .map(str::to_owned)
        .or_else(|| args.by.clone())
        .or_else(|| std::env::var("USER").ok())
        .or_else(|| std::env::var("USERNAME").ok());
    let before = entry.state.word();
    serde_json::json!({
        "at": local_time(now_ms()),
        "by": by.map(|by| shown(&by)),
        "why": why.or(args.why.as_deref()),
        "was": before,
    })
    .to_string()
}

fn undecided() -> Stop {
    Stop::cannot_start(text!(
        "Satır yapıldıysa --done NUMARA, yapılmadıysa --not-done yazın.",
        "Say --done ID if the row was done, or --not-done if it was not."
    ))
}
