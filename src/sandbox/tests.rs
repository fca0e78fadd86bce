//! The sandbox as its clients see it: on raw sockets, and through the HTTP client of the program.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Options, Sandbox, Script, serve, spawn};
use crate::contract::catalogue;

/// A log that tests can read.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn lines(&self) -> Vec<Value> {
        self.0.lock().unwrap().split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sandbox of the built-in contracts with this script, and its log.
fn sandbox(script: &str) -> (Sandbox, Kept) {
    let log = Kept::default();
    let options =
        Options { script: Script::from_yaml(script).unwrap(), log: Some(Box::new(log.clone())), ..Options::default() };
    (spawn(&catalogue(None).unwrap(), options).unwrap(), log)
}

fn case(device: &str) -> Value {
    json!({"caseType": "defect", "defectCode": "psu", "deviceId": device, "detail": "Ekran açılmıyor"})
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn good(device: &str) -> String {
    let headers = "Authorization: Bearer t\r\nContent-Type: application/json\r\nX-Request-Id: r-1\r\n";
    post("/api/v1/cases", headers, &case(device).to_string())
}

/// One answer: status, head, and as much of the body as came of what was announced.
#[derive(Debug)]
struct Seen {
    status: u16,
    head: String,
    body: Vec<u8>,
    announced: usize,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn to(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, request: &str) -> &mut Self {
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        self
    }

    fn answer(&mut self) -> io::Result<Seen> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let announced = length.unwrap_or(0);
        let mut body = Vec::new();
        (&mut self.0).take(announced as u64).read_to_end(&mut body)?;
        Ok(Seen { status: head[9..12].parse().unwrap(), head, body, announced })
    }

    fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest)?;
        Ok(rest)
    }
}

fn ask(sandbox: &Sandbox, request: &str) -> Seen {
    Client::to(sandbox).send(request).answer().unwrap()
}

