//! Bodies of answers, made from the contract's response schemas.
//!
//! A schema is turned into a [`Template`] once, when the sandbox starts; a request only fills it in.

use caseload_engine::contract::{ErrorForm, Operation, escape};
use serde_json::{Map, Value, json};

/// How deep a schema is followed; one that contains itself ends there.
const DEEPEST: usize = 8;

/// What an operation answers.
#[derive(Debug)]
pub struct Answers {
    /// The first 2xx status of the contract.
    pub status: u16,
    /// The status of a body that the contract does not accept.
    pub invalid: u16,
    success: Template,
    error: Template,
    form: ErrorForm,
}

/// A body that lacks only what differs from answer to answer.
#[derive(Debug, Clone, PartialEq)]
enum Template {
    Fixed(Value),
    /// The running number, as a number or as a text.
    Number,
    NumberText,
    /// The time of the answer, or its date.
    Now,
    Today,
    List(Box<Template>),
    Object(Vec<(String, Template)>),
}

/// Values for places (JSON pointers) in the answer that a system decides. An object is put over the one that stands
/// there.
pub type Filled<'a> = Vec<(&'a str, Value)>;

/// Why a request is refused, in the words of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub title: String,
    pub description: String,
}

impl Refusal {
    pub fn new(status: u16, code: &str, title: &str, description: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), title: title.to_owned(), description: description.into() }
    }
}

impl Answers {
    /// `spec` is the operation as the document has it.
    pub fn new(document: &Value, spec: &Value, operation: &Operation) -> Self {
        let schemas = Schemas { document, id: operation.id.as_ref().map_or("", |id| &id.pointer) };
        let responses = spec["responses"].as_object();
        let good = responses.and_then(|all| all.iter().find(|(status, _)| status.starts_with('2')));
        let bad = responses.and_then(|all| {
            all.iter().find(|(status, _)| status.starts_with('4')).or_else(|| all.get_key_value("default"))
        });
        let mut success = good.map_or(Template::Object(Vec::new()), |(_, response)| schemas.response(response));
        if !schemas.id.is_empty() && success.fill(0, "").pointer(schemas.id).is_none() {
            success.put_number(schemas.id);
        }
        let documented = |status: &str| responses.is_some_and(|all| all.contains_key(status));
        Self {
            invalid: if documented("422") && !documented("400") { 422 } else { 400 },
            status: good.and_then(|(status, _)| status.parse().ok()).unwrap_or(200),
            success,
            error: bad.map_or(Template::Object(Vec::new()), |(_, response)| schemas.response(response)),
            form: operation.error.clone(),
        }
    }

    /// The body of a good answer.
    pub fn success(&self, number: u64, now: &str) -> Value {
        self.success.fill(number, now)
    }

    /// The body of a refusal, its words where the contract's clients look for them.
    pub fn error(&self, refusal: &Refusal, now: &str) -> Value {
        // A number in the body of an error is the status as a rule.
        let mut body = self.error.fill(u64::from(refusal.status), now);
        let why = if refusal.description.is_empty() { &refusal.title } else { &refusal.description };
        if let Some(map) = &self.form.map {
            set(&mut body, map, json!({&refusal.code: why}));
        }
        let parts = [
            (&self.form.code, &refusal.code),
            (&self.form.title, &refusal.title),
            (&self.form.description, &refusal.description),
        ];
        for (pointer, words) in parts {
            let Some(pointer) = pointer else { continue };
            match (body.pointer(pointer).is_some_and(Value::is_number), words.parse::<u64>()) {
                (true, Ok(number)) => set(&mut body, pointer, json!(number)),
                // A word cannot stand where the contract has a number: the status stays.
                (true, Err(_)) => {}
                (false, _) => set(&mut body, pointer, json!(words)),
            }
        }
        body
    }
}

/// The body of a refusal where no operation says how one looks.
pub fn plain_error(refusal: &Refusal) -> Value {
    json!({"error": {"code": refusal.code, "title": refusal.title, "description": refusal.description}})
}

