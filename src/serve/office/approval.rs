//! Four eyes: somebody asks, another person approves. What is approved is a digest of what would go, and nothing else.

use super::Actor;

/// What became of a request for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has decided.
    Open,
    /// Another person approved it.
    Approved,
    /// Another person did not.
    TurnedBack,
    /// The one who asked did not want it any more.
    Withdrawn,
    /// The list was changed.
    Lapsed,
}

impl Decision {
    /// As the office spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Open => "open",
            Decision::Approved => "approved",
            Decision::TurnedBack => "turned-back",
            Decision::Withdrawn => "withdrawn",
            Decision::Lapsed => "lapsed",
        }
    }

    /// The decision of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        use Decision::{Approved, Lapsed, Open, TurnedBack, Withdrawn};
        [Open, Approved, TurnedBack, Withdrawn, Lapsed].into_iter().find(|decision| decision.as_str() == name)
    }
}

/// A request for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its number.
    pub id: i64,
    /// The list.
    pub list: i64,
    /// The digest of what would go.
    pub digest: String,
    /// How many rows would go.
    pub rows: u64,
    /// Who asked.
    pub asked_by: Actor,
    /// When.
    pub asked_ms: i64,
    /// What the one who asked says.
    pub note: String,
    /// What became of it.
    pub decision: Decision,
    /// Who decided.
    pub decided_by: Option<Actor>,
    /// When.
    pub decided_ms: Option<i64>,
    /// Why it was turned back.
    pub why: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApproval {
    /// The digest of what would go.
    pub digest: String,
    /// How many rows would go.
    pub rows: u64,
    /// What the one who asks says.
    pub note: String,
}
