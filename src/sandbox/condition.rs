//! Which requests a rule of a script meets.

use std::num::NonZeroU64;

use caseload_engine::contract::Operation;
use caseload_engine::outcome::id_text;
use serde::Deserialize;
use serde_json::Value;

use super::asked::value_of;

/// What a script can tell requests apart by.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The first request is 1.
    pub n: u64,
    pub operation: Option<&'a Operation>,
    /// Of the path and the query.
    pub parameters: &'a [(String, String)],
    pub body: Option<&'a Value>,
}

/// The conditions of a rule; all that are given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct On {
    pub request: Option<u64>,
    pub from: Option<u64>,
    pub every: Option<NonZeroU64>,
    pub operation: Option<String>,
    pub field: Option<String>,
    pub is: Option<Value>,
    pub chance: Option<f64>,
}

impl On {
    /// `roll` is the request's lot for this rule, from 0 up to 1.
    pub fn fits(&self, seen: Seen<'_>, roll: f64) -> bool {
        let holds = |field: &String| {
            let in_body = seen.body.and_then(|body| body.get(field)).map(id_text);
            let found = in_body.or_else(|| value_of(seen.parameters, field).map(str::to_owned));
            found.is_some() && found == self.is.as_ref().map(id_text)
        };
        let is_for = |name: &String| seen.operation.is_some_and(|it| it.name == *name || it.full_name() == *name);
        self.request.is_none_or(|n| n == seen.n)
            && self.from.is_none_or(|n| n <= seen.n)
            && self.every.is_none_or(|n| seen.n.is_multiple_of(n.get()))
            && self.operation.as_ref().is_none_or(is_for)
            && self.field.as_ref().is_none_or(holds)
            && self.chance.is_none_or(|chance| roll < chance)
    }
}
