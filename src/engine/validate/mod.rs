//! Does the contract accept the row? All problems at once, each with its place and what to do.
//!
//! A [`Request`] is made here and nowhere else: holding one proves that the contract accepts it.
//! Rules across rows are in [`across`].

pub mod across;
mod broken;
mod check_digits;
mod parts;
mod request;
mod schema;
mod shape;
mod shapes;
mod soft;
pub mod turns;

use std::borrow::Cow;
use std::hash::RandomState;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::coerce::Coerce;
use crate::contract::{Check, Contract, Operation, Same, Unique};
use crate::error::Error;
use crate::identity::{OtherKeyer, RowKeyers};
use crate::keyed::{Key, KeyedHasher};
use crate::map::{Draft, Route};
use crate::outcome::{Complaint, Problem, Status};
use crate::row::{Cell, Row, column_letter};

pub use request::Request;

use schema::Schema;
use shape::Shape;
use shapes::Shapes;
use soft::Soft;

/// What the contract says of a row, as the spool keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The contract accepts it.
    Valid {
        /// What it is sent as.
        request: Request,
        /// What is likely wrong.
        warnings: Vec<Problem>,
    },
    /// Valid, and only checked: there is nothing to send.
    Accepted {
        /// Index into the run's operations.
        operation: usize,
        /// By which it would wait for others; only where a ledger is compared with.
        order: Option<Key>,
        /// What is likely wrong.
        warnings: Vec<Problem>,
    },
    /// The contract refuses it.
    Invalid {
        /// Index into the run's operations; `None` where the row names none of them.
        operation: Option<usize>,
        /// Every problem, and warnings.
        problems: Vec<Problem>,
    },
    /// Hidden in the spreadsheet, and to be left out.
    Hidden {
        /// Index into the run's operations.
        operation: usize,
    },
    /// Left out by a person.
    LeftOut {
        /// Index into the run's operations.
        operation: usize,
    },
    /// The example of the template as it stands there: no row of the list.
    Example {
        /// Index into the run's operations.
        operation: usize,
    },
    /// The file is an earlier result, and this row was settled in it: it stays as it is.
    Before {
        /// Index into the run's operations.
        operation: usize,
        /// What the result says of it.
        status: Status,
        /// The id as JSON, for the spool keeps no values without a type.
        id: Option<String>,
        /// What the result has as the row's reference.
        reference: String,
        /// What the row would be sent as, if the contract accepts it and something is to be sent.
        request: Option<Request>,
    },
}

/// What the rules across rows compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// By which a duplicate is told.
    pub key: Key,
    /// Index of the naming that the key is made under.
    pub naming: u16,
    /// The other keys under which a ledger may know the row, each with its naming.
    pub others: Vec<(u16, Key)>,
    /// Index of the `unique` rule that the row falls under. Without one, equal bodies are legitimate.
    pub unique: Option<u16>,
    /// The key of a row that undoes this one.
    pub undone_by: Option<Key>,
    /// For each `same` rule that concerns the row: rule, group, value. Compared within the file only.
    pub same: Vec<(u16, u128, u64)>,
}

/// A row that the contract accepts: its values in the rules' keeping until the next row.
pub struct Accepted<'r> {
    rules: &'r Rules<'r>,
    shape: &'r Shape,
    /// What the rules across rows compare.
    pub marks: Marks,
    /// What is likely wrong, and not for the contract to refuse.
    pub warnings: Vec<Problem>,
}

impl Accepted<'_> {
    /// The request that the row becomes.
    pub fn request(&self) -> Request {
        let Rules { operation, index, .. } = self.rules;
        let own = |(naming, key): &(u16, Key)| (*naming == self.marks.naming).then_some(*key);
        Request {
            operation: *index,
            path: parts::path(operation, self.shape),
            headers: parts::headers(operation, self.shape),
            body: parts::body(operation, self.shape),
            key: self.marks.key,
            body_key: self.marks.others.iter().find_map(own),
            order: self.order(),
            first: None,
        }
    }

    /// By which the row waits for others of its file.
    pub fn order(&self) -> Option<Key> {
        self.order_under(&self.rules.keyers.now)
    }

    /// The same for a check, which needs it only if it compares rows with a ledger.
    pub fn order_to_compare(&self) -> Option<Key> {
        if self.rules.keyers.with_body { self.order() } else { None }
    }

    /// The same as ledgers have it from before, each with its naming.
    pub fn landed_orders(&self) -> impl Iterator<Item = (u16, Key)> {
        let landed = self.rules.keyers.others.iter().filter(|other| other.is_landed);
        landed.filter_map(|other| Some((other.naming, self.order_under(&other.keyer)?)))
    }

    fn order_under(&self, keyer: &KeyedHasher) -> Option<Key> {
        self.rules.operation.order_by.map(|field| order_key(keyer, &part(self.shape, field)))
    }
}

