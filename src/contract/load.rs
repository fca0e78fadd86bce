//! From an OpenAPI document to a [`Contract`].

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Contract;
use super::field::{EnumValue, Field, Kind};
use super::operation::{Absent, ErrorForm, IdForm, Method, Operation, Same, Unique};
use super::scheme::security;
use crate::exit::Stop;
use crate::fold::fold;
use crate::message::Text;
use crate::text;

const METHODS: [(&str, Method); 5] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
];

/// How deep `$ref`s may lead from one to the next.
const REF_DEPTH: usize = 32;

/// Reads a contract. `name` is the system's name, and the place in messages. `lists` gives the values
/// that a field may have where the document leaves it open.
///
/// # Errors
/// A document that is no YAML or JSON, no OpenAPI 3.1, or whose `x-caseload` keys do not fit it.
pub fn from_yaml(name: &str, yaml: &str, lists: &[(String, Vec<String>)]) -> Result<Contract, Stop> {
    let mut document = parse(yaml).map_err(|why| refused(name, &why))?;
    close_fields(&mut document, lists);
    build(name, document).map_err(|why| refused(name, &why))
}

fn refused(name: &str, why: &str) -> Stop {
    Stop::cannot_start(text!(
        "{name} sözleşmesi kullanılamıyor: {why}. Sözleşme dosyasının bu yerini düzeltin.",
        "The contract {name} cannot be used: {why}. Mend that place in the contract file."
    ))
}

/// YAML 1.2 as people write it: `no` is a word, `007` is a text, a key stands once.
pub(crate) fn parse(yaml: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
    };
    serde_saphyr::from_str_with_options(yaml, options).map_err(|error| error.to_string())
}

/// Adds `enum` to the properties of request bodies that a list names.
fn close_fields(document: &mut Value, lists: &[(String, Vec<String>)]) {
    let items = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, item) in items {
        for operation in item.as_object_mut().into_iter().flatten().map(|(_, operation)| operation) {
            let properties = operation.pointer_mut("/requestBody/content/application~1json/schema/properties");
            let Some(Value::Object(properties)) = properties else { continue };
            for (field, values) in lists {
                if let Some(Value::Object(property)) = properties.get_mut(field) {
                    property.insert("enum".to_owned(), Value::from(values.clone()));
                }
            }
        }
    }
}

fn build(name: &str, document: Value) -> Result<Contract, String> {
    let version = document["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.1") {
        return Err(format!("/openapi is {version:?}, and this program reads OpenAPI 3.1"));
    }
    let loader = Loader { system: name, document: &document };
    let mut operations = Vec::new();
    let paths = document["paths"].as_object().ok_or("/paths is missing")?;
    for (path, item) in paths {
        for (key, method) in METHODS {
            if let Some(spec) = item.get(key) {
                let at = format!("/paths/{}/{key}", escape(path));
                operations.push(loader.operation(path, method, spec, &at).map_err(|why| format!("{at}: {why}"))?);
            }
        }
    }
    let title = document.pointer("/info/title").and_then(Value::as_str).unwrap_or(name).to_owned();
    Ok(Contract { name: name.to_owned(), title, operations, document })
}

