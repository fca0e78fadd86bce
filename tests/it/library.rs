//! The engine as a program embeds it, without a terminal: whatever its caller does, no row goes twice and no answer is
//! lost.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use caseload_engine::ending::Ending;
use caseload_engine::error::{Error, ErrorKind};
use caseload_engine::job::{Access, Job, Output, Recipe, Sending, ServerChoice};
use caseload_engine::outcome::Status;
use caseload_engine::run::{self, Aim, Answer, Caller, Event, Proposed, RunHandle, Stage};
use caseload_engine::submit::control::{Control, Signal};
use secrecy::SecretString;

use crate::support::witness::{Witness, count};
use crate::support::workdir::Workdir;

/// A program that embeds the engine: a list of cases, and a server.
struct Embedder {
    dir: Workdir,
    witness: Witness,
    rows: u32,
}

impl Embedder {
    fn new(rows: u32, latency_ms: u64) -> Self {
        let dir = Workdir::new();
        dir.write_cases("list.csv", rows);
        Self { dir, witness: Witness::slow(latency_ms, ""), rows }
    }

    fn job(&self) -> Job {
        let recipe = Recipe { to: Some("hugin/create-case".to_owned()), ..Recipe::default() };
        let secret = |name: &str| (name.to_owned(), SecretString::from("s3cret"));
        let secrets: BTreeMap<_, _> = [secret("token"), secret("touchpoint")].into();
        Job {
            servers: ServerChoice { base_url: Some(self.witness.sandbox.base_url()), ..ServerChoice::default() },
            access: Access { secrets: Arc::new(secrets), ..Access::default() },
            output: Output::File(self.dir.path("out.jsonl")),
            ..Job::of(recipe, self.dir.path("")).unwrap()
        }
    }

    fn proposed(&self, control: &Control) -> Result<Proposed, Error> {
        self.proposed_by(self.job(), control, &|_| ())
    }

    fn proposed_by(&self, job: Job, control: &Control, observer: &dyn Fn(Event)) -> Result<Proposed, Error> {
        let observer = |event| observer(event);
        let caller = Caller { observer: &observer, control };
        let ledger = run::open_ledger(&self.dir.path("ledger.db"), None, &job.clock, &observer)?;
        let list = self.dir.path("list.csv");
        run::check(&list, Arc::new(job), Aim::Send, Some(ledger), caller)?.propose(Sending::default(), &observer)
    }

    fn started(&self) -> RunHandle {
        self.proposed(&Control::default()).unwrap().start(Answer::Send).unwrap()
    }

    /// Goes on to the end; then every row is done, and no row was carried out twice.
    #[track_caller]
    fn goes_on_to_the_end(&self) {
        let end = self.started().join().unwrap();
        assert!(end.ending == Ending::AllDone && end.tally.balances(), "{end:?}");
        let details: Vec<String> = (0..self.rows).map(|n| format!("case {n}")).collect();
        let rows = self.dir.rows("out.jsonl");
        self.witness.agrees_with(&rows, &details);
        let requests = self.witness.sandbox.requests();
        assert_eq!((count(&rows, "done"), requests), (self.rows as usize, u64::from(self.rows)));
    }
}

#[test]
fn a_run_is_watched_from_its_first_event_to_its_last() {
    let embedder = Embedder::new(30, 0);
    let handle = embedder.started();
    let events: Vec<Event> = handle.events().collect();
    assert_eq!(events.first(), Some(&Event::Began(Stage::Sending { rows: 30 })));
    assert_eq!(events.last(), Some(&Event::Ended));
    let settled = |event: &Event| match event {
        Event::Settled { status: Status::Done, rows } => *rows,
        _ => 0,
    };
    assert_eq!(events.iter().map(settled).sum::<u64>(), 30);
    // Who asks once more hears what comes from then on: nothing.
    assert_eq!(handle.events().next(), None);
    let end = handle.join().unwrap();
    assert_eq!((end.sent, end.tally.count(Status::Done), end.done_before), (30, 30, 0));
    let again = embedder.proposed(&Control::default()).unwrap();
    assert!(again.is_sent_already() && again.rows() == 0 && again.addresses().unwrap().is_empty());
    let end = again.start(Answer::Send).unwrap().join().unwrap();
    assert_eq!(
        (end.ending, end.sent, end.done_before, embedder.witness.sandbox.requests()),
        (Ending::AllDone, 0, 30, 30)
    );
}

#[test]
fn a_check_that_is_cancelled_ends_with_a_typed_error_and_leaves_nothing_behind() {
    let embedder = Embedder::new(200, 0);
    for (signal, kind) in [(Signal::Interrupt, ErrorKind::Interrupted), (Signal::Terminate, ErrorKind::Terminated)] {
        let control = Control::default();
        let cancels = |event: Event| {
            if event == Event::Began(Stage::Reading) {
                control.cancel(signal);
            }
        };
        let error = embedder.proposed_by(embedder.job(), &control, &cancels).err().unwrap();
        assert_eq!(error.kind, kind, "{error}");
    }
    assert_eq!(embedder.witness.sandbox.requests(), 0);
    embedder.goes_on_to_the_end();
}

#[test]
fn a_run_that_is_cancelled_while_the_question_stands_sends_nothing() {
    let embedder = Embedder::new(5, 0);
    let control = Control::default();
    let proposed = embedder.proposed(&control).unwrap();
    assert_eq!(proposed.rows(), 5);
    control.cancel(Signal::Interrupt);
    let error = proposed.start(Answer::Send).err().unwrap();
    assert_eq!((error.kind, embedder.witness.sandbox.requests()), (ErrorKind::Interrupted, 0));
    embedder.goes_on_to_the_end();
}

