//! Several runs at once, in several processes: each `Desk::open` stands for one.

use std::fs::{self, File};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Desk, Hand, begin, close, commit, send, states};
use crate::ledger::{Begun, EntryId, Error, Intent, Ledger, Opening, Receipt, Sqlite, State, Step};

#[test]
fn a_run_belongs_to_one_process_and_another_run_goes_on_beside_it() {
    let desk = Desk::new();
    let (one, other) = (desk.open(), desk.open());
    let (first, second) = (begin(&one, "first"), begin(&other, "second"));
    let held = one.hold(first).unwrap();
    assert!(matches!(other.hold(first), Err(Error::UnderWay)));
    // The same process is kept out as well.
    assert!(matches!(one.hold(first), Err(Error::UnderWay)));
    let beside = other.hold(second).unwrap();
    let look = desk.look();
    assert!(look.is_under_way(first) && look.is_under_way(second) && !look.is_under_way(3));
    drop(held);
    assert!(!look.is_under_way(first) && look.is_under_way(second));
    let held = other.hold(first).unwrap();
    drop((held, beside));
    let locks = fs::read_dir(desk.folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let locks: Vec<String> = locks.filter(|name| name.contains(".run-")).collect();
    assert!(locks.is_empty(), "{locks:?}");
}

#[test]
fn what_a_dead_run_left_open_is_unknown_and_a_living_one_is_left_alone() {
    let desk = Desk::new();
    let ledger = desk.open();
    let (alive, dead) = (begin(&ledger, "alive"), begin(&ledger, "dead"));
    drop(send(desk.open(), dead, &[State::Sending, State::Done]));
    let mut hand = Hand::start(ledger, alive);
    assert!(hand.open(super::intent(alive, 0)));
    let ledger = desk.open();
    assert_eq!(ledger.recovered(), 1);
    assert_eq!(states(&ledger, alive), [State::Sending]);
    assert_eq!(states(&ledger, dead), [State::Unknown, State::Done]);
    drop(hand.stop());
    assert_eq!(desk.open().recovered(), 1);
}

#[test]
fn the_same_run_is_begun_once_however_many_begin_it() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let spec = ledger.run_numbered(run).unwrap().unwrap().spec;
    let same = crate::ledger::RunSpec { name: "other".to_owned(), ..spec };
    assert!(matches!(desk.open().begin(same.clone()).unwrap(), Begun::Joined(joined) if joined == run));
    let again = crate::ledger::RunSpec { again: 1, ..same };
    assert!(matches!(desk.open().begin(again).unwrap(), Begun::New(_)));
}

#[test]
fn a_program_from_before_and_this_one_keep_each_other_out() {
    let desk = Desk::new();
    drop(desk.open());
    let lock = File::open(desk.path().with_file_name("ledger.db.lock")).unwrap();
    lock.try_lock().unwrap();
    assert!(matches!(Ledger::open(&desk.path()), Err(Error::Busy)));
    lock.unlock().unwrap();
    let ledger = desk.open();
    assert!(lock.try_lock().is_err());
    drop(ledger);
}

#[test]
#[cfg(unix)]
fn nobody_joins_a_ledger_that_was_put_in_the_place_of_one_that_is_in_use() {
    let (desk, other) = (Desk::new(), Desk::new());
    drop(other.open());
    let ledger = desk.open();
    fs::rename(other.path(), desk.path()).unwrap();
    assert!(matches!(Ledger::open(&desk.path()), Err(Error::Busy)));
    drop(ledger);
    drop(desk.open());

    // Nor the same file in another place.
    let state = tempfile::tempdir().unwrap();
    let ledger = Ledger::open_marked(&desk.path(), Some(state.path())).unwrap();
    let moved = desk.path().with_file_name("moved.db");
    fs::rename(desk.path(), &moved).unwrap();
    assert!(matches!(Ledger::open_marked(&moved, Some(state.path())), Err(Error::Busy)));
    drop(ledger);
}

