//! Every store keeps what the conformance suite asks, and the suite notices when one does not.

use crate::ledger::conformance::{Opens, broken, holds_for};
use crate::ledger::{Flaw, Ledger, Memory};

/// A new file, and processes that open it.
fn file() -> Opens {
    let folder = tempfile::tempdir().unwrap();
    Box::new(move || Ledger::open(&folder.path().join("ledger.db")).unwrap())
}

/// The same in memory.
fn memory(first: Memory) -> Opens {
    Box::new(move || Ledger::of(first.open()))
}

#[test]
fn sqlite_keeps_every_promise_of_a_store() {
    holds_for(file);
}

#[test]
fn a_ledger_in_memory_keeps_every_promise_of_a_store() {
    holds_for(|| memory(Memory::new()));
}

#[test]
fn a_store_that_breaks_a_promise_is_found_out() {
    for flaw in Flaw::ALL {
        let broken = broken(|| memory(Memory::flawed(flaw)));
        assert!(broken.iter().any(|broken| broken.scene == scene_of(flaw)), "{flaw:?} is not noticed: {broken:?}");
    }
}

/// The scene that is about a promise.
fn scene_of(promise: Flaw) -> &'static str {
    match promise {
        Flaw::KeyNotClaimed => "one_row_in_two_runs_goes_once",
        Flaw::DeviceNotClaimed => "one_device_goes_one_row_at_a_time",
        Flaw::ServerNotAsked => "another_server_is_nobodys_business_unless_it_is_the_same",
        Flaw::StateNotAsked => "a_row_has_one_attempt_at_a_time_and_none_after_its_end",
        Flaw::LeaseNotAsked => "an_intent_is_granted_under_the_lease_of_its_run_alone",
        Flaw::LeaseNotHeld => "a_run_is_held_by_one",
        Flaw::AnyOutcome => "an_outcome_is_that_of_the_attempt_that_it_names",
        Flaw::LateAnswerLost => "an_answer_that_comes_late_is_taken",
        Flaw::AnyWithdrawal => "an_intent_is_taken_back_by_its_name",
        Flaw::DoubtForgotten => "what_may_be_repeated_stays_in_doubt",
        Flaw::LivingTakenForDead | Flaw::DeadTakenForNotSent => {
            "what_a_dead_run_left_open_is_unknown_and_what_a_living_one_has_open_is_left_alone"
        }
        Flaw::BegunTwice => "a_run_is_begun_once",
        Flaw::FinishedTooEarly => "a_run_with_a_pending_row_is_not_finished",
        Flaw::SeenNotAsked => "a_word_is_about_the_attempt_that_was_looked_at",
        Flaw::RipeNotAsked => "of_a_dead_runs_row_nobody_says_too_early_that_it_was_not_done",
        Flaw::HalfAWord => "a_persons_word_closes_what_is_unknown_and_nothing_else",
        Flaw::KeysForgotten => "a_run_is_forgotten_but_not_that_its_rows_were_done",
        Flaw::PauseCutShort => "a_pause_holds_for_all_and_is_not_made_shorter",
    }
}
