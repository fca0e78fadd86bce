//! Every operation that is sent, by each way in which a row can end: the table beside this file, tried against
//! the sandbox and its log.

use caseload_engine::contract::{Reconcile, catalogue};
use caseload_sandbox::Sandbox;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::book::{read_sheet, sheet_names};
use crate::workdir::{Ended, Workdir, logged_sandbox, words};

/// What only reads; `fetch.rs` tells what becomes of it.
const FETCHED: [&str; 5] =
    ["bank/get-case", "bank/get-history", "bank/list-cases", "thalamus/list-status", "thalamus/list-typecategory"];

/// One operation; the keys are explained in the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    to: String,
    sends: String,
    id: String,
    #[serde(default)]
    before: Vec<Before>,
    key: String,
    headers: String,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    to: String,
    headers: String,
    row: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    is: String,
    cells: String,
    #[serde(default)]
    fault: Vec<Value>,
    path: Option<String>,
    #[serde(default, deserialize_with = "even_null")]
    body: Option<Value>,
    value: Option<Value>,
    code: Option<String>,
    says: Option<String>,
    problem: Option<[String; 3]>,
    tries: Option<usize>,
    works: Option<usize>,
}

fn even_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

fn table() -> Vec<Line> {
    serde_saphyr::from_str(include_str!("matrix/table.yaml")).unwrap()
}

impl Line {
    /// A file of some of its rows.
    fn csv(&self, rows: &[Row]) -> String {
        let rows: String = rows.iter().map(|row| format!("{}\n", row.cells)).collect();
        format!("{}\n{rows}", self.headers)
    }

    /// The faults of its rows, each for the request that has the row's value of the key.
    fn script(&self) -> String {
        let at = self.headers.split(',').position(|header| header == self.key).unwrap();
        let mut rules = Vec::new();
        for row in &self.rows {
            let value = cells(&row.cells)[at].clone();
            for fault in &row.fault {
                let mut rule = fault.clone();
                rule["on"] = json!({"operation": self.to, "field": self.key, "is": value});
                rules.push(rule);
            }
        }
        json!(rules).to_string()
    }

    /// A folder and a sandbox in which everything has happened that has to be there before.
    fn begun(&self) -> (Workdir, Sandbox) {
        let dir = Workdir::new();
        let server = logged_sandbox(&self.script(), &dir.path("log.jsonl"));
        for before in &self.before {
            dir.write("before.csv", format!("{}\n{}\n", before.headers, before.row));
            let ended = submit(&dir, &server, "before.csv", &before.to);
            assert_eq!(ended.code, 0, "{}: {ended:?}", self.to);
        }
        std::fs::write(dir.path("log.jsonl"), "").unwrap();
        (dir, server)
    }
}

fn cells(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let record = reader.records().next().unwrap().unwrap();
    record.iter().map(str::to_owned).collect()
}