#[test]
fn a_ledger_of_the_former_schema_is_brought_up_once_by_whoever_comes_first() {
    for _ in 0..10 {
        let desk = Desk::new();
        let mut old = rusqlite::Connection::open(desk.path()).unwrap();
        crate::ledger::sqlite::migrations::apply_first(&mut old, 5).unwrap();
        old.pragma_update(None, "journal_mode", "wal").unwrap();
        old.execute_batch("INSERT INTO secret VALUES (zeroblob(32));").unwrap();
        drop(old);
        let open = || Ledger::open(&desk.path()).map(|ledger| *ledger.secret());
        let opened = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(opened.unwrap(), [[0; 32]; 4]);
    }
}

#[test]
fn only_who_is_alone_forgets() {
    let desk = Desk::new();
    let (one, other) = (desk.open(), desk.open());
    assert!(matches!(one.purge(i64::MAX, 1), Err(Error::Busy)));
    drop(other);
    assert_eq!(one.purge(i64::MAX, 1).unwrap().runs, 0);
    // Others may come in again.
    drop(desk.open());
}

#[test]
fn a_run_that_was_given_a_row_back_meanwhile_is_not_finished() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "first");
    let ledger = send(ledger, run, &[State::Done, State::Pending]);
    close(&ledger, run, true, 9_000);
    assert!(!ledger.run_numbered(run).unwrap().unwrap().finished);
}

#[test]
fn of_two_runs_with_one_row_or_one_device_one_is_granted() {
    let desk = Desk::new();
    let ledger = desk.open();
    let (one, other) = (begin(&ledger, "one"), begin(&ledger, "other"));
    let open = |intent: Intent| match commit(&ledger, vec![Step::Open(intent)]).pop() {
        Some(Receipt::Opened(_, opening)) => opening,
        receipt => panic!("{receipt:?}"),
    };
    let settle = |run, ordinal, state| {
        let step = Step::Settle(super::grant(run, ordinal), Box::new(super::ended(state)));
        assert!(commit(&ledger, vec![step]).iter().all(super::is_durable));
    };
    let id = |ordinal| EntryId { run: one, ordinal };
    let (row, device) = (super::intent(one, 0).key, super::intent(one, 1).order);
    let same_row = Intent { key: row, ..super::intent(other, 0) };
    let same_device = Intent { order: device, ..super::intent(other, 1) };
    for ordinal in [0, 1] {
        assert_eq!(open(super::intent(one, ordinal)), Opening::Granted { attempt: 1 });
    }
    assert_eq!(open(same_row), Opening::Waits { behind: id(0) });
    assert_eq!(open(same_device), Opening::Held { by: id(1), state: State::Sending });
    settle(one, 0, State::Done);
    settle(one, 1, State::Rejected);
    assert_eq!(open(same_row), Opening::Repeats { of: id(0), state: State::Done });
    assert_eq!(open(same_device), Opening::Granted { attempt: 1 });
    let told = ledger.entry(same_row.grant.id).unwrap().unwrap();
    assert_eq!((told.state, told.duplicate_of), (State::Duplicate, Some(id(0))));
}

#[test]
fn a_run_that_writes_meanwhile_makes_no_older_copy_of_the_ledger() {
    let desk = Desk::new();
    let (ledger, other) = (desk.open(), Sqlite::open(&desk.path()).unwrap());
    let run = begin(&ledger, "writes");
    let over = AtomicBool::new(false);
    let over = &over;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for ordinal in 0.. {
                commit(&ledger, vec![Step::Open(super::intent(run, ordinal))]);
                if over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let seen = (0..5_000).find_map(|_| other.newer().unwrap());
        over.store(true, Ordering::Relaxed);
        assert_eq!(seen, None);
    });
}

/// What is made there meanwhile would be found by the run that puts its ledger back, which would keep its own beside it.
#[test]
fn who_waits_for_a_place_makes_no_file_in_it() {
    let (desk, state) = (Desk::new(), tempfile::tempdir().unwrap());
    let ledger = Ledger::open_marked(&desk.path(), Some(state.path())).unwrap();
    begin(&ledger, "removed");
    for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert!(matches!(Ledger::open_marked(&desk.path(), Some(state.path())), Err(Error::Busy)));
    assert!(!desk.path().exists());
    assert_eq!(ledger.save_what_is_gone("removed").unwrap(), Some(desk.path()));
    drop(ledger);
    let ledger = Ledger::open_marked(&desk.path(), Some(state.path())).unwrap();
    assert!(ledger.runs().unwrap().iter().any(|run| run.spec.name == "removed"));
}
