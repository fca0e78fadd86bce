//! Judges the rows of a file, one by one, and keeps what was found.

use std::borrow::Cow;
use std::collections::HashMap;

use super::checked_file::{Before, Fed};
use super::decimals::Decimals;
use crate::account::Places;
use crate::coerce::Coerce;
use crate::contract::Operation;
use crate::error::Error;
use crate::example::Example;
use crate::job::{Job, SheetMends};
use crate::keyed::Key;
use crate::ledger::EntryId;
use crate::map::{Draft, SheetMap};
use crate::row::Row;
use crate::run::earlier::{EarlierResult, Origin, Origins, Settled};
use crate::spool::Spool;
use crate::validate::across::Across;
use crate::validate::{Context, Rules, Verdict, unknown_operation};

/// One reading of a file.
pub struct Pass<'a> {
    pub job: &'a Job,
    /// What people changed, by sheet.
    pub mends: Vec<Option<&'a SheetMends>>,
    pub operations: &'a [&'a Operation],
    pub maps: &'a [SheetMap],
    pub earlier: &'a [Option<EarlierResult>],
    pub origins: Origins<'a>,
    /// Unknown rows of a ledger from before, by their order keys.
    pub held: HashMap<Key, EntryId>,
    pub before: Before,
    pub rules: &'a mut [Rules<'a>],
    /// For what has no times.
    pub coerce: &'a Coerce<'a>,
    /// By operation: each has the zone of its times.
    pub coerces: &'a [Coerce<'a>],
    pub sending: bool,
    pub draft: Draft,
    pub decimals: Decimals,
    pub verdicts: Spool<Verdict>,
    pub across: Across,
    pub places: Places,
    pub valid: u64,
    pub invalid: u64,
    /// One an operation.
    pub example: Vec<Option<Example>>,
    pub examples: Vec<u32>,
}

impl Pass<'_> {
    /// Judges the next row, and keeps the verdict.
    pub fn take(&mut self, row: &Row) -> Result<(), Error> {
        let mends = self.mends[usize::from(row.place.sheet)];
        let mended = mends.map_or(Cow::Borrowed(row), |mends| mends.over(row));
        let row = mended.as_ref();
        let earlier = self.earlier[usize::from(row.place.sheet)].as_ref();
        let before = earlier.and_then(|earlier| earlier.settled(row));
        let ordinal = self.places.len();
        self.places.push(row.place);
        let verdict = self.judge(ordinal, row, before);
        match &verdict {
            Verdict::Invalid { .. } => self.invalid += 1,
            Verdict::Valid { .. } | Verdict::Accepted { .. } => self.valid += 1,
            Verdict::Example { .. } => self.examples.push(ordinal),
            // Nothing of these is going to be sent.
            Verdict::Hidden { .. } | Verdict::LeftOut { .. } | Verdict::Before { .. } => {}
        }
        self.verdicts.push(&verdict)
    }

    fn judge(&mut self, ordinal: u32, row: &Row, before: Option<Settled>) -> Verdict {
        let map = &self.maps[usize::from(row.place.sheet)];
        let route = match map.route(row, self.operations, self.coerce) {
            Ok(route) => route,
            Err(found) => {
                let known: Vec<String> =
                    map.routes.iter().map(|route| self.operations[route.operation].full_name()).collect();
                let problem = unknown_operation(&found, map.selector, known);
                return Verdict::Invalid { operation: None, problems: vec![problem] };
            }
        };
        let operation = route.operation;
        if self.job.recipe.skip_hidden && row.hidden {
            return Verdict::Hidden { operation };
        }
        if self.mends[usize::from(row.place.sheet)].is_some_and(|mends| mends.leaves_out(row.place.row)) {
            return Verdict::LeftOut { operation };
        }
        let rules = &mut self.rules[operation];
        let coerce = &self.coerces[operation];
        route.fill(&mut self.draft, row, rules.operation(), coerce);
        let is_example = |example: &Example| before.is_none() && example.is(row, route, &self.draft);
        if self.example[operation].as_ref().is_some_and(is_example) {
            return Verdict::Example { operation };
        }
        self.decimals.note(row);
        let origin = before.as_ref().and_then(|before| self.origins.of(&before.reference, rules.operation()));
        let accepted = match rules.check(&mut self.draft, &Context { row, route, coerce }) {
            Ok(accepted) => accepted,
            Err(problems) => {
                return match (before, origin) {
                    (Some(before), Some(Origin::Here { .. })) => before.verdict(operation, None),
                    _ => Verdict::Invalid { operation: Some(operation), problems },
                };
            }
        };
        for (_, key) in accepted.landed_orders() {
            if let (Some(id), Some(order)) = (self.held.get(&key), accepted.order()) {
                self.before.held.push((order, *id));
            }
        }
        let request = self.sending.then(|| accepted.request());
        match (before, origin) {
            (Some(before), Some(Origin::Here { run, place })) => {
                self.across.note_before(ordinal, &accepted.marks);
                self.before.fed.push(Fed { ordinal, run, place });
                return before.verdict(operation, request);
            }
            (_, Some(Origin::Elsewhere)) => self.before.fed_elsewhere.push(ordinal),
            _ => {}
        }
        self.across.note(ordinal, &accepted.marks, self.operations[operation]);
        let order = accepted.order_to_compare();
        let warnings = accepted.warnings;
        match request {
            Some(request) => Verdict::Valid { request, warnings },
            None => Verdict::Accepted { operation, order, warnings },
        }
    }
}
