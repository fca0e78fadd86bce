//! The template's example row: it is never sent as it stands, and any change makes it a row like any other.

use rust_xlsxwriter::Workbook;

use crate::book::{patched, read_sheet};
use crate::workdir::{Workdir, sandbox, words};

/// The list of a template, header and example, as texts.
fn texts(dir: &Workdir, name: &str, sheet: &str) -> Vec<Vec<String>> {
    let table = read_sheet(&dir.path(name), sheet, 1);
    let example =
        table.headers.iter().map(|header| table.rows[0].get(header).map(ToString::to_string).unwrap_or_default());
    vec![table.headers.clone(), example.collect()]
}

fn csv(rows: &[Vec<String>], separator: &str) -> String {
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(separator);
    rows.iter().map(|row| line(row) + "\r\n").collect()
}

/// A CSV of a template's list in which the example is a row: a column of one's own has something in it.
pub fn example_as_a_row(dir: &Workdir, name: &str, sheet: &str) -> String {
    let mut rows = texts(dir, name, sheet);
    rows[0].push("Not defterim".to_owned());
    rows[1].push("acil".to_owned());
    csv(&rows, ";")
}

/// The same list as another program would save it: plain texts and no notes.
fn saved_anew(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, row) in (0..).zip(rows) {
        sheet.write_row(at, 0, row).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// Header, example and two rows of a clerk.
fn filled(dir: &Workdir, name: &str, sheet: &str) -> Vec<Vec<String>> {
    let mut rows = texts(dir, name, sheet);
    for n in 1..3 {
        let mut row = rows[1].clone();
        row[2] = format!("FU0000010{n}");
        rows.push(row);
    }
    rows
}

#[test]
fn the_example_row_of_a_template_is_never_sent_and_not_counted_until_a_cell_of_it_changes() {
    for (lang, sheet) in [("tr", "Liste"), ("en", "List")] {
        let (dir, server) = (Workdir::new(), sandbox(""));
        assert_eq!(dir.run(&["template", "hugin/create-case", "--lang", lang]).code, 0);
        let (ended, rows) = dir.submit(&server, "create-case.xlsx", &["--json"]);
        assert_eq!((ended.code, server.requests(), rows.len()), (0, 0, 0), "{ended:?}");
        assert!(ended.stdout.contains("\"rows\":0") && ended.stdout.contains("\"balance\":true"), "{ended:?}");
        let told = ended.stderr.lines().filter(|line| line.contains("example") && line.contains("row 2"));
        assert_eq!(told.count(), 1, "{ended:?}");

        let rows = filled(&dir, "create-case.xlsx", sheet);
        dir.write("list.xlsx", saved_anew(&rows));
        dir.write("comma.csv", csv(&rows, ","));
        let turkish = encoding_rs::WINDOWS_1254.encode(&csv(&rows, ";")).0.into_owned();
        dir.write("excel.csv", turkish);
        for (file, sent) in [("list.xlsx", 2), ("comma.csv", 2), ("excel.csv", 2)] {
            let (ended, rows) = dir.submit(&server, file, &["--ledger", &format!("{file}.db"), "--json"]);
            assert_eq!((words(&rows).len(), ended.code), (sent, 0), "{file}: {ended:?}");
            assert!(rows.iter().all(|row| row["row"] != 2), "{rows:?}");
            assert!(ended.stdout.contains("\"rows\":2,"), "{file}: {ended:?}");
        }
        assert_eq!(server.requests(), 6);
    }
}

#[test]
fn the_example_row_is_a_row_once_any_cell_of_it_changes_but_not_by_blanks_around_it() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    assert_eq!(dir.run(&["template", "hugin/create-case"]).code, 0);
    let rows = texts(&dir, "create-case.xlsx", "List");
    let filled = |column: usize| !rows[1][column].is_empty();
    for column in (0..rows[0].len()).filter(|column| filled(*column)) {
        let mut padded = rows.clone();
        padded[1][column] = format!(" \u{a0}{} ", rows[1][column]);
        dir.write("padded.csv", csv(&padded, ";"));
        let ended = dir.run(&["check", "padded.csv", "--json", "-o", "none"]);
        assert!(ended.stdout.contains("\"rows\":0"), "{}: {ended:?}", rows[0][column]);
        let mut changed = rows.clone();
        changed[1][column] = match rows[0][column].as_str() {
            "Device id" => "FU00000001".to_owned(),
            "Priority" => "P1".to_owned(),
            "GMP3" => "Yes".to_owned(),
            "Case type" => "Uninstall".to_owned(),
            _ => format!("{}.", rows[1][column]),
        };
        dir.write("changed.csv", csv(&changed, ";"));
        let ended = dir.run(&["check", "changed.csv", "--json", "-o", "none"]);
        assert!(ended.stdout.contains("\"rows\":1"), "{}: {ended:?}", rows[0][column]);
    }
    // A column of the clerk's own with something in it is a change too.
    dir.write("own.csv", example_as_a_row(&dir, "create-case.xlsx", "List"));
    let (ended, rows) = dir.submit(&server, "own.csv", &[]);
    assert_eq!((words(&rows), server.requests()), (vec!["done"], 1), "{ended:?}");
}

#[test]
fn the_example_row_is_recognisably_unreal_and_looks_so() {
    let dir = Workdir::new();
    assert_eq!(dir.run(&["template", "hugin/create-case"]).code, 0);
    assert_eq!(dir.run(&["template", "hugin/create-case", "--lang", "tr", "-o", "tr.xlsx"]).code, 0);
    let example = texts(&dir, "create-case.xlsx", "List").remove(1);
    assert!(example.iter().any(|cell| cell.starts_with("EXAMPLE: ")), "{example:?}");
    let example = texts(&dir, "tr.xlsx", "Liste").remove(1);
    assert!(example.iter().any(|cell| cell.starts_with("ÖRNEK: ")), "{example:?}");
    let book = std::fs::read(dir.path("create-case.xlsx")).unwrap();
    // It is in italics, and a note says what it is.
    patched(&book, "xl/styles.xml", "<i/>", "");
    patched(&book, "xl/comments1.xml", "As it stands it is not sent", "");
}

/// Two columns that say nothing but what to choose: the row with these very values is asked for as well.
#[test]
fn a_reservation_of_two_devices_is_a_row_and_the_example_is_not() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write("list.csv", "model_type;qty\ntiger;9999\ntiger;2\n");
    let (ended, rows) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((words(&rows), rows[0]["row"].as_u64(), server.requests()), (vec!["done"], Some(3), 1), "{ended:?}");
}
