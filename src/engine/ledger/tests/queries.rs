//! What the ledger tells of its rows.

use serde_json::json;

use super::{Desk, begin, commit, ended, grant, intent, is_durable, send};
use crate::keyed::Key;
use crate::ledger::{Entry, EntryId, Intent, Ledger, Settlement, State, Step};

fn ordinals(entries: &[Entry]) -> Vec<u32> {
    entries.iter().map(|entry| entry.id.ordinal).collect()
}

/// Commits steps that must all succeed.
fn take(ledger: &Ledger, steps: Vec<Step>) {
    let receipts = commit(ledger, steps);
    assert!(receipts.iter().all(is_durable), "{receipts:?}");
}

#[test]
fn a_run_is_known_by_its_name_and_its_number() {
    let desk = Desk::new();
    let ledger = desk.open();
    let (first, second) = (begin(&ledger, "first"), begin(&ledger, "second"));
    let name = |run: Option<crate::ledger::Run>| run.map(|run| run.spec.name);
    assert_eq!(ledger.run_named("second").unwrap().unwrap().number, second);
    assert_eq!(name(ledger.run_numbered(first).unwrap()).as_deref(), Some("first"));
    assert!(ledger.run_named("third").unwrap().is_none() && ledger.run_numbered(second + 1).unwrap().is_none());
}

#[test]
fn what_is_settled_is_not_sent_again_but_what_may_be_repeated() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ledger = send(ledger, run, &[State::Done, State::Unknown, State::Pending, State::Rejected]);
    // Lost once, and then told "not now".
    let again = |at_ms| Step::Open(Intent { may_repeat: true, at_ms, ..intent(run, 4) });
    let settle = |state| Step::Settle(grant(run, 4), Box::new(ended(state)));
    take(&ledger, vec![again(1), settle(State::Unknown), again(2), settle(State::Pending)]);

    let settled = ledger.settled(run, 5).unwrap();
    let of = |told: &dyn Fn(u32) -> bool| -> Vec<u32> { (0..200).filter(|ordinal| told(*ordinal)).collect() };
    assert_eq!(of(&|ordinal| settled.contains(ordinal, false)), [0, 1, 3]);
    assert_eq!(of(&|ordinal| settled.contains(ordinal, true)), [0, 3]);
    assert_eq!(of(&|ordinal| settled.is_doubtful(ordinal)), [1, 4]);
    assert_eq!(settled.count(), 3);
}

#[test]
fn a_row_is_found_by_its_id_or_its_device() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ids = [json!(1001), json!("A-1"), json!(["A-2", "A-3"])];
    for (ordinal, id) in (0..).zip(ids) {
        let order = Some(Key([ordinal as u8 + 1; 16]));
        let done = Settlement { id: Some(id), ..ended(State::Done) };
        take(
            &ledger,
            vec![
                Step::Open(Intent { order, ..intent(run, ordinal) }),
                Step::Settle(grant(run, ordinal), Box::new(done)),
            ],
        );
    }
    let find = |text: &str, orders: &[Key]| ordinals(&ledger.find(text, orders).unwrap());
    assert_eq!((find("1001", &[]), find("A-1", &[]), find("A-3", &[])), (vec![0], vec![1], vec![2]));
    assert!(find("A", &[]).is_empty());
    assert_eq!(find("A-1", &[Key([1; 16]), Key([3; 16])]), [0, 1, 2], "each once");
    assert_eq!(ledger.entry(EntryId { run, ordinal: 1 }).unwrap().unwrap().settlement.id, Some(json!("A-1")));
    assert!(ledger.entry(EntryId { run, ordinal: 3 }).unwrap().is_none());
}
