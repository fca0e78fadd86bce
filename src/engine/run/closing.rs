//! The end of a check or a run: every row's outcome into the result, the tally, and the run's end in the ledger.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;

use super::first_pass::CheckedFile;
use super::summary::Summary;
use crate::account::{Account, unreadable};
use crate::contract::Operation;
use crate::doubt::{Doubt, InQuestion};
use crate::ending::Ending;
use crate::error::{Code, Error, ErrorKind};
use crate::job::Job;
use crate::keyed::Key;
use crate::ledger::{self, EntryId, Ledger, Run};
use crate::message::{Text, shown};
use crate::outcome::{Outcome, Reason, Status, Unsent};
use crate::report::{self, Facts, Layout, to_fix};
use crate::row::{Row, Sheet};
use crate::spool::{Records, Spooled};
use crate::submit::event::now_ms;
use crate::text;

/// What a run ends with.
pub struct Closing<'a> {
    pub ledger: Option<&'a Ledger>,
    pub run: Option<&'a Run>,
    /// Rows of a check that repeat rows in the ledger, and what is in question about them.
    pub past: HashMap<u32, (EntryId, Option<Doubt>)>,
    /// Where the result goes, if that is not for the job alone to say.
    pub target: Option<PathBuf>,
    pub stop: Option<Error>,
    pub started: Instant,
    pub started_ms: i64,
    pub session: Session,
    pub not_sent: Unsent,
    /// Another process is sending the run: what there is to say is how it stands.
    pub under_way: bool,
    /// What was in question.
    pub question: InQuestion,
    /// Rows in question that stayed because nobody answered.
    pub unanswered: u64,
}

impl<'a> Closing<'a> {
    /// The end of something about which there is nothing special to say.
    pub fn new(ledger: Option<&'a Ledger>, run: Option<&'a Run>, started: Instant, started_ms: i64) -> Self {
        Self {
            ledger,
            run,
            past: HashMap::new(),
            target: None,
            stop: None,
            started,
            started_ms,
            session: Session { sent: 0, began_ms: started_ms },
            not_sent: Unsent::default(),
            question: InQuestion::default(),
            unanswered: 0,
            under_way: false,
        }
    }
}

/// What the command in hand did itself: the run may have been begun by an earlier one.
pub struct Session {
    /// Rows that left.
    pub sent: u64,
    pub began_ms: i64,
}

/// Writes the result, draws up the balance, and closes the run in the ledger.
///
/// # Errors
/// The rows or the ledger cannot be read. A result that cannot be written is told in the summary.
pub fn close(checked: &mut CheckedFile, job: &Job, closing: Closing) -> Result<Summary, Error> {
    let beside = || job.output_for(&checked.path, if closing.run.is_none() { "check" } else { "result" });
    let target = closing.target.clone().or_else(beside);
    let mut count = Count::of_rows(listed(checked, &closing)?, checked, job, &closing);
    let written = match target.as_deref() {
        Some(path) => write(path, checked, job, &closing, &mut count).map(Some),
        None => each(checked, job, &closing, |seen| {
            count.add(seen.outcome);
            Ok(())
        })
        .map(|()| None),
    };
    if written.is_err() {
        // The result could not be written: the balance is drawn up all the same.
        count = Count::of_rows(count.summary.tally.rows, checked, job, &closing);
        checked.rows = None;
        each(checked, job, &closing, |seen| {
            count.add(seen.outcome);
            Ok(())
        })?;
    }
    let (result, failed) = match written {
        Ok(result) => (result, None),
        Err(error) => (None, Some(error)),
    };
    count.summary.stop = closing.stop.clone().or(failed);
    count.end(&closing);
    settle_run(&closing, &count, result.as_deref());
    Ok(Summary { result, ..count.summary })
}

