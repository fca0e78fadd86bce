//! The end of a run: every row's outcome into the result, the balance, the exit code.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::first_pass::Checked;
use crate::account::{Account, unreadable};
use crate::exit::{Exit, Stop};
use crate::job::Job;
use crate::ledger::{self, EntryId, Ledger, Run};
use crate::message::{Lang, grouped, shown};
use crate::outcome::{ApiError, Outcome, Tally, Word};
use crate::progress::Terminal;
use crate::report::{self, Facts, Layout};
use crate::submit::dispatch::now_ms;
use crate::{say, text};

/// What a run ends with.
pub struct Closing<'a> {
    pub ledger: Option<&'a Ledger>,
    pub run: Option<&'a Run>,
    /// Rows of a check that repeat rows in the ledger.
    pub past: HashMap<u32, EntryId>,
    pub stop: Option<Stop>,
    pub started: Instant,
    pub started_ms: i64,
    pub not_sent: String,
}

/// Writes the result, prints the balance, and closes the run in the ledger.
pub fn close(checked: &mut Checked, job: &Job, closing: Closing, terminal: Terminal) -> Result<Exit, Stop> {
    let checking = closing.run.is_none();
    let target = job.output_for(&checked.path, if checking { "check" } else { "result" });
    let Count { tally, waiting, reason } = count(checked, job, &closing)?;
    let exit = exit_code(&tally, waiting, closing.stop.as_ref(), checking);
    let stopped = closing.stop.as_ref().map(|stop| stop.sentence(job.lang).to_owned());
    let to = checked.target();
    let base_url = closing.run.map(|run| run.spec.host.clone()).unwrap_or_default();
    let warnings = checked.warnings.clone();
    let typed = checked.path.to_string_lossy().into_owned();
    let (name, sha256) = (checked.file_name.clone(), checked.sha256.clone());
    let mut facts = Facts {
        run: closing.run.map(|run| run.spec.name.as_str()),
        file: &name,
        sha256: &sha256,
        to: &to,
        base_url: &base_url,
        profile: job.recipe.profile.as_deref(),
        started_ms: closing.started_ms,
        ended_ms: now_ms(),
        elapsed_s: closing.started.elapsed().as_secs_f64(),
        tally: &tally,
        stopped: stopped.as_deref(),
        warnings: &warnings,
        exit,
    };
    let written = target.as_deref().map(|path| write(path, checked, job, &closing, &facts)).transpose();
    let result = written.as_ref().ok().and_then(Option::as_deref);
    if let (Some(ledger), Some(run)) = (closing.ledger, closing.run)
        && closing.stop.as_ref().is_none_or(|stop| stop.exit != Exit::CannotStart)
    {
        let finished = closing.stop.is_none() && waiting == Waiting::Nothing;
        let path =
            result.and_then(|path| std::path::absolute(path).ok()).map(|path| path.to_string_lossy().into_owned());
        // A look at the ledger cannot write, and has nothing to say anew.
        let _ = ledger.close(run.number, finished, &tally, path.as_deref().or(run.result.as_deref()), facts.ended_ms);
    }
    facts.elapsed_s = closing.started.elapsed().as_secs_f64();
    if job.json {
        terminal.data(&report::summary_json(&Facts { file: &typed, ..facts.clone() }, result, checking).to_string());
    } else if !terminal.is_quiet() {
        terminal.answer(&balance(&facts, result, terminal.lang));
    }
    say_end(&facts, &closing, reason.as_deref(), terminal);
    written.map(|_| exit)
}

/// What still waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Waiting {
    Nothing,
    /// Only rows behind unknown ones.
    Held,
    /// Rows that the same command would send.
    Rows,
}

/// What the rows came to.
struct Count {
    tally: Tally,
    waiting: Waiting,
    /// Why the first of the rows that wait to be sent was not.
    reason: Option<String>,
}

fn count(checked: &mut Checked, job: &Job, closing: &Closing) -> Result<Count, Stop> {
    let mut tally = Tally::of_rows(u64::from(checked.places.len()));
    let (mut waiting, mut reason) = (Waiting::Nothing, None);
    each(checked, job, closing, |_, _, outcome| {
        tally.add(outcome);
        if outcome.word == Word::NotSent {
            let now = match outcome.error.as_ref().and_then(|error| error.code.as_deref()) {
                Some("hidden") => Waiting::Nothing,
                Some("held") => Waiting::Held,
                _ => Waiting::Rows,
            };
            waiting = if now > waiting { now } else { waiting };
            if now == Waiting::Rows && reason.is_none() {
                reason = outcome.error.as_ref().map(ApiError::sentence);
            }
        }
        Ok(())
    })?;
    Ok(Count { tally, waiting, reason })
}

fn write(path: &Path, checked: &mut Checked, job: &Job, closing: &Closing, facts: &Facts) -> Result<PathBuf, Stop> {
    let (sheets, formats, operations) = (checked.sheets.clone(), checked.formats.clone(), checked.operations.clone());
    let (input, file_name) = (checked.path.clone(), checked.file_name.clone());
    let layout = Layout {
        lang: job.lang,
        sheets: &sheets,
        formats: &formats,
        operations: &operations,
        input: &input,
        file_name: &file_name,
        csv: checked.is_csv,
        checking: closing.run.is_none(),
        run: facts.run,
    };
    let mut report = report::create(path, layout)?;
    each(checked, job, closing, |row, operation, outcome| report.row(row, operation, outcome))?;
    report.finish(facts)
}

