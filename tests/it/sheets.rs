//! Several sheets, several operations, one file: each row goes where its sheet or its own cell says.

use std::collections::BTreeMap;

use rust_xlsxwriter::Worksheet;
use serde_json::{Value, json};

use crate::book::{book, read_sheet, sheet_names, texts};
use crate::workdir::{HEADER, Workdir, logged_sandbox, sandbox, words};

fn cases(sheet: &mut Worksheet) {
    texts(sheet, 1, &HEADER.split(',').collect::<Vec<_>>());
    texts(sheet, 2, &["upgrade", "psu", "FU1", "", "", "a"]);
    texts(sheet, 3, &["upgrade", "psu", "FU2", "", "", "b"]);
}

fn reservations(sheet: &mut Worksheet) {
    texts(sheet, 1, &["model_type", "qty"]);
    texts(sheet, 2, &["tiger", "2"]);
}

fn notes(sheet: &mut Worksheet) {
    texts(sheet, 1, &["Notes"]);
    texts(sheet, 3, &["Ask Ayşe before Friday", "or Deniz"]);
}

/// A workbook with a sheet of each operation, and one of notes.
fn three_sheets(dir: &Workdir) {
    dir.write("three.xlsx", book(&[("Cases", &cases), ("Devices", &reservations), ("Notes", &notes)]));
}

/// How many requests each path got.
fn paths(dir: &Workdir) -> BTreeMap<String, usize> {
    let mut paths = BTreeMap::new();
    for entry in dir.rows("log.jsonl") {
        let path = entry["path"].as_str().unwrap();
        *paths.entry(path.rsplit('/').next().unwrap().to_owned()).or_default() += 1;
    }
    paths
}

#[test]
fn each_sheet_is_known_by_its_own_headers_and_one_without_is_left_out_and_named() {
    let dir = Workdir::new();
    three_sheets(&dir);
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows) = dir.submit(&server, "three.xlsx", &["--json"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 3]), "{ended:?}");
    let places: Vec<_> =
        rows.iter().map(|row| (row["sheet"].as_str().unwrap(), row["row"].as_u64().unwrap())).collect();
    assert_eq!(places, [("Cases", 2), ("Cases", 3), ("Devices", 2)]);
    assert!(ended.stderr.contains("\"Notes\" has no header row"), "{}", ended.stderr);
    assert_eq!(paths(&dir), BTreeMap::from([("cases".to_owned(), 2), ("reservations".to_owned(), 1)]));
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
    let to = summary["to"].as_str().unwrap();
    assert!(to.contains("create-case,") && to.ends_with("create-reservation"), "{to}");
}

#[test]
fn the_result_has_a_sheet_for_each_and_an_id_column_for_each_operation() {
    let dir = Workdir::new();
    three_sheets(&dir);
    let server = sandbox("");
    dir.submit(&server, "three.xlsx", &[]);
    assert_eq!(dir.run(&["report", "-o", "out.xlsx"]).code, 0);
    assert_eq!(sheet_names(&dir.path("out.xlsx"))[..3], ["Cases", "Devices", "Summary"]);
    let devices = read_sheet(&dir.path("out.xlsx"), "Devices", 1);
    assert_eq!(devices.headers[..6], ["model_type", "qty", "Result", "caseId", "names", "Error"]);
    assert_eq!(devices.column("caseId"), [""]);
    assert_eq!(devices.column("names")[0].split(", ").count(), 2, "{devices:?}");
}

