use std::sync::Arc;
use std::thread;
use std::time::Instant;

use super::super::{Act, Actor, CellAt, ChangeKind, Error, NewMend, Office, RowAt, Sought};
use super::{Beside, person};
use crate::state::RunState;

fn mend(row: u32, column: u16, old: &str, new: &str) -> NewMend {
    NewMend {
        at: CellAt { sheet: "Liste".to_owned(), row, column },
        header: "Talep Tipi".to_owned(),
        field: Some("caseType".to_owned()),
        old: old.to_owned(),
        new: new.to_owned(),
    }
}

fn row(row: u32) -> RowAt {
    RowAt { sheet: "Liste".to_owned(), row }
}

/// What the overlay says of a cell.
fn says(office: &Office, list: i64, row: u32, column: u16) -> Option<String> {
    let at = CellAt { sheet: "Liste".to_owned(), row, column };
    office.mends_of(list).unwrap().cells.get(&at).cloned()
}

#[test]
fn the_last_word_about_a_cell_counts_until_it_is_taken_back() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let (office, list) = (&beside.office, beside.list("x", &elif).id);
    assert!(office.mends_of(list).unwrap().is_empty());
    assert!(office.undo(list, &elif, None, 5).unwrap().is_none());
    let one = office.mend(list, &elif, &[mend(4, 0, "Kurlum", "Kurulum")], Some(0), 10).unwrap();
    assert_eq!((one.number, one.kind, one.revision), (1, ChangeKind::Mended, Some(1)));
    let same = [mend(4, 0, "Kurulum", "Arıza"), mend(9, 0, "Kurlum", "Arıza")];
    office.mend(list, &elif, &same, Some(1), 20).unwrap();
    assert_eq!(says(office, list, 4, 0).as_deref(), Some("Arıza"));
    assert_eq!(office.rows_of_change(list, 2).unwrap(), [row(4), row(9)]);
    let undone = office.undo(list, &elif, Some(2), 30).unwrap().unwrap();
    assert_eq!((undone.number, undone.size, undone.revision), (2, 2, Some(3)));
    assert_eq!((says(office, list, 4, 0).as_deref(), says(office, list, 9, 0)), (Some("Kurulum"), None));
    office.undo(list, &elif, None, 31).unwrap();
    assert!(office.mends_of(list).unwrap().is_empty());
    assert!(office.undo(list, &elif, None, 32).unwrap().is_none());
    // Everything that was ever done is still told.
    let all = office.all_mends(list).unwrap();
    let told = |at: usize| (all[at].mend.old.as_str(), all[at].mend.new.as_str(), all[at].at_ms, all[at].undone_ms);
    assert_eq!(
        (all.len(), told(0), told(1)),
        (3, ("Kurlum", "Kurulum", 10, Some(31)), ("Kurulum", "Arıza", 20, Some(30)))
    );
    assert_eq!(office.changes(list).unwrap()[0].undone, Some((elif, 30)));
}

#[test]
fn rows_are_left_out_and_put_back_in() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let (office, list) = (&beside.office, beside.list("x", &elif).id);
    let out = || office.mends_of(list).unwrap().left_out.into_keys().map(|at| at.row).collect::<Vec<_>>();
    office.leave_out(list, &elif, &[row(7), row(5)], true, None, 10).unwrap();
    assert_eq!(out(), [5, 7]);
    office.leave_out(list, &elif, &[row(5)], false, None, 11).unwrap();
    assert_eq!(out(), [7]);
    assert_eq!(office.undo(list, &elif, None, 12).unwrap().unwrap().kind, ChangeKind::PutBack);
    assert_eq!(out(), [5, 7]);
    office.undo(list, &elif, None, 13).unwrap();
    assert!(out().is_empty());
}

#[test]
fn a_mend_of_what_has_changed_or_is_being_sent_is_refused_whole() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let (office, list) = (&beside.office, beside.list("x", &elif).id);
    let all = [RunState::Checking];
    office.mend(list, &elif, &[mend(4, 0, "a", "b")], None, 10).unwrap();
    let stale = office.mend(list, &elif, &[mend(4, 0, "a", "c")], Some(0), 11);
    assert!(matches!(stale, Err(Error::Changed(1))), "{stale:?}");
    let long = "x".repeat(1 << 20);
    for bad in [long.as_str(), "a\0b"] {
        assert!(matches!(office.mend(list, &elif, &[mend(4, 0, "a", bad)], None, 12), Err(Error::Refused(_))));
    }
    assert!(matches!(office.mend(list, &elif, &[], None, 12), Err(Error::Refused(_))));
    office.move_list(list, &all, RunState::Sending, None, 13).unwrap();
    let late = office.mend(list, &elif, &[mend(4, 0, "b", "d")], None, 14);
    assert!(matches!(late, Err(Error::NotNow(RunState::Sending))), "{late:?}");
    assert!(
        office.undo(list, &elif, None, 14).is_err()
            && office.leave_out(list, &elif, &[row(1)], true, None, 14).is_err()
    );
    assert_eq!(says(office, list, 4, 0).as_deref(), Some("b"));
    assert_eq!(office.all_mends(list).unwrap().len(), 1);
    assert!(matches!(office.mends_of(99), Err(Error::NoSuchList)));
}