/// A field as keys are made of it; nothing where the row does not have it.
fn part(shape: &Shape, field: usize) -> Cow<'_, [u8]> {
    shape.get(field).map_or(Cow::Borrowed(&[]), bytes)
}

fn bytes(value: &Value) -> Cow<'_, [u8]> {
    match value {
        Value::String(text) => Cow::Borrowed(text.as_bytes()),
        other => Cow::Owned(other.to_string().into_bytes()),
    }
}

/// All that is asked of the rows of one operation.
pub struct Rules<'a> {
    index: u16,
    operation: &'a Operation,
    schema: Schema,
    soft: Soft,
    keyers: RowKeyers,
    /// What each `unique` rule's keys are made under.
    purposes: Vec<String>,
    shapes: Shapes,
    /// Makes the marks of `same` rules, which hold for this reading of the file alone.
    agreement: KeyedHasher,
    /// The fields whose digits are checked.
    digits: Vec<(usize, Check)>,
    /// What is doubtful is an error, and no warning.
    strict: bool,
}

impl<'a> Rules<'a> {
    /// # Errors
    /// A schema that cannot be compiled.
    pub fn new(
        index: usize,
        operation: &'a Operation,
        contract: &Contract,
        keyers: RowKeyers,
        strict: bool,
    ) -> Result<Self, Error> {
        Ok(Self {
            index: index as u16,
            operation,
            schema: Schema::compile(contract, operation)?,
            soft: Soft::compile(operation)?,
            keyers,
            purposes: operation.unique.iter().map(|rule| purpose(operation, rule)).collect(),
            shapes: Shapes::default(),
            agreement: KeyedHasher::of_reading(&RandomState::new(), "", "same"),
            digits: check_digits::fields(operation),
            strict,
        })
    }

