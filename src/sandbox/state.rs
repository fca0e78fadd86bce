//! What the sandbox remembers between requests: a running number for every system, and more for the
//! one whose rules it plays.

use serde_json::Value;

use super::answer::Refusal;
use super::hugin;
use crate::contract::Operation;

/// The first number that is given out.
const FIRST: u64 = 1001;

/// Values for places (JSON pointers) in the answer that the state decides.
pub type Filled = Vec<(&'static str, Value)>;

/// The sandbox's memory; it begins empty each time.
#[derive(Debug, Default)]
pub struct State {
    given: u64,
    hugin: hugin::State,
}

impl State {
    /// Carries a valid request out, or refuses it and leaves everything as it was.
    pub fn apply(&mut self, operation: &Operation, body: &Value, token: &str) -> Result<(u64, Filled), Refusal> {
        let filled = match operation.system.as_str() {
            hugin::SYSTEM => self.hugin.apply(&operation.name, body, token)?,
            _ => Filled::new(),
        };
        self.given += 1;
        Ok((FIRST + self.given - 1, filled))
    }
}
