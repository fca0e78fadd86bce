//! The systems whose rules the sandbox plays, and the shelf for all others.
//!
//! A new system is a file beside this one and a line in [`PLAYED`].

mod bank;
mod hugin;
mod netahsilat;
mod shelf;
mod thalamus;

use serde_json::Value;

use super::answer::{Filled, Refusal};
use super::asked::Asked;
use caseload_engine::contract::Method;

/// A system, as far as its documents tell: what it does with a request, and what it remembers.
trait System: Send {
    /// Carries out a request that its contract accepts, or refuses it and leaves everything as it was.
    /// `number` is another one for each request that changes something.
    fn apply<'a>(&mut self, asked: &Asked<'a>, number: u64) -> Result<Filled<'a>, Refusal>;

    /// Remembers what a request made, by the id that its answer gives.
    fn keep(&mut self, asked: &Asked<'_>, id: &Value) {
        let _ = (asked, id);
    }
}

/// What makes a system with an empty memory.
type Make = fn() -> Box<dyn System>;

/// Every system that is played, by the name of its contract.
const PLAYED: [(&str, Make); 4] = [
    ("bank", || Box::<bank::Bank>::default()),
    ("hugin", || Box::<hugin::Hugin>::default()),
    ("netahsilat", || Box::<netahsilat::Netahsilat>::default()),
    ("thalamus", || Box::new(thalamus::Thalamus)),
];

/// The first number that is given out.
const FIRST: u64 = 1001;

/// What the sandbox remembers between requests. It begins anew each time.
pub struct Systems {
    given: u64,
    played: Vec<(&'static str, Box<dyn System>)>,
    shelf: shelf::Shelf,
}

impl Default for Systems {
    fn default() -> Self {
        let played = PLAYED.iter().map(|(name, make)| (*name, make())).collect();
        Self { given: 0, played, shelf: shelf::Shelf::default() }
    }
}

impl Systems {
    /// Carries a valid request out, or refuses it and leaves everything as it was. Tells the number that it was given,
    /// and the values that the answer has of it.
    pub fn apply<'a>(&mut self, asked: &Asked<'a>) -> Result<(u64, Filled<'a>), Refusal> {
        let number = FIRST + self.given;
        let filled = self.of(asked).apply(asked, number)?;
        if asked.operation.method != Method::Get {
            self.given += 1;
        }
        Ok((number, filled))
    }

    /// Remembers what a request made.
    pub fn keep(&mut self, asked: &Asked<'_>, id: &Value) {
        self.of(asked).keep(asked, id);
    }

    fn of(&mut self, asked: &Asked<'_>) -> &mut dyn System {
        let played = self.played.iter_mut().find(|(name, _)| *name == asked.operation.system);
        played.map_or(&mut self.shelf, |(_, system)| system.as_mut())
    }
}
