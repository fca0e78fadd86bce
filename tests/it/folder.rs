//! What lies in a folder decides nothing, and is not written to: links, other programs' files, old ledgers.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;

use rusqlite::Connection;

use crate::workdir::{Workdir, sandbox};

#[test]
fn a_check_beside_an_old_database_and_a_link_writes_neither() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    dir.write("precious.txt", "precious");
    dir.write("caseload.toml", "[profiles.default]\nledger = \"l.db\"\n");
    Connection::open(dir.path("l.db")).unwrap().execute_batch("CREATE TABLE notes (a)").unwrap();
    symlink("precious.txt", dir.path("l.db.ballast")).unwrap();
    let before = fs::read(dir.path("l.db")).unwrap();
    let ended = dir.run(&["check", "list.csv", "--to", "hugin/create-case", "-o", "none"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("l.db") && ended.stderr.contains("another program"), "{ended:?}");
    assert_eq!(fs::read(dir.path("l.db")).unwrap(), before);
    assert_eq!(fs::read_to_string(dir.path("precious.txt")).unwrap(), "precious");
    let server = sandbox("");
    let (ended, _) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, server.requests()), (3, 0), "{ended:?}");
    assert_eq!(fs::read(dir.path("l.db")).unwrap(), before);
    assert_eq!(fs::read_to_string(dir.path("precious.txt")).unwrap(), "precious");
}

#[test]
fn nothing_is_made_where_a_link_leads() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    for link in ["caseload.toml", "create-case.xlsx", "log", "ledger.db", "ledger2.db.lock"] {
        symlink("made.txt", dir.path(link)).unwrap();
    }
    let server = sandbox("");
    let submit = ["submit", "list.csv", "--base-url", &server.base_url(), "--yes", "-o", "out.csv", "--ledger"];
    for (args, code) in [
        (&["init"][..], 2),
        (&["template", "hugin/create-case"], 2),
        (&["sandbox", "--log", "log"], 2),
        (&[&submit[..], &["ledger.db"]].concat(), 3),
        (&[&submit[..], &["ledger2.db"]].concat(), 3),
    ] {
        let ended = dir.run(args);
        assert_eq!((ended.code, server.requests()), (code, 0), "{args:?}: {ended:?}");
        assert!(!dir.path("made.txt").exists(), "{args:?}");
    }
}
