//! A person closes the rows that nobody else can.

use serde_json::{Value, json};

use crate::book::read_sheet;
use crate::witness::Witness;
use crate::workdir::{Ended, Workdir, words};

/// Five rows of which the second and the fourth are unknown; gives the name of the run.
fn two_unknown(dir: &Workdir, witness: &Witness) -> String {
    dir.write_cases("list.csv", 5);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "1"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "unknown", "done", "unknown", "done"]));
    let reference = rows[0]["reference"].as_str().unwrap();
    reference.rsplit_once('-').unwrap().0.to_owned()
}

fn unlucky() -> Witness {
    Witness::new("[{on: {request: 2}, do: 500-after}, {on: {request: 4}, do: reset-before}]")
}

/// The ledger's record of a row.
fn entry(dir: &Workdir, run: &str, row: u64) -> Value {
    let ended = dir.run(&["runs", run, "--json"]);
    let entries = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.into_iter().find(|entry| entry["row"] == row).unwrap()
}

fn note(dir: &Workdir, run: &str, row: u64) -> Value {
    serde_json::from_str(entry(dir, run, row)["resolved"].as_str().unwrap()).unwrap()
}

#[track_caller]
fn refused(ended: &Ended, words: &str) {
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
}

#[test]
fn the_unknown_rows_are_listed_with_what_to_look_for() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    let listed = dir.run(&["resolve", &run]);
    assert_eq!(listed.code, 1);
    let lines: Vec<&str> = listed.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{listed:?}");
    for (line, row) in lines.iter().zip([3, 5]) {
        assert!(line.starts_with(&format!("{row}  unknown")) && line.contains(&format!("{run}-1.{row}")), "{line}");
    }
    assert!(listed.stderr.contains("--done ID"), "{}", listed.stderr);
}

#[test]
fn a_row_closed_as_done_has_the_id_that_was_found_and_is_not_sent() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    for (row, id) in [("3", "1002"), ("5", "A-007")] {
        let args = ["resolve", &run, "--row", row, "--done", id, "--by", "Ayşe", "--why", "seen in the system"];
        let ended = dir.run(&args);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 5]), "{ended:?}");
    assert_eq!((&rows[1]["id"], &rows[3]["id"]), (&json!(1002), &json!("A-007")));
    assert_eq!((&rows[1]["error"], witness.sandbox.requests()), (&Value::Null, 5));
    let note = note(&dir, &run, 3);
    assert_eq!(
        (&note["by"], &note["why"], &note["was"]),
        (&json!("Ayşe"), &json!("seen in the system"), &json!("unknown"))
    );
    assert!(note["at"].as_str().is_some_and(|at| at.starts_with("20")), "{note}");
    assert_eq!(dir.run(&["resolve", &run]).code, 0);
}

#[test]
fn a_row_closed_as_not_done_is_sent_once_by_the_same_command() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    assert_eq!(dir.run(&["resolve", &run, "--row", "5", "--not-done", "--by", "Ali"]).code, 0);
    assert_eq!(note(&dir, &run, 5)["by"], "Ali");
    // Until then it waits, and nothing says any more that it may have been carried out.
    assert_eq!(dir.run(&["report", &run, "-o", "report.jsonl"]).code, 3);
    let waiting = &dir.rows("report.jsonl")[3];
    assert_eq!((&waiting["result"], &waiting["error"]["code"]), (&json!("not-sent"), &json!("not-sent")), "{waiting}");
    for _ in 0..2 {
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (1, vec!["done", "unknown", "done", "done", "done"]), "{ended:?}");
        assert_eq!(rows[3]["attempts"], 2);
    }
    assert_eq!((witness.sandbox.requests(), witness.sandbox.committed()), (6, 5));
    assert_eq!(note(&dir, &run, 5)["by"], "Ali", "who said so stays written down");
}

#[test]
fn only_a_row_that_is_unknown_can_be_closed_and_only_once() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    refused(&dir.run(&["resolve", &run, "--row", "2", "--not-done"]), "is not unknown but \"done\"");
    refused(&dir.run(&["resolve", &run, "--row", "99", "--not-done"]), "was not sent");
    refused(&dir.run(&["resolve", &run, "--row", "3"]), "--not-done");
    refused(&dir.run(&["resolve", "no-such-run", "--row", "3", "--not-done"]), "There is no run");
    assert_eq!(dir.run(&["resolve", &run, "--row", "3", "--not-done", "--done", "7"]).code, 2);
    assert_eq!(entry(&dir, &run, 3)["result"], "unknown");
    assert_eq!(dir.run(&["resolve", &run, "--row", "3", "--done", "1002"]).code, 0);
    refused(&dir.run(&["resolve", &run, "--row", "3", "--not-done"]), "is not unknown but \"done\"");
    refused(&dir.run(&["resolve", &run, "--row", "3", "--done", "8"]), "is not unknown but \"done\"");
    assert_eq!(entry(&dir, &run, 3)["id"], 1002);
}

