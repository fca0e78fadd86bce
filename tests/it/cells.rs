//! What stands in a cell arrives as the contract means it, or is refused with its place; never guessed.

use std::collections::BTreeMap;
use std::fs::OpenOptions;

use calamine::DataType as _;
use caseload_engine::contract::catalogue;
use caseload_sandbox::{Options, Sandbox, spawn};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Worksheet};
use serde_json::{Value, json};

use crate::book::{book, patched, read_sheet, texts};
use crate::workdir::{Ended, HEADER, Workdir, logged_sandbox, words};

/// A contract with a field of every kind.
const ORDERS: &str = r#"
openapi: 3.1.0
info: {title: Orders, version: "1"}
servers: [{url: "https://orders.example"}]
paths:
  /orders:
    post:
      operationId: order
      x-caseload: {id: /id}
      requestBody: {content: {application/json: {schema: {type: object, required: [code], properties: {
        code: {type: string}, qty: {type: integer}, price: {type: number}, urgent: {type: boolean},
        day: {type: string, format: date}, at: {type: string, format: date-time}}}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {
        type: object, properties: {id: {type: integer}}}}}}}
"#;

fn orders_sandbox(dir: &Workdir) -> Sandbox {
    dir.write("orders.yaml", ORDERS);
    let log = OpenOptions::new().create(true).append(true).open(dir.path("log.jsonl")).unwrap();
    let options = Options { log: Some(Box::new(log)), ..Options::default() };
    spawn(&catalogue(Some(("orders", ORDERS)), &[]).unwrap(), options).unwrap()
}

/// Submits, and gives the rows of the result and the bodies that arrived, by their row's number.
fn sent(dir: &Workdir, server: &Sandbox, file: &str, more: &[&str]) -> (Ended, Vec<Value>, BTreeMap<u32, Value>) {
    let (ended, rows) = dir.submit(server, file, more);
    let row = |entry: &Value| entry["reference"].as_str().unwrap().rsplit('.').next().unwrap().parse().unwrap();
    let bodies = dir.rows("log.jsonl").iter().map(|entry| (row(entry), entry["body"].clone())).collect();
    (ended, rows, bodies)
}

fn header(sheet: &mut Worksheet, row: u32) {
    texts(sheet, row, &HEADER.split(',').collect::<Vec<_>>());
}

/// The refusal of a row: column, rule and message of its only problem.
fn problem(row: &Value) -> (&str, &str, &str) {
    let problems = row["problems"].as_array().unwrap();
    assert_eq!((row["result"].as_str(), problems.len()), (Some("invalid"), 1), "{row}");
    let word = |key: &str| problems[0][key].as_str().unwrap();
    (word("column"), word("rule"), word("message"))
}

#[test]
fn a_number_in_a_text_field_arrives_with_the_digits_that_the_sheet_shows() {
    let dir = Workdir::new();
    let bytes = book(&[("List", &|sheet| {
        header(sheet, 1);
        for row in 1..4 {
            texts(sheet, row + 1, &["upgrade", "psu", &format!("FU{row}"), "", "", "x"]);
        }
        let zeros = Format::new().set_num_format("00000000");
        sheet.write_number_with_format(1, 3, 4171, &zeros).unwrap();
        sheet.write_number(1, 4, 123_456_789_012_345.0).unwrap();
        sheet.write_number_with_format(2, 3, 417, &Format::new().set_num_format("#,##0")).unwrap();
        sheet.write_number(3, 4, 1_234_567_890_123_456.0).unwrap();
    })]);
    dir.write("list.xlsx", bytes);
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "done", "invalid"]), "{ended:?}");
    assert_eq!((&bodies[&2]["terminalId"], &bodies[&2]["merchantId"]), (&"00004171".into(), &"123456789012345".into()));
    assert_eq!(bodies[&3]["terminalId"], "417");
    let (column, rule, message) = problem(&rows[2]);
    assert_eq!((column, rule), ("E", "digits"));
    assert!(message.contains("15 digits") && message.contains("as Text"), "{message}");
}

