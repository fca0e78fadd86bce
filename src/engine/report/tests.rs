//! Results written and read back.

use std::fs;
use std::io::Read as _;
use std::sync::LazyLock;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};

use super::*;
use crate::error::ErrorKind;
use crate::message::Text;
use crate::outcome::{ApiError, Complaint, DuplicateOf, Problem, Status};
use crate::read::ReadAs;
use crate::row::{BadCell, Cell, Place};

const SENT_MS: i64 = 1_735_732_800_120;

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(3))
}

fn sheet(name: &str, header_row: u32, headers: &[&str]) -> Sheet {
    let headers = headers.iter().map(|&header| header.into()).collect();
    Sheet { name: name.into(), header_row, headers, above: Vec::new() }
}

fn row(sheet: u16, row: u32, cells: Vec<Cell>) -> Row {
    Row { place: Place { sheet, row }, hidden: false, cells }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn done(id: Value) -> Outcome {
    Outcome {
        id: Some(id),
        http_status: Some(200),
        attempts: 1,
        sent_at_ms: Some(SENT_MS),
        reference: Some("ref-1".into()),
        ..Outcome::of(Status::Done)
    }
}

fn invalid(column: &str, rule: &str) -> Outcome {
    let (column, rule) = (column.into(), rule.into());
    let (value, complaint) = ("FT1".into(), Complaint::Contract(Text::same("wrong.")));
    let problem = Problem { column, field: "deviceId".into(), value, rule, complaint, warning: false };
    Outcome { problems: vec![problem], ..Outcome::of(Status::Invalid) }
}

/// An operation with this id column.
fn operation(id: &str) -> Operation {
    let contracts = crate::contract::catalogue(None, &[]).unwrap();
    let mut operations = contracts.iter().flat_map(|contract| &contract.operations);
    let mut operation = operations.find(|operation| operation.field("deviceId").is_some()).unwrap().clone();
    operation.id = Some(crate::contract::IdForm { pointer: format!("/data/{id}"), name: id.into(), guessed: false });
    operation
}

/// A folder, the operations and sheets of a run, and what it takes to report on it.
struct Run {
    folder: tempfile::TempDir,
    sheets: Vec<Sheet>,
    operations: Vec<Operation>,
    formats: Vec<String>,
    input: PathBuf,
    csv: bool,
    checking: bool,
    row_limit: u32,
}

impl Run {
    fn new(sheets: Vec<Sheet>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let formats = ["General", "00000000", "dd.mm.yyyy"].map(str::to_owned).to_vec();
        let (operations, csv) = (vec![operation("caseId")], sheets[0].name.is_empty());
        let input = folder.path().join("in.xlsx");
        Self { folder, sheets, operations, formats, input, csv, checking: false, row_limit: ROW_LIMIT }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn create(&self, name: &str) -> Result<Report<'_>, Error> {
        let layout = Layout {
            flags: "",
            lang: Lang::En,
            sheets: &self.sheets,
            formats: &self.formats,
            operations: &self.operations,
            input: &self.input,
            file_name: "in.xlsx",
            csv: self.csv,
            checking: self.checking,
            run: Some("r1"),
        };
        create_in(&self.path(name), layout, zone(), self.row_limit)
    }

    fn write(&self, name: &str, rows: &[(Row, Outcome)]) -> PathBuf {
        let mut report = self.create(name).map_err(|stop| stop.to_string()).unwrap();
        let mut tally = Tally::default();
        tally.rows = rows.len() as u64;
        for (row, outcome) in rows {
            report.row(row, Some(0), outcome).unwrap();
            tally.add(outcome);
        }
        report.finish(&facts(&tally)).unwrap()
    }
}

fn facts(tally: &Tally) -> Facts<'_> {
    static READ_AS: LazyLock<ReadAs> = LazyLock::new(ReadAs::default);
    Facts {
        read_as: &READ_AS,
        run: Some("r1"),
        file: "in.xlsx",
        sha256: "ab12",
        to: "demo/create-case",
        base_url: "https://api.example",
        profile: None,
        started_ms: SENT_MS,
        ended_ms: SENT_MS + 1500,
        elapsed_s: 1.5,
        tally,
        stopped: None,
        warnings: &[],
        ending: Ending::SomeNot,
    }
}

/// The cells of a sheet by row number and column, as a second reader sees them.
fn cells(path: &Path, sheet: &str) -> Vec<(u32, Vec<String>)> {
    let mut book: Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let first = range.start().unwrap().0 + 1;
    let rows = range.rows().map(|row| row.iter().map(Data::to_string).collect::<Vec<_>>());
    (first..).zip(rows).filter(|(_, row)| row.iter().any(|cell| !cell.is_empty())).collect()
}

fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn rows_stand_at_the_numbers_that_they_have_in_the_input() {
    let mut list = sheet("List", 3, &["Device", "Note"]);
    list.above = vec![(1, vec![text("Title")])];
    let run = Run::new(vec![list]);
    let rows = [(row(0, 5, vec![text("F1")]), done(json!(456))), (row(0, 7, vec![text("F2")]), invalid("A", "not"))];
    let path = run.write("out.xlsx", &rows);
    let read = cells(&path, "List");
    let numbers: Vec<_> = read.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 3, 5, 7]);
    let added = ["Result", "caseId", "Error", "Error code", "HTTP status", "Attempts", "Sent at", "Reference"];
    assert_eq!(read[1].1, [&["Device", "Note"][..], &added].concat());
    assert_eq!(read[2].1[2..8], ["done", "456", "", "", "200", "1"].map(str::to_owned));
    assert_eq!(read[2].1[8], "45658.625", "12:00 UTC is 15:00 on this clock");
    assert_eq!(read[3].1[4..6], ["column A (Device): wrong.".to_owned(), "not".to_owned()]);
    let xml = part(&path, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("<autoFilter ref=\"A3:J7\"/>"), "{xml}");
    assert!(xml.contains("ySplit=\"3\"") && xml.contains("state=\"frozen\""), "{xml}");
}

#[test]
fn cells_keep_their_values_and_number_formats() {
    let run = Run::new(vec![sheet("List", 1, &["A", "B", "C", "D", "E", "F"])]);
    let given = vec![
        Cell::Number { value: 42.0, format: 1 },
        Cell::Date { serial: 45_658.0, format: 2 },
        Cell::Bool(true),
        Cell::Bad(BadCell::Error("#N/A".into())),
        Cell::Number { value: f64::NAN, format: 0 },
        text("_x000D_ çğıİöşü \u{1}"),
        text("beyond"),
    ];
    let path = run.write("out.xlsx", &[(row(0, 2, given), Outcome::of(Status::Done))]);
    let read = &cells(&path, "List")[1].1;
    assert_eq!(read[..6], ["42", "45658", "true", "#N/A", "NaN", "_x000D_ çğıİöşü \u{1}"].map(str::to_owned));
    assert_eq!(read[6], "done");
    assert_eq!(read[14], "beyond", "a cell without a header is kept, behind the added columns");
    let styles = part(&path, "xl/styles.xml");
    assert!(styles.contains("formatCode=\"00000000\"") && styles.contains("formatCode=\"dd.mm.yyyy\""), "{styles}");
}

#[test]
fn no_text_ever_becomes_a_formula() {
    let dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"];
    let run = Run::new(vec![sheet("List", 1, &["=A1", "B"])]);
    let mut rows: Vec<_> =
        (2..).zip(dangerous).map(|(at, words)| (row(0, at, vec![text(words)]), done(json!(words)))).collect();
    let error =
        Some(ApiError { code: Some("=2".into()), title: Some("=cmd|'/c calc'!A1".into()), description: None }.into());
    rows.push((row(0, 9, vec![]), Outcome { error, ..Outcome::of(Status::Rejected) }));
    let path = run.write("out.xlsx", &rows);
    for name in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
        assert!(!part(&path, name).contains("<f>"), "{name}");
    }
    let read = cells(&path, "List");
    for (at, words) in dangerous.iter().enumerate() {
        // What the server gave as an id shows a carriage return; the row's own cell keeps it.
        let id = words.replace('\r', "\\u{d}");
        assert_eq!((read[at + 1].1[0].as_str(), read[at + 1].1[3].as_str()), (*words, id.as_str()));
    }
    // Each such cell has a format with the mark that keeps it text when somebody edits it.
    let styles = part(&path, "xl/styles.xml");
    let formats = styles.split("<cellXfs").nth(1).unwrap();
    let quoted: Vec<_> = formats.split("<xf ").skip(1).map(|xf| xf.contains("quotePrefix=\"1\"")).collect();
    let xml = part(&path, "xl/worksheets/sheet1.xml");
    let cell = xml.split("<c r=\"A2\" s=\"").nth(1).unwrap();
    let style: usize = cell.split('"').next().unwrap().parse().unwrap();
    assert!(quoted[style], "{style} in {quoted:?}");

    let csv = fs::read_to_string(run.write("out.csv", &rows)).unwrap();
    for field in csv.trim_start_matches('\u{feff}').split([';', '\n']).map(|field| field.trim_start_matches('"')) {
        assert!(
            !field.starts_with(['=', '+', '-', '@', '\t']) && (field.len() < 2 || !field.starts_with('\r')),
            "{csv:?}"
        );
    }
    assert!(csv.contains("'=1+1;"), "{csv}");
}

