//! The ledger's file: its names, its lock, its modes, its settings, and what is done about damage.

use super::{Desk, begin, send, states};
use crate::ledger::{Error, Ledger, Sqlite, State};

#[test]
fn a_ledger_has_a_folder_and_a_secret_of_its_own() {
    let desk = Desk::new();
    let path = desk.folder.path().join("new").join("below").join("ledger.db");
    let (one, other) = (Ledger::open(&path).unwrap(), desk.open());
    assert_ne!(one.secret(), other.secret());
    let kept = *one.secret();
    assert_eq!(*Ledger::look(&path).unwrap().secret(), kept);
    drop(one);
    assert_eq!(*Ledger::open(&path).unwrap().secret(), kept);
}

#[test]
#[cfg(unix)]
fn a_ledger_is_private_and_has_room_in_reserve() {
    use crate::ledger::sqlite::{BALLAST, drop_ballast};
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    let folder = desk.folder.path().join("new");
    let path = folder.join("ledger.db");
    drop(Ledger::open(&path).unwrap());
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let ballast = folder.join("ledger.db.ballast");
    assert_eq!([mode(&folder), mode(&path), mode(&ballast)], [0o700, 0o600, 0o600]);
    std::fs::write(&ballast, "less").unwrap();
    drop(Ledger::open(&path).unwrap());
    assert_eq!(std::fs::metadata(&ballast).unwrap().len(), BALLAST);
    drop_ballast(&path);
    assert!(!ballast.exists());
}

/// A whole look at every start would take its time from each run.
#[test]
fn damage_is_looked_for_where_a_process_did_not_end_well() {
    let desk = Desk::new();
    drop(desk.open());
    let page: u32 = rusqlite::Connection::open(desk.path())
        .and_then(|file| {
            file.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'", [], |row| row.get(0))
        })
        .unwrap();
    let ledger = desk.open();
    begin(&ledger, "cut off");
    let copy = desk.folder.path().join("copy.db");
    std::fs::copy(desk.folder.path().join("ledger.db-wal"), desk.folder.path().join("copy.db-wal")).unwrap();
    let mut bytes = std::fs::read(desk.path()).unwrap();
    std::fs::write(&copy, &bytes).unwrap();
    drop(Ledger::open(&copy).unwrap());

    // The page is no page of a table any more.
    bytes[(page as usize - 1) * 4096] = 0;
    std::fs::write(&copy, &bytes).unwrap();
    std::fs::copy(desk.folder.path().join("ledger.db-wal"), desk.folder.path().join("copy.db-wal")).unwrap();
    assert!(matches!(Ledger::open(&copy), Err(Error::Unfit(why)) if why.contains("damaged")));
    // Whoever found it has brought the log in.
    assert!(!desk.folder.path().join("copy.db-wal").exists());
    assert!(!matches!(Ledger::open(&copy), Err(Error::Unfit(_))));
}

#[test]
fn several_write_and_others_look() {
    let desk = Desk::new();
    let (one, other) = (desk.open(), desk.open());
    assert_eq!(one.secret(), other.secret());
    assert_eq!(desk.look().secret(), one.secret());
    let secret = *one.secret();
    drop((one, other));
    assert_eq!(*desk.open().secret(), secret);
    // A look never makes a ledger.
    assert!(Ledger::look(&desk.path().with_file_name("none.db")).is_err());
    assert!(!desk.path().with_file_name("none.db").exists());
}

