//! What a schema says of a value beside its kind, and the field that comes of it.

use serde_json::Value;

use super::composition::parts;
use super::field::{Check, Field, Kind, Slot};
use super::refs::{At, Refs};
use super::texts::{strings, words};
use crate::message::Text;

/// What is said of a value beside its kind: by the schema itself, or by a part of its `allOf`.
#[derive(Debug, Default)]
pub struct Said<'d>(Vec<&'d Value>);

impl<'d> Said<'d> {
    /// What this schema says.
    ///
    /// # Errors
    /// A `$ref` that leads nowhere.
    pub fn of(refs: Refs<'d>, schema: &At<'d>) -> Result<Self, String> {
        let parts = parts(refs, schema)?;
        Ok(Self(parts.into_iter().filter(|(_, counts)| *counts).map(|(part, _)| part.value).collect()))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'d Value> {
        self.0.iter().find_map(|schema| schema.get(key))
    }

    /// What a header may call the value, beside its name and label.
    pub fn aliases(&self) -> Vec<String> {
        let title = self.get("title").and_then(Value::as_str).map(str::to_owned);
        strings(self.get("x-aliases")).into_iter().chain(title).collect()
    }
}

/// The columns of one value: a property or a parameter.
pub fn field(name: String, slots: Vec<Slot>, said: &Said, kind: Kind, required: bool) -> Field {
    Field {
        label: words(said.get("x-label")).unwrap_or_else(|| Text::same(name.clone())),
        aliases: said.aliases(),
        check: match said.get("format").and_then(Value::as_str) {
            Some("tckn") => Some(Check::Tckn),
            Some("vkn") => Some(Check::Vkn),
            _ => None,
        },
        warn: said.get("x-warn").and_then(Value::as_array).cloned().unwrap_or_default(),
        required,
        untyped: false,
        free: kind == Kind::Text && said.0.first().is_some_and(|schema| is_free(schema)),
        max_length: said.get("maxLength").and_then(Value::as_u64),
        example: said.get("examples").and_then(|examples| examples.get(0)).map(example),
        slots,
        kind,
        name,
    }
}

/// Whether a schema asks nothing of a text but its length: all else that is written there only describes it.
fn is_free(schema: &Value) -> bool {
    const DESCRIBES: [&str; 8] =
        ["type", "minLength", "maxLength", "title", "description", "example", "examples", "default"];
    let describes = |key: &String| DESCRIBES.contains(&key.as_str()) || key.starts_with("x-");
    schema.as_object().is_some_and(|schema| schema.keys().all(describes))
}

fn example(value: &Value) -> String {
    match value {
        Value::Array(list) => list.iter().map(crate::outcome::id_text).collect::<Vec<_>>().join("; "),
        other => crate::outcome::id_text(other),
    }
}
