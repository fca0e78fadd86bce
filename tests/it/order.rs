//! Rows of one device go one at a time, in file order; a row behind an unknown one is held until a person closed that.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::witness::{Witness, count};
use crate::workdir::{HEADER, Workdir, words};

/// A list of upgrade cases from pairs of device and text.
fn list(dir: &Workdir, name: &str, cases: &[(&str, &str)]) {
    let rows: String = cases.iter().map(|(device, detail)| format!("upgrade,psu,{device},,,{detail}\n")).collect();
    dir.write(name, format!("{HEADER}\n{rows}"));
}

fn arrived(witness: &Witness) -> Vec<String> {
    witness.requests().iter().map(|request| request.detail().to_owned()).collect()
}

/// The run of some rows, from the reference of one that was sent.
fn run_of(rows: &[Value]) -> String {
    let reference = rows.iter().find_map(|row| row["reference"].as_str()).unwrap();
    reference.rsplit_once('-').unwrap().0.to_owned()
}

#[test]
fn rows_of_one_device_never_travel_together_and_keep_their_order() {
    const LATENCY: u64 = 15;
    let dir = Workdir::new();
    let cases: Vec<(String, String)> = (0..60).map(|n| (format!("FU{}", n % 7), format!("{n}"))).collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(device, n)| (device.as_str(), n.as_str())).collect();
    list(&dir, "list.csv", &cases);
    // A row that is refused for now must not be overtaken by the next of its device.
    let witness = Witness::slow(LATENCY, "[{on: {request: 9}, do: 429, retry-after: 0}, {on: {request: 23}, do: 429}]");
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "16"]);
    assert_eq!((ended.code, count(&rows, "done")), (0, 60), "{ended:?}");
    let mut before: HashMap<String, (u64, u32)> = HashMap::new();
    let mut together = 0;
    let requests = witness.requests();
    for pair in requests.windows(2) {
        together += u32::from(pair[1].at_ms < pair[0].at_ms + LATENCY);
    }
    for request in &requests {
        let (device, n): (_, u32) = (request.body["deviceId"].to_string(), request.detail().parse().unwrap());
        if let Some((at, last)) = before.insert(device.clone(), (request.at_ms, n)) {
            // The answer to the one before had left; the clock of the log counts whole milliseconds.
            assert!(request.at_ms + 1 >= at + LATENCY, "{device}: {n} came while {last} was in flight");
            assert!(n >= last, "{device}: {n} after {last}");
        }
    }
    assert!(together > 20, "rows of different devices do travel together: {together}");
}

#[test]
fn rows_behind_an_unknown_one_are_held_until_a_person_closed_it() {
    for (decision, attempts) in [(&["--not-done"][..], 2), (&["--done", "4711"], 1)] {
        let dir = Workdir::new();
        list(&dir, "list.csv", &[("FU1", "a"), ("FU2", "b"), ("FU1", "c"), ("FU3", "d"), ("FU1", "e")]);
        let witness = Witness::new("[{on: {field: detail, is: a}, times: 1, do: reset-before}]");
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (1, vec!["unknown", "done", "not-sent", "done", "not-sent"]));
        let run = run_of(&rows);
        for row in [2, 4] {
            assert_eq!(rows[row]["error"]["code"], "held");
            let why = rows[row]["error"]["title"].as_str().unwrap();
            assert!(
                why.contains("row 2 (") && why.contains("the same device") && why.contains(&format!("{run} --row 2")),
                "{why}"
            );
        }
        // The same command changes nothing before the person has spoken.
        let (ended, again) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, again), (1, rows));
        assert_eq!(arrived(&witness).len(), 3);
        assert_eq!(dir.run(&[&["resolve", &run, "--row", "2"], decision].concat()).code, 0);
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 5]), "{ended:?}");
        assert_eq!(rows[0]["attempts"], attempts);
        let ones: Vec<_> = arrived(&witness).into_iter().filter(|detail| "ace".contains(detail)).collect();
        let wanted = if attempts == 2 { vec!["a", "a", "c", "e"] } else { vec!["a", "c", "e"] };
        assert_eq!(ones, wanted);
    }
}

#[test]
fn an_unknown_row_holds_the_rows_of_its_device_in_a_mended_file_too() {
    for (decision, word) in [(&["--not-done"][..], "done"), (&["--done", "4711"], "duplicate")] {
        let dir = Workdir::new();
        list(&dir, "list.csv", &[("FU1", "a"), ("FU2", "b")]);
        let witness = Witness::new("[{on: {field: detail, is: a}, times: 1, do: 500}]");
        let (_, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!(words(&rows), ["unknown", "done"]);
        let run = run_of(&rows);
        list(&dir, "list.csv", &[("FU1", "x"), ("FU1", "a"), ("FU3", "c"), ("FU1", "y")]);
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (1, vec!["not-sent", "duplicate", "done", "not-sent"]), "{ended:?}");
        assert_eq!(
            (&rows[0]["error"]["code"], &rows[1]["duplicate_of"]["result"]),
            (&json!("held"), &json!("unknown"))
        );
        assert_eq!(dir.run(&[&["resolve", &run, "--row", "2"], decision].concat()).code, 0);
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (0, vec!["done", word, "done", "done"]), "{ended:?}");
        let ones: Vec<_> = arrived(&witness).into_iter().filter(|detail| "axy".contains(detail)).collect();
        let wanted = if word == "done" { vec!["a", "x", "a", "y"] } else { vec!["a", "x", "y"] };
        assert_eq!(ones, wanted);
    }
}

#[test]
fn a_row_that_was_put_off_is_held_when_another_file_left_its_device_unknown() {
    let dir = Workdir::new();
    let witness = Witness::new("[{on: {request: 1}, do: 401}, {on: {field: detail, is: x}, do: 500}]");
    list(&dir, "list.csv", &[("FU1", "a")]);
    assert_eq!(dir.submit(&witness.sandbox, "list.csv", &[]).0.code, 3);
    list(&dir, "other.csv", &[("FU1", "x")]);
    let (_, rows) = dir.submit(&witness.sandbox, "other.csv", &[]);
    assert_eq!(words(&rows), ["unknown"]);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows), &rows[0]["error"]["code"]), (1, vec!["not-sent"], &json!("held")));
    assert_eq!(arrived(&witness), ["a", "x"]);
}

#[test]
fn a_refused_row_does_not_hold_its_device() {
    let dir = Workdir::new();
    list(&dir, "list.csv", &[("FU1", "a"), ("FU1", "b"), ("FU1", "c")]);
    let witness = Witness::new("[{on: {request: 2}, do: 400}]");
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "rejected", "done"]), "{ended:?}");
}

#[test]
fn a_killed_run_holds_the_device_of_the_row_that_was_in_flight() {
    let dir = Workdir::new();
    list(&dir, "list.csv", &[("FU1", "a"), ("FU2", "b"), ("FU1", "c")]);
    let witness = Witness::new("[{on: {field: detail, is: a}, times: 1, do: hang-after}]");
    let base = witness.sandbox.base_url();
    let mut child = dir.start(&["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl"]);
    witness.wait_for(1);
    child.kill().unwrap();
    child.wait().unwrap();
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["unknown", "done", "not-sent"]), "{ended:?}");
    assert!(ended.stderr.contains("1 rows were being sent"), "{}", ended.stderr);
    assert_eq!((&rows[0]["error"]["code"], &rows[2]["error"]["code"]), (&json!("interrupted"), &json!("held")));
    assert_eq!(arrived(&witness), ["a", "b"]);
}
