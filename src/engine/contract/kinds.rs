//! Which kind of value a cell holds, by the schema of the value.

use serde_json::Value;

use super::composition::{choice, is_object, parts, types};
use super::field::{EnumValue, Kind};
use super::refs::{At, Refs};
use super::texts::{strings, words};
use crate::fold::fold;
use crate::message::Text;

/// The kind of a cell under a property or a parameter. Nothing if the value takes more than a cell.
///
/// # Errors
/// A `$ref` that leads nowhere.
pub fn cell_kind(refs: Refs, schema: &At) -> Result<Option<Kind>, String> {
    if says_a_kind(schema.value) || !schema.value["allOf"].is_array() {
        return own_kind(refs, schema);
    }
    let mut kinds = Vec::new();
    for (part, counts) in parts(refs, schema)? {
        if counts && says_a_kind(part.value) {
            kinds.push(own_kind(refs, &part)?);
        }
    }
    let kinds: Option<Vec<Kind>> = kinds.into_iter().collect();
    // Where one part says a text and another which one, it is that one.
    Ok(kinds.map(|mut kinds| match kinds.iter().position(|kind| *kind != Kind::Text) {
        Some(narrower) => kinds.swap_remove(narrower),
        None => Kind::Text,
    }))
}

/// Whether a schema by itself, without its `allOf`, says what its value is.
fn says_a_kind(schema: &Value) -> bool {
    let keys = ["enum", "const", "oneOf", "anyOf", "properties", "items", "additionalProperties"];
    !types(schema).is_empty() || keys.iter().any(|key| schema.get(key).is_some())
}

/// As [`cell_kind`], of the schema by itself.
fn own_kind(refs: Refs, schema: &At) -> Result<Option<Kind>, String> {
    if let Some(values) = schema.value.get("enum").and_then(Value::as_array) {
        let names = schema.value.get("x-values");
        return Ok(Some(Kind::Enum(
            values.iter().filter(|v| !v.is_null()).map(|value| enum_value(value, names)).collect(),
        )));
    }
    if let Some(value) = schema.value.get("const") {
        return Ok(Some(Kind::Enum(vec![enum_value(value, None)])));
    }
    if let Some(choice) = choice(refs, schema)? {
        return match choice.as_slice() {
            [one] => cell_kind(refs, one),
            several => union(refs, several),
        };
    }
    let format = schema.value["format"].as_str();
    Ok(match types(schema.value).as_slice() {
        [] if is_object(schema.value) || schema.value.get("items").is_some() => None,
        ["string"] if format == Some("date") => Some(Kind::Date),
        ["string"] if format == Some("date-time") => Some(Kind::DateTime),
        [] | ["string"] => Some(Kind::Text),
        ["integer"] => Some(Kind::Integer),
        ["number"] | ["integer", "number"] | ["number", "integer"] => Some(Kind::Number),
        ["boolean"] => Some(Kind::Boolean),
        several if several.contains(&"object") || several.contains(&"array") => None,
        several if several.contains(&"string") && several.iter().any(|t| ["integer", "number"].contains(t)) => {
            Some(Kind::NumberOrText)
        }
        _ => Some(Kind::Text),
    })
}

/// One kind for several alternatives, where a cell can hold each of them.
fn union(refs: Refs, choice: &[At]) -> Result<Option<Kind>, String> {
    let kinds = choice.iter().map(|one| cell_kind(refs, one)).collect::<Result<Option<Vec<_>>, _>>()?;
    Ok(kinds.map(|kinds| {
        let number = kinds.iter().any(|kind| matches!(kind, Kind::Integer | Kind::Number));
        let same = kinds.iter().all(|kind| Some(kind) == kinds.first());
        match kinds.into_iter().next() {
            Some(first) if same => first,
            _ if number => Kind::NumberOrText,
            _ => Kind::Text,
        }
    }))
}

fn enum_value(value: &Value, names: Option<&Value>) -> EnumValue {
    let json = value.clone();
    let value = crate::outcome::id_text(value);
    let named = names.and_then(|names| names.get(&value));
    let label = words(named).unwrap_or_else(|| Text::same(value.clone()));
    let aliases = strings(named.and_then(|named| named.get("aliases")));
    let mut keys: Vec<_> = [&value, &label.tr, &label.en].into_iter().chain(&aliases).map(|name| fold(name)).collect();
    keys.dedup();
    EnumValue { value, json, label, keys }
}
