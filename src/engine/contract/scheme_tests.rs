//! Schemes and alternatives, as documents write them.

use serde_json::json;

use super::*;

fn document() -> Value {
    json!({"components": {"securitySchemes": {
        "token": {"type": "http", "scheme": "bearer", "x-prefix": "bearer"},
        "touchpoint": {"type": "apiKey", "in": "header", "name": "X-Touchpoint"},
        "key": {"type": "apiKey", "in": "query", "name": "api_key"},
        "biscuit": {"type": "apiKey", "in": "cookie", "name": "session"},
        "login": {"type": "http", "scheme": "Basic"},
        "digest": {"type": "http", "scheme": "digest"},
        "mutual": {"type": "mutualTLS"},
        "client": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}}},
        "person": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://login.example"}}},
        "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://login.example"},
        "keys": {"type": "http", "scheme": "bearer", "x-token": {
            "endpoint": "/connect", "token": "/token", "expiry": "/expiry",
            "body": {"apiKey": "{api_key}", "deep": [{"again": "{api_key}", "other": "{secret_key}"}], "kind": "machine"}}},
        "other-name": {"$ref": "#/components/securitySchemes/touchpoint"},
    }}})
}

fn read(security: Value) -> Result<Vec<Vec<Scheme>>, String> {
    super::security(&document(), &json!({"security": security}))
}

/// The secrets of each alternative.
fn secrets(security: Value) -> Vec<Vec<String>> {
    let read = read(security).unwrap();
    let names = |schemes: &Vec<Scheme>| schemes.iter().flat_map(Scheme::secrets).map(str::to_owned).collect();
    read.iter().map(names).collect()
}

#[test]
fn alternatives_stand_in_the_documents_order_with_the_names_of_their_secrets() {
    let names = secrets(json!([
        {"touchpoint": [], "key": [], "login": []}, {"client": ["read", "write"]}, {"keys": []},
        {"person": []}, {"oidc": []}, {"other-name": []}, {}
    ]));
    let wanted: [&[&str]; 7] = [
        &["touchpoint", "key", "user", "password"],
        &["client_id", "client_secret"],
        &["api_key", "secret_key"],
        &["person"],
        &["oidc"],
        &["other-name"],
        &[],
    ];
    assert_eq!(names, wanted);
}

#[test]
fn what_an_operation_says_of_its_security_goes_before_what_the_document_says() {
    let mut document = document();
    document["security"] = json!([{"token": []}]);
    let token =
        Scheme { name: "token".to_owned(), kind: SchemeKind::Bearer { prefix: "bearer".to_owned() }, open: false };
    assert_eq!(security(&document, &json!({})), Ok(vec![vec![token]]));
    assert_eq!(security(&document, &json!({"security": []})), Ok(vec![]));
    assert_eq!(security(&document, &json!({"security": [{}]})), Ok(vec![vec![]]));
}

#[test]
fn scopes_are_those_that_the_operation_asks_for() {
    let read = read(json!([{"client": ["read", "write"]}])).unwrap();
    let SchemeKind::ClientCredentials { token_url, scopes, prefix } = &read[0][0].kind else { panic!("{read:?}") };
    assert_eq!((token_url.as_str(), prefix.as_str()), ("/oauth/token", "Bearer"));
    assert_eq!(scopes, &["read", "write"]);
}

#[test]
fn a_scheme_that_cannot_be_used_costs_its_alternatives_and_the_last_one_says_why() {
    for name in ["biscuit", "digest", "mutual", "nowhere"] {
        assert_eq!(secrets(json!([{"token": [], name: []}, {"token": []}])), [["token"]], "{name}");
        let why = read(json!([{name: []}])).unwrap_err();
        assert!(why.contains(name), "{name}: {why}");
    }
    let why = read(json!([{"biscuit": []}, {"digest": []}])).unwrap_err();
    assert!(why.contains("cookie") && why.contains("digest"), "{why}");
}

#[test]
fn two_schemes_for_one_header_cannot_go_together() {
    for pair in [json!({"token": [], "login": []}), json!({"touchpoint": [], "other-name": []})] {
        assert!(read(json!([pair])).unwrap_err().contains("share the header"));
    }
}

#[test]
fn what_is_wrong_with_an_exchange_is_named() {
    type Change = fn(&mut Value);
    let exchange = |change: Change| {
        let mut document = document();
        change(&mut document["components"]["securitySchemes"]["keys"]);
        // What is meant for this program is not passed over for another way.
        security(&document, &json!({"security": [{"token": []}, {"keys": []}]}))
    };
    assert!(exchange(|_| ()).is_ok());
    let wrong: [(Change, &str); 5] = [
        (|spec| spec["x-token"]["endpiont"] = json!("/x"), "endpiont"),
        (|spec| drop(spec["x-token"].as_object_mut().unwrap().remove("endpoint")), "endpoint"),
        (|spec| spec["x-token"]["token"] = json!("token"), "\"token\" is no JSON pointer"),
        (|spec| spec["x-token"]["body"]["apiKey"] = json!("{api key}"), "{api key}"),
        (|spec| spec["x-prefix"] = json!("two words"), "two words"),
    ];
    for (change, said) in wrong {
        let why = exchange(change).unwrap_err();
        assert!(why.contains(said) && why.contains("keys"), "{why}");
    }
}

#[test]
fn a_token_endpoint_stands_below_the_base_url_or_where_it_says() {
    let at = |endpoint: &str, base: &str| endpoint_at(endpoint, "https://api.example/v1", base, false);
    assert_eq!(at("/oauth/token", "https://test.example/v1/"), "https://test.example/v1/oauth/token");
    assert_eq!(at("oauth/token", "https://test.example/v1"), "https://test.example/v1/oauth/token");
    let elsewhere = "https://login.example/token?tenant=1";
    assert_eq!(at(elsewhere, "https://test.example/v1"), elsewhere);
    assert_eq!(endpoint_at(elsewhere, "", "https://test.example/v1", false), elsewhere);
}

#[test]
fn a_token_endpoint_of_the_contracts_own_server_moves_with_it() {
    let at = |endpoint: &str, base: &str| endpoint_at(endpoint, "https://api.example/v1", base, false);
    assert_eq!(at("https://api.example/oauth/token", "https://api.example/v1/"), "https://api.example/oauth/token");
    assert_eq!(at("https://API.example/oauth/token", "http://127.0.0.1:1/x"), "http://127.0.0.1:1/oauth/token");
    assert_eq!(at("https://api.example/v1/token", "http://127.0.0.1:1/x"), "http://127.0.0.1:1/x/token");
}

#[test]
fn beside_a_sandbox_every_token_endpoint_moves() {
    let at = |endpoint: &str, own: &str| endpoint_at(endpoint, own, "http://127.0.0.1:1", true);
    assert_eq!(at("https://login.example/t/token", "https://api.example"), "http://127.0.0.1:1/t/token");
    assert_eq!(at("https://login.example/t/token", ""), "http://127.0.0.1:1/t/token");
    assert_eq!(at("/token", ""), "http://127.0.0.1:1/token");
}
