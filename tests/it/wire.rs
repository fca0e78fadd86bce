//! Each fault of a server, through the whole program: one outcome a row, counts that add up, the exit code that says
//! what to do, and nothing done that the result does not tell.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::witness::{Request, Witness, count};
use crate::workdir::{Ended, Workdir, words};

/// What a run of `write_cases` came to.
struct Came {
    ended: Ended,
    rows: Vec<Value>,
    requests: Vec<Request>,
}

impl Came {
    #[track_caller]
    fn to(&self, code: i32, results: &[&str]) {
        assert_eq!((self.ended.code, words(&self.rows)), (code, results.to_vec()), "{:?}", self.ended);
    }

    /// How often each row arrived.
    fn arrivals(&self) -> Vec<usize> {
        let arrived = |n: usize| self.requests.iter().filter(|request| request.detail() == format!("case {n}")).count();
        (0..self.rows.len()).map(arrived).collect()
    }
}

/// Sends `rows` cases, one at a time, to a server that behaves as the script says.
#[track_caller]
fn sent(rows: u32, script: &str, more: &[&str]) -> Came {
    let dir = Workdir::new();
    dir.write_cases("list.csv", rows);
    let witness = Witness::new(script);
    let more = [&["--concurrency", "1", "--json"], more].concat();
    let (ended, results) = dir.submit(&witness.sandbox, "list.csv", &more);
    let details: Vec<String> = (0..rows).map(|n| format!("case {n}")).collect();
    witness.agrees_with(&results, &details);
    let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&summary["balance"], &summary["rows"]), (&json!(true), &json!(rows)));
    let counted = ["done", "done_without_id", "rejected", "invalid", "duplicate", "unknown", "not_sent"];
    assert_eq!(counted.iter().map(|word| summary[word].as_u64().unwrap()).sum::<u64>(), u64::from(rows), "{summary}");
    assert_eq!(summary["exit"], ended.code);
    for row in results.iter().filter(|row| row["result"] != "done") {
        assert!(
            !row["error"]["title"].as_str().unwrap_or_default().is_empty(),
            "a row that is not done says why: {row}"
        );
    }
    Came { ended, rows: results, requests: witness.requests() }
}

/// A fault at the second of four rows.
#[track_caller]
fn second_of_four(fault: &str, more: &[&str]) -> Came {
    sent(4, &format!("[{{on: {{request: 2}}, {fault}}}]"), more)
}

#[test]
fn a_429_with_retry_after_holds_everybody_for_so_long_and_then_sends_again() {
    // A date is in whole seconds, and the answer's own date too.
    for (wait, least) in [("1", 1000), ("+2s", 1000)] {
        let dir = Workdir::new();
        dir.write_cases("list.csv", 30);
        let script = format!("[{{on: {{request: 12}}, do: 429, retry-after: {wait}}}]");
        let witness = Witness::slow(5, &script);
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "8", "--timeout", "5s"]);
        assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 30]), "{ended:?}");
        let requests = witness.requests();
        let refused = requests.iter().find(|request| request.status == Some(429)).unwrap();
        let since: Vec<u64> = requests.iter().map(|request| request.at_ms.saturating_sub(refused.at_ms)).collect();
        let early: Vec<u64> = since.into_iter().filter(|ms| (1..least).contains(ms)).collect();
        // Those that were on their way when the answer came, and nobody else.
        assert!(early.len() <= 7 && early.iter().all(|ms| *ms < 100), "wait {wait}: {early:?}");
        assert_eq!(requests.len(), 31);
        assert!(ended.stderr.contains("asks to wait"), "{}", ended.stderr);
    }
}

#[test]
fn a_429_without_retry_after_is_sent_again_after_a_while() {
    let came = second_of_four("do: 429", &[]);
    came.to(0, &["done"; 4]);
    assert_eq!(came.arrivals(), [1, 2, 1, 1]);
    assert_eq!(came.rows[1]["attempts"], 2);
}

#[test]
fn a_pause_longer_than_anybody_waits_ends_the_run_with_the_time_to_come_back() {
    let came = second_of_four("do: 429, retry-after: 3600", &[]);
    came.to(3, &["done", "not-sent", "not-sent", "not-sent"]);
    assert!(came.ended.stderr.contains("60 minutes"), "{}", came.ended.stderr);
}

