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
