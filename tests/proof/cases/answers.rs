//! Whole answers: every status of the table, with each form of `Retry-After`, and pages in place of the API.

use super::{Case, Third, plain_pooled};
use crate::classify::Wire;
use crate::raw_server::Step::{All, Good, Send};
use crate::raw_server::{Turn, answer};

const DONE: &[&str] = &["done"];
const UNKNOWN: &[&str] = &["unknown"];
const REJECTED: &[&str] = &["rejected"];
const NOT_SENT: &[&str] = &["not-sent"];
const WITHOUT_ID: &[&str] = &["done-without-id"];

const PAGE: &str = "<!DOCTYPE html><html><body>Sign in</body></html>";

pub fn cases() -> Vec<Case> {
    [statuses(), retry_after(), successes(), pages(), repeatable()].concat()
}

fn said(status: u16, headers: &str, body: &str) -> Turn {
    vec![All, Send(answer(status, headers, body))].into()
}

fn not_plain_pooled(wire: Wire) -> bool {
    !plain_pooled(wire)
}

/// What a status means by itself: the row of the table, the result, whether the run stops, whether it goes again.
fn meaning(status: u16) -> (&'static str, &'static [&'static str], Third, bool) {
    match status {
        300..=306 => ("17", UNKNOWN, Third::Stays, false),
        307 | 308 => ("18", NOT_SENT, Third::Stays, false),
        401 => ("20", NOT_SENT, Third::Stays, false),
        408 => ("23", DONE, Third::Done, true),
        421 | 425 => ("26", DONE, Third::Done, true),
        429 => ("28", DONE, Third::Done, true),
        501 | 505 => ("30", REJECTED, Third::Stays, false),
        400 | 422 => ("19", REJECTED, Third::Done, false),
        403 => ("21", REJECTED, Third::Done, false),
        404 | 405 | 406 | 410 | 415 => ("22", REJECTED, Third::Done, false),
        409 => ("24", REJECTED, Third::Done, false),
        413 | 414 | 431 => ("25", REJECTED, Third::Done, false),
        502 | 504 => ("31", UNKNOWN, Third::Done, false),
        503 => ("32", UNKNOWN, Third::Done, false),
        500 => ("29", UNKNOWN, Third::Done, false),
        400..=499 => ("33", REJECTED, Third::Done, false),
        _ => ("33", UNKNOWN, Third::Done, false),
    }
}

fn of_status(status: u16, headers: &str, body: &str) -> Case {
    let (row, words, third, again) = meaning(status);
    let name = format!("{status} {:?} {body:?}", headers.trim());
    let case = Case::new(name, row, said(status, headers, body), words).stops(third);
    if again { case.attempts(2..=2).status(201) } else { case.status(status) }
}

fn statuses() -> Vec<Case> {
    let refused = r#"{"code":"E1","message":"said"}"#;
    let everywhere = [303, 307, 400, 401, 403, 408, 409, 429, 500, 502, 503];
    let once = [
        300, 301, 302, 304, 305, 308, 402, 404, 405, 406, 407, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422,
        423, 424, 425, 426, 428, 431, 451, 499, 501, 504, 505, 506, 507, 508, 511, 520, 530, 599, 600, 700, 999,
    ];
    let mut cases: Vec<Case> = once.iter().map(|status| of_status(*status, "", refused).on(plain_pooled)).collect();
    for status in everywhere {
        cases.push(of_status(status, "", refused));
        cases.push(of_status(status, "Connection: close\r\n", "").on(not_plain_pooled));
    }
    // A pause says nothing of a request whose outcome is open, nor of one that was refused for good.
    for status in [400, 403, 409, 422, 500, 502, 504, 303] {
        cases.push(of_status(status, "Retry-After: 1\r\n", refused).on(plain_pooled));
    }
    cases
}

fn retry_after() -> Vec<Case> {
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let at = |seconds: u32| format!("{date}Retry-After: Sun, 06 Nov 1994 08:49:{seconds} GMT\r\n");
    let again = |status: u16, row: &'static str, headers: &str| {
        let name = format!("{status} {headers:?}");
        Case::new(name, row, said(status, headers, ""), DONE).attempts(2..=2).status(201).on(plain_pooled)
    };
    let mut cases = Vec::new();
    for (status, row) in [(429, "27"), (503, "32"), (413, "25"), (408, "23"), (425, "26")] {
        cases.push(again(status, row, "Retry-After: 1\r\n"));
        cases.push(again(status, row, "Retry-After: 0\r\n"));
        cases.push(again(status, row, &at(38)));
        cases.push(again(status, row, &at(30)));
    }
    for headers in ["Retry-After:   1  \r\n", "Retry-After: 001\r\n", "Retry-After: soon\r\nRetry-After: 1\r\n"] {
        cases.push(again(429, "27", headers));
        cases.push(again(503, "32", headers));
    }
    // What is no time counts as absent.
    for words in ["soon", "-1", "+1", "1.5", "1s", "0x1", "", "1, 2", "Sun, 06 Nov 1994 28:49:37 GMT", "\u{661}"] {
        let headers = format!("Retry-After: {words}\r\n");
        cases.push(again(429, "28", &headers));
        cases.push(of_status(503, &headers, "").on(plain_pooled));
        cases.push(of_status(413, &headers, "").on(plain_pooled));
    }
    for words in ["901", "86400", "99999999999999999999999", "Sat, 06 Nov 2094 08:49:37 GMT"] {
        for (status, row) in [(429, "27"), (503, "32")] {
            let headers = format!("{date}Retry-After: {words}\r\n");
            let case = Case::new(format!("{status} {words}"), row, said(status, &headers, ""), NOT_SENT);
            cases.push(case.status(status).stops(Third::Stays).on(plain_pooled));
        }
    }
    // Asked for patience again and again: the row goes with the last.
    let mut storm = again(429, "27", "Retry-After: 0\r\n").attempts(6..=6);
    storm.name = String::from("429 five times");
    storm.turns = vec![said(429, "Retry-After: 0\r\n", ""); 5];
    cases.push(storm);
    let mut spent = Case::new("429 without a time, five times", "28", said(429, "", ""), NOT_SENT).attempts(5..=5);
    spent.turns = vec![said(429, "", ""); 5];
    cases.push(Case { timeout: "20s", ..spent.on(plain_pooled) });
    cases
}

