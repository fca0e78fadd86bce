//! The contract's schema of a body, compiled once, asked a million times.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, ValidationError, Validator};
use serde_json::{Value, json};

use super::sentence;
use crate::contract::{Contract, Operation, words};
use crate::exit::Stop;
use crate::message::Lang;
use crate::text;

/// The name of the document while its `$ref`s are followed; nothing is ever fetched from it.
const DOCUMENT: &str = "https://caseload.invalid/contract";

/// A compiled schema and the document that its messages stand in.
pub struct Schema {
    validator: Validator,
    document: Value,
    pointer: String,
}

/// What a schema has against a body.
pub struct Found {
    /// Index of the field; none when the problem is the row's.
    pub field: Option<usize>,
    pub rule: String,
    pub message: String,
}

impl Schema {
    pub fn compile(contract: &Contract, operation: &Operation) -> Result<Self, Stop> {
        let refused = |why: &dyn std::fmt::Display| {
            let name = operation.full_name();
            Stop::cannot_start(text!(
                "{name} sözleşmesindeki şema kullanılamıyor: {why}. Sözleşme dosyasını düzeltin.",
                "The schema of {name} in the contract cannot be used: {why}. Mend the contract file."
            ))
        };
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(DOCUMENT, &contract.document)
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| refused(&error))?;
        let reference = json!({"$ref": format!("{DOCUMENT}#{}", operation.body_schema)});
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&registry)
            .should_validate_formats(true)
            .offline()
            .build(&reference)
            .map_err(|error| refused(&error.masked()))?;
        Ok(Self { validator, document: contract.document.clone(), pointer: operation.body_schema.clone() })
    }

    pub fn accepts(&self, body: &Value) -> bool {
        self.validator.is_valid(body)
    }

    /// Every rule that the body breaks. A subschema's `x-message` speaks for it, once.
    pub fn problems(&self, body: &Value, operation: &Operation, lang: Lang) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for error in self.validator.iter_errors(body) {
            let rule = error.kind().keyword().to_owned();
            let fields = concerned(&error, operation);
            let own = self.own_message(error.schema_path().as_str(), lang);
            for field in fields {
                let said =
                    own.clone().unwrap_or_else(|| sentence::of(&error, field.map(|f| &operation.fields[f]), lang));
                let again =
                    |earlier: &Found| earlier.field == field && (earlier.message == said || earlier.rule == rule);
                if !found.iter().any(again) {
                    found.push(Found { field, rule: rule.clone(), message: said });
                }
            }
        }
        found
    }

    /// The `x-message` of the subschema whose keyword failed.
    fn own_message(&self, schema_path: &str, lang: Lang) -> Option<String> {
        let (subschema, _) = schema_path.rsplit_once('/')?;
        let whole = format!("{}{subschema}", self.pointer);
        let at = [subschema, whole.as_str()]
            .into_iter()
            .find_map(|pointer| self.document.pointer(pointer)?.get("x-message"))?;
        words(Some(at)).map(|text| text.into_string(lang))
    }
}

/// The fields that an error is about: the one that is missing, or the one at its place.
fn concerned(error: &ValidationError, operation: &Operation) -> Vec<Option<usize>> {
    match error.kind() {
        ValidationErrorKind::Required { property } => vec![property.as_str().and_then(|name| operation.field(name))],
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| operation.field(name)).collect()
        }
        _ => {
            let path = error.instance_path().as_str();
            let name = path.trim_start_matches('/').split('/').next().unwrap_or_default();
            vec![operation.field(&name.replace("~1", "/").replace("~0", "~"))]
        }
    }
}
