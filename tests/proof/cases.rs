//! The table of [`classify`](crate::classify): what the server does to the second row, and what follows from it.

use crate::certificates::Fit;
use crate::classify::Wire;
use crate::raw_server::{Step, Turn};

mod answers;
mod breaks;
mod connecting;

/// What becomes of the third row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Third {
    Done,
    /// The run stops at the second.
    Stays,
    /// The run stops at the first.
    AllStay,
}

/// What the table says.
#[derive(Debug, Clone)]
pub struct Want {
    /// The result of the second row: one of these, where the outcome hangs on who is first.
    pub words: &'static [&'static str],
    /// The error code, if it is not done; any where this is empty.
    pub codes: &'static [&'static str],
    pub status: Option<u16>,
    pub attempts: std::ops::RangeInclusive<u64>,
    pub third: Third,
    /// The server reads the row no more than once.
    pub once: bool,
}

#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    /// Of the table of outcomes.
    pub row: &'static str,
    pub turns: Vec<Turn>,
    pub want: Want,
    /// In place of the usual answer to the first row.
    pub first: Option<Vec<Step>>,
    pub wires: fn(Wire) -> bool,
    pub fit: Fit,
    pub address: Option<String>,
    pub to: &'static str,
    pub timeout: &'static str,
    pub more: Vec<&'static str>,
    /// Bytes of the second row's cell.
    pub long: usize,
    pub may_be_left: usize,
}

impl Case {
    /// One turn that the second row meets; `words` and `codes` as in [`Want`].
    pub fn new(
        name: impl Into<String>,
        row: &'static str,
        turn: impl Into<Turn>,
        words: &'static [&'static str],
    ) -> Self {
        let want = Want { words, codes: &[], status: None, attempts: 1..=1, third: Third::Done, once: true };
        Self {
            name: name.into(),
            row,
            turns: vec![turn.into()],
            want,
            first: None,
            wires: |_| true,
            fit: Fit::Good,
            address: None,
            to: "things/make",
            timeout: "20s",
            more: Vec::new(),
            long: 6,
            may_be_left: 0,
        }
    }

    pub fn codes(mut self, codes: &'static [&'static str]) -> Self {
        self.want.codes = codes;
        self
    }

    pub fn status(mut self, status: u16) -> Self {
        self.want.status = Some(status);
        self
    }

    /// The row goes again: this many attempts.
    pub fn attempts(mut self, attempts: std::ops::RangeInclusive<u64>) -> Self {
        self.want.once = *attempts.end() == 1;
        self.want.attempts = attempts;
        self
    }

    /// Goes again, for the server cannot have read it.
    pub fn again_unread(mut self, attempts: std::ops::RangeInclusive<u64>) -> Self {
        self.want.attempts = attempts;
        self
    }

    pub fn stops(mut self, third: Third) -> Self {
        self.want.third = third;
        self
    }

    pub fn on(mut self, wires: fn(Wire) -> bool) -> Self {
        self.wires = wires;
        self
    }

    pub fn runs_on(&self, wire: Wire) -> bool {
        (self.wires)(wire)
    }

    pub fn cell(&self) -> String {
        "x".repeat(self.long)
    }
}

pub fn plain(wire: Wire) -> bool {
    !wire.tls
}

pub fn fresh(wire: Wire) -> bool {
    !wire.pooled
}

pub fn pooled(wire: Wire) -> bool {
    wire.pooled
}

pub fn plain_pooled(wire: Wire) -> bool {
    wire.pooled && !wire.tls
}

pub fn all() -> Vec<Case> {
    [breaks::cases(), answers::cases(), connecting::cases()].concat()
}
