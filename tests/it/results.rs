//! The result files, and what a result is good for afterwards.

use std::fs;
use std::path::Path;

use caseload_sandbox::Sandbox;
use serde_json::Value;

use crate::book::{book, read_sheet, sheet_names, texts};
use crate::workdir::{HEADER, Workdir, logged_sandbox, sandbox, words};

/// The keys of a line of a `.jsonl` result, and of its parts.
const KEYS: [&str; 12] = [
    "file",
    "sheet",
    "row",
    "result",
    "id",
    "error",
    "problems",
    "http_status",
    "attempts",
    "sent_at",
    "reference",
    "duplicate_of",
];
/// The keys of `--json`.
const SUMMARY: [&str; 20] = [
    "run",
    "file",
    "sha256",
    "to",
    "rows",
    "done",
    "done_without_id",
    "rejected",
    "invalid",
    "duplicate",
    "unknown",
    "not_sent",
    "balance",
    "result",
    "elapsed_s",
    "exit",
    "sent",
    "done_before",
    "in_question",
    "read_as",
];
/// The columns that a result adds.
const ADDED: [&str; 8] = ["Result", "caseId", "Error", "Error code", "HTTP status", "Attempts", "Sent at", "Reference"];

/// A file of which each row ends in its own way, and the faults that make it so.
fn one_of_each(dir: &Workdir) -> Sandbox {
    let rows = ["FU1,,,done", "FU2,,,refused", "FT3,,,invalid", "FU1,,,done", "FU5,,,unknown", "FU6,,,without id"];
    let rows: String = rows.iter().map(|row| format!("upgrade,psu,{row},Ayşe\n")).collect();
    dir.write("list.csv", format!("{HEADER},Owner\n{rows}"));
    let refused =
        "{on: {field: deviceId, is: FU2}, do: 400, body: {error: {code: E7, title: No, description: Closed}}}";
    let unknown = "{on: {field: deviceId, is: FU5}, do: 500-after}";
    let no_id = "{on: {field: deviceId, is: FU6}, do: no-id}";
    sandbox(&format!("- {refused}\n- {unknown}\n- {no_id}\n"))
}

const WORDS: [&str; 6] = ["done", "rejected", "invalid", "duplicate", "unknown", "done-without-id"];

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

fn mode(path: &Path) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }
    #[cfg(not(unix))]
    {
        0o600
    }
}

#[test]
fn a_jsonl_result_has_these_keys_in_this_order_for_every_row() {
    let dir = Workdir::new();
    let server = one_of_each(&dir);
    let (ended, rows) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, WORDS.to_vec()), "{ended:?}");
    for row in &rows {
        assert_eq!(keys(row), KEYS);
        assert_eq!((&row["file"], &row["sheet"]), (&"list.csv".into(), &Value::Null));
    }
    assert_eq!(rows[0]["id"], 1001);
    assert_eq!(rows[1]["error"], serde_json::json!({"code": "E7", "title": "No", "description": "Closed"}));
    assert_eq!((&rows[1]["http_status"], &rows[1]["attempts"]), (&400.into(), &1.into()));
    assert_eq!(keys(&rows[2]["problems"][0]), ["column", "field", "value", "rule", "message"]);
    assert_eq!((&rows[2]["attempts"], &rows[2]["sent_at"]), (&0.into(), &Value::Null));
    assert_eq!(keys(&rows[3]["duplicate_of"]), ["run", "file", "sheet", "row", "result"]);
    assert_eq!((&rows[3]["id"], &rows[3]["duplicate_of"]["row"]), (&1001.into(), &2.into()));
    assert!(rows[4]["reference"].as_str().unwrap().ends_with("-1.6"), "{}", rows[4]);
    assert_eq!(mode(&dir.path("out.jsonl")), 0o600);
}

