//! The end of a run: every row's outcome into the result, the balance, the exit code.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::first_pass::Checked;
use super::propose::Proposal;
use crate::account::{Account, unreadable};
use crate::doubt::{Doubt, InQuestion};
use crate::error::{Error, ErrorKind};
use crate::exit::Exit;
use crate::hint;
use crate::job::Job;
use crate::ledger::{self, EntryId, Ledger, Run};
use crate::message::{Lang, grouped, shown};
use crate::outcome::{Cause, Outcome, Reason, Status, Tally, Unsent};
use crate::progress::Terminal;
use crate::read::ReadAs;
use crate::report::{self, Facts, Layout};
use crate::row::Row;
use crate::submit::event::now_ms;
use crate::words::{self, Reader};
use crate::{say, text};

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

/// Writes the result, prints the balance, and closes the run in the ledger.
pub fn close(checked: &mut Checked, job: &Job, closing: Closing, terminal: Terminal) -> Result<Exit, Error> {
    let checking = closing.run.is_none();
    let beside = || job.output_for(&checked.path, if checking { "check" } else { "result" });
    let target = closing.target.clone().or_else(beside);
    let end = End::new(checked, job, &closing);
    let mut ended = Finished::of_rows(listed(checked, &closing)?, closing.session.began_ms);
    let written = match target.as_deref() {
        Some(path) => write(path, checked, job, &closing, &end, &mut ended).map(Some),
        None => each(checked, job, &closing, |_, _, outcome| {
            ended.add(outcome);
            Ok(())
        })
        .map(|()| None),
    };
    if written.is_err() {
        // The result could not be written: the balance is drawn up all the same.
        ended = Finished::of_rows(ended.tally.rows, closing.session.began_ms);
        checked.rows = None;
        each(checked, job, &closing, |_, _, outcome| {
            ended.add(outcome);
            Ok(())
        })?;
    }
    let stop = closing.stop.as_ref().or(written.as_ref().err());
    ended.exit = exit_code(&ended, &closing, stop);
    let result = written.as_ref().ok().and_then(Option::as_deref);
    let flags = job.flags();
    let reader = Reader { lang: job.lang, flags: &flags };
    let reason = ended.reason.as_ref().map(|cause| words::sentence(cause, reader));
    settle_run(&closing, &ended, result);
    let facts = end.facts(&closing, &ended);
    if job.json {
        let typed = checked.path.to_string_lossy();
        let error = stop.map(|stop| (Exit::from(stop.kind).word(), stop.sentence(job.lang)));
        terminal.json(&report::summary_json(&Facts { file: &typed, ..facts.clone() }, result, checking, error));
    } else if !terminal.is_quiet() {
        terminal.answers(&balance(&facts, result, terminal.lang));
    }
    if closing.under_way {
        terminal.note(&under_way(terminal.lang));
    } else if terminal.is_quiet() {
        say_end_in_a_line(&facts, result, stop, reason.as_deref(), checking, terminal);
    } else {
        say_end(&facts, stop, reason.as_deref(), &flags, terminal);
    }
    Ok(ended.exit)
}

