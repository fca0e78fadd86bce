//! One operation of an API: where it is called, what it takes, what its answers mean.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::family::Family;
use super::field::{Field, Object, Place};
use super::scheme::Scheme;
use crate::message::Text;

/// One call that a row becomes.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The name of its contract.
    pub system: String,
    /// Its `operationId`.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Names under which an `operation` column may call it, beside its own.
    pub aliases: Vec<String>,
    /// The method of its requests.
    pub method: Method,
    /// The path below the base URL.
    pub path: String,
    /// The first server of the document; empty where it names none.
    pub base_url: String,
    /// Alternatives, in the document's order; the first one whose secrets are all given is used. None: nothing is asked.
    pub security: Vec<Vec<Scheme>>,
    /// What a row can hold, in the order of the document.
    pub fields: Vec<Field>,
    /// Columns that a sheet may have as many of as it needs.
    pub families: Vec<Family>,
    /// Properties that no cell can hold.
    pub objects: Vec<Object>,
    /// Pointer into the contract's document, to the schema of the request body. Nothing if it has no body.
    pub body_schema: Option<String>,
    /// What a request carries beside its body.
    pub parameters: Vec<Parameter>,
    /// Where a good answer has the id; `None` if it has none.
    pub id: Option<IdForm>,
    /// Where an error answer has its words.
    pub error: ErrorForm,
    /// Index of the field whose equal values go one at a time.
    pub order_by: Option<usize>,
    /// What rows with equal values in that field have in common, as people call it: "the same device".
    pub order_name: Option<Text>,
    /// What tells duplicates; the first rule that a row falls under counts.
    pub unique: Vec<Unique>,
    /// Fields that have to agree across rows.
    pub same: Vec<Same>,
    /// Statuses that prove nothing was done, on top of the defaults.
    pub not_applied: Vec<u16>,
    /// What stands for an optional field without a value.
    pub absent: Absent,
    /// The zone of its local times, where the contract names one.
    pub timezone: Option<TimeZone>,
    /// How an unknown row is closed; `None` leaves that to a person.
    pub reconcile: Option<Reconcile>,
    /// How a list comes in pages; `None` if an answer is whole.
    pub pages: Option<Pages>,
    /// Fields whose allowed values stand in this operation's answer: name and pointer, `*` for each item of a list.
    pub values: Vec<(String, String)>,
}

/// A parameter of the path, the query or the header.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name in the document.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// The server refuses a request without it.
    pub required: bool,
    /// Pointer into the contract's document.
    pub schema: String,
    /// A list is sent as the name and one value each; else as one value with commas.
    pub explode: bool,
}

/// How a row whose outcome is unknown can be closed without a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconcile {
    /// It may be sent again: the server refuses the second by this status.
    Conflict(u16),
    /// The operation `lookup` finds it by the field `by`.
    Lookup {
        /// The name of an operation of the same contract.
        operation: String,
        /// The name of a field of the row that is looked up.
        by: String,
    },
}

/// How an answer is one page of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// JSON pointer to the list.
    pub items: String,
    /// JSON pointer to how many items there are on all pages.
    pub total: Option<String>,
    /// JSON pointer to how many pages there are.
    pub last: Option<String>,
    /// The query parameter that names the page, counted from 1.
    pub parameter: String,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes something new each time.
    Post,
    /// Sets the whole of a thing.
    Put,
    /// Changes a part of a thing.
    Patch,
    /// Takes a thing away.
    Delete,
}

/// Where the id stands in a good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdForm {
    /// JSON pointer.
    pub pointer: String,
    /// The pointer's last name: the result column.
    pub name: String,
    /// The contract does not say it; taken from the form of the answer.
    pub guessed: bool,
}

/// Where an error answer says what is wrong: JSON pointers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorForm {
    /// To the server's code of the error.
    pub code: Option<String>,
    /// To its short sentence.
    pub title: Option<String>,
    /// To its long one.
    pub description: Option<String>,
    /// Several errors at once: an object of code to text, a list of texts, or a list of objects.
    pub map: Option<String>,
}

/// A rule that tells a duplicate.
#[derive(Debug, Clone)]
pub struct Unique {
    /// The rule is the row's where each of these fields has one of these values.
    pub when: Vec<(usize, Vec<Value>)>,
    /// Indices of the fields that are compared.
    pub fields: Vec<usize>,
    /// How long a row that was sent counts.
    pub window: Duration,
    /// Whether a row that was sent longer ago is asked about before it goes again.
    pub asks_after: bool,
    /// The fields, with their values, in which the row that undoes this one differs from it. After such a row, an equal
    /// row is not a repeat.
    pub reset: Vec<(usize, Value)>,
}

/// A field that must agree across the rows in which others are equal.
#[derive(Debug, Clone)]
pub struct Same {
    /// Indices of the fields whose equal values bring rows together.
    pub of: Vec<usize>,
    /// Index of the field in which such rows have to agree.
    pub field: usize,
    /// Why, in the words of the contract (`x-message`).
    pub message: Option<Text>,
}

/// What stands in the body for an optional field without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Nothing: the body leaves the field out.
    Omit,
    /// An empty text.
    Empty,
}

impl Operation {
    /// `system/operation`, as `--to` takes it.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.system, self.name)
    }

    /// The index of the field that the API calls so.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The field to which a folded header belongs.
    pub fn field_for_header(&self, folded: &str) -> Option<usize> {
        let exact = self.fields.iter().position(|field| crate::fold::fold(&field.name) == folded);
        exact.or_else(|| self.fields.iter().position(|field| field.answers_to(folded)))
    }

    /// The property that no cell can hold, to which a folded header belongs.
    pub fn object_for_header(&self, folded: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.answers_to(folded))
    }

    /// What rows of one order key have in common, as people call it: as the contract says, else by the field's label.
    pub fn order_words(&self) -> Text {
        let of_the_field = |field: usize| {
            let Text { tr, en } = &self.fields[field].label;
            Text { tr: format!("aynı {tr}"), en: format!("the same {en}") }
        };
        self.order_name.clone().or_else(|| self.order_by.map(of_the_field)).unwrap_or_default()
    }

    /// Reads and changes nothing: `fetch` calls it, `submit` does not.
    pub fn only_reads(&self) -> bool {
        self.method == Method::Get
    }

    /// Whether a row that may have been carried out can be sent again all the same.
    pub fn may_repeat(&self) -> bool {
        self.method.is_idempotent() || matches!(self.reconcile, Some(Reconcile::Conflict(_)))
    }

    /// The result column of the id; `id` where the contract names none.
    pub fn id_column(&self) -> &str {
        self.id.as_ref().map_or("id", |id| &id.name)
    }
}

impl Method {
    /// As HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// Sending it twice has the effect of sending it once (RFC 9110, 9.2.2).
    pub fn is_idempotent(self) -> bool {
        matches!(self, Method::Get | Method::Put | Method::Delete)
    }
}
