//! Sending: which run this is, what of it is left, and the loop that sends it.

use std::collections::HashMap;
use std::time::Instant;

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use super::closing::{refused, sentence};
use super::first_pass::Checked;
use super::past::Repeat;
use super::propose::{Basis, Proposal};
use super::resets;
use super::same_run::{self, SameBytes, absolute, spec};
use super::target::Target;
use super::zone::goes_on_alike;
use crate::account::{Places, Standing, standing, unreadable};
use crate::cli::Duplicates;
use crate::contract::Operation;
use crate::doubt::InQuestion;
use crate::error::Error;
use crate::fail;
use crate::job::{Job, Recipe, Sending};
use crate::keyed::KeyedHasher;
use crate::ledger::{Journal, Ledger, LeftOut, Run, Servers, Settled, Step};
use crate::message::{Lang, shown};
use crate::outcome::{Status, Unsent};
use crate::progress::{Progress, Terminal};
use crate::say;
use crate::submit::breaker::Breaker;
use crate::submit::client::Sender;
use crate::submit::dispatch::{Dispatch, Plan};
use crate::submit::event::{Event, Finished, Signal};
use crate::submit::order::Order;
use crate::submit::queued::Queued;
use crate::validate::Verdict;
use crate::validate::across::{Finding, Findings};

/// A run that was sent, as far as it went.
pub struct Started {
    pub ledger: Ledger,
    pub run: Run,
    /// Why it ended before all rows were settled.
    pub stop: Option<Error>,
    /// What to say of rows that were not sent.
    pub not_sent: Unsent,
    /// What was in question.
    pub question: InQuestion,
    /// Rows in question that stayed because nobody answered.
    pub unanswered: u64,
    /// Rows that left now.
    pub sent: u64,
}

impl Started {
    fn unsent(ledger: Ledger, run: Run) -> Self {
        let (not_sent, question) = (Unsent::default(), InQuestion::default());
        Self { ledger, run, stop: None, not_sent, question, unanswered: 0, sent: 0 }
    }
}

/// Sends what is left of a file: all of it in a new run, the rest in one that was begun, nothing in
/// one that is finished.
pub fn second_pass(
    checked: &mut Checked,
    job: &Job,
    sending: &Sending,
    ledger: Ledger,
    started: Instant,
    terminal: Terminal,
) -> Result<Started, Error> {
    let servers = ledger.servers().map_err(|error| unreadable(&error))?.with_tests(&job.tests);
    let SameBytes { same, other } = same_run::of_file(&ledger, &servers, checked, job)?;
    let earlier = match same {
        Some(run) => going_on(&ledger, run, checked, job, sending)?,
        None => None,
    };
    if let Some(run) = earlier.as_ref().filter(|run| run.finished) {
        terminal.note(&finished_before(run, terminal.lang));
        return Ok(Started::unsent(ledger, run.clone()));
    }
    let again = match &earlier {
        Some(run) => Recipe::of(run)?.again,
        None => sending.again,
    };
    let (run, duplicates) = (earlier.as_ref(), sending.duplicates);
    let basis = Basis { job, ledger: &ledger, servers: &servers, run, other_runs: &other, duplicates, again };
    let mut proposal = basis.propose(checked)?;
    let question = proposal.question.clone();
    let prepared = Target::prepare(checked, job, sending, &mut proposal, terminal);
    let target = prepared.map_err(|stop| {
        let summary = (!question.is_empty()).then(|| Box::new(refused(checked, &proposal, started)));
        Error { summary, ..stop }
    })?;
    let unanswered = proposal.unanswered();
    let run = match earlier {
        Some(run) => run,
        None => ledger.begin(spec(checked, job)?).map_err(|error| unreadable(&error))?,
    };
    leave_out(&ledger, &run, checked, &proposal).map_err(|error| unreadable(&error))?;
    say_repeats_sent(&proposal, sending, terminal);
    let begun = if sending.require_valid && checked.invalid + checked.findings.contradictions() > 0 {
        Started { not_sent: Unsent::RequireValid, ..Started::unsent(ledger, run) }
    } else {
        let way = Way { servers: &servers, proposal: &proposal, target: &target };
        send(checked, job, sending, ledger, run, &way, terminal)?
    };
    Ok(Started { question, unanswered, ..begun })
}