/// Draws up the balance, and writes nothing.
///
/// # Errors
/// The rows or the ledger cannot be read.
pub(super) fn look(
    checked: &mut CheckedFile,
    job: &Job,
    closing: &Closing,
    mut take: impl FnMut(&Seen),
) -> Result<Summary, Error> {
    let mut count = Count::of_rows(listed(checked, closing)?, checked, job, closing);
    each(checked, job, closing, |seen| {
        count.add(seen.outcome);
        take(seen);
        Ok(())
    })?;
    count.end(closing);
    Ok(count.summary)
}

/// How many rows the list has: all that were read but the template's example, unless an earlier version sent it.
fn listed(checked: &CheckedFile, closing: &Closing) -> Result<u64, Error> {
    let mut rows = u64::from(checked.places.len());
    for &ordinal in &checked.examples {
        let sent = match (closing.ledger, closing.run) {
            (Some(ledger), Some(run)) => ledger.entry(EntryId { run: run.number, ordinal }),
            _ => Ok(None),
        };
        rows -= u64::from(sent.map_err(|error| unreadable(&error))?.is_none());
    }
    Ok(rows)
}

/// What the rows came to, so far.
struct Count {
    summary: Summary,
    waiting: Waiting,
    /// The session in hand began at this time.
    began_ms: i64,
}

impl Count {
    /// An account of so many rows, all of it still to be drawn up.
    fn of_rows(rows: u64, checked: &CheckedFile, job: &Job, closing: &Closing) -> Self {
        let mut summary = Summary::of(checked, job, rows);
        summary.checking = closing.run.is_none();
        summary.run = closing.run.map(|run| run.spec.name.clone());
        summary.addresses = closing.run.map(|run| run.spec.addresses()).unwrap_or_default();
        summary.started_ms = closing.started_ms;
        summary.sent = closing.session.sent;
        summary.stop.clone_from(&closing.stop);
        summary.in_question = closing.question.clone();
        summary.under_way = closing.under_way;
        summary.warnings.extend(closing.under_way.then(under_way));
        Self { summary, waiting: Waiting::Nothing, began_ms: closing.session.began_ms }
    }

    fn add(&mut self, outcome: &Outcome) {
        self.summary.tally.add(outcome);
        self.summary.done_before += u64::from(outcome.was_done_before(self.began_ms));
        if outcome.status == Status::NotSent {
            let reason = outcome.error.as_ref().and_then(|error| error.reason.as_ref());
            let (told_elsewhere, now) = match reason {
                Some(Reason::Hidden | Reason::LeftOut) => (true, Waiting::Nothing),
                Some(Reason::HeldBehind { .. } | Reason::HeldByRefused { .. }) => (true, Waiting::Held),
                Some(Reason::NotSent(Unsent::RequireValid)) => (false, Waiting::Held),
                _ => (false, Waiting::Rows),
            };
            if self.summary.reason.is_none() && !told_elsewhere {
                self.summary.reason.clone_from(&outcome.error);
            }
            self.waiting = if now > self.waiting { now } else { self.waiting };
        }
    }

    /// The rows are counted: says how it ended, and when.
    fn end(&mut self, closing: &Closing) {
        self.summary.ending = self.ending(closing);
        self.summary.ended_ms = now_ms();
        self.summary.elapsed = closing.started.elapsed();
    }

    fn ending(&self, closing: &Closing) -> Ending {
        let Summary { tally, stop, .. } = &self.summary;
        if let Some(stop) = stop {
            return Ending::Stopped(stop.kind);
        }
        let checking = self.summary.checking;
        let all_well = if checking { tally.count(Status::Valid) == tally.rows } else { tally.was_done == tally.rows };
        match (all_well && tally.balances() && closing.unanswered == 0, self.waiting) {
            (true, _) => Ending::AllDone,
            (false, _) if closing.under_way => Ending::Stopped(ErrorKind::LedgerBusy),
            (false, Waiting::Rows) if !checking => Ending::Stopped(ErrorKind::StoppedEarly),
            (false, _) => Ending::SomeNot,
        }
    }
}

