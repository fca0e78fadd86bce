//! Local times: in whose zone they are read, and that nobody's clock makes another row of them.

use std::process::Command;

use serde_json::Value;

use crate::auth_server::{Server, json, made};
use crate::workdir::{Ended, Workdir};

/// An API that takes times; its contract names no zone.
const EVENTS: &str = r"
openapi: 3.1.0
info: {title: Events, version: '1'}
paths:
  /events:
    post:
      operationId: add
      x-caseload: {id: /id}
      requestBody: {content: {application/json: {schema: {type: object, required: [at], properties: {at: {type: string, format: date-time}}}}}}
      responses: {'201': {description: Made., content: {application/json: {schema: {properties: {id: {type: integer}}}}}}}
";

fn ended(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// Submits `list.csv` from a machine in a zone.
fn submit(dir: &Workdir, server: &Server, zone: &str, more: &[&str]) -> Ended {
    let args = ["submit", "list.csv", "--base-url", &server.address, "--yes", "-o", "out.jsonl"];
    let mut command = dir.command(&args);
    command.args(more).env("TZ", zone);
    ended(command)
}

fn events(times: &[&str]) -> (Workdir, Server) {
    let dir = Workdir::new();
    dir.write("events.yaml", EVENTS);
    dir.write("list.csv", format!("at\n{}\n", times.join("\n")));
    (dir, Server::new(|came| made(came.nth)))
}

fn sent(server: &Server) -> Vec<String> {
    let at = |body: &str| serde_json::from_str::<Value>(body).unwrap()["at"].as_str().unwrap().to_owned();
    server.came("").iter().map(|came| at(&came.body)).collect()
}

#[test]
fn the_zone_of_a_built_in_turkish_contract_is_turkeys_on_every_machine() {
    let dir = Workdir::new();
    let list = "Aranma Zamanı;Aranacak Müşteri No\n22.12.2026 13:30;17\n";
    dir.write("list.csv", list);
    let server = Server::new(|_| json(200, r#"{"callback-id": 7, "id": 7}"#));
    let to = ["--to", "bank/create-callback-request"];
    let first = submit(&dir, &server, "UTC", &to);
    let body: Value = serde_json::from_str(&server.came("").last().unwrap().body).unwrap();
    assert_eq!(body["callback-request-time"], "2026-12-22T13:30:00+03:00", "{first:?}");
    let count = server.came("").len();
    // The same row in another file, from a machine elsewhere.
    dir.write("list.csv", format!("{list}\n"));
    for zone in ["America/New_York", "Europe/Istanbul"] {
        let again = submit(&dir, &server, zone, &to);
        assert_eq!((again.code, server.came("").len()), (0, count), "{zone}: {again:?}");
        assert!(!again.stderr.contains("zone"), "{again:?}");
    }
}

#[test]
fn where_nobody_names_a_zone_the_computers_is_taken_with_a_word() {
    let (dir, server) = events(&["22.12.2026 13:30"]);
    let own = submit(&dir, &server, "Europe/Berlin", &["--contract", "events.yaml"]);
    assert!(own.code == 0 && own.stderr.contains("Europe/Berlin") && own.stderr.contains("timezone"), "{own:?}");
    dir.write("caseload.toml", "[profiles.default]\ntimezone = \"Asia/Tokyo\"\n");
    let named = submit(&dir, &server, "Europe/Berlin", &["--contract", "events.yaml", "--again"]);
    assert!(named.code == 0 && !named.stderr.contains("Berlin"), "{named:?}");
    assert_eq!(sent(&server), ["2026-12-22T13:30:00+01:00", "2026-12-22T13:30:00+09:00"]);
    // The contract's own, below the profile's.
    dir.write("caseload.toml", "");
    dir.write("events.yaml", EVENTS.replace("{id: /id}", "{id: /id, timezone: Asia/Kolkata}"));
    let contract = submit(&dir, &server, "Europe/Berlin", &["--contract", "events.yaml", "--again"]);
    assert_eq!((contract.code, sent(&server)[2].as_str()), (0, "2026-12-22T13:30:00+05:30"), "{contract:?}");
    for (toml, yaml) in
        [("timezone = \"Mars/Base\"", EVENTS.to_owned()), ("", EVENTS.replace("/id}", "/id, timezone: Mars}"))]
    {
        dir.write("caseload.toml", format!("[profiles.default]\n{toml}\n"));
        dir.write("events.yaml", yaml);
        let wrong = submit(&dir, &server, "UTC", &["--contract", "events.yaml"]);
        assert!(wrong.code == 2 && wrong.stderr.contains("Mars"), "{wrong:?}");
    }
}

#[test]
fn a_time_that_does_not_exist_or_comes_twice_is_a_problem_of_its_cell() {
    let times = ["29.03.2026 02:30", "25.10.2026 02:30", "2026-03-29T02:30:00+03:00", "29.03.2026 03:30"];
    let (dir, server) = events(&times);
    dir.write("caseload.toml", "[profiles.default]\ntimezone = \"Europe/Berlin\"\n");
    let ended = submit(&dir, &server, "UTC", &["--contract", "events.yaml"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let rows = dir.rows("out.jsonl");
    let said = |row: usize| rows[row]["problems"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(said(0).contains("does not exist in Europe/Berlin") && said(1).contains("comes twice"), "{rows:?}");
    assert_eq!(sent(&server), ["2026-03-28T23:30:00Z", "2026-03-29T03:30:00+02:00"]);
}

#[test]
fn a_zone_that_is_none_is_refused() {
    let (dir, server) = events(&["22.12.2026 13:30"]);
    let ended = submit(&dir, &server, "Bogus", &["--contract", "events.yaml"]);
    assert_eq!((ended.code, server.came("").len()), (2, 0), "{ended:?}");
    assert!(ended.stderr.contains("TZ=\"Bogus\""), "{ended:?}");
}

#[test]
fn a_run_goes_on_in_the_zone_in_which_it_began() {
    let (dir, server) = events(&["22.12.2026 13:30", "23.12.2026 13:30"]);
    let server = {
        drop(server);
        Server::new(|came| if came.nth == 1 { json(401, "{}") } else { made(came.nth) })
    };
    let first = submit(&dir, &server, "Europe/Berlin", &["--contract", "events.yaml", "--concurrency", "1"]);
    assert_eq!((first.code, server.came("").len()), (3, 2), "{first:?}");
    let elsewhere = submit(&dir, &server, "Asia/Tokyo", &["--contract", "events.yaml"]);
    assert_eq!((elsewhere.code, server.came("").len()), (2, 2), "{elsewhere:?}");
    assert!(elsewhere.stderr.contains("TZ=Europe/Berlin"), "{elsewhere:?}");
    let report = {
        let mut command = dir.command(&["report", "-o", "again.jsonl"]);
        command.env("TZ", "Asia/Tokyo");
        ended(command)
    };
    assert!(report.code != 2 && !report.stderr.contains("Asia/Tokyo"), "{report:?}");
    let back = submit(&dir, &server, "Europe/Berlin", &["--contract", "events.yaml"]);
    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(sent(&server)[2], "2026-12-23T13:30:00+01:00");
}