#[test]
fn a_row_that_was_done_without_an_id_is_given_one() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let witness = Witness::new("[{do: no-id}]");
    let (_, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!(words(&rows), ["done-without-id"]);
    let run = rows[0]["reference"].as_str().unwrap().rsplit_once('-').unwrap().0.to_owned();
    refused(&dir.run(&["resolve", &run, "--row", "2", "--not-done"]), "not sent again");
    assert_eq!(dir.run(&["resolve", &run, "--row", "2", "--done", "1001"]).code, 0);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows), &rows[0]["id"]), (0, vec!["done"], &json!(1001)));
    assert_eq!(witness.sandbox.requests(), 1);
}

#[test]
fn nobody_closes_a_row_of_a_run_that_is_being_sent() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    let witness = Witness::new("[{on: {request: 1}, do: 500}, {on: {request: 2}, slow: 2s}]");
    let base = witness.sandbox.base_url();
    let args = ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl", "--concurrency", "1"];
    let child = dir.start(&args);
    witness.wait_for(2);
    let run = witness.requests()[0].reference.rsplit_once('-').unwrap().0.to_owned();
    assert_eq!(dir.run(&["resolve", &run, "--row", "2", "--not-done"]).code, 75);
    // Looking is free.
    assert_eq!(dir.run(&["resolve", &run]).stdout.lines().count(), 1);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(1));
    assert_eq!(words(&dir.rows("out.jsonl")), ["unknown", "done", "done"]);
}

#[test]
fn a_list_is_filled_in_and_closes_its_rows() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    assert_eq!(dir.run(&["resolve", &run, "-o", "list.xlsx"]).code, 1);
    let table = read_sheet(&dir.path("list.xlsx"), "Unknown rows", 1);
    assert_eq!(table.column("Row"), ["3", "5"]);
    let references = table.column("Reference");
    let again = dir.run(&["resolve", &run, "-o", "list.xlsx"]);
    assert_eq!(again.code, 2, "a list that may be filled in is written over: {again:?}");
    dir.write(
        "filled.csv",
        format!("Referans;Karar;Id;Neden\n{};done;0042;gördüm\n{};Yapılmadı;;\n", references[0], references[1]),
    );
    let ended = dir.run(&["resolve", &run, "--from", "filled.csv", "--by", "Ayşe"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(entry(&dir, &run, 3)["id"], "0042");
    let note = note(&dir, &run, 3);
    assert_eq!((&note["by"], &note["why"]), (&json!("Ayşe"), &json!("gördüm")));
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "1"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 5]), "{ended:?}");
}

#[test]
fn a_result_with_decisions_added_closes_its_rows_and_one_wrong_decision_closes_none() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    let rows = dir.rows("out.jsonl");
    let reference = |at: usize| rows[at]["reference"].as_str().unwrap().to_owned();
    for (decisions, said) in [
        (format!("{},maybe\n", reference(1)), "\"maybe\""),
        (format!("{},done\n{},done\n", reference(1), reference(0)), "no unknown row"),
        ("nobody-1.2,done\n".to_owned(), "nobody-1.2"),
    ] {
        dir.write("wrong.csv", format!("Reference,Decision\n{decisions}"));
        refused(&dir.run(&["resolve", &run, "--from", "wrong.csv"]), said);
        assert_eq!(dir.run(&["resolve", &run]).stdout.lines().count(), 2);
    }
    dir.write("no.csv", "Reference,Note\nx,y\n");
    refused(&dir.run(&["resolve", &run, "--from", "no.csv"]), "-o list.xlsx");
    dir.write("right.csv", format!("Reference,caseId,Decision\n{},1002,done\n{},,\n", reference(1), reference(3)));
    let ended = dir.run(&["resolve", &run, "--from", "right.csv"]);
    assert_eq!(ended.code, 1, "one row is unknown still: {ended:?}");
    assert_eq!(
        (entry(&dir, &run, 3)["id"].clone(), entry(&dir, &run, 5)["result"].clone()),
        (json!(1002), json!("unknown"))
    );
}

#[test]
fn an_id_that_a_workbook_keeps_as_a_number_too_long_for_one_closes_no_row() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    let reference = dir.rows("out.jsonl")[1]["reference"].as_str().unwrap().to_owned();
    let list = |id: &dyn Fn(&mut rust_xlsxwriter::Worksheet)| {
        crate::book::book(&[("list", &|sheet: &mut rust_xlsxwriter::Worksheet| {
            crate::book::texts(sheet, 1, &["Reference", "Decision", "Id"]);
            crate::book::texts(sheet, 2, &[&reference, "done"]);
            id(sheet);
        })])
    };
    dir.write(
        "number.xlsx",
        list(&|sheet| {
            sheet.write_number(1, 2, 1_234_567_890_123_456_789.0).unwrap();
        }),
    );
    refused(&dir.run(&["resolve", &run, "--from", "number.xlsx"]), "Format the column as Text");
    assert_eq!(entry(&dir, &run, 3)["result"], "unknown");
    dir.write(
        "text.xlsx",
        list(&|sheet| {
            sheet.write_string(1, 2, "1234567890123456789012345").unwrap();
        }),
    );
    assert_eq!(dir.run(&["resolve", &run, "--from", "text.xlsx"]).code, 1);
    assert_eq!(entry(&dir, &run, 3)["id"], "1234567890123456789012345");
}

