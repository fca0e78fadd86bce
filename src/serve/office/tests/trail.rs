use rusqlite::Connection;

use super::super::{Act, Actor, Error, Sought};
use super::{Beside, person};
use crate::state::RunState;

#[test]
fn what_is_done_to_a_list_is_told_in_its_order_with_the_address() {
    let beside = Beside::new();
    let office = &beside.office;
    let elif = person(1, "Elif").at("192.0.2.7".parse().unwrap());
    let list = beside.list("x", &elif);
    office.move_list(list.id, &[RunState::Checking], RunState::Checked, None, 20).unwrap();
    office.move_list(list.id, &[RunState::Checked], RunState::Sending, Some(&elif), 30).unwrap();
    office.move_list(list.id, &[RunState::Sending], RunState::Paused, Some(&elif), 40).unwrap();
    office.move_list(list.id, &[RunState::Paused], RunState::Sending, Some(&elif), 50).unwrap();
    office.note(&elif, Some(&list.name), &Act::Exported { file: "result".to_owned() }, 60).unwrap();
    office.note(&elif, None, &Act::Searched, 70).unwrap();
    let of_run = Sought { run: Some(list.name.clone()), ..Sought::default() };
    let mut acts = Vec::new();
    office
        .whole_trail(&of_run, |entry| {
            assert_eq!(entry.by, elif);
            acts.push((entry.at_ms, entry.act.name()));
            Ok(())
        })
        .unwrap();
    let told: Vec<(i64, &str)> = acts.iter().map(|(at, name)| (*at, name.as_str())).collect();
    assert_eq!(told, [(1_000, "uploaded"), (30, "sent"), (40, "paused"), (50, "resumed"), (60, "exported")]);
    let late = Sought { since_ms: Some(60), run: None };
    let numbers: Vec<i64> = office.trail(&late, None, 9).unwrap().iter().map(|entry| entry.at_ms).collect();
    assert_eq!(numbers, [70, 60, 1_000]);
    let first = office.trail(&late, None, 1).unwrap();
    assert_eq!(office.trail(&late, Some(first[0].number), 1).unwrap()[0].at_ms, 60);
}

#[test]
fn the_trail_is_only_added_to() {
    let beside = Beside::new();
    beside.list("x", &person(1, "Elif"));
    let raw = Connection::open(beside.office.folder().join("office.db")).unwrap();
    for sql in ["UPDATE trail SET by_name = 'Deniz'", "DELETE FROM trail"] {
        assert!(raw.execute(sql, []).unwrap_err().to_string().contains("only added to"));
    }
    // One who takes it does not stop those who read.
    let stopped = beside.office.whole_trail(&Sought::default(), |_| Err(Error::NoSuchList));
    assert!(matches!(stopped, Err(Error::NoSuchList)));
    assert_eq!(beside.office.trail(&Sought::default(), None, 9).unwrap().len(), 1);
}

#[test]
fn looking_again_and_again_is_noted_once() {
    let beside = Beside::new();
    let (office, elif) = (&beside.office, person(1, "Elif"));
    let list = beside.list("x", &elif);
    let look = |by: &Actor, run: Option<&str>, at: i64| office.note(by, run, &Act::Viewed, at).unwrap();
    for at in 0..100 {
        look(&elif, Some(&list.name), 2_000 + at);
    }
    look(&person(2, "Elif"), Some(&list.name), 2_000);
    look(&elif, Some("another"), 2_000);
    look(&elif, Some(&list.name), 2_000 + 15 * 60_000);
    let views = office.trail(&Sought::default(), None, 99).unwrap();
    assert_eq!(views.iter().filter(|entry| entry.act == Act::Viewed).count(), 4);
}

#[test]
fn ten_thousand_refused_sign_ins_make_few_entries_and_are_all_counted() {
    let beside = Beside::new();
    let office = &beside.office;
    let refuse = |from: String, at: i64| {
        let by = Actor::named("hunter2").at(from.parse().unwrap());
        office.note(&by, None, &Act::SignInRefused { times: 1 }, at).unwrap();
    };
    for n in 0..600 {
        refuse("192.0.2.1".to_owned(), n);
    }
    for n in 0..400 {
        refuse(format!("2001:db8::{n:x}"), 1_000 + n);
    }
    refuse("192.0.2.1".to_owned(), 3_600_000);
    let all = office.trail(&Sought::default(), None, 999).unwrap();
    assert_eq!(all.len(), 202);
    let times = |act: &Act| if let Act::SignInRefused { times } = act { *times } else { 0 };
    assert_eq!(all.iter().map(|entry| times(&entry.act)).sum::<u64>(), 1_001);
    assert_eq!(times(&all.last().unwrap().act), 600);
    assert!(all.iter().all(|entry| entry.by.name.is_empty()), "what was typed for a name may be a password");
    assert!(!super::holds(office, "hunter2"));
}
