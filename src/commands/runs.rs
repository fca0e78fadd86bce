//! `caseload runs`

use serde_json::{Value, json};

use crate::account::{base_name, unreadable};
use crate::cli::RunsArgs;
use crate::exit::{Exit, Stop};
use crate::ledger::{Entry, Ledger, Run};
use crate::message::{Lang, shown};
use crate::outcome::{Word, id_text};
use crate::progress::Terminal;
use crate::report::local_time;
use crate::say;
use crate::submit::event::reference;

/// Lists all runs, or the rows of one.
pub fn run(args: &RunsArgs, lang: Lang) -> Result<Exit, Stop> {
    let terminal = Terminal::new(lang, false, false);
    let ledger = super::look(&args.ledger)?;
    if let Some(name) = &args.run {
        let run = super::run_named(&ledger, Some(name))?;
        return rows(&ledger, &run, args.ledger.json, terminal);
    }
    for run in ledger.runs().map_err(|error| unreadable(&error))? {
        if args.ledger.json {
            terminal.data(&as_json(&run).to_string());
        } else {
            terminal.answer(&line(&run, lang));
        }
    }
    Ok(Exit::Done)
}

fn as_json(run: &Run) -> Value {
    let count = |word: Word| run.tally.as_ref().map(|tally| tally.count(word));
    json!({
        "run": run.spec.name,
        "file": run.spec.file,
        "sha256": run.spec.sha256,
        "to": run.spec.target(),
        "host": run.spec.addresses(),
        "rows": run.spec.rows,
        "started": local_time(run.spec.started_ms),
        "ended": run.ended_ms.map(local_time),
        "finished": run.finished,
        "done": count(Word::Done),
        "unknown": count(Word::Unknown),
        "not_sent": count(Word::NotSent),
        "result": run.result,
        "purged": run.purged_ms.map(local_time),
    })
}

fn line(run: &Run, lang: Lang) -> String {
    let count = |word: Word| run.tally.as_ref().map_or(0, |tally| tally.count(word));
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
    let (done, unknown, waiting) = (count(Word::Done), count(Word::Unknown), count(Word::NotSent));
    say!(
        lang,
        "{name}  {started}  {state:<10}  {file} → {target}: {rows} satır, {done} tamam, {unknown} belirsiz, {waiting} gönderilmedi",
        "{name}  {started}  {state:<10}  {file} → {target}: {rows} rows, {done} done, {unknown} unknown, {waiting} not sent"
    )
}

/// The rows of a run that the ledger knows.
fn rows(ledger: &Ledger, run: &Run, as_json: bool, terminal: Terminal) -> Result<Exit, Stop> {
    let mut from = 0;
    loop {
        let page = ledger.page(run.number, from).map_err(|error| unreadable(&error))?;
        let Some(last) = page.last() else { return Ok(Exit::Done) };
        for entry in &page {
            terminal.data(&if as_json { entry_json(run, entry).to_string() } else { entry_line(run, entry) });
        }
        if last.id.ordinal == u32::MAX {
            return Ok(Exit::Done);
        }
        from = last.id.ordinal + 1;
    }
}

/// A row of the ledger as one JSON object.
pub fn entry_json(run: &Run, entry: &Entry) -> Value {
    json!({
        "run": run.spec.name,
        "file": run.spec.file,
        "sheet": sheet(run, entry),
        "row": entry.place.row,
        "result": entry.state.word(),
        "id": entry.settlement.id,
        "error": entry.settlement.error,
        "http_status": entry.settlement.http_status,
        "attempts": entry.attempts,
        "sent_at": entry.sent_at_ms.map(local_time),
        "reference": reference(&run.spec.name, entry.place),
        "resolved": entry.resolved,
    })
}

/// A row of the ledger as one line.
pub fn entry_line(run: &Run, entry: &Entry) -> String {
    let id = entry.settlement.id.as_ref().map(id_text).unwrap_or_default();
    let error = entry.settlement.error.as_ref().map(crate::outcome::ApiError::sentence).unwrap_or_default();
    let sent = entry.sent_at_ms.map(local_time).unwrap_or_default();
    let place =
        sheet(run, entry).map_or_else(|| entry.place.row.to_string(), |sheet| format!("{sheet}!{}", entry.place.row));
    let parts = [place, entry.state.word().to_string(), id, sent, reference(&run.spec.name, entry.place), error];
    parts.iter().filter(|part| !part.is_empty()).map(|part| shown(part)).collect::<Vec<_>>().join("  ")
}

fn sheet(run: &Run, entry: &Entry) -> Option<String> {
    run.spec.sheets.get(usize::from(entry.place.sheet)).filter(|name| !name.is_empty()).cloned()
}
