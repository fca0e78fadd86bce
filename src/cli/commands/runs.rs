//! `caseload runs`

use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::history::{self, Now};
use caseload_engine::ledger::{Entry, Ledger, Run, State};
use caseload_engine::outcome::{Reason, Status, id_text};
use caseload_engine::submit::event::reference;
use caseload_engine::words::{self, Reader};
use caseload_sheet::files::base_name;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::say;

use crate::cli::arguments::RunsArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::{local_time, local_zone};
use crate::cli::progress::Terminal;

/// Lists all runs, or the rows of one.
pub fn run(args: &RunsArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let ledger = super::look(&args.ledger)?;
    if let Some(name) = &args.run {
        let run = super::run_named(&ledger, Some(name))?;
        return rows(&ledger, &run, args.ledger.json, terminal);
    }
    for run in ledger.runs().map_err(|error| unreadable(&error))? {
        let now = Now::of(&ledger, &run).map_err(|error| unreadable(&error))?;
        if args.ledger.json {
            terminal.json(&history::run_json(&run, now.as_ref(), &local_zone().zone));
        } else {
            terminal.answer(&line(&run, now.as_ref(), lang));
        }
    }
    Ok(Exit::Done)
}

fn line(run: &Run, now: Option<&Now>, lang: Lang) -> String {
    if let Some(now) = now {
        return line_now(run, now, lang);
    }
    let count = |status: Status| run.tally.as_ref().map_or(0, |tally| tally.count(status));
    let state = match (run.finished, lang) {
        _ if run.purged_ms.is_some() => {
            if lang == Lang::Tr {
                "unutuldu"
            } else {
                "forgotten"
            }
        }
        (true, Lang::Tr) => "bitti",
        (true, Lang::En) => "finished",
        (false, Lang::Tr) => "yarım",
        (false, Lang::En) => "unfinished",
    };
    let (name, started) = (&run.spec.name, local_time(run.spec.started_ms));
    let (file, target, rows) = (shown(&base_name(&run.spec.file)), run.spec.target(), run.spec.rows);
    let (done, unknown, waiting) = (count(Status::Done), count(Status::Unknown), count(Status::NotSent));
    say!(
        lang,
        "{name}  {started}  {state:<10}  {file} → {target}: {rows} satır, {done} tamam, {unknown} belirsiz, {waiting} gönderilmedi",
        "{name}  {started}  {state:<10}  {file} → {target}: {rows} rows, {done} done, {unknown} unknown, {waiting} not sent"
    )
}

fn line_now(run: &Run, now: &Now, lang: Lang) -> String {
    let (name, started) = (&run.spec.name, local_time(run.spec.started_ms));
    let (file, target, rows) = (shown(&base_name(&run.spec.file)), run.spec.target(), run.spec.rows);
    let state = if lang == Lang::Tr { "gönderiliyor" } else { "under way" };
    let (done, unknown, flying) = (now.count(State::Done), now.count(State::Unknown), now.count(State::Sending));
    say!(
        lang,
        "{name}  {started}  {state:<10}  {file} → {target}: {rows} satır, şu ana kadar {done} tamam, {unknown} belirsiz, {flying} yolda",
        "{name}  {started}  {state:<10}  {file} → {target}: {rows} rows, so far {done} done, {unknown} unknown, {flying} on their way"
    )
}

/// The rows of a run that the ledger knows.
fn rows(ledger: &Ledger, run: &Run, as_json: bool, terminal: Terminal) -> Result<Exit, Error> {
    let (under_way, zone) = (ledger.is_under_way(run.number), local_zone().zone);
    let mut from = 0;
    loop {
        let page = ledger.page(run.number, from).map_err(|error| unreadable(&error))?;
        let Some(last) = page.last() else { return Ok(Exit::Done) };
        for entry in &page {
            if as_json {
                terminal.json(&history::row_json(run, entry, under_way, Reader::of(terminal.lang), &zone));
            } else {
                terminal.answer(&entry_line(run, entry, under_way, terminal.lang));
            }
        }
        if last.id.ordinal == u32::MAX {
            return Ok(Exit::Done);
        }
        from = last.id.ordinal + 1;
    }
}

/// A row of the ledger as one line.
pub fn entry_line(run: &Run, entry: &Entry, under_way: bool, lang: Lang) -> String {
    let id = entry.settlement.id.as_ref().map(id_text).unwrap_or_default();
    let error =
        entry.settlement.error.as_ref().map(|error| words::sentence(error, Reader::of(lang))).unwrap_or_default();
    let sent = entry.sent_at_ms.map(local_time).unwrap_or_default();
    let place = history::sheet(run, entry)
        .map_or_else(|| entry.place.row.to_string(), |sheet| format!("{sheet}!{}", entry.place.row));
    let in_flight = under_way && entry.state == State::Sending;
    let word = if in_flight { Reason::InFlight.code() } else { entry.state.status().as_str().into() };
    let parts = [place, word.into_owned(), id, sent, reference(&run.spec.name, entry.place), error];
    parts.iter().filter(|part| !part.is_empty()).map(|part| shown(part)).collect::<Vec<_>>().join("  ")
}
