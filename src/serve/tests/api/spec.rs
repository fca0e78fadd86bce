//! The API's own description: it says what there is, and this program reads it like any other.

use caseload_engine::contract::catalogue;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ELIF, How, Stage};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[tokio::test]
async fn every_address_of_the_description_is_served_and_takes_its_methods_alone() {
    let stage = Stage::new(How::default());
    let (status, document) = stage.get("/openapi.json", ELIF).await;
    assert_eq!(status, 200);
    assert_eq!(document["openapi"], "3.1.0");
    for (path, item) in document["paths"].as_object().unwrap() {
        let address = path.replace("{run}", "none").replace("{row}", "1");
        for name in METHODS {
            let method = Method::from_bytes(name.to_uppercase().as_bytes()).unwrap();
            let (status, answer) = stage.does(method, &address, ELIF, json!({})).await;
            let is_served = status != 405 && answer["code"] != "not-found" && answer["code"] != "method-not-allowed";
            // A verb is posted; its address without the verb takes other methods.
            if item.get(name).is_some() || !path.contains(':') {
                assert_eq!(is_served, item.get(name).is_some(), "{name} {path}: {status} {answer}");
            }
        }
    }
}

#[test]
fn this_program_reads_it_as_a_contract() {
    let document = crate::api::DOCUMENT;
    let contracts = catalogue(Some(("caseload", document)), &[]).unwrap();
    let names: Vec<&str> = contracts[0].operations.iter().map(|operation| operation.name.as_str()).collect();
    for wanted in ["send-run", "replace-value"] {
        assert!(names.contains(&wanted), "{wanted} in {names:?}");
    }
    let send = contracts[0].operations.iter().find(|operation| operation.name == "send-run").unwrap();
    let fields: Vec<(&str, bool)> = send.fields.iter().map(|field| (field.name.as_str(), field.required)).collect();
    for wanted in ["run", "rows", "digest"] {
        assert!(fields.contains(&(wanted, true)), "{wanted} in {fields:?}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document: Value = serde_json::from_str(crate::api::DOCUMENT).unwrap();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                open.extend(object.values());
            }
            Value::Array(array) => open.extend(array),
            _ => {}
        }
    }
}
