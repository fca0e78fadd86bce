//! What a request says beside its body: the parameters of its path and its query, and those that it owes.

use axum::http::HeaderMap;
use serde_json::Value;

use crate::contract::{Operation, Place};

/// Names and values, decoded: the path's first, then the query's in their order.
pub type Parameters = Vec<(String, String)>;

/// A request that is in order, as the state sees it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub operation: &'a Operation,
    /// As it came, percent-encoded.
    pub path: &'a str,
    pub parameters: &'a [(String, String)],
    /// Null where there is none.
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
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let decode = |text: &str| decoded(&text.replace('+', " "));
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decode(n), decode(v))).collect()
}

/// A text with its `%XX` as the characters that they stand for; what is no such pair stays.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let pair = after.get(..2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(pair.unwrap_or(b'%'));
        rest = if pair.is_some() { &after[2..] } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
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
    use crate::contract::from_yaml;

    #[test]
    fn percent_signs_are_taken_for_what_they_stand_for() {
        assert_eq!(decoded("WI%2F1%20%C5%9E"), "WI/1 Ş");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%ş"), "%ş");
    }

    #[test]
    fn a_query_is_read_pair_by_pair() {
        let wanted = [("a", "1 2"), ("b", ""), ("c", "x=y&")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(of_query("a=1+2&b&&c=x=y%26"), wanted);
    }

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
