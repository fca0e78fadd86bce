//! What the ledger promises, asked of a real file.

mod conformance;
mod file;
mod queries;
mod shared;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::journal::GROUP;
use super::*;
use crate::identity::{Endpoint, Server};
use crate::keyed::Key;
use crate::outcome::{ApiError, Cause, Tally};
use crate::row::Place;
use crate::uptime::Uptime;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("ledger.db")
    }

    fn open(&self) -> Ledger {
        Ledger::open(&self.path()).unwrap()
    }

    /// What another process sees.
    fn look(&self) -> Ledger {
        Ledger::look(&self.path()).unwrap()
    }
}

fn destination() -> Destination {
    Destination {
        operation: "t/make".to_owned(),
        address: "https://things.example".to_owned(),
        endpoint: Some(Endpoint { method: "POST".to_owned(), path: "/things".to_owned() }),
    }
}

fn begin(ledger: &Ledger, name: &str) -> u32 {
    let spec = RunSpec {
        name: name.to_owned(),
        signature: Sha256::digest(name).into(),
        again: 0,
        file: "list.csv".to_owned(),
        sha256: "00".to_owned(),
        destinations: vec![destination()],
        recipe: "{}".to_owned(),
        rows: 10,
        started_ms: 1_000,
        sheets: vec!["Sheet".to_owned()],
    };
    match ledger.begin(spec).unwrap() {
        Begun::New(run) => run.number,
        Begun::Joined(run) => panic!("run {run} is the same"),
    }
}

fn intent(run: u32, ordinal: u32) -> Intent {
    let place = Place { sheet: 0, row: ordinal + 2 };
    Intent {
        grant: grant(run, ordinal),
        place,
        key: key(run, ordinal),
        body: None,
        order: Some(key(run, ordinal.wrapping_add(100))),
        first: (ordinal == 1).then_some(Key([0; 16])),
        server: Some(1),
        at_ms: 5_000 + i64::from(ordinal),
        opened: Uptime { boot: 1, ms: 1_000 },
        may_repeat: false,
        reach: Reach::ALL,
    }
}

/// The key of a row: no two rows have the same.
fn key(run: u32, ordinal: u32) -> Key {
    let mut key = [ordinal as u8; 16];
    key[14] ^= (ordinal >> 8) as u8;
    key[15] ^= (run - 1) as u8;
    Key(key)
}

/// The only attempt of a row.
fn grant(run: u32, ordinal: u32) -> Grant {
    Grant { id: EntryId { run, ordinal }, nonce: 0 }
}

fn left_out(ordinal: u32, of: EntryId) -> LeftOut {
    let place = Place { sheet: 0, row: ordinal + 2 };
    LeftOut { ordinal, place, key: Key([ordinal as u8; 16]), of, doubt: None }
}

fn ended(state: State) -> Settlement {
    let id = (state == State::Done).then(|| json!(1001));
    let error = (state != State::Done).then(|| ApiError { code: Some("E".to_owned()), ..ApiError::default() }.into());
    Settlement { state, http_status: Some(200), id, error }
}

/// The journal of a run, one step at a time.
struct Hand {
    run: u32,
    /// The nonce of the latest attempt.
    nonce: u64,
    journal: Journal,
    held: Held,
    steps: super::Hand,
    receipts: Receipts,
}

impl Hand {
    fn start(ledger: Ledger, run: u32) -> Self {
        let held = ledger.hold(run).unwrap();
        let journal = Journal::start(ledger).unwrap();
        let (hand, receipts) = journal.join(&held);
        Self { run, nonce: 0, journal, held, steps: hand, receipts }
    }

    /// Opens an attempt under a nonce of its own; whether it was granted.
    fn open(&mut self, intent: Intent) -> bool {
        self.nonce += 1;
        let grant = Grant { nonce: self.nonce, ..intent.grant };
        let receipt = self.hand(Step::Open(Intent { grant, ..intent }));
        matches!(receipt, Receipt::Opened(_, Opening::Granted { .. }))
    }

