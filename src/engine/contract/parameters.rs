//! Parameters of path, query and header: each is a column, like a property of the body.

use serde_json::Value;

use super::field::{Field, Kind, Place, Slot};
use super::kinds::cell_kind;
use super::operation::Parameter;
use super::refs::{At, Refs};
use super::said::{Said, field};

/// Headers that the program writes itself (OpenAPI 3.1, 4.8.12.2.1, and what the security schemes name).
const OWN_HEADERS: [&str; 4] = ["accept", "content-type", "authorization", "x-request-id"];

/// The parameters of an operation: its own over those of its path.
///
/// # Errors
/// A required parameter of a kind that no cell can have.
pub fn parameters(document: &Value, path: &str, at: &str) -> Result<Vec<Parameter>, String> {
    let refs = Refs(document);
    let item = at.rsplit_once('/').map_or("", |(item, _)| item);
    let mut found: Vec<Parameter> = Vec::new();
    for owner in [at, item] {
        let count = document.pointer(&format!("{owner}/parameters")).and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..count {
            let spec = refs.at(&format!("{owner}/parameters/{index}"))?;
            let Some(parameter) = parameter(refs, &spec, document)? else { continue };
            let known = found.iter().any(|known| known.name == parameter.name && known.place == parameter.place);
            if !known {
                found.push(parameter);
            }
        }
    }
    found.retain(|parameter| parameter.place != Place::Path || names_in(path).any(|name| name == parameter.name));
    Ok(found)
}

/// The names in braces of a path.
pub fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn parameter(refs: Refs, spec: &At, document: &Value) -> Result<Option<Parameter>, String> {
    let name = spec.value["name"].as_str().ok_or_else(|| format!("{}: name is missing", spec.pointer))?.to_owned();
    let required = spec.value["required"] == true;
    let place = match spec.value["in"].as_str() {
        Some("path") => Place::Path,
        Some("query") if is_secret(&name, "query", document) => return Ok(None),
        Some("query") => Place::Query,
        Some("header") if is_own(&name, document) => return Ok(None),
        Some("header") => Place::Header,
        Some("cookie") if !required => return Ok(None),
        other => {
            let other = other.unwrap_or_default();
            return Err(format!("{}: a parameter in {other:?} cannot be sent", spec.pointer));
        }
    };
    let below: &[&str] =
        if spec.value.get("schema").is_some() { &["schema"] } else { &["content", "application/json", "schema"] };
    let schema = refs.below(spec, below)?;
    let fits = cell_kind(refs, &schema)?.is_some() || list_kind(refs, &schema)?.is_some();
    match (fits, required || place == Place::Path) {
        (false, true) => Err(format!("{}: the parameter {name:?} is of a type that a cell cannot have", spec.pointer)),
        (false, false) => Ok(None),
        (true, required) => {
            // By default lists in a query are written out one by one (OpenAPI 3.1, 4.8.12.2.2).
            let explode = spec.value["explode"].as_bool().unwrap_or(place == Place::Query);
            Ok(Some(Parameter { name, place, required, schema: schema.pointer, explode }))
        }
    }
}

fn is_own(name: &str, document: &Value) -> bool {
    OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) || is_secret(name, "header", document)
}

/// Whether a parameter is what a security scheme sends.
fn is_secret(name: &str, place: &str, document: &Value) -> bool {
    let schemes = document.pointer("/components/securitySchemes").and_then(Value::as_object).into_iter().flatten();
    let mut names =
        schemes.filter(|(_, scheme)| scheme["in"] == place).filter_map(|(_, scheme)| scheme["name"].as_str());
    names.any(|known| if place == "header" { known.eq_ignore_ascii_case(name) } else { known == name })
}

fn list_kind(refs: Refs, schema: &At) -> Result<Option<Kind>, String> {
    if schema.value["type"] != "array" || schema.value.get("items").is_none() {
        return Ok(None);
    }
    Ok(cell_kind(refs, &refs.below(schema, &["items"])?)?.map(|kind| Kind::List(Box::new(kind))))
}

/// Gives a parameter its column: that of the body's field of the same name, where there is one.
///
/// # Errors
/// A `$ref` that leads nowhere.
pub fn parameter_field(refs: Refs, parameter: &Parameter, fields: &mut Vec<Field>) -> Result<(), String> {
    let slot = Slot::Parameter { place: parameter.place, name: parameter.name.clone() };
    if let Some(known) = fields.iter_mut().find(|field| field.name == parameter.name) {
        known.slots.push(slot);
        known.required |= parameter.required;
        return Ok(());
    }
    let schema = refs.at(&parameter.schema)?;
    let kind = match cell_kind(refs, &schema)? {
        Some(kind) => kind,
        None => list_kind(refs, &schema)?.unwrap_or(Kind::Text),
    };
    fields.push(field(parameter.name.clone(), vec![slot], &Said::of(refs, &schema)?, kind, parameter.required));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::from_yaml;

    const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: T, version: "1"}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, other: {type: apiKey, in: query, name: api-key}}
  parameters: {Page: {name: page, in: query, schema: {type: integer}}}
paths:
  /cases/{case-id}:
    parameters: [{name: case-id, in: path, required: true, schema: {type: string}}]
    put:
      operationId: change
      parameters:
        - {$ref: "#/components/parameters/Page"}
        - {name: X-Key, in: header, schema: {type: string}}
        - {name: api-key, in: query, schema: {type: string}}
        - {name: X-Branch, in: header, schema: {type: string}}
        - {name: tag, in: query, schema: {type: array, items: {type: string}}}
      requestBody: {content: {application/json: {schema: {type: object, properties: {state: {type: string}, case-id: {type: string}}}}}}
      responses: {}
"##;

    #[test]
    fn parameters_are_columns_and_one_in_path_and_body_is_one_column() {
        let contract = from_yaml("t", DOCUMENT, &[]).unwrap();
        let fields = &contract.operations[0].fields;
        let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["state", "case-id", "page", "X-Branch", "tag"]);
        assert_eq!(fields[1].slots.len(), 2);
        assert!(fields[1].required);
        assert_eq!(fields[4].kind, Kind::List(Box::new(Kind::Text)));
    }

    #[test]
    fn a_name_in_the_path_that_nothing_describes_is_refused() {
        let document = DOCUMENT.replace("{name: case-id, in: path", "{name: id, in: path");
        let why = from_yaml("t", &document, &[]).unwrap_err().to_string();
        assert!(why.contains("{case-id}"), "{why}");
    }
}