/// How many rows the list has: all that were read but the template's example, unless an earlier version sent it.
fn listed(checked: &Checked, closing: &Closing) -> Result<u64, Error> {
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

/// What `--json` says of a file of which nothing was sent, for what is in question about it.
pub fn refused(checked: &Checked, proposal: &Proposal, started: Instant) -> serde_json::Value {
    let tally = Tally::of_unsent(
        u64::from(checked.places.len()) - checked.examples.len() as u64,
        checked.invalid + checked.findings.contradictions(),
        proposal.left_out.len() as u64 + checked.findings.repeats(),
    );
    let facts = Facts {
        run: None,
        file: &checked.path.to_string_lossy(),
        sha256: &checked.sha256,
        to: &checked.target(),
        base_url: "",
        profile: None,
        read_as: &checked.reading.read_as,
        started_ms: now_ms(),
        ended_ms: now_ms(),
        elapsed_s: started.elapsed().as_secs_f64(),
        tally: &tally,
        sent: 0,
        done_before: tally.was_done,
        stopped: None,
        warnings: &[],
        exit: Exit::CannotStart,
        in_question: &proposal.question,
    };
    report::summary_json(&facts, None, false, None)
}

/// What the rows came to.
struct Finished {
    tally: Tally,
    waiting: Waiting,
    /// Why the first row was left unsent, unless the reader chose so or another note says it.
    reason: Option<Cause>,
    exit: Exit,
    /// Rows that were done before the session in hand, which began at this time.
    done_before: u64,
    began_ms: i64,
}

impl Finished {
    /// An account of so many rows, all of it still to be drawn up.
    fn of_rows(rows: u64, began_ms: i64) -> Self {
        let (tally, waiting) = (Tally::of_rows(rows), Waiting::Nothing);
        Self { tally, waiting, reason: None, exit: Exit::Done, done_before: 0, began_ms }
    }

    fn add(&mut self, outcome: &Outcome) {
        self.tally.add(outcome);
        self.done_before += u64::from(outcome.was_done_before(self.began_ms));
        if outcome.status == Status::NotSent {
            let reason = outcome.error.as_ref().and_then(|error| error.reason.as_ref());
            let (told_elsewhere, now) = match reason {
                Some(Reason::Hidden) => (true, Waiting::Nothing),
                Some(Reason::HeldBehind { .. } | Reason::HeldByRefused { .. }) => (true, Waiting::Held),
                Some(Reason::NotSent(Unsent::RequireValid)) => (false, Waiting::Held),
                _ => (false, Waiting::Rows),
            };
            if self.reason.is_none() && !told_elsewhere {
                self.reason.clone_from(&outcome.error);
            }
            self.waiting = if now > self.waiting { now } else { self.waiting };
        }
    }
}

/// What is told of a run beside its rows.
struct End {
    file_name: String,
    sha256: String,
    to: String,
    host: String,
    profile: Option<String>,
    read_as: ReadAs,
    stopped: Option<String>,
    warnings: Vec<String>,
}

impl End {
    fn new(checked: &Checked, job: &Job, closing: &Closing) -> Self {
        Self {
            file_name: checked.file_name.clone(),
            sha256: checked.sha256.clone(),
            to: checked.target(),
            host: closing.run.map(|run| run.spec.addresses()).unwrap_or_default(),
            profile: job.recipe.profile.clone(),
            read_as: checked.reading.read_as.clone(),
            stopped: closing.stop.as_ref().map(|stop| stop.sentence(job.lang).to_owned()),
            warnings: checked.warnings.iter().cloned().chain(closing.under_way.then(|| under_way(job.lang))).collect(),
        }
    }

    fn facts<'f>(&'f self, closing: &'f Closing, ended: &'f Finished) -> Facts<'f> {
        Facts {
            run: closing.run.map(|run| run.spec.name.as_str()),
            file: &self.file_name,
            sha256: &self.sha256,
            to: &self.to,
            base_url: &self.host,
            profile: self.profile.as_deref(),
            read_as: &self.read_as,
            started_ms: closing.started_ms,
            ended_ms: now_ms(),
            elapsed_s: closing.started.elapsed().as_secs_f64(),
            tally: &ended.tally,
            sent: closing.session.sent,
            done_before: ended.done_before,
            stopped: self.stopped.as_deref(),
            warnings: &self.warnings,
            exit: ended.exit,
            in_question: &closing.question,
        }
    }
}

/// Ends the session in the ledger. A run that could not start stays as it was.
fn settle_run(closing: &Closing, ended: &Finished, result: Option<&Path>) {
    let (Some(ledger), Some(run)) = (closing.ledger, closing.run) else { return };
    if closing.stop.as_ref().is_some_and(|stop| stop.kind == ErrorKind::CannotStart) {
        return;
    }
    let finished = closing.stop.is_none() && ended.waiting == Waiting::Nothing;
    let path = result.and_then(|path| std::path::absolute(path).ok()).map(|path| path.to_string_lossy().into_owned());
    // A look at the ledger cannot write, and has nothing to say anew.
    let _ = ledger.close(run.number, finished, &ended.tally, path.as_deref().or(run.result.as_deref()), now_ms());
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
    checked: &mut Checked,
    job: &Job,
    closing: &Closing,
    end: &End,
    ended: &mut Finished,
) -> Result<PathBuf, Error> {
    let (sheets, formats, operations) = (checked.sheets.clone(), checked.formats.clone(), checked.operations.clone());
    let (input, checking, flags) = (checked.path.clone(), closing.run.is_none(), job.flags());
    let layout = Layout {
        lang: job.lang,
        sheets: &sheets,
        formats: &formats,
        operations: &operations,
        input: &input,
        file_name: &end.file_name,
        csv: checked.is_csv,
        checking,
        run: closing.run.map(|run| run.spec.name.as_str()),
        flags: &flags,
    };
    let mut report = report::create(path, layout)?;
    each(checked, job, closing, |row, operation, outcome| {
        ended.add(outcome);
        row.map_or(Ok(()), |row| report.row(row, operation, outcome))
    })?;
    ended.exit = exit_code(ended, closing, closing.stop.as_ref());
    report.finish(&end.facts(closing, ended))
}