struct Schemas<'a> {
    document: &'a Value,
    /// The pointer under which each answer needs a value of its own; may be empty.
    id: &'a str,
}

impl Schemas<'_> {
    fn response(&self, response: &Value) -> Template {
        let response = resolved(self.document, response);
        match response.pointer("/content/application~1json/schema") {
            Some(schema) => self.template(schema, "", 0),
            None => Template::Object(Vec::new()),
        }
    }

    fn template(&self, schema: &Value, at: &str, depth: usize) -> Template {
        let schema = resolved(self.document, schema);
        let is_id = !at.is_empty() && (at == self.id || at.strip_suffix("/0") == Some(self.id));
        let fixed = schema.pointer("/examples/0").or_else(|| schema.get("example")).or_else(|| schema.get("const"));
        let fixed = fixed.or_else(|| schema.pointer("/enum/0")).or_else(|| schema.get("default"));
        if let (Some(value), false) = (fixed, is_id) {
            return Template::Fixed(value.clone());
        }
        if depth == DEEPEST {
            return Template::Fixed(Value::Null);
        }
        if let Some(first) = schema.pointer("/oneOf/0").or_else(|| schema.pointer("/anyOf/0")) {
            return self.template(first, at, depth + 1);
        }
        let kind = schema["type"].as_str().or_else(|| schema.pointer("/type/0").and_then(Value::as_str));
        match (kind, schema["format"].as_str()) {
            (Some("integer" | "number"), _) => Template::Number,
            (Some("string"), Some("date-time")) => Template::Now,
            (Some("string"), Some("date")) => Template::Today,
            (Some("string"), _) if is_id => Template::NumberText,
            (Some("string"), _) => Template::Fixed(json!("text")),
            (Some("boolean"), _) => Template::Fixed(json!(true)),
            (Some("array"), _) => {
                Template::List(Box::new(self.template(&schema["items"], &format!("{at}/0"), depth + 1)))
            }
            _ => Template::Object(self.properties(schema, at, depth)),
        }
    }

    fn properties(&self, schema: &Value, at: &str, depth: usize) -> Vec<(String, Template)> {
        let mut out: Vec<(String, Template)> = Vec::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if let Template::Object(properties) = self.template(part, at, depth + 1) {
                out.extend(properties);
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = format!("{at}/{}", escape(name));
            out.push((name.clone(), self.template(property, &place, depth + 1)));
        }
        out
    }
}

