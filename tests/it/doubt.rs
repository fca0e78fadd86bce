//! What is in question before rows are sent, and what becomes of it where nobody answers.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::book::{book, texts};
use crate::witness::Witness;
use crate::workdir::{Ended, HEADER, Workdir, sandbox, words};

fn list(dir: &Workdir, name: &str, cases: &[&str]) {
    let rows: String = cases.iter().map(|case| format!("upgrade,psu,FU{case},,,{case}\n")).collect();
    dir.write(name, format!("{HEADER}\n{rows}"));
}

fn in_question(ended: &Ended) -> Value {
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    assert_eq!(summary["exit"], ended.code);
    summary["in_question"].clone()
}

/// Makes all that the ledger has so many days older.
fn age(dir: &Workdir, days: i64) {
    let ledger = Connection::open(dir.path("data/caseload/ledger.db")).unwrap();
    ledger.execute("UPDATE entry SET sent_ms = sent_ms - ?1", [days * 86_400_000]).unwrap();
    ledger.execute("UPDATE run SET ended_ms = ended_ms - ?1", [days * 86_400_000]).unwrap();
}

#[test]
fn rows_that_are_done_at_another_live_server_go_only_by_a_word() {
    let dir = Workdir::new();
    let (one, other) = (sandbox(""), sandbox(""));
    list(&dir, "list.csv", &["a", "b"]);
    assert_eq!(dir.submit(&one, "list.csv", &[]).0.code, 0);
    list(&dir, "more.csv", &["a", "b", "c"]);
    let (ended, _) = dir.submit(&other, "more.csv", &["--json"]);
    assert_eq!((ended.code, in_question(&ended)), (2, json!({"other-server": 2})), "{ended:?}");
    assert!(ended.stderr.contains("--other-server") && ended.stderr.contains("localhost:"), "{ended:?}");
    let turkish = dir.submit(&other, "more.csv", &["--lang", "tr"]).0;
    assert!(turkish.code == 2 && turkish.stderr.contains("2 satır başka bir sunucuda"), "{turkish:?}");
    assert_eq!(other.requests(), 0);
    let checked = dir.run(&["check", "more.csv", "--base-url", &other.base_url(), "--json", "-o", "none"]);
    assert_eq!((checked.code, in_question(&checked)), (0, json!({"other-server": 2})), "{checked:?}");
    let (ended, rows) = dir.submit(&other, "more.csv", &["--other-server"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 3]), "{ended:?}");
}

#[test]
fn the_profile_may_answer_beforehand() {
    let dir = Workdir::new();
    let (one, other) = (sandbox(""), sandbox(""));
    list(&dir, "list.csv", &["a"]);
    assert_eq!(dir.submit(&one, "list.csv", &[]).0.code, 0);
    for key in ["other_server", "other-server"] {
        dir.write("caseload.toml", format!("[profiles.live]\n{key} = true\n"));
        let (ended, rows) = dir.submit(&other, "list.csv", &["--profile", "live"]);
        assert_eq!((ended.code, words(&rows)), (0, vec!["done"]), "{key}: {ended:?}");
    }
}

#[test]
fn an_office_that_tries_test_and_then_live_is_not_asked() {
    let dir = Workdir::new();
    let (test, live) = (sandbox(""), sandbox(""));
    let profile = |name: &str, base: &str, more: &str| format!("[profiles.{name}]\nbase_url = \"{base}\"\n{more}");
    let test_profile = profile("test", &test.base_url(), "test = true\n");
    dir.write("caseload.toml", test_profile + &profile("live", &live.base_url(), ""));
    list(&dir, "list.csv", &["a", "b"]);
    for (name, server) in [("test", &test), ("live", &live)] {
        let ended = dir.run(&["submit", "list.csv", "--profile", name, "--json", "-o", &format!("{name}.csv")]);
        assert_eq!((ended.code, in_question(&ended)), (0, json!({})), "{name}: {ended:?}");
        assert_eq!(server.committed(), 2, "{name}");
    }
    // Nor is a test server's result fed to the live one a question, whatever the settings say by then.
    dir.write("caseload.toml", "");
    let third = sandbox("");
    let (ended, rows) = dir.submit(&third, "test.csv", &["--other-server"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 2]), "{ended:?}");
}