#[test]
fn a_full_sheet_goes_on_in_a_further_one_and_no_row_is_lost() {
    for (name, result) in [("", "Result"), ("List", "List")] {
        let mut run = Run::new(vec![sheet(name, 1, &["A"]), sheet("List (2)", 1, &["A"])]);
        run.row_limit = 4;
        let rows: Vec<_> = (2..9).map(|at| (row(0, at, vec![text(&at.to_string())]), done(json!(at)))).collect();
        let path = run.write("out.xlsx", &rows);
        let book: Xlsx<_> = calamine::open_workbook(&path).unwrap();
        let mut found = Vec::new();
        for name in book.sheet_names().iter().filter(|name| name.starts_with(result)) {
            let read = cells(&path, name);
            assert_eq!(read[0].1[..2], ["A".to_owned(), "Result".to_owned()], "each part has its header");
            assert!(read.len() <= 4);
            found.extend(read.into_iter().skip(1).map(|(_, row)| row[0].clone()));
        }
        assert_eq!(found, ["2", "3", "4", "5", "6", "7", "8"], "{name}");
    }
}

#[test]
fn ids_in_lists_get_a_sheet_with_one_a_row() {
    let mut run = Run::new(vec![sheet("List", 1, &["Count"])]);
    run.operations = vec![operation("names"), operation("caseId")];
    run.row_limit = 4;
    let rows = [
        (row(0, 2, vec![]), done(json!(["HT1", "HT2"]))),
        (row(0, 3, vec![]), invalid("A", "type")),
        (row(0, 4, vec![]), done(json!(["HT3", "=HT4"]))),
    ];
    let path = run.write("out.xlsx", &rows);
    let book: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    assert_eq!(book.sheet_names(), ["List", "Summary", "names", "names (2)"]);
    let read = cells(&path, "names");
    assert_eq!(read[0].1, ["names", "Sheet", "Row", "Sent at"]);
    assert_eq!(read[3].1[..3], ["HT3", "List", "4"].map(str::to_owned));
    assert_eq!(cells(&path, "names (2)")[1].1[0], "=HT4");
    let first = &cells(&path, "List")[1].1;
    assert_eq!(first[1..4], ["done", "HT1, HT2", ""].map(str::to_owned), "the other operation's id column stays empty");
}

#[test]
fn an_earlier_result_is_replaced_and_its_columns_are_not_doubled() {
    let headers = ["A", "Result", "caseId", "Error", "Error code", "HTTP status", "Attempts", "Sent at", "Reference"];
    let run = Run::new(vec![sheet("List", 1, &headers)]);
    let old = ["F1", "rejected", "", "No", "E1", "400", "1", "", "r"].map(text).to_vec();
    let rows = [(row(0, 2, old), done(json!(7)))];
    let path = run.write("out.xlsx", &rows);
    let again = run.write("out.xlsx", &rows);
    assert_eq!(path, again);
    let read = cells(&path, "List");
    assert_eq!(read[0].1, headers);
    assert_eq!(read[1].1[..4], ["F1", "done", "7", ""].map(str::to_owned));
    assert!(part(&path, "docProps/custom.xml").contains(">r1<"));
    fs::write(run.path("mine.xlsx"), "a person's own file").unwrap();
    let stop = run.create("mine.xlsx").err().unwrap();
    assert_eq!(stop.kind, ErrorKind::CannotStart);
    assert_eq!(fs::read_to_string(run.path("mine.xlsx")).unwrap(), "a person's own file");
}

#[test]
fn a_check_adds_result_and_error_alone() {
    let mut run = Run::new(vec![sheet("", 1, &["A"])]);
    run.checking = true;
    let path = run.write("out.xlsx", &[(row(0, 2, vec![text("F1")]), Outcome::of(Status::Valid))]);
    let read = cells(&path, "Result");
    assert_eq!(read[0].1, ["A", "Result", "Error", "Error code"]);
    assert_eq!(read[1].1[1], "valid");
    let summary = cells(&path, "Summary");
    let words: Vec<_> =
        summary.iter().map(|(_, row)| row[0].as_str()).filter(|word| Status::from_name(word).is_some()).collect();
    assert_eq!(words, ["invalid", "duplicate", "valid"]);
}

#[test]
fn the_summary_shows_a_balance_that_adds_up_and_the_frequent_errors() {
    let run = Run::new(vec![sheet("List", 1, &["A"])]);
    let mut rows = vec![(row(0, 2, vec![text("F1")]), done(json!(1)))];
    rows.extend((3..6).map(|at| (row(0, at, vec![text("FT1")]), invalid("A", "pattern"))));
    let read = cells(&run.write("out.xlsx", &rows), "Summary");
    let find = |first: &str| read.iter().map(|(_, row)| row).find(|row| row[0] == first).unwrap();
    assert_eq!((find("done")[2].as_str(), find("invalid")[2].as_str(), find("Rows read")[2].as_str()), ("1", "3", "4"));
    assert!(read.iter().any(|(_, row)| row[0] == "Balance adds up: yes"));
    assert_eq!(find("pattern")[1..3], ["column A (A): wrong.".to_owned(), "3".to_owned()]);
    assert_eq!(find("Started")[1], "2025-01-01 15:00:00");
}