    fn settle(&mut self, ordinal: u32, settlement: Settlement) -> Kept {
        kept(self.hand(Step::Settle(self.grant(ordinal), Box::new(settlement))))
    }

    fn withdraw(&mut self, ordinal: u32) -> Kept {
        kept(self.hand(Step::Withdraw(self.grant(ordinal))))
    }

    /// The attempt that was opened last, if it is that row's.
    fn grant(&self, ordinal: u32) -> Grant {
        Grant { id: EntryId { run: self.run, ordinal }, nonce: self.nonce }
    }

    fn hand(&mut self, step: Step) -> Receipt {
        self.steps.hand(step);
        self.receipts.blocking_recv().unwrap().pop().unwrap()
    }

    fn stop(self) -> Ledger {
        drop(self.held);
        self.journal.stop().unwrap()
    }
}

/// A lease that nobody contests, of a run that is not taken.
struct Uncontested(u32);

impl Lease for Uncontested {
    fn run(&self) -> u32 {
        self.0
    }

    fn is_kept(&self) -> bool {
        true
    }
}

/// Commits a group without a journal.
fn commit(ledger: &Ledger, group: Vec<Step>) -> Vec<Receipt> {
    let held: Vec<Held> = (1..10).map(|run| Held::of(Uncontested(run))).collect();
    ledger.commit(group, &held)
}

fn kept(receipt: Receipt) -> Kept {
    match receipt {
        Receipt::Settled(_, _, kept) | Receipt::Withdrawn(_, kept) => kept,
        Receipt::Opened(..) => panic!("{receipt:?}"),
    }
}

/// Whether a step was granted or kept.
fn is_durable(receipt: &Receipt) -> bool {
    match receipt {
        Receipt::Opened(_, opening) => matches!(opening, Opening::Granted { .. }),
        Receipt::Settled(_, _, kept) | Receipt::Withdrawn(_, kept) => *kept == Kept::Durable,
    }
}

/// Sends rows 0, 1, 2 … that end so, in a run of its own; `Sending` stays open.
fn send(ledger: Ledger, run: u32, states: &[State]) -> Ledger {
    let mut journal = Hand::start(ledger, run);
    for (ordinal, state) in (0..).zip(states) {
        assert!(journal.open(intent(run, ordinal)));
        if *state != State::Sending {
            assert_eq!(journal.settle(ordinal, ended(*state)), Kept::Durable);
        }
    }
    journal.stop()
}

fn states(ledger: &Ledger, run: u32) -> Vec<State> {
    ledger.page(run, 0).unwrap().iter().map(|entry| entry.state).collect()
}

fn close(ledger: &Ledger, run: u32, finished: bool, ended_ms: i64) {
    ledger.close(run, finished, &Tally::of_rows(10), Some("/out.xlsx"), ended_ms).unwrap();
}

#[test]
fn a_row_is_kept_with_all_that_is_known_of_it() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ledger = send(ledger, run, &[State::Done, State::Rejected]);
    let entries = ledger.page(run, 0).unwrap();
    let wanted = Entry {
        id: EntryId { run, ordinal: 0 },
        place: Place { sheet: 0, row: 2 },
        state: State::Done,
        attempts: 1,
        sent_at_ms: Some(5_000),
        settlement: ended(State::Done),
        duplicate_of: None,
        order: Some(Key([100; 16])),
        resolved: None,
        server: Some(1),
        nonce: entries[0].nonce,
        opened: Some(Uptime { boot: 1, ms: 1_000 }),
    };
    assert_eq!(entries[0], wanted);
    assert_eq!(entries[1].settlement, ended(State::Rejected));
    assert_eq!(ledger.page(run, 1).unwrap().len(), 1);
    assert_eq!(ledger.page(run, 2).unwrap(), []);
    let settled = ledger.settled(run, 10).unwrap();
    assert_eq!((settled.count(), settled.contains(1, false), settled.contains(2, false)), (2, true, false));
}