#[test]
fn a_result_of_another_ledger_is_neither_done_nor_sent_unasked() {
    let (theirs, ours) = (Workdir::new(), Workdir::new());
    let (one, other) = (sandbox(""), sandbox(""));
    theirs.write_cases("list.csv", 3);
    let base = one.base_url();
    assert_eq!(theirs.run(&["submit", "list.csv", "--base-url", &base, "-o", "fed.csv"]).code, 0);
    std::fs::copy(theirs.path("fed.csv"), ours.path("fed.csv")).unwrap();
    let (ended, _) = ours.submit(&other, "fed.csv", &["--json"]);
    assert_eq!((ended.code, in_question(&ended)), (2, json!({"other-server": 3})), "{ended:?}");
    assert!(ended.stderr.contains("this ledger does not know"), "{ended:?}");
    assert_eq!(other.requests(), 0);
    let (ended, rows) = ours.submit(&other, "fed.csv", &["--other-server"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 3]), "{ended:?}");
    assert_eq!(other.committed(), 3);
    // Fed once more, it is this ledger that knows its rows.
    let (ended, rows) = ours.submit(&other, "fed.csv", &[]);
    assert_eq!((ended.code, words(&rows), other.committed()), (0, vec!["done"; 3], 3), "{ended:?}");
}

#[test]
fn a_result_of_a_result_still_says_whose_its_rows_are() {
    let dir = Workdir::new();
    let server = Witness::new("[{on: {request: 2}, do: 400}, {on: {request: 3}, do: 400}]");
    list(&dir, "list.csv", &["a", "b"]);
    let base = server.sandbox.base_url();
    let submit =
        |file: &str, out: &str| dir.run(&["submit", file, "--base-url", &base, "-o", out, "--concurrency", "1"]);
    assert_eq!(submit("list.csv", "one.csv").code, 1);
    assert_eq!(submit("one.csv", "two.csv").code, 1);
    let ended = submit("two.csv", "three.jsonl");
    assert_eq!((ended.code, words(&dir.rows("three.jsonl"))), (0, vec!["done"; 2]), "{ended:?}");
    let devices: Vec<_> = server.committed().iter().map(|request| request.detail().to_owned()).collect();
    assert_eq!(devices, ["a", "b"]);
}

#[test]
fn the_same_bytes_under_other_flags_go_only_by_a_word() {
    let dir = Workdir::new();
    let server = sandbox("");
    list(&dir, "list.csv", &["a", "b"]);
    assert_eq!(dir.submit(&server, "list.csv", &[]).0.code, 0);
    age(&dir, 60);
    for flags in [&["--hidden", "skip"][..], &["--encoding", "windows-1254"], &["--set", "detail=x"]] {
        let (ended, _) = dir.submit(&server, "list.csv", &[flags, &["--json"]].concat());
        assert!(ended.code == 2 && in_question(&ended)["other-flags"] == 2, "{flags:?}: {ended:?}");
        assert!(ended.stderr.contains("--other-flags"), "{ended:?}");
    }
    let other_text = ["--set", "detail=x", "--other-flags", "--past-window", "send"];
    assert_eq!(server.requests(), 2);
    let (ended, rows) = dir.submit(&server, "list.csv", &other_text);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 2]), "{ended:?}");
}

#[test]
fn the_other_sheet_of_a_workbook_is_asked_about_and_then_sent() {
    let dir = Workdir::new();
    let server = sandbox("");
    let header: Vec<&str> = HEADER.split(',').collect();
    let fill = |device: &'static str| {
        let header = header.clone();
        move |sheet: &mut rust_xlsxwriter::Worksheet| {
            texts(sheet, 1, &header);
            texts(sheet, 2, &["upgrade", "psu", device, "", "", "x"]);
        }
    };
    dir.write("list.xlsx", book(&[("Ocak", &fill("FU1")), ("Şubat", &fill("FU2"))]));
    assert_eq!(dir.submit(&server, "list.xlsx", &["--sheet", "Ocak"]).0.code, 0);
    let (ended, _) = dir.submit(&server, "list.xlsx", &["--sheet", "Şubat", "--json"]);
    assert_eq!((ended.code, in_question(&ended)), (2, json!({"other-flags": 1})), "{ended:?}");
    let (ended, rows) = dir.submit(&server, "list.xlsx", &["--sheet", "Şubat", "--other-flags"]);
    assert_eq!((ended.code, words(&rows), server.committed()), (0, vec!["done"], 2), "{ended:?}");
}

