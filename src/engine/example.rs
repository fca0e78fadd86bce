//! The example row of a template: what it shows, and how a row of a file is known to be it.
//!
//! The contract gives the examples, so a row is known from the file alone, whatever program saved it and as what. One
//! text of the row says that it is an example, where the contract leaves the text free: no row of a real list is
//! equal to it then. Once any cell is changed, the row is a row like any other.

use serde_json::Value;

use crate::coerce::Coerce;
use crate::contract::{Field, Kind, Operation};
use crate::map::{Draft, Route};
use crate::message::Lang;
use crate::row::{Cell, Row};
use crate::say;

/// What the example row shows: a text for each field that has an example.
pub fn cells(operation: &Operation, lang: Lang) -> Vec<Option<String>> {
    let marked = marked(operation);
    let cell = |(index, field): (usize, &Field)| {
        let shown = shown(field, lang)?;
        Some(if marked == Some(index) { format!("{}{shown}", mark(lang)) } else { shown })
    };
    operation.fields.iter().enumerate().map(cell).collect()
}

/// What stands in front of the text that says that the row is an example.
fn mark(lang: Lang) -> String {
    say!(lang, "ÖRNEK: ", "EXAMPLE: ")
}

/// The field whose text says that the row is an example: one that takes any text; sooner a sentence than a word, and
/// sooner one that every row has.
fn marked(operation: &Operation) -> Option<usize> {
    let longest = [Lang::Tr, Lang::En].map(|lang| mark(lang).chars().count()).into_iter().max().unwrap_or_default();
    let rank = |field: &Field| {
        let example = field.example.as_deref().filter(|_| field.free)?;
        let fits = field.max_length.is_none_or(|most| (example.chars().count() + longest) as u64 <= most);
        fits.then_some((example.contains(' '), field.required))
    };
    let ranked = operation.fields.iter().enumerate().filter_map(|(index, field)| Some((rank(field)?, index)));
    ranked.max().map(|(_, index)| index)
}

/// A field's example as a person of that language would type it.
fn shown(field: &Field, lang: Lang) -> Option<String> {
    let example = field.example.as_deref()?;
    Some(match &field.kind {
        Kind::Enum(values) => {
            Kind::enum_value(values, example).map_or(example, |at| values[at].label.get(lang)).to_owned()
        }
        Kind::Boolean if example == "true" => say!(lang, "Evet", "Yes"),
        Kind::Boolean => say!(lang, "Hayır", "No"),
        _ => example.to_owned(),
    })
}

/// Tells the example row of an operation from the rows of a list.
pub struct Example {
    /// The values that each field has in the example, in one language or the other; empty where it shows none.
    values: Vec<Vec<Value>>,
}

impl Example {
    /// Of an operation whose contract gives examples.
    pub fn of(operation: &Operation, coerce: &Coerce) -> Option<Self> {
        let languages = [Lang::Tr, Lang::En].map(|lang| cells(operation, lang));
        let value = |index: usize, field: &Field, cells: &[Option<String>]| {
            let cell = Cell::Text(cells[index].as_deref()?.into());
            coerce.value(field, &cell).ok().flatten()
        };
        let of_field = |(index, field): (usize, &Field)| {
            let mut values: Vec<Value> = languages.iter().filter_map(|cells| value(index, field, cells)).collect();
            values.dedup();
            values
        };
        let values: Vec<Vec<Value>> = operation.fields.iter().enumerate().map(of_field).collect();
        values.iter().any(|values| !values.is_empty()).then_some(Self { values })
    }

    /// Whether a row is the example as the template has it: each of its columns, and nothing beside them.
    pub fn is(&self, row: &Row, route: &Route, draft: &Draft) -> bool {
        let column = |field: usize| route.column(field).and_then(|column| row.cells.get(column));
        let agrees = |(field, values): (usize, &Vec<Value>)| match (column(field), values.as_slice()) {
            (None, _) => true,
            (Some(cell), []) => cell.is_blank(),
            (Some(_), values) => draft.values[field].as_ref().is_some_and(|value| values.contains(value)),
        };
        let feeds = |at: usize| (0..self.values.len()).any(|field| route.column(field) == Some(at));
        draft.refused.is_empty()
            && self.values.iter().enumerate().all(agrees)
            && row.cells.iter().enumerate().all(|(at, cell)| cell.is_blank() || feeds(at))
    }
}