/// Ends the session in the ledger. A run that could not start stays as it was.
fn settle_run(closing: &Closing, count: &Count, result: Option<&Path>) {
    let (Some(ledger), Some(run)) = (closing.ledger, closing.run) else { return };
    if closing.stop.as_ref().is_some_and(|stop| stop.kind == ErrorKind::CannotStart) {
        return;
    }
    let finished = closing.stop.is_none() && count.waiting == Waiting::Nothing;
    let path = result.and_then(|path| std::path::absolute(path).ok()).map(|path| path.to_string_lossy().into_owned());
    let tally = &count.summary.tally;
    // A look at the ledger cannot write, and has nothing to say anew.
    let _ = ledger.close(run.number, finished, tally, path.as_deref().or(run.result.as_deref()), now_ms());
}

/// What still waits to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Waiting {
    Nothing,
    /// Only rows that wait for a person: behind unknown ones, or for the file to be mended.
    Held,
    /// Rows that the same command would send.
    Rows,
}

fn write(
    path: &Path,
    checked: &mut CheckedFile,
    job: &Job,
    closing: &Closing,
    count: &mut Count,
) -> Result<PathBuf, Error> {
    let shape = Shape::of(checked);
    let layout = shape.layout(job, closing);
    let mut report = report::create(path, layout, job.clock.clone())?;
    each(checked, job, closing, |seen| {
        count.add(seen.outcome);
        seen.row.map_or(Ok(()), |row| report.row(row, seen.operation, seen.outcome))
    })?;
    count.end(closing);
    let summary = &count.summary;
    let warnings: Vec<String> = summary.warnings.iter().map(|warning| warning.get(job.lang).to_owned()).collect();
    report.finish(&Facts {
        run: summary.run.as_deref(),
        file: &summary.file_name,
        sha256: &summary.sha256,
        to: &summary.to,
        base_url: &summary.addresses,
        profile: summary.profile.as_deref(),
        read_as: &summary.read_as,
        started_ms: summary.started_ms,
        ended_ms: summary.ended_ms,
        elapsed_s: summary.elapsed.as_secs_f64(),
        tally: &summary.tally,
        stopped: summary.stop.as_ref().map(|stop| stop.sentence(job.lang)),
        warnings: &warnings,
        ending: summary.ending,
    })
}

/// What a result takes from its file, apart from the rows that are read meanwhile.
struct Shape {
    sheets: Vec<Sheet>,
    formats: Vec<String>,
    operations: Vec<Operation>,
    input: PathBuf,
    file_name: String,
    is_csv: bool,
}

impl Shape {
    fn of(checked: &CheckedFile) -> Self {
        let CheckedFile { sheets, formats, operations, path, file_name, is_csv, .. } = checked;
        Self {
            sheets: sheets.clone(),
            formats: formats.clone(),
            operations: operations.clone(),
            input: path.clone(),
            file_name: file_name.clone(),
            is_csv: *is_csv,
        }
    }

    fn layout<'a>(&'a self, job: &'a Job, closing: &'a Closing) -> Layout<'a> {
        Layout {
            lang: job.lang,
            sheets: &self.sheets,
            formats: &self.formats,
            operations: &self.operations,
            input: &self.input,
            file_name: &self.file_name,
            csv: self.is_csv,
            checking: closing.run.is_none(),
            run: closing.run.map(|run| run.spec.name.as_str()),
            flags: &job.flags,
        }
    }
}

/// Writes the rows that a person has to mend.
pub(super) fn write_to_fix(
    path: &Path,
    checked: &mut CheckedFile,
    job: &Job,
    closing: &Closing,
) -> Result<PathBuf, Error> {
    let shape = Shape::of(checked);
    let layout = shape.layout(job, closing);
    let mut workbook = to_fix::Writer::create(path, layout)?;
    each(checked, job, closing, |seen| match seen.row.filter(|_| to_fix::is_to_fix(seen.outcome)) {
        Some(row) => workbook.row(row, seen.outcome),
        None => Ok(()),
    })?;
    workbook.finish()
}