/// Every row of the file with what became of it, in order; the cells where they were kept.
fn each(
    checked: &mut Checked,
    job: &Job,
    closing: &Closing,
    mut take: impl FnMut(Option<&Row>, Option<usize>, &Outcome) -> Result<(), Error>,
) -> Result<(), Error> {
    let held = match (closing.ledger, closing.run) {
        (Some(ledger), Some(_)) => {
            let servers = ledger.servers().map_err(|error| unreadable(&error))?;
            super::held(ledger, &servers, checked)?.into_iter().collect()
        }
        _ => HashMap::new(),
    };
    let Checked { rows, verdicts, operations, sheets, findings, places, file_name, .. } = checked;
    let mut account = Account::new(job.lang, operations, sheets, findings, places);
    account.file_name = file_name;
    account.send_duplicates = job.recipe.send_duplicates;
    account.ledger = closing.ledger;
    account.run = closing.run;
    account.past.clone_from(&closing.past);
    account.not_sent.clone_from(&closing.not_sent);
    account.held = held;
    account.under_way = closing.under_way;
    let mut rows = rows.as_mut().map(crate::spool::Spooled::records).transpose()?;
    for (ordinal, verdict) in (0..).zip(verdicts.records()?) {
        let (verdict, row) = (verdict?, rows.as_mut().and_then(Iterator::next).transpose()?);
        if account.is_left_out(ordinal, &verdict)? {
            continue;
        }
        let (operation, outcome) = account.outcome(ordinal, verdict)?;
        take(row.as_ref(), operation, &outcome)?;
    }
    Ok(())
}

fn exit_code(ended: &Finished, closing: &Closing, stop: Option<&Error>) -> Exit {
    if let Some(stop) = stop {
        return stop.kind.into();
    }
    let (tally, checking) = (&ended.tally, closing.run.is_none());
    let all_well = if checking { tally.count(Status::Valid) == tally.rows } else { tally.was_done == tally.rows };
    match (all_well && tally.balances() && closing.unanswered == 0, ended.waiting) {
        (true, _) => Exit::Done,
        (false, _) if closing.under_way => Exit::LedgerBusy,
        (false, Waiting::Rows) if !checking => Exit::StoppedEarly,
        (false, _) => Exit::SomeNot,
    }
}

