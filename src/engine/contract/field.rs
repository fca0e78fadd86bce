//! One field of a request, and what a cell under it may mean.

use serde_json::Value;

use super::refs::escape;
use crate::fold::fold;
use crate::message::Text;

/// One value that a request carries: a property of its body, however deep, or a parameter.
#[derive(Debug, Clone)]
pub struct Field {
    /// As the API spells it; below an object or an array with points between: `caseData.Amount`, `lines.2.sku`.
    pub name: String,
    /// Where in the request the value goes; more than one place where a parameter is in the body too.
    pub slots: Vec<Slot>,
    /// What people call it: the header of a template.
    pub label: Text,
    /// Other headers under which the field is seen.
    pub aliases: Vec<String>,
    /// What a cell under it is taken for.
    pub kind: Kind,
    /// Required of every row; `if`/`then` may ask for more fields.
    pub required: bool,
    /// In characters.
    pub max_length: Option<u64>,
    /// Nobody says its kind: neither the contract nor a header.
    pub untyped: bool,
    /// Any text will do, but for its length.
    pub free: bool,
    /// Digits that prove each other; a value that fails is likely mistyped.
    pub check: Option<Check>,
    /// Schemas that the value should satisfy; one that does not is likely mistyped.
    pub warn: Vec<Value>,
    /// A value to show in templates.
    pub example: Option<String>,
}

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The way from the body's root.
    Body(Vec<Step>),
    /// A parameter beside the body.
    Parameter {
        /// Where it stands.
        place: Place,
        /// Its name in the document.
        name: String,
    },
}

/// One step down into a JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// To the property of this name.
    Name(String),
    /// Counted from 0.
    Item(usize),
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path, as `{name}` in its template.
    Path,
    /// Behind the question mark.
    Query,
    /// A header of its own.
    Header,
}

/// Numbers of Turkish registers whose last digits are made from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// A person's, of 11 digits.
    Tckn,
    /// A taxpayer's, of 10 digits.
    Vkn,
}

/// What the contract takes a field for; the look of a cell never decides.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Any characters.
    Text,
    /// One of a list.
    Enum(Vec<EnumValue>),
    /// A whole number.
    Integer,
    /// A number, with decimals or without.
    Number,
    /// Yes or no, in Turkish or English.
    Boolean,
    /// `format: date`.
    Date,
    /// `format: date-time`.
    DateTime,
    /// Digits are a number, anything else is a text.
    NumberOrText,
    /// Values separated by semicolons.
    List(Box<Kind>),
    /// Written out as JSON.
    Json,
}

/// A value of an enum and the names that people write for it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    /// The value as a text.
    pub value: String,
    /// As it is sent: `1` may be a number.
    pub json: Value,
    /// What people call it.
    pub label: Text,
    /// Folded names that mean this value: the value itself, its labels, its aliases.
    pub keys: Vec<String>,
}

impl Field {
    /// Whether a header, folded, names this field.
    pub fn answers_to(&self, folded: &str) -> bool {
        !folded.is_empty() && self.names().any(|name| fold(name) == folded)
    }

    /// Whether `--set` or `--map` means this field: by its name, or as a header would write it (`caseData.Amount:decimal`).
    pub fn is_meant_by(&self, name: &str) -> bool {
        self.name == name || (name.contains(['.', ':']) && self.aliases.iter().any(|alias| alias == name))
    }

    /// Every name of the field: the API's, the labels, the aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [self.name.as_str(), &self.label.tr, &self.label.en].into_iter().chain(self.aliases.iter().map(String::as_str))
    }
}

impl Slot {
    /// The slot as a JSON pointer within the body; a parameter's is its name behind a mark that no pointer has.
    pub fn pointer(&self) -> String {
        match self {
            Slot::Body(steps) => pointer(steps),
            Slot::Parameter { name, .. } => format!("?{name}"),
        }
    }
}

/// The JSON pointer (RFC 6901) of a way.
pub fn pointer(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |text, step| match step {
        Step::Name(name) => text + "/" + &escape(name),
        Step::Item(item) => format!("{text}/{item}"),
    })
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

/// The way of a field within the body.
pub fn body_steps(field: &Field) -> &[Step] {
    field
        .slots
        .iter()
        .find_map(|slot| if let Slot::Body(steps) = slot { Some(steps.as_slice()) } else { None })
        .unwrap_or(&[])
}

/// A property that no cell can hold.
#[derive(Debug, Clone)]
pub struct Object {
    /// As a column of it would be called.
    pub name: String,
    /// All names, this one among them.
    names: Vec<String>,
}

impl Object {
    /// `names`: all of them, `name` among them.
    pub fn new(name: String, names: Vec<String>) -> Self {
        Self { name, names }
    }

    /// Whether a header, folded, names this property.
    pub fn answers_to(&self, folded: &str) -> bool {
        !folded.is_empty() && self.names.iter().any(|name| fold(name) == folded)
    }
}