#[test]
fn flags_that_mend_what_was_not_done_are_not_asked_about() {
    let dir = Workdir::new();
    let server = sandbox("");
    let row = |device: &str, detail: &str| format!("upgrade,psu,{device},{detail},{device}\n");
    let rows = row("FU1", "FU1") + &row("FU2", "");
    dir.write("list.csv", format!("caseType,defectCode,deviceId,detail,Metin\n{rows}"));
    let (ended, rows) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "invalid"]), "{ended:?}");
    let (ended, rows) = dir.submit(&server, "list.csv", &["--map", "detail=Metin"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate", "done"]), "{ended:?}");
}

#[test]
fn rows_done_longer_ago_than_their_window_stay_and_the_others_go() {
    let dir = Workdir::new();
    let server = sandbox("");
    list(&dir, "list.csv", &["a", "b"]);
    assert_eq!(dir.submit(&server, "list.csv", &[]).0.code, 0);
    age(&dir, 60);
    list(&dir, "grown.csv", &["a", "b", "c"]);
    let checked = dir.run(&["check", "grown.csv", "--base-url", &server.base_url(), "--json", "-o", "none"]);
    assert_eq!((checked.code, in_question(&checked)), (1, json!({"past-window": 2})), "{checked:?}");
    let (ended, rows) = dir.submit(&server, "grown.csv", &["--json"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["duplicate", "duplicate", "done"]), "{ended:?}");
    assert_eq!(in_question(&ended), json!({"past-window": 2}));
    assert_eq!((&rows[0]["error"]["code"], &rows[0]["id"]), (&json!("past-window"), &json!(1001)));
    // The same command again finds the same; an answer settles it.
    let (ended, rows) = dir.submit(&server, "grown.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["duplicate", "duplicate", "done"]), "{ended:?}");
    let (ended, _) = dir.submit(&server, "grown.csv", &["--past-window", "skip", "--json"]);
    assert_eq!((ended.code, in_question(&ended)), (0, json!({})), "{ended:?}");
    assert_eq!(server.requests(), 3);
    let (ended, rows) = dir.submit(&server, "grown.csv", &["--past-window", "send"]);
    assert_eq!((ended.code, words(&rows), server.committed()), (0, vec!["done"; 3], 5), "{ended:?}");
}

#[test]
fn a_weekly_reservation_is_not_asked_about() {
    let dir = Workdir::new();
    let server = sandbox("");
    dir.write("one.csv", "model_type,qty\ntiger,1\ns1,2\n");
    dir.write("two.csv", "qty,model_type\n1,tiger\n2,s1\n");
    assert_eq!(dir.submit(&server, "one.csv", &[]).0.code, 0);
    age(&dir, 8);
    let (ended, rows) = dir.submit(&server, "two.csv", &["--json"]);
    assert_eq!((ended.code, words(&rows), in_question(&ended)), (0, vec!["done"; 2], json!({})), "{ended:?}");
}

#[test]
fn a_row_that_was_edited_after_it_was_done_stays() {
    let dir = Workdir::new();
    let server = sandbox("");
    let text =
        |detail: &str| format!("{HEADER}\nupgrade,psu,FU1,,,bir\nupgrade,psu,FU2,,,{detail}\nupgrade,psu,FU3,,,uc\n");
    dir.write("list.csv", text("iki"));
    assert_eq!(dir.submit(&server, "list.csv", &[]).0.code, 0);
    dir.write("list.csv", text("iki."));
    let (ended, rows) = dir.submit(&server, "list.csv", &["--json"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["duplicate"; 3]), "{ended:?}");
    assert_eq!(in_question(&ended), json!({"changed": 1}));
    assert_eq!((&rows[1]["error"]["code"], &rows[1]["id"]), (&json!("changed"), &json!(1002)));
    assert_eq!(rows[0]["error"], Value::Null);
    assert_eq!(dir.submit(&server, "list.csv", &["--changed", "skip"]).0.code, 0);
    assert_eq!(server.requests(), 3);
    let (ended, rows) = dir.submit(&server, "list.csv", &["--changed", "send"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate", "done", "duplicate"]), "{ended:?}");
    assert_eq!(server.committed(), 4);
}

#[test]
fn a_row_that_was_edited_in_a_result_is_not_passed_over_in_silence() {
    let dir = Workdir::new();
    let server = sandbox("");
    list(&dir, "list.csv", &["a", "b", "c"]);
    let base = server.base_url();
    assert_eq!(dir.run(&["submit", "list.csv", "--base-url", &base, "-o", "fed.csv"]).code, 0);
    let text = std::fs::read_to_string(dir.path("fed.csv")).unwrap();
    dir.write("fed.csv", text.replacen(";b;", ";b.;", 1));
    let (ended, rows) = dir.submit(&server, "fed.csv", &["--json"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "duplicate", "done"]), "{ended:?}");
    assert_eq!((in_question(&ended), &rows[1]["error"]["code"]), (json!({"changed": 1}), &json!("changed")));
    assert_eq!(server.requests(), 3);
    let (ended, rows) = dir.submit(&server, "fed.csv", &["--changed", "send"]);
    assert_eq!((ended.code, words(&rows), server.committed()), (0, vec!["done"; 3], 4), "{ended:?}");
}