#[test]
fn a_good_request_is_carried_out_and_written_down() {
    let (sandbox, log) = sandbox("");
    let seen = ask(&sandbox, &good("FU1"));
    assert_eq!(seen.status, 200);
    let body = seen.json();
    assert_eq!((&body["status"], &body["data"]["caseId"]), (&json!("SUCCESS"), &json!(1001)));
    assert!(body["metadata"]["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!((sandbox.requests(), sandbox.committed()), (1, 1));
    let mut lines = log.lines();
    assert!(lines[0]["at_ms"].as_u64().unwrap() > 1_700_000_000_000);
    lines[0]["at_ms"] = json!(0);
    let wanted = json!({
        "n": 1, "at_ms": 0, "method": "POST", "path": "/api/v1/cases", "reference": "r-1", "body": case("FU1"),
        "status": 200, "committed": true, "fault": null, "id": 1001
    });
    assert_eq!(lines, [wanted]);
}

#[test]
fn a_reservation_gives_names_and_says_where() {
    let (sandbox, log) = sandbox("");
    let headers = "Authorization: Bearer t\r\nContent-Type: application/json; charset=utf-8\r\n";
    let request = post("/api/v1/devices/reservations", headers, r#"{"model_type":"tiger","qty":2}"#);
    let body = ask(&sandbox, &request).json();
    assert_eq!(body["data"]["names"], json!(["HT00001234", "HT00001235"]));
    assert_eq!(body["metadata"]["instance"], "/api/v1/devices/reservations");
    let denied = ask(&sandbox, &request.replace("Bearer t", "Bearer wrong-user"));
    assert_eq!((denied.status, &denied.json()["error"]["code"]), (403, &json!("FORBIDDEN_USER")));
    assert_eq!(log.lines()[0]["id"], json!(["HT00001234", "HT00001235"]));
}

#[test]
fn a_request_that_is_not_in_order_is_refused_in_the_contracts_form() {
    let (sandbox, log) = sandbox("");
    let good = good("FU1");
    let cases = [
        (good.replace("Authorization: Bearer t\r\n", ""), 401, "UNAUTHORIZED"),
        (good.replace("Bearer t", "Bearer "), 401, "UNAUTHORIZED"),
        (good.replace("application/json", "text/plain"), 415, "NOT_JSON"),
        (good.replace("POST", "PUT"), 405, "METHOD_NOT_ALLOWED"),
        (good.replace("/api/v1/cases", "/api/v1/case"), 404, "NOT_FOUND"),
        (good.replace("{\"caseType\"", "{'caseType'"), 400, "INVALID_JSON"),
        (good.replace("defectCode", "defectKode"), 400, "INVALID_REQUEST"),
        (good.replace("FU1", "FT1"), 400, "INVALID_REQUEST"),
    ];
    for (request, status, code) in cases {
        let seen = ask(&sandbox, &request);
        let body = seen.json();
        assert_eq!((seen.status, &body["error"]["code"]), (status, &json!(code)), "{request}");
        if status != 404 {
            assert_eq!(body["status"], "ERROR");
            assert!(body["metadata"]["timestamp"].is_string() && body["error"]["description"].is_string());
        }
    }
    assert_eq!((sandbox.requests(), sandbox.committed()), (8, 0));
    assert!(log.lines().iter().all(|line| line["committed"] == false && line["id"].is_null()));
    assert_eq!(log.lines()[5]["body"], Value::Null);
}

#[test]
fn a_body_beyond_the_limit_is_told_so() {
    let (sandbox, _) = sandbox("");
    let request = good("FU1").replace("Content-Length: ", "Content-Length: 9");
    let head = request.split_once("\r\n\r\n").unwrap().0.replace("Content-Length: 9", "Content-Length: 99999");
    let seen = ask(&sandbox, &format!("{head}\r\n\r\n"));
    assert_eq!((seen.status, &seen.json()["error"]["code"]), (413, &json!("TOO_LARGE")));
}

#[test]
fn only_the_token_that_was_set_is_accepted() {
    let options = Options { token: Some("right".to_owned()), ..Options::default() };
    let sandbox = spawn(&catalogue(None).unwrap(), options).unwrap();
    assert_eq!(ask(&sandbox, &good("FU1")).status, 401);
    assert_eq!(ask(&sandbox, &good("FU1").replace("Bearer t", "bearer right")).status, 200);
}

#[test]
fn statuses_come_as_the_script_says_and_only_after_means_done() {
    let (sandbox, log) = sandbox(
        r#"
- {on: {request: 1}, do: 429, retry-after: 7}
- {on: {request: 2}, do: 503, retry-after: +5s}
- {on: {request: 3}, do: 500-after}
- {on: {request: 4}, do: 502-before, body: ""}
- {on: {request: 5}, do: 400, body: {errors: {Code: no}}}
- {on: {request: 6}, do: 500, body: oops, content-type: text/plain}
"#,
    );
    let answers: Vec<_> = (1..=7).map(|n| ask(&sandbox, &good(&format!("FU{n}")))).collect();
    assert_eq!(answers.iter().map(|seen| seen.status).collect::<Vec<_>>(), [429, 503, 500, 502, 400, 500, 200]);
    assert!(answers[0].head.contains("retry-after: 7\r\n"));
    assert!(answers[1].head.contains(" GMT\r\n"));
    assert_eq!(answers[2].json()["error"]["code"], "SANDBOX_500");
    assert_eq!(answers[3].announced, 0);
    assert_eq!(answers[4].json(), json!({"errors": {"Code": "no"}}));
    assert!(answers[5].head.contains("content-type: text/plain\r\n") && answers[5].body == b"oops");
    assert_eq!(answers[6].json()["data"]["caseId"], 1002);
    let committed: Vec<_> = log.lines().iter().map(|line| line["committed"] == true).collect();
    assert_eq!(committed, [false, false, true, false, false, false, true]);
    assert_eq!((log.lines()[2]["id"].clone(), log.lines()[2]["status"].clone()), (json!(1001), json!(500)));
}

#[test]
fn a_reset_is_a_reset_whether_or_not_the_request_was_carried_out() {
    let (sandbox, log) = sandbox("[{on: {request: 1}, do: reset-before}, {do: reset-after}]");
    for _ in 0..2 {
        let error = Client::to(&sandbox).send(&good("FU1")).answer().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    let told: Vec<_> = log.lines().iter().map(|line| (line["committed"].clone(), line["status"].clone())).collect();
    assert_eq!(told, [(json!(false), Value::Null), (json!(true), Value::Null)]);
    assert_eq!(log.lines()[1]["fault"], "reset-after");
}

#[test]
fn half_an_answer_announces_more_than_it_brings() {
    let (sandbox, _) = sandbox("[{do: half}]");
    let mut client = Client::to(&sandbox);
    let seen = client.send(&good("FU1")).answer().unwrap();
    assert_eq!((seen.status, seen.body.len()), (200, seen.announced / 2));
    assert!(seen.announced > 40);
    assert_eq!(sandbox.committed(), 1);
}

#[test]
fn garbage_is_no_http_and_a_web_page_is_no_answer() {
    let (sandbox, _) = sandbox("[{on: {request: 1}, do: garbage}, {do: html}]");
    let rest = Client::to(&sandbox).send(&good("FU1")).rest().unwrap();
    assert_eq!(rest, super::server::GARBAGE);
    assert_eq!(sandbox.committed(), 1);
    let page = ask(&sandbox, &good("FU1"));
    assert!(page.status == 200 && page.head.contains("text/html") && page.body.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(sandbox.committed(), 1);
}

#[test]
fn a_good_answer_may_lack_its_id() {
    let (sandbox, log) = sandbox("[{do: no-id}]");
    let seen = ask(&sandbox, &good("FU1"));
    assert_eq!((seen.status, &seen.json()["data"]), (200, &json!({})));
    assert_eq!(log.lines()[0]["id"], 1001);
}

#[test]
fn an_idle_connection_is_closed_without_a_word() {
    let (sandbox, _) = sandbox("[{on: {request: 2}, do: close-idle}]");
    let mut client = Client::to(&sandbox);
    assert_eq!(client.send(&good("FU1")).answer().unwrap().status, 200);
    let last = client.send(&good("FU2")).answer().unwrap();
    assert_eq!(last.json()["data"]["caseId"], 1002);
    assert!(!last.head.to_ascii_lowercase().contains("connection: close"));
    assert_eq!(client.rest().unwrap(), b"");
}

#[test]
fn a_hanging_request_ends_with_the_sandbox() {
    let (sandbox, log) = sandbox("[{on: {request: 1}, do: hang-before}, {do: hang-after}]");
    let mut clients: Vec<_> = (0..2).map(|_| Client::to(&sandbox)).collect();
    for client in &mut clients {
        client.0.get_ref().set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let error = client.send(&good("FU1")).answer().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
        client.0.get_ref().set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    }
    assert_eq!(log.lines().iter().map(|line| line["committed"] == true).collect::<Vec<_>>(), [false, true]);
    let stopping = Instant::now();
    sandbox.stop().unwrap();
    assert!(stopping.elapsed() < Duration::from_millis(900));
    for client in &mut clients {
        assert_eq!(client.answer().unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_slow_answer_is_carried_out_at_once() {
    let (sandbox, _) = sandbox("[{slow: 80ms}]");
    let mut client = Client::to(&sandbox);
    let sent = Instant::now();
    client.send(&good("FU1"));
    while sandbox.committed() == 0 {
        std::thread::yield_now();
    }
    assert!(sent.elapsed() < Duration::from_millis(80));
    assert_eq!(client.answer().unwrap().status, 200);
    assert!(sent.elapsed() >= Duration::from_millis(80));
}

#[test]
fn above_the_limit_nothing_is_carried_out() {
    let options = Options { limit_per_s: Some(2.0), ..Options::default() };
    let sandbox = spawn(&catalogue(None).unwrap(), options).unwrap();
    let mut client = Client::to(&sandbox);
    let answers: Vec<_> = (0..20).map(|n| client.send(&good(&format!("FU{n}"))).answer().unwrap()).collect();
    let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|seen| seen.status == 200);
    assert_eq!(taken.len() as u64, sandbox.committed());
    assert!(refused.len() >= 14, "{}", refused.len());
    assert!(refused.iter().all(|seen| seen.status == 429 && seen.head.contains("retry-after: 1\r\n")));
}

#[test]
fn what_cannot_be_written_down_is_not_answered() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let options = Options { log: Some(Box::new(Full)), ..Options::default() };
    let sandbox = spawn(&catalogue(None).unwrap(), options).unwrap();
    assert_eq!(Client::to(&sandbox).send(&good("FU1")).answer().unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(sandbox.stop().unwrap_err().kind(), ErrorKind::StorageFull);
}

#[test]
fn the_sample_script_can_be_followed_and_shows_every_action() {
    let sample = include_str!("../../samples/hatalar.yaml");
    Script::from_yaml(sample).unwrap();
    for word in ["reset-before", "hang-after", "half", "html", "no-id", "garbage", "close-idle", "slow:", "chance:"] {
        assert!(sample.contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_program_s_own_client_sees_each_break_for_what_it_is() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (sandbox, _) = sandbox(
        "[{on: {request: 1}, do: reset-after}, {on: {request: 2}, do: garbage}, {on: {request: 3}, do: half},
          {on: {request: 4}, do: close-idle}]",
    );
    let client = reqwest::Client::builder().no_proxy().retry(reqwest::retry::never()).build().unwrap();
    let send = || {
        let request = client.post(format!("{}/api/v1/cases", sandbox.base_url())).bearer_auth("t");
        request.header("Content-Type", "application/json").body(case("FU1").to_string()).send()
    };
    let reset = send().await.unwrap_err();
    assert!(reset.is_request() && !reset.is_connect() && !reset.is_timeout());
    let garbage = send().await.unwrap_err();
    assert!(garbage.is_request() && !garbage.is_connect());
    let half = send().await.unwrap();
    assert_eq!(half.status(), 200);
    assert!(half.bytes().await.is_err());
    assert!(send().await.unwrap().bytes().await.is_ok());
    assert_eq!(sandbox.committed(), 4);
}

#[tokio::test]
async fn a_listener_of_ones_own_is_served_until_the_shutdown() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/nowhere", listener.local_addr().unwrap());
    let contracts = catalogue(None).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = async {
        let status = client.get(&url).send().await.unwrap().status();
        assert_eq!(status, 404);
    };
    serve(listener, &contracts, Options::default(), asked).await.unwrap();
    assert!(client.get(&url).send().await.unwrap_err().is_connect());
}
