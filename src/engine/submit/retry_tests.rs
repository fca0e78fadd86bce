//! Every way in which an attempt can end, and what follows from it.

use super::*;
use crate::contract::from_yaml;
use crate::message::Lang;
use crate::outcome::ApiError;
use crate::submit::said::LONGEST_WORDS;
use crate::words::{self, Reader};

/// Plain `make` (POST), `replace` (PUT), and `gated`, whose contract says which statuses prove that nothing was done.
const THINGS: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: 'https://things.example'}]
paths:
  /things:
    post:
      operationId: make
      x-caseload: {id: /id, error: {code: /error/code, title: /error/title, description: /error/description}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
    put:
      operationId: replace
      x-caseload: {id: /id}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
  /gated:
    post:
      operationId: gated
      x-caseload: {id: /id, not-applied: [409, 500, 503]}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
";

/// `once`: the server refuses a second by 409. `drop`: DELETE.
const REPEATABLE: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    post:
      operationId: once
      x-caseload: {id: /id, reconcile: {conflict: 409}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: Made.}}
    delete: {operationId: drop, responses: {'204': {description: Gone.}}}
";

fn repeatable(name: &str) -> Operation {
    let contract = from_yaml("t", REPEATABLE, &[]).unwrap();
    contract.operations.into_iter().find(|operation| operation.name == name).unwrap()
}

#[track_caller]
fn in_doubt(attempt: &Attempt, operation: &Operation) -> (State, Option<Again>) {
    let before = Before { nth: 2, doubtful: true, renewable: false };
    let decision = decide(attempt, operation, before);
    (decision.settlement.state, decision.again)
}

#[test]
fn what_may_be_repeated_is_unknown_and_goes_again_until_the_budget_is_spent() {
    for operation in [repeatable("once"), repeatable("drop")] {
        for attempt in [Attempt::Lost(Failure::Timeout), status(500), status(502), status(503)] {
            for (nth, again) in [(1, BACKOFF), (MOST_ATTEMPTS - 1, BACKOFF), (MOST_ATTEMPTS, NO)] {
                let decision = decided(&attempt, &operation, nth);
                assert_eq!((decision.settlement.state, decision.again), (State::Unknown, again), "{attempt:?}");
            }
        }
    }
}

