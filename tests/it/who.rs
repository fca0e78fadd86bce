//! Who a row is: one server however its address is written, one operation whatever its contract is called.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::auth_server::{LOST, Server, json};
use crate::witness::Witness;
use crate::workdir::{Ended, HEADER, Workdir, sandbox, words};

/// A document whose operation is told duplicates by a rule.
const DOCUMENT: &str = r"
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'https://things.example'}]
paths:
  /things:
    post:
      operationId: make
      x-caseload: {id: /id, unique: [{fields: [code], window: 30d}]}
      requestBody: {content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string}, note: {type: string}}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
";

fn things(list: &str) -> Workdir {
    let dir = Workdir::new();
    dir.write("things.yaml", DOCUMENT);
    dir.write("list.csv", list);
    dir
}

fn submit(dir: &Workdir, file: &str, base: &str, more: &[&str]) -> (Ended, Vec<Value>) {
    let fixed = ["submit", file, "--contract", "things.yaml", "--base-url", base, "--yes", "-o", "out.jsonl"];
    let ended = dir.run(&[&fixed, more].concat());
    (ended, dir.rows("out.jsonl"))
}

fn makes_all() -> Server {
    Server::new(|came| json(200, format!(r#"{{"id": {}}}"#, came.nth + 1)))
}

#[test]
fn one_server_is_one_however_its_address_is_written() {
    let server = Server::new(|came| if came.body.contains("lost") { LOST } else { json(200, r#"{"id": 1}"#) });
    let port = server.address.rsplit(':').next().unwrap().to_owned();
    let dir = things("code\na\nlost\nb\n");
    let (ended, rows) = submit(&dir, "list.csv", &server.address, &["--concurrency", "1"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "unknown", "done"]), "{ended:?}");
    // Another file with the same rows, so that it is the rows that are known and not the run.
    dir.write("mended.csv", "note,code\nx,a\nx,lost\nx,b\n");
    for base in [
        format!("http://localhost:{port}"),
        format!("http://127.1:{port}"),
        format!("http://0x7f000001:{port}"),
        format!("http://2130706433:{port}"),
        format!("http://127.0.0.1:0{port}"),
        format!("http://127.0.0.1:{port}/./"),
        format!("http://127.0.0.1:{port}/%2e"),
        format!("http://127.0.0.1:{port}/x/.."),
        format!("http://127.0.0.1:{port}//"),
        format!(" http://127.0.0.1:{port}"),
        format!("HTTP://LocalHost:{port}"),
        format!("http://[::1]:{port}"),
    ] {
        let (ended, rows) = submit(&dir, "list.csv", &base, &[]);
        assert_eq!((ended.code, words(&rows)), (1, vec!["done", "unknown", "done"]), "{base}: {ended:?}");
        let (ended, rows) = submit(&dir, "mended.csv", &base, &[]);
        assert_eq!((ended.code, words(&rows)), (1, vec!["duplicate"; 3]), "{base}: {ended:?}");
        assert_eq!(server.came("/").len(), 3, "{base}");
    }
}

#[test]
fn two_tenants_whose_paths_differ_in_case_are_two() {
    let server = makes_all();
    let dir = things("code\na\nb\n");
    for tenant in ["TenantA", "tenanta"] {
        let (ended, rows) = submit(&dir, "list.csv", &format!("{}/{tenant}", server.address), &[]);
        assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 2]), "{tenant}: {ended:?}");
        assert_eq!(server.came(&format!("/{tenant}/things")).len(), 2);
    }
}

#[test]
fn a_server_that_moved_is_named_and_the_rows_go_on_there() {
    let moved = Server::new(|came| match came.nth {
        0..3 => json(200, format!(r#"{{"id": {}}}"#, came.nth + 1)),
        3 => LOST,
        _ => (302, "Location: http://127.0.0.1/elsewhere\r\n", String::new()),
    });
    let new = makes_all();
    let dir = things("code\na\nb\nc\nlost\nd\ne\n");
    let (ended, rows) = submit(&dir, "list.csv", &moved.address, &["--concurrency", "1"]);
    assert_eq!(words(&rows), ["done", "done", "done", "unknown", "unknown", "not-sent"], "{ended:?}");
    assert!(ended.code == 3 && ended.stderr.contains("caseload ledger same"), "{ended:?}");
    let said = dir.run(&["ledger", "same", &moved.address, &new.address]);
    assert_eq!(said.code, 0, "{said:?}");
    let (ended, rows) = submit(&dir, "list.csv", &format!("{}/", new.address), &[]);
    assert_eq!(words(&rows), ["done", "done", "done", "unknown", "unknown", "done"], "{ended:?}");
    assert_eq!(new.came("/things").len(), 1);
    let listed = dir.run(&["runs", "--json"]).stdout;
    assert!(listed.contains(&format!("{}/,{}", new.address, moved.address)), "{listed}");
}

#[test]
fn a_server_that_moved_to_another_path_is_the_same_by_a_persons_word() {
    let server = makes_all();
    let dir = things("code\na\nb\n");
    let (old, new) = (format!("{}/old", server.address), format!("{}/new/api", server.address));
    assert_eq!(submit(&dir, "list.csv", &old, &[]).0.code, 0);
    assert_eq!(dir.run(&["ledger", "same", &old, &new]).code, 0);
    dir.write("mended.csv", "code\nb\nc\n");
    let (ended, rows) = submit(&dir, "mended.csv", &new, &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate", "done"]), "{ended:?}");
    let (ended, _) = submit(&dir, "list.csv", &new, &[]);
    assert!(ended.code == 0 && ended.stderr.contains("was submitted on"), "{ended:?}");
    assert_eq!(server.came("/").len(), 3);
}

#[test]
fn an_operation_is_its_method_and_path_whatever_its_contract_is_called() {
    let server = makes_all();
    let dir = things("code\na\nb\n");
    assert_eq!(submit(&dir, "list.csv", &server.address, &[]).0.code, 0);
    dir.write("copy.yaml", DOCUMENT.replace("operationId: make", "operationId: create"));
    // The rule edited: what a row is by its body is known still.
    dir.write("edited.yaml", DOCUMENT.replace("fields: [code]", "fields: [code, note]"));
    dir.write("without.yaml", DOCUMENT.replace(", unique: [{fields: [code], window: 30d}]", ""));
    for (at, contract) in ["copy.yaml", "edited.yaml", "without.yaml"].into_iter().enumerate() {
        // Each in a file of its own, for the same bytes would be the same run.
        let other = format!("other-{at}.csv");
        dir.write(&other, format!("code\nb\na\n{}", "\n".repeat(at)));
        for (file, word) in [("list.csv", "done"), (&other, "duplicate")] {
            let args = ["submit", file, "--contract", contract, "--base-url", &server.address, "-o", "out.jsonl"];
            let ended = dir.run(&args);
            assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (0, vec![word; 2]), "{contract} {file}: {ended:?}");
        }
    }
    assert_eq!(server.came("/things").len(), 2);
}

/// The ledger of a test, whatever its schema.
fn ledger(dir: &Workdir) -> Connection {
    Connection::open(dir.path("data/caseload/ledger.db")).unwrap()
}

#[test]
fn a_result_fed_back_is_compared_with_the_server_of_its_own_operation() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    let server = sandbox("");
    let args = ["submit", "list.csv", "--base-url", &server.base_url(), "--yes", "-o", "fed.csv"];
    assert_eq!(dir.run(&args).code, 0);
    // As if it had been the contract's own server, longer ago than any window.
    let host = dir.run(&["contracts", "hugin", "--export"]).stdout;
    let host =
        host.lines().find_map(|line| line.trim().strip_prefix("- url: ")).unwrap().trim_matches(['\'', '"']).to_owned();
    let ledger = ledger(&dir);
    ledger.execute("UPDATE run SET destinations = replace(destinations, ?1, ?2)", [&server.base_url(), &host]).unwrap();
    let name = caseload_engine::identity::Server::of(&host);
    ledger.execute("UPDATE server SET name = ?1", [name.name()]).unwrap();
    ledger.execute("UPDATE entry SET sent_ms = sent_ms - 86400000 * 90", []).unwrap();
    drop(ledger);
    let ended = dir.run(&["check", "fed.csv", "-o", "out.jsonl", "--json"]);
    assert_eq!(words(&dir.rows("out.jsonl")), ["done"; 3], "{ended:?}");
}

#[test]
fn a_run_whose_way_of_reading_is_not_understood_is_not_read_another_way() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    let server = sandbox("[{on: {request: 2}, do: reset-after}]");
    let (_, rows) = dir.submit(&server, "list.csv", &["--concurrency", "1"]);
    let run = rows[0]["reference"].as_str().unwrap().rsplit_once('-').unwrap().0.to_owned();
    for recipe in ["{\"to\":", "[]", "{\"sheet\": 7}"] {
        ledger(&dir).execute("UPDATE run SET recipe = ?1", [recipe]).unwrap();
        for (lang, words) in [("en", "how the file of run"), ("tr", "dosyasının nasıl okunduğu")] {
            let ended = dir.run(&["report", &run, "--lang", lang]);
            assert!(ended.code == 2 && ended.stderr.contains(words), "{recipe}: {ended:?}");
        }
    }
    assert_eq!(server.requests(), 2);
}

/// The ledger that version 8cd4191 made of four lists, at one server under four spellings.
fn landed() -> Workdir {
    let dir = Workdir::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/landed");
    for name in ["ledger.db", "liste.csv", "yarim.csv", "stok.csv", "kopya.csv"] {
        std::fs::copy(from.join(name), dir.path(name)).unwrap();
    }
    dir.write("caseload.toml", "[profiles.kasa]\nallow_http = true\nbase_url = \"http://kasa.example:8080\"\n");
    // It was made today.
    let ledger = Connection::open(dir.path("ledger.db")).unwrap();
    let sql = "UPDATE entry SET sent_ms = CAST(strftime('%s', 'now') AS INTEGER) * 1000 WHERE sent_ms IS NOT NULL";
    ledger.execute(sql, []).unwrap();
    drop(ledger);
    dir
}

#[test]
fn a_ledger_of_the_version_before_knows_its_rows_under_every_spelling_and_name() {
    let dir = landed();
    let submit = |file: &str, more: &[&str]| {
        let fixed = ["submit", file, "--ledger", "ledger.db", "--profile", "kasa", "--yes", "-o", "out.jsonl"];
        let ended = dir.run(&[&fixed, more].concat());
        (ended, dir.rows("out.jsonl"))
    };
    // Nobody listens at that address: a request that left would end the run with 3.
    for (file, wanted) in [("liste.csv", vec!["done"; 3]), ("stok.csv", vec!["done"; 3])] {
        let (ended, rows) = submit(file, &[]);
        assert_eq!((ended.code, words(&rows)), (0, wanted), "{file}: {ended:?}");
        assert!(ended.stderr.contains("was submitted on"), "{file}: {ended:?}");
    }
    let (ended, rows) = submit("yarim.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "unknown"]), "{ended:?}");
    // Rows of all runs in one file; the last was sent by a copy of the contract under another name.
    let rows: String = ["1,bir", "2,iki", "3,uc", "4,dort", "5,bes", "6,alti"]
        .map(|row| row.split_once(',').unwrap())
        .map(|(n, text)| format!("upgrade,psu,FU0000000{n},,,{text}\n"))
        .concat();
    dir.write("hepsi.csv", format!("{HEADER}\n{rows}"));
    for base in ["http://kasa.example:8080", "http://KASA.example:08080/./"] {
        let (ended, rows) = submit("hepsi.csv", &["--base-url", base]);
        assert_eq!((ended.code, words(&rows)), (1, vec!["duplicate"; 6]), "{base}: {ended:?}");
        let of = |row: &Value| row["duplicate_of"]["result"].as_str().unwrap().to_owned();
        assert_eq!(rows.iter().map(of).collect::<Vec<_>>(), ["done", "done", "done", "done", "unknown", "done"]);
    }
    dir.write("stok-2.csv", "model_type,qty\ns1,2\ntiger,1\ntiger,1\n");
    let (ended, rows) = submit("stok-2.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate"; 3]), "{ended:?}");
    // Behind the unknown row its device waits, under the new keys too.
    dir.write("sonra.csv", format!("{HEADER}\nupgrade,psu,FU00000005,,,sonra\n"));
    let (ended, rows) = submit("sonra.csv", &[]);
    assert_eq!((ended.code, rows[0]["error"]["code"].as_str()), (1, Some("held")), "{ended:?}");
    let found = dir.run(&["find", "FU00000005", "--ledger", "ledger.db"]);
    assert!(found.code == 0 && found.stdout.contains("yarim.csv"), "{found:?}");
}

#[test]
fn the_question_counts_what_would_go_and_nothing_is_asked_where_nothing_would() {
    let dir = landed();
    let submit = |file: &str| {
        dir.run(&["submit", file, "--ledger", "ledger.db", "--profile", "kasa", "-o", "none", "--lang", "en"])
    };
    let row = |n: u32, text: &str| format!("upgrade,psu,FU0000000{n},,,{text}\n");
    dir.write("iki.csv", format!("{HEADER}\n{}{}", row(1, "bir"), row(2, "iki")));
    let ended = submit("iki.csv");
    assert_eq!(ended.code, 0, "nothing would go: {ended:?}");
    dir.write("uc.csv", format!("{HEADER}\n{}{}{}", row(1, "bir"), row(7, "yedi"), row(2, "iki")));
    let ended = submit("uc.csv");
    let told = "1 rows would go to http://kasa.example:8080";
    assert!(ended.code == 2 && ended.stderr.contains(told), "{ended:?}");
}

#[test]
fn rows_of_a_ledger_of_the_version_before_are_known_at_another_server_too() {
    let dir = landed();
    let server = Witness::new("");
    let base = server.sandbox.base_url();
    let args = ["submit", "liste.csv", "--ledger", "ledger.db", "--base-url", &base, "--json", "-o", "none"];
    let ended = dir.run(&args);
    assert!(ended.code == 2 && ended.stderr.contains("kasa.example:8080"), "{ended:?}");
    assert_eq!(server.sandbox.requests(), 0);
}