/// A row of the file, and what became of it.
pub(super) struct Seen<'a> {
    pub ordinal: u32,
    /// As it was mended; nothing where the cells were not kept.
    pub row: Option<&'a Row>,
    pub operation: Option<usize>,
    pub outcome: &'a Outcome,
    pub at: Start,
}

/// A row at which a reading may begin.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Start {
    pub ordinal: u32,
    /// Where the row's verdict and its cells begin in their spools, in bytes.
    pub verdict: u64,
    pub cells: u64,
}

/// Every row of the file with what became of it, in order.
pub(super) fn each(
    checked: &mut CheckedFile,
    job: &Job,
    closing: &Closing,
    take: impl FnMut(&Seen) -> Result<(), Error>,
) -> Result<(), Error> {
    let all = u32::MAX;
    each_of(checked, job, closing, &[(Start::default(), all)], |_| true, take)
}

/// The same of a few rows: of those that are wanted among so many from each start on.
pub(super) fn each_of(
    checked: &mut CheckedFile,
    job: &Job,
    closing: &Closing,
    stretches: &[(Start, u32)],
    is_wanted: impl Fn(u32) -> bool,
    mut take: impl FnMut(&Seen) -> Result<(), Error>,
) -> Result<(), Error> {
    let held = held_by(checked, closing)?;
    let CheckedFile { rows, verdicts, operations, sheets, findings, places, file_name, .. } = checked;
    let mut account = Account::new(operations, sheets, findings, places);
    account.file_name = file_name;
    account.send_duplicates = job.recipe.send_duplicates;
    account.ledger = closing.ledger;
    account.run = closing.run;
    account.past.clone_from(&closing.past);
    account.not_sent.clone_from(&closing.not_sent);
    account.held = held;
    account.under_way = closing.under_way;
    let mends: Vec<_> = sheets.iter().map(|sheet| job.mends.of_sheet(&sheet.name)).collect();
    for (start, count) in stretches {
        let mut verdicts = read(verdicts, start.verdict)?;
        let mut rows = rows.as_mut().map(|rows| read(rows, start.cells)).transpose()?;
        for ordinal in (start.ordinal..).take(*count as usize) {
            let cells = rows.as_ref().map_or(0, Records::offset);
            let at = Start { ordinal, verdict: verdicts.offset(), cells };
            let Some(verdict) = verdicts.next().transpose()? else { break };
            let row = rows.as_mut().and_then(Iterator::next).transpose()?;
            if !is_wanted(ordinal) || account.is_left_out(ordinal, &verdict)? {
                continue;
            }
            let (operation, outcome) = account.outcome(ordinal, verdict)?;
            let mends = row.as_ref().and_then(|row| mends[usize::from(row.place.sheet)]);
            let mended = row.as_ref().zip(mends).map(|(row, mends)| mends.over(row));
            let row = mended.as_deref().or(row.as_ref());
            take(&Seen { ordinal, row, operation, outcome: &outcome, at })?;
        }
    }
    Ok(())
}

/// A reading from the first record on is a long one.
fn read<T: DeserializeOwned>(spooled: &mut Spooled<T>, offset: u64) -> Result<Records<T>, Error> {
    if offset == 0 { spooled.records() } else { spooled.records_at(offset) }
}

/// The order keys behind which rows are held.
fn held_by(checked: &CheckedFile, closing: &Closing) -> Result<HashMap<Key, EntryId>, Error> {
    let (Some(ledger), Some(_)) = (closing.ledger, closing.run) else { return Ok(HashMap::new()) };
    let servers = ledger.servers().map_err(|error| unreadable(&error))?;
    Ok(super::held(ledger, &servers, checked)?.into_iter().collect())
}

fn under_way() -> Text {
    text!(
        "Bu çalışma şu anda gönderiliyor; sayılar şu ana aittir. Bitince raporu yeniden yazın.",
        "This run is being sent at this moment; the counts are those of now. Write the report again when it has ended."
    )
}

