//! No answer, or half of one.

use super::{Case, Third, fresh, plain, pooled};
use crate::raw_server::Step::{All, Close, Drop, Good, HalfBody, Head, Reset, Send, Silence, Touch, Wait};
use crate::raw_server::{Step, answer};

const UNKNOWN: &[&str] = &["unknown"];
const BROKEN: &[&str] = &["connection-broken"];
const NO_HEAD: &[&str] = &["connection-broken", "not-http"];
const WITHOUT_ID: &[&str] = &["done-without-id"];

const HEAD: &str = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n";

fn send(text: &str) -> Step {
    Send(text.as_bytes().to_vec())
}

pub fn cases() -> Vec<Case> {
    [without_answer(), cut_heads(), cut_bodies(), garbage(), informational(), idle(), early()].concat()
}

fn without_answer() -> Vec<Case> {
    let broken = |name: &str, steps: Vec<Step>| Case::new(name, "12", steps, UNKNOWN).codes(BROKEN);
    let late = |name: &str, steps: Vec<Step>| Case {
        timeout: "1s",
        ..Case::new(name, "11", steps, UNKNOWN).codes(&["timeout"])
    };
    vec![
        broken("read, then closed", vec![All, Close]),
        broken("read, then dropped", vec![All, Drop]),
        broken("read, then reset", vec![All, Reset]),
        broken("read, a while, then reset", vec![All, Wait(150), Reset]),
        broken("closed after the head", vec![Head, Close]),
        broken("dropped after the head", vec![Head, Drop]),
        broken("reset after the head", vec![Head, Reset]),
        broken("dropped in the body", vec![HalfBody, Drop]),
        broken("reset in the body", vec![HalfBody, Reset]),
        broken("closed as it arrives", vec![Touch, Close]),
        broken("dropped as it arrives", vec![Touch, Drop]),
        broken("reset as it arrives", vec![Touch, Reset]),
        late("silence after it was read", vec![All, Silence]),
        late("silence after the head", vec![Head, Silence]),
        late("silence before it is read", vec![Touch, Silence]),
        late("half a head, then silence", vec![All, send("HTTP/1.1 201 Cre"), Silence]),
        Case {
            long: 900_000,
            ..Case::new("a long body, reset while it is written", "10", vec![HalfBody, Reset], UNKNOWN)
        },
        Case { long: 900_000, ..Case::new("a long body, dropped at its first byte", "10", vec![Touch, Drop], UNKNOWN) },
        Case {
            long: 900_000,
            timeout: "2s",
            ..Case::new("a long body that nobody reads", "11", vec![Head, Wait(2500), Drop], UNKNOWN)
        },
    ]
}

/// The answer ends at each byte of its status line, and at places in its headers.
fn cut_heads() -> Vec<Case> {
    let line = "HTTP/1.1 201 Created\r\n".len();
    let places = (1..=line).chain([line + 5, line + 15, HEAD.len() - 10, HEAD.len() - 2, HEAD.len() - 1]);
    let cut = |at: usize| {
        let end = [Close, Drop, Reset][at % 3].clone();
        let steps = vec![All, send(&HEAD[..at]), Wait(20), end];
        Case::new(format!("the head ends at byte {at}"), "13", steps, UNKNOWN).codes(NO_HEAD)
    };
    places.map(cut).collect()
}

