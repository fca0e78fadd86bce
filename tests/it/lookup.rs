//! Unknown rows that the server can be asked about.

use caseload_sandbox::Sandbox;
use serde_json::Value;

use crate::auth_server::{LOST, Server, json};
use crate::workdir::{Ended, Workdir, sandbox, words};

const LIST: &str = "case-id,customer-id,details\nMY-1,C1,first\nMY-2,C2,second\n,C3,third\n";

/// Complaints of which all three lost their answers, the second before it was carried out.
const LOST_ANSWERS: &str =
    "[{on: {request: 1}, do: reset-after}, {on: {request: 2}, do: reset-before}, {on: {request: 3}, do: reset-after}]";

fn submitted(dir: &Workdir, sandbox: &Sandbox) -> String {
    dir.write("list.csv", LIST);
    let (ended, rows) = dir.submit(sandbox, "list.csv", &["--to", "bank/create-complaint", "--concurrency", "1"]);
    assert_eq!(words(&rows), ["unknown"; 3], "{ended:?}");
    rows[0]["reference"].as_str().unwrap().rsplit_once('-').unwrap().0.to_owned()
}

fn rows(dir: &Workdir, run: &str) -> Vec<Value> {
    assert!(dir.run(&["report", run, "-o", "again.jsonl"]).code <= 3);
    dir.rows("again.jsonl")
}

fn resolve(dir: &Workdir, run: &str, more: &[&str]) -> Ended {
    dir.run(&[&["resolve", run], more].concat())
}

#[test]
fn what_the_server_has_is_closed_and_said_and_the_rest_is_listed() {
    let (dir, sandbox) = (Workdir::new(), sandbox(LOST_ANSWERS));
    let run = submitted(&dir, &sandbox);
    let ended = resolve(&dir, &run, &[]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for said in ["Row 2: the server has it as MY-1", "first", "Row 3: the server does not have it", "Row 4", "no value"]
    {
        assert!(ended.stderr.contains(said), "no {said:?} in {}", ended.stderr);
    }
    let after = rows(&dir, &run);
    assert_eq!(words(&after), ["done", "unknown", "unknown"]);
    assert_eq!(after[0]["id"], "MY-1");
}

#[test]
fn a_row_is_closed_as_not_done_only_where_the_server_does_not_have_it() {
    let (dir, sandbox) = (Workdir::new(), sandbox(LOST_ANSWERS));
    let run = submitted(&dir, &sandbox);
    let ended = resolve(&dir, &run, &["--row", "2", "--not-done"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let ended = resolve(&dir, &run, &["--row", "3", "--not-done"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(words(&rows(&dir, &run)), ["done", "not-sent", "unknown"]);
    let ended = resolve(&dir, &run, &["--row", "4", "--not-done"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("--no-lookup"), "{}", ended.stderr);
    assert_eq!(resolve(&dir, &run, &["--row", "4", "--not-done", "--no-lookup"]).code, 0);
    assert_eq!(words(&rows(&dir, &run)), ["done", "not-sent", "not-sent"]);
    let (ended, rows) = dir.submit(&sandbox, "list.csv", &["--to", "bank/create-complaint"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done", "done", "done"]), "{ended:?}");
}

#[test]
fn a_server_that_does_not_answer_for_a_row_leaves_it_unknown() {
    let dir = Workdir::new();
    dir.write("list.csv", "case-id,customer-id,details\nMY-1,C1,first\n");
    let server = Server::new(|came| match (came.method.as_str(), came.nth) {
        ("GET", 0) => (404, "Content-Type: text/html\r\n", "<html>no such page</html>".to_owned()),
        ("GET", 1) => json(500, "{}"),
        _ => LOST,
    });
    let to = ["submit", "list.csv", "--to", "bank/create-complaint", "--base-url", &server.address, "-o", "out.jsonl"];
    assert_eq!(dir.run(&to).code, 1);
    let reference = dir.rows("out.jsonl")[0]["reference"].as_str().unwrap().to_owned();
    let run = reference.rsplit_once('-').unwrap().0;
    for _ in 0..3 {
        let ended = resolve(&dir, run, &["--row", "2"]);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains("could not be asked"), "{}", ended.stderr);
    }
    assert!(server.came("/cases/MY-1").len() >= 3);
    assert_eq!(words(&rows(&dir, run)), ["unknown"]);
}

#[test]
fn of_decisions_in_a_workbook_none_is_taken_where_one_cannot_be_asked_about() {
    let (dir, sandbox) = (Workdir::new(), sandbox(LOST_ANSWERS));
    let run = submitted(&dir, &sandbox);
    let of = |row: u32| format!("{run}-1.{row}");
    let list = format!("Reference,Decision,Id\n{},done,X1\n{},not-done,\n{},not-done,\n", of(2), of(3), of(4));
    dir.write("decided.csv", list);
    let ended = resolve(&dir, &run, &["--from", "decided.csv"]);
    assert!(ended.code == 2 && ended.stderr.contains("no row was closed"), "{ended:?}");
    assert_eq!(words(&rows(&dir, &run)), ["unknown"; 3]);
    dir.write("twice.csv", format!("Reference,Decision,Id\n{0},done,X1\n{0},done,X2\n", of(2)));
    assert_eq!(resolve(&dir, &run, &["--from", "twice.csv"]).code, 2);
    assert_eq!(words(&rows(&dir, &run)), ["unknown"; 3]);
    assert_eq!(resolve(&dir, &run, &["--from", "decided.csv", "--no-lookup"]).code, 0);
    assert_eq!(words(&rows(&dir, &run)), ["done", "not-sent", "not-sent"]);
}
