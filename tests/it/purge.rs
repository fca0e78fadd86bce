//! What is old is forgotten for good, and nothing is sent twice for it.

use std::fs;

use crate::workdir::{Workdir, sandbox, words};

#[test]
fn old_runs_are_forgotten_and_their_files_still_known() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write_cases("list.csv", 3);
    let (ended, rows) = dir.submit(&server, "list.csv", &["--ledger", "l.db"]);
    assert_eq!((ended.code, words(&rows).len()), (0, 3), "{ended:?}");
    let id = rows[0]["id"].to_string();
    let ended = dir.run(&["purge", "--older-than", "1d", "--ledger", "l.db", "--json"]);
    assert!(ended.stdout.contains("\"rows\":0"), "{ended:?}");
    age(&dir, 200);
    let ended = dir.run(&["purge", "--older-than", "180d", "--ledger", "l.db"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("3 rows of 1 run"), "{ended:?}");
    assert!(!dir.run(&["find", &id, "--ledger", "l.db"]).stdout.contains("list.csv"));
    assert!(dir.run(&["runs", "--ledger", "l.db"]).stdout.contains("forgotten"));
    let (ended, _) = dir.submit(&server, "list.csv", &["--ledger", "l.db"]);
    assert_eq!((ended.code, server.requests()), (2, 3), "{ended:?}");
    assert!(ended.stderr.contains("--again"), "{}", ended.stderr);
    for name in ["l.db", "l.db-wal"] {
        let bytes = fs::read(dir.path(name)).unwrap_or_default();
        let folder = dir.path("").display().to_string();
        assert!(!contains(&bytes, folder.trim_end_matches('/').as_bytes()), "the file's folder is still in {name}");
    }
}

#[test]
fn a_run_with_an_unknown_row_is_not_forgotten() {
    let (dir, server) = (Workdir::new(), sandbox("[{on: {request: 2}, do: reset-after}]"));
    dir.write_cases("list.csv", 3);
    dir.submit(&server, "list.csv", &["--ledger", "l.db"]);
    age(&dir, 200);
    let ended = dir.run(&["purge", "--older-than", "180d", "--ledger", "l.db"]);
    assert!(ended.stdout.contains("0 rows of 0 runs") && ended.stderr.contains("resolve"), "{ended:?}");
    assert_eq!(dir.run(&["purge", "--older-than", "soon", "--ledger", "l.db"]).code, 2);
}

#[test]
fn a_row_that_was_done_is_known_until_its_window_is_over() {
    // Cases count for a week and more, and the run is two days old.
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write_cases("list.csv", 3);
    dir.submit(&server, "list.csv", &["--ledger", "l.db"]);
    age(&dir, 2);
    let connection = rusqlite::Connection::open(dir.path("l.db")).unwrap();
    let two_days = 2 * 86_400_000_i64;
    connection.execute("UPDATE entry SET sent_ms = sent_ms - ?1", [two_days]).unwrap();
    let purge = || dir.run(&["purge", "--older-than", "1d", "--ledger", "l.db", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&purge().stdout).unwrap();
    assert_eq!((&said["rows"], &said["hashes"]), (&3.into(), &3.into()), "{said}");
    dir.write_cases("mended.csv", 4);
    let (ended, rows) = dir.submit(&server, "mended.csv", &["--ledger", "l.db"]);
    assert_eq!(words(&rows), ["duplicate", "duplicate", "duplicate", "done"], "{ended:?}");
    let of = &rows[0]["duplicate_of"];
    assert_eq!((&of["file"], &of["row"], &of["result"]), (&"list.csv".into(), &2.into(), &"done".into()), "{of}");
    assert_eq!(server.requests(), 4);
    // The longest window of the contract is over.
    let moved = connection.execute("UPDATE forgotten SET kept_until_ms = kept_until_ms - ?1", [two_days * 200]);
    assert_eq!(moved.unwrap(), 3);
    let said: serde_json::Value = serde_json::from_str(&purge().stdout).unwrap();
    assert_eq!(said["hashes"], 0, "{said}");
    assert_eq!(connection.query_row("SELECT count(*) FROM forgotten", [], |row| row.get::<_, u32>(0)).unwrap(), 0);
}

/// Lets the runs of the ledger have ended so many days ago.
fn age(dir: &Workdir, days: i64) {
    let connection = rusqlite::Connection::open(dir.path("l.db")).unwrap();
    let ms = days * 86_400_000;
    connection.execute("UPDATE run SET ended_ms = ended_ms - ?1, started_ms = started_ms - ?1", [ms]).unwrap();
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