fn submit(dir: &Workdir, server: &Sandbox, file: &str, to: &str) -> Ended {
    let base = server.base_url();
    let args = ["submit", file, "--to", to, "--base-url", &base, "--timeout", "2s", "-o", "out.jsonl"];
    let output = dir.command(&args).env("CASELOAD_TOUCHPOINT", "touchpoint-for-tests").output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn each_operation_of_each_contract_has_its_line() {
    let mut known: Vec<String> = table().into_iter().map(|line| line.to).collect();
    known.extend(FETCHED.map(str::to_owned));
    known.sort();
    let contracts = catalogue(None, &[]).unwrap();
    let operations = || contracts.iter().flat_map(|contract| &contract.operations);
    let mut there: Vec<String> = operations().map(caseload_engine::contract::Operation::full_name).collect();
    there.sort();
    assert_eq!(there, known, "a line of the table for each operation that is sent, and the others under FETCHED");
    for operation in operations() {
        let name = operation.full_name();
        assert_eq!(operation.only_reads(), FETCHED.contains(&name.as_str()), "{name}");
    }
    for line in table() {
        let ends = |word: &str| line.rows.iter().any(|row| row.is == word);
        assert!(["done", "rejected", "invalid", "unknown"].into_iter().all(ends), "{}", line.to);
    }
}

#[test]
fn every_operation_that_reads_is_answered_by_the_sandbox() {
    let dir = Workdir::new();
    dir.write("cases.csv", "case-id\nWI0000497265\n");
    for operation in FETCHED {
        let file: &[&str] = if operation.contains("/get-") { &["cases.csv"] } else { &[] };
        let ended = dir.run(&[&["fetch", operation], file, &["--sandbox", "-o", "out.jsonl"]].concat());
        assert_eq!(ended.code, 0, "{operation}: {ended:?}");
        assert!(!dir.rows("out.jsonl").is_empty(), "{operation}");
    }
}

/// Side by side: what may be sent again takes its time until it is given up.
#[test]
fn every_row_of_the_table_ends_as_it_says() {
    let table = table();
    std::thread::scope(|scope| {
        let threads: Vec<_> = table.iter().map(|line| scope.spawn(|| tried(line))).collect();
        let failed: Vec<_> =
            threads.into_iter().zip(&table).filter_map(|(it, line)| it.join().err().map(|_| &line.to)).collect();
        assert!(failed.is_empty(), "{failed:?}; each is told above");
    });
}

fn tried(line: &Line) {
    let (dir, server) = line.begun();
    dir.write("list.csv", line.csv(&line.rows));
    checked(line, &dir);
    let ended = submit(&dir, &server, "list.csv", &line.to);
    assert_eq!(ended.code, 1, "{}: {ended:?}", line.to);
    let (rows, log) = (dir.rows("out.jsonl"), dir.rows("log.jsonl"));
    let expected: Vec<&str> = line.rows.iter().map(|row| row.is.as_str()).collect();
    assert_eq!(words(&rows), expected, "{}: {rows:#?}", line.to);
    for (row, result) in line.rows.iter().zip(&rows) {
        let came: Vec<&Value> = log
            .iter()
            .filter(|came| result["reference"].is_string() && came["reference"] == result["reference"])
            .collect();
        let place = format!("{}: {}\n{result:#}\n{came:#?}", line.to, row.cells);
        received(line, row, result, &came, &place);
        told(row, result, &came, &place);
    }
    let sent: u64 = rows.iter().map(|row| row["attempts"].as_u64().unwrap()).sum();
    assert_eq!(log.len() as u64, sent, "{}: {log:#?}", line.to);
    ids_stand_in_their_column(line, &dir, &rows);
    again(line, &dir, &server);
    alone(line);
}

/// What a check says of the rows, under the headers of the contract and under its Turkish labels.
fn checked(line: &Line, dir: &Workdir) {
    let contracts = catalogue(None, &[]).unwrap();
    let operation = caseload_engine::contract::find(&contracts, &line.to).unwrap();
    let label =
        |header: &str| operation.field(header).map_or(header.to_owned(), |at| operation.fields[at].label.tr.clone());
    let labels: Vec<String> = line.headers.split(',').map(label).collect();
    dir.write("etiketli.csv", line.csv(&line.rows).replacen(&line.headers, &labels.join(","), 1));
    let expected: Vec<&str> =
        line.rows.iter().map(|row| if row.is == "invalid" { "invalid" } else { "valid" }).collect();
    for file in ["list.csv", "etiketli.csv"] {
        let ended = dir.run(&["check", file, "--to", &line.to, "-o", "checked.jsonl"]);
        assert_eq!(ended.code, 1, "{} {file}: {ended:?}", line.to);
        let rows = dir.rows("checked.jsonl");
        assert_eq!(words(&rows), expected, "{} {file}: {rows:#?}", line.to);
    }
}

/// What the server's log says of a row.
#[track_caller]
fn received(line: &Line, row: &Row, result: &Value, came: &[&Value], place: &str) {
    let tries = row.tries.unwrap_or(usize::from(row.is != "invalid"));
    assert_eq!((came.len() as u64, tries as u64), (tries as u64, result["attempts"].as_u64().unwrap()), "{place}");
    let carried_out = came.iter().filter(|came| came["committed"] == true).count();
    assert_eq!(carried_out, row.works.unwrap_or(usize::from(row.is == "done")), "{place}");
    let (method, path) = line.sends.split_once(' ').unwrap();
    if method == "POST" {
        assert!(carried_out <= 1, "{place}");
    }
    let Some(first) = came.first() else { return };
    for came in came {
        assert_eq!(came["method"], method, "{place}");
        assert_eq!(came["body"], first["body"], "{place}");
        match &row.path {
            Some(path) => assert_eq!(came["path"], **path, "{place}"),
            None if !path.contains('{') => assert_eq!(came["path"], path, "{place}"),
            None => {}
        }
        if let Some(body) = &row.body {
            assert_eq!(came["body"], *body, "{place}");
        }
    }
}

/// What the result says of a row.
#[track_caller]
fn told(row: &Row, result: &Value, came: &[&Value], place: &str) {
    let given = came.iter().find(|came| came["committed"] == true).map(|came| &came["id"]);
    match &row.value {
        Some(value) => assert_eq!((&result["id"], given), (value, Some(value)), "{place}"),
        None if row.is == "done" => assert_eq!(Some(&result["id"]), given, "{place}"),
        None => assert!(result["id"].is_null(), "{place}"),
    }
    let error = &result["error"];
    assert_eq!(error["code"].as_str(), row.code.as_deref(), "{place}");
    let texts = ["title", "description"].map(|key| error[key].as_str().unwrap_or_default()).join(" ");
    assert!(texts.contains(row.says.as_deref().unwrap_or_default()), "{place}");
    assert_eq!(row.is == "done", error.is_null() && result["problems"] == json!([]), "{place}");
    if let Some(expected) = &row.problem {
        let problems = result["problems"].as_array().unwrap();
        let found: Vec<_> = problems.iter().map(|it| ["column", "field", "rule"].map(|key| it[key].clone())).collect();
        assert_eq!(json!(found), json!([expected]), "{place}");
        assert!(problems[0]["message"].as_str().is_some_and(|message| !message.is_empty()), "{place}");
    }
}

/// The result as a workbook has the ids under the API's own name.
fn ids_stand_in_their_column(line: &Line, dir: &Workdir, rows: &[Value]) {
    let ended = dir.run(&["report", "-o", "out.xlsx"]);
    assert_eq!(ended.code, 1, "{}: {ended:?}", line.to);
    let path = dir.path("out.xlsx");
    let sheet = read_sheet(&path, &sheet_names(&path)[0], 1);
    let text = |id: &Value| match id {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let ids: Vec<String> = rows.iter().map(|row| text(&row["id"])).collect();
    assert_eq!(sheet.column(&line.id), ids, "{}", line.to);
}

/// The same command once more sends nothing but what may be sent again, and the faults of that are over.
fn again(line: &Line, dir: &Workdir, server: &Sandbox) {
    let contracts = catalogue(None, &[]).unwrap();
    let operation = caseload_engine::contract::find(&contracts, &line.to).unwrap();
    let (repeats, conflicts) = (operation.may_repeat(), matches!(operation.reconcile, Some(Reconcile::Conflict(_))));
    let before = server.requests();
    let ended = submit(dir, server, "list.csv", &line.to);
    let unknown = line.rows.iter().filter(|row| row.is == "unknown").count() as u64;
    let sent = if repeats { unknown } else { 0 };
    assert_eq!((ended.code, server.requests() - before), (1, sent), "{}, the same again: {ended:?}", line.to);
    // A conflict leaves open who was there before.
    let ends_as =
        |row: &Row| repeats && row.is == "unknown" && !(conflicts && row.works.is_some_and(|works| works > 0));
    let expected: Vec<&str> = line.rows.iter().map(|row| if ends_as(row) { "done" } else { &row.is }).collect();
    assert_eq!(words(&dir.rows("out.jsonl")), expected, "{}, the same again", line.to);
}

/// The first row by itself is done, and nothing is left to say.
fn alone(line: &Line) {
    let (dir, server) = line.begun();
    dir.write("one.csv", line.csv(&line.rows[..1]));
    let ended = submit(&dir, &server, "one.csv", &line.to);
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (0, vec!["done"]), "{}: {ended:?}", line.to);
}