#[test]
fn a_second_attempt_is_opened_for_a_row_that_is_pending_and_for_no_other() {
    let desk = Desk::new();
    let ledger = desk.open();
    let (other, run) = (begin(&ledger, "first"), begin(&ledger, "second"));
    let ends = [State::Done, State::DoneWithoutId, State::Rejected, State::Unknown, State::Sending, State::Pending];
    let ledger = send(ledger, run, &ends);
    ledger.note_left_out(run, &[left_out(6, EntryId { run: other, ordinal: 0 })]).unwrap();
    let mut journal = Hand::start(ledger, run);
    for ordinal in [0, 1, 2, 3, 4, 6] {
        assert!(!journal.open(intent(run, ordinal)), "row {ordinal} was opened again");
    }
    assert!(journal.open(intent(run, 5)));
    let ledger = journal.stop();
    let entries = ledger.page(run, 0).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.attempts).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 2, 0]);
    assert_eq!((entries[5].state, &entries[5].settlement.error), (State::Sending, &None));
    assert_eq!(entries[0].settlement.id, Some(json!(1001)));
}

#[test]
fn an_outcome_is_taken_of_the_attempt_that_is_the_rows_latest_and_of_no_other() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let mut journal = Hand::start(ledger, run);
    assert_eq!(journal.settle(0, ended(State::Done)), Kept::Contradicts(None));
    assert!(journal.open(intent(run, 0)));
    let first = journal.grant(0);
    assert_eq!(journal.settle(0, ended(State::Pending)), Kept::Durable);
    assert!(journal.open(intent(run, 0)));
    let late = Step::Settle(first, Box::new(ended(State::Done)));
    assert_eq!(kept(journal.hand(late)), Kept::Contradicts(Some(State::Sending)));
    assert_eq!(kept(journal.hand(Step::Withdraw(first))), Kept::Contradicts(Some(State::Sending)));
    assert_eq!(journal.settle(0, ended(State::Unknown)), Kept::Durable);
    assert_eq!(journal.withdraw(0), Kept::Contradicts(Some(State::Unknown)), "its request had left");
    // An answer that comes late is what is known of the row; the same once more says nothing new.
    assert_eq!(journal.settle(0, ended(State::Done)), Kept::Durable);
    assert_eq!(journal.settle(0, ended(State::Done)), Kept::Durable);
    assert_eq!(journal.settle(0, ended(State::Rejected)), Kept::Contradicts(Some(State::Done)));
    let ledger = journal.stop();
    assert_eq!(states(&ledger, run), [State::Done]);
    let said = ledger.contradictions(EntryId { run, ordinal: 0 }).unwrap();
    assert_eq!(said.len(), 3, "{said:?}");
}

#[test]
fn a_row_that_was_taken_for_lost_gets_the_outcome_of_its_attempt_or_its_intent_is_taken_back() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let mut journal = Hand::start(ledger, run);
    let grants = [0, 1, 2].map(|ordinal| {
        assert!(journal.open(intent(run, ordinal)));
        journal.grant(ordinal)
    });
    let ledger = journal.stop();
    assert_eq!(ledger.recover(run).unwrap(), 3);
    let mut journal = Hand::start(ledger, run);
    assert_eq!(kept(journal.hand(Step::Settle(grants[0], Box::new(ended(State::Done))))), Kept::Durable);
    assert_eq!(kept(journal.hand(Step::Withdraw(grants[1]))), Kept::Durable);
    assert_eq!(states(&journal.stop(), run), [State::Done, State::Unknown]);
}

#[test]
fn an_intent_that_is_withdrawn_leaves_the_row_as_it_was() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ledger = send(ledger, run, &[State::Pending]);
    let mut journal = Hand::start(ledger, run);
    for ordinal in [0, 1] {
        assert!(journal.open(intent(run, ordinal)));
        assert_eq!(journal.withdraw(ordinal), Kept::Durable);
    }
    let ledger = journal.stop();
    let entries = ledger.page(run, 0).unwrap();
    assert_eq!(entries.iter().map(|e| (e.state, e.attempts)).collect::<Vec<_>>(), [(State::Pending, 1)]);
    assert_eq!(ledger.settled(run, 10).unwrap().count(), 0);
}