/// The `x-caseload` object of an operation, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Keys {
    id: Option<String>,
    error: ErrorKeys,
    order_by: Option<String>,
    unique: Vec<UniqueKeys>,
    same: Vec<SameKeys>,
    not_applied: Vec<u16>,
    absent: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ErrorKeys {
    code: Option<String>,
    title: Option<String>,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UniqueKeys {
    #[serde(default)]
    when: Map<String, Value>,
    fields: Vec<String>,
    window: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SameKeys {
    #[serde(rename = "for")]
    of: Vec<String>,
    field: String,
    #[serde(rename = "x-message")]
    message: Option<Value>,
}

struct Loader<'a> {
    system: &'a str,
    document: &'a Value,
}

impl Loader<'_> {
    fn operation(&self, path: &str, method: Method, spec: &Value, at: &str) -> Result<Operation, String> {
        let name = spec["operationId"].as_str().ok_or("operationId is missing")?.to_owned();
        let keys: Keys = match spec.get("x-caseload") {
            Some(keys) => serde_json::from_value(keys.clone()).map_err(|error| format!("x-caseload: {error}"))?,
            None => Keys::default(),
        };
        let body_schema = format!("{at}/requestBody/content/application~1json/schema");
        let schema = self.document.pointer(&body_schema).ok_or("a JSON request body with a schema is missing")?;
        let fields = self.fields(self.resolved(schema)?)?;
        let index = |field: &str| index_of(&fields, field);
        let unique = keys.unique.iter().map(|rule| unique(rule, &index)).collect::<Result<_, _>>()?;
        let same = keys.same.iter().map(|rule| same(rule, &index)).collect::<Result<_, _>>()?;
        let order_by = keys.order_by.as_deref().map(index).transpose()?;
        let summary = spec["summary"].as_str().unwrap_or(&name);
        Ok(Operation {
            system: self.system.to_owned(),
            label: words(spec.get("x-label")).unwrap_or_else(|| Text::same(summary)),
            aliases: strings(spec.get("x-aliases")),
            method,
            path: path.to_owned(),
            base_url: self.document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default().to_owned(),
            security: security(self.document, spec)?,
            body_schema,
            id: keys.id.map(id_form).transpose()?,
            error: ErrorForm { code: keys.error.code, title: keys.error.title, description: keys.error.description },
            not_applied: keys.not_applied,
            absent: absent(keys.absent.as_deref())?,
            order_by,
            unique,
            same,
            fields,
            name,
        })
    }

    fn fields(&self, schema: &Value) -> Result<Vec<Field>, String> {
        let required = strings(schema.get("required"));
        let properties = schema["properties"].as_object().ok_or("the body's schema has no properties")?;
        let field = |(name, property): (&String, &Value)| {
            let property = self.resolved(property)?;
            Ok(Field {
                label: words(property.get("x-label")).unwrap_or_else(|| Text::same(name.clone())),
                aliases: strings(property.get("x-aliases")),
                kind: kind(property)
                    .ok_or_else(|| format!("property {name}: its type is not one that a cell can have"))?,
                required: required.contains(name),
                max_length: property["maxLength"].as_u64(),
                example: property.pointer("/examples/0").map(crate::outcome::id_text),
                name: name.clone(),
            })
        };
        properties.iter().map(field).collect()
    }

    /// The schema itself, or the one that its `$ref` names within the document.
    fn resolved<'v>(&'v self, mut schema: &'v Value) -> Result<&'v Value, String> {
        for _ in 0..REF_DEPTH {
            let Some(target) = schema.get("$ref").and_then(Value::as_str) else { return Ok(schema) };
            let pointer =
                target.strip_prefix('#').ok_or_else(|| format!("$ref {target:?} leads out of the document"))?;
            schema = self.document.pointer(pointer).ok_or_else(|| format!("$ref {target:?} leads nowhere"))?;
        }
        Err("a chain of $refs has no end".to_owned())
    }
}

fn kind(property: &Value) -> Option<Kind> {
    if let Some(values) = property["enum"].as_array() {
        return Some(Kind::Enum(values.iter().map(|value| enum_value(value, property.get("x-values"))).collect()));
    }
    match (property["type"].as_str(), property["format"].as_str()) {
        (Some("string"), Some("date")) => Some(Kind::Date),
        (Some("string"), Some("date-time")) => Some(Kind::DateTime),
        (Some("string"), _) => Some(Kind::Text),
        (Some("integer"), _) => Some(Kind::Integer),
        (Some("number"), _) => Some(Kind::Number),
        (Some("boolean"), _) => Some(Kind::Boolean),
        _ => None,
    }
}

fn enum_value(value: &Value, names: Option<&Value>) -> EnumValue {
    let value = crate::outcome::id_text(value);
    let named = names.and_then(|names| names.get(&value));
    let label = words(named).unwrap_or_else(|| Text::same(value.clone()));
    let aliases = strings(named.and_then(|named| named.get("aliases")));
    let mut keys: Vec<_> = [&value, &label.tr, &label.en].into_iter().chain(&aliases).map(|name| fold(name)).collect();
    keys.dedup();
    EnumValue { value, label, keys }
}

