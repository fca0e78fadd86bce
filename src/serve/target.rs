//! Where a list may go.
//!
//! Targets are a matter of the settings file, which the caller of this crate reads: the page shows them, and never
//! writes them.

use std::time::Duration;

use caseload_engine::error::Error;
use caseload_engine::job::{Job, Sending};
use caseload_sheet::message::Lang;

/// A target: a profile of the settings, or the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As the settings, `?profile=` and the store name it; empty for what is in force without a profile.
    pub name: String,
    /// As people read it: a system's name, or the profile's.
    pub title: String,
    /// The operations that its lists may become, as `system/operation`; empty where the headers decide.
    pub operations: Vec<String>,
    /// The servers, as the ledger knows them.
    pub servers: Vec<String>,
    /// TEST, or a sandbox. Every other target is LIVE.
    pub is_test: bool,
    /// The built-in server to rehearse with.
    pub is_sandbox: bool,
    /// A second person has to approve what goes there.
    pub four_eyes: bool,
    /// How long an upload is kept after its run has ended.
    pub keep_uploads: Duration,
    /// Requests a second at most, as the settings say; `None` is the gentle rate of a server elsewhere.
    pub rate: Option<String>,
    /// The secrets that it takes, and whether each is given. No secret itself.
    pub secrets: Vec<(String, bool)>,
    /// The settings file that says so.
    pub settings: Option<String>,
}

/// How a list is to be read, beside what its target says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The operation as `system/operation`, where the target leaves it open.
    pub to: Option<String>,
    /// The sheet, where only one of a workbook is meant.
    pub sheet: Option<String>,
    /// Fields and the headers of their columns.
    pub maps: Vec<(String, String)>,
    /// Headers of columns that are not sent, as a person said.
    pub unused: Vec<String>,
    /// Fields that have one value in every row.
    pub sets: Vec<(String, String)>,
}

/// The targets that the settings have.
pub trait Targets: Send + Sync {
    /// All of them, the usual one first.
    fn list(&self) -> Vec<Target>;

    /// What is to be done with a list that goes to a target: contracts, server, secrets, rate. The desk adds the mends
    /// of the run and the place of the result.
    ///
    /// # Errors
    /// There is no such target, or its settings cannot be used.
    fn job(&self, target: &str, reading: &Reading, lang: Lang) -> Result<(Job, Sending), Error>;
}