/// Every row of the file with what became of it, in order.
fn each(
    checked: &mut Checked,
    job: &Job,
    closing: &Closing,
    mut take: impl FnMut(&crate::row::Row, Option<usize>, &Outcome) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let Checked { rows, verdicts, operations, sheets, findings, places, file_name, .. } = checked;
    let mut account = Account::new(job.lang, operations, sheets, findings, places);
    account.file_name = file_name;
    account.send_duplicates = job.recipe.send_duplicates;
    account.ledger = closing.ledger;
    account.run = closing.run;
    account.past.clone_from(&closing.past);
    account.not_sent.clone_from(&closing.not_sent);
    if let (Some(ledger), Some(_)) = (closing.ledger, closing.run) {
        account.held = ledger.held_orders().map_err(|error| unreadable(&error))?.into_iter().collect();
    }
    for (ordinal, (row, verdict)) in rows.records()?.zip(verdicts.records()?).enumerate() {
        let row = row?;
        let (operation, outcome) = account.outcome(ordinal as u32, &row, verdict?)?;
        take(&row, operation, &outcome)?;
    }
    Ok(())
}

fn exit_code(tally: &Tally, waiting: Waiting, stop: Option<&Stop>, checking: bool) -> Exit {
    if let Some(stop) = stop {
        return stop.exit;
    }
    let all_well = if checking { tally.count(Word::Valid) == tally.rows } else { tally.was_done == tally.rows };
    match (all_well && tally.balances(), waiting) {
        (true, _) => Exit::Done,
        (false, Waiting::Rows) if !checking => Exit::StoppedEarly,
        (false, _) => Exit::SomeNot,
    }
}

/// The closing balance, as a person reads it.
fn balance(facts: &Facts, result: Option<&Path>, lang: Lang) -> String {
    let mut lines = vec![format!("{} → {}", shown(facts.file), facts.to)];
    for word in Word::ALL {
        let count = facts.tally.count(word);
        if count > 0 || (word == Word::Done && facts.run.is_some()) {
            lines.push(format!("  {word:<16} {:>9}", grouped(count, lang)));
        }
    }
    let rows = grouped(facts.tally.rows, lang);
    let adds_up = match (facts.tally.balances(), lang) {
        (true, Lang::Tr) => "tutuyor",
        (true, Lang::En) => "adds up",
        (false, Lang::Tr) => "TUTMUYOR",
        (false, Lang::En) => "DOES NOT ADD UP",
    };
    let label = say!(lang, "okunan satır", "rows read");
    lines.push(format!("  {label:<16} {rows:>9}  ({adds_up})"));
    if let Some(path) = result {
        let path = shown(&path.display().to_string());
        lines.push(say!(lang, "Sonuç: {path}", "Result: {path}"));
    }
    if let Some(run) = facts.run {
        let seconds = facts.elapsed_s;
        lines.push(say!(lang, "Çalışma {run}, {seconds:.1} sn", "Run {run}, {seconds:.1} s"));
    }
    lines.join("\n")
}

/// Why it stopped, and what to do next.
fn say_end(facts: &Facts, closing: &Closing, reason: Option<&str>, terminal: Terminal) {
    if let Some(stop) = &closing.stop {
        terminal.error(&shown(stop.sentence(terminal.lang)));
    }
    let Some(run) = facts.run else { return };
    if facts.exit == Exit::StoppedEarly
        && closing.stop.is_none()
        && let Some(reason) = reason
    {
        let (count, reason) = (facts.tally.count(Word::NotSent), shown(reason));
        terminal.error(&say!(
            terminal.lang,
            "Gönderilmeyen satır: {count}. {reason}",
            "Rows not sent: {count}. {reason}"
        ));
    }
    let unknown = facts.tally.count(Word::Unknown);
    if unknown > 0 {
        terminal.note(&say!(
            terminal.lang,
            "{unknown} satırın sonucu belirsiz: sistemden bakın, sonra \"caseload resolve {run} --row N --done NUMARA\" ya da \"--not-done\" ile kapatın.",
            "{unknown} rows are unknown: look in the system, then close them by \"caseload resolve {run} --row N --done ID\" or \"--not-done\"."
        ));
    }
    let mend = facts.tally.count(Word::Invalid) + facts.tally.count(Word::Rejected);
    if mend > 0 {
        terminal.note(&say!(
            terminal.lang,
            "{mend} satırı düzeltip dosyayı yeniden gönderebilirsiniz: tamam olanlar yeniden gönderilmez.",
            "You may mend {mend} rows and submit the file again: those that are done are not sent again."
        ));
    }
}

/// A ledger that cannot be used, as a person reads it.
pub fn sentence(path: &Path, error: &ledger::Error) -> Stop {
    let path = shown(&path.display().to_string());
    if matches!(error, ledger::Error::Busy) {
        return Stop {
            exit: Exit::LedgerBusy,
            message: text!(
                "Başka bir çalışma {path} defterini kullanıyor. Bitmesini bekleyip aynı komutu yeniden çalıştırın.",
                "Another run holds the ledger {path}. Wait until it ends and run the same command again."
            ),
        };
    }
    let why = shown(&error.to_string());
    Stop::early(text!(
        "{path} defteri kullanılamıyor: {why}. Diski ve dosyayı denetleyin; hiçbir şey gönderilmedi.",
        "The ledger {path} cannot be used: {why}. Check the disk and the file; nothing was sent."
    ))
}