/// Each commit waits for the disk, so what comes meanwhile shares the next one.
#[test]
fn what_has_gathered_is_committed_together_and_not_too_much_of_it() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "r1");
    let mut hand = Hand::start(ledger, run);
    let steps = 4 * GROUP;
    for ordinal in 0..steps as u32 {
        hand.steps.hand(Step::Open(intent(run, ordinal)));
    }
    let mut groups = Vec::new();
    while groups.iter().sum::<usize>() < steps {
        groups.push(hand.receipts.blocking_recv().unwrap().len());
    }
    assert!(groups.len() < steps / 4 && groups.iter().all(|group| *group <= GROUP), "{groups:?}");
}

/// What our own checks refuse stands for a fault of ours.
#[test]
#[cfg(debug_assertions)]
fn a_fault_over_one_step_does_not_take_the_answers_of_others_with_it() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "r1");
    let settle = |ordinal, state| Step::Settle(grant(run, ordinal), Box::new(ended(state)));
    let commit = |group| -> Vec<_> { commit(&ledger, group).iter().map(is_durable).collect() };
    assert_eq!(commit(vec![Step::Open(intent(run, 0)), Step::Open(intent(run, 1))]), [true, true]);
    let group = vec![settle(0, State::Done), settle(1, State::Sending), Step::Open(intent(run, 2))];
    assert_eq!(commit(group), [true, false, false]);
    assert_eq!(states(&ledger, run), [State::Done, State::Sending]);
}

#[test]
fn what_was_acknowledged_is_seen_by_another_process_at_once() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let mut journal = Hand::start(ledger, run);
    assert!(journal.open(intent(run, 0)));
    assert_eq!(states(&desk.look(), run), [State::Sending]);
    assert_eq!(journal.settle(0, ended(State::Done)), Kept::Durable);
    assert_eq!(states(&desk.look(), run), [State::Done]);
}

#[test]
fn an_intent_is_never_durable_without_the_outcomes_that_were_handed_over_before_it() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let mut journal = Hand::start(ledger, run);
    let grants = |ordinal| grant(run, ordinal);
    journal.hand(Step::Open(intent(run, 0)));
    for ordinal in 1..200 {
        journal.steps.hand(Step::Settle(grants(ordinal - 1), Box::new(ended(State::Done))));
        journal.steps.hand(Step::Open(intent(run, ordinal)));
        let opened =
            |receipt: &Receipt| matches!(receipt, Receipt::Opened(intent, _) if intent.grant.id.ordinal == ordinal);
        while !journal.receipts.blocking_recv().unwrap().iter().any(opened) {}
        let open = states(&desk.look(), run).into_iter().filter(|state| *state == State::Sending).count();
        assert_eq!(open, 1, "after the intent of row {ordinal}");
    }
}

#[test]
fn an_attempt_that_a_dead_process_left_open_is_unknown_and_holds_its_order() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    drop(send(ledger, run, &[State::Done, State::Sending, State::Pending, State::Sending]));
    let ledger = desk.open();
    assert_eq!(ledger.recovered(), 2);
    assert_eq!(states(&ledger, run), [State::Done, State::Unknown, State::Pending, State::Unknown]);
    let unknown = ledger.unknown(run).unwrap();
    assert_eq!(unknown.iter().map(|entry| entry.id.ordinal).collect::<Vec<_>>(), [1, 3]);
    let code = unknown[0].settlement.error.as_ref().and_then(Cause::code);
    assert_eq!(code.as_deref(), Some("interrupted"));
    assert_eq!(ledger.held_orders().unwrap().len(), 2);
    drop(ledger);
    let ledger = desk.open();
    assert_eq!(ledger.recovered(), 0);

    let other = begin(&ledger, "second");
    drop(send(ledger, other, &[State::Sending]));
    let ledger = desk.open();
    assert_eq!((ledger.recovered(), states(&ledger, other)), (1, vec![State::Unknown]));
}

