//! Swagger 2.0 to OpenAPI 3.0.

use serde_json::{Map, Value, json};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// Keywords that a parameter of Swagger 2.0 has beside its name, and that make its schema in 3.0.
const OF_SCHEMA: [&str; 17] = [
    "type",
    "format",
    "items",
    "default",
    "enum",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "x-example",
];

/// Rewrites the document in place.
///
/// # Errors
/// What has no counterpart: bodies that are forms or files, and media that are no JSON. With its place.
pub fn to_3_0(document: &mut Value) -> Result<(), String> {
    rename_refs(document);
    let media = (media(document, "consumes"), media(document, "produces"));
    let mut shared = take(document, "parameters");
    for (_, parameter) in &mut shared {
        if !is_body(parameter) {
            convert_parameter(parameter, "/parameters")?;
        }
    }
    let bodies = shared.clone();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (path, item) in paths {
        convert_item(path, item, &bodies, &media)?;
    }
    shared.retain(|_, parameter| !is_body(parameter));
    let mut responses = take(document, "responses");
    for (_, response) in &mut responses {
        convert_response(response, media.1.as_deref());
    }
    let mut schemes = take(document, "securityDefinitions");
    for (_, scheme) in &mut schemes {
        convert_scheme(scheme);
    }
    let servers = servers(document);
    let schemas = take(document, "definitions");
    document["components"] =
        json!({"schemas": schemas, "parameters": shared, "responses": responses, "securitySchemes": schemes});
    document["servers"] = servers;
    document["openapi"] = json!("3.0.3");
    if let Some(map) = document.as_object_mut() {
        for old in ["swagger", "host", "basePath", "schemes", "consumes", "produces"] {
            map.remove(old);
        }
    }
    Ok(())
}

fn take(document: &mut Value, key: &str) -> Map<String, Value> {
    match document.as_object_mut().and_then(|map| map.remove(key)) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn rename_refs(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref") {
                for (old, new) in [("definitions", "schemas"), ("parameters", "parameters"), ("responses", "responses")]
                {
                    if let Some(rest) = target.strip_prefix(&format!("#/{old}/")) {
                        *target = format!("#/components/{new}/{rest}");
                        break;
                    }
                }
            }
            map.values_mut().for_each(rename_refs);
        }
        Value::Array(list) => list.iter_mut().for_each(rename_refs),
        _ => {}
    }
}

/// The JSON media type that `consumes` or `produces` lists; `application/json` by default.
fn media(owner: &Value, key: &str) -> Option<String> {
    match owner[key].as_array() {
        None => Some("application/json".to_owned()),
        Some(list) if list.is_empty() => Some("application/json".to_owned()),
        Some(list) => list
            .iter()
            .filter_map(Value::as_str)
            .find(|name| name.contains("json") || *name == "*/*")
            .map(str::to_owned),
    }
}

fn servers(document: &Value) -> Value {
    let Some(host) = document["host"].as_str() else { return json!([]) };
    let schemes = document["schemes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let scheme = if schemes.is_empty() || schemes.contains(&json!("https")) { "https" } else { "http" };
    let base = document["basePath"].as_str().unwrap_or_default().trim_end_matches('/');
    json!([{"url": format!("{scheme}://{host}{base}")}])
}

fn is_body(parameter: &Value) -> bool {
    parameter["in"] == "body"
}

fn convert_item(
    path: &str,
    item: &mut Value,
    shared: &Map<String, Value>,
    media_of_all: &(Option<String>, Option<String>),
) -> Result<(), String> {
    let of_item = convert_parameters(item, shared, &format!("/paths/{path}"))?;
    for method in METHODS {
        let Some(operation) = item.get_mut(method).filter(|operation| operation.is_object()) else { continue };
        let place = format!("/paths/{path}/{method}");
        let consumes =
            if operation.get("consumes").is_some() { media(operation, "consumes") } else { media_of_all.0.clone() };
        let produces =
            if operation.get("produces").is_some() { media(operation, "produces") } else { media_of_all.1.clone() };
        if let Some(body) = convert_parameters(operation, shared, &place)?.or_else(|| of_item.clone()) {
            let media = consumes.unwrap_or_else(|| "application/octet-stream".to_owned());
            let content = Map::from_iter([(media, json!({"schema": body["schema"]}))]);
            operation["requestBody"] = json!({"required": body["required"] == true, "content": content});
        }
        for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            convert_response(response, produces.as_deref());
        }
    }
    Ok(())
}

