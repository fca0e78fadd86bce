//! One row and its attempts.

use serde_json::json;

use super::office::{Clerk, NOW_MS, OPENED, Office, assert_granted, ended, kept, key, opening_of};
use super::scenes;
use crate::ledger::{Entry, Grant, Intent, Kept, Opening, Settlement, State, Step};
use crate::outcome::{ApiError, Cause, Failure, Reason};
use crate::row::Place;

scenes![
    a_row_has_one_attempt_at_a_time_and_none_after_its_end,
    an_intent_is_granted_under_the_lease_of_its_run_alone,
    an_outcome_needs_no_lease,
    an_outcome_is_that_of_the_attempt_that_it_names,
    the_same_outcome_may_be_told_twice,
    an_answer_that_comes_late_is_taken,
    that_nothing_is_known_takes_nothing_back,
    an_intent_is_taken_back_by_its_name,
    a_request_that_left_is_not_taken_back,
    what_may_be_repeated_stays_in_doubt,
    a_group_is_carried_out_in_its_order,
    all_that_was_told_of_a_row_is_kept,
    what_was_acknowledged_is_seen_by_others_at_once,
];

fn a_row_has_one_attempt_at_a_time_and_none_after_its_end(office: &Office) {
    let mut one = office.run("one");
    let ends = [State::Done, State::DoneWithoutId, State::Rejected, State::Unknown, State::Pending];
    for (ordinal, end) in (0..).zip(ends) {
        let first = one.row(ordinal);
        assert_eq!(one.open(first), Opening::Granted { attempt: 1 });
        let again = one.row(ordinal);
        assert_eq!(one.open(again), Opening::Stale(State::Sending));
        assert_eq!(one.settle(first, end), Kept::Durable);
        let wanted = if end == State::Pending { Opening::Granted { attempt: 2 } } else { Opening::Stale(end) };
        assert_eq!(one.open(again), wanted);
    }
    let settled = one.ledger.settled(one.run, 10).unwrap();
    assert!((0..5).all(|ordinal| settled.contains(ordinal, false)) && !settled.contains(5, false));
    assert_eq!(settled.count(), 5);
}

fn an_intent_is_granted_under_the_lease_of_its_run_alone(office: &Office) {
    let (mut one, other) = (office.run("one"), office.run("other"));
    let row = one.row(0);
    for held in [&[][..], std::slice::from_ref(&other.held)] {
        let opening = opening_of(one.ledger.commit(vec![Step::Open(row)], held), row.grant);
        assert!(matches!(opening, Opening::Failed(_)), "{opening:?}");
    }
    assert_eq!(one.state(0), None);
    // One connection may write for several runs: their leases go with the group.
    let (run, server) = (one.run, one.server);
    let both = [one.held, other.held];
    let opening = opening_of(other.ledger.commit(vec![Step::Open(row)], &both), row.grant);
    assert_granted(&opening);
    assert_eq!((both[0].run(), both[0].is_kept(), server), (run, true, row.server.unwrap()));
}

fn an_outcome_needs_no_lease(office: &Office) {
    let mut one = office.run("one");
    let rows = [one.row(0), one.row(1)];
    for row in rows {
        assert_granted(&one.open(row));
    }
    let Clerk { held, ledger, .. } = one;
    drop(held);
    let late = office.open();
    let outcome = Step::Settle(rows[0].grant, Box::new(ended(State::Done)));
    assert_eq!(kept(late.commit(vec![outcome], &[])), Kept::Durable);
    assert_eq!(kept(late.commit(vec![Step::Withdraw(rows[1].grant)], &[])), Kept::Durable);
    assert_eq!(ledger.entry(rows[0].grant.id).unwrap().map(|entry| entry.state), Some(State::Done));
    assert_eq!(ledger.entry(rows[1].grant.id).unwrap(), None);
}

fn an_outcome_is_that_of_the_attempt_that_it_names(office: &Office) {
    let mut one = office.run("one");
    let first = one.row(0);
    one.send(first, State::Pending);
    let second = one.row(0);
    assert_granted(&one.open(second));
    assert_eq!(one.settle(first, State::Done), Kept::Contradicts(Some(State::Sending)));
    assert_eq!(one.state(0), Some(State::Sending));
    assert_eq!(one.settle(second, State::Rejected), Kept::Durable);
    assert_eq!(one.settle(second, State::Unknown), Kept::Contradicts(Some(State::Rejected)));
    assert_eq!(one.state(0), Some(State::Rejected));
    let never = Grant { nonce: 7, id: one.id(9) };
    let step = Step::Settle(never, Box::new(ended(State::Done)));
    assert_eq!(kept(one.commit(vec![step])), Kept::Contradicts(None));
    // What does not fit is kept beside the row.
    assert_eq!(one.ledger.contradictions(one.id(0)).unwrap().len(), 2);
    assert_eq!(one.ledger.contradictions(one.id(9)).unwrap().len(), 1);
    assert_eq!(one.state(9), None);
}

fn the_same_outcome_may_be_told_twice(office: &Office) {
    let mut one = office.run("one");
    for (ordinal, state) in (0..).zip([State::Done, State::Rejected, State::Unknown]) {
        let row = one.row(ordinal);
        one.send(row, state);
        assert_eq!(one.settle(row, state), Kept::Durable);
        assert!(one.ledger.contradictions(one.id(ordinal)).unwrap().is_empty());
    }
}

