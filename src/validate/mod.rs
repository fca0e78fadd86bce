//! Does the contract accept the row? All problems at once, each with its place and what to do.
//!
//! A [`Request`] is made here and nowhere else: holding one proves that the contract accepts it.
//! Rules across rows are in [`across`].

pub mod across;
mod schema;
mod sentence;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    body: String,
    key: Key,
    order: Option<Key>,
    /// The key of the first of several equal rows, where this is a later one.
    #[serde(skip)]
    first: Option<Key>,
}

impl Request {
    /// Index into the run's operations.
    pub fn operation(&self) -> usize {
        usize::from(self.operation)
    }

    /// The JSON body.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// By which a duplicate is told, within the file and in the ledger.
    pub fn key(&self) -> Key {
        self.key
    }

    /// Requests with the same order key go one at a time, in file order.
    pub fn order(&self) -> Option<Key> {
        self.order
    }

    /// The key of the first of several equal rows, where this is a later one.
    pub fn first(&self) -> Option<Key> {
        self.first
    }

    /// Equal bodies that are no duplicates of each other are told apart by their occurrence.
    pub fn as_occurrence(mut self, keyer: &Keyer, nth: u32) -> Self {
        self.first = (nth > 0).then_some(self.key);
        self.key = keyer.occurrence(self.key, nth);
        self
    }
}

/// What the contract says of a row, as the spool keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Valid(Request),
    /// Valid, and only checked: there is nothing to send.
    Accepted {
        operation: usize,
    },
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

/// What the rules across rows compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// By which a duplicate is told.
    pub key: Key,
    /// Index of the `unique` rule that is the row's; none where equal bodies are legitimate.
    pub unique: Option<u16>,
    /// For each `same` rule that concerns the row: rule, group, value. Compared within the file only.
    pub same: Vec<(u16, u128, u64)>,
}

/// A row that the contract accepts: its body in the rules' keeping until the next row.
pub struct Accepted<'r> {
    rules: &'r Rules<'r>,
    body: Body<'r>,
    pub marks: Marks,
}

impl Accepted<'_> {
    /// The request that the row becomes.
    pub fn request(&self) -> Request {
        let order = self.rules.operation.order_by.map(|field| order_key(&self.rules.keyer, &self.body.part(field)));
        Request { operation: self.rules.index, body: self.body.text(), key: self.marks.key, order, first: None }
    }
}

/// A body and which fields it has.
#[derive(Clone, Copy)]
struct Body<'b> {
    value: &'b Value,
    operation: &'b Operation,
    mask: u64,
}

impl<'b> Body<'b> {
    /// The value of a field. By its position where there is a mask: a look-up by name hashes it.
    fn get(self, field: usize) -> Option<&'b Value> {
        let map = self.value.as_object()?;
        if self.operation.fields.len() > MASKED {
            return map.get(&self.operation.fields[field].name);
        }
        let before = self.mask & ((1 << field) - 1);
        (self.mask >> field & 1 == 1).then(|| map.values().nth(before.count_ones() as usize)).flatten()
    }

    fn part(self, field: usize) -> Cow<'b, [u8]> {
        match self.get(field) {
            Some(Value::String(text)) => Cow::Borrowed(text.as_bytes()),
            Some(other) => Cow::Owned(other.to_string().into_bytes()),
            None => Cow::Borrowed(&[]),
        }
    }

    fn text(self) -> String {
        serde_json::to_string(self.value).unwrap_or_default()
    }
}

/// Fields that a mask has room for.
const MASKED: usize = 63;

/// All that is asked of the rows of one operation.
pub struct Rules<'a> {
    index: u16,
    operation: &'a Operation,
    schema: Schema,
    keyer: Keyer,
    /// What each `unique` rule's keys are made under.
    purposes: Vec<String>,
    /// Bodies by which fields they have: a row's values are put into one that fits.
    bodies: HashMap<u64, Value>,
    file_hash: RandomState,
}

impl<'a> Rules<'a> {
    /// # Errors
    /// A schema that cannot be compiled.
    pub fn new(index: usize, operation: &'a Operation, contract: &Contract, keyer: Keyer) -> Result<Self, Stop> {
        Ok(Self {
            index: index as u16,
            operation,
            schema: Schema::compile(contract, operation)?,
            keyer,
            purposes: operation.unique.iter().map(|rule| purpose(operation, rule)).collect(),
            bodies: HashMap::new(),
            file_hash: RandomState::new(),
        })
    }