#[test]
fn a_number_that_a_spreadsheet_has_crippled_is_refused() {
    let dir = Workdir::new();
    dir.write("list.csv", format!("{HEADER}\nupgrade,psu,FU1,,\"1,23457E+11\",x\nupgrade,psu,FU2,,1.2E+15,x\n"));
    let ended = dir.run(&["check", "list.csv", "-o", "out.jsonl"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for row in dir.rows("out.jsonl") {
        let (column, rule, message) = problem(&row);
        assert_eq!((column, rule), ("E", "digits"));
        assert!(message.contains("as Text"), "{message}");
    }
}

#[test]
fn dates_and_numbers_arrive_exactly_and_are_never_guessed() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    let bytes = book(&[("List", &|sheet| {
        texts(sheet, 1, &["code", "qty", "price", "day", "at"]);
        let date = |format: &str| Format::new().set_num_format(format);
        let day = ExcelDateTime::from_ymd(2026, 12, 31).unwrap();
        sheet.write_with_format(1, 3, &day, &date("dd.mm.yyyy")).unwrap();
        sheet.write_with_format(1, 4, day.clone().and_hms(9, 30, 0).unwrap(), &date("dd.mm.yyyy hh:mm")).unwrap();
        sheet.write_number(1, 1, 12).unwrap();
        sheet.write_number(1, 2, 1234.5).unwrap();
        texts(sheet, 2, &["a"]);
        texts(sheet, 3, &["b", " 7 ", "1234,50", "31.12.2026", "31.12.2026 09:30"]);
        texts(sheet, 4, &["c", "8", "0,125", "2026-12-31", "2026-12-31T09:30:00+03:00"]);
        texts(sheet, 5, &["d", "1.000"]);
        texts(sheet, 6, &["e", "", "1.234"]);
        texts(sheet, 7, &["f", "", "", "12/31/2026"]);
        texts(sheet, 8, &["g", "", "", "31.02.2026"]);
        texts(sheet, 9, &["h", "2,5"]);
    })]);
    dir.write("list.xlsx", bytes);
    let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", &["--contract", "orders.yaml"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let utc = "2026-12-31T09:30:00+00:00";
    assert_eq!(bodies[&2], json!({"code": "a", "qty": 12, "price": 1234.5, "day": "2026-12-31", "at": utc}));
    assert_eq!(bodies[&3], json!({"code": "b", "qty": 7, "price": 1234.5, "day": "2026-12-31", "at": utc}));
    let instant = "2026-12-31T06:30:00Z";
    assert_eq!(bodies[&4], json!({"code": "c", "qty": 8, "price": 0.125, "day": "2026-12-31", "at": instant}));
    let columns: Vec<&str> = rows[3..].iter().map(|row| problem(row).0).collect();
    assert_eq!(columns, ["B", "C", "D", "D", "B"]);
    assert_eq!(bodies.len(), 3);
}

#[test]
fn booleans_are_read_in_turkish_and_in_english() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    let cells = ["EVET", "hayır", "HAYIR", "Doğru", "yanlış", "x", "1", "0", "true", "No", "\u{a0}", "belki"];
    let rows: String = (1..).zip(cells).map(|(n, cell)| format!("k{n},{cell}\n")).collect();
    dir.write("list.csv", format!("code,urgent\n{rows}"));
    let (_, rows, bodies) = sent(&dir, &server, "list.csv", &["--contract", "orders.yaml"]);
    let urgent: Vec<Option<bool>> = (2..13).map(|row| bodies[&row]["urgent"].as_bool()).collect();
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(urgent, [yes, no, no, yes, no, yes, yes, no, yes, no, None]);
    assert!(problem(&rows[11]).2.contains("\"belki\""), "{}", rows[11]);
}

#[test]
fn labels_are_known_whatever_their_case_and_dots() {
    let dir = Workdir::new();
    let cells = ["ARIZA", "arıza", "Ariza", "EĞİTİM", "eğitim", "egitim", "BAKIM", "Bakım", "defect", "Arza"];
    let rows: String = (1..).zip(cells).map(|(n, cell)| format!("{cell},psu,FU{n},,,x\n")).collect();
    dir.write("list.csv", format!("TALEP TİPİ,ARIZA KODU,MALİ NO,,,AYRINTI\n{rows}"));
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (_, rows, bodies) = sent(&dir, &server, "list.csv", &[]);
    let types: Vec<&str> = bodies.values().map(|body| body["caseType"].as_str().unwrap()).collect();
    assert_eq!(types[..3], ["defect"; 3]);
    assert_eq!(types[3..6], ["training"; 3]);
    assert_eq!(types[6..], ["maintenance", "maintenance", "defect"]);
    let (column, rule, message) = problem(&rows[9]);
    assert_eq!((column, rule), ("A", "enum"));
    assert!(message.contains("Did you mean"), "{message}");
}