/// The run of this file as it goes on, or is finished. None where a new one begins: a run that `--again` began is gone
/// on with like any other; only where there is none to go on with, one begins.
fn going_on(
    ledger: &Ledger,
    mut run: Run,
    checked: &Checked,
    job: &Job,
    sending: &Sending,
) -> Result<Option<Run>, Error> {
    if sending.again && (run.finished || run.purged_ms.is_some() || !Recipe::of(&run)?.again) {
        return Ok(None);
    }
    if let Some(forgotten) = super::forgotten(&run) {
        return Err(forgotten);
    }
    goes_on_alike(&run, checked, job)?;
    reopen(ledger, &mut run, sending).map_err(|error| unreadable(&error))?;
    let repeats = checked.operations.iter().any(Operation::may_repeat);
    // Rows of unknown outcome go again where that does no harm.
    run.finished &= !repeats || ledger.unknown(run.number).map_err(|error| unreadable(&error))?.is_empty();
    run.spec.file = absolute(&checked.path);
    ledger.note_file(run.number, &run.spec.file).map_err(|error| unreadable(&error))?;
    same_run::note_where_it_goes(ledger, &mut run, checked, job)?;
    Ok(Some(run))
}

fn say_repeats_sent(proposal: &Proposal, sending: &Sending, terminal: Terminal) {
    let count = proposal.repeats_sent;
    if sending.duplicates == Duplicates::Warn && count > 0 {
        terminal.note(&say!(
            terminal.lang,
            "{count} satır daha önce gönderilmiş satırları yineliyor; --duplicates warn ile yine de gönderiliyor.",
            "{count} rows repeat rows that were sent before; --duplicates warn sends them all the same."
        ));
    }
}

/// Where rows go, and which.
struct Way<'a> {
    servers: &'a Servers,
    proposal: &'a Proposal,
    target: &'a Target,
}

/// Writes down which rows are not to go because another run sent them: before a run begins, and each time it goes on,
/// for another file may have sent them since.
fn leave_out(ledger: &Ledger, run: &Run, checked: &Checked, proposal: &Proposal) -> Result<(), crate::ledger::Error> {
    let left_out = |repeat: &Repeat| LeftOut {
        ordinal: repeat.ordinal,
        place: checked.places.get(repeat.ordinal),
        key: repeat.key,
        of: repeat.of,
        doubt: repeat.doubt,
    };
    let rows: Vec<LeftOut> = proposal.left_out.iter().map(left_out).collect();
    ledger.note_left_out(run.number, &rows)
}

/// Makes rows pending that may go after all, where the run had settled them.
fn reopen(ledger: &Ledger, run: &mut Run, sending: &Sending) -> Result<(), crate::ledger::Error> {
    let mut reopened = ledger.reopen_duplicates(run.number)? + ledger.reopen_doubtful(run.number)?;
    if sending.retry_rejected {
        reopened += ledger.reopen_rejected(run.number, None)?;
    }
    run.finished &= reopened == 0;
    Ok(())
}

