//! Cases that are opened, changed, closed and read back.

use serde_json::{Value, json};

use super::Bank;
use crate::tests::asked;

fn call(state: &mut Bank, operation: &str, parameters: &[(&str, &str)], body: &Value) -> Result<Value, (u16, String)> {
    let filled = asked(&format!("bank/{operation}"), parameters, body, |asked| state.carry_out(asked));
    filled.map(|filled| filled[0].1.clone()).map_err(|refusal| (refusal.status, refusal.title))
}

fn complaint(id: Option<&str>) -> Value {
    let mut body = json!({"customer-id": "77", "details": "a"});
    if let Some(id) = id {
        body["case-id"] = json!(id);
    }
    body
}

#[test]
fn a_case_is_numbered_or_keeps_the_number_that_it_brings() {
    let mut state = Bank::default();
    let mut create = |id: Option<&str>| call(&mut state, "create-complaint", &[], &complaint(id));
    assert_eq!(create(None), Ok(json!("WI0000000001")));
    assert_eq!(create(Some("WI0000000002")), Ok(json!("WI0000000002")));
    assert_eq!(create(Some("WI0000000002")), Err((400, "case-already-exists".to_owned())));
    assert_eq!(create(None), Ok(json!("WI0000000003")));
}

#[test]
fn what_was_sent_can_be_read_back_changed_and_closed() {
    let mut state = Bank::default();
    call(&mut state, "create-service-request", &[], &complaint(Some("A/1"))).unwrap();
    let at = [("case-id", "A/1")];
    let case = call(&mut state, "get-case", &at, &Value::Null).unwrap();
    assert_eq!((&case["case-class"], &case["state"]), (&json!("ServiceRequest"), &json!("Accepted")));
    assert_eq!((&case["details"], &case["title"]), (&json!("a"), &Value::Null));
    call(&mut state, "update-case", &at, &json!({"case-id": "A/1", "state": "Resolved", "resolution": "r"})).unwrap();
    for _ in 0..2 {
        let closed = call(&mut state, "close-case", &at, &json!({"updated-by-name": "Kim"}));
        assert_eq!(closed, Ok(json!("A/1")));
    }
    let case = call(&mut state, "get-case", &at, &Value::Null).unwrap();
    assert_eq!((&case["state"], &case["resolution"]), (&json!("Closed"), &json!("r")));
    let history = call(&mut state, "get-history", &at, &Value::Null).unwrap();
    let states: Vec<_> = history["Items"].as_array().unwrap().iter().map(|entry| entry["state"].clone()).collect();
    assert_eq!(states, ["Closed", "Resolved", "Accepted"]);
    assert!(history["Items"][0]["version-num"].is_string() && history["Items"][0]["attachments"].is_null());
}

#[test]
fn a_case_that_is_not_there_is_a_problem_for_every_operation() {
    let mut state = Bank::default();
    for operation in ["get-case", "get-history", "update-case", "close-case", "attach-document", "detach-document"] {
        let refused = call(&mut state, operation, &[("case-id", "none")], &json!({}));
        assert_eq!(refused, Err((404, "case-not-found".to_owned())), "{operation}");
    }
}

#[test]
fn a_document_is_attached_and_taken_away_once() {
    let mut state = Bank::default();
    let at = [("case-id", "WI0000497262"), ("file-id", "F-9")];
    let body = json!({"file-id": "F-9", "file-name": "a.pdf"});
    call(&mut state, "attach-document", &at, &body).unwrap();
    assert_eq!(call(&mut state, "get-case", &at, &Value::Null).unwrap()["attachments"], json!([body]));
    assert_eq!(call(&mut state, "detach-document", &at, &Value::Null), Ok(json!("WI0000497262")));
    let again = call(&mut state, "detach-document", &at, &Value::Null);
    assert_eq!(again, Err((404, "attachment-not-found".to_owned())));
}

#[test]
fn a_list_has_the_active_cases_or_those_that_were_asked_for() {
    let mut state = Bank::default();
    call(&mut state, "close-case", &[("case-id", "WI0000497285")], &json!({})).unwrap();
    let mut list = |parameters: &[(&str, &str)]| call(&mut state, "list-cases", parameters, &Value::Null).unwrap();
    let first = list(&[]);
    assert_eq!((&first["total-count"], &first["total-pages"]), (&json!(24), &json!(2)));
    assert_eq!((first["Items"].as_array().unwrap().len(), &first["Items"][0]["case-id"]), (20, &json!("WI0000497284")));
    assert_eq!(list(&[("state", "Closed")])["total-count"], 1);
    let of_one = list(&[("customer", "1000000000001"), ("sort", "case-id")]);
    assert_eq!(of_one["Items"][0]["case-id"], "WI0000497263");
    assert!(of_one["Items"].as_array().unwrap().iter().all(|case| case["customer-id"] == "1000000000001"));
}

#[test]
fn a_callback_is_a_case_of_its_own_kind() {
    let mut state = Bank::default();
    let body = json!({"callback-request-time": "2026-12-22T13:30:00Z", "categorry": "Cards", "party-id": "5"});
    let id = call(&mut state, "create-callback-request", &[], &body).unwrap();
    let case = call(&mut state, "get-case", &[("case-id", id.as_str().unwrap())], &Value::Null).unwrap();
    assert_eq!((&case["customer-id"], &case["title"]), (&json!("5"), &json!("Cards")));
}