#[test]
fn a_csv_is_read_in_the_encoding_in_which_it_was_saved() {
    let text = "Talep Tipi;Arıza Kodu;Mali No;Ayrıntı\r\nEğitim;psu;FU1;Şişli, İğneci Çıkmazı ğüşiöç\r\n";
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    let files = [
        ("windows-1254", encoding_rs::WINDOWS_1254.encode(text).0.into_owned()),
        ("utf-8", text.as_bytes().to_vec()),
        ("utf-8 with a mark", format!("\u{feff}{text}").into_bytes()),
        ("utf-16 le", utf16([0xff, 0xfe], u16::to_le_bytes)),
        ("utf-16 be", utf16([0xfe, 0xff], u16::to_be_bytes)),
    ];
    for (name, bytes) in files {
        let dir = Workdir::new();
        dir.write("list.csv", bytes);
        let server = logged_sandbox("", &dir.path("log.jsonl"));
        let (ended, _, bodies) = sent(&dir, &server, "list.csv", &[]);
        assert_eq!(ended.code, 0, "{name}: {ended:?}");
        assert_eq!(bodies[&2]["detail"], "Şişli, İğneci Çıkmazı ğüşiöç", "{name}");
    }
}

#[test]
fn a_sep_line_and_titles_are_passed_over_and_rows_keep_their_numbers() {
    let dir = Workdir::new();
    let lines = ["sep=;", "December list;;;", ";;;", "Talep Tipi;Arıza Kodu;Mali No;Ayrıntı", "Eğitim;psu;FU1;a, b"];
    dir.write("list.csv", lines.join("\r\n") + "\r\n\r\nBakım;psu;FU2;\"two\r\nlines\"\r\nToplam;;;2\r\n");
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows, bodies) = sent(&dir, &server, "list.csv", &[]);
    assert_eq!((ended.code, rows.len()), (0, 2), "{ended:?}");
    assert_eq!((&rows[0]["row"], &rows[1]["row"]), (&json!(5), &json!(7)));
    assert_eq!((&bodies[&5]["detail"], &bodies[&7]["detail"]), (&json!("a, b"), &json!("two\r\nlines")));
    assert!(ended.stderr.contains("row 9 is a total row"), "{}", ended.stderr);
}

#[test]
fn blanks_of_every_kind_are_dropped_at_the_ends_of_a_cell() {
    let dir = Workdir::new();
    dir.write("list.csv", format!("{HEADER}\n\u{a0}upgrade ,psu,\u{200b}FU1\u{a0},\u{a0},\u{200b},a\u{a0}b \n"));
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, _, bodies) = sent(&dir, &server, "list.csv", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let body = json!({"caseType": "upgrade", "defectCode": "psu", "deviceId": "FU1", "detail": "a\u{a0}b"});
    assert_eq!(bodies[&2], body);
}

fn with_hidden_rows() -> Vec<u8> {
    book(&[("List", &|sheet| {
        header(sheet, 1);
        for row in 2..6 {
            texts(sheet, row, &["upgrade", "psu", &format!("FU{row}"), "", "", "x"]);
        }
        sheet.set_row_hidden(2).unwrap();
        sheet.set_row_hidden(3).unwrap();
    })])
}

#[test]
fn hidden_rows_are_told_and_sent_or_left_out_as_one_says() {
    for (more, expected, code) in [
        (&[][..], ["done"; 4], 0),
        (&["--hidden", "send"], ["done"; 4], 0),
        (&["--hidden", "skip"], ["done", "not-sent", "not-sent", "done"], 1),
    ] {
        let dir = Workdir::new();
        dir.write("list.xlsx", with_hidden_rows());
        let server = logged_sandbox("", &dir.path("log.jsonl"));
        let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", more);
        assert_eq!((ended.code, words(&rows)), (code, expected.to_vec()), "{more:?}: {ended:?}");
        assert!(ended.stderr.contains("hidden or filtered rows (2): 3-4"), "{more:?}: {}", ended.stderr);
        assert_eq!(bodies.len(), expected.iter().filter(|word| **word == "done").count());
    }
}

