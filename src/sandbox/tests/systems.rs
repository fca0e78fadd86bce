//! The other systems, and a contract of one's own, over HTTP.

use caseload_engine::contract::from_yaml;
use serde_json::{Value, json};

use super::super::{Options, spawn};
use super::{Seen, ask, sandbox};

/// A request with every header that a built-in contract asks for.
fn request(method: &str, target: &str, body: Option<&Value>) -> String {
    let body = body.map(Value::to_string).unwrap_or_default();
    let media = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    let tokens = "Authorization: bearer t\r\nThalamus-Touchpoint: p\r\nThalamus-Token: t\r\n";
    format!("{method} {target} HTTP/1.1\r\nHost: x\r\n{tokens}{media}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn seen(seen: &Seen) -> (u16, Value) {
    (seen.status, seen.json())
}

#[test]
fn a_complaint_is_read_back_under_a_number_that_needs_encoding_and_closed_by_delete_with_a_body() {
    let (sandbox, log) = sandbox("");
    let go = |method: &str, target: &str, body: Option<&Value>| seen(&ask(&sandbox, &request(method, target, body)));
    let complaint = json!({"case-id": "A/1 ş", "customer-id": "5", "details": "d"});
    let receipt = json!({"id": "A/1 ş", "created-record-status": "Accepted"});
    assert_eq!(go("POST", "/complaints", Some(&complaint)), (201, receipt));
    let at = "/cases/A%2F1%20%C5%9F";
    let (status, case) = go("GET", at, None);
    assert_eq!((status, &case["case-id"], &case["details"]), (200, &json!("A/1 ş"), &json!("d")));
    let (status, closed) = go("DELETE", at, Some(&json!({"case-id": "A/1 ş", "resolution": "r"})));
    assert_eq!((status, &closed["created-record-status"]), (200, &json!("Closed")));
    assert_eq!(go("DELETE", &format!("{at}/attachments/F-1"), None).0, 404);
    let (status, problem) = go("GET", "/cases/none", None);
    assert_eq!(status, 404);
    let wanted = json!({"literal": "case-not-found", "code": 51602, "message": "There is no case none."});
    assert_eq!(problem, wanted);
    // What only reads is answered and nothing is done for it.
    assert_eq!((sandbox.requests(), sandbox.committed()), (5, 2));
    assert_eq!(log.lines()[1]["committed"], false);
}

#[test]
fn a_list_is_read_page_by_page() {
    let (sandbox, log) = sandbox("");
    let go = |target: &str| ask(&sandbox, &request("GET", target, None)).json();
    let (first, second) = (go("/cases?page-size=15"), go("/cases?page-size=15&page=2"));
    let items = |page: &Value| page["Items"].as_array().unwrap().len() as u64;
    assert_eq!(Some(items(&first) + items(&second)), first["total-count"].as_u64());
    assert_eq!((&second["page-number"], &second["total-pages"]), (&json!(2), &json!(2)));
    assert_eq!(log.lines()[1]["query"], "page-size=15&page=2");
}

#[test]
fn errors_of_thalamus_are_an_object_of_code_to_text() {
    let (sandbox, _) = sandbox("[{on: {request: 3}, do: 503}]");
    let go = |body: &Value| seen(&ask(&sandbox, &request("POST", "/api/v4/cases", Some(body))));
    let mut body = json!({"categoryCode": "Case6534", "typeCode": "Casetype6534", "status": "Created", "resolution": "Resolved",
        "comments": [], "caseData": {"Boolean6534": false, "Decimal6534": 10.10, "Date6534": "1900-02-10"}, "attachements": []});
    let (status, created) = go(&body);
    assert_eq!((status, &created["case"]["status"]), (201, &json!("Created")));
    assert!(created["case"]["id"].is_u64() && created["context"].is_object(), "{created}");
    body["typeCode"] = json!("Nichts");
    assert_eq!(go(&body), (400, json!({"errors": {"InvalidCode": "The category Case6534 has no type Nichts."}})));
    let (status, fault) = go(&body);
    assert!(status == 503 && fault["errors"]["SANDBOX_503"].is_string(), "{fault}");
}

#[test]
fn netahsilat_refuses_what_is_there_and_what_is_no_customer() {
    let (sandbox, _) = sandbox("");
    let go = |body: &Value| seen(&ask(&sandbox, &request("POST", "/vendor/customer", Some(body))));
    let mut body = json!({"code": "1", "email": "a@ornek.invalid", "mobile": "5000000000", "countryCode": "TR", "currencyCode": "TRY",
        "erpCode": "E1", "isCompany": false, "firstName": "Ayşe", "lastName": "Örnek", "tckn": "10000000146"});
    let (status, created) = go(&body);
    assert!(status == 200 && created["customerId"].is_string() && created["status"] == "success", "{created}");
    let (status, conflict) = go(&body);
    assert_eq!((status, &conflict["statusCode"], &conflict["error"]), (409, &json!(409), &json!("Conflict")));
    body["erpCode"] = json!("");
    let (status, invalid) = go(&body);
    assert_eq!((status, &invalid["statusCode"]), (422, &json!(422)));
}

#[test]
fn what_a_contract_of_ones_own_makes_is_found_again_until_it_is_deleted() {
    let document = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /loans:
    post:
      operationId: lend
      x-caseload: {id: /data/loanId}
      parameters: [{name: branch, in: query, required: true, schema: {type: string}}]
      requestBody: &body {required: true, content: {application/json: {schema: {type: object, properties: {book: {type: string}}}}}}
      responses: &answer
        '200': {content: {application/json: {schema: {type: object, properties: {data: {type: object, properties: {loanId: {type: integer}, due: {type: string, format: date}}}}}}}}
  /loans/{loanId}:
    parameters: [{name: loanId, in: path, required: true, schema: {type: string}}]
    get: {operationId: get-loan, x-caseload: {id: /data/loanId}, responses: *answer}
    patch: {operationId: change-loan, x-caseload: {id: /data/loanId}, requestBody: *body, responses: *answer}
    delete: {operationId: end-loan, x-caseload: {id: /data/loanId}, responses: *answer}
";
    let contract = from_yaml("own", document, &[]).unwrap();
    let sandbox = spawn(&[contract], Options::default()).unwrap();
    let go = |method: &str, target: &str, body: Option<&Value>| seen(&ask(&sandbox, &request(method, target, body)));
    let book = json!({"book": "Örnek"});
    assert_eq!(go("POST", "/loans", Some(&book)).0, 400);
    assert_eq!(go("POST", "/loans?branch=1", Some(&book)).1["data"]["loanId"], 1001);
    let (status, loan) = go("GET", "/loans/1001", None);
    assert_eq!((status, &loan["data"]["book"], &loan["data"]["loanId"]), (200, &json!("Örnek"), &json!(1001)));
    assert!(loan["data"]["due"].is_string(), "the answer's own fields stay: {loan}");
    assert_eq!(go("PATCH", "/loans/1001", Some(&json!({"book": "B"}))).1["data"]["book"], "B");
    assert_eq!(go("DELETE", "/loans/1001", None).0, 200);
    for method in ["GET", "DELETE"] {
        assert_eq!(go(method, "/loans/1001", None).0, 404);
    }
}