#[test]
fn one_person_mends_at_a_time_and_taking_over_is_recorded() {
    let (beside, elif, deniz) = (Beside::new(), person(1, "Elif"), person(2, "Deniz"));
    let (office, list) = (&beside.office, beside.list("x", &elif).id);
    office.mend(list, &elif, &[mend(4, 0, "a", "b")], None, 10).unwrap();
    let refused = office.mend(list, &deniz, &[mend(4, 0, "b", "c")], None, 11);
    assert!(
        matches!(&refused, Err(Error::Edited(editor)) if editor.by == elif && editor.since_ms == 10),
        "{refused:?}"
    );
    assert!(office.edit(list, &deniz, false, 12).is_err());
    office.edit(list, &deniz, true, 13).unwrap();
    office.mend(list, &deniz, &[mend(4, 0, "b", "c")], None, 14).unwrap();
    assert!(matches!(office.undo(list, &elif, None, 15), Err(Error::Edited(_))));
    let trail = office.trail(&Sought::default(), None, 9).unwrap();
    let taken = trail.iter().find(|entry| entry.act == Act::TookOver { from: "Elif".to_owned() });
    assert_eq!(taken.map(|entry| (entry.by.id, entry.at_ms)), Some((Some(2), 13)));
    office.leave(list, &elif).unwrap();
    assert_eq!(office.list_of_id(list).unwrap().unwrap().editor.map(|editor| editor.by), Some(deniz.clone()));
    office.leave(list, &deniz).unwrap();
    office.mend(list, &elif, &[mend(4, 0, "c", "d")], None, 16).unwrap();
}

#[test]
fn a_change_lets_a_proposal_lapse() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let (office, list) = (&beside.office, beside.list("x", &elif).id);
    office.note_digest(list, 0, "abc").unwrap();
    office.move_list(list, &[RunState::Checking], RunState::WaitingApproval, None, 10).unwrap();
    office.leave_out(list, &elif, &[row(4)], true, None, 11).unwrap();
    let now = office.list_of_id(list).unwrap().unwrap();
    assert_eq!((now.state, now.digest.as_deref(), now.revision), (RunState::Checked, None, 1));
    // A digest of what the list was is not taken any more.
    assert!(matches!(office.note_digest(list, 0, "abc"), Err(Error::Changed(1))));
}

#[test]
fn twenty_thousand_mends_are_one_change() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let (office, list) = (&beside.office, beside.list("x", &elif).id);
    let many: Vec<NewMend> = (2..20_002).map(|row| mend(row, 3, "Kurlum", "Kurulum")).collect();
    let begun = Instant::now();
    office.mend(list, &elif, &many, None, 10).unwrap();
    let taken = begun.elapsed();
    assert!(taken.as_secs() < 5, "{taken:?}");
    assert_eq!(office.mends_of(list).unwrap().cells.len(), 20_000);
    let begun = Instant::now();
    office.mend(list, &elif, &[mend(1, 3, "a", "b")], None, 11).unwrap();
    println!("20,000 in {taken:?}, one more in {:?}", begun.elapsed());
    office.undo(list, &elif, None, 12).unwrap();
    office.undo(list, &elif, None, 13).unwrap();
    assert!(office.mends_of(list).unwrap().is_empty());
}

#[test]
fn two_processes_mend_at_once_and_nothing_is_lost() {
    let beside = Beside::new();
    let here = Actor::named("bu makine");
    let list = beside.list("x", &here).id;
    let ledger = Arc::new(beside.ledger());
    let hands: Vec<_> = (0..4)
        .map(|hand: u16| {
            let (ledger, here) = (Arc::clone(&ledger), here.clone());
            // Each has an office of its own, as processes have.
            thread::spawn(move || {
                let office = Office::open(&ledger).unwrap();
                for row in 0..50 {
                    office.mend(list, &here, &[mend(row, hand, "a", "b")], None, i64::from(row)).unwrap();
                }
            })
        })
        .collect();
    for hand in hands {
        hand.join().unwrap();
    }
    let overlay = beside.office.mends_of(list).unwrap();
    assert_eq!((overlay.cells.len(), overlay.revision), (200, 200));
    let seqs: Vec<u64> = beside.office.all_mends(list).unwrap().iter().map(|mend| mend.seq).collect();
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
}
