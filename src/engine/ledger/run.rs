//! A run, as the ledger knows it.

use serde::{Deserialize, Serialize};

use crate::identity::{Endpoint, Server};
use crate::outcome::Tally;

/// One operation of a run, and where its requests go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// `system/operation`.
    pub operation: String,
    /// The base address as it was given, or `sandbox`. In a run from before: in small letters, as its keys have it.
    pub address: String,
    /// None in a run from before.
    pub endpoint: Option<Endpoint>,
}

impl Destination {
    /// The server of the address.
    pub fn server(&self) -> Server {
        Server::of(&self.address)
    }
}

/// What a run is known by.
#[derive(Debug, Clone)]
pub struct RunSpec {
    /// `20261126-0a1b2c`, behind `sandbox-` for a rehearsal.
    pub name: String,
    /// Hash of file, operations and mapping: the same again, to the same servers, is the same run.
    pub signature: [u8; 32],
    /// How many runs with this signature, to these servers, were known when this one began.
    pub again: u32,
    /// The path of the file, as its caller named it.
    pub file: String,
    /// Of the file, in hexadecimal.
    pub sha256: String,
    /// In the order of the file's operations.
    pub destinations: Vec<Destination>,
    /// What `report` needs to read the file the same way again: JSON.
    pub recipe: String,
    /// Rows that were read.
    pub rows: u32,
    /// Milliseconds since 1970-01-01 UTC.
    pub started_ms: i64,
    /// The sheets' names, by which places are told.
    pub sheets: Vec<String>,
}

impl RunSpec {
    /// The operations as `--to` takes them, joined by commas.
    pub fn target(&self) -> String {
        each_once(self.destinations.iter().map(|to| to.operation.as_str()))
    }

    /// The addresses, each once, joined by commas.
    pub fn addresses(&self) -> String {
        each_once(self.destinations.iter().map(|to| to.address.as_str()))
    }

    /// A rehearsal.
    pub fn is_sandbox(&self) -> bool {
        self.destinations.iter().any(|to| to.server().is_sandbox())
    }
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut list: Vec<&str> = Vec::new();
    for name in names {
        if !list.contains(&name) {
            list.push(name);
        }
    }
    list.join(",")
}

/// What becomes of a run that is to begin.
#[derive(Debug)]
pub enum Begun {
    /// It is in the ledger now.
    New(Box<Run>),
    /// Another process began the run of this number at the same time.
    Joined(u32),
}

/// A run in the ledger.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its number in the ledger, from 1.
    pub number: u32,
    /// What it is known by.
    pub spec: RunSpec,
    /// Every row that can be settled is.
    pub finished: bool,
    /// When its last session ended, in milliseconds since 1970-01-01 UTC.
    pub ended_ms: Option<i64>,
    /// How many rows had ended how by then.
    pub tally: Option<Tally>,
    /// The path of its result, as it was last written.
    pub result: Option<String>,
    /// When its rows were forgotten, in milliseconds since 1970-01-01 UTC.
    pub purged_ms: Option<i64>,
}
