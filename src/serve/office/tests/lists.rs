use std::fs;
use std::io::Write as _;
use std::thread;

use serde_json::json;

use super::super::{Actor, Error, Filter, Office, Started};
use super::{Beside, add, new_list, person};
use crate::state::RunState;
use crate::target::Reading;

fn uploads(beside: &Beside) -> usize {
    fs::read_dir(beside.office.folder().join("uploads")).unwrap().count()
}

#[test]
fn a_list_keeps_what_it_came_with_and_its_file_as_it_came() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let list = beside.list("Mali No;Talep Tipi\n", &elif);
    assert!(list.name.starts_with("20261126-") && list.name.len() == 15, "{}", list.name);
    assert_eq!((list.bytes, list.by.clone(), list.state), (19, elif, RunState::Checking));
    assert_eq!(list.sha256, "eac70de58a2e49dfc91972f11b40bca11f5e258fb13a2f390719450cdfb831ee");
    assert_eq!(list.reading.maps, [("deviceId".to_owned(), "Mali No".to_owned())]);
    assert_eq!(beside.office.list(&list.name).unwrap().as_ref(), Some(&list));
    assert_eq!(fs::read_to_string(beside.office.file_of(list.id).unwrap()).unwrap(), "Mali No;Talep Tipi\n");
    assert_eq!(beside.office.list("20261126-ffffff0").unwrap(), None);
}

#[test]
fn an_upload_that_ends_early_leaves_nothing() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let mut upload = beside.office.begin_upload().unwrap();
    upload.write_all(b"half").unwrap();
    assert_eq!((upload.bytes(), uploads(&beside)), (4, 1));
    drop(upload);
    assert_eq!(uploads(&beside), 0);
    // A file whose name cannot be used makes no list.
    let received = beside.office.begin_upload().unwrap().finish().unwrap();
    let refused = beside.office.add_list(&new_list(&"x".repeat(1 << 20)), received, &elif, 1);
    assert!(matches!(refused, Err(Error::Refused(_))));
    assert_eq!((uploads(&beside), beside.office.recent(&Filter::default(), 9).unwrap().len()), (0, 0));
}

#[test]
fn what_a_dead_process_left_is_swept_and_what_arrives_is_not() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let list = beside.list("kept", &elif);
    // As a process leaves it that dies in the middle of an upload.
    let orphan = beside.office.folder().join("uploads").join("0".repeat(32));
    fs::write(&orphan, "half a list").unwrap();
    let mut arriving = beside.office.begin_upload().unwrap();
    arriving.write_all(b"first half, ").unwrap();
    let other = Office::open(&beside.ledger()).unwrap();
    assert!(!orphan.exists() && arriving.path().exists());
    arriving.write_all(b"second half").unwrap();
    let arrived = beside.office.add_list(&new_list("b.csv"), arriving.finish().unwrap(), &elif, 2).unwrap();
    drop(Office::open(&beside.ledger()).unwrap());
    assert_eq!(fs::read_to_string(other.file_of(arrived.id).unwrap()).unwrap(), "first half, second half");
    assert_eq!(fs::read_to_string(other.file_of(list.id).unwrap()).unwrap(), "kept");
}

#[test]
fn lists_are_found_by_page_person_state_and_file() {
    let (beside, elif, deniz) = (Beside::new(), person(1, "Elif"), person(2, "Deniz"));
    let office = &beside.office;
    let lists: Vec<i64> =
        (0..5).map(|n| beside.list(&n.to_string(), if n % 2 == 0 { &elif } else { &deniz }).id).collect();
    let ids =
        |filter: Filter, limit| office.recent(&filter, limit).unwrap().iter().map(|list| list.id).collect::<Vec<_>>();
    assert_eq!(ids(Filter::default(), 2), [lists[4], lists[3]]);
    assert_eq!(ids(Filter { before: Some(lists[3]), ..Filter::default() }, 2), [lists[2], lists[1]]);
    assert_eq!(ids(Filter { by: Some(2), ..Filter::default() }, 9), [lists[3], lists[1]]);
    office.move_list(lists[1], &[RunState::Checking], RunState::Checked, None, 5).unwrap();
    let states = vec![RunState::Checked, RunState::Sending];
    assert_eq!(ids(Filter { states, ..Filter::default() }, 9), [lists[1]]);
    let again = beside.list("0", &deniz);
    let same = office.same_file(&again.sha256, Some(again.id)).unwrap();
    assert_eq!(same.iter().map(|list| (list.id, list.by.name.as_str())).collect::<Vec<_>>(), [(lists[0], "Elif")]);
}

