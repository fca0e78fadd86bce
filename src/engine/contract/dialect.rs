//! Brings older documents to OpenAPI 3.1, once, when a document is read. A form that 3.1 has no words for is refused with
//! its place.

mod swagger;

use serde_json::{Map, Value, json};

/// Keywords whose value is a schema, a list of schemas, or names with a schema each.
const ONE: [&str; 7] = ["items", "additionalProperties", "not", "if", "then", "else", "contains"];
const LIST: [&str; 4] = ["allOf", "oneOf", "anyOf", "prefixItems"];
const NAMED: [&str; 4] = ["properties", "patternProperties", "$defs", "dependentSchemas"];

/// How deep schemas may stand in each other.
const DEEPEST: usize = 64;

/// Rewrites the document in place.
///
/// # Errors
/// A version that is not read, or what has no counterpart in 3.1.
pub fn to_3_1(document: &mut Value) -> Result<(), String> {
    if document["swagger"] == "2.0" || document["swagger"] == 2.0 {
        swagger::to_3_0(document)?;
    }
    let version = match &document["openapi"] {
        Value::String(version) => version.clone(),
        other => other.to_string(),
    };
    let old = version.starts_with("3.0");
    if !old && !version.starts_with("3.1") {
        let found = document.get("swagger").map_or(version, |swagger| format!("swagger {swagger}"));
        return Err(format!("/openapi is {found}, and this program reads OpenAPI 3.1, 3.0 and Swagger 2.0"));
    }
    each_schema(document, &mut |schema| {
        if old {
            from_3_0(schema);
        }
        not_asked_for(schema);
    })?;
    if old {
        document["openapi"] = json!("3.1.0");
    }
    Ok(())
}

/// `nullable`, bounds that exclude, one example (OpenAPI 3.0.3, 4.7.24).
fn from_3_0(schema: &mut Map<String, Value>) {
    if schema.remove("nullable") == Some(Value::Bool(true)) {
        if let Some(Value::String(kind)) = schema.get("type").cloned() {
            schema.insert("type".into(), json!([kind, "null"]));
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
    }
    for (bound, excluding) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        match schema.get(excluding) {
            Some(Value::Bool(true)) => {
                schema.remove(excluding);
                if let Some(limit) = schema.remove(bound) {
                    schema.insert(excluding.into(), limit);
                }
            }
            Some(Value::Bool(false)) => drop(schema.remove(excluding)),
            _ => {}
        }
    }
    if let (Some(example), None) = (schema.get("example").cloned(), schema.get("examples")) {
        schema.insert("examples".into(), json!([example]));
    }
}

/// What is read only is never sent, so a request cannot lack it (OpenAPI 3.0.3, 4.7.24.2).
fn not_asked_for(schema: &mut Map<String, Value>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let read_only = |name: &Value| {
        let property = properties.and_then(|all| all.get(name.as_str().unwrap_or_default()));
        property.is_some_and(|property| property["readOnly"] == true)
    };
    let Some(required) = schema.get("required").and_then(Value::as_array) else { return };
    let left: Vec<Value> = required.iter().filter(|name| !read_only(name)).cloned().collect();
    if left.len() < required.len() {
        schema.insert("required".into(), Value::Array(left));
    }
}

/// Does something to every schema of a document, those inside before the outer.
///
/// # Errors
/// A document that is nested too deeply.
pub fn each_schema(document: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) -> Result<(), String> {
    for schema in document.pointer_mut("/components/schemas").and_then(Value::as_object_mut).into_iter().flatten() {
        in_schema(schema.1, change, 0)?;
    }
    outside_schemas(document, change, 0)
}

/// Looks for schemas where they are not in other schemas: below a key `schema`.
fn outside_schemas(
    value: &mut Value,
    change: &mut impl FnMut(&mut Map<String, Value>),
    depth: usize,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err("the document is nested too deeply".to_owned());
    }
    match value {
        Value::Object(map) => map.iter_mut().try_for_each(|(key, value)| match key.as_str() {
            "schema" => in_schema(value, change, 0),
            // Not ours to look into: values that only look like parts of the document.
            "schemas" | "example" | "examples" => Ok(()),
            _ => outside_schemas(value, change, depth + 1),
        }),
        Value::Array(list) => list.iter_mut().try_for_each(|value| outside_schemas(value, change, depth + 1)),
        _ => Ok(()),
    }
}

fn in_schema(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>), depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Err("a schema is nested too deeply".to_owned());
    }
    let Value::Object(map) = schema else { return Ok(()) };
    for (key, value) in map.iter_mut() {
        if ONE.contains(&key.as_str()) {
            in_schema(value, change, depth + 1)?;
        } else if LIST.contains(&key.as_str()) {
            value.as_array_mut().into_iter().flatten().try_for_each(|inner| in_schema(inner, change, depth + 1))?;
        } else if NAMED.contains(&key.as_str()) {
            let inner = value.as_object_mut().into_iter().flatten();
            inner.map(|(_, value)| value).try_for_each(|inner| in_schema(inner, change, depth + 1))?;
        }
    }
    change(map);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_3_0_says_in_words_of_its_own_is_said_in_those_of_3_1() {
        let mut document = json!({"openapi": "3.0.3", "paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {
            "required": ["id", "n"],
            "properties": {
                "id": {"type": "integer", "readOnly": true},
                "n": {"type": "integer", "nullable": true, "minimum": 0, "exclusiveMinimum": true, "example": 3}}}}}}}}}});
        to_3_1(&mut document).unwrap();
        let schema = document.pointer("/paths/~1a/post/requestBody/content/application~1json/schema").unwrap();
        assert_eq!(schema["required"], json!(["n"]));
        assert_eq!(
            schema["properties"]["n"],
            json!({"type": ["integer", "null"], "exclusiveMinimum": 0, "example": 3, "examples": [3]})
        );
    }

    #[test]
    fn a_version_that_nobody_reads_is_named() {
        assert!(to_3_1(&mut json!({"openapi": "4.0.0"})).unwrap_err().contains("4.0.0"));
        assert!(to_3_1(&mut json!({"swagger": "1.2"})).unwrap_err().contains("1.2"));
        assert!(to_3_1(&mut json!({"openapi": "3.1.1", "paths": {}})).is_ok());
    }
}