fn unique(rule: &UniqueKeys, index: &dyn Fn(&str) -> Result<usize, String>) -> Result<Unique, String> {
    let when = rule.when.iter().map(|(field, values)| {
        let values = values.as_array().cloned().unwrap_or_else(|| vec![values.clone()]);
        Ok((index(field)?, values))
    });
    Ok(Unique {
        when: when.collect::<Result<_, String>>()?,
        fields: rule.fields.iter().map(|field| index(field)).collect::<Result<_, _>>()?,
        window: window(&rule.window)?,
    })
}

fn same(rule: &SameKeys, index: &dyn Fn(&str) -> Result<usize, String>) -> Result<Same, String> {
    Ok(Same {
        of: rule.of.iter().map(|field| index(field)).collect::<Result<_, _>>()?,
        field: index(&rule.field)?,
        message: words(rule.message.as_ref()),
    })
}

fn index_of(fields: &[Field], name: &str) -> Result<usize, String> {
    let found = fields.iter().position(|field| field.name == name);
    found.ok_or_else(|| format!("x-caseload names the field {name:?}, which the body does not have"))
}

fn id_form(pointer: String) -> Result<IdForm, String> {
    match pointer.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => Ok(IdForm { name: unescape(name), pointer }),
        _ => Err(format!("x-caseload.id {pointer:?} is no JSON pointer")),
    }
}

fn absent(name: Option<&str>) -> Result<Absent, String> {
    match name {
        None | Some("omit") => Ok(Absent::Omit),
        Some("empty") => Ok(Absent::Empty),
        Some(other) => Err(format!("x-caseload.absent is {other:?}, and can be omit or empty")),
    }
}

/// `30d`, `12h`.
fn window(text: &str) -> Result<Duration, String> {
    let wrong = || format!("window {text:?} is no number of days or hours, as in 30d or 12h");
    let split = text.len().saturating_sub(1);
    let (number, unit) = text.split_at_checked(split).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match unit {
        "d" => Ok(Duration::from_secs(number * 86_400)),
        "h" => Ok(Duration::from_secs(number * 3_600)),
        _ => Err(wrong()),
    }
}

/// `{tr: …, en: …}`.
pub fn words(value: Option<&Value>) -> Option<Text> {
    let value = value?;
    let get = |lang: &str| value.get(lang).and_then(Value::as_str);
    let any = get("en").or_else(|| get("tr"))?;
    Some(Text { tr: get("tr").unwrap_or(any).to_owned(), en: get("en").unwrap_or(any).to_owned() })
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array);
    list.into_iter().flatten().map(crate::outcome::id_text).collect()
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn unescape(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r#"
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /things:
    post:
      operationId: make
      x-caseload: {id: /a~1b}
      requestBody: {content: {application/json: {schema: {properties: {no: {type: string}, n: {type: integer}}}}}}
      responses: {}
"#;

    #[test]
    fn a_word_that_old_yaml_takes_for_a_boolean_stays_a_word() {
        let contract = from_yaml("mine", PLAIN, &[]).unwrap();
        let operation = &contract.operations[0];
        assert_eq!(operation.fields[0].name, "no");
        assert_eq!(operation.fields[1].kind, Kind::Integer);
        assert_eq!(operation.id_column(), "a/b");
    }

    #[test]
    fn a_list_of_the_user_closes_an_open_field() {
        let lists = [("no".to_owned(), vec!["a".to_owned(), "b".to_owned()])];
        let contract = from_yaml("mine", PLAIN, &lists).unwrap();
        assert!(matches!(&contract.operations[0].fields[0].kind, Kind::Enum(values) if values.len() == 2));
    }

    #[test]
    fn a_key_nobody_knows_and_a_field_that_is_not_there_are_refused_by_name() {
        let unknown = PLAIN.replace("{id: /a~1b}", "{identity: /id}");
        assert!(from_yaml("mine", &unknown, &[]).unwrap_err().to_string().contains("identity"));
        let nowhere = PLAIN.replace("{id: /a~1b}", "{order-by: colour}");
        assert!(from_yaml("mine", &nowhere, &[]).unwrap_err().to_string().contains("colour"));
        let old = PLAIN.replace("3.1.0", "3.0.3");
        assert!(from_yaml("mine", &old, &[]).unwrap_err().to_string().contains("3.1"));
    }
}