/// A ledger that cannot be used, as a person reads it, who has a clock of this zone.
pub fn sentence(path: &Path, error: &ledger::Error, clock: &TimeZone) -> Error {
    let path = shown(&path.display().to_string());
    match error {
        ledger::Error::Busy => Error::new(
            ErrorKind::LedgerBusy,
            text!(
                "Başka bir çalışma {path} defterini kullanıyor. Bitmesini bekleyip aynı komutu yeniden çalıştırın.",
                "Another run holds the ledger {path}. Wait until it ends and run the same command again."
            ),
        ),
        ledger::Error::UnderWay => Error::new(
            ErrorKind::LedgerBusy,
            text!(
                "Bu dosyayı başka bir süreç gönderiyor (defter {path}). Bitmesini bekleyip aynı komutu yeniden çalıştırın.",
                "Another process is sending this file (ledger {path}). Wait until it ends and run the same command again."
            ),
        ),
        ledger::Error::Remote(kind) => Code::LedgerOnNetwork.early(text!(
            "{path} defteri bir ağ sürücüsünde ({kind}): orada kilit de kalıcı yazma da güvenilir değil. --ledger ile bu bilgisayarın diskinde bir yer verin; hiçbir şey gönderilmedi.",
            "The ledger {path} is on a network drive ({kind}), where neither locks nor durable writes can be relied on. Name a place on a disk of this machine with --ledger; nothing was sent."
        )),
        ledger::Error::TwoNames => Code::LedgerTwoNames.early(text!(
            "{path} defterinin ikinci bir adı var (hard link): o addan gelen bir çalışma buradakini görmez. Adlardan birini silin ya da dosyayı kopyalayıp onu verin; hiçbir şey gönderilmedi.",
            "The ledger {path} has a second name (a hard link): a run that comes by that one does not see this. Remove one of the names, or copy the file and give that; nothing was sent."
        )),
        ledger::Error::Link(link) => {
            let link = shown(&link.display().to_string());
            Code::LedgerLink.early(text!(
                "{link} bir bağlantı; defterin dosyaları bağlantı üzerinden açılmaz. Bağlantıyı silin; hiçbir şey gönderilmedi.",
                "{link} is a link, and the ledger's files are not opened through links. Remove the link; nothing was sent."
            ))
        }
        ledger::Error::StrangeLink(link) => {
            let link = shown(&link.display().to_string());
            Code::LedgerLink.early(text!(
                "{link} bağlantısı izlenmedi: ya hiçbir yere götürmüyor ya da kendisi veya dosyası başkasının. --ledger ile dosyanın kendisini gösterin; hiçbir şey gönderilmedi.",
                "The link {link} is not followed: it leads nowhere, or it or its file belongs to somebody else. Name the file itself with --ledger; nothing was sent."
            ))
        }
        ledger::Error::Older(newer) => {
            let when = newer.written_ms.map(|ms| report::local_time(ms, clock)).unwrap_or_default();
            Code::LedgerOlder.early(text!(
                "{path} defteri eski bir kopya: asıl defter {when} tarihine kadar ilerlemişti, bu kopya o zamana kadar gönderilen satırları bilmiyor ve yeniden gönderirdi. Asıl defteri yerine koyun. Yoksa ve bunu kabul ediyorsanız: caseload ledger restore {path}. Hiçbir şey gönderilmedi.",
                "The ledger {path} is an older copy: the ledger had come as far as {when}, and this copy does not know the rows that were sent until then; they would go again. Put the newer one back. If there is none and you accept that, use: caseload ledger restore {path}. Nothing was sent."
            ))
        }
        other => {
            let why = shown(&other.to_string());
            Code::LedgerUnusable.early(text!(
                "{path} defteri kullanılamıyor: {why}. Diski ve dosyayı denetleyin; hiçbir şey gönderilmedi.",
                "The ledger {path} cannot be used: {why}. Check the disk and the file; nothing was sent."
            ))
        }
    }
}