#[test]
fn a_look_changes_nothing() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    drop(send(ledger, run, &[State::Unknown, State::Sending]));
    let look = desk.look();
    assert_eq!(states(&look, run), [State::Unknown, State::Sending]);
    assert!(
        look.resolve(&[Resolution::new(EntryId { run, ordinal: 0 }, State::Done, None, "")], Uptime::now()).is_err()
    );
    assert!(look.begin(look.run_numbered(run).unwrap().unwrap().spec).is_err());
    assert_eq!(states(&desk.look(), run), [State::Unknown, State::Sending]);
}

#[test]
fn the_runs_of_a_files_bytes_are_found_the_latest_first() {
    let desk = Desk::new();
    let ledger = desk.open();
    let first = begin(&ledger, "one");
    close(&ledger, first, true, 9_000);
    let second = begin(&ledger, "two");
    let found = ledger.runs_of("00").unwrap();
    assert_eq!(
        found.iter().map(|run| (run.number, run.finished)).collect::<Vec<_>>(),
        [(second, false), (first, true)]
    );
    assert_eq!(found[1].ended_ms, Some(9_000));
    assert_eq!(found[0].spec.destinations, [destination()]);
    assert!(ledger.runs_of("01").unwrap().is_empty());
    assert_eq!(ledger.runs().unwrap().iter().map(|run| run.number).collect::<Vec<_>>(), [second, first]);
}

#[test]
fn rows_that_may_have_been_done_are_found_by_any_of_their_keys_before_and_after_their_run_ends() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ends = [State::Done, State::DoneWithoutId, State::Unknown, State::Sending, State::Rejected, State::Pending];
    let ledger = send(ledger, run, &ends);
    let past = |keys: &[u8], but| {
        let keys: Vec<Key> = keys.iter().map(|n| Key([*n; 16])).collect();
        let mut found = Vec::new();
        ledger.past_rows(&keys, but, &mut |past| found.push((past.id.ordinal, past.server))).unwrap();
        found
    };
    let all: Vec<u8> = (0..6).collect();
    let found = [(0, Some(1)), (1, Some(1)), (2, Some(1)), (3, Some(1))];
    for finished in [false, true] {
        close(&ledger, run, finished, 6_000);
        assert_eq!(past(&all, None), found, "{finished}");
        assert_eq!(past(&[2], None), [(2, Some(1))]);
        // The second of equal rows has the key of the first beside its own.
        assert_eq!(past(&[0], None), [(0, Some(1)), (1, Some(1))]);
        assert!(past(&all, Some(run)).is_empty() && past(&[9], None).is_empty() && past(&[], None).is_empty());
    }
    // A row that a person gave back does not count, whatever the list of its run says.
    ledger.resolve(&[Resolution::new(EntryId { run, ordinal: 2 }, State::Pending, None, "{}")], Uptime::now()).unwrap();
    assert!(past(&[2], None).is_empty());
}

#[test]
fn two_names_of_a_server_are_one_by_a_persons_word() {
    let desk = Desk::new();
    let ledger = desk.open();
    let [old, new, third] =
        ["https://old.example/api", "https://new.example/v2", "https://third.example"].map(Server::of);
    assert_eq!(ledger.note_server(&old, false).unwrap(), ledger.note_server(&old, true).unwrap());
    assert!(!ledger.servers().unwrap().are_same(&old, &new));
    assert!(ledger.say_same(&old, &new, 1).unwrap() && !ledger.say_same(&new, &old, 2).unwrap());
    assert!(ledger.say_same(&new, &third, 3).unwrap());
    let servers = ledger.servers().unwrap();
    assert!(servers.are_same(&old, &third) && servers.are_same(&third, &old));
    assert!(!servers.are_same(&old, &Server::of("https://fourth.example")));
    assert_eq!(servers.class(&old).len(), 3);
    assert!(servers.is_rehearsal(&old) && !servers.is_rehearsal(&new) && servers.is_rehearsal(&Server::sandbox()));
}

