//! Workbooks of another maker, read by another reader: openpyxl writes tables that `caseload` reads, and reads the
//! workbooks that `caseload` writes. Needs Python with openpyxl (`CASELOAD_PYTHON` names it, else `python3`);
//! `.ci/run` installs it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use caseload_sheet::read::{Doubtful, Options, open};
use caseload_sheet::row::{BadCell, Cell, Row};
use compact_str::CompactString;
use serde_json::Value;

const TABLES: usize = 60;

const CONTRACT: &str = include_str!("../support/notes.yaml");

fn python(arguments: &[&str]) -> String {
    let program = std::env::var("CASELOAD_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openpyxl/tables.py");
    let ended = Command::new(&program).arg(script).args(arguments).output().unwrap();
    assert!(ended.status.success(), "{program}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap()
}

fn read_by_openpyxl(file: &Path) -> Value {
    serde_json::from_str(&python(&["read", file.to_str().unwrap()])).unwrap()
}

fn read_by_caseload(file: &Path) -> Vec<Row> {
    let known = |headers: &[CompactString]| headers.iter().filter(|h| ["note", "title"].contains(&h.as_str())).count();
    let options = Options {
        sheet: None,
        encoding: None,
        known: &known,
        doubtful: Doubtful::Trust,
        scratch: &std::env::temp_dir(),
    };
    let mut rows = Vec::new();
    let input = open(file, &options).unwrap();
    input
        .rows(|batch| {
            rows.extend(batch);
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

fn same(ours: &Cell, theirs: &Value) -> bool {
    match ours {
        Cell::Empty => theirs.is_null(),
        Cell::Text(text) => theirs.as_str() == Some(text),
        Cell::Number { value, .. } => theirs.as_f64() == Some(*value),
        Cell::Bool(value) => theirs.as_bool() == Some(*value),
        // openpyxl reckons with microseconds.
        Cell::Date { serial, .. } => theirs["date"].as_f64().is_some_and(|date| (date - serial).abs() < 1e-9),
        Cell::Bad(BadCell::Error(error)) => theirs["error"].as_str() == Some(error),
        Cell::Bad(_) => false,
    }
}

#[test]
fn what_openpyxl_writes_is_read_cell_by_cell_as_openpyxl_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    python(&["make", folder.path().to_str().unwrap(), "1", &TABLES.to_string()]);
    for number in 0..TABLES {
        let file = folder.path().join(format!("t{number}.xlsx"));
        let (ours, theirs) = (read_by_caseload(&file), read_by_openpyxl(&file));
        let hidden: Vec<u64> = theirs["hidden"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        assert_eq!(ours.len(), theirs["rows"].as_array().unwrap().len() - 3, "t{number}");
        for row in &ours {
            let line = row.place.row;
            assert_eq!(row.hidden, hidden.contains(&u64::from(line)), "t{number}, row {line}");
            for (column, cell) in row.cells.iter().enumerate() {
                let other = &theirs["rows"][line as usize - 1][column];
                assert!(same(cell, other), "t{number}, row {line}, column {column}: {cell:?} and {other}");
            }
        }
    }
}

#[test]
fn what_caseload_writes_is_read_by_openpyxl_as_it_was_in_the_input() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.yaml"), CONTRACT).unwrap();
    python(&["make", folder.path().to_str().unwrap(), "2", &TABLES.to_string()]);
    for number in 0..TABLES {
        let (file, out) = (format!("t{number}.xlsx"), format!("t{number}.out.xlsx"));
        let mut caseload = Command::new(env!("CARGO_BIN_EXE_caseload"));
        caseload.current_dir(folder.path()).env("XDG_DATA_HOME", folder.path()).env("HOME", folder.path());
        let ended = caseload.args(["check", &file, "--contract", "notes.yaml", "-o", &out]).output().unwrap();
        assert!(matches!(ended.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&ended.stderr));
        let before = read_by_openpyxl(&folder.path().join(&file));
        let after = read_by_openpyxl(&folder.path().join(&out));
        assert_eq!(after["formulas"], Value::Array(Vec::new()), "t{number}");
        let rows = |table: &Value| table["rows"].as_array().unwrap().clone();
        for (line, (before, after)) in rows(&before).iter().zip(rows(&after)).enumerate().skip(3) {
            for column in 0..4 {
                let (before, after) = (&before[column], &after[column]);
                // An error stands as its text: a result calculates nothing.
                let before = before.get("error").unwrap_or(before);
                let close = match (before["date"].as_f64(), after["date"].as_f64()) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                    _ => before == after || before.as_f64().is_some_and(|number| after.as_f64() == Some(number)),
                };
                let text = after.get("error").unwrap_or(after);
                assert!(close || before == text, "t{number}, row {}, column {column}: {before} and {after}", line + 1);
            }
        }
    }
}
