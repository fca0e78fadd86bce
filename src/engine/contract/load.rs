//! Builds a [`Contract`] from an OpenAPI document.

use serde_json::Value;

use super::answer::Answers;
use super::columns::{Columns, of_body};
use super::dialect;
use super::field::Place;
use super::keys::{DocumentKeys, Keys};
use super::one_line::one_line;
use super::operation::{Absent, ErrorForm, Method, Operation, Reconcile};
use super::parameters::{names_in, parameter_field, parameters};
use super::refs::{Refs, escape};
use super::scheme::security;
use super::system::{Contract, Unusable};
use super::texts::{strings, words};
use super::yaml::parse;
use crate::error::{Code, Error};
use crate::message::Text;
use crate::text;

/// The largest contract that is read, in bytes.
pub const LARGEST: u64 = 64 * 1024 * 1024;

const METHODS: [(&str, Method); 5] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
];

/// Reads a contract. `name` is the system's name, and the place in messages. `lists` gives the values
/// that a field may have where the document leaves it open.
///
/// # Errors
/// A document that is neither YAML nor JSON, is not OpenAPI 3.1, or has `x-caseload` keys that do not fit it.
pub fn from_yaml(name: &str, yaml: &str, lists: &[(String, Vec<String>)]) -> Result<Contract, Error> {
    let document = parse(yaml).map_err(|why| refused(name, &why))?;
    build(name, document, lists).map_err(|why| refused(name, &why))
}

fn refused(name: &str, why: &str) -> Error {
    // It may repeat what stands in the document, and is one line of the terminal all the same.
    let why = why.replace(char::is_control, " ");
    Code::ContractUnusable.cannot_start(text!(
        "{name} sözleşmesi kullanılamıyor: {why}. Sözleşme dosyasının bu yerini düzeltin.",
        "The contract {name} cannot be used: {why}. Mend that place in the contract file."
    ))
}

/// Adds `enum` to the properties that a list names, wherever they stand.
fn close_fields(document: &mut Value, lists: &[(String, Vec<String>)]) -> Result<(), String> {
    dialect::each_schema(document, &mut |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
        for (field, values) in lists {
            if let Some(Value::Object(property)) = properties.get_mut(field) {
                property.insert("enum".to_owned(), Value::from(values.clone()));
            }
        }
    })
}

fn build(name: &str, mut document: Value, lists: &[(String, Vec<String>)]) -> Result<Contract, String> {
    dialect::to_3_1(&mut document)?;
    one_line(&mut document)?;
    close_fields(&mut document, lists)?;
    Refs(&document).stay_inside()?;
    let loader = Loader { system: name, document: &document, keys: DocumentKeys::read(&document)? };
    let paths = document["paths"].as_object().ok_or("/paths is missing")?;
    let mut operations: Vec<Operation> = Vec::new();
    let mut unusable = Vec::new();
    for (path, item) in paths {
        for (key, method) in METHODS {
            let Some(spec) = item.get(key) else { continue };
            let at = format!("/paths/{}/{key}", escape(path));
            match loader.operation(path, method, spec, &at) {
                Ok(operation) if operations.iter().any(|known| known.name == operation.name) => {
                    return Err(format!("{at}: operationId {:?} is there twice", operation.name));
                }
                Ok(operation) => operations.push(operation),
                Err(Fault::Keys(why)) => return Err(format!("{at}: {why}")),
                Err(Fault::Form(why)) => {
                    unusable.push(Unusable { name: operation_name(path, key, spec), why: format!("{at}: {why}") });
                }
            }
        }
    }
    look_ups_are_there(&operations)?;
    if let (true, Some(first)) = (operations.is_empty(), unusable.first()) {
        return Err(first.why.clone());
    }
    let title = document.pointer("/info/title").and_then(Value::as_str).unwrap_or(name).to_owned();
    Ok(Contract { name: name.to_owned(), title, operations, unusable, document })
}

/// Why an operation is not taken.
enum Fault {
    /// Its `x-caseload` keys do not fit. The whole document is refused, because its author means something by them.
    Keys(String),
    /// Rows cannot take its form. The document loads without this operation.
    Form(String),
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Fault::Form(why)
    }
}

