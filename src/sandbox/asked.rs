//! A request, as it came and as a system sees it: the parameters of its path and its query, and those that it owes.

use axum::http::HeaderMap;
use caseload_engine::contract::{Operation, Place};
use serde_json::Value;

/// Names and values, decoded: the path's first, then the query's in their order.
pub type Parameters = Vec<(String, String)>;

/// A request, fully received.
pub struct Received<'a> {
    pub method: &'a str,
    /// Percent-encoded, as it came.
    pub path: &'a str,
    /// What follows the question mark; empty where nothing does.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    /// None where it is longer than the sandbox reads.
    pub body: Option<&'a [u8]>,
}

/// A request that is in order, as a system sees it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub operation: &'a Operation,
    /// The path names one thing that a POST one path above makes.
    pub made_above: bool,
    /// As it came, percent-encoded.
    pub path: &'a str,
    pub parameters: &'a [(String, String)],
    /// Null for a request without a body.
    pub body: &'a Value,
    /// The bearer token; empty where none is needed.
    pub token: &'a str,
    /// The time of day, as JSON has it.
    pub now: &'a str,
}

impl<'a> Asked<'a> {
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        value_of(self.parameters, name)
    }

    /// A field of the body that is a text.
    pub fn text(&self, field: &str) -> Option<&'a str> {
        self.body.get(field).and_then(Value::as_str)
    }
}

/// The value of the first parameter of this name.
pub fn value_of<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The parameters of a query string, decoded as forms are: `+` is a blank.
pub fn of_query(query: &str) -> Parameters {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// A text with its `%XX` as the characters that they stand for.
pub fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What a request lacks of the parameters that its operation cannot do without, in words. A path without its
/// parameters leads elsewhere, so that those are never missing here.
pub fn missing(operation: &Operation, parameters: &[(String, String)], headers: &HeaderMap) -> Option<String> {
    let required = operation.parameters.iter().filter(|parameter| parameter.required);
    required.map(|parameter| (parameter.place, parameter.name.as_str())).find_map(|(place, name)| match place {
        Place::Query if value_of(parameters, name).is_none() => Some(format!("The query parameter {name} is missing.")),
        Place::Header if !headers.contains_key(name) => Some(format!("The header {name} is missing.")),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use caseload_engine::contract::from_yaml;

    #[test]
    fn what_is_missing_is_named() {
        let document = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /loans/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: lend
      parameters:
        - {name: branch, in: query, required: true, schema: {type: string}}
        - {name: X-Desk, in: header, required: true, schema: {type: string}}
        - {name: note, in: query, schema: {type: string}}
      responses: {}
";
        let contract = from_yaml("t", document, &[]).unwrap();
        let lend = &contract.operations[0];
        let mut headers = HeaderMap::new();
        assert!(missing(lend, &[], &headers).unwrap().contains("branch"));
        let given = of_query("branch=1");
        assert!(missing(lend, &given, &headers).unwrap().contains("X-Desk"));
        headers.insert("x-desk", HeaderValue::from_static("2"));
        assert_eq!(missing(lend, &given, &headers), None);
    }
}