    pub fn operation(&self) -> &'a Operation {
        self.operation
    }

    /// Judges one row by itself.
    ///
    /// # Errors
    /// Every problem of the row: cells that could not be taken, then what the schema refuses.
    pub fn check(&mut self, draft: &mut Draft, context: &Context) -> Result<Accepted<'_>, Vec<Problem>> {
        let mask = self.put_values(draft);
        let value = &self.bodies[&mask];
        if draft.refused.is_empty() && self.schema.accepts(value) {
            let body = Body { value, operation: self.operation, mask };
            return Ok(Accepted { rules: self, body, marks: self.marks(body) });
        }
        let refused = &draft.refused;
        let mut problems: Vec<Problem> = refused
            .iter()
            .map(|(field, why)| context.problem(self.operation, Some(*field), why.rule, why.message.clone()))
            .collect();
        for found in self.schema.problems(value, self.operation, context.coerce.lang) {
            if found.field.is_some_and(|field| refused.iter().any(|(taken, _)| *taken == field)) {
                continue;
            }
            problems.push(context.problem(self.operation, found.field, &found.rule, found.message));
        }
        Err(problems)
    }

    /// Moves a row's values into the body that has just these fields, and says which one that is. A
    /// file has few kinds of rows; making a map anew for each would cost most of the check.
    fn put_values(&mut self, draft: &mut Draft) -> u64 {
        let fields = &self.operation.fields;
        let mask = if fields.len() > MASKED {
            // Too many fields for a mask: one body, made anew each time.
            self.bodies.clear();
            0
        } else {
            let present = |(at, value): (usize, &Option<Value>)| u64::from(value.is_some()) << at;
            draft.values.iter().enumerate().map(present).fold(0, |mask, bit| mask | bit)
        };
        let names = || {
            fields.iter().zip(&draft.values).filter(|(_, value)| value.is_some()).map(|(field, _)| field.name.clone())
        };
        let body =
            self.bodies.entry(mask).or_insert_with(|| Value::Object(names().map(|name| (name, Value::Null)).collect()));
        let slots = body.as_object_mut().into_iter().flat_map(Map::values_mut);
        for (slot, value) in slots.zip(draft.values.iter_mut().filter_map(Option::take)) {
            *slot = value;
        }
        mask
    }

    fn marks(&self, body: Body) -> Marks {
        let holds = |rule: &Unique| {
            rule.when.iter().all(|(field, values)| body.get(*field).is_some_and(|v| values.contains(v)))
        };
        let unique = self.operation.unique.iter().position(holds);
        let key = match unique {
            Some(rule) => {
                let fields = self.operation.unique[rule].fields.iter();
                let parts: Vec<Cow<[u8]>> = fields.map(|field| body.part(*field)).collect();
                self.keyer.key(&self.purposes[rule], parts.iter().map(AsRef::as_ref))
            }
            None => self.keyer.key("body", [body.text().as_bytes()]),
        };
        Marks { key, unique: unique.map(|rule| rule as u16), same: self.same(body) }
    }

    fn same(&self, body: Body) -> Vec<(u16, u128, u64)> {
        let mut marks = Vec::new();
        for (index, rule) in self.operation.same.iter().enumerate() {
            if rule.of.iter().chain([&rule.field]).all(|field| body.get(*field).is_some()) {
                let half = |salt: u8| self.hash(salt, &rule.of, body);
                let group = (u128::from(half(0)) << 64) | u128::from(half(1));
                marks.push((index as u16, group, self.hash(2, &[rule.field], body)));
            }
        }
        marks
    }

    /// A hash that holds for this reading of the file alone.
    fn hash(&self, salt: u8, fields: &[usize], body: Body) -> u64 {
        let mut hasher = self.file_hash.build_hasher();
        salt.hash(&mut hasher);
        for field in fields {
            body.part(*field).hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// A rule's keys carry its fields' names: rules may change places without old rows being forgotten.
fn purpose(operation: &Operation, rule: &Unique) -> String {
    let names: Vec<&str> = rule.fields.iter().map(|field| operation.fields[*field].name.as_str()).collect();
    format!("unique {}", names.join(" "))
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