#[test]
fn a_cell_without_a_usable_value_is_refused_with_its_place_and_the_others_go() {
    let dir = Workdir::new();
    let bytes = book(&[("List", &|sheet| {
        header(sheet, 1);
        for row in 2..5 {
            texts(sheet, row, &["upgrade", "psu", &format!("FU{row}"), "", "", "x"]);
        }
        sheet.write_formula(2, 5, Formula::new("=A9").set_result("987")).unwrap();
        sheet.write_formula(3, 5, Formula::new("=A9").set_result("#N/A")).unwrap();
    })]);
    dir.write("list.xlsx", patched(&bytes, "xl/worksheets/sheet1.xml", "<v>987</v>", ""));
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "invalid", "invalid"]), "{ended:?}");
    let (no_value, error) = (problem(&rows[1]), problem(&rows[2]));
    assert_eq!((no_value.0, error.0, bodies.len()), ("F", "F", 1));
    assert!(no_value.2.contains("formula's result") && error.2.contains("#N/A"), "{no_value:?} {error:?}");
}

#[test]
fn a_text_that_looks_like_a_formula_is_sent_as_it_stands_and_never_becomes_one() {
    let dir = Workdir::new();
    let details = ["=1+1", "+90 212", "-5", "@here", "=HYPERLINK(\"http://x\")"];
    let rows: String =
        (1..).zip(details).map(|(n, d)| format!("upgrade,psu,FU{n},,,\"{}\"\n", d.replace('"', "\"\""))).collect();
    dir.write("list.csv", format!("{HEADER}\n{rows}"));
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, _, bodies) = sent(&dir, &server, "list.csv", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let arrived: Vec<&str> = bodies.values().map(|body| body["detail"].as_str().unwrap()).collect();
    assert_eq!(arrived, details);
    for name in ["out.xlsx", "out.csv"] {
        assert_eq!(dir.run(&["report", "-o", name]).code, 0);
    }
    let table = read_sheet(&dir.path("out.xlsx"), "Result", 1);
    assert_eq!((table.column("detail"), table.formulas), (details.map(String::from).to_vec(), vec![]));
    let text = std::fs::read_to_string(dir.path("out.csv")).unwrap();
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    for record in reader.records() {
        let detail = record.unwrap()[5].to_owned();
        assert!(detail.starts_with('\''), "a spreadsheet would calculate {detail:?}");
    }
}

/// One row whose cells are written by `fill` below the orders' headers.
fn orders_book(fill: &dyn Fn(&mut Worksheet)) -> Vec<u8> {
    book(&[("List", &|sheet| {
        texts(sheet, 1, &["code", "qty", "price", "urgent", "day", "at"]);
        fill(sheet);
    })])
}

fn formatted(code: &str) -> Format {
    Format::new().set_num_format(code)
}

#[test]
fn a_text_field_sends_what_the_sheet_shows_of_a_number_or_nothing() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    let shown = [
        ("0", 12.345, "12"),
        ("00000000", 359.0, "00000359"),
        ("[Red]00000000", 359.0, "00000359"),
        ("\"FU\"00000000", 359.0, "FU00000359"),
        ("\"Id \"000000", 359.0, "Id 000359"),
        ("0.00", 12.345, "12.35"),
        ("General", 12.345, "12.345"),
        ("@", 359.0, "359"),
    ];
    let untold = [("#,##0", 4171.0), ("0.00E+00", 12345.0), ("# ?/?", 0.5), ("0;[Red]0", -5.0), (";;;", 5.0)];
    let bytes = orders_book(&|sheet| {
        let all = shown.iter().map(|(code, value, _)| (*code, *value)).chain(untold);
        for (row, (code, value)) in (1..).zip(all) {
            sheet.write_number_with_format(row, 0, value, &formatted(code)).unwrap();
        }
    });
    dir.write("list.xlsx", bytes);
    let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", &["--contract", "orders.yaml"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let arrived: Vec<&str> = bodies.values().map(|body| body["code"].as_str().unwrap()).collect();
    assert_eq!(arrived, shown.map(|(_, _, text)| text));
    for row in &rows[shown.len()..] {
        let (column, rule, message) = problem(row);
        assert_eq!((column, rule), ("A", "format"));
        assert!(message.contains("as Text"), "{message}");
    }
}