/// Somebody has the key. That it is this row nobody has proven, whatever id the conflict names.
#[test]
fn a_conflict_after_doubt_proves_only_that_somebody_was_there() {
    let once = repeatable("once");
    let before = Before { nth: 2, doubtful: true, renewable: false };
    for attempt in [status(409), body(409, r#"{"id": 7}"#)] {
        let decision = decide(&attempt, &once, before);
        assert_eq!((decision.settlement.state, decision.again), (State::Unknown, NO));
        assert_eq!(decision.settlement.id, None);
        let error = decision.settlement.error.unwrap();
        assert_eq!(error.code().as_deref(), Some("conflict-after-unknown"));
        assert_eq!(error.reason, Some(Reason::ConflictAfterUnknown { status: 409 }));
    }
    let said = decide(&body(409, r#"{"message": "C-1 is taken"}"#), &once, before).settlement.error.unwrap();
    assert_eq!(told(&said, Lang::Tr).description.as_deref(), Some("C-1 is taken"));
    assert_eq!(decided(&status(409), &once, 1).settlement.state, State::Rejected);
    assert_eq!(in_doubt(&status(409), &operation("make")), (State::Unknown, NO));
    assert_eq!(in_doubt(&status(404), &repeatable("drop")), (State::Unknown, NO));
    assert_eq!(in_doubt(&status(400), &once), (State::Rejected, NO));
}

#[test]
fn only_a_refusal_of_the_content_says_that_the_first_did_nothing_either() {
    let once = repeatable("once");
    for code in [400, 413, 415, 422] {
        assert_eq!(in_doubt(&status(code), &once), (State::Rejected, NO), "{code}");
    }
    for code in [402, 403, 404, 405, 410, 423, 501, 505] {
        assert_eq!(in_doubt(&status(code), &once), (State::Unknown, NO), "{code}");
    }
    let put = operation("replace");
    let make = operation("make");
    assert_eq!(in_doubt(&status(403), &put), (State::Unknown, NO));
    assert_eq!(in_doubt(&body(200, r#"{"error": {"code": "E7"}}"#), &make), (State::Unknown, NO));
}

#[test]
fn doubt_outlasts_what_was_refused_for_now_or_never_left() {
    let once = repeatable("once");
    assert_eq!(in_doubt(&later(429, 1), &once), (State::Unknown, AFTER_HOLD));
    assert_eq!(in_doubt(&Attempt::NotSent(Failure::Connect), &once), (State::Unknown, AFTER_HOLD));
    assert_eq!(in_doubt(&status(401), &once), (State::Unknown, NO));
    assert_eq!(in_doubt(&body(200, r#"{"id": 7}"#), &once), (State::Done, NO));
}

#[test]
fn a_row_that_a_person_gave_back_is_pending_still_where_nothing_was_done_again() {
    // What may not be repeated goes in doubt only by a person's word; the ledger opens it again only where it is pending.
    let make = operation("make");
    assert_eq!(in_doubt(&later(429, 1), &make), (State::Pending, AFTER_HOLD));
    assert_eq!(in_doubt(&Attempt::NotSent(Failure::Connect), &make), (State::Pending, AFTER_HOLD));
    assert_eq!(in_doubt(&status(401), &make), (State::Pending, NO));
    assert_eq!(in_doubt(&Attempt::Lost(Failure::Timeout), &make), (State::Unknown, NO));
    assert_eq!(in_doubt(&status(409), &make), (State::Unknown, NO));
    assert_eq!(in_doubt(&status(403), &make), (State::Rejected, NO));
}

#[test]
fn where_the_contract_knows_of_no_id_none_is_missing() {
    assert_eq!(decided(&status(204), &repeatable("drop"), 1).settlement.state, State::Done);
    assert_eq!(decided(&status(204), &operation("make"), 1).settlement.state, State::DoneWithoutId);
}

const NO: Option<Again> = None;
const BACKOFF: Option<Again> = Some(Again::Backoff);
const AFTER_HOLD: Option<Again> = Some(Again::AfterHold);

/// Whether the run stops, and how many seconds all rows wait.
type Run = (bool, Option<u64>);
const GOES_ON: Run = (false, None);
const STOPS: Run = (true, None);

fn operation(name: &str) -> Operation {
    let contract = from_yaml("t", THINGS, &[]).unwrap();
    contract.operations.into_iter().find(|operation| operation.name == name).unwrap()
}

fn status(status: u16) -> Attempt {
    Attempt::Answered(Answer { status, ..Answer::default() })
}

fn body(status: u16, body: &str) -> Attempt {
    let content_type = Some("application/json".to_owned());
    Attempt::Answered(Answer { status, content_type, body: body.into(), ..Answer::default() })
}

fn page(status: u16) -> Attempt {
    let content_type = Some("text/html".to_owned());
    Attempt::Answered(Answer { status, content_type, body: b"<html>Sign in".to_vec(), ..Answer::default() })
}

fn later(status: u16, seconds: u64) -> Attempt {
    Attempt::Answered(Answer { status, retry_after_s: Some(seconds), ..Answer::default() })
}

fn located(status: u16, location: &str) -> Attempt {
    Attempt::Answered(Answer { status, location: Some(location.to_owned()), ..Answer::default() })
}

/// Decides, and sees that people can be told of it in both languages.
#[track_caller]
fn decided(attempt: &Attempt, operation: &Operation, nth: u32) -> Decision {
    let decision = decide(attempt, operation, Before { nth, ..Before::default() });
    let error = decision.settlement.error.as_ref();
    let done = decision.settlement.state == State::Done;
    assert_eq!(error.is_none(), done, "a row that is not done says why, {attempt:?}");
    for lang in [Lang::Tr, Lang::En] {
        assert!(error.is_none_or(|error| !told(error, lang).sentence().is_empty()), "{attempt:?}");
    }
    let may_go = decision.settlement.state == State::Pending
        || (decision.settlement.state == State::Unknown && operation.may_repeat());
    assert!(decision.again.is_none() || may_go, "{attempt:?}");
    decision
}

fn told(error: &Cause, lang: Lang) -> ApiError {
    words::told(error, Reader::of(lang))
}

#[track_caller]
fn expect(attempt: &Attempt, name: &str, nth: u32, state: State, again: Option<Again>, (stops, hold): Run) {
    let decision = decided(attempt, &operation(name), nth);
    let found =
        (decision.settlement.state, decision.again, decision.stop.is_some(), decision.hold.map(|h| h.as_secs()));
    assert_eq!(found, (state, again, stops, hold), "attempt {nth} of {name}: {attempt:?}");
}

#[test]
fn what_never_left_is_pending_and_goes_again_unless_it_cannot_heal() {
    for failure in [Failure::Dns, Failure::Connect, Failure::ConnectTimeout, Failure::NeverStarted] {
        let attempt = Attempt::NotSent(failure);
        expect(&attempt, "make", 1, State::Pending, AFTER_HOLD, GOES_ON);
        expect(&attempt, "make", MOST_ASKED_ATTEMPTS - 1, State::Pending, AFTER_HOLD, GOES_ON);
        expect(&attempt, "make", MOST_ASKED_ATTEMPTS, State::Pending, NO, GOES_ON);
    }
    for failure in [Failure::CannotBuild, Failure::Certificate, Failure::ProxyLogin] {
        expect(&Attempt::NotSent(failure), "make", 1, State::Pending, NO, STOPS);
    }
}

#[test]
fn what_left_without_an_answer_is_unknown_and_never_goes_again() {
    for failure in [Failure::Timeout, Failure::Broken, Failure::Garbled, Failure::Interrupted] {
        for nth in [1, 2, MOST_ATTEMPTS] {
            expect(&Attempt::Lost(failure), "make", nth, State::Unknown, NO, GOES_ON);
            expect(&Attempt::Lost(failure), "gated", nth, State::Unknown, NO, GOES_ON);
        }
    }
}

#[test]
fn an_idempotent_method_goes_again_where_another_is_unknown() {
    let lost = Attempt::Lost(Failure::Timeout);
    for attempt in [lost, status(500), status(502), status(503), status(504)] {
        expect(&attempt, "replace", 1, State::Unknown, BACKOFF, GOES_ON);
        expect(&attempt, "replace", MOST_ATTEMPTS, State::Unknown, NO, GOES_ON);
    }
}

#[test]
fn a_2xx_is_done_by_its_id_wherever_it_stands() {
    let done = |attempt: &Attempt, id: Value| {
        expect(attempt, "make", 1, State::Done, NO, GOES_ON);
        assert_eq!(decided(attempt, &operation("make"), 1).settlement.id, Some(id));
    };
    for code in [200, 201, 202, 299] {
        done(&body(code, r#"{"id": 7}"#), Value::from(7));
    }
    done(&body(200, r#"{"id": "A-7"}"#), Value::from("A-7"));
    done(&body(200, r#"{"id": ["A", "B"]}"#), serde_json::json!(["A", "B"]));
    done(&located(201, "https://things.example/things/7/"), Value::from("7"));
}

#[test]
fn a_2xx_without_an_id_is_done_without_id_and_never_goes_again() {
    let cut = Attempt::Answered(Answer { status: 200, body: br#"{"id": 7"#.to_vec(), cut: true, ..Answer::default() });
    let bare = ["", "{}", "no json", r#"{"id": null}"#, r#"{"id": ""}"#, r#"{"id": []}"#, r#"{"id": [""]}"#];
    let attempts = bare.iter().map(|text| body(200, text)).chain([cut, status(204), located(200, "/things/7")]);
    for attempt in attempts {
        expect(&attempt, "make", 1, State::DoneWithoutId, NO, GOES_ON);
    }
}

#[test]
fn a_2xx_whose_body_is_an_error_is_rejected_in_the_servers_words() {
    let attempt = body(200, r#"{"error": {"code": "E1", "title": "No", "description": "Closed"}}"#);
    expect(&attempt, "make", 1, State::Rejected, NO, GOES_ON);
    let error = decided(&attempt, &operation("make"), 1).settlement.error.unwrap();
    assert_eq!((error.code().as_deref(), error.said.sentence().as_str()), (Some("E1"), "No: Closed"));
    // Without the code it is not known for an error.
    expect(&body(200, r#"{"error": {"title": "No"}}"#), "make", 1, State::DoneWithoutId, NO, GOES_ON);
}

#[test]
fn a_web_page_in_place_of_the_api_stops_the_run() {
    expect(&page(200), "make", 1, State::Unknown, NO, STOPS);
    for code in [400, 403, 404, 422] {
        expect(&page(code), "make", 1, State::Pending, NO, STOPS);
    }
    expect(&page(500), "make", 1, State::Unknown, NO, GOES_ON);
    expect(&page(429), "make", 1, State::Pending, BACKOFF, GOES_ON);
}

#[test]
fn a_page_is_known_by_how_it_begins_and_json_is_none_whatever_it_is_called() {
    let of = |content_type: Option<&str>, body: &str| {
        let content_type = content_type.map(str::to_owned);
        Attempt::Answered(Answer { status: 200, content_type, body: body.into(), ..Answer::default() })
    };
    for content_type in [None, Some("text/plain"), Some("application/json")] {
        for start in ["<!DOCTYPE html><p>", "\r\n <HTML lang='tr'>"] {
            expect(&of(content_type, start), "make", 1, State::Unknown, NO, STOPS);
        }
        // A good answer in angle brackets is none of the API; an error in them is one.
        expect(&of(content_type, "<xml/>"), "make", 1, State::Unknown, NO, STOPS);
    }
    expect(&of(Some("text/html"), r#" {"id": 7}"#), "make", 1, State::Done, NO, GOES_ON);
    expect(&of(Some("text/html"), ""), "make", 1, State::Unknown, NO, STOPS);
}

#[test]
fn a_redirect_is_never_followed_and_stops_the_run() {
    for code in [300, 301, 302, 303, 304] {
        expect(&located(code, "/elsewhere"), "make", 1, State::Unknown, NO, STOPS);
    }
    for code in [307, 308] {
        expect(&located(code, "/elsewhere"), "make", 1, State::Pending, NO, STOPS);
    }
    let words = words::halt(&decided(&located(307, "/else\u{1b}where"), &operation("make"), 1).stop.unwrap());
    assert!(words.en.contains("/else") && !words.en.contains('\u{1b}'), "{words}");
}

#[test]
fn a_401_leaves_the_row_pending_and_stops_the_run() {
    expect(&status(401), "make", 1, State::Pending, NO, STOPS);
}

#[test]
fn a_401_to_a_token_that_can_be_renewed_leaves_the_row_pending_and_the_run_goes_on() {
    let decision = decide(&status(401), &operation("make"), Before { nth: 1, renewable: true, ..Before::default() });
    assert_eq!((decision.settlement.state, decision.again, decision.stop), (State::Pending, AFTER_HOLD, None));
    let refused = decide(&status(403), &operation("make"), Before { nth: 1, renewable: true, ..Before::default() });
    assert_eq!((refused.settlement.state, refused.again), (State::Rejected, NO));
}

#[test]
fn a_refusal_of_the_content_is_rejected_in_the_servers_words() {
    for code in [400, 402, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 418, 422, 431, 499] {
        expect(&status(code), "make", 1, State::Rejected, NO, GOES_ON);
        let refusal = body(code, r#"{"error": {"code": "E1", "title": "T", "description": "D"}}"#);
        let settlement = decided(&refusal, &operation("make"), 1).settlement;
        assert_eq!(settlement.http_status, Some(code));
        let wanted = ApiError { code: Some("E1".into()), title: Some("T".into()), description: Some("D".into()) };
        assert_eq!(settlement.error, Some(wanted.into()));
    }
    let plain = decided(&body(400, "  out of order\n"), &operation("make"), 1).settlement.error.unwrap();
    assert_eq!((plain.code().as_deref(), plain.said.title.as_deref()), (Some("HTTP 400"), Some("out of order")));
}

#[test]
fn not_now_is_pending_and_goes_again() {
    for code in [408, 421, 425, 429] {
        expect(&status(code), "make", 1, State::Pending, BACKOFF, GOES_ON);
        expect(&status(code), "make", MOST_ATTEMPTS, State::Pending, NO, GOES_ON);
        expect(&later(code, 7), "make", MOST_ATTEMPTS, State::Pending, AFTER_HOLD, (false, Some(7)));
    }
}

#[test]
fn a_server_that_asks_for_patience_is_given_it_within_bounds() {
    for code in [413, 429, 503] {
        expect(&later(code, 0), "make", 1, State::Pending, AFTER_HOLD, (false, Some(0)));
        expect(&later(code, 900), "make", 1, State::Pending, AFTER_HOLD, (false, Some(900)));
        expect(&later(code, 901), "make", 1, State::Pending, NO, STOPS);
        expect(&later(code, u64::MAX), "make", 1, State::Pending, NO, STOPS);
        expect(&later(code, 1), "make", MOST_ASKED_ATTEMPTS - 1, State::Pending, AFTER_HOLD, (false, Some(1)));
        expect(&later(code, 1), "make", MOST_ASKED_ATTEMPTS, State::Pending, NO, (false, Some(1)));
    }
    let words = words::halt(&decided(&later(429, 3600), &operation("make"), 1).stop.unwrap());
    assert!(words.en.contains("60 minutes") && words.tr.contains("60 dakika"), "{words}");
}

/// A row may have been asked for patience so often that it goes no more; the others wait all the same.
#[test]
fn a_pause_is_heeded_whatever_becomes_of_the_row() {
    let operation = repeatable("once");
    for (nth, goes_again) in [(2, true), (MOST_ASKED_ATTEMPTS, false)] {
        for doubtful in [false, true] {
            let before = Before { nth, doubtful, renewable: false };
            let decision = decide(&later(429, 7), &operation, before);
            assert_eq!((decision.again.is_some(), decision.hold), (goes_again, Some(Duration::from_secs(7))));
            assert!(decision.asks_for_patience(), "{nth} {doubtful}");
        }
    }
    let refused = decide(&status(422), &operation, Before { nth: 1, ..Before::default() });
    assert!(!refused.asks_for_patience());
}

#[test]
fn what_the_server_broke_on_is_unknown() {
    for code in [100, 199, 500, 502, 503, 504, 507, 520, 599, 0, 600] {
        expect(&status(code), "make", 1, State::Unknown, NO, GOES_ON);
    }
    // Only a 503 speaks of the request; a pause after another failure says nothing of it.
    for code in [500, 502, 504] {
        expect(&later(code, 1), "make", 1, State::Unknown, NO, GOES_ON);
    }
    let said = decided(&body(500, r#"{"error": {"title": "Boom"}}"#), &operation("make"), 1).settlement.error.unwrap();
    let said = told(&said, Lang::En).sentence();
    assert!(said.contains("Boom") && said.contains("caseload resolve"), "{said:?}");
}

#[test]
fn a_server_that_cannot_perform_the_operation_stops_the_run() {
    for code in [501, 505] {
        expect(&status(code), "make", 1, State::Rejected, NO, STOPS);
    }
}

#[test]
fn a_contract_says_which_statuses_prove_that_nothing_was_done() {
    for code in [409, 500, 503] {
        expect(&status(code), "gated", 1, State::Pending, BACKOFF, GOES_ON);
        expect(&later(code, 2), "gated", 1, State::Pending, AFTER_HOLD, (false, Some(2)));
        expect(&status(code), "gated", MOST_ATTEMPTS, State::Pending, NO, GOES_ON);
    }
    expect(&status(502), "gated", 1, State::Unknown, NO, GOES_ON);
}

#[test]
fn a_servers_endless_words_are_cut() {
    let long = "ö".repeat(LONGEST_WORDS + 1);
    for text in [long.clone(), serde_json::json!({"error": {"code": "E", "title": long}}).to_string()] {
        let title = decided(&body(400, &text), &operation("make"), 1).settlement.error.unwrap().said.title.unwrap();
        assert_eq!(title.chars().count(), LONGEST_WORDS);
    }
}