#[test]
fn csv_has_the_columns_of_the_workbook_and_one_table_for_several_sheets() {
    let run = Run::new(vec![sheet("One", 1, &["A", "B"]), sheet("Two", 1, &["B", "C"])]);
    let rows = [
        (row(0, 2, vec![text("a;1"), Cell::Number { value: -5.5, format: 0 }, text("+beyond")]), done(json!(456))),
        (row(1, 2, vec![text("b2"), Cell::Number { value: 7.0, format: 1 }]), invalid("A", "type")),
    ];
    let csv = fs::read_to_string(run.write("out.csv", &rows)).unwrap();
    let expected = "\u{feff}Sheet;A;B;C;Result;caseId;Error;Error code;HTTP status;Attempts;Sent at;Reference\r\n\
        One;\"a;1\";-5.5;;done;456;;;200;1;2025-01-01 15:00:00;ref-1;'+beyond\r\n\
        Two;;b2;00000007;invalid;;column A (B): wrong.;type;;;;\r\n";
    assert_eq!(csv, expected);
    assert!(run.create("out.csv").is_ok(), "its own result is replaced");
}

#[test]
fn json_lines_have_the_keys_in_their_order() {
    let mut run = Run::new(vec![sheet("List", 1, &["A"])]);
    let mut duplicate = Outcome { id: Some(json!(456)), ..Outcome::of(Status::Duplicate) };
    let (file, result) = ("may.xlsx".into(), Some(Status::Done));
    duplicate.duplicate_of =
        Some(DuplicateOf { run: "r0".into(), file, sheet: String::new(), row: 12, result, sent_at_ms: None });
    let error = Some(ApiError { code: Some("E1".into()), title: None, description: None }.into());
    let rejected = Outcome { error, ..Outcome::of(Status::Rejected) };
    let rows = [
        (row(0, 2, vec![]), done(json!(["HT1"]))),
        (row(0, 3, vec![]), duplicate),
        (row(0, 4, vec![]), rejected),
        (row(0, 5, vec![]), invalid("A", "not")),
    ];
    let lines = fs::read_to_string(run.write("out.jsonl", &rows)).unwrap();
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(
        lines[0],
        r#"{"file":"in.xlsx","sheet":"List","row":2,"result":"done","id":["HT1"],"error":null,"problems":[],"http_status":200,"attempts":1,"sent_at":"2025-01-01T15:00:00.120+03:00","reference":"ref-1","duplicate_of":null}"#
    );
    let of = r#""duplicate_of":{"run":"r0","file":"may.xlsx","sheet":null,"row":12,"result":"done"}}"#;
    assert!(lines[1].ends_with(of), "{}", lines[1]);
    assert!(lines[2].contains(r#""error":{"code":"E1","title":null,"description":null}"#), "{}", lines[2]);
    let problem = r#"[{"column":"A","field":"deviceId","value":"FT1","rule":"not","message":"wrong."}]"#;
    assert!(lines[3].contains(problem), "{}", lines[3]);
    run.csv = true;
    let line = fs::read_to_string(run.write("out.jsonl", &rows[..1])).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["sheet"], Value::Null);
}

#[test]
fn a_result_is_whole_or_not_there_and_leaves_nothing_behind() {
    let run = Run::new(vec![sheet("List", 1, &["A"])]);
    for name in ["out.xlsx", "out.csv", "out.jsonl"] {
        let mut report = run.create(name).map_err(|stop| stop.to_string()).unwrap();
        report.row(&row(0, 2, vec![text("x")]), Some(0), &done(json!(1))).unwrap();
        assert!(!run.path(name).exists());
        drop(report);
        assert_eq!(fs::read_dir(run.folder.path()).unwrap().count(), 0, "{name}");
    }
    assert_eq!(run.create("no/such/out.xlsx").err().unwrap().kind, ErrorKind::CannotStart);
    assert_eq!(run.create("out.txt").err().unwrap().kind, ErrorKind::CannotStart);
}

#[cfg(unix)]
#[test]
fn a_result_is_private_and_a_link_at_its_place_is_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let run = Run::new(vec![sheet("List", 1, &["A"])]);
    for name in ["out.xlsx", "out.csv", "out.jsonl"] {
        let elsewhere = run.path("elsewhere");
        std::os::unix::fs::symlink(&elsewhere, run.path(name)).unwrap();
        let path = run.write(name, &[(row(0, 2, vec![]), done(json!(1)))]);
        let metadata = fs::symlink_metadata(&path).unwrap();
        assert!(metadata.is_file(), "{name}");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
        assert!(!elsewhere.exists(), "{name}");
    }
}
