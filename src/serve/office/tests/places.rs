use std::fs;

use rusqlite::Connection;

use super::super::sqlite::tests::{NEWEST, apply_first};
use super::super::{Error, Filter, Office};
use super::{Beside, person};

#[test]
fn an_office_lies_beside_its_ledger_and_is_found_only_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("caseload.db");
    assert!(Office::find(&ledger).unwrap().is_none());
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "a look makes nothing");
    let office = Office::open(&ledger).unwrap();
    assert_eq!(office.folder().file_name().unwrap(), "caseload.db.office");
    assert!(Office::find(&ledger).unwrap().is_some());
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_look_into_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let beside = Beside::new();
    let list = beside.list("x", &person(1, "Elif"));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = beside.office.folder();
    assert_eq!((mode(folder), mode(&folder.join("uploads"))), (0o700, 0o700));
    for name in ["office.db", "office.db-wal", "office.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&beside.office.file_of(list.id).unwrap()), 0o600);
    // A folder that others may enter is not gone into, and a link is not followed.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o750)).unwrap();
    let refused = Office::open(&beside.ledger()).unwrap_err();
    assert!(matches!(refused, Error::Exposed(_)) && refused.words().en.contains("chmod 700"), "{refused}");
    let elsewhere = tempfile::tempdir().unwrap();
    symlink(folder, elsewhere.path().join("ledger.db.office")).unwrap();
    assert!(matches!(Office::open(&elsewhere.path().join("ledger.db")), Err(Error::Link(_))));
    let third = tempfile::tempdir().unwrap();
    drop(Office::open(&third.path().join("ledger.db")).unwrap());
    let db = third.path().join("ledger.db.office/office.db");
    fs::rename(&db, third.path().join("moved")).unwrap();
    symlink(third.path().join("moved"), &db).unwrap();
    assert!(matches!(Office::open(&third.path().join("ledger.db")), Err(Error::Link(_))));
}

#[test]
fn a_newer_office_is_refused_and_one_that_is_none_too() {
    let beside = Beside::new();
    let db = Connection::open(beside.office.folder().join("office.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    let newer = Office::open(&beside.ledger()).unwrap_err();
    assert!(matches!(newer, Error::Newer(99)) && newer.words().tr.contains("daha yeni"), "{newer}");
    // Nor is it written by one that had it open before.
    let late = beside.office.leave(1, &person(1, "Elif"));
    assert!(matches!(late, Err(Error::Newer(99))), "{late:?}");
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("ledger.db.office")).unwrap();
    #[cfg(unix)]
    fs::set_permissions(other.path().join("ledger.db.office"), std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .unwrap();
    let db = Connection::open(other.path().join("ledger.db.office/office.db")).unwrap();
    db.execute_batch("CREATE TABLE bookmarks (x)").unwrap();
    assert!(matches!(Office::open(&other.path().join("ledger.db")), Err(Error::Unfit)));
    fs::write(other.path().join("ledger.db.office/office.db"), "no database at all, but long enough to be looked at")
        .unwrap();
    assert!(Office::open(&other.path().join("ledger.db")).is_err());
}

#[test]
fn an_office_of_each_older_version_is_brought_up() {
    for steps in 0..NEWEST as usize {
        let beside = Beside::new();
        let path = beside.office.folder().join("office.db");
        for name in ["office.db", "office.db-wal", "office.db-shm"] {
            let _ = fs::remove_file(beside.office.folder().join(name));
        }
        apply_first(&Connection::open(&path).unwrap(), steps).unwrap();
        let office = Office::open(&beside.ledger()).unwrap();
        assert!(office.recent(&Filter::default(), 9).unwrap().is_empty());
    }
}

#[test]
fn who_had_a_hand_in_a_list_of_an_older_version_is_known() {
    let beside = Beside::new();
    let path = beside.office.folder().join("office.db");
    for name in ["office.db", "office.db-wal", "office.db-shm"] {
        let _ = fs::remove_file(beside.office.folder().join(name));
    }
    let raw = Connection::open(&path).unwrap();
    apply_first(&raw, 1).unwrap();
    raw.execute_batch(
        "INSERT INTO list (id, name, upload, file_name, sha256, bytes, kind, by_id, by_name, uploaded_ms, target, reading, lang,
            keep_ms, state, state_ms, touched_ms)
         VALUES (7, '20261126-00000a', NULL, 'a.csv', 'ab', 1, 'csv', 1, 'Elif', 5, '', '{\"maps\": []}', 'tr', 1, 'checked', 5, 5);
         INSERT INTO change (list, number, kind, by_id, by_name, at_ms, size, undone_by_id, undone_by, undone_ms)
         VALUES (7, 1, 'mended', 2, 'Deniz', 6, 1, 3, 'Ece', 7);",
    )
    .unwrap();
    drop(raw);
    let office = Office::open(&beside.ledger()).unwrap();
    assert_eq!(office.list("20261126-00000a").unwrap().unwrap().by, person(1, "Elif"));
    assert_eq!(office.hands_of(7).unwrap().into_iter().collect::<Vec<_>>(), [1, 2, 3]);
}
