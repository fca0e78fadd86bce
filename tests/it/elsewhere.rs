//! What one server did is not done by another.

use crate::workdir::{Workdir, sandbox, words};

#[test]
fn a_sandboxs_result_fed_to_a_server_is_sent_all_of_it() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    let rehearsed = dir.run(&["submit", "list.csv", "--sandbox", "-o", "rehearsed.xlsx"]);
    assert_eq!(rehearsed.code, 0, "{rehearsed:?}");
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "rehearsed.xlsx", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 3]), "{ended:?}");
    assert_eq!(server.committed(), 3);
}

#[test]
fn another_servers_result_is_sent_and_this_servers_stays() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    let (one, other) = (sandbox(""), sandbox(""));
    dir.submit(&one, "list.csv", &[]);
    let written = dir.run(&["report", "-o", "of-one.xlsx"]);
    assert_eq!(written.code, 0, "{written:?}");
    let (_, rows) = dir.submit(&other, "of-one.xlsx", &["--other-server"]);
    assert_eq!(words(&rows), ["done"; 3]);
    assert_eq!(other.committed(), 3);
    dir.submit(&one, "of-one.xlsx", &[]);
    assert_eq!(one.committed(), 3);
}

#[test]
fn a_result_of_another_ledger_beside_the_list_is_told_and_never_written_over() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write_cases("list.csv", 2);
    let base = server.base_url();
    let submit = |more: &[&str]| dir.run(&[&["submit", "list.csv", "--base-url", &base, "--yes"][..], more].concat());
    let rehearsed = dir.run(&["submit", "list.csv", "--sandbox"]);
    assert_eq!(rehearsed.code, 0, "{rehearsed:?}");
    // A rehearsal's result is nothing to keep.
    let first = submit(&["--ledger", "one.db"]);
    assert!(first.code == 0 && !first.stderr.contains("another ledger"), "{first:?}");
    let theirs = std::fs::read(dir.path("list.csv.result.xlsx")).unwrap();
    for _ in 0..2 {
        let second = submit(&["--ledger", "two.db", "-q"]);
        assert_eq!(second.code, 0, "{second:?}");
        assert!(
            second.stderr.contains("list.csv.result.xlsx") && second.stderr.contains("another ledger"),
            "{second:?}"
        );
        assert_eq!(std::fs::read(dir.path("list.csv.result.xlsx")).unwrap(), theirs);
        assert!(dir.path("list.csv.result-2.xlsx").exists() && !dir.path("list.csv.result-3.xlsx").exists());
    }
    // Who wrote it writes it again; under a name that was given it is told alone.
    let again = submit(&["--ledger", "one.db"]);
    assert!(!again.stderr.contains("another ledger") && again.stdout.contains("list.csv.result.xlsx"), "{again:?}");
    let named = submit(&["--ledger", "two.db", "-o", "list.csv.result.xlsx"]);
    assert!(named.stderr.contains("takes its place") && named.stdout.contains("list.csv.result.xlsx"), "{named:?}");
}
