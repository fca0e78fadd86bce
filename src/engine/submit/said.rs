//! The server's own words about a request that it did not carry out.

use serde_json::Value;

use crate::contract::{ErrorForm, Operation};
use crate::outcome::{Answer, ApiError, Cause, Reason, id_text};

/// Characters of a server's words that are kept.
pub(super) const LONGEST_WORDS: usize = 2_000;

/// Names under which the errors of a list have their code, and their words.
const CODES: [&str; 4] = ["code", "errorCode", "key", "field"];
const WORDS: [&str; 5] = ["description", "message", "detail", "title", "text"];

/// The server's own words, by the contract's form; empty where it said nothing of its own.
pub(super) fn said(answer: &Answer, operation: &Operation) -> ApiError {
    let body = super::exact::parse(&answer.body).ok();
    let form = &operation.error;
    let found =
        body.as_ref().and_then(|body| if *form == ErrorForm::default() { usual(body) } else { error_in(body, form) });
    let status = || Some(format!("HTTP {}", answer.status));
    if let Some(error) = found {
        let code = error.code.or_else(status);
        return ApiError { code, ..error };
    }
    match std::str::from_utf8(&answer.body) {
        Ok(body) if !body.trim().is_empty() && !super::page::is_page(answer) => {
            ApiError { code: status(), title: Some(clipped(body.trim())), description: None }
        }
        _ => ApiError::default(),
    }
}

/// Why a row is not done, where its answer is all that is known: the server's words, or its status.
pub(super) fn cause(answer: &Answer, operation: &Operation) -> Cause {
    let said = said(answer, operation);
    if said == ApiError::default() { Reason::Answered { status: answer.status }.into() } else { said.into() }
}

/// An error as the contract says one looks; nothing where the body is none.
pub(super) fn error_in(body: &Value, form: &ErrorForm) -> Option<ApiError> {
    let word = |pointer: &Option<String>| text_at(body, pointer.as_deref()?);
    let mut error = ApiError { code: word(&form.code), title: word(&form.title), description: word(&form.description) };
    if let Some(several) = form.map.as_deref().and_then(|pointer| body.pointer(pointer)).and_then(several) {
        error.code = error.code.or(several.code);
        error.description = error.description.or(several.description);
    }
    (error != ApiError::default()).then_some(error)
}

/// Several errors as one: an object of code to text, a list of texts, or a list of objects.
fn several(errors: &Value) -> Option<ApiError> {
    let pairs: Vec<(Option<String>, String)> = match errors {
        Value::Object(map) => map.iter().map(|(code, text)| (Some(code.clone()), id_text(text))).collect(),
        Value::Array(list) => list.iter().map(one_of).collect(),
        Value::String(text) => vec![(None, text.clone())],
        _ => return None,
    };
    if pairs.is_empty() {
        return None;
    }
    let codes: Vec<&str> = pairs.iter().filter_map(|(code, _)| code.as_deref()).collect();
    let lines = pairs.iter().map(|(code, text)| match code {
        Some(code) if text.is_empty() => code.clone(),
        Some(code) => format!("{code}: {text}"),
        None => text.clone(),
    });
    Some(ApiError {
        code: (!codes.is_empty()).then(|| clipped(&codes.join(", "))),
        title: None,
        description: Some(clipped(&lines.collect::<Vec<_>>().join("; "))),
    })
}

fn one_of(error: &Value) -> (Option<String>, String) {
    match error {
        Value::Object(map) => {
            let first = |names: &[&str]| names.iter().find_map(|name| map.get(*name)).map(id_text);
            (first(&CODES), first(&WORDS).unwrap_or_else(|| error.to_string()))
        }
        other => (None, id_text(other)),
    }
}

/// The forms in which APIs usually speak of errors, for a contract that does not say its own: problem
/// details (RFC 9457), `{code, message}`, the same below `error`, a list `errors`.
fn usual(body: &Value) -> Option<ApiError> {
    let first = |pointers: &[&str]| pointers.iter().find_map(|pointer| text_at(body, pointer));
    let mut error = ApiError {
        code: first(&["/code", "/errorCode", "/error/code", "/error/type"]),
        title: first(&["/title", "/message", "/error/title", "/error/message", "/error"]),
        description: first(&["/detail", "/description", "/error/detail", "/error/description"]),
    };
    if let Some(several) = body.get("errors").or_else(|| body.get("detail")).and_then(several) {
        error.code = error.code.or(several.code);
        error.description = error.description.or(several.description);
    }
    (error != ApiError::default()).then_some(error)
}

fn text_at(body: &Value, pointer: &str) -> Option<String> {
    let found = body.pointer(pointer).filter(|value| !value.is_object() && !value.is_array())?;
    let text = id_text(found);
    (!text.is_empty()).then(|| clipped(&text))
}

fn clipped(words: &str) -> String {
    words.chars().take(LONGEST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mapped(errors: Value) -> (Option<String>, Option<String>) {
        let form = ErrorForm { map: Some("/errors".into()), ..ErrorForm::default() };
        let error = error_in(&json!({"errors": errors}), &form).unwrap_or_default();
        (error.code, error.description)
    }

    fn pair(code: &str, words: &str) -> (Option<String>, Option<String>) {
        (Some(code.to_owned()), Some(words.to_owned()))
    }

    #[test]
    fn several_errors_are_told_in_one_line_whatever_their_form() {
        assert_eq!(mapped(json!({"A": "no a", "B": "no b"})), pair("A, B", "A: no a; B: no b"));
        assert_eq!(
            mapped(json!([{"code": "A", "description": "no a"}, {"message": "no b"}])),
            pair("A", "A: no a; no b")
        );
        assert_eq!(mapped(json!(["no a", "no b"])), (None, Some("no a; no b".to_owned())));
        assert_eq!(mapped(json!({})), (None, None));
    }

    #[test]
    fn a_contract_that_says_nothing_of_errors_still_has_its_servers_words() {
        let title = |body: Value| usual(&body).map(|error| error.sentence());
        assert_eq!(title(json!({"title": "No", "detail": "because"})), Some("No: because".into()));
        assert_eq!(title(json!({"error": {"code": "x", "message": "No"}})), Some("No".into()));
        assert_eq!(title(json!({"detail": [{"loc": ["a"], "message": "short"}]})), Some("short".into()));
        assert_eq!(title(json!({"other": 1})), None);
    }
}