#[test]
fn of_two_windows_that_send_the_same_list_one_does() {
    let beside = Beside::new();
    let (here, ledger) = (Actor::named("bu makine"), beside.ledger());
    let list = beside.list("x", &here).id;
    beside.office.move_list(list, &[RunState::Checking], RunState::Checked, None, 5).unwrap();
    let windows: Vec<_> = (0..4)
        .map(|_| {
            let ledger = ledger.clone();
            thread::spawn(move || {
                let office = Office::open(&ledger).unwrap();
                office.move_list(list, &[RunState::Checked], RunState::Sending, None, 6).map(drop)
            })
        })
        .collect();
    let ends: Vec<Result<(), Error>> = windows.into_iter().map(|window| window.join().unwrap()).collect();
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert!(
        ends.iter().filter_map(|end| end.as_ref().err()).all(|end| matches!(end, Error::NotNow(RunState::Sending)))
    );
}

#[test]
fn a_server_goes_on_with_what_it_was_sending_and_not_with_what_a_person_paused() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let office = &beside.office;
    let to = |state: RunState, by: Option<&Actor>| {
        let list = beside.list("x", &elif).id;
        office.move_list(list, &[RunState::Checking], state, by, 50).unwrap();
        list
    };
    let killed = to(RunState::Sending, Some(&elif));
    let ended = to(RunState::Paused, None);
    let held = to(RunState::Paused, Some(&elif));
    to(RunState::Finished, None);
    office.note_alive(killed, 70).unwrap();
    let found = office.to_go_on().unwrap();
    assert_eq!(found.iter().map(|list| (list.id, list.touched_ms)).collect::<Vec<_>>(), [(killed, 70), (ended, 50)]);
    assert_eq!(office.list_of_id(held).unwrap().unwrap().paused_by, Some(elif));
}

#[test]
fn what_becomes_of_a_list_is_written_down() {
    let (beside, elif) = (Beside::new(), person(1, "Elif"));
    let (office, list) = (&beside.office, beside.list("x", &elif));
    let run = Started { number: 7, name: "20261126-0000aa".to_owned() };
    office.note_run(list.id, &run, 10).unwrap();
    office.note_counts(list.id, &json!({"valid": 3}), 11).unwrap();
    let reading = Reading { to: Some("hugin/create-case".to_owned()), ..Reading::default() };
    let now = office.read_as(list.id, &reading, &elif, 12).unwrap();
    assert_eq!(
        (now.run.as_ref(), now.counts, now.reading, now.revision),
        (Some(&run), Some(json!({"valid": 3})), reading, 1)
    );
    assert_eq!(office.list_of_run("20261126-0000aa").unwrap().map(|found| found.id), Some(list.id));
    let ended = office.move_list(list.id, &[RunState::Checking], RunState::Finished, None, 20).unwrap();
    assert_eq!(ended.ended_ms, Some(20));
    assert!(matches!(office.note_alive(99, 1), Err(Error::NoSuchList)));
}

#[test]
fn two_offices_add_lists_at_once() {
    let beside = Beside::new();
    let hands: Vec<_> = (0..3)
        .map(|hand| {
            let ledger = beside.ledger();
            thread::spawn(move || {
                let office = Office::open(&ledger).unwrap();
                for _ in 0..20 {
                    add(&office, "x", &person(hand, "Elif"));
                }
            })
        })
        .collect();
    for hand in hands {
        hand.join().unwrap();
    }
    assert_eq!((beside.office.recent(&Filter::default(), 99).unwrap().len(), uploads(&beside)), (60, 60));
}
