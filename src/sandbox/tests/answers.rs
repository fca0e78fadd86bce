//! Good answers, refusals, the limit, the log and the shutdown.

use std::io::{self, ErrorKind, Write};

use caseload_engine::contract::catalogue;
use serde_json::{Value, json};

use super::super::{Options, serve, spawn};
use super::{Client, ask, case, good, post, sandbox};

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
    let sandbox = spawn(&catalogue(None, &[]).unwrap(), options).unwrap();
    assert_eq!(ask(&sandbox, &good("FU1")).status, 401);
    assert_eq!(ask(&sandbox, &good("FU1").replace("Bearer t", "bearer right")).status, 200);
}

#[test]
fn above_the_limit_nothing_is_carried_out() {
    let options = Options { limit_per_s: Some(2.0), ..Options::default() };
    let sandbox = spawn(&catalogue(None, &[]).unwrap(), options).unwrap();
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
    let sandbox = spawn(&catalogue(None, &[]).unwrap(), options).unwrap();
    assert_eq!(Client::to(&sandbox).send(&good("FU1")).answer().unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(sandbox.stop().unwrap_err().kind(), ErrorKind::StorageFull);
}

#[tokio::test]
async fn a_listener_of_ones_own_is_served_until_the_shutdown() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/nowhere", listener.local_addr().unwrap());
    let contracts = catalogue(None, &[]).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = async {
        let status = client.get(&url).send().await.unwrap().status();
        assert_eq!(status, 404);
    };
    serve(listener, &contracts, Options::default(), asked).await.unwrap();
    assert!(client.get(&url).send().await.unwrap_err().is_connect());
}