#[test]
fn one_sheet_alone_is_taken_by_its_name() {
    let dir = Workdir::new();
    three_sheets(&dir);
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows) = dir.submit(&server, "three.xlsx", &["--sheet", "devices"]);
    assert_eq!((ended.code, rows.len()), (0, 1), "{ended:?}");
    assert_eq!(paths(&dir), BTreeMap::from([("reservations".to_owned(), 1)]));
    let (ended, _) = dir.submit(&server, "three.xlsx", &["--sheet", "Device"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    for said in ["three.xlsx", "\"Device\"", "Did you mean \"Devices\"", "\"Notes\""] {
        assert!(ended.stderr.contains(said), "no {said} in {}", ended.stderr);
    }
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_sheet_that_does_not_fit_the_operation_asked_for_refuses_the_file_by_its_name() {
    let dir = Workdir::new();
    let half = |sheet: &mut Worksheet| {
        texts(sheet, 1, &["caseType", "deviceId"]);
        texts(sheet, 2, &["upgrade", "FU3"]);
    };
    dir.write("two.xlsx", book(&[("Cases", &cases), ("Half", &half)]));
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "two.xlsx", &[]);
    assert_eq!((ended.code, rows.len(), server.requests()), (2, 0, 0), "{ended:?}");
    for said in ["two.xlsx", "\"Half\"", "row 1", "defectCode", "detail"] {
        assert!(ended.stderr.contains(said), "no {said} in {}", ended.stderr);
    }
}

#[test]
fn a_header_that_map_names_may_stand_on_one_sheet_alone() {
    let dir = Workdir::new();
    let other = |sheet: &mut Worksheet| {
        texts(sheet, 1, &["caseType", "defectCode", "deviceId", "Remark"]);
        texts(sheet, 2, &["upgrade", "psu", "FU3", "c"]);
    };
    dir.write("two.xlsx", book(&[("Cases", &cases), ("Other", &other)]));
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows) = dir.submit(&server, "two.xlsx", &["--map", "detail=Remark"]);
    assert_eq!((ended.code, rows.len()), (0, 3), "{ended:?}");
    let details: Vec<Value> = dir.rows("log.jsonl").iter().map(|entry| entry["body"]["detail"].clone()).collect();
    assert_eq!(details.iter().filter(|detail| **detail == json!("c")).count(), 1, "{details:?}");
}

#[test]
fn an_operation_column_sends_each_row_its_way_and_takes_only_that_operations_cells() {
    let dir = Workdir::new();
    let rows = ["create-case,upgrade,psu,FU1,,,a,,", "Create reservation,,,,,,,tiger,2", "rezervasyon,,,,,,,s1,1"];
    dir.write("mixed.csv", format!("Operation,{HEADER},model_type,qty\n{}\n", rows.join("\n")));
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows) = dir.submit(&server, "mixed.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 3]), "{ended:?}");
    let mut bodies: Vec<Value> = dir.rows("log.jsonl").iter().map(|entry| entry["body"].clone()).collect();
    bodies.sort_by_key(Value::to_string);
    let case = json!({"caseType": "upgrade", "defectCode": "psu", "deviceId": "FU1", "detail": "a"});
    assert_eq!(bodies, [case, json!({"model_type": "s1", "qty": 1}), json!({"model_type": "tiger", "qty": 2})]);
}

#[test]
fn a_mixed_result_that_is_fed_back_keeps_the_ids_of_every_operation() {
    let dir = Workdir::new();
    three_sheets(&dir);
    let server = sandbox("");
    let (_, first) = dir.submit(&server, "three.xlsx", &[]);
    assert_eq!(dir.run(&["report", "-o", "result.xlsx"]).code, 0);
    let (ended, again) = dir.submit(&server, "result.xlsx", &[]);
    assert_eq!((ended.code, words(&again)), (0, vec!["done"; 3]), "{ended:?}");
    assert_eq!(server.requests(), 3);
    let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again)[..2], ids(&first)[..2]);
    let names: Vec<&str> = first[2]["id"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(again[2]["id"], names.join(", "), "the names of a reservation stand as one text in a cell");
}

#[test]
fn the_sample_of_mixed_sheets_is_sent_whole_and_twice_is_once() {
    let dir = Workdir::new();
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/karma-sayfalar.xlsx");
    std::fs::copy(sample, dir.path("sample.xlsx")).unwrap();
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "sample.xlsx", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 7]), "{ended:?}");
    dir.submit(&server, "sample.xlsx", &[]);
    assert_eq!((server.requests(), server.committed()), (7, 7));
}
