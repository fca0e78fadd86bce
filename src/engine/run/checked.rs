//! A file that was checked: what its caller may do with it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::closing::{Closing, close};
use super::event::{Caller, Observer};
use super::first_pass::{Aim, CheckedFile, first_pass};
use super::propose;
use super::proposed::Proposed;
use super::summary::Summary;
use super::table::Table;
use crate::error::{Code, Error};
use crate::fail;
use crate::job::{Job, Sending};
use crate::ledger::Ledger;
use crate::message::Text;
use crate::notice::Notice;
use crate::submit::control::Control;
use crate::submit::event::now_ms;
use crate::text;

/// A file that was read, mapped and checked; nothing was sent.
pub struct Checked {
    file: CheckedFile,
    job: Arc<Job>,
    ledger: Option<Ledger>,
    control: Control,
    began: Began,
    aim: Aim,
}

/// When a command began, by both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Began {
    pub at: Instant,
    pub at_ms: i64,
}

impl Began {
    pub fn now() -> Self {
        Self { at: Instant::now(), at_ms: now_ms() }
    }
}

impl Checked {
    pub(super) fn of(
        path: &Path,
        job: Arc<Job>,
        aim: Aim,
        ledger: Option<Ledger>,
        caller: Caller,
    ) -> Result<Self, Error> {
        let began = Began::now();
        caller.still_wants()?;
        let file = first_pass(path, &job, aim, ledger.as_ref(), caller)?;
        Ok(Self { file, job, ledger, control: caller.control.clone(), began, aim })
    }

    /// Rows that were read, but for the template's example.
    pub fn rows(&self) -> u64 {
        u64::from(self.file.places.len()) - self.file.examples.len() as u64
    }

    /// Rows that are fit to be sent, so far as their own cells tell.
    pub fn valid(&self) -> u64 {
        self.file.valid
    }

    /// Rows that the contract refuses.
    pub fn invalid(&self) -> u64 {
        self.file.invalid
    }

    /// What is to be known of the file beside its rows.
    pub fn warnings(&self) -> &[Text] {
        &self.file.warnings
    }

    /// Ends with the check: writes what was found.
    ///
    /// # Errors
    /// The ledger or the rows cannot be read.
    pub fn report(mut self, observer: &dyn Observer) -> Result<Summary, Error> {
        let Self { file, job, ledger, control, began, .. } = &mut self;
        let caller = Caller { observer, control };
        caller.still_wants()?;
        let mut closing = Closing::new(ledger.as_ref(), None, began.at, began.at_ms);
        if let Some(ledger) = ledger.as_ref() {
            let mut proposal = propose::of_check(ledger, file, job)?;
            closing.question = proposal.question.clone();
            closing.unanswered = proposal.unanswered();
            closing.past = proposal.left_out.iter().map(|repeat| (repeat.ordinal, (repeat.of, repeat.doubt))).collect();
            if !closing.question.is_empty() {
                caller.note(Notice::InQuestion(closing.question.clone()));
            }
        }
        close(file, job, closing)
    }

    /// Ends with the check: gives the rows as people look at them.
    ///
    /// # Errors
    /// The ledger or the rows cannot be read.
    pub fn look(self, observer: &dyn Observer) -> Result<Table, Error> {
        let Self { mut file, job, ledger, control, began, .. } = self;
        let caller = Caller { observer, control: &control };
        caller.still_wants()?;
        let mut closing = Closing::new(ledger.as_ref(), None, began.at, began.at_ms);
        if let Some(ledger) = &ledger {
            let mut proposal = propose::of_check(ledger, &mut file, &job)?;
            closing.unanswered = proposal.unanswered();
            closing.past = proposal.left_out.iter().map(|repeat| (repeat.ordinal, (repeat.of, repeat.doubt))).collect();
            closing.question = proposal.question;
        }
        Table::of_check(file, job, closing)
    }

    /// Finds out what would be sent, and what a person has to decide before.
    ///
    /// # Errors
    /// The file was checked without a ledger or only to be looked at, the ledger cannot be read, or the result's place
    /// cannot be written.
    pub fn propose(self, sending: Sending, observer: &dyn Observer) -> Result<Proposed, Error> {
        fail::point("file-checked");
        let Self { file, job, ledger: Some(ledger), control, began, aim: Aim::Send } = self else {
            return Err(not_to_send());
        };
        Proposed::of(Sendable { file, job, ledger, control, began }, sending, observer)
    }
}

/// A checked file whose rows may be sent.
pub(super) struct Sendable {
    pub file: CheckedFile,
    pub job: Arc<Job>,
    pub ledger: Ledger,
    pub control: Control,
    pub began: Began,
}

fn not_to_send() -> Error {
    Code::CheckedOnly.cannot_start(text!(
        "Dosya yalnız bakmak için denetlendi; gönderilemez. Göndermek için bir defterle denetleyin.",
        "The file was checked to be looked at, and cannot be sent. Check it with a ledger, to send it."
    ))
}
