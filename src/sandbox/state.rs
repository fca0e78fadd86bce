//! What the sandbox remembers between requests: a running number for all, the rules of the systems
//! that it plays, and a shelf for the others.

use serde_json::Value;

use super::answer::Refusal;
use super::asked::Asked;
use super::shelf::Shelf;
use super::{bank, hugin, netahsilat, thalamus};
use crate::contract::Method;

/// The first number that is given out.
const FIRST: u64 = 1001;

/// Values for places (JSON pointers) in the answer that the state decides; an object is put over the one
/// that stands there.
pub type Filled<'a> = Vec<(&'a str, Value)>;

/// The sandbox's memory; it begins anew each time.
#[derive(Debug, Default)]
pub struct State {
    given: u64,
    bank: bank::State,
    hugin: hugin::State,
    netahsilat: netahsilat::State,
    shelf: Shelf,
}

impl State {
    /// Carries a valid request out, or refuses it and leaves everything as it was. `made_above` says
    /// that the path names one thing that a POST one path above makes.
    pub fn apply<'a>(&mut self, asked: &Asked<'a>, made_above: bool) -> Result<(u64, Filled<'a>), Refusal> {
        let next = self.given + 1;
        let filled = match asked.operation.system.as_str() {
            bank::SYSTEM => self.bank.apply(asked)?,
            hugin::SYSTEM => self.hugin.apply(&asked.operation.name, asked.body, asked.token)?,
            netahsilat::SYSTEM => self.netahsilat.apply(asked, next)?,
            thalamus::SYSTEM => thalamus::apply(asked, FIRST + self.given)?,
            _ if made_above => self.shelf.apply(asked)?,
            _ => Filled::new(),
        };
        if asked.operation.method != Method::Get {
            self.given = next;
        }
        Ok((FIRST + next - 1, filled))
    }

    /// Remembers what a request made, where no rules of a system do.
    pub fn keep(&mut self, asked: &Asked<'_>, id: &Value) {
        let played = [bank::SYSTEM, hugin::SYSTEM, netahsilat::SYSTEM, thalamus::SYSTEM];
        if asked.operation.method == Method::Post && !played.contains(&asked.operation.system.as_str()) {
            self.shelf.keep(asked, id);
        }
    }
}
