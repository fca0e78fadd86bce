//! The columns of a read operation: the properties of its answer, or of an item of its pages.

use serde_json::Value;

use super::answer::{Met, answer, meets};
use super::operation::Operation;
use super::refs::{At, Refs, escape};
use super::system::Contract;

/// Schemas that are looked at, at most: what they name may multiply.
const MOST: usize = 5_000;

/// The dotted names of the properties that a good answer of the operation has by its schema; none where the
/// document does not tell.
pub fn answer_columns(contract: &Contract, operation: &Operation) -> Vec<String> {
    let mut reader = Reader { refs: Refs(&contract.document), trail: Vec::new(), left: MOST, names: Vec::new() };
    // A reference that leads nowhere only means that these columns are not known in advance.
    let _ = reader.operation(operation);
    reader.names
}

struct Reader<'d> {
    refs: Refs<'d>,
    /// The schemas that are being read, one in the other.
    trail: Vec<String>,
    left: usize,
    names: Vec<String>,
}

impl Reader<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<(), String> {
        let method = operation.method.as_str().to_ascii_lowercase();
        let at = format!("/paths/{}/{method}", escape(&operation.path));
        let Some(spec) = self.refs.0.pointer(&at) else { return Ok(()) };
        let Some(mut schema) = answer(self.refs, spec, &at, '2')? else { return Ok(()) };
        if let Some(pages) = &operation.pages {
            match meets(self.refs, &schema, &pages.items)? {
                Met::Yes(list) => schema = list,
                Met::Maybe | Met::No => return Ok(()),
            }
        }
        if schema.value.get("items").is_some_and(Value::is_object) {
            schema = self.refs.below(&schema, &["items"])?;
        }
        self.properties(&schema, "")
    }

    fn properties(&mut self, schema: &At, prefix: &str) -> Result<(), String> {
        if self.left == 0 || self.trail.contains(&schema.pointer) {
            return Ok(());
        }
        self.left -= 1;
        self.trail.push(schema.pointer.clone());
        for name in schema.value["properties"].as_object().into_iter().flat_map(|map| map.keys()) {
            let property = self.refs.below(schema, &["properties", name])?;
            let column = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            let before = self.names.len();
            if property.value.get("items").is_none() {
                self.properties(&property, &column)?;
            }
            // An object whose names are the server's own has columns as they are met.
            let open = property.value["type"] == "object" || self.trail.contains(&property.pointer);
            if self.names.len() == before && !open && !self.names.contains(&column) {
                self.names.push(column);
            }
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for index in 0..schema.value[key].as_array().map_or(0, Vec::len) {
                self.properties(&self.refs.below(schema, &[key, &index.to_string()])?, prefix)?;
            }
        }
        self.trail.pop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::from_yaml;

    const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: T, version: "1"}
components:
  schemas:
    Case: {type: object, properties: {no: {type: string}, by: {type: object, properties: {id: {type: string}, name: {type: string}}},
      tags: {type: array, items: {type: string}}, more: {type: object}, parent: {$ref: "#/components/schemas/Case"}}}
paths:
  /cases:
    get:
      operationId: list
      x-caseload: {pages: {items: /Items, parameter: page}}
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses: {"200": {content: {application/json: {schema: {properties: {Items: {type: array, items: {allOf: [{$ref: "#/components/schemas/Case"}]}}}}}}}}
  /cases/1:
    get:
      operationId: one
      responses: {"200": {content: {application/json: {schema: {properties: {a: {type: integer}, b: {type: "null"}}}}}}}
  /open:
    get: {operationId: open, responses: {"200": {description: whatever}}}
"##;

    #[test]
    fn the_columns_are_the_properties_of_an_item_or_of_the_answer() {
        let contract = from_yaml("t", DOCUMENT, &[]).unwrap();
        let of = |name: &str| {
            let operation = contract.operations.iter().find(|operation| operation.name == name).unwrap();
            answer_columns(&contract, operation)
        };
        assert_eq!(of("list"), ["no", "by.id", "by.name", "tags"]);
        assert_eq!(of("one"), ["a", "b"]);
        assert!(of("open").is_empty());
    }
}