#[test]
fn a_number_that_the_sheet_shows_otherwise_is_sent_as_it_is_stored_with_a_warning() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    let bytes = orders_book(&|sheet| {
        for (row, (code, value)) in (1..).zip([("0.00", 12.345), ("0.00", 12.5), ("0%", 0.18), ("#,##0.00", 1234.5)]) {
            sheet.write_number_with_format(row, 2, value, &formatted(code)).unwrap();
        }
        (2..8).for_each(|row| texts(sheet, row, &[&format!("r{row}")]));
        sheet.write_number_with_format(5, 1, 12345, &formatted("0,")).unwrap();
        sheet.write_number_with_format(6, 3, 1, &formatted("\"Hayır\"")).unwrap();
    });
    dir.write("list.xlsx", bytes);
    let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", &["--contract", "orders.yaml"]);
    assert_eq!((ended.code, bodies.len()), (0, 6), "{ended:?}");
    let prices: Vec<&Value> = (2..6).map(|row| &bodies[&row]["price"]).collect();
    assert_eq!(prices, [&json!(12.345), &json!(12.5), &json!(0.18), &json!(1234.5)]);
    assert_eq!((&bodies[&6]["qty"], &bodies[&7]["urgent"]), (&json!(12345), &json!(true)));
    let warned = |row: &Value| row["problems"][0]["column"].as_str().map(str::to_owned);
    let columns: Vec<Option<String>> = rows.iter().map(warned).collect();
    let said = |column: &str| Some(column.to_owned());
    assert_eq!(columns, [said("C"), None, said("C"), None, said("B"), said("D")]);
    let message = rows[0]["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("Warning") && message.contains("12.35") && message.contains("12.345"), "{message}");
    let strict = dir.run(&["check", "list.xlsx", "--contract", "orders.yaml", "--strict", "-o", "strict.jsonl"]);
    let refused = dir.rows("strict.jsonl").iter().filter(|row| row["result"] == "invalid").count();
    assert_eq!((strict.code, refused), (1, 4), "{strict:?}");
}

#[test]
fn only_a_number_with_a_date_format_is_a_date() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    let bytes = orders_book(&|sheet| {
        for (row, (code, value)) in (1..).zip([
            ("General", 2024.0),
            ("0", 311_226.0),
            ("h:mm", 0.5),
            ("[h]:mm", 46_022.5),
            ("dd.mm.yyyy", 46_022.0),
            ("mmm yyyy", 46_022.0),
        ]) {
            sheet.write_number_with_format(row, 4, value, &formatted(code)).unwrap();
        }
        (2..9).for_each(|row| texts(sheet, row, &[&format!("r{row}")]));
        sheet.write_number(7, 5, 46_022.5).unwrap();
    });
    dir.write("list.xlsx", bytes);
    let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", &["--contract", "orders.yaml"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for row in [0, 1, 2, 3, 6] {
        let (column, rule, message) = problem(&rows[row]);
        assert_eq!((column, rule), (if row == 6 { "F" } else { "E" }, "type"));
        assert!(message.contains("31.12.2026"), "{message}");
    }
    assert_eq!(bodies.len(), 2);
    assert_eq!((&bodies[&6]["day"], &bodies[&7]["day"]), (&json!("2025-12-31"), &json!("2025-12-31")));
    assert!(rows[5]["problems"][0]["message"].as_str().unwrap().contains("mmm yyyy"), "{}", rows[5]);
    dir.write("list.csv", "code,day\na,2024\nb,311226\nc,45658\n");
    let checked = dir.run(&["check", "list.csv", "--contract", "orders.yaml", "-o", "csv.jsonl"]);
    assert_eq!(checked.code, 1, "{checked:?}");
    assert_eq!(words(&dir.rows("csv.jsonl")), ["invalid"; 3]);
}

