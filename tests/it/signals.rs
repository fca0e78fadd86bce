//! Ctrl-C and SIGTERM: rows in flight are waited for, the result is whole, the same command goes on.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::witness::{Witness, count};
use crate::workdir::{Workdir, words};

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_signal_ends_the_run_when_the_rows_in_flight_are_settled() {
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
        let dir = Workdir::new();
        dir.write_cases("list.csv", 60);
        let witness = Witness::slow(60, "");
        let base = witness.sandbox.base_url();
        let args = ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl", "--json"];
        let child = dir.start(&args);
        witness.wait_for(12);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{name}: {stderr}");
        assert!(stderr.contains("The same command goes on"), "{stderr}");
        let rows = dir.rows("out.jsonl");
        let details: Vec<String> = (0..60).map(|n| format!("case {n}")).collect();
        witness.agrees_with(&rows, &details);
        let done = count(&rows, "done");
        assert_eq!(done + count(&rows, "not-sent"), 60, "{name}: {:?}", words(&rows));
        assert_eq!(done as u64, witness.sandbox.requests(), "{name}: what was in flight is settled");
        assert!((12..50).contains(&done), "{name}: {done}");
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&summary["balance"], &summary["exit"]), (&true.into(), &code.into()));
        let ended = dir.run(&args);
        let rows = dir.rows("out.jsonl");
        assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 60]), "{name}: {ended:?}");
        assert_eq!((witness.sandbox.requests(), witness.sandbox.committed()), (60, 60));
    }
}

#[test]
fn a_signal_during_a_pause_ends_the_run_at_once() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 5);
    let witness = Witness::new("[{on: {request: 2}, do: 429, retry-after: 600}]");
    let base = witness.sandbox.base_url();
    let args = ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl", "--concurrency", "1"];
    let child = dir.start(&args);
    witness.wait_for(2);
    let start = Instant::now();
    signal(&child, "INT");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let rows = dir.rows("out.jsonl");
    assert_eq!(words(&rows), ["done", "not-sent", "not-sent", "not-sent", "not-sent"]);
}

#[test]
fn a_second_signal_leaves_at_once_and_the_row_in_flight_is_unknown() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    let witness = Witness::new("[{on: {request: 2}, do: hang-after}]");
    let base = witness.sandbox.base_url();
    let mut child = dir.start(&["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl"]);
    witness.wait_for(2);
    signal(&child, "TERM");
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "the first signal waits for the answer");
    signal(&child, "INT");
    let start = Instant::now();
    let status = child.wait().unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!((status.code(), status.signal()), (Some(130), None));
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "unknown", "done"]), "{ended:?}");
    assert_eq!(witness.sandbox.requests(), 3);
}

#[test]
fn a_signal_while_the_next_file_is_checked_keeps_that_file_from_going() {
    let dir = Workdir::new();
    dir.write_cases("first.csv", 2);
    dir.write_cases("second.csv", 15_000);
    let witness = Witness::new("");
    let base = witness.sandbox.base_url();
    let child = dir.start(&["submit", "first.csv", "second.csv", "--base-url", &base, "--yes"]);
    // The result of the first stands, so the second is being read.
    let start = Instant::now();
    while !dir.path("first.csv.result.xlsx").exists() && start.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(30));
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(witness.sandbox.requests(), 2);
}