fn cut_bodies() -> Vec<Case> {
    let close = |name: &str, text: &str, words| {
        Case::new(name, "14", vec![All, send(text), Wait(20), Close], words).status(201)
    };
    let reset = |name: &str, text: &str, words| {
        Case::new(name, "14", vec![All, send(text), Wait(50), Reset], words).status(201)
    };
    let chunked = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n";
    let open = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n";
    let located = "HTTP/1.1 201 Created\r\nLocation: /things/3\r\nContent-Length: 8\r\n\r\n{\"i";
    let mut cases = vec![
        close("no byte of the body", HEAD, WITHOUT_ID),
        close("half of the body", &format!("{HEAD}{{\"id"), WITHOUT_ID),
        close("all but one byte of the body", &format!("{HEAD}{{\"id\":3"), WITHOUT_ID),
        reset("half of the body, then a reset", &format!("{HEAD}{{\"id"), WITHOUT_ID),
        close("chunked, no chunk", chunked, WITHOUT_ID),
        close("chunked, half a size", &format!("{chunked}1"), WITHOUT_ID),
        close("chunked, half a chunk", &format!("{chunked}8\r\n{{\"id"), WITHOUT_ID),
        close("chunked, without its end", &format!("{chunked}8\r\n{{\"id\":3}}"), &["done"]),
        close("chunked, an impossible size", &format!("{chunked}zz\r\n{{\"id\":3}}\r\n0\r\n\r\n"), WITHOUT_ID),
        close("half a body of no told length", &format!("{open}{{\"id\":"), WITHOUT_ID),
        close("a whole body of no told length", &format!("{open}{{\"id\":3}}"), &["done"]),
        reset("a whole body of no told length, then a reset", &format!("{open}{{\"id\":3 }}"), &["done"]),
        close("half of the body, the id in Location", located, &["done"]),
        close(
            "gzip that nobody asked for",
            "HTTP/1.1 201 C\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u{1f}abc",
            WITHOUT_ID,
        ),
        close(
            "two bodies in one",
            "HTTP/1.1 201 C\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{\"id\":3}{\"id\":4}",
            WITHOUT_ID,
        ),
    ];
    let slow = vec![All, send(HEAD), send("{\"id"), Silence];
    cases.push(Case {
        timeout: "1s",
        ..Case::new("half of the body, then silence", "14", slow, WITHOUT_ID).status(201)
    });
    let mut long = String::from("HTTP/1.1 201 C\r\nContent-Length: 3000000\r\n\r\n{\"id\":3,\"x\":\"");
    long.push_str(&"x".repeat(2_999_985));
    long.push_str("\"}");
    cases.push(close("a body longer than anybody reads", &long, WITHOUT_ID).on(plain));
    for (status, word) in [(422, "rejected"), (500, "unknown"), (302, "unknown")] {
        let words: &'static [&'static str] = if word == "rejected" { &["rejected"] } else { UNKNOWN };
        let text = format!("HTTP/1.1 {status} Said\r\nContent-Length: 20\r\n\r\n{{\"code\"");
        let case = Case::new(format!("{status} with half of its body"), "14", vec![All, send(&text), Close], words)
            .status(status);
        cases.push(if status == 302 { case.stops(Third::Stays) } else { case });
    }
    let text = "HTTP/1.1 429 Said\r\nRetry-After: 0\r\nContent-Length: 20\r\n\r\n{";
    cases.push(Case::new("429 with half of its body", "27", vec![All, send(text), Close], &["done"]).attempts(2..=2));
    cases
}