#[test]
#[cfg(unix)]
fn a_ledger_is_one_by_whatever_name_it_is_opened() {
    let desk = Desk::new();
    let name = |name: &str| desk.folder.path().join(name);
    drop(desk.open());
    std::os::unix::fs::symlink("ledger.db", name("link.db")).unwrap();
    let ledger = Ledger::open(&name("link.db")).unwrap();
    let run = begin(&ledger, "r1");
    let held = ledger.hold(run).unwrap();
    assert!(matches!(desk.open().hold(run), Err(Error::UnderWay)));
    drop(held);
    drop(send(ledger, run, &[State::Done]));
    let ledger = desk.open();
    let held = ledger.hold(run).unwrap();
    assert!(matches!(Ledger::open(&name("link.db")).unwrap().hold(run), Err(Error::UnderWay)));
    drop(held);
    assert_eq!(states(&Ledger::look(&name("link.db")).unwrap(), run), [State::Done]);
    drop(ledger);
    let files = std::fs::read_dir(desk.folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert_eq!(files.filter(|file| file.to_string_lossy().starts_with("link")).count(), 1);

    std::fs::hard_link(desk.path(), name("twin.db")).unwrap();
    for path in [desk.path(), name("twin.db")] {
        assert!(matches!(Ledger::open(&path), Err(Error::TwoNames)));
        assert!(matches!(Ledger::look(&path), Err(Error::TwoNames)));
    }
    std::fs::remove_file(name("twin.db")).unwrap();
    assert_eq!(states(&desk.open(), run), [State::Done]);
}

#[test]
fn who_looks_last_and_brings_the_log_in_does_not_keep_the_next_run_from_starting() {
    let ledger = Desk::new();
    drop(ledger.open());
    let looker = rusqlite::Connection::open(ledger.path()).unwrap();
    looker.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let waits = std::thread::scope(|scope| {
        let next = scope.spawn(|| Ledger::open(&ledger.path()).map(|ledger| ledger.recovered()));
        std::thread::sleep(std::time::Duration::from_millis(100));
        looker.execute_batch("COMMIT").unwrap();
        next.join().unwrap()
    });
    assert_eq!(waits.unwrap(), 0);
}

#[test]
fn what_is_committed_is_on_the_disk_and_what_is_deleted_is_gone() {
    let desk = Desk::new();
    let ledger = Sqlite::open(&desk.path()).unwrap();
    let pragma = |name: &str| -> i64 { ledger.connection.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
    let settings = ["synchronous", "secure_delete", "trusted_schema", "temp_store", "checkpoint_fullfsync"];
    assert_eq!(settings.map(pragma), [2, 1, 0, 2, 1]);
    let memory = rusqlite::Connection::open_in_memory().unwrap();
    let refused = crate::ledger::sqlite::set_up(&memory);
    assert!(matches!(&refused, Err(Error::Unfit(why)) if why.contains("durable")), "{refused:?}");
}

#[test]
#[cfg(unix)]
fn no_file_of_a_ledger_is_made_or_written_through_a_link() {
    use std::os::unix::fs::symlink;
    for ending in ["-wal", "-shm", "-journal", ".lock", ".ballast"] {
        for target in ["precious.txt", "none.txt"] {
            let desk = Desk::new();
            let precious = desk.folder.path().join("precious.txt");
            std::fs::write(&precious, "precious").unwrap();
            let link = desk.folder.path().join(format!("ledger.db{ending}"));
            symlink(desk.folder.path().join(target), &link).unwrap();
            let opened = Ledger::open(&desk.path());
            // The reserve is made anew, in the link's place; what has to be there is not used.
            assert_eq!(opened.is_ok(), ending == ".ballast", "{ending}: {:?}", opened.err());
            assert_eq!(link.is_symlink(), ending != ".ballast", "{ending}");
            assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious", "{ending}");
            assert!(!desk.folder.path().join("none.txt").exists(), "{ending}");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_ledger_that_is_a_link_to_nowhere_is_not_made() {
    let desk = Desk::new();
    let link = desk.folder.path().join("link.db");
    std::os::unix::fs::symlink(desk.path(), &link).unwrap();
    assert!(matches!(Ledger::open(&link), Err(Error::StrangeLink(_))));
    assert!(!desk.path().exists());
}

#[test]
fn another_programs_database_is_left_as_it_is() {
    let desk = Desk::new();
    rusqlite::Connection::open(desk.path()).unwrap().execute_batch("CREATE TABLE run (a)").unwrap();
    let before = std::fs::read(desk.path()).unwrap();
    for opened in [Ledger::open(&desk.path()), Ledger::look(&desk.path())] {
        assert!(matches!(&opened, Err(Error::Unfit(why)) if why.contains("another program")), "{:?}", opened.err());
    }
    assert_eq!(std::fs::read(desk.path()).unwrap(), before);
}

/// The names in the folder with what the files hold.
fn all_of(desk: &Desk) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let files = std::fs::read_dir(desk.folder.path()).unwrap().map(|file| file.unwrap());
    let mut all: Vec<_> = files.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect();
    all.sort();
    all
}

#[test]
fn a_look_reads_an_older_ledger_and_leaves_the_folder_as_it_is() {
    let desk = Desk::new();
    let mut old = rusqlite::Connection::open(desk.path()).unwrap();
    crate::ledger::sqlite::migrations::apply_first(&mut old, 1).unwrap();
    old.pragma_update(None, "journal_mode", "wal").unwrap();
    old.execute_batch(
        "INSERT INTO secret VALUES (zeroblob(32));
         INSERT INTO run VALUES (1, 'r1', zeroblob(32), 'list.csv', '', 'a/b', 'h', '{}', '[]', 1, 0, NULL, 0, NULL, NULL);
         INSERT INTO entry (id, sheet, row, key, state, attempts) VALUES (4294967296, 0, 2, zeroblob(16), 'sending', 1);",
    )
    .unwrap();
    drop(old);
    let before = all_of(&desk);
    let looker = desk.look();
    assert_eq!(looker.runs().unwrap()[0].spec.name, "r1");
    assert_eq!(states(&looker, 1), [State::Sending], "nobody has said that it is lost");
    drop(looker);
    assert_eq!(all_of(&desk), before);
    assert_eq!(states(&desk.open(), 1), [State::Unknown]);
}

#[test]
fn a_look_leaves_the_log_of_a_run_that_was_cut_off_where_it_is() {
    let desk = Desk::new();
    let ledger = desk.open();
    let run = begin(&ledger, "r1");
    let copy = desk.folder.path().join("copy.db");
    for ending in ["", "-wal"] {
        let from = desk.folder.path().join(format!("ledger.db{ending}"));
        std::fs::copy(from, desk.folder.path().join(format!("copy.db{ending}"))).unwrap();
    }
    let bytes = || ["", "-wal"].map(|ending| std::fs::read(copy.with_file_name(format!("copy.db{ending}"))).unwrap());
    let before = bytes();
    assert!(!before[1].is_empty());
    assert_eq!(Ledger::look(&copy).unwrap().runs().unwrap()[0].number, run);
    assert_eq!(bytes(), before);
}
