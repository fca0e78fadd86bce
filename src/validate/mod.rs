//! Does the contract accept the row? All problems at once, each with its place and what to do.
//!
//! A [`Request`] is made here and nowhere else: holding one proves that the contract accepts it.
//! Rules across rows are in [`across`].

pub mod across;
mod schema;
mod sentence;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::coerce::Coerce;
use crate::contract::{Contract, Operation, Unique};
use crate::exit::Stop;
use crate::keyed::{Key, Keyer};
use crate::map::{Draft, Route};
use crate::message::Lang;
use crate::outcome::{Problem, Word};
use crate::row::{Cell, Row, column_letter};

use schema::Schema;

/// A request that the contract accepts, and the marks by which the ledger knows it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    operation: u16,
    body: Vec<u8>,
    key: Key,
    order: Option<Key>,
}

impl Request {
    /// Index into the run's operations.
    pub fn operation(&self) -> usize {
        usize::from(self.operation)
    }

    /// The JSON body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// By which a duplicate is told, within the file and in the ledger.
    pub fn key(&self) -> Key {
        self.key
    }

    /// Requests with the same order key go one at a time, in file order.
    pub fn order(&self) -> Option<Key> {
        self.order
    }

    /// Equal bodies that are no duplicates of each other are told apart by their occurrence.
    pub fn as_occurrence(mut self, keyer: &Keyer, nth: u32) -> Self {
        self.key = keyer.occurrence(self.key, nth);
        self
    }
}

/// What the contract says of a row, as the spool keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Valid(Request),
    Invalid {
        operation: Option<usize>,
        problems: Vec<Problem>,
    },
    /// Hidden in the spreadsheet, and to be left out.
    Hidden {
        operation: usize,
    },
    /// The file is an earlier result, and this row was settled in it: it stays as it is.
    Before {
        operation: usize,
        word: Word,
        /// The id as JSON, for the spool keeps no values without a type.
        id: Option<String>,
    },
}

/// What a row's marks are made of, for the rules across rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Index of the `unique` rule that is the row's; none where equal bodies are legitimate.
    pub unique: Option<u16>,
    /// For each `same` rule that concerns the row: rule, group, value.
    pub same: Vec<(u16, Key, Key)>,
}

/// All that is asked of the rows of one operation.
pub struct Rules<'a> {
    index: u16,
    operation: &'a Operation,
    schema: Schema,
    keyer: Keyer,
}

impl<'a> Rules<'a> {
    /// # Errors
    /// A schema that cannot be compiled.
    pub fn new(index: usize, operation: &'a Operation, contract: &Contract, keyer: Keyer) -> Result<Self, Stop> {
        let schema = Schema::compile(contract, operation)?;
        Ok(Self { index: index as u16, operation, schema, keyer })
    }

    pub fn operation(&self) -> &'a Operation {
        self.operation
    }

    pub fn keyer(&self) -> &Keyer {
        &self.keyer
    }

    /// Judges one row by itself.
    ///
    /// # Errors
    /// Every problem of the row: cells that could not be taken, then what the schema refuses.
    pub fn check(&self, draft: Draft, context: &Context) -> Result<(Request, Marks), Vec<Problem>> {
        let Draft { body, refused } = draft;
        let body = Value::Object(body);
        if refused.is_empty() && self.schema.accepts(&body) {
            return Ok(self.request(&body));
        }
        let mut problems: Vec<Problem> = refused
            .iter()
            .map(|(field, why)| context.problem(self.operation, Some(*field), why.rule, why.message.clone()))
            .collect();
        for found in self.schema.problems(&body, self.operation, context.coerce.lang) {
            if found.field.is_some_and(|field| refused.iter().any(|(taken, _)| *taken == field)) {
                continue;
            }
            problems.push(context.problem(self.operation, found.field, &found.rule, found.message));
        }
        Err(problems)
    }

    fn request(&self, body: &Value) -> (Request, Marks) {
        let bytes = body.to_string().into_bytes();
        let unique = self.operation.unique.iter().position(|rule| self.holds(rule, body));
        let key = match unique {
            Some(rule) => self.keyer.key(
                &format!("unique {rule}"),
                self.parts(&self.operation.unique[rule].fields, body).iter().map(Vec::as_slice),
            ),
            None => self.keyer.key("body", [bytes.as_slice()]),
        };
        let order = self.operation.order_by.map(|field| order_key(&self.keyer, &self.part(field, body)));
        let marks = Marks { unique: unique.map(|rule| rule as u16), same: self.same(body) };
        (Request { operation: self.index, body: bytes, key, order }, marks)
    }

    fn holds(&self, rule: &Unique, body: &Value) -> bool {
        rule.when
            .iter()
            .all(|(field, values)| body.get(&self.operation.fields[*field].name).is_some_and(|v| values.contains(v)))
    }

    fn same(&self, body: &Value) -> Vec<(u16, Key, Key)> {
        let mut marks = Vec::new();
        for (index, rule) in self.operation.same.iter().enumerate() {
            let named = |field: &usize| body.get(&self.operation.fields[*field].name).is_some();
            if rule.of.iter().chain([&rule.field]).all(named) {
                let group = self.keyer.key("same", self.parts(&rule.of, body).iter().map(Vec::as_slice));
                let value = self.keyer.key("value", [self.part(rule.field, body).as_slice()]);
                marks.push((index as u16, group, value));
            }
        }
        marks
    }

    fn parts(&self, fields: &[usize], body: &Value) -> Vec<Vec<u8>> {
        fields.iter().map(|field| self.part(*field, body)).collect()
    }

    fn part(&self, field: usize, body: &Value) -> Vec<u8> {
        match body.get(&self.operation.fields[field].name) {
            Some(Value::String(text)) => text.clone().into_bytes(),
            Some(other) => other.to_string().into_bytes(),
            None => Vec::new(),
        }
    }
}

/// The key of an `order-by` value; `find` asks by it for what a device's rows became.
pub fn order_key(keyer: &Keyer, value: &[u8]) -> Key {
    keyer.key("order", [value])
}

/// What a problem's place is told from.
pub struct Context<'a> {
    pub row: &'a Row,
    pub route: &'a Route,
    pub coerce: &'a Coerce<'a>,
}

impl Context<'_> {
    fn problem(&self, operation: &Operation, field: Option<usize>, rule: &str, message: String) -> Problem {
        let column = field.and_then(|field| self.route.column(field));
        let cell = column.and_then(|column| self.row.cells.get(column)).unwrap_or(&Cell::Empty);
        let value = self.coerce.shown(cell).to_string();
        Problem {
            column: column.map(column_letter).unwrap_or_default(),
            field: field.map(|field| operation.fields[field].name.clone()).unwrap_or_default(),
            message: message.replace("{value}", &value),
            value,
            rule: rule.to_owned(),
        }
    }
}

/// The problem of a row whose operation cell names nothing that the sheet has the columns for.
pub fn unknown_operation(found: &str, column: Option<usize>, known: &[String], lang: Lang) -> Problem {
    let known = known.join(", ");
    Problem {
        column: column.map(column_letter).unwrap_or_default(),
        field: "operation".to_owned(),
        value: found.to_owned(),
        rule: "operation".to_owned(),
        message: crate::say!(
            lang,
            "\"{found}\" bu sayfanın sütunlarıyla yapılabilecek bir işlem değil. Şunlardan birini yazın: {known}.",
            "\"{found}\" is no operation that the columns of this sheet serve. Write one of: {known}."
        ),
    }
}

/// The zone in which a date-time without one is meant: the machine's.
pub fn local_zone() -> TimeZone {
    TimeZone::system()
}
