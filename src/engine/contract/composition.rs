//! What a schema is composed of, and which types it names.

use serde_json::Value;

use super::refs::{At, Refs};

/// A schema and what it is composed of; with each whether its `required` holds for every body.
///
/// # Errors
/// A `$ref` that leads nowhere, or a schema that is composed of itself.
pub fn parts<'d>(refs: Refs<'d>, schema: &At<'d>) -> Result<Vec<(At<'d>, bool)>, String> {
    let mut parts = vec![(schema.clone(), true)];
    let mut at = 0;
    while at < parts.len() {
        if parts.len() > 256 {
            return Err(format!("{}: it is composed of itself", schema.pointer));
        }
        let (part, counts) = parts[at].clone();
        for (key, always) in [("allOf", true), ("oneOf", false), ("anyOf", false)] {
            for index in 0..part.value[key].as_array().map_or(0, Vec::len) {
                parts.push((refs.below(&part, &[key, &index.to_string()])?, counts && always));
            }
        }
        for key in ["then", "else"].into_iter().filter(|key| part.value[*key].is_object()) {
            parts.push((refs.below(&part, &[key])?, false));
        }
        at += 1;
    }
    Ok(parts)
}

/// The alternatives of a schema that is nothing but a choice, `null` left out.
///
/// # Errors
/// A `$ref` that leads nowhere.
pub fn choice<'d>(refs: Refs<'d>, schema: &At<'d>) -> Result<Option<Vec<At<'d>>>, String> {
    let Some(key) = ["oneOf", "anyOf"].into_iter().find(|key| schema.value[*key].is_array()) else { return Ok(None) };
    if schema.value.get("properties").is_some() {
        return Ok(None);
    }
    let count = schema.value[key].as_array().map_or(0, Vec::len);
    let all = (0..count).map(|at| refs.below(schema, &[key, &at.to_string()])).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(all.into_iter().filter(|one| types(one.value) != ["null"] && one.value["type"] != "null").collect()))
}

/// The types that a schema names, but null.
pub fn types(schema: &Value) -> Vec<&str> {
    let list = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    list.into_iter().filter(|name| *name != "null").collect()
}

/// Whether a schema describes an object, or may.
pub fn is_object(schema: &Value) -> bool {
    let composed = ["properties", "allOf", "oneOf", "anyOf", "additionalProperties"];
    types(schema).contains(&"object") || composed.iter().any(|key| schema.get(key).is_some())
}
