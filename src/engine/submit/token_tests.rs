//! What is asked for a token, and what answers give.

use secrecy::ExposeSecret;
use serde_json::json;

use super::*;
use crate::contract::{Exchange, Operation, from_yaml};
use crate::submit::halt::Halt;

const CANARY: &str = "canary+secret/1";

const THINGS: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
components:
  securitySchemes:
    client: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
paths:
  /things:
    post:
      operationId: make
      security: [{client: [read, write all]}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {}
";

fn operation() -> Operation {
    from_yaml("t", THINGS, &[]).unwrap().operations.remove(0)
}

/// A source of an operation whose only scheme this is.
fn source_of(operation: &Operation) -> (Source, Mask) {
    let secrets = Secrets::gather(&[operation], |name| Ok(Some(format!("{CANARY} {name}").into()))).unwrap();
    let url = Url::parse("https://user:pass@api.example:8443/token?tenant=7").unwrap();
    (Source::new(secrets.exchanged(0).unwrap(), url, &secrets).unwrap(), secrets.mask())
}

fn client() -> (Source, Mask) {
    source_of(&operation())
}

fn keys() -> (Source, Mask) {
    let exchange = Exchange {
        endpoint: "/connect".to_owned(),
        body: json!({"apiKey": "{api_key}", "more": [{"secretKey": "{secret_key}"}, "fixed", 1]}),
        token: "/data/token".to_owned(),
        expiry: Some("/data/expiry".to_owned()),
        prefix: "bearer".to_owned(),
    };
    let scheme = Scheme { name: "keys".to_owned(), kind: SchemeKind::ExchangedToken(Box::new(exchange)), open: false };
    source_of(&Operation { security: vec![vec![scheme]], ..operation() })
}

fn answer(status: u16, body: &Value) -> Attempt {
    let content_type = Some("application/json".to_owned());
    Attempt::Answered(Answer { status, content_type, body: body.to_string().into_bytes(), ..Answer::default() })
}

fn read((source, mask): &(Source, Mask), attempt: &Attempt) -> Result<Token, Refused> {
    source.read(attempt, mask)
}

#[track_caller]
fn never(at: &(Source, Mask), attempt: &Attempt) -> String {
    let Err(Refused::Never(why)) = read(at, attempt) else { panic!("not refused for good: {attempt:?}") };
    let words = crate::words::halt(&Halt::NoToken(why));
    assert!(words.en.contains("https://api.example:8443/token") && words.tr.contains("https://api.example:8443/token"));
    assert!(words.en != words.tr && !words.en.contains("tenant") && !words.en.contains("pass"), "{words}");
    words.en
}

#[test]
fn client_credentials_are_asked_for_as_rfc_6749_says() {
    let (source, _) = client();
    assert_eq!(source.body.expose_secret(), "grant_type=client_credentials&scope=read+write+all");
    let header = source.authorization.as_ref().unwrap();
    assert_eq!(
        header,
        &format!("Basic {}", basic("canary%2Bsecret%2F1+client_id", "canary%2Bsecret%2F1+client_secret"))
    );
    assert!(header.is_sensitive() && source.media == "application/x-www-form-urlencoded");
}

#[test]
fn an_exchange_posts_its_body_with_the_secrets_in_their_places() {
    let (source, _) = keys();
    let body: Value = serde_json::from_str(source.body.expose_secret()).unwrap();
    let wanted = json!({
        "apiKey": format!("{CANARY} api_key"), "more": [{"secretKey": format!("{CANARY} secret_key")}, "fixed", 1]
    });
    assert_eq!(body, wanted);
    assert!(source.authorization.is_none());
}

#[test]
fn a_token_comes_with_its_word_and_its_life() {
    let token = read(&client(), &answer(200, &json!({"access_token": " abc ", "expires_in": 3600}))).ok().unwrap();
    assert_eq!((token.header.to_str().unwrap(), token.text.expose_secret()), ("Bearer abc", "abc"));
    assert_eq!(token.lifetime, Some(Duration::from_secs(3600)));
    assert!(token.header.is_sensitive());
    let token = read(&keys(), &answer(201, &json!({"data": {"token": "abc"}}))).ok().unwrap();
    assert_eq!((token.header.to_str().unwrap(), token.lifetime), ("bearer abc", None));
}

#[test]
fn a_life_is_told_in_many_ways_and_one_that_is_over_is_not_told() {
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let (client, _) = client();
    let lasts = |told: Value| client.lifetime(&json!({"expires_in": told}), now).map(|life| life.as_secs());
    assert_eq!(lasts(json!(60)), Some(60));
    assert_eq!(lasts(json!("60")), Some(60));
    assert_eq!(lasts(json!(1e300)), Some(LONGEST_LIFE.as_secs()));
    for nothing in [json!(0), json!(-1), json!("soon"), json!(null), json!("NaN"), json!("inf"), json!([])] {
        assert_eq!(lasts(nothing.clone()), None, "{nothing}");
    }
    let (keys, _) = keys();
    let ends = |told: Value| keys.lifetime(&json!({"data": {"expiry": told}}), now).map(|life| life.as_secs());
    for hour in ["2027-01-15T09:00:00Z", "2027-01-15T09:00:00", "2027-01-15 09:00:00.000", "2027-01-15T12:00:00+03:00"]
    {
        assert_eq!(ends(json!(hour)), Some(3600), "{hour}");
    }
    assert_eq!(ends(json!(1_800_003_600)), Some(3600));
    assert_eq!(ends(json!("1800003600")), Some(3600));
    for nothing in [json!("2026-01-15T09:00:00Z"), json!(1_799_999_999), json!("tomorrow"), json!(null)] {
        assert_eq!(ends(nothing.clone()), None, "{nothing}");
    }
}

#[test]
fn a_refusal_names_the_place_the_variables_and_the_servers_reason() {
    let said =
        never(&client(), &answer(401, &json!({"error": "invalid_client", "error_description": "Unknown client"})));
    for words in
        ["HTTP 401: invalid_client, Unknown client", "CASELOAD_CLIENT_ID and CASELOAD_CLIENT_SECRET", "same command"]
    {
        assert!(said.contains(words), "{said}");
    }
    let said = never(&keys(), &answer(400, &json!({"message": "No such key", "hint": "unheard"})));
    assert!(said.contains("HTTP 400: No such key)") && !said.contains("unheard"), "{said}");
}

#[test]
fn what_repeats_a_secret_is_not_repeated() {
    let words = format!("the secret {CANARY} client_secret is wrong");
    let said = never(&client(), &answer(400, &json!({"error": "invalid_client", "error_description": words})));
    assert!(said.contains("HTTP 400: invalid_client)") && !said.contains("canary"), "{said}");
}

#[test]
fn an_answer_without_a_token_says_what_it_is() {
    let content_type = Some("text/html".to_owned());
    let page = Answer { status: 200, content_type, body: b"<html>".to_vec(), ..Answer::default() };
    assert!(never(&client(), &Attempt::Answered(page.clone())).contains("web page"));
    assert!(never(&client(), &Attempt::Answered(Answer { status: 404, ..page })).contains("web page"));
    let plain = Answer { status: 200, body: b"token=abc".to_vec(), ..Answer::default() };
    assert!(never(&client(), &Attempt::Answered(plain)).contains("no JSON"));
    for body in [json!({}), json!({"access_token": ""}), json!({"access_token": 7}), json!({"access_token": "a\nb"})] {
        assert!(never(&client(), &answer(200, &body)).contains("/access_token"), "{body}");
    }
    assert!(never(&keys(), &answer(200, &json!({"token": "abc"}))).contains("/data/token"));
    assert!(never(&client(), &answer(302, &json!({}))).contains("redirects"));
}

#[test]
fn a_server_that_is_busy_or_gone_is_asked_again_within_bounds() {
    let later = |attempt: &Attempt| match read(&client(), attempt) {
        Err(Refused::Later { retry_after_s, .. }) => retry_after_s,
        _ => panic!("not asked again: {attempt:?}"),
    };
    let busy = |status, retry_after_s| Attempt::Answered(Answer { status, retry_after_s, ..Answer::default() });
    for status in [408, 429, 500, 503] {
        assert_eq!(later(&busy(status, Some(7))), Some(7));
        assert_eq!(later(&busy(status, None)), None);
    }
    for failure in [Failure::Connect, Failure::Dns, Failure::NeverStarted] {
        assert_eq!(later(&Attempt::NotSent(failure)), None);
    }
    assert_eq!(later(&Attempt::Lost(Failure::Timeout)), None);
    assert!(never(&client(), &busy(429, Some(3600))).contains("60 minutes"));
    assert!(never(&client(), &Attempt::NotSent(Failure::Certificate)).contains("certificate"));
}
