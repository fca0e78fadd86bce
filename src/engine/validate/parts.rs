//! The parts of a request, written out: path and query with their values encoded, headers, body.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::shape::{BODY, PARAMETERS, Shape, has_parts};
use crate::contract::{Operation, Parameter, Place, Slot};
use crate::message::Text;
use crate::outcome::{Complaint, RuleFault, id_text};

/// All but the unreserved characters (RFC 3986, 2.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// The JSON body, if the operation takes one.
pub(super) fn body(operation: &Operation, shape: &Shape) -> Option<String> {
    operation.body_schema.as_ref()?;
    let body = if has_parts(operation) { shape.value.get(BODY)? } else { &shape.value };
    Some(body.to_string())
}

/// The path with its values, and the query, if the operation has either.
pub(super) fn path(operation: &Operation, shape: &Shape) -> Option<String> {
    if !operation.parameters.iter().any(|parameter| parameter.place != Place::Header) {
        return None;
    }
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    for (parameter, value) in values(operation, shape) {
        match parameter.place {
            Place::Path => {
                let texts: Vec<String> = texts(value).iter().map(|text| encoded(text)).collect();
                path = path.replace(&format!("{{{}}}", parameter.name), &texts.join(","));
            }
            Place::Query if parameter.explode => {
                query.extend(texts(value).iter().map(|text| pair(&parameter.name, &encoded(text))));
            }
            Place::Query => {
                let texts: Vec<String> = texts(value).iter().map(|text| encoded(text)).collect();
                query.push(pair(&parameter.name, &texts.join(",")));
            }
            Place::Header => {}
        }
    }
    if !query.is_empty() {
        path.push('?');
        path.push_str(&query.join("&"));
    }
    Some(path)
}

fn pair(name: &str, value: &str) -> String {
    format!("{}={value}", encoded(name))
}

/// Whether a path that was written out has a query parameter.
pub(super) fn has_query(path: &str, name: &str) -> bool {
    let pair = pair(name, "");
    path.split_once('?').is_some_and(|(_, query)| query.split('&').any(|part| part.starts_with(&pair)))
}

/// A path that was written out, with a query parameter more, or with another value of it.
pub(super) fn at_page(path: &str, name: &str, page: u64) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (own, number) = (pair(name, ""), pair(name, &page.to_string()));
    let others = query.split('&').filter(|part| !part.is_empty() && !part.starts_with(&own));
    let query: Vec<&str> = others.chain([number.as_str()]).collect();
    format!("{path}?{}", query.join("&"))
}

/// The header parameters that the row has.
pub(super) fn headers(operation: &Operation, shape: &Shape) -> Vec<(String, String)> {
    let headers = values(operation, shape).filter(|(parameter, _)| parameter.place == Place::Header);
    headers.map(|(parameter, value)| (parameter.name.clone(), texts(value).join(","))).collect()
}

/// Values that a schema may accept and a request cannot carry: each with its field.
pub(super) fn unsendable<'s>(
    operation: &'s Operation,
    shape: &'s Shape,
) -> impl Iterator<Item = (usize, Complaint)> + 's {
    values(operation, shape).filter_map(move |(parameter, value)| {
        let text = texts(value).join(",");
        let name = &parameter.name;
        let fault = match parameter.place {
            // An address with a piece of dots is another address (RFC 3986, 5.2.4).
            Place::Path if text.is_empty() || text == "." || text == ".." => RuleFault::PathPart,
            Place::Header if !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => RuleFault::Header,
            _ => return None,
        };
        let is_this = |slot: &Slot| matches!(slot, Slot::Parameter { name: known, .. } if known == name);
        let field = operation.fields.iter().position(|field| field.slots.iter().any(is_this))?;
        Some((field, Complaint::Rule { name: Text::same(name.as_str()), fault }))
    })
}

fn values<'s>(operation: &'s Operation, shape: &'s Shape) -> impl Iterator<Item = (&'s Parameter, &'s Value)> {
    // Not even looked for where there are none: this is asked of every row.
    let parameters = if operation.parameters.is_empty() { None } else { shape.value.get(PARAMETERS) };
    operation.parameters.iter().filter_map(move |parameter| Some((parameter, parameters?.get(&parameter.name)?)))
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().map(id_text).collect(),
        one => vec![id_text(one)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::from_yaml;
    use serde_json::json;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /cases/{case-id}/files/{file}:
    delete:
      operationId: detach
      parameters:
        - {name: case-id, in: path, required: true, schema: {type: string}}
        - {name: file, in: path, required: true, schema: {type: string}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
        - {name: flat, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - {name: X-Branch, in: header, schema: {type: string}}
      responses: {}
"#;

    fn shape(values: &[Option<Value>]) -> (Operation, Shape) {
        let operation = from_yaml("t", DOCUMENT, &[]).unwrap().operations.remove(0);
        let mut shape = Shape::new(&operation, &values.iter().map(Option::is_some).collect::<Vec<_>>());
        shape.put(&mut values.to_vec());
        (operation, shape)
    }

    #[test]
    fn values_are_encoded_and_lists_written_as_the_contract_says() {
        let (operation, shape) = shape(&[
            Some(json!("a/b c?ü")),
            Some(json!("%41")),
            Some(json!(["x&y", "z"])),
            Some(json!([1, 2])),
            Some(json!("B7")),
        ]);
        assert_eq!(path(&operation, &shape).unwrap(), "/cases/a%2Fb%20c%3F%C3%BC/files/%2541?tag=x%26y&tag=z&flat=1,2");
        assert_eq!(headers(&operation, &shape), [("X-Branch".to_owned(), "B7".to_owned())]);
        assert_eq!(body(&operation, &shape), None);
        assert_eq!(unsendable(&operation, &shape).count(), 0);
    }

    #[test]
    fn a_page_takes_the_place_of_another() {
        assert_eq!(at_page("/cases", "page", 1), "/cases?page=1");
        assert_eq!(at_page("/cases?a=1&page=1&page-size=5", "page", 12), "/cases?a=1&page-size=5&page=12");
        assert!(has_query("/cases?a=1&page=2", "page") && !has_query("/cases?page-size=2", "page"));
    }

    #[test]
    fn a_piece_of_dots_and_a_header_with_other_letters_are_refused() {
        for (dots, header) in [("..", "ok"), (".", "ok"), ("a", "ş"), ("a", "x\ny")] {
            let (operation, shape) = shape(&[Some(json!(dots)), Some(json!("f")), None, None, Some(json!(header))]);
            assert_eq!(unsendable(&operation, &shape).count(), 1, "{dots:?} {header:?}");
        }
    }
}
