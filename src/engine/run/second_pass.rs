//! Sending: which run this is, what of it is left, and the loop that sends it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::closing::sentence;
use super::event::{Caller, Stage};
use super::first_pass::CheckedFile;
use super::past::Repeat;
use super::propose::Proposal;
use super::resets;
use super::same_run::{self, absolute};
use super::target::Target;
use super::zone::goes_on_alike;
use crate::account::{Places, Standing, standing, unreadable};
use crate::contract::Operation;
use crate::doubt::Doubt;
use crate::error::Error;
use crate::fail;
use crate::job::{Duplicates, Job, Recipe, Sending};
use crate::keyed::KeyedHasher;
use crate::ledger::{Held, Journal, Ledger, LeftOut, Run, Servers, Settled, Step};
use crate::notice::Notice;
use crate::outcome::{Status, Unsent};
use crate::submit::breaker::Breaker;
use crate::submit::client::Sender;
use crate::submit::dispatch::{Dispatch, Plan};
use crate::submit::event::{Event, Finished, now_ms};
use crate::submit::order::Order;
use crate::submit::queued::Queued;
use crate::uptime::Uptime;
use crate::validate::Verdict;
use crate::validate::across::{Finding, Findings, MENDED_WINDOW};

/// What sending a run came to, as far as it went.
pub struct Sent {
    pub ledger: Ledger,
    /// Why it ended before all rows were settled.
    pub stop: Option<Error>,
    /// What to say of rows that were not sent.
    pub rest: Unsent,
    /// Rows that left now.
    pub rows: u64,
}

impl Sent {
    /// Nothing left.
    pub fn nothing(ledger: Ledger, rest: Unsent) -> Self {
        Self { ledger, stop: None, rest, rows: 0 }
    }
}

