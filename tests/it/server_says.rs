//! What a server says, and how far it is believed.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::auth_server::{Reply, Server, contract, json as said};
use crate::workdir::{Ended, Workdir, words};

/// What the tests' token is; [`Workdir::command`] gives it.
const TOKEN: &str = "token-for-tests";

fn folder(rows: u32) -> Workdir {
    let dir = Workdir::new();
    dir.write("things.yaml", contract("token", "{type: http, scheme: bearer}"));
    dir.write("list.csv", (1..=rows).fold("name\n".to_owned(), |list, n| format!("{list}n{n}\n")));
    dir
}

fn submit(dir: &Workdir, server: &Server, more: &[&str]) -> Ended {
    let fixed = ["submit", "list.csv", "--contract", "things.yaml", "--base-url", &server.address, "-o", "out.jsonl"];
    dir.run(&[&fixed, more].concat())
}

/// Every file of a folder that holds these bytes.
fn files_with(dir: &Workdir, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.path("")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path).unwrap().windows(needle.len()).any(|part| part == needle.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn a_token_that_comes_back_as_an_id_is_shown_nowhere() {
    let location = "Location: /things/token-for-tests\r\n";
    for reply in [said(201, json!({"id": TOKEN}).to_string()), (201, location, "{}".to_owned())] {
        let dir = folder(1);
        let answer: Reply = reply;
        let server = Server::new(move |_| answer.clone());
        let ended = submit(&dir, &server, &[]);
        let rows = dir.rows("out.jsonl");
        assert_eq!((words(&rows), &rows[0]["id"]), (vec!["done"], &json!("***")), "{ended:?}");
        assert_eq!(dir.run(&["report", "-o", "out.xlsx"]).code, 0);
        assert_eq!(files_with(&dir, TOKEN), [] as [String; 0]);
        assert!(!format!("{ended:?}").contains(TOKEN));
    }
}

#[test]
fn an_id_keeps_its_digits() {
    let digits = "1234567890123456789012345";
    let dir = folder(1);
    let server = Server::new(move |_| said(201, format!(r#"{{"id": {digits}}}"#)));
    let ended = submit(&dir, &server, &[]);
    let rows = dir.rows("out.jsonl");
    assert_eq!((words(&rows), &rows[0]["id"]), (vec!["done"], &json!(digits)), "{ended:?}");
    let found = dir.run(&["find", digits]);
    assert!(found.stdout.contains(digits), "{found:?}");
}

#[test]
fn a_login_page_in_place_of_the_api_stops_the_run_however_it_begins() {
    let pages = [
        ("Content-Type: application/json\r\n", "\u{feff}<html><body>Giriş</body></html>"),
        ("Content-Type: text/plain\r\n", "<!-- portal -->\n<html></html>"),
        ("", "<script>location = '/login'</script>"),
        ("Content-Type: application/xml\r\n", "<?xml version=\"1.0\"?><login/>"),
        ("Content-Type: application/json\r\n", "<\0h\0t\0m\0l\0>\0"),
    ];
    for (headers, body) in pages {
        let dir = folder(20);
        let server = Server::new(move |_| (200, headers, body.to_owned()));
        let ended = submit(&dir, &server, &[]);
        let rows = dir.rows("out.jsonl");
        assert_eq!((ended.code, server.came("/things").len()), (3, 1), "{body}: {ended:?}");
        assert_eq!(words(&rows)[..2], ["unknown", "not-sent"], "{body}");
    }
}

/// What is being sent is neither lost nor unknown, and nobody is told to close it.
#[test]
fn a_run_under_way_is_told_as_one() {
    let dir = folder(4);
    let server = Server::new(|came| {
        if came.nth > 1 {
            std::thread::sleep(Duration::from_secs(3));
        }
        said(201, format!(r#"{{"id": {}}}"#, came.nth + 1))
    });
    let fixed = ["submit", "list.csv", "--contract", "things.yaml", "--base-url", &server.address, "-o", "out.jsonl"];
    let child = dir.start(&[&fixed[..], &["--concurrency", "1"]].concat());
    let start = Instant::now();
    while server.came("/things").len() < 3 {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    let runs = dir.run(&["runs"]).stdout;
    assert!(runs.contains("under way") && runs.contains("so far 2 done, 0 unknown, 1 on their way"), "{runs}");
    let json: serde_json::Value = serde_json::from_str(&dir.run(&["runs", "--json"]).stdout).unwrap();
    let counts = [&json["under_way"], &json["done"], &json["unknown"], &json["in_flight"]];
    assert_eq!(counts, [&json!(true), &json!(2), &json!(0), &json!(1)]);
    let name = json["run"].as_str().unwrap();
    assert!(dir.run(&["runs", name]).stdout.contains("in-flight"));
    let report = dir.run(&["report", "-o", "now.jsonl"]);
    let rows = dir.rows("now.jsonl");
    assert_eq!((report.code, words(&rows)), (75, vec!["done", "done", "not-sent", "not-sent"]), "{report:?}");
    assert_eq!(rows[2]["error"]["code"], "in-flight");
    let said = format!("{report:?}{rows:?}");
    assert!(said.contains("being sent at this moment") && !said.contains("caseload resolve"), "{said}");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    let json: serde_json::Value = serde_json::from_str(&dir.run(&["runs", "--json"]).stdout).unwrap();
    assert_eq!((&json["under_way"], &json["done"]), (&json!(false), &json!(4)));
    assert_eq!(dir.run(&["report", "-o", "now.jsonl"]).code, 0);
}

#[test]
fn a_row_that_is_sent_back_at_once_for_ever_is_not_pressed_upon_the_server() {
    let dir = folder(1);
    let server = Server::new(|_| (429, "Retry-After: 0\r\n", String::new()));
    let args = ["submit", "list.csv", "--contract", "things.yaml", "--base-url", &server.address, "--yes"];
    let (start, mut child) = (Instant::now(), dir.start(&args));
    while server.came("/things").is_empty() && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(2_000));
    let came = server.came("/things").len();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!((2..=6).contains(&came), "{came} requests of one row in two seconds");
}
