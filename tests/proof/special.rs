//! T2 where a plain list does not come by: tokens, rows that a person closes, operations that may be repeated.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::oracle::{Random, for_seeds};
use crate::scene::{ABORTED, CASES, Scene, Server, in_memory};
use crate::workdir::{Workdir, words};

const THINGS: &str = r"
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'https://things.example/v1'}]
components:
  securitySchemes:
    client: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
paths:
  /things:
    post:
      operationId: make
      security: [{client: []}]
      x-caseload: {id: /id, error: {title: /message}}
      requestBody: {content: {application/json: {schema: {type: object, required: [detail], properties: {detail: {type: string}}}}}}
      responses: {'200': {description: Made., content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
  /things/{no}:
    put:
      operationId: change
      parameters: [{name: no, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object, required: [detail], properties: {detail: {type: string}}}}}}
      responses: {'200': {description: Changed., content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
";

/// A list, a server of its operation, and the command that sends it, of operations other than cases.
struct Other {
    dir: Workdir,
    server: Server,
    operation: &'static str,
    contract: bool,
}

impl Other {
    fn new(operation: &'static str, list: &str, contract: bool, faults: &str, token_lifetime: &str) -> Self {
        in_memory();
        let dir = Workdir::new();
        dir.write("list.csv", list);
        let path = dir.write("things.yaml", THINGS);
        let mut more = vec!["--latency", "2ms", "--token-lifetime", token_lifetime];
        if contract {
            more.extend(["--contract", path.to_str().unwrap()]);
        }
        Self { server: Server::start(faults, &more), dir, operation, contract }
    }

    fn command(&self) -> Command {
        let args = ["submit", "list.csv", "--to", self.operation, "--base-url", &self.server.base, "--yes"];
        let mut command = self.dir.command(&[&args[..], &["-o", "out.jsonl", "--concurrency", "4"]].concat());
        if self.contract {
            command.args(["--contract", "things.yaml"]);
        }
        command.envs([("CASELOAD_CLIENT_ID", "me"), ("CASELOAD_CLIENT_SECRET", "secret")]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    #[track_caller]
    fn cut_off_at(&self, point: &str) {
        let ended = self.command().env("CASELOAD_FAIL", point).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.signal(), Some(ABORTED), "the run did not come by {point}: {said}");
    }

    fn finish(&self) -> (Option<i32>, Vec<Value>, String) {
        let ended = self.command().output().unwrap();
        (ended.status.code(), self.dir.rows("out.jsonl"), String::from_utf8_lossy(&ended.stderr).into_owned())
    }
}

fn things(rows: u32) -> String {
    (0..rows).fold("detail\n".to_owned(), |list, n| format!("{list}case {n}\n"))
}

/// A token that is asked for leaves no row open: after the kill everything is done, and nothing unknown but what was
/// in flight with an earlier token.
fn survives_at_a_token(point: &str, seed: u64) {
    let scene = Other::new("things/make", &things(16), true, "", "1s");
    // The first token, or one that is renewed while rows are sent.
    let nth = 1 + seed % 2;
    let mut command = scene.command();
    if nth == 2 {
        command.args(["--rate", "10/s"]);
    }
    let status = command.env("CASELOAD_FAIL", format!("{point}:{nth}")).status().unwrap();
    assert_eq!(status.signal(), Some(ABORTED), "the run did not come by {point}:{nth}");
    let (code, rows, said) = scene.finish();
    let unknown = words(&rows).iter().filter(|word| **word == "unknown").count();
    assert!(unknown <= if nth == 1 { 0 } else { 4 }, "{unknown} unknown");
    assert_eq!(code, Some(i32::from(unknown > 0)), "{said}");
    let details: Vec<String> = (0..16).map(|n| format!("case {n}")).collect();
    crate::oracle::judge(&scene.server.requests(), &rows, &details, unknown);
}

#[test]
fn cut_off_while_a_token_is_got_no_row_is_lost() {
    for_seeds(2, |seed| ["token-asking", "token-answered"].iter().for_each(|point| survives_at_a_token(point, seed)));
}

/// A person closes an unknown row, and is cut off: the row is as it was, or closed; what was said the second time holds.
fn survives_resolution(point: &str, done: bool) {
    // Row 2 is done at the server and row 3 is not; of both, the answer proves nothing.
    let scene = Scene::new(6, 1, "2ms", "[{on: {request: 2}, do: 503-after}, {on: {request: 3}, do: 503-before}]");
    assert_eq!(scene.run(&[]).code, 1);
    let before = scene.result();
    assert_eq!(words(&before), ["done", "unknown", "unknown", "done", "done", "done"]);
    let (run, _) = before[1]["reference"].as_str().unwrap().rsplit_once('-').unwrap();
    let id = scene.server.requests()[1].id.clone().unwrap().to_string();
    let id = id.trim_matches('"');
    let resolve = |row: &str, how: &[&str]| {
        let mut command = scene.dir.command(&["resolve", run, "--row", row]);
        command.args(how).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let (row, how): (_, &[&str]) = if done { ("3", &["--done", id]) } else { ("4", &["--not-done"]) };
    let status = resolve(row, how).env("CASELOAD_FAIL", point).status().unwrap();
    assert_eq!(status.signal(), Some(ABORTED), "{point}");
    // Closed already, it is closed no second time.
    let closed = point == "resolution-committed";
    assert_eq!(resolve(row, how).status().unwrap().code(), Some(if closed { 2 } else { 0 }));
    let ended = scene.run(&[]);
    let expected = if done { ["done", "unknown"] } else { ["unknown", "done"] };
    assert_eq!(words(&scene.result())[1..3], expected, "{ended:?}");
    crate::oracle::judge(&scene.server.requests(), &scene.result(), &scene.details(), 0);
}

#[test]
fn cut_off_while_a_row_is_closed_it_is_closed_once_or_not_at_all() {
    for point in ["resolution-committing", "resolution-committed"] {
        survives_resolution(point, true);
        survives_resolution(point, false);
    }
}

/// A row that repeated an unknown one goes when that proves not to have been done, once, though its start is cut off.
#[test]
fn cut_off_while_repeats_are_given_back_they_go_once() {
    for point in ["repeats-reopening", "repeats-reopened", "repeats-noting", "repeats-noted", "run-closing"] {
        let scene = Scene::new(4, 1, "2ms", "[{on: {request: 2}, do: 503-before}]");
        assert_eq!(scene.run(&[]).code, 1);
        let first = scene.result();
        scene.dir.write_cases("other.csv", 5);
        let other = ["submit", "other.csv", "--to", CASES, "--base-url", &scene.server.base, "--yes", "-o", "b.jsonl"];
        assert_eq!(scene.dir.run(&other).code, 1);
        assert_eq!(words(&scene.dir.rows("b.jsonl"))[1..], ["duplicate", "duplicate", "duplicate", "done"]);
        let (run, _) = first[1]["reference"].as_str().unwrap().rsplit_once('-').unwrap();
        assert_eq!(scene.dir.run(&["resolve", run, "--row", "3", "--not-done"]).code, 0);
        let status = scene.dir.command(&other).env("CASELOAD_FAIL", point).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.signal(), Some(ABORTED), "{point}");
        let ended = scene.dir.run(&other);
        let rows = scene.dir.rows("b.jsonl");
        assert_eq!(words(&rows)[1], "done", "{point}: {ended:?}");
        // And the first list, whose row may go as well, finds it sent.
        let ended = scene.run(&[]);
        assert_eq!(words(&scene.result())[1], "duplicate", "{point}: {ended:?}");
        let done = scene.server.requests().into_iter().filter(|request| request.committed);
        let mut details: Vec<String> = done.map(|request| request.detail().to_owned()).collect();
        details.sort();
        assert_eq!(details, ["case 0", "case 1", "case 2", "case 3", "case 4"], "{point}");
    }
}

/// What may be repeated goes again after a kill; each row ends done, and no thing was ever changed into two.
fn survives_where_it_may_be_repeated(seed: u64) {
    let mut random = Random::new(seed);
    let faults = "[{on: {chance: 0.1, operation: change}, do: reset-after}]";
    let mut scene = Other::new("things/make", &things(30), true, faults, "600s");
    let (_, made, said) = scene.finish();
    assert_eq!(words(&made), ["done"; 30], "{said}");
    let line = |list: String, thing: &Value| format!("{list}{},changed {}\n", thing["id"], thing["row"]);
    scene.dir.write("list.csv", made.iter().fold("no,detail\n".to_owned(), line));
    scene.operation = "things/change";
    for point in ["request-leaving", "status-read", "body-read", "outcomes-committing"] {
        scene.cut_off_at(&format!("{point}:{}", 1 + random.below(3)));
    }
    let (code, rows, said) = scene.finish();
    assert_eq!((code, words(&rows)), (Some(0), vec!["done"; 30]), "{said}");
    let mut effects: HashMap<String, String> = HashMap::new();
    for request in scene.server.requests().into_iter().filter(|request| request.committed && request.method == "PUT") {
        let detail = request.detail().to_owned();
        let before = effects.insert(request.path.clone(), detail.clone());
        assert!(before.is_none_or(|before| before == detail), "{} was changed into two", request.path);
    }
    assert_eq!(effects.len(), 30);
}

/// Where the server refuses a second by a conflict, a row goes again after a kill, and nobody is there twice; what met a
/// conflict after doubt is for a person to close.
fn survives_where_a_conflict_tells(seed: u64) {
    let mut random = Random::new(seed);
    let header = "code,email,mobile,countryCode,currencyCode,erpCode,isCompany,firstName,lastName,tckn";
    let list = (0..30).fold(format!("{header}\n"), |list, n| {
        format!("{list}c{n},a{n}@b.com,5321234567,90,949,e{n},false,Ad,Soyad,10000000146\n")
    });
    let scene =
        Other::new("netahsilat/create-customer", &list, false, "[{on: {chance: 0.1}, do: reset-after}]", "600s");
    for point in ["request-leaving", "status-read", "body-read", "outcomes-committing"] {
        scene.cut_off_at(&format!("{point}:{}", 1 + random.below(3)));
    }
    let (code, rows, said) = scene.finish();
    assert!(words(&rows).iter().all(|word| matches!(*word, "done" | "unknown")), "{said}: {rows:?}");
    let unknown = rows.iter().filter(|row| row["result"] == "unknown");
    assert!(unknown.clone().all(|row| row["error"]["code"] == "conflict-after-unknown"), "{rows:?}");
    assert_eq!(code, Some(i32::from(unknown.count() > 0)), "{said}");
    let mut codes: Vec<String> = Vec::new();
    codes
        .extend(scene.server.requests().iter().filter(|request| request.committed).map(|r| r.body["code"].to_string()));
    codes.sort();
    codes.dedup();
    let committed = scene.server.requests().iter().filter(|request| request.committed).count();
    assert_eq!((codes.len(), committed), (30, 30));
}

#[test]
fn where_it_may_be_repeated_every_row_is_done_and_has_one_effect() {
    for_seeds(2, |seed| {
        survives_where_it_may_be_repeated(seed);
        survives_where_a_conflict_tells(seed);
    });
}
