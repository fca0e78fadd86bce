//! What cannot be read, or does not fit, is told with its place and the next step; nothing of it is
//! sent, and nothing is lost.

use caseload_sandbox::Sandbox;

use crate::book::{book, patched, texts};
#[cfg(unix)]
use crate::terminal::answered;
use crate::workdir::{Ended, HEADER, Workdir, sandbox, words};

/// A good row of the simplest list.
const ROW: &str = "upgrade,psu,FU00000001,,,one";

/// Submits what must be refused as a whole: exit code 2, a sentence with these words, nothing sent.
fn refused(dir: &Workdir, server: &Sandbox, file: &str, more: &[&str], said: &[&str]) -> Ended {
    let (ended, rows) = dir.submit(server, file, more);
    assert_eq!(ended.code, 2, "{file} {more:?}: {ended:?}");
    for words in said {
        assert!(ended.stderr.contains(words), "{file} {more:?}: no {words:?} in {}", ended.stderr);
    }
    assert_eq!((rows.len(), server.requests()), (0, 0), "{file} {more:?}");
    ended
}

#[test]
fn a_file_that_is_not_there_or_no_file_is_named() {
    let dir = Workdir::new();
    std::fs::create_dir(dir.path("folder.xlsx")).unwrap();
    let server = sandbox("");
    refused(&dir, &server, "gone.xlsx", &[], &["gone.xlsx was not found", "Check the file's name"]);
    refused(&dir, &server, "folder.xlsx", &[], &["folder.xlsx is not a file", "Give an .xlsx"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_told_so() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Workdir::new();
    let path = dir.write_cases("list.csv", 1);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    let server = sandbox("");
    if std::fs::File::open(&path).is_ok() {
        // Root may read everything: then it is a file as any other.
        assert_eq!(dir.submit(&server, "list.csv", &[]).0.code, 0);
        return;
    }
    refused(&dir, &server, "list.csv", &[], &["You may not read list.csv", "Change its permissions"]);
}

#[test]
fn what_is_no_spreadsheet_is_called_what_it_is_whatever_its_name() {
    let dir = Workdir::new();
    let server = sandbox("");
    let compound = |word: &str| {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.resize(1024, 0);
        bytes.extend(word.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(4096, 0);
        bytes
    };
    let files: [(&str, Vec<u8>, &[&str]); 7] = [
        ("old.xlsx", compound("Workbook"), &["old.xlsx", "old kind (.xls)", "Save As > Excel Workbook (.xlsx)"]),
        ("locked.xlsx", compound("EncryptedPackage"), &["locked.xlsx is password-protected", "remove the password"]),
        ("web.xls", b"<html><table><tr><td>1</td></tr></table>".to_vec(), &["web.xls", "web page", "save it as .xlsx"]),
        ("paper.csv", b"%PDF-1.7\n".to_vec(), &["paper.csv is a PDF", "Give an .xlsx"]),
        ("packed.csv", b"\x1f\x8b\x08\x00".to_vec(), &["packed.csv is cut short or damaged", "copy it again"]),
        ("noise.xlsx", b"PK\x03\x04 and then nothing".to_vec(), &["noise.xlsx", "again"]),
        ("empty.csv", Vec::new(), &["empty.csv is empty", "Give a file"]),
    ];
    for (name, bytes, said) in files {
        dir.write(name, &bytes);
        refused(&dir, &server, name, &[], said);
        assert_eq!(std::fs::read(dir.path(name)).unwrap(), bytes, "{name} was changed");
    }
}

#[test]
fn a_workbook_that_was_cut_off_or_damaged_is_refused_wherever_it_breaks() {
    let dir = Workdir::new();
    let server = sandbox("");
    let whole = book(&[("List", &|sheet| {
        texts(sheet, 1, &HEADER.split(',').collect::<Vec<_>>());
        for n in 2..200 {
            texts(sheet, n, &["upgrade", "psu", &format!("FU{n}"), "", "", "x"]);
        }
    })]);
    for part in 1..10 {
        dir.write("cut.xlsx", &whole[..whole.len() * part / 10]);
        refused(&dir, &server, "cut.xlsx", &[], &["cut.xlsx"]);
    }
    let sheet = "xl/worksheets/sheet1.xml";
    dir.write("order.xlsx", patched(&whole, sheet, "r=\"C150\"", "r=\"C15\""));
    refused(&dir, &server, "order.xlsx", &[], &["order.xlsx", "List", "C15", "damaged", "save it again"]);
    dir.write("value.xlsx", patched(&whole, sheet, "r=\"C150\" t=\"s\"", "r=\"C150\" t=\"what\""));
    refused(&dir, &server, "value.xlsx", &[], &["value.xlsx", "List", "save it again"]);
    let last = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[last] ^= 0xff;
    dir.write("flipped.xlsx", flipped);
    refused(&dir, &server, "flipped.xlsx", &[], &["flipped.xlsx"]);
}

#[test]
fn a_header_without_rows_is_nothing_to_send() {
    let dir = Workdir::new();
    let server = sandbox("");
    for content in [format!("{HEADER}\n"), format!("{HEADER}\n,,,,,\n\n"), " \n\u{a0}\n".to_owned()] {
        dir.write("bare.csv", content);
        refused(&dir, &server, "bare.csv", &[], &["bare.csv"]);
    }
    dir.write("bare.xlsx", book(&[("List", &|sheet| texts(sheet, 1, &HEADER.split(',').collect::<Vec<_>>()))]));
    refused(&dir, &server, "bare.xlsx", &[], &["bare.xlsx", "nothing to send", "Add the rows"]);
}

#[test]
fn a_line_that_cannot_be_read_without_a_doubt_refuses_the_file() {
    let dir = Workdir::new();
    let server = sandbox("");
    let with = |line: &str| format!("{HEADER}\n{ROW}\n{line}\n");
    dir.write("ragged.csv", with("upgrade,psu,FU00000002,,,Main street, No. 5"));
    refused(&dir, &server, "ragged.csv", &[], &["ragged.csv, line 3", "7 cells", "in quotes"]);
    dir.write("short.csv", with("upgrade,psu"));
    refused(&dir, &server, "short.csv", &[], &["short.csv, line 3", "2 cells", "save it as .xlsx"]);
    dir.write("quote.csv", with("upgrade,psu,FU00000002,,,\"open"));
    refused(&dir, &server, "quote.csv", &[], &["quote.csv, line 3", "never closed", "Close the quote"]);
    dir.write("after.csv", with("upgrade,psu,FU00000002,,,\"a\" b"));
    refused(&dir, &server, "after.csv", &[], &["after.csv, line 3", "closing quote", "Double the quotes"]);
    dir.write("binary.csv", with("upgrade,psu,FU\0,,,x"));
    refused(&dir, &server, "binary.csv", &[], &["binary.csv", "binary file", "Give an .xlsx"]);
}

#[test]
fn a_row_with_a_surplus_blank_cell_sends_nothing_for_its_values_may_stand_one_column_to_the_right() {
    let dir = Workdir::new();
    let server = sandbox("");
    let with = |line: &str| format!("{HEADER}\n{ROW}\n{line}\n");
    dir.write("surplus.csv", with("upgrade,psu,FU00000002,,,,two"));
    refused(&dir, &server, "surplus.csv", &[], &["surplus.csv, line 3", "7 cells"]);
    dir.write("blank.csv", with("upgrade,psu,FU00000002,T1,,M1,"));
    refused(&dir, &server, "blank.csv", &[], &["blank.csv, line 3", "7 cells"]);
    dir.write("stray.csv", with("upgrade,psu,FU00000002,T1\"x, y\",z"));
    refused(&dir, &server, "stray.csv", &[], &["stray.csv, line 3", "opens within a cell"]);
    let rows = (0..20).fold(String::new(), |rows, n| rows + &format!("upgrade,psu,FU{n:08},,,x,\n"));
    dir.write("all.csv", format!("{HEADER}\n{rows}"));
    let (ended, rows) = dir.submit(&server, "all.csv", &[]);
    assert_eq!((ended.code, rows.len()), (0, 20), "every row ends with a delimiter: {ended:?}");
}

#[test]
fn headers_that_nobody_knows_send_nothing_whether_or_not_the_operation_is_named() {
    let dir = Workdir::new();
    dir.write(
        "notes.yaml",
        r#"
openapi: 3.1.0
info: {title: Notes, version: "1"}
servers: [{url: "https://notes.example"}]
paths:
  /notes:
    post:
      operationId: note
      requestBody: {content: {application/json: {schema: {type: object, properties: {note: {type: string, x-label: {tr: Metin, en: Words}}}}}}}
      responses: {"200": {description: ok}}
"#,
    );
    let server = sandbox("");
    dir.write("bare.csv", "Ankara;FU1\nIzmir;FU2\nBursa;FU3\n");
    let said = ["bare.csv", "row 1 was taken for the header row", "Expected headers: Words (note)"];
    for more in [&["--contract", "notes.yaml"][..], &["--contract", "notes.yaml", "--to", "notes/note"]] {
        refused(&dir, &server, "bare.csv", more, &said);
        let ended = dir.run(&[&["check", "bare.csv", "-o", "none"], more].concat());
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(!ended.stderr.contains("By the headers"), "{ended:?}");
    }
    refused(&dir, &server, "bare.csv", &[], &["bare.csv", "row 1 was taken for the header row"]);
}

#[test]
fn a_header_line_in_the_middle_is_no_row_and_is_told_and_the_balance_adds_up() {
    let dir = Workdir::new();
    let server = sandbox("");
    dir.write("twice.csv", format!("{HEADER}\n{ROW}\n{HEADER}\nupgrade,psu,FU00000002,,,two\n"));
    let (ended, rows) = dir.submit(&server, "twice.csv", &["--json"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done", "done"]), "{ended:?}");
    assert!(ended.stderr.contains("repeat the header row were skipped (1): 3"), "{ended:?}");
    let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&summary["rows"], &summary["balance"]), (&2.into(), &true.into()));
    assert_eq!(server.requests(), 2);
}

#[test]
fn values_right_of_the_last_header_are_told_in_text_and_workbook() {
    let dir = Workdir::new();
    let server = sandbox("");
    dir.write("wide.csv", format!("{HEADER},,\n{ROW},,note\nupgrade,psu,FU00000002,,,two,,\n"));
    let sheet = |sheet: &mut rust_xlsxwriter::Worksheet| {
        texts(sheet, 1, &HEADER.split(',').collect::<Vec<_>>());
        texts(sheet, 2, &["upgrade", "psu", "FU00000003", "", "", "one", "", "note"]);
    };
    dir.write("wide.xlsx", book(&[("List", &sheet)]));
    for file in ["wide.csv", "wide.xlsx"] {
        let (ended, _) = dir.submit(&server, file, &[]);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.stderr.contains("alues in columns without a header are not sent: H (row 2)"), "{ended:?}");
    }
}

#[test]
fn letters_that_are_not_those_of_turkish_send_nothing_until_the_encoding_is_named() {
    let dir = Workdir::new();
    let server = sandbox("");
    let list = format!("{HEADER}\nupgrade,psu,FU00000001,,,Αθήνα οδός Ερμού\n");
    dir.write("greek.csv", &encoding_rs::WINDOWS_1253.encode(&list).0);
    let said = ["greek.csv, line 2", "is not Turkish", "Αθήνα", "--encoding windows-1253"];
    refused(&dir, &server, "greek.csv", &[], &said);
    assert_eq!(dir.run(&["check", "greek.csv", "-o", "none"]).code, 2);
    let log = dir.path("log.jsonl");
    let server = crate::workdir::logged_sandbox("", &log);
    let (ended, _) = dir.submit(&server, "greek.csv", &["--encoding", "windows-1253", "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(dir.rows("log.jsonl")[0]["body"]["detail"], "Αθήνα οδός Ερμού");
    let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let read_as = serde_json::json!({"delimiter": ",", "encoding": "windows-1253", "header_row": 1});
    assert_eq!(summary["read_as"], read_as);
}

#[cfg(unix)]
#[test]
fn a_yes_at_the_terminal_reads_the_file_in_the_encoding_that_was_proposed_and_so_does_its_report() {
    let dir = Workdir::new();
    let list = format!("{HEADER}\nupgrade,psu,FU00000001,,,Москва улица Ленина\n");
    dir.write("russian.csv", &encoding_rs::WINDOWS_1251.encode(&list).0);
    let check = ["check", "russian.csv", "-o", "check.jsonl"];
    let (code, shown) = answered(dir.command(&check), "n\n");
    assert_eq!(code, 2, "{shown}");
    let (code, shown) = answered(dir.command(&check), "y\n");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Read the file as Windows-1251?") && shown.contains("Москва"), "{shown}");
    let log = dir.path("log.jsonl");
    let server = crate::workdir::logged_sandbox("", &log);
    let base = server.base_url();
    let submit = ["submit", "russian.csv", "--base-url", &base, "-o", "out.xlsx"];
    let (code, shown) = answered(dir.command(&submit), "y\n");
    assert_eq!(code, 0, "{shown}");
    assert_eq!(dir.rows("log.jsonl")[0]["body"]["detail"], "Москва улица Ленина");
    let ended = dir.run(&["report", "-o", "again.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(std::fs::read_to_string(dir.path("again.csv")).unwrap().contains("Москва улица Ленина"));
}

#[test]
fn how_a_text_was_read_is_said_in_one_line_and_turkish_of_an_office_is_read_without_a_question() {
    let dir = Workdir::new();
    let list = format!("Liste\n\n{}\nupgrade;psu;FU00000001;;;Çiğdem Sokağı\n", HEADER.replace(',', ";"));
    dir.write("office.csv", &encoding_rs::WINDOWS_1254.encode(&list).0);
    let ended = dir.run(&["check", "office.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("read as: delimiter ;, Windows-1254, header in row 3"), "{ended:?}");
    let summary = crate::book::read_sheet(&dir.path("office.csv.check.xlsx"), "Summary", 1);
    assert!(format!("{summary:?}").contains("Read as"), "{summary:?}");
}

#[test]
fn a_packed_text_is_read_as_what_is_in_it() {
    use std::io::Write;
    let dir = Workdir::new();
    let server = sandbox("");
    let packed = |bytes: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let whole = packed(format!("{HEADER}\n{ROW}\n").as_bytes());
    dir.write("list.csv.gz", &whole);
    let (ended, rows) = dir.submit(&server, "list.csv.gz", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"]), "{ended:?}");
    assert_eq!(server.requests(), 1);
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write("cut.csv.gz", &whole[..whole.len() - 6]);
    refused(&dir, &server, "cut.csv.gz", &[], &["cut.csv.gz is cut short or damaged"]);
    dir.write("twice.csv.gz", packed(&whole));
    refused(&dir, &server, "twice.csv.gz", &[], &["twice.csv.gz is a gzip file"]);
    dir.write("bad.csv.gz", packed(b"a;b\0\x01\n"));
    refused(&dir, &server, "bad.csv.gz", &[], &["bad.csv.gz", "binary"]);
}

#[test]
fn a_missing_column_is_one_problem_of_the_file() {
    let dir = Workdir::new();
    let server = sandbox("");
    dir.write("list.csv", "caseType,defectCode,deviceId,detial\nupgrade,psu,FU1,a\nupgrade,psu,FU2,b\n");
    let said = ["list.csv", "row 1", "lack", "Detail (detail)", "--map \"detail=detial\""];
    let ended = refused(&dir, &server, "list.csv", &["--to", "hugin/create-case"], &said);
    assert_eq!(ended.stderr.lines().count(), 1, "once, not for each row: {}", ended.stderr);
    let (ended, rows) = dir.submit(&server, "list.csv", &["--to", "hugin/create-case", "--map", "detail=detial"]);
    assert_eq!((ended.code, rows.len()), (0, 2), "the advice holds: {ended:?}");
}

#[test]
fn two_columns_for_one_field_are_not_guessed_at() {
    let dir = Workdir::new();
    let server = sandbox("");
    dir.write("list.csv", "caseType,defectCode,deviceId,Device_Id,detail\nupgrade,psu,FU1,FU2,a\n");
    let said = ["list.csv", "C (\"deviceId\")", "D (\"Device_Id\")", "both mean deviceId", "rename one"];
    refused(&dir, &server, "list.csv", &[], &said);
}

#[test]
fn wishes_for_what_is_not_there_are_refused_by_name() {
    let dir = Workdir::new();
    let server = sandbox("");
    dir.write_cases("list.csv", 2);
    dir.write("own.yaml", "openapi: 3.1.0\ninfo: {title: T\n");
    let overrides: [(&[&str], &[&str]); 14] = [
        (&["--map", "colour=detail"], &["no field called \"colour\"", "deviceId"]),
        (&["--map", "deviceId=Gadget"], &["list.csv", "no column is headed \"Gadget\"", "merchantId"]),
        (&["--map", "deviceId"], &["\"deviceId\"", "FIELD=HEADER"]),
        (&["--set", "colour=red"], &["no field called \"colour\"", "deviceId"]),
        (&["--to", "nobody/nothing"], &["nobody/nothing", "create-case"]),
        (&["--sheet", "Nowhere"], &["list.csv", "\"Nowhere\"", "Leave --sheet out"]),
        (&["--encoding", "klingon"], &["klingon"]),
        (&["--profile", "live"], &["no profile \"live\"", "caseload init"]),
        (&["--contract", "gone.yaml"], &["gone.yaml", "cannot be read"]),
        (&["--contract", "own.yaml"], &["own", "line"]),
        (&["--rate", "fast"], &["\"fast\"", "--rate", "10/s"]),
        (&["--rate", "0/s"], &["\"0/s\"", "--rate", "10/s"]),
        (&["--timeout", "soon"], &["\"soon\"", "--timeout", "60s"]),
        (&["--max-errors", "some"], &["\"some\"", "--max-errors", "5%"]),
    ];
    for (more, said) in overrides {
        refused(&dir, &server, "list.csv", more, said);
    }
}

#[test]
fn a_column_that_the_contract_does_not_know_is_named_once_and_the_rest_is_sent() {
    let dir = Workdir::new();
    dir.write("list.csv", format!("{HEADER},Region\n{ROW},North\nupgrade,psu,FU2,,,b,South\n"));
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done", "done"]));
    assert_eq!(ended.stderr.matches("Region").count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("--map FIELD=HEADER"), "{}", ended.stderr);
    assert_eq!(server.committed(), 2);
}

#[test]
fn a_row_whose_operation_nobody_knows_is_invalid_and_the_others_go() {
    let dir = Workdir::new();
    let row = |operation: &str, device: &str| format!("{operation},upgrade,psu,{device},,,x\n");
    let rows = [row("create-case", "FU1"), row("open-sesame", "FU2"), row("", "FU3"), row("CREATE CASE", "FU4")];
    dir.write("list.csv", format!("Operation,{HEADER}\n{}", rows.concat()));
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "invalid", "done", "done"]));
    let problem = &rows[1]["problems"][0];
    assert_eq!((&problem["column"], &problem["value"]), (&"A".into(), &"open-sesame".into()));
    assert!(problem["message"].as_str().unwrap().contains("create-case"), "{problem}");
    assert_eq!(server.requests(), 3);
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_next_from_going() {
    let dir = Workdir::new();
    dir.write_cases("good.csv", 2);
    dir.write("bad.csv", "what,ever\n1,2\n");
    let server = sandbox("");
    let ended = dir.run(&["submit", "bad.csv", "good.csv", "--base-url", &server.base_url()]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("bad.csv"), "which of the files: {}", ended.stderr);
    assert_eq!(server.committed(), 2);
}

#[test]
fn with_require_valid_nothing_leaves_while_a_row_is_not() {
    let dir = Workdir::new();
    let server = sandbox("");
    dir.write("list.csv", format!("{HEADER}\n{ROW}\nupgrade,psu,FT2,,,b\n"));
    let (ended, rows) = dir.submit(&server, "list.csv", &["--require-valid"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["not-sent", "invalid"]), "{ended:?}");
    assert!(rows[0]["error"]["title"].as_str().unwrap().contains("--require-valid"));
    assert!(ended.stderr.contains("Rows not sent: 1.") && ended.stderr.contains("--require-valid"), "{ended:?}");
    // Rows that contradict each other are each well by themselves.
    dir.write("two.csv", format!("{HEADER}\nupgrade,psu,FU1,T1,M1,a\nupgrade,psu,FU1,T1,M2,b\n"));
    let (ended, rows) = dir.submit(&server, "two.csv", &["--require-valid"]);
    assert_eq!(words(&rows), ["not-sent", "invalid"], "{ended:?}");
    assert_eq!(server.requests(), 0);
}
