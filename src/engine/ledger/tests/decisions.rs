//! What people decide, and what comes back.

use serde_json::json;

use super::{Desk, Hand, begin, close, ended, intent, left_out, send, states};
use crate::ledger::{Entry, EntryId, Error, Intent, Kept, Resolution, State};
use crate::uptime::Uptime;

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
