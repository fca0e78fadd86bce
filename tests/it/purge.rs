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

/// Lets the runs of the ledger have ended so many days ago.
fn age(dir: &Workdir, days: i64) {
    let connection = rusqlite::Connection::open(dir.path("l.db")).unwrap();
    let ms = days * 86_400_000;
    connection.execute("UPDATE run SET ended_ms = ended_ms - ?1, started_ms = started_ms - ?1", [ms]).unwrap();
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