#[test]
fn a_503_is_sent_again_only_where_the_server_says_when() {
    let came = second_of_four("do: 503, retry-after: 1", &[]);
    came.to(0, &["done"; 4]);
    assert_eq!(came.arrivals(), [1, 2, 1, 1]);
    let came = second_of_four("do: 503", &[]);
    came.to(1, &["done", "unknown", "done", "done"]);
    assert_eq!((came.arrivals(), &came.rows[1]["http_status"]), (vec![1; 4], &json!(503)));
}

#[test]
fn an_answer_that_proves_nothing_makes_the_row_unknown_and_it_is_not_sent_again() {
    let faults = [
        "500-before",
        "500-after",
        "502",
        "504",
        "503-after",
        "reset-before",
        "reset-after",
        "garbage",
        "garbage-before",
    ];
    for fault in faults {
        let came = second_of_four(&format!("do: {fault}"), &[]);
        came.to(1, &["done", "unknown", "done", "done"]);
        assert_eq!(came.arrivals(), [1; 4], "{fault}");
        let advice = came.rows[1]["error"]["title"].as_str().unwrap();
        assert!(advice.contains("caseload resolve"), "{fault}: {advice}");
        assert!(came.ended.stderr.contains("Unknown rows: 1"), "{fault}: {}", came.ended.stderr);
    }
}

#[test]
fn a_server_that_hangs_is_given_up_after_the_timeout() {
    for fault in ["hang-before", "hang-after"] {
        let came = second_of_four(&format!("do: {fault}"), &["--timeout", "1s"]);
        came.to(1, &["done", "unknown", "done", "done"]);
        assert_eq!((came.arrivals(), &came.rows[1]["error"]["code"]), (vec![1; 4], &json!("timeout")));
    }
}

#[test]
fn a_slow_answer_within_the_timeout_is_an_answer() {
    second_of_four("slow: 700ms", &["--timeout", "5s"]).to(0, &["done"; 4]);
}

#[test]
fn half_an_answer_and_one_without_an_id_are_done_without_id() {
    for fault in ["half", "no-id"] {
        let came = second_of_four(&format!("do: {fault}"), &[]);
        came.to(1, &["done", "done-without-id", "done", "done"]);
        assert_eq!((came.arrivals(), &came.rows[1]["http_status"]), (vec![1; 4], &json!(200)), "{fault}");
    }
}

#[test]
fn a_web_page_in_place_of_the_api_stops_the_run() {
    let came = second_of_four("do: html", &[]);
    came.to(3, &["done", "unknown", "not-sent", "not-sent"]);
    assert!(came.ended.stderr.contains("web page"), "{}", came.ended.stderr);
    let came = second_of_four("do: 403, content-type: text/html, body: '<html>Blocked</html>'", &[]);
    came.to(3, &["done", "not-sent", "not-sent", "not-sent"]);
}

#[test]
fn a_redirect_is_not_followed() {
    let came = second_of_four("do: 307", &[]);
    came.to(3, &["done", "not-sent", "not-sent", "not-sent"]);
    let came = second_of_four("do: 303-after", &[]);
    came.to(3, &["done", "unknown", "not-sent", "not-sent"]);
    assert_eq!(came.arrivals(), [1, 1, 0, 0]);
}

/// A server that answers each request by showing the way to another; gives its address.
fn signpost(status: u16, to: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status} Elsewhere\r\nLocation: {to}/api/v1/cases\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    // Ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn what_a_redirect_leads_to_gets_neither_the_row_nor_the_token() {
    for (status, word) in [(301, "unknown"), (302, "unknown"), (303, "unknown"), (307, "not-sent"), (308, "not-sent")] {
        let dir = Workdir::new();
        dir.write_cases("list.csv", 2);
        let witness = Witness::new("");
        let base = signpost(status, &witness.sandbox.base_url());
        let ended = dir.run(&["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl"]);
        assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (3, vec![word, "not-sent"]), "{status}: {ended:?}");
        assert!(ended.stderr.contains("--base-url"), "{}", ended.stderr);
        assert_eq!(witness.sandbox.requests(), 0, "{status}");
    }
}