#[test]
fn the_summary_has_these_keys_and_its_counts_add_up() {
    let dir = Workdir::new();
    let server = one_of_each(&dir);
    let (ended, _) = dir.submit(&server, "list.csv", &["--json"]);
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(keys(&summary), SUMMARY);
    let counts = ["done", "rejected", "invalid", "duplicate", "unknown", "done_without_id", "not_sent"];
    let counts: Vec<u64> = counts.iter().map(|key| summary[key].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 1, 1, 1, 1, 1, 0]);
    assert_eq!((&summary["rows"], &summary["balance"], &summary["exit"]), (&6.into(), &true.into(), &1.into()));
    assert_eq!((&summary["file"], &summary["result"]), (&"list.csv".into(), &"out.jsonl".into()));
    assert_eq!(summary["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(ended.stdout.lines().count(), 1);
}

#[test]
fn a_workbook_keeps_the_columns_of_the_input_and_adds_its_own_behind_them() {
    let dir = Workdir::new();
    let server = one_of_each(&dir);
    let ended = dir.run(&["submit", "list.csv", "--base-url", &server.base_url()]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let path = dir.path("list.csv.result.xlsx");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(sheet_names(&path), ["Result", "Summary"]);
    let table = read_sheet(&path, "Result", 1);
    let input: Vec<&str> = HEADER.split(',').chain(["Owner"]).collect();
    assert_eq!(table.headers[..7], input);
    assert_eq!(table.headers[7..], ADDED);
    assert_eq!(table.column("Result"), WORDS);
    assert_eq!(table.column("caseId"), ["1001", "", "", "1001", "", ""]);
    assert_eq!(table.column("Owner"), ["Ayşe"; 6]);
    let errors = table.column("Error");
    assert_eq!(errors[0], "");
    assert!(errors[1].contains("No: Closed") && errors[2].starts_with("column C (deviceId): "), "{errors:?}");
    assert!(errors[3].contains("row 2") && errors[4].contains("caseload resolve"), "{errors:?}");
    assert_eq!(table.column("Error code")[1], "E7");
}

#[test]
fn a_csv_result_opens_in_a_spreadsheet_and_has_the_same_columns() {
    let dir = Workdir::new();
    let server = one_of_each(&dir);
    let ended = dir.run(&["submit", "list.csv", "--base-url", &server.base_url(), "-o", "out.csv"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let bytes = fs::read(dir.path("out.csv")).unwrap();
    assert_eq!((&bytes[..3], mode(&dir.path("out.csv"))), (&b"\xef\xbb\xbf"[..], 0o600));
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&bytes[3..]);
    let headers: Vec<&str> = HEADER.split(',').chain(["Owner"]).chain(ADDED).collect();
    assert_eq!(reader.headers().unwrap(), &csv::StringRecord::from(headers));
    let words: Vec<String> = reader.records().map(|record| record.unwrap()[7].to_owned()).collect();
    assert_eq!(words, WORDS);
}

#[test]
fn a_check_writes_its_own_words_and_nothing_of_sending() {
    let dir = Workdir::new();
    let server = one_of_each(&dir);
    let ended = dir.run(&["check", "list.csv", "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&summary["run"], &summary["valid"], &summary["result"]),
        (&Value::Null, &4.into(), &"list.csv.check.xlsx".into())
    );
    let table = read_sheet(&dir.path("list.csv.check.xlsx"), "Result", 1);
    assert_eq!(table.headers[7..], ["Result", "Error", "Error code"]);
    assert_eq!(table.column("Result"), ["valid", "valid", "invalid", "duplicate", "valid", "valid"]);
    assert_eq!(server.requests(), 0);
    assert!(!dir.path("data").exists(), "a check leaves no ledger behind");
}

#[test]
fn a_result_that_is_fed_back_leaves_what_is_settled_and_takes_the_rest_again() {
    for name in ["out.xlsx", "out.csv"] {
        let dir = Workdir::new();
        let server = one_of_each(&dir);
        let base = server.base_url();
        dir.run(&["submit", "list.csv", "--base-url", &base, "-o", name]);
        assert_eq!((server.requests(), server.committed()), (4, 3));
        let (ended, rows) = dir.submit(&server, name, &[]);
        // Only the refused row goes again; that of the lost answer never does.
        let expected = ["done", "rejected", "invalid", "duplicate", "unknown", "done-without-id"];
        assert_eq!((ended.code, words(&rows)), (1, expected.to_vec()), "{name}: {ended:?}");
        assert_eq!((server.requests(), server.committed()), (5, 3), "{name}");
        assert_eq!(rows[0]["id"].to_string().trim_matches('"'), "1001", "{name}");
    }
}

#[test]
fn no_result_is_written_where_none_is_wanted() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    let server = sandbox("");
    let ended = dir.run(&["submit", "list.csv", "--base-url", &server.base_url(), "-o", "none", "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&summary["done"], &summary["result"]), (&2.into(), &Value::Null));
    let mut names: Vec<_> = fs::read_dir(dir.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["data", "list.csv", "state"]);
}

#[test]
fn a_place_where_no_result_may_stand_is_refused_before_anything_is_sent() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    dir.write("mine.xlsx", "my own work");
    dir.write("mine.csv", "a;b\n1;2\n");
    let server = sandbox("");
    let base = server.base_url();
    for (output, said) in [
        ("mine.xlsx", "not a result"),
        ("mine.csv", "not a result"),
        ("list.csv", "never written over"),
        ("nowhere/out.xlsx", "See that the folder exists"),
        ("out.txt", "none"),
    ] {
        for command in ["check", "submit"] {
            let ended = dir.run(&[command, "list.csv", "--base-url", &base, "-o", output]);
            assert_eq!(ended.code, 2, "{command} {output}: {ended:?}");
            assert!(ended.stderr.contains(output) && ended.stderr.contains(said), "{output}: {}", ended.stderr);
        }
    }
    assert_eq!(server.requests(), 0);
    assert_eq!(fs::read(dir.path("mine.xlsx")).unwrap(), b"my own work");
    assert_eq!(fs::read(dir.path("mine.csv")).unwrap(), b"a;b\n1;2\n");
}

#[test]
fn several_files_have_each_its_own_result() {
    let dir = Workdir::new();
    dir.write_cases("a.csv", 1);
    dir.write("b.csv", format!("{HEADER}\nupgrade,psu,FU77,,,x\n"));
    let server = sandbox("");
    let base = server.base_url();
    let ended = dir.run(&["submit", "a.csv", "b.csv", "--base-url", &base, "-o", "one.xlsx"]);
    assert_eq!((ended.code, server.requests()), (2, 0), "{ended:?}");
    assert!(ended.stderr.contains("-o"), "{}", ended.stderr);
    let ended = dir.run(&["submit", "a.csv", "b.csv", "--base-url", &base]);
    assert_eq!((ended.code, server.committed()), (0, 2), "{ended:?}");
    assert!(dir.path("a.csv.result.xlsx").is_file() && dir.path("b.csv.result.xlsx").is_file());
    let ended = dir.run(&["submit", "a.csv", "b.csv", "a.csv", "--base-url", &base]);
    assert_eq!((ended.code, server.committed()), (2, 2), "{ended:?}");
    assert!(ended.stderr.contains("a.csv.result.xlsx"), "{}", ended.stderr);
}

#[test]
fn files_that_differ_in_their_ending_alone_have_each_a_result_of_its_own() {
    let dir = Workdir::new();
    dir.write_cases("a.csv", 1);
    dir.write("a.CSV.tsv", format!("{HEADER}\nupgrade,psu,FU77,,,x\n"));
    let sheet = book(&[("List", &|sheet| {
        texts(sheet, 1, &HEADER.split(',').collect::<Vec<_>>());
        texts(sheet, 2, &["upgrade", "psu", "FU88", "", "", "y"]);
    })]);
    dir.write("a.xlsx", sheet);
    let server = sandbox("");
    let base = server.base_url();
    for (command, kind) in [("check", "check"), ("submit", "result")] {
        let ended = dir.run(&[command, "a.csv", "a.xlsx", "a.CSV.tsv", "--base-url", &base]);
        assert_eq!(ended.code, 0, "{ended:?}");
        for (name, sheet, device) in
            [("a.csv", "Result", "FU00000000"), ("a", "List", "FU88"), ("a.CSV.tsv", "Result", "FU77")]
        {
            let table = read_sheet(&dir.path(&format!("{name}.{kind}.xlsx")), sheet, 1);
            assert_eq!(table.column("deviceId"), [device], "{name} {kind}");
        }
    }
    assert_eq!(server.committed(), 3);
}

#[test]
fn a_run_of_an_earlier_version_is_reported_to_the_place_that_it_knows() {
    let dir = Workdir::new();
    dir.write_cases("a.csv", 1);
    let server = sandbox("");
    // As a version before wrote it: without the ending of the list.
    let ended = dir.run(&["submit", "a.csv", "--base-url", &server.base_url(), "-o", "a.result.xlsx"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    fs::remove_file(dir.path("a.result.xlsx")).unwrap();
    assert_eq!(dir.run(&["report"]).code, 0);
    assert!(dir.path("a.result.xlsx").is_file() && !dir.path("a.csv.result.xlsx").exists());
}

#[test]
fn what_a_csv_result_guards_against_spreadsheets_is_sent_as_it_was_when_fed_back() {
    let dir = Workdir::new();
    dir.write("list.csv", format!("{HEADER}\nupgrade,psu,FU1,,,=1+1\nupgrade,psu,FU2,,,'quoted\n"));
    let log = dir.path("log.jsonl");
    let server = logged_sandbox("- {on: {from: 1}, times: 2, do: 400}", &log);
    let ended = dir.run(&["submit", "list.csv", "--base-url", &server.base_url(), "-o", "out.csv"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let (ended, _) = dir.submit(&server, "out.csv", &[]);
    assert_eq!((ended.code, server.requests()), (0, 4), "{ended:?}");
    let mut details: Vec<String> = dir.rows("log.jsonl").iter().map(|e| e["body"]["detail"].to_string()).collect();
    details.sort();
    assert_eq!(details, ["\"'quoted\"", "\"'quoted\"", "\"=1+1\"", "\"=1+1\""]);
}
