//! The start: where to, the area for the list, what happens next, and the last runs.

use jiff::Timestamp;

use super::parts::notice::Notice;
use super::run_head::Place;
use crate::state::RunState;

/// The page at `/`.
#[derive(Debug, Clone)]
pub struct StartScreen {
    /// Where lists may go, the usual one first. With none the page says that the settings have none.
    pub targets: Vec<TargetChoice>,
    /// The [`name`](TargetChoice::name) of the chosen one.
    pub chosen: String,
    /// The largest file that is taken, in bytes.
    pub limit: u64,
    /// The workbooks to fill in: the address and the operation's name.
    pub templates: Vec<(String, String)>,
    /// The address of a sample list for the first day, where the page has one.
    pub sample: Option<String>,
    /// The last runs that this person may see, the newest first.
    pub runs: Vec<RunRow>,
    /// Whether this person may bring a list; others see the runs alone.
    pub may_prepare: bool,
    /// What is to be said first: a secret that is missing, a run that went on by itself.
    pub notices: Vec<Notice>,
}

/// A place to send to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChoice {
    /// As the form sends it; empty for what is in force without a profile.
    pub name: String,
    /// Its title, and whether it is TEST.
    pub place: Place,
    /// The server's name; empty for the built-in server to rehearse with.
    pub server: String,
    /// A second person has to approve.
    pub four_eyes: bool,
}

/// A run in a list of runs.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// The run as addresses name it.
    pub name: String,
    /// The file as it was called when it came.
    pub file_name: String,
    /// Where it goes or went.
    pub place: Place,
    /// How far it has come.
    pub state: RunState,
    /// Why it stopped, in a word or two ("token"); empty else.
    pub why: String,
    /// Its rows by what became of them.
    pub rows: RunCounts,
    /// Who brought it.
    pub by: String,
    /// Who approved it, or is asked to.
    pub approval: Approval,
    /// When its sending began, or when it came.
    pub at: Timestamp,
}

/// Who approved a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Its place asks for none.
    NotNeeded,
    /// Its place asks for one, and nobody was asked yet.
    NotAsked,
    /// Somebody is asked.
    Awaited,
    /// This person did.
    By(String),
}

/// The rows of a run by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Rows read.
    pub read: u64,
    /// Rows that can go, or were to go.
    pub to_send: u64,
    /// Done, with a number or without.
    pub done: u64,
    /// Refused by the server.
    pub rejected: u64,
    /// The contract does not accept them.
    pub invalid: u64,
    /// Sent before.
    pub duplicate: u64,
    /// Done or not: nobody knows.
    pub unknown: u64,
    /// Not sent: the run stopped, a person left them out, or they wait for an unknown one.
    pub not_sent: u64,
}
