//! One field of a request, and what a cell under it may mean.

use crate::fold::fold;
use crate::message::Text;

/// A property of the request body.
#[derive(Debug, Clone)]
pub struct Field {
    /// As the API spells it.
    pub name: String,
    pub label: Text,
    /// Other headers under which the field is seen.
    pub aliases: Vec<String>,
    pub kind: Kind,
    /// Required of every row; `if`/`then` may ask for more fields.
    pub required: bool,
    /// In characters.
    pub max_length: Option<u64>,
    /// A value to show in templates.
    pub example: Option<String>,
}

/// What the contract takes a field for; the look of a cell never decides.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Text,
    /// One of a list.
    Enum(Vec<EnumValue>),
    Integer,
    Number,
    Boolean,
    /// `format: date`.
    Date,
    /// `format: date-time`.
    DateTime,
}

/// A value of an enum and the names that people write for it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    pub value: String,
    pub label: Text,
    /// Folded names that mean this value: the value itself, its labels, its aliases.
    pub keys: Vec<String>,
}

impl Field {
    /// Whether a header, folded, names this field.
    pub fn answers_to(&self, folded: &str) -> bool {
        !folded.is_empty() && self.names().any(|name| fold(name) == folded)
    }

    /// Every name of the field: the API's, the labels, the aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [self.name.as_str(), &self.label.tr, &self.label.en].into_iter().chain(self.aliases.iter().map(String::as_str))
    }
}

impl Kind {
    /// The value that a cell's text names, in any spelling that folds to one of its keys.
    pub fn enum_value(values: &[EnumValue], text: &str) -> Option<usize> {
        if let Some(exact) = values.iter().position(|value| value.value == text) {
            return Some(exact);
        }
        let key = fold(text);
        values.iter().position(|value| value.keys.contains(&key))
    }
}
