//! What read operations answer: pages that are put together, and records that become rows of a table.
//!
//! Nothing here sends or waits: [`pages`] says which page comes next and whether the list stood still
//! meanwhile; [`record`] lays out a JSON object as cells; [`values`] picks the values that a field may have.

pub mod pages;
pub mod record;
pub mod values;

use serde::{Deserialize, Serialize};

use crate::outcome::{Cause, Outcome, Problem, Status};

/// What was read, as the spool keeps it: each row's end, then its items.
#[derive(Debug, Serialize, Deserialize)]
pub enum Record {
    /// A row of the file; its items follow.
    Row(End),
    /// An item that was read for the row before.
    Item {
        /// Counted from 1.
        page: u64,
        /// The item as JSON: the spool keeps no values without a type.
        json: String,
    },
}

/// How the reading for one row ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// `Done` if the answer was read whole.
    pub status: Status,
    /// The status of the last answer; `None` without one.
    pub http_status: Option<u16>,
    /// Why it is not done.
    pub error: Option<Cause>,
    /// What the contract has against the row.
    pub problems: Vec<Problem>,
    /// Items that follow.
    pub items: u64,
}

impl End {
    /// An end without an answer and without items.
    pub fn of(status: Status) -> Self {
        Self { status, http_status: None, error: None, problems: Vec::new(), items: 0 }
    }

    /// As a result's row tells it.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            http_status: self.http_status,
            error: self.error.clone(),
            problems: self.problems.clone(),
            ..Outcome::of(self.status)
        }
    }
}
