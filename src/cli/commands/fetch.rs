//! `caseload fetch`

use std::sync::Arc;

use caseload_engine::contract;
use caseload_engine::error::Error;
use caseload_engine::outcome::Status;
use caseload_engine::run::{Caller, Fetched, prepare_fetch};
use caseload_engine::words::{self, Reader};
use caseload_sheet::message::{Lang, grouped, shown};
use caseload_sheet::say;
use serde_json::{Value, json};

use super::consent::{ask_to_read, doubtful};
use super::rehearsal::Rehearsal;
use crate::cli::arguments::FetchArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::Settings;
use crate::cli::progress::Terminal;
use crate::cli::screen::Screen;
use crate::cli::signals::Stopper;
use crate::cli::task::Task;

/// Reads for each row of a file, or one list.
pub fn run(args: &FetchArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, args.quiet, false);
    let task =
        Task::read(args, settings, lang, |contracts| contract::find_reading(contracts, &args.operation).cloned())?;
    let rehearsal = Rehearsal::begin(&task)?;
    let job = Arc::new(rehearsal.job(&task.job));
    let (screen, stopper) = (Screen::new(terminal), Stopper::default());
    let caller = Caller { observer: &screen, control: &stopper.control };
    let ready = prepare_fetch(args.file.as_deref(), job, caller)?;
    let hosts = doubtful(ready.addresses()?, &task);
    ask_to_read((&ready.operation().full_name(), ready.rows()), &hosts, &task, terminal)?;
    stopper.listen();
    let reading = ready.start(task.sending.clone())?;
    screen.follow(reading.events());
    Ok(tell(&reading.join()?, task.json, terminal))
}

/// Prints what a reading came to.
fn tell(fetched: &Fetched, as_json: bool, terminal: Terminal) -> Exit {
    let lang = terminal.lang;
    if as_json {
        terminal.json(&object(fetched));
    } else if !terminal.is_quiet() {
        terminal.answers(&lines(fetched, lang));
    }
    for doubt in &fetched.doubts {
        terminal.error(&shown(words::list_doubt(doubt).get(lang)));
    }
    if fetched.left_out {
        terminal.error(&say!(
            lang,
            "Yanıtlarda bir sayfanın alamayacağı kadar çok alan var; fazlası tabloya yazılmadı. Hepsi için -o ile .jsonl seçin.",
            "The answers have more properties than a sheet has columns; the rest is not in the table. For all of them choose .jsonl by -o."
        ));
    }
    if let Some(stop) = &fetched.stop {
        terminal.error(&shown(stop.sentence(lang)));
    } else if let (false, Some(error), true) = (fetched.from_file, &fetched.failure, fetched.doubts.is_empty()) {
        let (code, sentence) = (error.code().unwrap_or("-".into()), words::sentence(error, Reader::of(lang)));
        let why = shown(&format!("{code}: {sentence}"));
        terminal.error(&say!(lang, "Okunamadı: {why}", "It could not be read: {why}"));
    }
    fetched.ending.into()
}

/// The one object that `--json` prints.
fn object(fetched: &Fetched) -> Value {
    let count = |status: Status| fetched.tally.count(status);
    json!({
        "operation": fetched.operation,
        "rows": fetched.tally.rows,
        "done": count(Status::Done),
        "rejected": count(Status::Rejected),
        "invalid": count(Status::Invalid),
        "unknown": count(Status::Unknown),
        "not_sent": count(Status::NotSent),
        "items": fetched.items,
        "pages": fetched.pages,
        "total": fetched.total.filter(|_| fetched.tally.rows == 1),
        "changed": fetched.changed > 0,
        "result": fetched.result.as_ref().map(|path| path.to_string_lossy()),
        "elapsed_s": (fetched.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        "exit": Exit::from(fetched.ending).code(),
    })
}

/// As a person reads it, line by line.
fn lines(fetched: &Fetched, lang: Lang) -> Vec<String> {
    let mut lines = vec![fetched.operation.clone()];
    let mut line = |label: &str, count: u64| lines.push(format!("  {label:<16} {:>9}", grouped(count, lang)));
    if fetched.from_file {
        for status in Status::ALL {
            let count = fetched.tally.count(status);
            if count > 0 || status == Status::Done {
                line(status.as_str(), count);
            }
        }
        line(&say!(lang, "okunan satır", "rows read"), fetched.tally.rows);
    }
    line(&say!(lang, "kayıt", "records"), fetched.items);
    line(&say!(lang, "sayfa", "pages"), fetched.pages);
    if let Some(path) = &fetched.result {
        let path = shown(&path.display().to_string());
        lines.push(say!(lang, "Sonuç: {path}", "Result: {path}"));
    }
    lines
}
