//! What the sandbox says, held against the contracts: each answer has a status that the contract describes, and a body
//! of the form that it describes.

use caseload_engine::contract::{Contract, Operation, catalogue};
use jsonschema::{Draft, Registry};
use serde_json::{Value, json};

use super::super::{Options, Sandbox, Script, spawn};
use super::{Seen, ask};

/// The document's name while its schemas are compiled.
const DOCUMENT: &str = "https://caseload.invalid/described";

const CREDENTIALS: &str = "Authorization: bearer t\r\nThalamus-Touchpoint: p\r\nThalamus-Token: t\r\n";

/// A request, with or without credentials.
fn request(method: &str, path: &str, credentials: &str, media: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\n{credentials}Content-Type: {media}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A path of the operation that leads to something.
fn path(operation: &Operation) -> String {
    operation.path.replace("{case-id}", "WI0000497261").replace("{file-id}", "F-1001")
}

/// A body that the operation accepts; that of most is made of the examples of its fields.
fn body(operation: &Operation) -> String {
    match operation.name.as_str() {
        "create-case" if operation.system == "hugin" => {
            json!({"caseType": "defect", "defectCode": "psu", "deviceId": "FU1", "detail": "d"})
        }
        "create-case" => json!({"categoryCode": "Reclamo", "typeCode": "Telefonico"}),
        "create-reservation" => json!({"model_type": "tiger", "qty": 1}),
        "create-customer" => {
            json!({"code": "1", "email": "a@ornek.invalid", "mobile": "5000000000", "countryCode": "TR",
            "currencyCode": "TRY", "erpCode": "E1", "isCompany": false, "firstName": "Ayşe", "lastName": "Örnek",
            "tckn": "10000000146"})
        }
        "create-callback-request" => json!({"callback-request-time": "2026-12-22T13:30:00Z", "party-id": "1"}),
        "create-complaint" | "create-service-request" => json!({"customer-id": "5", "details": "d"}),
        _ => json!({}),
    }
    .to_string()
}

fn schema_of<'d>(contract: &'d Contract, response: &'d Value) -> Option<&'d Value> {
    let response = match response["$ref"].as_str().and_then(|target| target.strip_prefix('#')) {
        Some(target) => contract.document.pointer(target)?,
        None => response,
    };
    response.pointer("/content/application~1json/schema")
}

/// The answer is one of those that the operation describes.
#[track_caller]
fn is_described(contract: &Contract, operation: &Operation, seen: &Seen, what: &str) {
    let method = operation.method.as_str().to_ascii_lowercase();
    let responses = &contract.document["paths"][&operation.path][&method]["responses"];
    let status = seen.status.to_string();
    let response = responses.get(&status).or_else(|| responses.get("default"));
    let name = operation.full_name();
    let response = response.unwrap_or_else(|| panic!("{name}, {what}: nothing is said of {status}"));
    let schema = schema_of(contract, response).unwrap_or_else(|| panic!("{name}, {what}: {status} has no form"));
    let registry =
        Registry::new().draft(Draft::Draft202012).add(DOCUMENT, &contract.document).unwrap().prepare().unwrap();
    let mut schema = schema.clone();
    // Within the document a reference stands without its name.
    if let Some(target) = schema["$ref"].as_str().map(str::to_owned) {
        schema["$ref"] = json!(format!("{DOCUMENT}{target}"));
    }
    let based = json!({"$id": DOCUMENT, "components": contract.document["components"], "allOf": [schema]});
    let options = jsonschema::options().with_draft(Draft::Draft202012).offline();
    let validator = options.with_registry(&registry).build(&based).unwrap();
    if let Err(error) = validator.validate(&seen.json()) {
        panic!("{name}, {what}: {status} is not of the form described: {error}\n{}", seen.json());
    }
}

/// Every operation of the built-in contracts, with its contract.
fn each(contracts: &[Contract], mut go: impl FnMut(&Contract, &Operation)) {
    let mut tried = 0;
    for contract in contracts {
        for operation in &contract.operations {
            go(contract, operation);
            tried += 1;
        }
    }
    assert!(tried >= 15, "{tried}");
}

fn sandbox_of(contracts: &[Contract], options: Options) -> Sandbox {
    spawn(contracts, options).unwrap()
}

#[test]
fn every_answer_is_one_that_the_contract_describes() {
    let contracts = catalogue(None, &[]).unwrap();
    let sandbox = sandbox_of(&contracts, Options::default());
    each(&contracts, |contract, operation| {
        let (method, path, body) = (operation.method.as_str(), path(operation), body(operation));
        let go = |credentials: &str, media: &str, body: &str| {
            ask(&sandbox, &request(method, &path, credentials, media, body))
        };
        let json = "application/json";
        let is = |seen: &Seen, what: &str| is_described(contract, operation, seen, what);
        is(&go(CREDENTIALS, json, &body), "good or refused for what it says");
        let seen = go("", json, &body);
        assert_eq!(seen.status, 401, "{}", operation.full_name());
        is(&seen, "nobody's");
        for (media, body, what) in [
            ("text/plain", body.as_str(), "no JSON by its name"),
            (json, "{", "no JSON"),
            (json, "[1]", "no object"),
            (json, "{\"x\": {\"y\": 1}}", "of no field"),
        ] {
            is(&go(CREDENTIALS, media, body), what);
        }
        let long =
            request(method, &path, CREDENTIALS, json, "{}").replace("Content-Length: 2", "Content-Length: 9999999");
        is(&ask(&sandbox, &long), "too long");
    });
}

#[test]
fn limits_and_faults_are_told_in_the_contracts_form() {
    let contracts = catalogue(None, &[]).unwrap();
    for status in [403, 404, 409, 422, 429, 500, 503] {
        let script = Script::from_yaml(&format!("[{{on: {{from: 1}}, do: {status}}}]")).unwrap();
        let sandbox = sandbox_of(&contracts, Options { script, ..Options::default() });
        each(&contracts, |contract, operation| {
            let request =
                request(operation.method.as_str(), &path(operation), CREDENTIALS, "application/json", &body(operation));
            let seen = ask(&sandbox, &request);
            assert_eq!(seen.status, status);
            is_described(contract, operation, &seen, "a fault");
        });
    }
}

#[test]
fn beside_its_paths_a_system_refuses_in_its_own_form() {
    let contracts = catalogue(None, &[]).unwrap();
    let all = sandbox_of(&contracts, Options::default());
    for contract in &contracts {
        let alone = sandbox_of(std::slice::from_ref(contract), Options::default());
        for operation in &contract.operations {
            let path = path(operation);
            let paths = [format!("{path}/x/y"), format!("{path}/")];
            for sandbox in [&all, &alone] {
                let go = |method: &str, path: &str| {
                    ask(sandbox, &request(method, path, CREDENTIALS, "application/json", ""))
                };
                for path in &paths {
                    let seen = go("GET", path);
                    assert!(matches!(seen.status, 404 | 405), "{path}: {seen:?}");
                    is_described(contract, operation, &seen, path);
                }
                let seen = go("OPTIONS", &path);
                assert_eq!(seen.status, 405, "{path}");
                is_described(contract, operation, &seen, "another method");
            }
        }
        // Where it is the only one, all that is not there is its.
        let seen = ask(&alone, &request("GET", "/nowhere/at/all", CREDENTIALS, "application/json", ""));
        assert_eq!(seen.status, 404);
        is_described(contract, &contract.operations[0], &seen, "nowhere");
    }
}
