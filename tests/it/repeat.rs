//! What may be repeated is sent again after an unknown outcome; what may not, never.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::auth_server::{LOST, Server, json};
use crate::workdir::{Ended, Workdir, words};

const DOCUMENT: &str = r"
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'https://things.example/v1'}]
paths:
  /customers:
    post:
      operationId: register
      x-caseload: {id: /id, error: {title: /message}, unique: [{fields: [code], window: 30d}], reconcile: {conflict: 409}}
      requestBody: {content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string}}}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}
        '409': {description: no, content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}}}
  /cases:
    post:
      operationId: open
      x-caseload: {id: /id}
      requestBody: {content: {application/json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
  /cases/{no}:
    delete:
      operationId: close
      x-caseload: {order-by: no}
      parameters: [{name: no, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: gone}}
";

fn folder(list: &str) -> Workdir {
    let dir = Workdir::new();
    dir.write("things.yaml", DOCUMENT);
    dir.write("list.csv", list);
    dir
}

fn submit(dir: &Workdir, server: &Server, to: &str, more: &[&str]) -> Ended {
    let fixed = [
        "submit",
        "list.csv",
        "--contract",
        "things.yaml",
        "--base-url",
        &server.address,
        "-o",
        "out.jsonl",
        "--to",
        to,
    ];
    dir.run(&[&fixed, more].concat())
}

#[test]
fn a_delete_whose_answer_was_lost_is_sent_again_and_done() {
    let dir = folder("no\n1\n2\n");
    let server = Server::new(|came| if came.nth == 0 { LOST } else { (204, "", String::new()) });
    let ended = submit(&dir, &server, "close", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(words(&dir.rows("out.jsonl")), ["done", "done"]);
    assert_eq!(server.came("/cases/1").len(), 2);
}

#[test]
fn a_conflict_is_unknown_after_a_lost_answer_and_a_refusal_without_one() {
    let dir = folder("code\nA\nB\n");
    let server = Server::new(|came| match (came.body.contains('A'), came.nth) {
        (true, 0) => LOST,
        _ => json(409, r#"{"message": "this code is taken"}"#),
    });
    let ended = submit(&dir, &server, "register", &["--concurrency", "1"]);
    let rows = dir.rows("out.jsonl");
    assert_eq!((ended.code, words(&rows)), (1, vec!["unknown", "rejected"]), "{ended:?}");
    assert_eq!((&rows[0]["attempts"], &rows[0]["error"]["code"]), (&2.into(), &"conflict-after-unknown".into()));
    assert_eq!(rows[0]["error"]["description"], "this code is taken");
    assert_eq!(rows[1]["error"]["title"], "this code is taken");
}

#[test]
fn what_stayed_unknown_goes_again_with_the_same_command_where_it_may() {
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    let server = Server::new(move |_| if is_open.load(Ordering::SeqCst) { (204, "", String::new()) } else { LOST });
    let dir = folder("no\n1\n");
    let ended = submit(&dir, &server, "close", &[]);
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (1, vec!["unknown"]), "{ended:?}");
    let before = server.came("/").len();
    assert!((2..=5).contains(&before), "{before}");
    open.store(true, Ordering::SeqCst);
    let ended = submit(&dir, &server, "close", &[]);
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (0, vec!["done"]), "{ended:?}");
    assert_eq!(server.came("/").len(), before + 1);
}

#[test]
fn a_row_that_was_cut_off_in_flight_goes_again_after_a_kill_only_where_it_may() {
    for (to, list, goes_again) in [("close", "no\n1\n", true), ("open", "title\nx\n", false)] {
        let hang = Arc::new(AtomicBool::new(true));
        let hangs = Arc::clone(&hang);
        let server = Server::new(move |_| {
            while hangs.load(Ordering::SeqCst) {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            json(200, r#"{"id": 1}"#)
        });
        let dir = folder(list);
        let args = [
            "submit",
            "list.csv",
            "--contract",
            "things.yaml",
            "--base-url",
            &server.address,
            "-o",
            "out.jsonl",
            "--to",
            to,
        ];
        let mut child = dir.start(&args);
        server.wait_for("/cases");
        child.kill().unwrap();
        child.wait().unwrap();
        hang.store(false, Ordering::SeqCst);
        let ended = submit(&dir, &server, to, &[]);
        let word = if goes_again { "done" } else { "unknown" };
        assert_eq!(words(&dir.rows("out.jsonl")), [word], "{to}: {ended:?}");
        assert_eq!(server.came("/cases").len(), if goes_again { 2 } else { 1 }, "{to}");
    }
}

#[test]
fn a_409_to_a_row_that_a_person_called_not_done_is_unknown_again() {
    let dir = folder("title\nx\n");
    let server = Server::new(|came| if came.nth == 0 { LOST } else { json(409, r#"{"message": "it is there"}"#) });
    let ended = submit(&dir, &server, "open", &["--json"]);
    assert_eq!(words(&dir.rows("out.jsonl")), ["unknown"], "{ended:?}");
    let said: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let run = said["run"].as_str().unwrap().to_owned();
    assert_eq!(dir.run(&["resolve", &run, "--row", "2", "--not-done"]).code, 0);
    submit(&dir, &server, "open", &[]);
    let rows = dir.rows("out.jsonl");
    assert_eq!(words(&rows), ["unknown"], "{rows:?}");
    assert_eq!(server.came("/cases").len(), 2);
}