fn garbage() -> Vec<Case> {
    let texts = [
        ("bytes", "\u{0}\u{1}\u{7f} nothing \u{0}\r\n\r\n"),
        ("another protocol", "220 mail.example ESMTP\r\n"),
        ("HTTP/2", "HTTP/2.0 201 Created\r\nContent-Length: 8\r\n\r\n{\"id\":3}"),
        ("HTTP/0.9", "<html>a page</html>\r\n\r\n"),
        ("a misspelt version", "HTP/1.1 201 Created\r\nContent-Length: 8\r\n\r\n{\"id\":3}"),
        ("a status of two digits", "HTTP/1.1 20 Created\r\nContent-Length: 8\r\n\r\n{\"id\":3}"),
        ("a status of four digits", "HTTP/1.1 2010 Created\r\nContent-Length: 8\r\n\r\n{\"id\":3}"),
        ("status 000", "HTTP/1.1 000 Created\r\nContent-Length: 8\r\n\r\n{\"id\":3}"),
        ("a negative length", "HTTP/1.1 201 Created\r\nContent-Length: -8\r\n\r\n{\"id\":3}"),
        ("two lengths", "HTTP/1.1 201 Created\r\nContent-Length: 8\r\nContent-Length: 9\r\n\r\n{\"id\":3}"),
        ("a header without a colon", "HTTP/1.1 201 Created\r\nContent-Length 8\r\n\r\n{\"id\":3}"),
        ("a NUL in a header", "HTTP/1.1 201 Created\r\nX: a\u{0}b\r\nContent-Length: 8\r\n\r\n{\"id\":3}"),
        ("a request in place of an answer", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
    ];
    let mut cases: Vec<Case> = texts
        .iter()
        .map(|(name, text)| {
            Case::new(format!("garbage: {name}"), "13", vec![All, send(text), Wait(20), Close], UNKNOWN).codes(NO_HEAD)
        })
        .collect();
    let many = (0..200).fold(String::new(), |all, n| format!("{all}X-{n}: y\r\n"));
    let wide = format!("X: {}\r\n", "y".repeat(600_000));
    for (name, headers) in [("200 headers", &many), ("a header of 600 kB", &wide)] {
        let steps = vec![All, Send(answer(201, headers, r#"{"id":3}"#)), Wait(20), Close];
        cases.push(Case::new(format!("garbage: {name}"), "13", steps, UNKNOWN).codes(NO_HEAD).on(plain));
    }
    cases
}

/// Answers before the answer.
fn informational() -> Vec<Case> {
    let go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    let upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n";
    vec![
        Case::new("100, then closed", "33", vec![All, send(go_on), Wait(20), Close], UNKNOWN).codes(BROKEN),
        Case::new("100, then reset", "33", vec![All, send(go_on), Wait(20), Reset], UNKNOWN).codes(BROKEN),
        Case {
            timeout: "1s",
            ..Case::new("100, then silence", "33", vec![All, send(go_on), Silence], UNKNOWN).codes(&["timeout"])
        },
        Case::new("100, then the answer", "15", vec![All, send(go_on), Good], &["done"]),
        Case::new("103 three times, then the answer", "15", vec![All, send(&hints.repeat(3)), Good], &["done"]),
        Case::new("100 before it is read, then the answer", "15", vec![Head, send(go_on), All, Good], &["done"]),
        Case::new("101", "33", vec![All, send(upgrade), Close], UNKNOWN),
        Case::new("199, then closed", "33", vec![All, send("HTTP/1.1 199 Said\r\n\r\n"), Close], UNKNOWN),
    ]
}

/// What happens to a connection that waits for its next request.
fn idle() -> Vec<Case> {
    // With time for the client to see it.
    let seen = |name: &str, steps: Vec<Step>| {
        let case = Case::new(name, "8", steps, &["done"]).on(pooled);
        Case { more: vec!["--rate", "3/s"], ..case }
    };
    // Without: it may have been written already.
    let race = |name: &str, steps: Vec<Step>| Case::new(name, "8", steps, &["done", "unknown"]).on(pooled);
    let stray = Send(answer(200, "", r#"{"id":999}"#));
    let late = send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let mut cases = vec![
        seen("idle, then closed", vec![Wait(50), Close]),
        seen("idle, then dropped", vec![Wait(50), Drop]),
        seen("idle, then reset", vec![Wait(50), Reset]),
        seen("idle, then 408 and closed", vec![Wait(50), late.clone(), Close]),
        seen("idle, then an answer that nobody asked for", vec![Wait(50), stray.clone(), Close]),
        seen("idle, then a byte", vec![Wait(50), send("x"), Close]),
    ];
    for ms in [0, 1, 2, 3, 4, 6, 8, 12] {
        cases.push(race(&format!("closed {ms} ms after the answer"), vec![Wait(ms), Close]));
        cases.push(race(&format!("reset {ms} ms after the answer"), vec![Wait(ms), Reset]));
    }
    // The answer to one row must not become the next one's.
    let twice = [answer(201, "", r#"{"id":2}"#), answer(200, "", r#"{"id":999}"#)].concat();
    let case = Case::new("two answers in one piece", "8", vec![All, Good], &["done"]).on(pooled);
    cases.push(Case { first: Some(vec![All, Send(twice)]), may_be_left: 1, ..case });
    let longer = [answer(201, "", r#"{"id":2}"#), b"{\"id\":999}".to_vec()].concat();
    let case = Case::new("an answer longer than it says", "8", vec![All, Good], &["done"]).on(pooled);
    cases.push(Case { first: Some(vec![All, Send(longer)]), may_be_left: 1, ..case });
    cases
}

/// The server answers before it has read the request.
fn early() -> Vec<Case> {
    let refusal =
        |status: u16, more: &str| Send(answer(status, &format!("Connection: close\r\n{more}"), r#"{"code":"E"}"#));
    let made = Send(answer(201, "Connection: close\r\n", r#"{"id":3}"#));
    let may = |name: &str, steps: Vec<Step>, words: &'static [&'static str]| Case {
        long: 900_000,
        ..Case::new(name, "25", steps, words)
    };
    vec![
        may("413 after the head, then drained", vec![Head, refusal(413, ""), Close], &["rejected"]).status(413),
        may("413 after the head, then dropped", vec![Head, refusal(413, ""), Drop], &["rejected", "unknown"]),
        may("413 after the head, then reset", vec![Head, refusal(413, ""), Wait(30), Reset], &["rejected", "unknown"]),
        may("429 after the head, then drained", vec![Head, refusal(429, "Retry-After: 0\r\n"), Close], &["done"])
            .again_unread(2..=2),
        // It says that it closes: else the next row may be on its way when it does, and is rightly unknown.
        may("201 in the middle of the body", vec![HalfBody, made, Close], &["done"]),
        may("500 in the middle of the body", vec![HalfBody, refusal(500, ""), Close], UNKNOWN),
        Case::new("closed before it comes", "9", vec![Close], &["done", "unknown"])
            .again_unread(1..=2)
            .on(|wire| fresh(wire) && plain(wire)),
        Case::new("reset before it comes", "9", vec![Reset], &["done", "unknown"])
            .again_unread(1..=2)
            .on(|wire| fresh(wire) && plain(wire)),
        // Unknown where the request meets a connection that is closed already: the reset takes the answer with it.
        Case::new("429 before it comes", "9", vec![refusal(429, "Retry-After: 0\r\n"), Close], &["done", "unknown"])
            .again_unread(1..=2)
            .on(fresh),
    ]
}
