//! Steps that are committed together.

use super::{Desk, Hand, begin, commit, ended, grant, intent, is_durable, states};
use crate::ledger::journal::GROUP;
use crate::ledger::{Kept, Receipt, State, Step};

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