fn an_answer_that_comes_late_is_taken(office: &Office) {
    let mut one = office.run("one");
    for (ordinal, end) in (0..).zip([State::Done, State::Rejected, State::Pending]) {
        let row = one.row(ordinal);
        one.send(row, State::Unknown);
        assert_eq!(one.settle(row, end), Kept::Durable);
        assert_eq!(one.state(ordinal), Some(end));
    }
    assert_eq!(one.ledger.entry(one.id(0)).unwrap().unwrap().settlement, ended(State::Done));
}

fn that_nothing_is_known_takes_nothing_back(office: &Office) {
    let mut one = office.run("one");
    for (ordinal, end) in (0..).zip([State::Done, State::DoneWithoutId, State::Rejected, State::Pending]) {
        let row = one.row(ordinal);
        one.send(row, end);
        assert_eq!(one.settle(row, State::Unknown), Kept::Contradicts(Some(end)));
        assert_eq!(one.state(ordinal), Some(end));
    }
}

fn an_intent_is_taken_back_by_its_name(office: &Office) {
    let mut one = office.run("one");
    let first = one.row(0);
    assert_granted(&one.open(first));
    assert_eq!(one.withdraw(first), Kept::Durable);
    assert_eq!(one.state(0), None, "as if it had not been opened");
    assert_eq!(one.withdraw(first), Kept::Durable, "once more changes nothing");
    let second = one.row(0);
    one.send(second, State::Pending);
    let third = one.row(0);
    assert_eq!(one.open(third), Opening::Granted { attempt: 2 });
    assert_eq!(one.withdraw(second), Kept::Contradicts(Some(State::Sending)));
    assert_eq!(one.withdraw(third), Kept::Durable);
    assert_eq!(one.withdraw(third), Kept::Durable);
    let entry = one.ledger.entry(one.id(0)).unwrap().unwrap();
    assert_eq!((entry.state, entry.attempts), (State::Pending, 1));
}

fn a_request_that_left_is_not_taken_back(office: &Office) {
    let mut one = office.run("one");
    for (ordinal, end) in (0..).zip([State::Done, State::Rejected, State::Unknown]) {
        let row = one.row(ordinal);
        one.send(row, end);
        assert_eq!(one.withdraw(row), Kept::Contradicts(Some(end)));
        assert_eq!(one.state(ordinal), Some(end));
    }
}

fn what_may_be_repeated_stays_in_doubt(office: &Office) {
    let mut one = office.run("one");
    let mut again = || Intent { may_repeat: true, ..one.row(0) };
    let intents = [again(), again(), again()];
    one.send(intents[0], State::Unknown);
    assert_eq!(one.open(intents[1]), Opening::Granted { attempt: 2 });
    assert_eq!(one.withdraw(intents[1]), Kept::Durable);
    assert_eq!(one.state(0), Some(State::Unknown), "the first may have been carried out");
    assert_eq!(one.open(intents[2]), Opening::Granted { attempt: 2 });
    assert_eq!(one.settle(intents[2], State::Pending), Kept::Durable);
    let settled = one.ledger.settled(one.run, 1).unwrap();
    assert!(settled.is_doubtful(0) && !settled.contains(0, true));
}

fn a_group_is_carried_out_in_its_order(office: &Office) {
    let mut one = office.run("one");
    let (first, second) = (one.row(0), one.row(0));
    let settle = |intent: Intent, state| Step::Settle(intent.grant, Box::new(ended(state)));
    let group = vec![
        Step::Open(first),
        settle(first, State::Pending),
        Step::Open(second),
        Step::Withdraw(second.grant),
        Step::Open(second),
        settle(second, State::Done),
    ];
    assert_eq!(one.commit(group).len(), 6);
    let entry = one.ledger.entry(one.id(0)).unwrap().unwrap();
    assert_eq!((entry.state, entry.attempts), (State::Done, 2));
}

fn all_that_was_told_of_a_row_is_kept(office: &Office) {
    let mut one = office.run("one");
    let done = Intent { first: Some(key("first")), body: Some(key("body")), ..one.row(0) };
    let refused = Intent { order: None, place: Place { sheet: 1, row: 70_000 }, ..one.row(1) };
    let failed = one.row(2);
    let said = ApiError {
        code: Some("400".to_owned()),
        title: Some("Bad".to_owned()),
        description: Some("Geçersiz cihaz".to_owned()),
    };
    let outcomes = [
        (done, State::Done, Some(json!(["A-1", 12_345_678_901_234_567_890_u64])), None),
        (refused, State::Rejected, None, Some(Cause::from(said))),
        (failed, State::Unknown, None, Some(Cause::from(Reason::Failed(Failure::Timeout)))),
    ];
    for (intent, state, id, error) in outcomes {
        let settlement = Settlement { state, http_status: Some(418), id, error };
        assert_granted(&one.open(intent));
        let step = Step::Settle(intent.grant, Box::new(settlement.clone()));
        assert_eq!(kept(one.commit(vec![step])), Kept::Durable);
        let wanted = Entry {
            id: intent.grant.id,
            place: intent.place,
            state,
            attempts: 1,
            sent_at_ms: Some(NOW_MS),
            settlement,
            duplicate_of: None,
            order: intent.order,
            resolved: None,
            server: Some(one.server),
            nonce: Some(intent.grant.nonce),
            opened: Some(OPENED),
        };
        assert_eq!(one.ledger.entry(intent.grant.id).unwrap(), Some(wanted));
    }
}

fn what_was_acknowledged_is_seen_by_others_at_once(office: &Office) {
    let (mut one, other) = (office.run("one"), office.open());
    let row = one.row(0);
    assert_granted(&one.open(row));
    let seen = || other.entry(row.grant.id).unwrap().unwrap().state;
    assert_eq!(seen(), State::Sending);
    one.settle(row, State::Done);
    assert_eq!(seen(), State::Done);
}
