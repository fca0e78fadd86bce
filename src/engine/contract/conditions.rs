//! Sentences about what a contract asks of whole rows: its own messages, and which fields are needed when.

use serde_json::Value;

use super::operation::Operation;
use super::refs::{At, Refs};
use super::system::Contract;
use super::texts::{strings, words};
use crate::message::Text;

/// Schemas that are looked at, at most: what they name may multiply.
const MOST: usize = 5_000;

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// In the contract's own words (`x-message`), and the field that they are about.
    Said {
        /// The name of that field; empty where the words are about the row.
        field: String,
        /// The contract's words.
        message: Text,
    },
    /// Fields that are needed where the clauses hold, or where they do not; none where the contract says it in a
    /// way that has no short form.
    Needs {
        /// The clauses, all of which have to hold.
        when: Option<Vec<Clause>>,
        /// The fields are needed where the clauses hold; else where they do not.
        holds: bool,
        /// The names of the fields.
        fields: Vec<String>,
    },
}

/// A field that has one of these values; without values: that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// The name of the field.
    pub field: String,
    /// The values, as people write them.
    pub values: Vec<String>,
}

/// The conditions of an operation's body, in the order of the document.
pub fn conditions(contract: &Contract, operation: &Operation) -> Vec<Condition> {
    let refs = Refs(&contract.document);
    let mut reader = Reader { refs, trail: Vec::new(), left: MOST, found: Vec::new() };
    if let Some(Ok(body)) = operation.body_schema.as_deref().map(|schema| refs.at(schema)) {
        // A reference that leads nowhere has kept the operation from being loaded.
        let _ = reader.schema(&body, "");
    }
    let same = operation.same.iter().filter_map(|rule| {
        let field = operation.fields[rule.field].name.clone();
        rule.message.clone().map(|message| Condition::Said { field, message })
    });
    reader.found.extend(same);
    reader.found
}

struct Reader<'d> {
    refs: Refs<'d>,
    trail: Vec<String>,
    left: usize,
    found: Vec<Condition>,
}

impl<'d> Reader<'d> {
    fn schema(&mut self, schema: &At<'d>, field: &str) -> Result<(), String> {
        if self.left == 0 || self.trail.contains(&schema.pointer) || !schema.value.is_object() {
            return Ok(());
        }
        self.left -= 1;
        self.trail.push(schema.pointer.clone());
        if let Some(message) = words(schema.value.get("x-message")) {
            self.add(Condition::Said { field: field.to_owned(), message: message.with_value("…") });
        }
        for name in schema.value["properties"].as_object().into_iter().flat_map(|map| map.keys()) {
            self.schema(&self.refs.below(schema, &["properties", name])?, &dotted(field, name))?;
        }
        for key in ["items", "then", "else"].into_iter().filter(|key| schema.value[*key].is_object()) {
            let below = self.refs.below(schema, &[key])?;
            if key != "items" {
                self.needs(schema, &below, key == "then", field);
            }
            self.schema(&below, field)?;
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for index in 0..schema.value[key].as_array().map_or(0, Vec::len) {
                self.schema(&self.refs.below(schema, &[key, &index.to_string()])?, field)?;
            }
        }
        for (name, needed) in schema.value["dependentRequired"].as_object().into_iter().flatten() {
            let when = Some(vec![Clause { field: dotted(field, name), values: Vec::new() }]);
            let fields = strings(Some(needed)).iter().map(|name| dotted(field, name)).collect();
            self.add(Condition::Needs { when, holds: true, fields });
        }
        self.trail.pop();
        Ok(())
    }

    /// What `then` or `else` asks for; where it has words of its own, these are enough.
    fn needs(&mut self, schema: &At<'d>, branch: &At<'d>, holds: bool, prefix: &str) {
        let fields: Vec<String> =
            strings(branch.value.get("required")).iter().map(|name| dotted(prefix, name)).collect();
        if fields.is_empty() || branch.value.get("x-message").is_some() {
            return;
        }
        let when = self.refs.below(schema, &["if"]).ok().and_then(|condition| clauses(condition.value, prefix));
        self.add(Condition::Needs { when, holds, fields });
    }

    fn add(&mut self, condition: Condition) {
        if !self.found.contains(&condition) {
            self.found.push(condition);
        }
    }
}

fn dotted(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// An `if` as clauses that all hold. Nothing if it says more than that.
fn clauses(condition: &Value, prefix: &str) -> Option<Vec<Clause>> {
    let known = ["properties", "required", "type"];
    if condition.as_object()?.keys().any(|key| !known.contains(&key.as_str())) {
        return None;
    }
    let mut clauses = Vec::new();
    for (name, schema) in condition["properties"].as_object().into_iter().flatten() {
        let values = match (schema.get("const"), schema.get("enum")) {
            (Some(value), _) => vec![crate::outcome::id_text(value)],
            (None, Some(values)) => strings(Some(values)),
            (None, None) => return None,
        };
        clauses.push(Clause { field: dotted(prefix, name), values });
    }
    for name in strings(condition.get("required")) {
        let field = dotted(prefix, &name);
        if !clauses.iter().any(|clause| clause.field == field) {
            clauses.push(Clause { field, values: Vec::new() });
        }
    }
    (!clauses.is_empty()).then_some(clauses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::from_yaml;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {
        properties: {kind: {enum: [a, b]}, no: {type: string, pattern: "^F", x-message: {tr: "F, değil {value}", en: "F, not {value}"}}, home: {properties: {city: {type: string}, street: {type: string}}, dependentRequired: {street: [city]}}},
        allOf: [{if: {properties: {kind: {const: a}}, required: [kind]}, then: {required: [no]}, else: {required: [home], x-message: {en: "b needs a home"}}},
                {if: {not: {required: [no]}}, then: {required: [kind]}}]}}}}
      responses: {}
"#;

    #[test]
    fn sentences_and_needs_are_found_in_the_order_of_the_document() {
        let contract = from_yaml("t", DOCUMENT, &[]).unwrap();
        let found = conditions(&contract, &contract.operations[0]);
        let told: Vec<String> = found
            .into_iter()
            .map(|condition| match condition {
                Condition::Said { field, message } => format!("{field}: {}", message.en),
                Condition::Needs { when, holds, fields } => {
                    let when = when.map(|when| {
                        when.iter().map(|c| format!("{}={}", c.field, c.values.join("|"))).collect::<Vec<_>>().join("&")
                    });
                    format!("{when:?} {holds} {}", fields.join(","))
                }
            })
            .collect();
        assert_eq!(
            told,
            [
                "no: F, not …",
                "Some(\"home.street=\") true home.city",
                "Some(\"kind=a\") true no",
                ": b needs a home",
                "None true kind",
            ]
        );
    }
}