fn look_ups_are_there(operations: &[Operation]) -> Result<(), String> {
    for operation in operations {
        let Some(Reconcile::Lookup { operation: lookup, by }) = &operation.reconcile else { continue };
        let found = operations.iter().find(|known| known.name == *lookup && known.only_reads());
        if found.is_none_or(|found| found.field(by).is_none()) {
            let name = &operation.name;
            return Err(format!(
                "{name}: x-caseload.reconcile names {lookup:?}, which is no GET with a parameter {by:?}"
            ));
        }
    }
    Ok(())
}

/// The `operationId`, or one made from method and path.
fn operation_name(path: &str, method: &str, spec: &Value) -> String {
    let given = spec["operationId"].as_str().map(str::trim).filter(|name| !name.is_empty());
    given.map_or_else(
        || {
            let words = path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            [method].into_iter().chain(words).collect::<Vec<_>>().join("-")
        },
        str::to_owned,
    )
}

struct Loader<'a> {
    system: &'a str,
    document: &'a Value,
    keys: DocumentKeys,
}

impl Loader<'_> {
    fn operation(&self, path: &str, method: Method, spec: &Value, at: &str) -> Result<Operation, Fault> {
        let refs = Refs(self.document);
        let keys = Keys::read(spec).map_err(Fault::Keys)?;
        let name = operation_name(path, &method.as_str().to_ascii_lowercase(), spec);
        let body_schema = body_schema(refs, spec, at)?;
        let Columns { mut fields, families, objects } = match &body_schema {
            Some(schema) => of_body(refs, schema)?,
            None => Columns::default(),
        };
        let parameters = parameters(self.document, path, at)?;
        for name in names_in(path) {
            if !parameters.iter().any(|parameter| parameter.name == name && parameter.place == Place::Path) {
                let why = format!("the path names {{{name}}}, and no parameter in: path describes it; add one");
                return Err(Fault::Keys(why));
            }
        }
        for parameter in &parameters {
            parameter_field(refs, parameter, &mut fields)?;
        }
        let label = words(spec.get("x-label"));
        let summary = spec["summary"].as_str().unwrap_or(&name);
        let mut operation = Operation {
            system: self.system.to_owned(),
            label: label.unwrap_or_else(|| Text::same(summary)),
            aliases: strings(spec.get("x-aliases")),
            method,
            path: path.to_owned(),
            base_url: self.document.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default().to_owned(),
            security: security(self.document, spec)?,
            fields,
            families,
            objects,
            body_schema,
            parameters,
            id: None,
            error: ErrorForm::default(),
            order_by: None,
            order_name: None,
            unique: Vec::new(),
            same: Vec::new(),
            not_applied: Vec::new(),
            absent: Absent::Omit,
            timezone: None,
            reconcile: None,
            pages: None,
            values: Vec::new(),
            name,
        };
        let answers = Answers::of(refs, spec, at)?;
        keys.apply(&mut operation, &self.keys, &answers).map_err(Fault::Keys)?;
        Ok(operation)
    }
}

/// The JSON pointer to the schema of a JSON body. Nothing if the operation takes no body.
fn body_schema(refs: Refs, spec: &Value, at: &str) -> Result<Option<String>, String> {
    if spec.get("requestBody").is_none() {
        return Ok(None);
    }
    let body = refs.at(&format!("{at}/requestBody"))?;
    let contents = body.value["content"].as_object().ok_or("requestBody.content is missing")?;
    let is_json = |media: &str| {
        let media = media.split(';').next().unwrap_or_default().trim();
        media == "application/json" || media == "*/*" || media.ends_with("+json")
    };
    let Some(media) = contents.keys().find(|media| is_json(media)) else {
        let found = contents.keys().cloned().collect::<Vec<_>>().join(", ");
        return Err(format!("the request body is {found}, and only application/json can be sent"));
    };
    if contents[media].get("schema").is_none() {
        return Err("a JSON request body with a schema is missing".to_owned());
    }
    Ok(Some(format!("{}/content/{}/schema", body.pointer, escape(media))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Kind;

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
        let old = PLAIN.replace("3.1.0", "4.0.0");
        assert!(from_yaml("mine", &old, &[]).unwrap_err().to_string().contains("4.0.0"));
    }
}