#[test]
fn a_row_left_out_for_repeating_another_comes_back_when_that_one_proved_not_done() {
    let desk = Desk::new();
    let ledger = desk.open();
    let first = begin(&ledger, "first");
    let ledger = send(ledger, first, &[State::Unknown, State::Unknown, State::Unknown, State::Done]);
    let second = begin(&ledger, "second");
    let ledger = send(ledger, second, &[State::Done, State::Pending]);
    let repeat = |ordinal| left_out(ordinal, EntryId { run: first, ordinal });
    ledger.note_left_out(second, &[repeat(0), repeat(1), repeat(2), repeat(3)]).unwrap();
    let duplicate = State::Duplicate;
    assert_eq!(states(&ledger, second), [State::Done, duplicate, duplicate, duplicate], "what is done stays done");
    close(&ledger, second, true, 9_000);
    assert_eq!(ledger.reopen_duplicates(second).unwrap(), 0);
    let finished = || ledger.run_numbered(second).unwrap().unwrap().finished;
    assert!(finished());
    for ordinal in [1, 2] {
        ledger
            .resolve(&[Resolution::new(EntryId { run: first, ordinal }, State::Pending, None, "{}")], Uptime::now())
            .unwrap();
    }
    assert_eq!(ledger.reopen_duplicates(second).unwrap(), 2);
    // The one that had an attempt keeps its count; of the other nothing is left.
    let entries = ledger.page(second, 0).unwrap();
    let found: Vec<_> = entries.iter().map(|e| (e.id.ordinal, e.state, e.attempts, e.duplicate_of.is_some())).collect();
    assert_eq!(found, [(0, State::Done, 1, false), (1, State::Pending, 1, false), (3, duplicate, 0, true)]);
    assert!(!finished());

    // One alone that comes back is as good a reason to go on.
    let third = begin(&ledger, "third");
    ledger.note_left_out(third, &[repeat(1)]).unwrap();
    close(&ledger, third, true, 9_000);
    assert_eq!(ledger.reopen_duplicates(third).unwrap(), 1);
    assert!(!ledger.run_numbered(third).unwrap().unwrap().finished);
}

#[test]
fn a_run_keeps_the_name_that_its_file_has_now() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    ledger.note_file(run, "renamed.csv").unwrap();
    assert_eq!(ledger.run_numbered(run).unwrap().unwrap().spec.file, "renamed.csv");
}

#[test]
fn a_persons_word_closes_an_unknown_row_and_no_other() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ends = [State::Unknown, State::DoneWithoutId, State::Done, State::Rejected, State::Rejected, State::Unknown];
    let ledger = send(ledger, run, &ends);
    close(&ledger, run, true, 9_000);
    let resolve = |ordinal, state, id: Option<serde_json::Value>| {
        ledger.resolve(&[Resolution::new(EntryId { run, ordinal }, state, id, "why")], Uptime::now())
    };
    for ordinal in [2, 3, 4, 99] {
        assert!(matches!(resolve(ordinal, State::Done, None), Err(Error::Unfit(_))), "row {ordinal}");
    }
    let both = [0, 2].map(|ordinal| Resolution::new(EntryId { run, ordinal }, State::Done, None, "why"));
    assert!(ledger.resolve(&both, Uptime::now()).is_err());
    assert_eq!(states(&ledger, run)[0], State::Unknown, "all or none");
    assert!(resolve(1, State::Pending, None).is_err(), "the server called it done");
    resolve(0, State::Done, Some(json!("A"))).unwrap();
    resolve(1, State::Done, Some(json!(7))).unwrap();
    assert!(ledger.run_numbered(run).unwrap().unwrap().finished);
    resolve(5, State::Pending, None).unwrap();
    assert!(!ledger.run_numbered(run).unwrap().unwrap().finished, "there is something to send again");
    assert!(resolve(0, State::Pending, None).is_err());
    let entry = ledger.entry(EntryId { run, ordinal: 0 }).unwrap().unwrap();
    assert_eq!(
        (entry.state, entry.settlement.id, entry.resolved.as_deref()),
        (State::Done, Some(json!("A")), Some("why"))
    );
    assert_eq!((entry.settlement.error, ledger.held_orders().unwrap().len()), (None, 0));
}

