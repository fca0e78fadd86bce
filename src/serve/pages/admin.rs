//! Administration: what is set and where, people and their roles, mappings that are remembered, the ledger, who did
//! what. Targets, secrets and retention are matters of the settings file; this page shows them.

use std::time::Duration;

use jiff::Timestamp;

use super::run_head::Place;
use crate::person::Role;

/// The page at `/admin`.
#[derive(Debug, Clone)]
pub struct AdminScreen {
    /// The targets.
    pub targets: Vec<TargetRow>,
    /// People; empty on a page without people.
    pub people: Vec<PersonRow>,
    /// Mappings that are remembered for the next files.
    pub mappings: Vec<MappingRow>,
    /// How the ledger is.
    pub ledger: LedgerHealth,
    /// What was done last, the newest first.
    pub deeds: Vec<AuditRow>,
    /// Whether this person may change people and mappings.
    pub may_manage: bool,
    /// What was wrong with the form for a new person, as a sentence.
    pub fault: Option<String>,
    /// The form for a new person, as it was typed.
    pub typed: NewPerson,
    /// The one-time password of the person who was just added, as email and password: shown once.
    pub added: Option<(String, String)>,
}

/// A target as the settings have it.
#[derive(Debug, Clone)]
pub struct TargetRow {
    /// Its title, and whether it is TEST.
    pub place: Place,
    /// The servers.
    pub servers: Vec<String>,
    /// Requests a second at most, as the settings write it; empty for the gentle rate.
    pub rate: String,
    /// A second person has to approve.
    pub four_eyes: bool,
    /// The secrets that it takes, and whether each is set.
    pub secrets: Vec<(String, bool)>,
    /// How long an upload is kept after its run has ended.
    pub keeps: Duration,
    /// The settings file that says so; empty for what is built in.
    pub settings: String,
}

/// A person.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// The number in the store.
    pub id: i64,
    /// As others are shown that person.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// When that person came last.
    pub last_seen: Option<Timestamp>,
    /// Whether it is the person who looks, who cannot remove himself.
    pub is_you: bool,
}

/// The form for a new person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPerson {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The roles.
    pub roles: Vec<Role>,
}

/// A mapping that is remembered.
#[derive(Debug, Clone)]
pub struct MappingRow {
    /// The number in the store.
    pub id: i64,
    /// The header.
    pub header: String,
    /// The field as people read it; empty where the column is not sent.
    pub label: String,
    /// For which operation.
    pub operation: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How the ledger is.
#[derive(Debug, Clone, Default)]
pub struct LedgerHealth {
    /// Where it is.
    pub path: String,
    /// What is wrong with it, as a sentence; nothing where it is sound.
    pub fault: Option<String>,
    /// Rows that it knows.
    pub rows: u64,
    /// Runs that it knows.
    pub runs: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// What is free beside it, in bytes.
    pub free: Option<u64>,
    /// When it was copied last.
    pub backed_up: Option<Timestamp>,
    /// Unknown rows of all runs, and the oldest one's time.
    pub unknown: (u64, Option<Timestamp>),
    /// Runs under way now, by name.
    pub under_way: Vec<String>,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, as a sentence without the actor.
    pub what: String,
    /// From which address.
    pub from: String,
}
