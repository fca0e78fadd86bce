//! What a result adds to a row: one table of columns, each with its header and its value. The writers of workbooks and
//! of CSV only give a value its form.
//!
//! To add a column: a variant of [`Added`] with its header and its value here, its place in
//! [`Columns::new`](super::columns::Columns::new), and the line that explains it in `summary_words`.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::columns::Columns;
use super::explain::{Context, code, explanation};
use crate::outcome::{Outcome, Status};

/// One added column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Result,
    /// The id under the contract's own name, as an index into [`Columns::ids`].
    Id(usize),
    Error,
    ErrorCode,
    HttpStatus,
    Attempts,
    SentAt,
    Reference,
}

/// What an added column holds for a row.
pub enum Value<'a> {
    Nothing,
    Status(Status),
    Id(&'a Json),
    /// Sentences, one a line.
    Words(String),
    /// Somebody else's words: a code, a reference.
    Text(Cow<'a, str>),
    Count(u32),
    /// Milliseconds since 1970-01-01 UTC.
    Moment(i64),
}

impl Added {
    /// The header where the contract has no name for the column. It is the same in both languages, so that a result that
    /// is fed back, and a program that reads it, finds it under one name.
    pub fn header(self) -> &'static str {
        match self {
            Added::Result => "Result",
            Added::Id(_) => "id",
            Added::Error => "Error",
            Added::ErrorCode => "Error code",
            Added::HttpStatus => "HTTP status",
            Added::Attempts => "Attempts",
            Added::SentAt => "Sent at",
            Added::Reference => "Reference",
        }
    }

    /// The value for a row of an operation.
    pub fn value<'a>(
        self,
        outcome: &'a Outcome,
        columns: &Columns,
        operation: Option<usize>,
        context: Context,
    ) -> Value<'a> {
        let known = match self {
            Added::Result => Some(Value::Status(outcome.status)),
            Added::Id(id) if columns.holds(id, operation) => outcome.id.as_ref().map(Value::Id),
            Added::Id(_) => None,
            Added::Error => Some(Value::Words(explanation(outcome, context))),
            Added::ErrorCode => Some(Value::Text(code(outcome))),
            Added::HttpStatus => outcome.http_status.map(|status| Value::Count(status.into())),
            Added::Attempts => Some(outcome.attempts).filter(|&attempts| attempts > 0).map(Value::Count),
            Added::SentAt => outcome.sent_at_ms.map(Value::Moment),
            Added::Reference => outcome.reference.as_deref().map(|reference| Value::Text(reference.into())),
        };
        known.unwrap_or(Value::Nothing)
    }
}
