//! Each action of a script, seen on the wire.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::{Script, server};
use super::{Client, ask, case, good, sandbox};

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
    assert_eq!(rest, server::GARBAGE);
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
    sandbox.stop().unwrap();
    // A connection that only died with the server's thread would have been closed, not reset.
    for client in &mut clients {
        assert_eq!(client.answer().unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_slow_answer_is_carried_out_at_once() {
    let (sandbox, _) = sandbox("[{slow: 250ms}]");
    let mut client = Client::to(&sandbox);
    let sent = Instant::now();
    client.send(&good("FU1"));
    while sandbox.committed() == 0 {
        std::thread::yield_now();
    }
    assert!(sent.elapsed() < Duration::from_millis(250));
    assert_eq!(client.answer().unwrap().status, 200);
    assert!(sent.elapsed() >= Duration::from_millis(250));
}

#[test]
fn the_sample_script_can_be_followed_and_shows_every_action() {
    let sample = include_str!("../../../samples/hatalar.yaml");
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
