use std::fs;

use super::super::{CellAt, Error, Filter, NewMend, Started};
use super::{Beside, holds, person};
use crate::state::RunState;

const DAY: i64 = 86_400_000;

fn mend(new: &str) -> NewMend {
    let at = CellAt { sheet: String::new(), row: 4, column: 0 };
    NewMend { at, header: "a".to_owned(), field: None, old: "FU00001201".to_owned(), new: new.to_owned() }
}

#[test]
fn a_file_and_its_mends_are_destroyed_when_their_time_is_over() {
    let beside = Beside::new();
    let (office, elif) = (&beside.office, person(1, "Elif"));
    let list = beside.list("Ayşe Yılmaz;FU00001299", &elif);
    office.mend(list.id, &elif, &[mend("FU00001277")], None, 2_000).unwrap();
    office.move_list(list.id, &[RunState::Checking], RunState::Finished, None, DAY).unwrap();
    let path = office.file_of(list.id).unwrap();
    let keep = |_: &str| Some(30 * DAY);
    assert!(office.destroy_due(keep, 31 * DAY - 1).unwrap().is_empty());
    assert!(holds(office, "FU00001277") && path.exists());
    let gone = office.destroy_due(keep, 31 * DAY).unwrap();
    assert_eq!(gone.len(), 1);
    assert_eq!(
        (gone[0].list.as_str(), gone[0].rule.as_str(), gone[0].bytes, gone[0].cells),
        (list.name.as_str(), "keep_uploads 30d", 24, 1)
    );
    assert!(!path.exists());
    for words in ["FU00001277", "FU00001201", "FU00001299", "Yılmaz"] {
        assert!(!holds(office, words), "{words}");
    }
    assert_eq!(office.destructions(0).unwrap(), gone);
    assert!(office.destroy_due(keep, 99 * DAY).unwrap().is_empty());
    // That there was such a list is still told, and what it was is not.
    let left = office.list(&list.name).unwrap().unwrap();
    assert_eq!((left.destroyed_ms, left.state), (Some(31 * DAY), RunState::Finished));
    assert!(matches!(office.file_of(list.id), Err(Error::NoSuchList)));
    assert!(matches!(office.mend(list.id, &elif, &[mend("x")], None, 99 * DAY), Err(Error::NotNow(_))));
    assert_eq!(office.changes(list.id).unwrap().len(), 1);
}

#[test]
fn what_may_still_leave_stays_and_what_was_touched_stays_longer() {
    let beside = Beside::new();
    let (office, elif) = (&beside.office, person(1, "Elif"));
    let to = |state: RunState, at: i64| {
        let list = beside.list("x", &elif).id;
        office.move_list(list, &[RunState::Checking], state, Some(&elif), at).unwrap();
        list
    };
    to(RunState::Sending, 0);
    to(RunState::Paused, 0);
    let (old, touched) = (to(RunState::Checked, 0), to(RunState::Checked, 0));
    office.mend(touched, &elif, &[mend("b")], None, 5 * DAY).unwrap();
    let gone = office.destroy_due(|_| Some(3 * DAY), 6 * DAY).unwrap();
    let names: Vec<_> = gone.iter().map(|gone| gone.list.clone()).collect();
    assert_eq!(names, [office.list_of_id(old).unwrap().unwrap().name]);
    // A target that the settings no longer have: what it kept when the list came.
    assert!(office.destroy_due(|_| None, 5 * DAY + 999_999).unwrap().is_empty());
    assert_eq!(office.destroy_due(|_| None, 5 * DAY + 1_000_000).unwrap().len(), 1);
}

#[test]
fn a_file_that_a_dead_process_had_destroyed_already_is_written_down_as_destroyed() {
    let beside = Beside::new();
    let list = beside.list("x", &person(1, "Elif"));
    fs::remove_file(beside.office.file_of(list.id).unwrap()).unwrap();
    assert_eq!(beside.office.destroy_due(|_| Some(0), DAY).unwrap().len(), 1);
    assert!(beside.office.list(&list.name).unwrap().unwrap().destroyed_ms.is_some());
}

#[test]
fn a_list_that_was_never_sent_is_deleted_at_once_and_one_that_was_is_not() {
    let beside = Beside::new();
    let (office, elif) = (&beside.office, person(1, "Elif"));
    let list = beside.list("FU00001299", &elif);
    let path = office.file_of(list.id).unwrap();
    office.delete_list(list.id, &elif, 2_000).unwrap();
    assert!(!path.exists() && !holds(office, "FU00001299"));
    assert!(office.list(&list.name).unwrap().is_none() && office.recent(&Filter::default(), 9).unwrap().is_empty());
    assert!(matches!(office.delete_list(list.id, &elif, 2_001), Err(Error::NoSuchList)));
    let told = office.destructions(0).unwrap();
    assert_eq!((told[0].rule.as_str(), told[0].by.as_ref()), ("deleted", Some(&elif)));
    let sent = beside.list("y", &elif);
    office.note_run(sent.id, &Started { number: 1, name: "20261126-000001".to_owned() }, 5).unwrap();
    assert!(matches!(office.delete_list(sent.id, &elif, 6), Err(Error::NotNow(_))));
}
