//! The contract's schema of a body, compiled once, asked a million times.

use std::collections::HashMap;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, ValidationError, Validator};
use serde_json::{Value, json};

use super::broken;
use super::shape::{BODY, PARAMETERS, Shape, has_parts, way};
use crate::contract::{Contract, Operation, escape, pointer, words};
use crate::error::{Code, Error};
use crate::message::Text;
use crate::outcome::Complaint;
use crate::text;

/// The name of the document while its `$ref`s are followed; nothing is ever fetched from it.
const DOCUMENT: &str = "https://caseload.invalid/contract";

/// A compiled schema and the contract's own messages.
pub struct Schema {
    validator: Validator,
    /// Every `x-message` of the document, by the pointer to its subschema.
    messages: HashMap<String, Text>,
    /// Where each field stands when it is there: to tell which one is missing.
    places: Vec<Vec<String>>,
}

/// What a schema has against a body.
pub struct Found {
    /// Index of the field. Without one, the problem is the row's.
    pub field: Option<usize>,
    pub rule: String,
    pub complaint: Complaint,
}

impl Schema {
    pub fn compile(contract: &Contract, operation: &Operation) -> Result<Self, Error> {
        let refused = |why: &dyn std::fmt::Display| {
            let name = operation.full_name();
            Code::ContractUnusable.cannot_start(text!(
                "{name} sözleşmesindeki şema kullanılamıyor: {why}. Sözleşme dosyasını düzeltin.",
                "The schema of {name} in the contract cannot be used: {why}. Mend the contract file."
            ))
        };
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(DOCUMENT, &contract.document)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| refused(&error))?;
        let reference = whole(operation);
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&registry)
            .should_validate_formats(true)
            .offline()
            .build(&reference)
            .map_err(|error| refused(&error.masked()))?;
        let places =
            |field: &crate::contract::Field| field.slots.iter().map(|slot| pointer(&way(operation, slot))).collect();
        let places = operation.fields.iter().map(places).collect();
        let mut messages = HashMap::new();
        note_messages(&contract.document, &mut String::new(), &mut messages);
        Ok(Self { validator, messages, places })
    }

    pub fn accepts(&self, body: &Value) -> bool {
        self.validator.is_valid(body)
    }

    /// Every rule that the request breaks. A subschema's `x-message` speaks for it, once.
    pub fn problems(&self, shape: &Shape, operation: &Operation) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for error in self.validator.iter_errors(&shape.value) {
            let rule = error.kind().keyword().to_owned();
            let fields = self.concerned(&error, shape);
            let own = self.own_message(&error);
            for field in fields {
                let name = || field.map(|field| operation.fields[field].label.clone()).unwrap_or_default();
                let complaint = match own {
                    Some(words) => Complaint::Contract(words.clone()),
                    None => Complaint::Rule { name: name(), fault: broken::of(&error) },
                };
                let again = |earlier: &Found| {
                    earlier.field == field && (earlier.complaint == complaint || earlier.rule == rule)
                };
                if !found.iter().any(again) {
                    found.push(Found { field, rule: rule.clone(), complaint });
                }
            }
        }
        found
    }

    /// The `x-message` of the subschema whose keyword failed.
    fn own_message(&self, error: &ValidationError) -> Option<&Text> {
        let place = error.absolute_keyword_location()?.fragment()?;
        let place = percent_encoding::percent_decode_str(place.as_str()).decode_utf8_lossy();
        let (subschema, _) = place.rsplit_once('/')?;
        self.messages.get(subschema)
    }

    /// The fields that an error is about: the one that is missing, or the one at its place.
    fn concerned(&self, error: &ValidationError, shape: &Shape) -> Vec<Option<usize>> {
        let place = error.instance_path().as_str();
        let at = |name: &str| format!("{place}/{}", escape(name));
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                vec![property.as_str().and_then(|name| self.declared(&at(name)))]
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                unexpected.iter().map(|name| shape.field_at(&at(name))).collect()
            }
            _ => vec![shape.field_at(place)],
        }
    }

    /// The field that would stand at a place, or the first that would stand below it.
    fn declared(&self, place: &str) -> Option<usize> {
        let exactly = |places: &Vec<String>| places.iter().any(|known| known == place);
        let below = |places: &Vec<String>| {
            places.iter().any(|known| known.strip_prefix(place).is_some_and(|rest| rest.starts_with('/')))
        };
        self.places.iter().position(exactly).or_else(|| self.places.iter().position(below))
    }
}

/// Notes each `x-message` at or below `place`.
fn note_messages(value: &Value, place: &mut String, messages: &mut HashMap<String, Text>) {
    if let Some(message) = words(value.get("x-message")) {
        messages.insert(place.clone(), message);
    }
    let mut below = |step: &str, value: &Value| {
        let end = place.len();
        place.push('/');
        place.push_str(step);
        note_messages(value, place, messages);
        place.truncate(end);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| below(&escape(name), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(nth, value)| below(&nth.to_string(), value)),
        _ => {}
    }
}

/// What body and parameters have to be, as one schema.
fn whole(operation: &Operation) -> Value {
    let reference = |pointer: &str| json!({"$ref": format!("{DOCUMENT}#{}", fragment(pointer))});
    let body = operation.body_schema.as_deref().map(reference);
    if !has_parts(operation) {
        return body.unwrap_or(Value::Bool(true));
    }
    let mut parts = serde_json::Map::new();
    let required: Vec<&str> =
        operation.parameters.iter().filter(|parameter| parameter.required).map(|p| p.name.as_str()).collect();
    let parameters: serde_json::Map<String, Value> =
        operation.parameters.iter().map(|p| (p.name.clone(), reference(&p.schema))).collect();
    parts.insert(PARAMETERS.into(), json!({"required": required, "properties": parameters}));
    if let Some(body) = body {
        parts.insert(BODY.into(), body);
    }
    json!({"properties": parts})
}

/// A pointer as the fragment of a URI: paths have braces and blanks.
fn fragment(pointer: &str) -> String {
    percent_encoding::utf8_percent_encode(pointer, FRAGMENT).to_string()
}

/// What may not stand in a fragment (RFC 3986, 3.5).
const FRAGMENT: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