fn send(
    checked: &mut Checked,
    job: &Job,
    sending: &Sending,
    ledger: Ledger,
    run: Run,
    way: &Way,
    terminal: Terminal,
) -> Result<Started, Error> {
    let Way { servers, proposal, target } = *way;
    let numbers = note_servers(&ledger, job, checked).map_err(|error| unreadable(&error))?;
    let settled = ledger.settled(run.number, run.spec.rows).map_err(|error| unreadable(&error))?;
    let held = super::held(&ledger, servers, checked)?;
    let (behind, refused) = in_front(&ledger, &run, checked, job)?;
    let path = ledger.path().to_owned();
    let send_duplicates = job.recipe.send_duplicates;
    let progress = terminal.sending(proposal.to_send, 0);
    ledger.announce(run.number);
    let (journal, receipts) = Journal::start(ledger).map_err(|error| sentence(&path, &error))?;
    let ended = {
        let Checked { verdicts, findings, places, occurrences, operations, valid, .. } = &mut *checked;
        let going =
            Going { findings, places, keyer: occurrences, settled: &settled, operations, send_duplicates, proposal };
        let rows = queue(verdicts.records()?, going);
        let may_repeat = operations.iter().all(Operation::may_repeat);
        // What this run sends again stands in nobody's way but its own.
        let held = held.into_iter().filter(|(_, entry)| !(may_repeat && entry.run == run.number));
        let operations: Vec<&Operation> = operations.iter().collect();
        let plan = Plan {
            operations: &operations,
            servers: &numbers,
            run: &run.spec.name,
            number: run.number,
            concurrency: sending.concurrency,
            nonce: crate::ledger::nonce,
        };
        let order = Order::new(held.map(|(key, _)| key)).behind(behind, refused);
        let breaker = Breaker::new(sending.max_errors, *valid);
        let pace = target.pace(sending);
        drive(
            || Dispatch::new(plan, &target.sender, (|step| journal.hand(step), receipts), rows, order, pace, breaker),
            progress,
            terminal.lang,
        )?
    };
    let ledger = journal.stop().map_err(|error| sentence(&path, &error))?;
    fail::point("ledger-given-back");
    save_what_is_gone(&ledger, &run, terminal);
    if !ended.reopen.is_empty() {
        ledger.reopen_rejected(run.number, Some(&ended.reopen)).map_err(|error| unreadable(&error))?;
    }
    let not_sent = match &ended.stop {
        Some(stop) => Unsent::Stopped { why: stop.message.clone() },
        None => Unsent::Left,
    };
    Ok(Started { stop: ended.stop, not_sent, sent: ended.sent, ..Started::unsent(ledger, run) })
}

/// The rows that go only if others do, each with that one, and which of those are refused. Who sends duplicates sends
/// them all.
fn in_front(ledger: &Ledger, run: &Run, checked: &Checked, job: &Job) -> Result<(HashMap<u32, u32>, Vec<u32>), Error> {
    if job.recipe.send_duplicates {
        return Ok((HashMap::new(), Vec::new()));
    }
    let behind = resets::behind(checked);
    let refused = resets::refused(ledger, run.number, &behind)?;
    Ok((behind, refused))
}

/// The numbers of the servers to which each operation's requests go.
fn note_servers(ledger: &Ledger, job: &Job, checked: &Checked) -> Result<Vec<u32>, crate::ledger::Error> {
    let note = |operation| {
        let server = job.server_of(operation);
        let is_test = job.profile.test || job.tests.contains(&server);
        ledger.note_server(&server, is_test)
    };
    checked.operations.iter().map(note).collect()
}

/// By what it is decided which rows go.
struct Going<'a> {
    findings: &'a Findings,
    places: &'a Places,
    keyer: &'a KeyedHasher,
    settled: &'a Settled,
    operations: &'a [Operation],
    send_duplicates: bool,
    proposal: &'a Proposal,
}

/// A ledger that was removed during the run is written to the disk again, as long as this process knows it.
fn save_what_is_gone(ledger: &Ledger, run: &Run, terminal: Terminal) {
    let lang = terminal.lang;
    match ledger.save_what_is_gone(&run.spec.name) {
        Ok(None) => {}
        Ok(Some(path)) if path == ledger.path() => {
            let path = shown(&path.display().to_string());
            terminal.error(&say!(
                lang,
                "Defterin bütün bildikleri yerine yeniden yazıldı: {path}. Aynı komut kaldığı yerden sürer.",
                "All that the ledger knew was written to its place again: {path}. The same command goes on."
            ));
        }
        Ok(Some(path)) => {
            let (path, own) = (shown(&path.display().to_string()), shown(&ledger.path().display().to_string()));
            terminal.error(&say!(
                lang,
                "Defterin yerinde başka bir dosya var: {own}. Bu çalışmanın defteri {path} dosyasına yazıldı. Onu yerine koyun, sonra aynı komutu yeniden çalıştırın; öteki defter bu satırları bilmez.",
                "Another file stands in the ledger's place: {own}. This run's ledger was written to {path}. Put it in place, then run the same command again; the other ledger does not know these rows."
            ));
        }
        Err(error) => {
            let why = shown(&error.to_string());
            terminal.error(&say!(
                lang,
                "Defterin bildikleri yeniden yazılamadı: {why}. Gönderilen satırlar sonuç dosyasındadır; onu saklayın.",
                "What the ledger knew could not be written again: {why}. The rows that were sent are in the result; keep it."
            ));
        }
    }
}