    /// The operation whose rows are judged.
    pub fn operation(&self) -> &'a Operation {
        self.operation
    }

    /// Judges one row by itself.
    ///
    /// # Errors
    /// Every problem of the row: cells that could not be taken, then what the schema refuses.
    pub fn check(&mut self, draft: &mut Draft, context: &Context) -> Result<Accepted<'_>, Vec<Problem>> {
        self.shapes.fill(self.operation, &mut draft.values);
        let shape = self.shapes.filled();
        let mut problems: Vec<Problem> = Vec::new();
        if !draft.refused.is_empty() || !self.schema.accepts(&shape.value) {
            problems = self.refused(draft, shape, context);
        }
        let unsendable = parts::unsendable(self.operation, shape);
        problems.extend(
            unsendable.map(|(field, complaint)| context.problem(self.operation, Some(field), "parameter", complaint)),
        );
        let mut warnings = self.doubts(draft, shape, context);
        if self.strict {
            problems.append(&mut warnings);
        }
        if !problems.is_empty() {
            problems.extend(warnings);
            return Err(problems);
        }
        Ok(Accepted { rules: self, shape, marks: self.marks(shape), warnings })
    }

    /// What is likely wrong, and not for the contract to refuse.
    fn doubts(&self, draft: &Draft, shape: &Shape, context: &Context) -> Vec<Problem> {
        let doubts = draft.doubts.iter().map(|(field, fault)| (*field, fault.rule(), Complaint::Cell(fault.clone())));
        let doubts = doubts.chain(check_digits::doubts(&self.digits, self.operation, shape));
        let doubts = doubts.chain(self.soft.doubts(self.operation, shape));
        doubts
            .map(|(field, rule, complaint)| Problem {
                warning: !self.strict,
                ..context.problem(self.operation, Some(field), rule, complaint)
            })
            .collect()
    }

    fn refused(&self, draft: &Draft, shape: &Shape, context: &Context) -> Vec<Problem> {
        let refused = &draft.refused;
        let mut problems: Vec<Problem> = refused
            .iter()
            .map(|(field, fault)| {
                context.problem(self.operation, Some(*field), fault.rule(), Complaint::Cell(fault.clone()))
            })
            .collect();
        for found in self.schema.problems(shape, self.operation) {
            if found.field.is_some_and(|field| refused.iter().any(|(taken, _)| *taken == field)) {
                continue;
            }
            problems.push(context.problem(self.operation, found.field, &found.rule, found.complaint));
        }
        problems
    }

    fn marks(&self, shape: &Shape) -> Marks {
        let holds = |rule: &Unique| {
            rule.when.iter().all(|(field, values)| shape.get(*field).is_some_and(|v| values.contains(v)))
        };
        let unique = self.operation.unique.iter().position(holds);
        let keyers = &self.keyers;
        let own = |keyer: &KeyedHasher| unique.map(|rule| self.rule_key(keyer, rule, shape));
        let needs_body = unique.is_none() || keyers.with_body;
        let body = if needs_body { shape.value.to_string() } else { String::new() };
        let whole = |keyer: &KeyedHasher| keyer.key("body", [body.as_bytes()]);
        let mut others = Vec::new();
        if unique.is_some() && keyers.with_body {
            others.push((keyers.naming, whole(&keyers.now)));
        }
        for OtherKeyer { keyer, naming, is_landed } in &keyers.others {
            let key = own(keyer);
            others.extend(key.map(|key| (*naming, key)));
            if key.is_none() || !is_landed {
                others.push((*naming, whole(keyer)));
            }
        }
        Marks {
            key: own(&keyers.now).unwrap_or_else(|| whole(&keyers.now)),
            naming: keyers.naming,
            others,
            unique: unique.map(|rule| rule as u16),
            undone_by: unique.and_then(|rule| self.undone_by(rule, shape)),
            same: self.same(shape),
        }
    }

    fn rule_key(&self, keyer: &KeyedHasher, rule: usize, shape: &Shape) -> Key {
        let fields = self.operation.unique[rule].fields.iter();
        keyer.key(&self.purposes[rule], fields.map(|field| part(shape, *field)))
    }

    /// The key of a row that undoes this one: what its own rule makes of the same fields.
    fn undone_by(&self, rule: usize, shape: &Shape) -> Option<Key> {
        let Unique { fields, reset, .. } = &self.operation.unique[rule];
        let value = |field: &usize| reset.iter().find(|(of, _)| of == field).map(|(_, value)| bytes(value));
        let parts = fields.iter().map(|field| value(field).unwrap_or_else(|| part(shape, *field)));
        (!reset.is_empty()).then(|| self.keyers.now.key(&self.purposes[rule], parts))
    }

    fn same(&self, shape: &Shape) -> Vec<(u16, u128, u64)> {
        let holds = |rule: &Same| rule.of.iter().chain([&rule.field]).all(|field| shape.get(*field).is_some());
        let rules = self.operation.same.iter().enumerate().filter(|(_, rule)| holds(rule));
        let mark = |fields: &[usize]| {
            let Key(bytes) = self.agreement.key("", fields.iter().map(|field| part(shape, *field)));
            u128::from_le_bytes(bytes)
        };
        rules.map(|(index, rule)| (index as u16, mark(&rule.of), mark(&[rule.field]) as u64)).collect()
    }
}

/// A rule's keys carry its fields' names: rules may change places without old rows being forgotten.
fn purpose(operation: &Operation, rule: &Unique) -> String {
    let names: Vec<&str> = rule.fields.iter().map(|field| operation.fields[*field].name.as_str()).collect();
    format!("unique {}", names.join(" "))
}

/// The key of an `order-by` value; `find` asks by it for what the rows of one value became.
pub fn order_key(keyer: &KeyedHasher, value: &[u8]) -> Key {
    keyer.key("order", [value])
}

/// What a problem's place is told from.
pub struct Context<'a> {
    /// The row, as the file has it.
    pub row: &'a Row,
    /// Which column feeds which field.
    pub route: &'a Route,
    /// How its cells are read.
    pub coerce: &'a Coerce<'a>,
}

impl Context<'_> {
    fn problem(&self, operation: &Operation, field: Option<usize>, rule: &str, complaint: Complaint) -> Problem {
        let column = field.and_then(|field| self.route.column(field));
        let cell = column.and_then(|column| self.row.cells.get(column)).unwrap_or(&Cell::Empty);
        Problem {
            column: column.map(column_letter).unwrap_or_default(),
            field: field.map(|field| operation.fields[field].name.clone()).unwrap_or_default(),
            value: self.coerce.shown(cell).to_string(),
            rule: rule.to_owned(),
            complaint,
            warning: false,
        }
    }
}

/// The problem of a row whose operation cell names nothing that the sheet has the columns for.
pub fn unknown_operation(found: &str, column: Option<usize>, known: Vec<String>) -> Problem {
    Problem {
        column: column.map(column_letter).unwrap_or_default(),
        field: "operation".to_owned(),
        value: found.to_owned(),
        rule: "operation".to_owned(),
        complaint: Complaint::Operation { known },
        warning: false,
    }
}