/// The closing balance, as a person reads it, line by line.
fn balance(facts: &Facts, result: Option<&Path>, lang: Lang) -> Vec<String> {
    let mut lines = vec![format!("{} → {}", shown(facts.file), facts.to)];
    if let Some(words) = facts.read_as.words(lang) {
        lines.push(say!(lang, "  okunuş: {words}", "  read as: {words}"));
    }
    for word in Status::ALL {
        let count = facts.tally.count(word);
        if count > 0 || (word == Status::Done && facts.run.is_some()) {
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
    lines
}

fn under_way(lang: Lang) -> String {
    say!(
        lang,
        "Bu çalışma şu anda gönderiliyor; sayılar şu ana aittir. Bitince raporu yeniden yazın.",
        "This run is being sent at this moment; the counts are those of now. Write the report again when it has ended."
    )
}

/// Why it stopped, and what to do next.
fn say_end(facts: &Facts, stop: Option<&Error>, reason: Option<&str>, flags: &str, terminal: Terminal) {
    if let Some(stop) = stop {
        terminal.error(stop.sentence(terminal.lang));
    }
    let Some(run) = facts.run else { return };
    if let Some(reason) = reason.filter(|_| stop.is_none()) {
        let (count, reason) = (facts.tally.count(Status::NotSent), shown(reason));
        terminal.error(&say!(
            terminal.lang,
            "Gönderilmeyen satır: {count}. {reason}",
            "Rows not sent: {count}. {reason}"
        ));
    }
    let unknown = facts.tally.count(Status::Unknown);
    if unknown > 0 {
        let list = hint::command(&["resolve", run], flags);
        terminal.note(&say!(
            terminal.lang,
            "Sonucu belirsiz satır: {unknown}. \"{list}\" hepsini listeler. Sistemden bakın, sonra her birini aynı komuta --row N --done NUMARA ya da --row N --not-done ekleyerek kapatın.",
            "Unknown rows: {unknown}. \"{list}\" lists them. Look in the system, then close each by the same command with --row N --done ID or --row N --not-done."
        ));
    }
    let mend = facts.tally.count(Status::Invalid) + facts.tally.count(Status::Rejected);
    if mend > 0 {
        terminal.note(&say!(
            terminal.lang,
            "Düzeltilecek satır: {mend}. Düzeltip dosyayı yeniden gönderin; tamam olanlar yeniden gönderilmez.",
            "Rows to mend: {mend}. Correct them and submit the file again; those that are done are not sent again."
        ));
    }
}

/// The same for those who want no more than a line, and that only where not all went well.
fn say_end_in_a_line(
    facts: &Facts,
    result: Option<&Path>,
    stop: Option<&Error>,
    reason: Option<&str>,
    checking: bool,
    terminal: Terminal,
) {
    if facts.exit == Exit::Done {
        return;
    }
    let (lang, tally) = (terminal.lang, facts.tally);
    let well = if checking { Status::Valid } else { Status::Done };
    let counts = Status::ALL.into_iter().filter(|word| *word != well).filter_map(|word| {
        // A duplicate of a row that is done lacks nothing.
        let done = if word == Status::Duplicate { tally.was_done.saturating_sub(tally.count(Status::Done)) } else { 0 };
        let count = tally.count(word).saturating_sub(done);
        (count > 0).then(|| format!("{word} {}", grouped(count, lang)))
    });
    let (file, counts) = (shown(facts.file), counts.collect::<Vec<_>>().join(", "));
    let rows = grouped(tally.rows, lang);
    let mut line = say!(lang, "{file}: {rows} satırdan {counts}.", "{file}: of {rows} rows, {counts}.");
    if let Some(path) = result {
        let path = shown(&path.display().to_string());
        line += &say!(lang, " Sonuç: {path}", " Result: {path}");
    }
    if let Some(why) = stop.map(|stop| stop.sentence(lang)).or(reason) {
        line += " ";
        line += &shown(why);
    }
    terminal.error(&line);
}

/// A ledger that cannot be used, as a person reads it.
pub fn sentence(path: &Path, error: &ledger::Error) -> Error {
    let path = shown(&path.display().to_string());
    match error {
        ledger::Error::Busy => Error::new(
            ErrorKind::LedgerBusy,
            text!(
                "Başka bir çalışma {path} defterini kullanıyor. Bitmesini bekleyip aynı komutu yeniden çalıştırın.",
                "Another run holds the ledger {path}. Wait until it ends and run the same command again."
            ),
        ),
        ledger::Error::Remote(kind) => Error::early(text!(
            "{path} defteri bir ağ sürücüsünde ({kind}): orada kilit de kalıcı yazma da güvenilir değil. --ledger ile bu bilgisayarın diskinde bir yer verin; hiçbir şey gönderilmedi.",
            "The ledger {path} is on a network drive ({kind}), where neither locks nor durable writes can be relied on. Name a place on a disk of this machine with --ledger; nothing was sent."
        )),
        ledger::Error::TwoNames => Error::early(text!(
            "{path} defterinin ikinci bir adı var (hard link): o addan gelen bir çalışma buradakini görmez. Adlardan birini silin ya da dosyayı kopyalayıp onu verin; hiçbir şey gönderilmedi.",
            "The ledger {path} has a second name (a hard link): a run that comes by that one does not see this. Remove one of the names, or copy the file and give that; nothing was sent."
        )),
        ledger::Error::Link(link) => {
            let link = shown(&link.display().to_string());
            Error::early(text!(
                "{link} bir bağlantı; defterin dosyaları bağlantı üzerinden açılmaz. Bağlantıyı silin; hiçbir şey gönderilmedi.",
                "{link} is a link, and the ledger's files are not opened through links. Remove the link; nothing was sent."
            ))
        }
        ledger::Error::StrangeLink(link) => {
            let link = shown(&link.display().to_string());
            Error::early(text!(
                "{link} bağlantısı izlenmedi: ya hiçbir yere götürmüyor ya da kendisi veya dosyası başkasının. --ledger ile dosyanın kendisini gösterin; hiçbir şey gönderilmedi.",
                "The link {link} is not followed: it leads nowhere, or it or its file belongs to somebody else. Name the file itself with --ledger; nothing was sent."
            ))
        }
        ledger::Error::Older(newer) => {
            let when = newer.written_ms.map(report::local_time).unwrap_or_default();
            Error::early(text!(
                "{path} defteri eski bir kopya: asıl defter {when} tarihine kadar ilerlemişti, bu kopya o zamana kadar gönderilen satırları bilmiyor ve yeniden gönderirdi. Asıl defteri yerine koyun. Yoksa ve bunu kabul ediyorsanız: caseload ledger restore {path}. Hiçbir şey gönderilmedi.",
                "The ledger {path} is an older copy: the ledger had come as far as {when}, and this copy does not know the rows that were sent until then; they would go again. Put the newer one back. If there is none and you accept that, use: caseload ledger restore {path}. Nothing was sent."
            ))
        }
        other => {
            let why = shown(&other.to_string());
            Error::early(text!(
                "{path} defteri kullanılamıyor: {why}. Diski ve dosyayı denetleyin; hiçbir şey gönderilmedi.",
                "The ledger {path} cannot be used: {why}. Check the disk and the file; nothing was sent."
            ))
        }
    }
}