#[test]
fn rows_in_flight_are_settled_when_a_run_is_cancelled() {
    let embedder = Embedder::new(60, 60);
    let handle = embedder.started();
    embedder.witness.wait_for(12);
    handle.cancel();
    let end = handle.join().unwrap();
    assert!(end.ending == Ending::Stopped(ErrorKind::Interrupted) && end.tally.balances(), "{end:?}");
    let (done, requests) = (end.tally.count(Status::Done), embedder.witness.sandbox.requests());
    assert!(done == requests && (12..50).contains(&done), "{done} done, {requests} requests");
    assert_eq!(done + end.tally.count(Status::NotSent), 60);
    embedder.goes_on_to_the_end();
}

#[test]
fn a_handle_that_is_dropped_ends_its_run_and_loses_no_answer() {
    let embedder = Embedder::new(60, 60);
    let handle = embedder.started();
    let events = handle.events();
    embedder.witness.wait_for(12);
    drop(handle);
    let (requests, begun) = (embedder.witness.sandbox.requests(), Instant::now());
    // The watcher hears the end, and no row leaves after the drop.
    assert!(events.count() > 0 && begun.elapsed() < Duration::from_secs(5));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(embedder.witness.sandbox.requests(), requests);
    let rows = embedder.dir.rows("out.jsonl");
    assert_eq!(count(&rows, "done") as u64, requests);
    assert!((12..50).contains(&requests), "{requests}");
    embedder.goes_on_to_the_end();
}

#[test]
fn a_run_that_pauses_begins_no_request_and_goes_on_when_it_is_told() {
    let embedder = Embedder::new(60, 30);
    let handle = embedder.started();
    embedder.witness.wait_for(12);
    handle.pause();
    std::thread::sleep(Duration::from_millis(400));
    let paused = embedder.witness.sandbox.requests();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(embedder.witness.sandbox.requests(), paused);
    assert!(paused < 50 && !handle.is_over(), "{paused}");
    handle.resume();
    assert_eq!(handle.join().unwrap().ending, Ending::AllDone);
    // A pause does not keep a caller from ending the run.
    let other = Embedder::new(60, 30);
    let handle = other.started();
    other.witness.wait_for(12);
    handle.pause();
    handle.cancel();
    assert_eq!(handle.join().unwrap().ending, Ending::Stopped(ErrorKind::Interrupted));
    other.goes_on_to_the_end();
}

#[test]
fn a_watcher_that_blocks_is_slow_or_panics_neither_ends_a_run_nor_holds_it_up() {
    let embedder = Embedder::new(60, 5);
    let handle = embedder.started();
    let (blocks, mut slow, mut panics) = (handle.events(), handle.events(), handle.events());
    let slow = std::thread::spawn(move || {
        while slow.next().is_some() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let panics = std::thread::spawn(move || {
        let event = panics.next();
        panic!("a watcher that cannot bear {event:?}");
    });
    let begun = Instant::now();
    let end = handle.join().unwrap();
    assert_eq!((end.ending, end.tally.count(Status::Done)), (Ending::AllDone, 60));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(panics.join().is_err());
    slow.join().unwrap();
    let settled = |event| if let Event::Settled { rows, .. } = event { rows } else { 0 };
    assert_eq!(blocks.map(settled).sum::<u64>(), 60, "who reads late still hears of every row");
    embedder.goes_on_to_the_end();
}

#[test]
fn an_observer_that_panics_while_a_file_is_checked_ends_the_check_alone() {
    let embedder = Embedder::new(200, 0);
    let bad = |event: Event| assert!(!matches!(event, Event::Read { .. }), "an observer that fails");
    let check = || embedder.proposed_by(embedder.job(), &Control::default(), &bad);
    assert!(catch_unwind(AssertUnwindSafe(check)).is_err());
    assert_eq!(embedder.witness.sandbox.requests(), 0);
    embedder.goes_on_to_the_end();
}

#[test]
fn what_stops_a_whole_file_is_answered_by_a_word_alone() {
    let embedder = Embedder::new(4, 0);
    embedder.goes_on_to_the_end();
    let other_flags = || {
        let mut job = embedder.job();
        job.recipe.sets.push(("detail".to_owned(), "another text".to_owned()));
        embedder.proposed_by(job, &Control::default(), &|_| ()).unwrap()
    };
    for answer in [Answer::Unanswered, Answer::Skip] {
        let proposed = other_flags();
        assert!(proposed.in_question().unwrap().stops_all(), "{:?}", proposed.in_question());
        assert_eq!(proposed.unsent().ending, Ending::Stopped(ErrorKind::CannotStart));
        let error = proposed.start(answer).err().unwrap();
        assert_eq!((error.kind, embedder.witness.sandbox.requests()), (ErrorKind::CannotStart, 4), "{error}");
    }
    let end = other_flags().start(Answer::Send).unwrap().join().unwrap();
    assert_eq!((end.ending, embedder.witness.sandbox.requests()), (Ending::AllDone, 8));
}

#[test]
fn a_file_that_was_only_looked_at_is_not_sent() {
    let embedder = Embedder::new(3, 0);
    let control = Control::default();
    let caller = Caller { observer: &|_| (), control: &control };
    let job = Arc::new(embedder.job());
    let checked = run::check(&embedder.dir.path("list.csv"), job, Aim::Check, None, caller).unwrap();
    assert_eq!((checked.rows(), checked.valid(), checked.invalid()), (3, 3, 0));
    let error = checked.propose(Sending::default(), &|_| ()).err().unwrap();
    assert_eq!((error.kind, embedder.witness.sandbox.requests()), (ErrorKind::CannotStart, 0));
}
