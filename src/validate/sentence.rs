//! What to say about a broken rule that has no sentence of its own in the contract.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Rule;
use serde_json::Value;

use crate::contract::Field;
use crate::message::Lang;
use crate::say;

/// What is wrong and what to do, for the field if the rule is about one.
pub fn of(error: &ValidationError, field: Option<&Field>, lang: Lang) -> String {
    let name = field.map_or("", |field| field.label.get(lang));
    match error.kind() {
        Rule::Required { .. } => {
            say!(lang, "{name} zorunlu. Hücreyi doldurun.", "{name} is required. Fill in the cell.")
        }
        Rule::MaxLength { limit } => {
            let length = length(error.instance());
            say!(
                lang,
                "{name} en çok {limit} karakter olabilir; bu {length} karakter. Kısaltın.",
                "{name} may have {limit} characters at most; this has {length}. Shorten it."
            )
        }
        Rule::MinLength { limit } => say!(
            lang,
            "{name} en az {limit} karakter olmalı. Hücreyi doldurun.",
            "{name} must have {limit} characters at least. Fill in the cell."
        ),
        Rule::Enum { options } => {
            let list =
                options.as_array().into_iter().flatten().map(crate::outcome::id_text).collect::<Vec<_>>().join(", ");
            say!(lang, "{name} şunlardan biri olmalı: {list}.", "{name} must be one of: {list}.")
        }
        Rule::Pattern { pattern } => say!(
            lang,
            "{name} beklenen biçimde değil ({pattern}). Değeri düzeltin.",
            "{name} is not of the form expected ({pattern}). Correct the value."
        ),
        Rule::Format { format } => say!(
            lang,
            "{name} geçerli bir {format} değil. Değeri düzeltin.",
            "{name} is no valid {format}. Correct the value."
        ),
        Rule::Minimum { limit } => say!(lang, "{name} en az {limit} olmalı.", "{name} must be {limit} at least."),
        Rule::Maximum { limit } => say!(lang, "{name} en çok {limit} olabilir.", "{name} may be {limit} at most."),
        Rule::ExclusiveMinimum { limit } => {
            say!(lang, "{name} {limit} değerinden büyük olmalı.", "{name} must be above {limit}.")
        }
        Rule::ExclusiveMaximum { limit } => {
            say!(lang, "{name} {limit} değerinden küçük olmalı.", "{name} must be below {limit}.")
        }
        Rule::Type { .. } => say!(
            lang,
            "{name} beklenen türde değil. Değeri düzeltin.",
            "{name} is not of the type expected. Correct the value."
        ),
        other => {
            let rule = other.keyword();
            say!(
                lang,
                "{name} sözleşmenin \"{rule}\" kuralına uymuyor. Değeri düzeltin.",
                "{name} breaks the contract's rule \"{rule}\". Correct the value."
            )
        }
    }
}

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}