#[test]
fn refused_rows_are_given_back_as_asked() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ledger = send(ledger, run, &[State::Rejected, State::Rejected, State::Done, State::Rejected]);
    assert_eq!(ledger.reopen_rejected(run, Some(&[1, 2])).unwrap(), 1);
    assert_eq!(states(&ledger, run), [State::Rejected, State::Pending, State::Done, State::Rejected]);
    assert_eq!(ledger.reopen_rejected(run, None).unwrap(), 2);
    assert_eq!(states(&ledger, run), [State::Pending, State::Pending, State::Done, State::Pending]);
}

#[test]
fn a_persons_word_is_not_about_an_attempt_that_came_after_it() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let again = || Intent { may_repeat: true, ..intent(run, 0) };
    let ledger = send(ledger, run, &[State::Unknown]);
    ledger
        .resolve(&[Resolution::new(EntryId { run, ordinal: 0 }, State::Pending, None, "not done")], Uptime::now())
        .unwrap();
    let mut journal = Hand::start(ledger, run);
    assert!(journal.open(again()));
    assert_eq!(journal.withdraw(0), Kept::Durable);
    let ledger = journal.stop();
    assert_eq!(states(&ledger, run), [State::Pending], "the word holds while nothing left");
    let mut journal = Hand::start(ledger, run);
    assert!(journal.open(again()));
    assert_eq!(journal.settle(0, ended(State::Unknown)), Kept::Durable);
    assert!(journal.open(again()));
    assert_eq!(journal.withdraw(0), Kept::Durable);
    let ledger = journal.stop();
    assert_eq!(states(&ledger, run), [State::Unknown]);
    assert_eq!(ledger.entry(EntryId { run, ordinal: 0 }).unwrap().unwrap().resolved, None);
}

#[test]
fn of_a_row_whose_process_died_nobody_says_that_it_was_not_done_before_nothing_can_arrive_any_more() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    ledger.note_timeout(run, std::time::Duration::from_secs(20)).unwrap();
    let mut hand = Hand::start(ledger, run);
    assert!(hand.open(intent(run, 0)));
    drop(hand.stop());
    let ledger = desk.open();
    let entry = ledger.entry(EntryId { run, ordinal: 0 }).unwrap().unwrap();
    assert_eq!((entry.state, entry.opened), (State::Unknown, Some(Uptime { boot: 1, ms: 1_000 })));
    let at = |boot, seconds: i64| Uptime { boot, ms: 1_000 + seconds * 1_000 };
    // It may leave for 5 s, take 20 s, lie in the network for 30 s, and 25 s are for what nobody knows.
    let left = |now| ledger.unripe_for(&entry, now).unwrap().map(|left| left.as_secs());
    assert_eq!([left(at(1, 0)), left(at(1, 79)), left(at(1, 80)), left(at(2, 0))], [Some(80), Some(1), None, None]);
    let not_done = Resolution::of(&entry, State::Pending, None, "{}");
    assert!(matches!(ledger.resolve(std::slice::from_ref(&not_done), at(1, 79)), Err(Error::Unripe(_))));
    assert_eq!(states(&ledger, run), [State::Unknown]);
    ledger.resolve(&[not_done], at(1, 80)).unwrap();
    assert_eq!(states(&ledger, run), [State::Pending]);
}

#[test]
fn what_is_said_of_a_row_is_said_of_the_attempt_that_was_looked_at() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ledger = send(ledger, run, &[State::Unknown]);
    let seen = ledger.entry(EntryId { run, ordinal: 0 }).unwrap().unwrap();
    let now = Uptime { boot: 2, ms: 0 };
    let other = Entry { nonce: Some(77), ..seen.clone() };
    for (entry, state) in [(&other, State::Done), (&other, State::Pending)] {
        let said = Resolution::of(entry, state, None, "{}");
        assert!(matches!(ledger.resolve(&[said], now), Err(Error::Changed)), "{state:?}");
    }
    let earlier = Entry { attempts: seen.attempts + 1, ..seen.clone() };
    let said = Resolution::of(&earlier, State::Done, None, "{}");
    assert!(matches!(ledger.resolve(&[said], now), Err(Error::Changed)));
    ledger.resolve(&[Resolution::of(&seen, State::Done, None, "{}")], now).unwrap();
}