#[test]
fn a_401_in_the_middle_stops_the_run_and_the_same_command_goes_on() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 12);
    let witness = Witness::slow(5, "[{on: {request: 5}, do: 401}]");
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "3"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("401"), "{}", ended.stderr);
    assert!(words(&rows).iter().all(|word| matches!(*word, "done" | "not-sent")), "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row["result"] == "done").count() as u64, witness.sandbox.committed());
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 12]));
    assert_eq!((witness.sandbox.requests(), witness.sandbox.committed()), (13, 12));
}

#[test]
fn three_first_refusals_of_the_user_or_the_address_stop_the_run_and_cost_no_row() {
    for code in [403, 404] {
        let dir = Workdir::new();
        dir.write_cases("list.csv", 10);
        let witness = Witness::new(&format!("[{{times: 3, do: {code}}}]"));
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (3, vec!["not-sent"; 10]), "{ended:?}");
        assert!(ended.stderr.contains(&format!("HTTP {code}")), "{}", ended.stderr);
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 10]), "{ended:?}");
        assert_eq!((witness.sandbox.requests(), witness.sandbox.committed()), (13, 10));
    }
}

#[test]
fn a_refusal_of_the_row_is_rejected_with_the_servers_words() {
    for code in [400, 403, 404, 409, 413, 422] {
        let came = second_of_four(&format!("do: {code}"), &[]);
        came.to(1, &["done", "rejected", "done", "done"]);
        assert_eq!((came.arrivals(), &came.rows[1]["http_status"]), (vec![1; 4], &json!(code)));
        assert_eq!(came.rows[1]["error"]["code"], format!("SANDBOX_{code}"));
        assert!(came.rows[1]["error"]["description"].as_str().unwrap().contains("script"));
    }
    let body = r#"{status: ERROR, error: {code: X1, title: Reddedildi, description: "Kapalı bölge"}}"#;
    let came = second_of_four(&format!("do: 400, body: {body}"), &[]);
    assert_eq!(came.rows[1]["error"], json!({"code": "X1", "title": "Reddedildi", "description": "Kapalı bölge"}));
}

#[test]
fn a_server_that_cannot_do_it_at_all_stops_the_run() {
    let came = second_of_four("do: 501", &[]);
    came.to(3, &["done", "rejected", "not-sent", "not-sent"]);
}

#[test]
fn connections_that_the_server_closes_without_a_word_lose_no_row() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 150);
    let witness = Witness::new("[{on: {every: 2}, do: close-idle}]");
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    let (done, unknown) = (count(&rows, "done"), count(&rows, "unknown"));
    assert_eq!((ended.code, done + unknown), (i32::from(unknown > 0), 150), "{ended:?}");
    // A request may cross with the closing of its connection: nobody can know then. It is rare.
    assert!(unknown <= 5, "{unknown} unknown");
    assert_eq!((witness.sandbox.requests(), witness.sandbox.committed()), (done as u64, done as u64));
}

#[test]
fn rows_that_go_on_failing_stop_the_run_before_all_is_lost() {
    let came = sent(30, "[{on: {from: 3}, do: 500-after}]", &[]);
    let wanted = [vec!["done"; 2], vec!["unknown"; 10], vec!["not-sent"; 18]].concat();
    came.to(3, &wanted);
    let came = sent(30, "[{on: {from: 3}, do: 400}]", &["--max-errors", "10%"]);
    came.to(3, &[vec!["done"; 2], vec!["rejected"; 4], vec!["not-sent"; 24]].concat());
}

#[test]
fn a_server_that_is_not_there_costs_no_row() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    // No server asks for this port, and the system lends it to none.
    let mut args = vec![
        "submit",
        "list.csv",
        "--base-url",
        "http://127.0.0.1:1",
        "--yes",
        "-o",
        "out.jsonl",
        "--concurrency",
        "1",
    ];
    args.push("--json");
    let ended = dir.run(&args);
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (3, vec!["not-sent"; 3]), "{ended:?}");
    assert!(ended.stderr.contains("cannot be reached"), "{}", ended.stderr);
}