/// Takes the body out of the parameters, and gives the others their schemas.
fn convert_parameters(owner: &mut Value, shared: &Map<String, Value>, place: &str) -> Result<Option<Value>, String> {
    let Some(parameters) = owner.get_mut("parameters").and_then(Value::as_array_mut) else { return Ok(None) };
    let mut body = None;
    let mut others = Vec::new();
    for mut parameter in std::mem::take(parameters) {
        let named =
            parameter["$ref"].as_str().and_then(|target| target.rsplit('/').next()).and_then(|name| shared.get(name));
        match named {
            Some(found) if is_body(found) => body = Some(found.clone()),
            Some(_) => others.push(parameter),
            None if is_body(&parameter) => body = Some(parameter),
            None => {
                convert_parameter(&mut parameter, place)?;
                others.push(parameter);
            }
        }
    }
    *parameters = others;
    Ok(body)
}

fn convert_parameter(parameter: &mut Value, place: &str) -> Result<(), String> {
    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
    if parameter["in"] == "formData" {
        return Err(format!("{place}: the parameter {name:?} is part of a form, and only JSON bodies can be sent"));
    }
    let Some(map) = parameter.as_object_mut() else { return Ok(()) };
    let mut schema = Map::new();
    for key in OF_SCHEMA {
        if let Some(value) = map.remove(key) {
            schema.insert(if key == "x-example" { "example".to_owned() } else { key.to_owned() }, value);
        }
    }
    if !map.contains_key("schema") {
        map.insert("schema".into(), Value::Object(schema));
    }
    if let Some(format) = map.remove("collectionFormat") {
        map.insert("explode".into(), json!(format == "multi"));
    } else if map["schema"]["type"] == "array" {
        map.insert("explode".into(), json!(false));
    }
    Ok(())
}

fn convert_response(response: &mut Value, media: Option<&str>) {
    let (Some(map), Some(media)) = (response.as_object_mut(), media) else { return };
    if let Some(schema) = map.remove("schema") {
        map.insert("content".into(), Value::Object(Map::from_iter([(media.to_owned(), json!({"schema": schema}))])));
    }
}

fn convert_scheme(scheme: &mut Value) {
    match scheme["type"].as_str() {
        Some("basic") => *scheme = json!({"type": "http", "scheme": "basic"}),
        Some("oauth2") => {
            let flow = match scheme["flow"].as_str() {
                Some("application") => "clientCredentials",
                Some("accessCode") => "authorizationCode",
                Some(other) => other,
                None => "implicit",
            };
            let parts = Map::from_iter([
                ("tokenUrl".to_owned(), scheme["tokenUrl"].clone()),
                ("scopes".to_owned(), scheme["scopes"].clone()),
            ]);
            let flows = Map::from_iter([(flow.to_owned(), Value::Object(parts))]);
            scheme["flows"] = Value::Object(flows);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::{Place, from_yaml};

    const DOCUMENT: &str = r##"
swagger: "2.0"
info: {title: Books, version: "1"}
host: books.example
basePath: /v2
schemes: [https]
consumes: [application/json]
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Key}
security: [{key: []}]
definitions:
  Loan: {type: object, required: [book], properties: {book: {type: string, maxLength: 5}, days: {type: integer}}}
  Made: {type: object, properties: {loanId: {type: integer}}}
paths:
  /loans/{branch}:
    post:
      operationId: lend
      parameters:
        - {name: branch, in: path, required: true, type: string}
        - {name: loan, in: body, required: true, schema: {$ref: "#/definitions/Loan"}}
      responses: {"201": {description: made, schema: {$ref: "#/definitions/Made"}}}
"##;

    #[test]
    fn a_document_that_converts_works_like_a_new_one() {
        let contract = from_yaml("books", DOCUMENT, &[]).unwrap();
        let operation = &contract.operations[0];
        assert_eq!(operation.base_url, "https://books.example/v2");
        let names: Vec<_> = operation.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["book", "days", "branch"]);
        assert_eq!(operation.parameters[0].place, Place::Path);
        assert_eq!(operation.id.as_ref().map(|id| id.pointer.as_str()), Some("/loanId"));
    }

    #[test]
    fn a_form_is_refused_with_its_place() {
        let form = DOCUMENT.replace("in: path, required: true", "in: formData, required: true");
        let why = from_yaml("books", &form, &[]).unwrap_err().to_string();
        assert!(why.contains("/loans/{branch}") && why.contains("form"), "{why}");
    }
}
