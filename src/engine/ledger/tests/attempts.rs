//! One row and its attempts.

use serde_json::json;

use super::{Desk, Hand, begin, ended, intent, kept, left_out, send, states};
use crate::keyed::Key;
use crate::ledger::{Entry, EntryId, Kept, State, Step};
use crate::outcome::Cause;
use crate::row::Place;
use crate::uptime::Uptime;

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
