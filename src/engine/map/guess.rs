//! What the headers of a sheet mean as far as they say it: for a person who says the rest.

use super::{ColumnOverrides, Source, missing, source, unknown};
use crate::contract::{Field, Operation};
use crate::fold::fold;
use crate::row::Sheet;

/// How alike a header and a field's name must be before a person is shown the field first.
const LIKELY: f64 = 0.6;
/// Fields that are shown first, at most.
const MOST: usize = 3;

/// What the headers of a sheet mean.
#[derive(Debug, Clone)]
pub struct Guess {
    /// The operation that they fit best, as an index.
    pub operation: usize,
    /// Where each field's value comes from, in the contract's order.
    pub sources: Vec<Source>,
    /// The columns with a header that feed nothing, from 0.
    pub unknown: Vec<usize>,
    /// The required fields that nothing feeds, as indices.
    pub missing: Vec<usize>,
}

/// Guesses the meaning of a sheet's headers; nothing where there is no operation.
pub fn guess(sheet: &Sheet, operations: &[&Operation], overrides: &ColumnOverrides) -> Option<Guess> {
    let headers: Vec<String> = sheet.headers.iter().map(|header| fold(header)).collect();
    let of = |(index, operation): (usize, &&Operation)| {
        let take = |field| source(sheet, &headers, field, overrides).unwrap_or(Source::Nowhere);
        let sources: Vec<Source> = operation.fields.iter().map(take).collect();
        let lacking: Vec<&str> = missing(operation, &sources).into_iter().map(|field| field.name.as_str()).collect();
        let at = |name: &&str| operation.fields.iter().position(|field| field.name == **name);
        let missing = lacking.iter().filter_map(at).collect();
        Guess { operation: index, unknown: Vec::new(), missing, sources }
    };
    let score = |guess: &Guess| {
        let fed = guess.sources.iter().filter(|source| **source != Source::Nowhere).count();
        (fed, std::cmp::Reverse(guess.missing.len()), std::cmp::Reverse(guess.operation))
    };
    let mut best = operations.iter().enumerate().map(of).max_by_key(score)?;
    let route = super::Route { operation: best.operation, sources: best.sources.clone() };
    best.unknown = unknown(sheet, None, &[route]);
    Some(best)
}

impl Guess {
    /// The fields that a column may mean, the likeliest first: those that nothing feeds yet.
    pub fn likely<'o>(&self, sheet: &Sheet, column: usize, operation: &'o Operation) -> Vec<&'o Field> {
        let header = sheet.headers.get(column).map(|header| fold(header)).unwrap_or_default();
        let free = operation.fields.iter().zip(&self.sources).filter(|(_, source)| **source == Source::Nowhere);
        let mut ranked: Vec<(f64, &Field)> = free.map(|(field, _)| (likeness_of(field, &header), field)).collect();
        ranked.retain(|(likeness, _)| *likeness >= LIKELY);
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.into_iter().take(MOST).map(|(_, field)| field).collect()
    }
}

/// How alike a folded header and any name of a field are, from 0 to 1.
fn likeness_of(field: &Field, header: &str) -> f64 {
    field.names().map(|name| strsim::jaro_winkler(&fold(name), header)).fold(0.0, f64::max)
}

/// How alike two texts are, whatever their case and accents: from 0 to 1.
pub fn likeness(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(&fold(a), &fold(b))
}