/// A run of three rows that is killed while the second is at the server; gives its name.
fn killed(dir: &Workdir, witness: &Witness) -> String {
    dir.write_cases("list.csv", 3);
    let base = witness.sandbox.base_url();
    let args = ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl", "--concurrency", "1"];
    let mut child = dir.start(&[&args[..], &["--timeout", "20s"]].concat());
    witness.wait_for(2);
    child.kill().unwrap();
    child.wait().unwrap();
    // Whoever opens the ledger next finds the row unknown.
    let run = witness.requests()[0].reference.rsplit_once('-').unwrap().0.to_owned();
    refused(&dir.run(&["resolve", &run, "--row", "3", "--no-lookup"]), "may still be on its way");
    run
}

/// Lets every intent of the ledger have been made so many seconds earlier.
fn seconds_pass(dir: &Workdir, seconds: i64) {
    let ledger = dir.path("data/caseload/ledger.db");
    let connection = rusqlite::Connection::open(ledger).unwrap();
    let ms = seconds * 1_000;
    assert!(connection.execute("UPDATE entry SET opened_ms = opened_ms - ?1", [ms]).unwrap() > 0);
}

#[test]
fn a_row_whose_program_was_killed_is_not_called_not_done_while_its_request_may_arrive() {
    let (dir, witness) = (Workdir::new(), Witness::new("[{on: {request: 2}, slow: 3s}]"));
    let run = killed(&dir, &witness);
    let listed = dir.run(&["resolve", &run]);
    assert!(listed.stdout.contains("may still be on its way; look from 20"), "{listed:?}");
    let not_done = ["resolve", &run, "--row", "3", "--not-done"];
    refused(&dir.run(&not_done), "Look from 20");
    assert_eq!(entry(&dir, &run, 3)["result"], "unknown");
    // Five seconds to leave, twenty for the answer, thirty in the network, twenty-five for what nobody knows.
    seconds_pass(&dir, 70);
    refused(&dir.run(&not_done), "Look from 20");
    seconds_pass(&dir, 15);
    assert!(!dir.run(&["resolve", &run]).stdout.contains("on its way"));
    assert_eq!(dir.run(&not_done).code, 0);
}

#[test]
fn that_a_row_is_done_is_said_at_once() {
    let (dir, witness) = (Workdir::new(), Witness::new("[{on: {request: 2}, slow: 3s}]"));
    let run = killed(&dir, &witness);
    assert_eq!(dir.run(&["resolve", &run, "--row", "3", "--done", "1002"]).code, 0);
    assert_eq!(entry(&dir, &run, 3)["id"], 1002);
}

#[test]
fn a_row_that_its_sender_saw_time_out_at_this_machine_is_closed_at_once() {
    let (dir, witness) = (Workdir::new(), Witness::new("[{on: {request: 1}, slow: 3s}]"));
    dir.write_cases("list.csv", 1);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--timeout", "500ms"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["unknown"]), "{ended:?}");
    let run = rows[0]["reference"].as_str().unwrap().rsplit_once('-').unwrap().0.to_owned();
    assert_eq!(dir.run(&["resolve", &run, "--row", "2", "--not-done"]).code, 0);
}

#[test]
fn a_list_closes_the_attempts_that_it_was_written_about_and_no_later_ones() {
    let (dir, witness) = (Workdir::new(), unlucky());
    let run = two_unknown(&dir, &witness);
    assert_eq!(dir.run(&["resolve", &run, "-o", "list.xlsx"]).code, 1);
    let attempts = read_sheet(&dir.path("list.xlsx"), "Unknown rows", 1).column("Attempt");
    let list = |attempt: &str| format!("Reference,Decision,Attempt\n{run}-1.3,not-done,{attempt}\n");
    dir.write("old.csv", list("1-00000000000000ff"));
    let ended = dir.run(&["resolve", &run, "--from", "old.csv"]);
    refused(&ended, "was sent again after the list was written");
    dir.write("new.csv", list(&attempts[0]));
    assert_eq!(dir.run(&["resolve", &run, "--from", "new.csv"]).code, 1, "the other row is still unknown");
    assert_eq!(entry(&dir, &run, 3)["result"], "not-sent");
}