/// The run of this file as it goes on, or is finished. None where a new one begins: a run that `--again` began is gone
/// on with like any other; only where there is none to go on with, one begins.
pub fn going_on(
    ledger: &Ledger,
    mut run: Run,
    checked: &CheckedFile,
    job: &Job,
    sending: &Sending,
) -> Result<Option<Run>, Error> {
    if sending.again && (run.finished || run.purged_ms.is_some() || !Recipe::of(&run)?.again) {
        return Ok(None);
    }
    if let Some(forgotten) = super::forgotten(&run, &job.clock) {
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

/// Where rows go, and which.
#[derive(Clone, Copy)]
pub struct Way<'a> {
    pub job: &'a Job,
    pub sending: &'a Sending,
    pub servers: &'a Servers,
    pub proposal: &'a Proposal,
    pub target: &'a Target,
    /// The run's lock.
    pub held: &'a Held,
}

/// The longest time in which a row of a file counts as sent.
fn longest_window(operations: &[Operation]) -> Duration {
    let rules = operations.iter().flat_map(|operation| &operation.unique).map(|rule| rule.window);
    rules.fold(MENDED_WINDOW, Duration::max)
}

/// Writes down which rows are not to go because another run sent them: before a run begins, and each time it goes on,
/// for another file may have sent them since.
pub fn leave_out(
    ledger: &Ledger,
    run: &Run,
    checked: &CheckedFile,
    proposal: &Proposal,
) -> Result<(), crate::ledger::Error> {
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

/// Sends what is left of a run.
///
/// # Errors
/// The ledger cannot be used, or the rows cannot be read. What stops the run on its way is told in [`Sent`].
pub fn send(checked: &mut CheckedFile, ledger: Ledger, run: &Run, way: Way, caller: Caller) -> Result<Sent, Error> {
    let Way { job, sending, servers, proposal, target, held: held_run } = way;
    let numbers = note_servers(&ledger, job, checked).map_err(|error| unreadable(&error))?;
    let settled = ledger.settled(run.number, run.spec.rows).map_err(|error| unreadable(&error))?;
    let held = super::held(&ledger, servers, checked)?;
    let (behind, refused) = in_front(&ledger, run, checked, job)?;
    let (path, sharer) = (ledger.path().to_owned(), ledger.sharer(run.number));
    let send_duplicates = job.recipe.send_duplicates;
    ledger.note_timeout(run.number, sending.timeout).map_err(|error| unreadable(&error))?;
    ledger.note_window(run.number, longest_window(&checked.operations)).map_err(|error| unreadable(&error))?;
    let journal = Journal::start(ledger).map_err(|error| sentence(&path, &error, &job.clock))?;
    let (hand, receipts) = journal.join(held_run);
    let ended = {
        let CheckedFile { verdicts, findings, places, occurrences, operations, valid, .. } = &mut *checked;
        let counts_done = counts_done(sending, Some(run))?;
        let going = Going {
            findings,
            places,
            keyer: occurrences,
            settled: &settled,
            operations,
            send_duplicates,
            counts_done,
            now_ms: now_ms(),
            proposal,
        };
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
            uptime: Uptime::now,
        };
        let order = Order::new(held.map(|(key, _)| key)).behind(behind, refused);
        let breaker = Breaker::new(sending.max_errors, *valid);
        let pace = target.pace(sending, Some(&sharer));
        drive(
            || Dispatch::new(plan, &target.sender, (|step| hand.hand(step), receipts), rows, order, pace, breaker),
            proposal.to_send,
            caller,
        )?
    };
    let ledger = journal.stop().map_err(|error| sentence(&path, &error, &job.clock))?;
    fail::point("ledger-given-back");
    save_what_is_gone(&ledger, run, caller);
    if !ended.reopen.is_empty() {
        ledger.reopen_rejected(run.number, Some(&ended.reopen)).map_err(|error| unreadable(&error))?;
    }
    let rest = match &ended.stop {
        Some(stop) => Unsent::Stopped { why: stop.message.clone() },
        None => Unsent::Left,
    };
    Ok(Sent { ledger, stop: ended.stop, rest, rows: ended.sent })
}

/// Takes each row that goes by a proposal, in the file's order, if what is agreed to of its question is.
///
/// # Errors
/// The ledger or the rows cannot be read.
pub fn each_going(
    checked: &mut CheckedFile,
    (ledger, run): (&Ledger, Option<&Run>),
    (job, sending): (&Job, &Sending),
    (proposal, agreed): (&Proposal, &[Doubt]),
    mut take: impl FnMut(&Queued),
) -> Result<(), Error> {
    let settled = match run {
        Some(run) => ledger.settled(run.number, run.spec.rows).map_err(|error| unreadable(&error))?,
        None => Settled::of(0),
    };
    let counts_done = counts_done(sending, run)?;
    let stays: HashSet<u32> = proposal.staying(agreed).collect();
    let CheckedFile { verdicts, findings, places, occurrences, operations, .. } = checked;
    let going = Going {
        findings,
        places,
        keyer: occurrences,
        settled: &settled,
        operations,
        send_duplicates: job.recipe.send_duplicates,
        counts_done,
        now_ms: now_ms(),
        proposal,
    };
    for row in queue(verdicts.records()?, going) {
        let row = row?;
        if !stays.contains(&row.ordinal) {
            take(&row);
        }
    }
    Ok(())
}

/// Whether rows that were done count against equal ones.
fn counts_done(sending: &Sending, run: Option<&Run>) -> Result<bool, Error> {
    let again = run.map_or(Ok(sending.again), |run| Recipe::of(run).map(|recipe| recipe.again))?;
    Ok(sending.duplicates == Duplicates::Skip && !again)
}

/// The rows that go only if others do, each with that one, and which of those are refused. Who sends duplicates sends
/// them all.
fn in_front(
    ledger: &Ledger,
    run: &Run,
    checked: &CheckedFile,
    job: &Job,
) -> Result<(HashMap<u32, u32>, Vec<u32>), Error> {
    if job.recipe.send_duplicates {
        return Ok((HashMap::new(), Vec::new()));
    }
    let behind = resets::behind(checked);
    let refused = resets::refused(ledger, run.number, &behind)?;
    Ok((behind, refused))
}

/// The numbers of the servers to which each operation's requests go.
fn note_servers(ledger: &Ledger, job: &Job, checked: &CheckedFile) -> Result<Vec<u32>, crate::ledger::Error> {
    let note = |operation| {
        let server = job.server_of(operation);
        let is_test = job.servers.is_test || job.servers.tests.contains(&server);
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
    /// Rows that were done count against equal ones.
    counts_done: bool,
    now_ms: i64,
    proposal: &'a Proposal,
}

/// A ledger that was removed during the run is written to the disk again, as long as this process knows it.
fn save_what_is_gone(ledger: &Ledger, run: &Run, caller: Caller) {
    match ledger.save_what_is_gone(&run.spec.name) {
        Ok(None) => {}
        Ok(Some(path)) if path == ledger.path() => caller.note(Notice::LedgerWritten { path }),
        Ok(Some(path)) => caller.note(Notice::LedgerMoved { path, own: ledger.path().to_owned() }),
        Err(error) => caller.note(Notice::LedgerLost { why: error.to_string() }),
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
        let base = request.key();
        let nth = match findings.of(ordinal) {
            Some(Finding::Occurrence(nth) | Finding::AfterReset { nth, .. }) => nth,
            _ => going.proposal.numbers.get(&ordinal).copied().unwrap_or_default(),
        };
        let request = request.as_occurrence(going.keyer, nth);
        let (place, doubtful) = (going.places.get(ordinal), settled.is_doubtful(ordinal));
        let window = findings.window_of(ordinal, [request.key(), base]);
        let reach = Box::new(window.reach(going.counts_done, going.now_ms));
        Some(Ok(Queued {
            ordinal,
            place,
            request,
            attempts: 0,
            doubtful,
            renewed: false,
            nonce: 0,
            opened: tokio::time::Instant::now(),
            reach,
        }))
    })
}

/// Runs the loop on a runtime of one thread.
fn drive<'a, H: Fn(Step), R: Iterator<Item = Result<Queued, Error>>>(
    make: impl FnOnce() -> Dispatch<'a, Sender, H, R>,
    rows: u64,
    caller: Caller,
) -> Result<Finished, Error> {
    let runtime = super::runtime()?;
    caller.tell(super::Event::Began(Stage::Sending { rows }));
    let ended = runtime.block_on(make().run(caller.control.listen(), |event| match event {
        Event::Settled(Status::NotSent) | Event::Tick => {}
        Event::Settled(status) => caller.tell(super::Event::Settled { status, rows: 1 }),
        Event::Holding(time) => caller.tell(super::Event::Holding(time)),
        Event::NotKept(line) => caller.tell(super::Event::NotKept(line)),
    }));
    caller.tell(super::Event::Ended);
    Ok(ended)
}

/// Of a file that was sent before.
pub fn sent_before(run: &Run, clock: &TimeZone) -> Notice {
    Notice::SentBefore {
        run: run.spec.name.clone(),
        ended: run.ended_ms.map(|ms| crate::report::local_time(ms, clock)).unwrap_or_default(),
        rows: run.spec.rows,
        done: run.tally.as_ref().map_or(0, |tally| tally.was_done),
        sandbox: run.spec.is_sandbox(),
    }
}