#[test]
fn a_date_that_is_written_as_a_text_of_iso_8601_is_a_date() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    let bytes = orders_book(&|sheet| {
        texts(sheet, 2, &["a"]);
        sheet.write_number_with_format(1, 4, 1, &formatted("dd.mm.yyyy")).unwrap();
        sheet.write_number(1, 5, 2).unwrap();
    });
    let part = "xl/worksheets/sheet1.xml";
    let bytes = patched(&bytes, part, "s=\"1\"><v>1</v>", "s=\"1\" t=\"d\"><v>2026-12-31T00:00:00.000</v>");
    let bytes = patched(&bytes, part, "r=\"F2\"><v>2</v>", "r=\"F2\" t=\"d\"><v>2026-12-31T09:30:00</v>");
    dir.write("list.xlsx", bytes);
    let (ended, _, bodies) = sent(&dir, &server, "list.xlsx", &["--contract", "orders.yaml"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let body = json!({"code": "a", "day": "2026-12-31", "at": "2026-12-31T09:30:00+00:00"});
    assert_eq!(bodies[&2], body);
    assert_eq!(dir.run(&["report", "-o", "out.xlsx"]).code, 0);
    let row = &read_sheet(&dir.path("out.xlsx"), "List", 1).rows[0];
    assert!(row["day"].is_datetime() && row["at"].is_datetime(), "{row:?}");
    let again = dir.run(&["check", "out.xlsx", "--contract", "orders.yaml", "-o", "again.jsonl"]);
    assert_eq!(again.code, 0, "{again:?}");
}

#[test]
fn a_text_of_a_workbook_that_looks_like_an_exponent_is_a_text() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    dir.write(
        "list.xlsx",
        orders_book(&|sheet| {
            texts(sheet, 2, &["3.14e+00"]);
            texts(sheet, 3, &["1E+11"]);
        }),
    );
    let (ended, _, bodies) = sent(&dir, &server, "list.xlsx", &["--contract", "orders.yaml"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!((&bodies[&2]["code"], &bodies[&3]["code"]), (&json!("3.14e+00"), &json!("1E+11")));
}

#[test]
fn what_is_put_into_a_set_value_is_what_the_sheet_shows_or_refuses_the_row() {
    let dir = Workdir::new();
    let server = orders_sandbox(&dir);
    let bytes = orders_book(&|sheet| {
        for (row, code) in (1..).zip(["000", "#,##0", "General"]) {
            sheet.write_number(row, 1, row).unwrap();
            sheet.write_number_with_format(row, 6, 4171, &formatted(code)).unwrap();
        }
        texts(sheet, 1, &["code", "qty", "price", "urgent", "day", "at", "Kasa"]);
        sheet.write_formula(3, 6, Formula::new("=A9").set_result("#N/A")).unwrap();
    });
    dir.write("list.xlsx", bytes);
    let more = ["--contract", "orders.yaml", "--set", "code=Kasa {Kasa}"];
    let (ended, rows, bodies) = sent(&dir, &server, "list.xlsx", &more);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "invalid", "invalid"]), "{ended:?}");
    assert_eq!(bodies[&2]["code"], "Kasa 4171");
}

#[test]
fn a_blank_inside_a_device_id_is_refused_and_a_letter_o_among_its_digits_is_warned_of() {
    let dir = Workdir::new();
    let ids = ["FU 00000359", "FU\u{a0}00000359", "FU0000035O", "FUo0000359", "FO00000359", "FU00000359"];
    let rows: String = ids.iter().map(|id| format!("upgrade,psu,{id},,,x\n")).collect();
    dir.write("list.csv", format!("{HEADER}\n{rows}"));
    let server = logged_sandbox("", &dir.path("log.jsonl"));
    let (ended, rows, bodies) = sent(&dir, &server, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, [vec!["invalid"; 2], vec!["done"; 4]].concat()), "{ended:?}");
    for row in &rows[..2] {
        let (column, _, message) = problem(row);
        assert!(column == "C" && message.contains("blank inside"), "{row}");
    }
    let warned = |row: &Value| row["problems"].as_array().unwrap().iter().any(|found| found["rule"] == "x-warn");
    assert_eq!(rows.iter().map(warned).collect::<Vec<_>>(), [false, false, true, true, false, false]);
    assert_eq!(bodies.len(), 4);
    let strict = dir.run(&["check", "list.csv", "--strict", "-o", "strict.jsonl"]);
    assert_eq!((strict.code, words(&dir.rows("strict.jsonl"))[2..4].to_vec()), (1, vec!["invalid"; 2]), "{strict:?}");
}