fn successes() -> Vec<Case> {
    let case = |status: u16, headers: &str, body: &str, words| {
        Case::new(format!("{status} {headers:?} {body:?}"), "16", said(status, headers, body), words).status(status)
    };
    let mut cases = vec![
        case(200, "", r#"{"id":3}"#, DONE),
        case(202, "", r#"{"id":3}"#, DONE),
        case(299, "", r#"{"id":3}"#, DONE),
        case(201, "Location: /things/3\r\n", "", DONE),
        case(200, "", "", WITHOUT_ID),
        case(200, "", "{}", WITHOUT_ID),
        case(200, "", "null", WITHOUT_ID),
        case(200, "", "not json", WITHOUT_ID),
        case(200, "", r#"{"id":null}"#, WITHOUT_ID),
        case(200, "Location: /things/3\r\n", "{}", WITHOUT_ID),
        case(206, "", r#"{"i"#, WITHOUT_ID),
        case(200, "", r#"{"code":"E1","message":"refused in other words"}"#, REJECTED),
        case(200, "", r#"{"id":3,"code":"E1"}"#, DONE),
    ];
    // By the standard it ends with its head, whatever it says of a length.
    let bare = vec![All, Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())];
    cases.push(Case::new("204", "16", bare, WITHOUT_ID).status(204));
    let old = vec![All, Send(b"HTTP/1.0 201 Created\r\n\r\n{\"id\":3}".to_vec()), crate::raw_server::Step::Close];
    cases.push(Case::new("HTTP/1.0", "15", old, DONE).status(201));
    let short = vec![All, Send(b"HTTP/1.1 201\r\nContent-Length: 8\r\n\r\n{\"id\":3}".to_vec())];
    cases.push(Case::new("a status line without words", "15", short, DONE).status(201));
    let pieces =
        b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"i\r\n5\r\nd\":3}\r\n0\r\nX: y\r\n\r\n";
    cases.push(Case::new("chunks with a trailer", "15", vec![All, Send(pieces.to_vec())], DONE).status(201));
    // A byte at a time.
    let drops: Vec<_> = answer(201, "", r#"{"id":3}"#).into_iter().map(|byte| Send(vec![byte])).collect();
    cases.push(Case::new("byte by byte", "15", [vec![All], drops].concat(), DONE).status(201));
    for case in cases.iter_mut().skip(13) {
        case.row = "15";
    }
    let narrow = cases.split_off(4);
    cases.into_iter().chain(narrow.into_iter().map(|case| case.on(plain_pooled))).collect()
}

/// A portal, a firewall, a proxy.
fn pages() -> Vec<Case> {
    let page = |status: u16, media: &str, words, third| {
        let text = format!("HTTP/1.1 {status} Said\r\n{media}Content-Length: {}\r\n\r\n{PAGE}", PAGE.len());
        let case =
            Case::new(format!("{status} with a page, {media:?}"), "16", vec![All, Send(text.into_bytes())], words);
        case.status(status).stops(third)
    };
    let html = "Content-Type: Text/HTML; charset=utf-8\r\n";
    let mut cases = vec![page(200, html, UNKNOWN, Third::Stays), page(403, html, NOT_SENT, Third::Stays)];
    let narrow = vec![
        page(201, html, UNKNOWN, Third::Stays),
        page(200, "", UNKNOWN, Third::Stays),
        page(200, "Content-Type: text/plain\r\n", UNKNOWN, Third::Stays),
        page(200, "Content-Type: application/xhtml+xml\r\n", UNKNOWN, Third::Stays),
        page(404, "", NOT_SENT, Third::Stays),
        page(400, html, NOT_SENT, Third::Stays),
        page(404, html, NOT_SENT, Third::Stays),
        page(422, html, NOT_SENT, Third::Stays),
        page(500, html, UNKNOWN, Third::Done),
        page(502, html, UNKNOWN, Third::Done),
        page(503, html, UNKNOWN, Third::Done),
        page(511, html, UNKNOWN, Third::Done),
        page(200, "Content-Type: application/json\r\n", UNKNOWN, Third::Stays),
        page(302, html, UNKNOWN, Third::Stays),
        page(401, html, NOT_SENT, Third::Stays),
    ];
    cases.extend(narrow.into_iter().map(|case| case.on(plain_pooled)));
    let mut patient = page(429, html, DONE, Third::Done).attempts(2..=2).status(201).on(plain_pooled);
    patient.row = "28";
    cases.push(patient);
    cases
}

/// PUT: what would be unknown goes again.
fn repeatable() -> Vec<Case> {
    let put = |name: &str, first: Turn| Case {
        to: "things/replace",
        ..Case::new(format!("PUT: {name}"), "b", first, DONE).attempts(2..=2).status(201)
    };
    let mut cases = vec![
        put("read, then closed", vec![All, crate::raw_server::Step::Close].into()),
        put("read, then reset", vec![All, crate::raw_server::Step::Reset].into()),
        put("500", said(500, "", "{}")).on(plain_pooled),
        put("502", said(502, "", "{}")).on(plain_pooled),
        put("503", said(503, "", "{}")).on(plain_pooled),
        put("garbage", vec![All, Send(b"no\r\n\r\n".to_vec()), crate::raw_server::Step::Close].into()).on(plain_pooled),
    ];
    // In doubt, a refusal that may be the trace of the first is not believed.
    for (status, words) in [(409, UNKNOWN), (404, UNKNOWN), (400, REJECTED)] {
        let mut case = put(&format!("closed, then {status}"), vec![All, crate::raw_server::Step::Close].into());
        case.want.words = words;
        case.turns.push(said(status, "", "{}"));
        cases.push(case.status(status).on(plain_pooled));
    }
    // Doubt outlasts a pause.
    let mut case = put("closed, then 429, then good", vec![All, crate::raw_server::Step::Close].into()).attempts(3..=3);
    case.turns.push(said(429, "Retry-After: 0\r\n", ""));
    case.turns.push(vec![All, Good].into());
    cases.push(case.on(plain_pooled));
    cases
}