/// The rows that may go: valid, not repeated, not settled.
fn queue<'a>(
    verdicts: impl Iterator<Item = Result<Verdict, Error>> + 'a,
    going: Going<'a>,
) -> impl Iterator<Item = Result<Queued, Error>> + 'a {
    verdicts.enumerate().filter_map(move |(ordinal, verdict)| {
        let ordinal = ordinal as u32;
        let request = match verdict {
            Ok(Verdict::Valid { request, .. }) => request,
            Ok(Verdict::Before { request: Some(request), .. }) if going.proposal.taken.contains(&ordinal) => request,
            Ok(_) => return None,
            Err(stop) => return Some(Err(stop)),
        };
        let may_repeat = going.operations[request.operation()].may_repeat();
        let Going { findings, settled, .. } = going;
        if settled.contains(ordinal, may_repeat)
            || standing(findings, ordinal, going.send_duplicates) != Standing::MayGo
        {
            return None;
        }
        let nth = match findings.of(ordinal) {
            Some(Finding::Occurrence(nth) | Finding::AfterReset { nth, .. }) => nth,
            _ => going.proposal.numbers.get(&ordinal).copied().unwrap_or_default(),
        };
        let request = request.as_occurrence(going.keyer, nth);
        let (place, doubtful) = (going.places.get(ordinal), settled.is_doubtful(ordinal));
        Some(Ok(Queued { ordinal, place, request, attempts: 0, doubtful, renewed: false, nonce: 0 }))
    })
}

/// Runs the loop on a runtime of one thread, with the signals that end it.
fn drive<'a, H: Fn(Step), R: Iterator<Item = Result<Queued, Error>>>(
    make: impl FnOnce() -> Dispatch<'a, Sender, H, R>,
    mut progress: Progress,
    lang: Lang,
) -> Result<Finished, Error> {
    let runtime = super::runtime()?;
    let signals = listen();
    let ended = runtime.block_on(make().run(signals, |event| match event {
        Event::Settled(word) => settled(&mut progress, word),
        Event::Tick => progress.tick(),
        Event::Holding(time) => {
            let seconds = time.as_secs();
            progress.say(&say!(
                lang,
                "Sunucu {seconds} sn beklemeyi istiyor; bekleniyor.",
                "The server asks to wait {seconds} s; waiting."
            ));
        }
        Event::NotKept(line) => progress.alarm(&line),
    }));
    progress.finish();
    Ok(ended)
}

fn settled(progress: &mut Progress, status: Status) {
    if status != Status::NotSent {
        progress.settled(status);
    }
}

/// Listens for Ctrl-C and SIGTERM on a thread of its own: the first asks the run to end, the second
/// ends the process. Rows in flight are then unknown at the next start.
pub(super) fn listen() -> watch::Receiver<Option<Signal>> {
    static LISTENING: AtomicBool = AtomicBool::new(false);
    static CHANNEL: std::sync::OnceLock<watch::Sender<Option<Signal>>> = std::sync::OnceLock::new();
    let sender = CHANNEL.get_or_init(|| watch::channel(None).0);
    let mut receiver = sender.subscribe();
    if receiver.borrow().is_some() {
        // It came between two files; a receiver takes what was there before it for seen.
        receiver.mark_changed();
    }
    if !LISTENING.swap(true, Ordering::SeqCst) {
        crate::signals::on_each(move |signal, nth| {
            if nth > 1 {
                crate::signals::leave(signal);
            }
            sender.send_replace(Some(signal));
        });
    }
    receiver
}

fn finished_before(run: &Run, lang: Lang) -> String {
    let name = &run.spec.name;
    let when = run.ended_ms.map(crate::report::local_time).unwrap_or_default();
    let done = run.tally.as_ref().map_or(0, |tally| tally.was_done);
    let rows = run.spec.rows;
    let sandbox =
        if run.spec.is_sandbox() { say!(lang, " (deneme sunucusuna)", " (to the sandbox)") } else { String::new() };
    say!(
        lang,
        "Bu dosya {when} tarihinde gönderilmişti{sandbox}: {rows} satırdan {done} tamam (çalışma {name}). Hiçbir şey gönderilmedi; sonuç yeniden yazılıyor. Hepsini yeniden göndermek için --again.",
        "This file was submitted on {when}{sandbox}: {done} of {rows} rows done (run {name}). Nothing was sent; the result is written again. To send all anew, use --again."
    )
}