impl Template {
    fn fill(&self, number: u64, now: &str) -> Value {
        match self {
            Template::Fixed(value) => value.clone(),
            Template::Number => json!(number),
            Template::NumberText => json!(number.to_string()),
            Template::Now => json!(now),
            Template::Today => json!(now.get(..10).unwrap_or(now)),
            Template::List(item) => Value::Array(vec![item.fill(number, now)]),
            Template::Object(properties) => {
                let filled = properties.iter().map(|(name, template)| (name.clone(), template.fill(number, now)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
        }
    }

    /// Makes room for the running number at a pointer that the schema does not speak of.
    fn put_number(&mut self, pointer: &str) {
        let Some((name, rest)) = step(pointer) else {
            *self = Template::Number;
            return;
        };
        if !matches!(self, Template::Object(_)) {
            *self = Template::Object(Vec::new());
        }
        let Template::Object(properties) = self else { return };
        let at = properties.iter().position(|(key, _)| *key == name).unwrap_or_else(|| {
            properties.push((name, Template::Object(Vec::new())));
            properties.len() - 1
        });
        properties[at].1.put_number(rest);
    }
}

/// The schema itself, or the one that its `$ref` names within the document.
pub fn resolved<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    for _ in 0..DEEPEST {
        let Some(target) = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#')) else { break };
        schema = document.pointer(target).unwrap_or(&Value::Null);
    }
    schema
}

/// The first name of a JSON pointer and the rest of it.
fn step(pointer: &str) -> Option<(String, &str)> {
    let inner = pointer.strip_prefix('/')?;
    let (name, rest) = inner.split_at(inner.find('/').unwrap_or(inner.len()));
    Some((name.replace("~1", "/").replace("~0", "~"), rest))
}

/// Puts a value over what stands at a JSON pointer: of two objects, the fields of both stay.
pub fn put_over(body: &mut Value, pointer: &str, value: Value) {
    match (body.pointer_mut(pointer), value) {
        (Some(Value::Object(there)), Value::Object(fields)) => there.extend(fields),
        (_, value) => set(body, pointer, value),
    }
}

/// Puts a value at a JSON pointer, with the objects on the way to it.
pub fn set(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    let mut rest = pointer;
    while let Some((name, next)) = step(rest) {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[name];
        rest = next;
    }
    *place = value;
}

/// Takes away what stands at a JSON pointer.
pub fn remove(body: &mut Value, pointer: &str) {
    let Some((parent, _)) = pointer.rsplit_once('/') else { return };
    let Some((name, _)) = step(&pointer[parent.len()..]) else { return };
    if let Some(object) = body.pointer_mut(parent).and_then(Value::as_object_mut) {
        object.shift_remove(&name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caseload_engine::contract::from_yaml;

    const THINGS: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
components:
  schemas:
    Tree: {type: object, properties: {tree: {$ref: '#/components/schemas/Tree'}, on: {type: string, format: date}}}
paths:
  /things:
    post:
      operationId: make
      x-caseload: {id: /thing/id, error: {code: /errors/code, description: /errors/why~1how}}
      requestBody: {content: {application/json: {schema: {properties: {a: {type: string}}}}}}
      responses:
        '201':
          content:
            application/json:
              schema:
                allOf:
                  - {type: object, properties: {ok: {type: boolean}}}
                additionalProperties: true
                properties:
                  thing: {type: object, properties: {id: {type: string, examples: [always-the-same]}}}
                  at: {type: string, format: date-time}
                  tags: {type: array, items: {enum: [red, green]}}
                  tree: {$ref: '#/components/schemas/Tree'}
        '422': {content: {application/json: {schema: {type: object, additionalProperties: true, properties: {ok: {const: false}}}}}}
";

    fn answers() -> Answers {
        let contract = from_yaml("t", THINGS, &[]).unwrap();
        Answers::new(&contract.document, &contract.document["paths"]["/things"]["post"], &contract.operations[0])
    }

    #[test]
    fn a_good_answer_follows_the_schema_and_its_id_runs_on() {
        let answers = answers();
        assert_eq!(answers.status, 201);
        let mut body = answers.success(7, "2026-01-02T03:04:05Z");
        assert_eq!(body["tree"]["on"], "2026-01-02");
        remove(&mut body, "/tree");
        let wanted = json!({"ok": true, "thing": {"id": "7"}, "at": "2026-01-02T03:04:05Z", "tags": ["red"]});
        assert_eq!(body, wanted);
        remove(&mut body, "/thing/id");
        assert_eq!(body["thing"], json!({}));
    }

    #[test]
    fn a_refusal_stands_where_the_contract_says() {
        let refusal = Refusal::new(422, "CODE", "Title", "Because");
        let wanted = json!({"ok": false, "errors": {"code": "CODE", "why/how": "Because"}});
        assert_eq!(answers().error(&refusal, ""), wanted);
    }

    #[test]
    fn an_id_that_the_schema_does_not_speak_of_is_given_all_the_same() {
        let contract = from_yaml("t", &THINGS.replace("{id: /thing/id,", "{id: /other/id,"), &[]).unwrap();
        let spec = &contract.document["paths"]["/things"]["post"];
        let answers = Answers::new(&contract.document, spec, &contract.operations[0]);
        assert_eq!(answers.success(7, "")["other"]["id"], 7);
    }
}
