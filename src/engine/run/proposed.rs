//! What would be sent, before it is: the caller looks at it, answers, and starts the run.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::checked::{Began, Sendable};
use super::closing::{Closing, Session, close, sentence as ledger_sentence};
use super::digest::Digest;
use super::event::{Caller, Observer};
use super::first_pass::CheckedFile;
use super::handle::{Handle, RunHandle};
use super::propose::{Basis, Proposal};
use super::result_place;
use super::same_run::{self, SameBytes, spec};
use super::second_pass::{Sent, Way, each_going, going_on, leave_out, send, sent_before};
use super::summary::Summary;
use super::target::{Target, places};
use crate::account::unreadable;
use crate::contract::Operation;
use crate::doubt::{Answers, Choice, Doubt, InQuestion};
use crate::error::{Code, Error};
use crate::job::{Duplicates, Job, Recipe, Sending};
use crate::ledger::{self, Begun, Held, Ledger, Run, RunSpec, Servers};
use crate::notice::Notice;
use crate::outcome::Unsent;
use crate::submit::client::Address;
use crate::submit::control::Control;
use crate::text;

/// What the caller says to a proposal. A caller who wants nothing sent drops the proposal.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// The rows go, and so do those in question.
    Send,
    /// The rows go without those in question.
    Skip,
    /// The rows go; nobody decided about those in question, so they stay.
    Unanswered,
    /// The rows go; of those in question each kind as it is said here, and the others stay.
    As(Answers),
}

/// What would be sent where, and what is in question about it.
pub struct Proposed {
    file: CheckedFile,
    job: Arc<Job>,
    sending: Sending,
    ledger: Ledger,
    servers: Servers,
    control: Control,
    began: Began,
    /// Where the result goes.
    place: Option<PathBuf>,
    /// The run that goes on, or that is finished. Without one a new run begins.
    earlier: Option<Run>,
    /// The lock of that run.
    held: Option<Held>,
    /// How many runs of this file, to these servers, there are already.
    again_number: u32,
    /// Nothing where the run is finished.
    proposal: Option<Proposal>,
}

impl Proposed {
    pub(super) fn of(checked: Sendable, sending: Sending, observer: &dyn Observer) -> Result<Self, Error> {
        let Sendable { mut file, job, ledger, control, began } = checked;
        let caller = Caller { observer, control: &control };
        caller.still_wants()?;
        let place = result_place::choose(&job, &file.path, &ledger, caller)?;
        let servers = ledger.servers().map_err(|error| unreadable(&error))?.with_tests(&job.servers.tests);
        let SameBytes { same, other } = same_run::of_file(&ledger, &servers, &file, &job)?;
        let again_number = same.as_ref().map_or(0, |run| run.spec.again + 1);
        let (earlier, held) = match same {
            Some(run) => {
                let (run, held) = hold(&ledger, run, &job.clock)?;
                (going_on(&ledger, run, &file, &job, &sending)?, Some(held))
            }
            None => (None, None),
        };
        // A run that stays as it is while another one begins is nobody's.
        let held = held.filter(|_| earlier.is_some());
        let proposal = if let Some(run) = earlier.as_ref().filter(|run| run.finished) {
            caller.note(sent_before(run, &job.clock));
            None
        } else {
            let again = match &earlier {
                Some(run) => Recipe::of(run)?.again,
                None => sending.again,
            };
            let (run, duplicates) = (earlier.as_ref(), sending.duplicates);
            let job = &job;
            let basis = Basis { job, ledger: &ledger, servers: &servers, run, other_runs: &other, duplicates, again };
            Some(basis.propose(&mut file)?)
        };
        Ok(Self { file, job, sending, ledger, servers, control, began, place, earlier, held, again_number, proposal })
    }

    /// The number in the ledger of the run that would go on; a new run has none yet.
    pub fn goes_on(&self) -> Option<u32> {
        self.earlier.as_ref().map(|run| run.number)
    }

    /// Rows that go if nobody says otherwise.
    pub fn rows(&self) -> u64 {
        self.proposal.as_ref().map_or(0, |proposal| proposal.to_send)
    }

    /// Rows that go only if somebody decides so.
    pub fn rows_in_question(&self) -> u64 {
        self.proposal.as_ref().map_or(0, Proposal::doubtful)
    }

    /// What a person has to decide.
    pub fn in_question(&self) -> Option<&InQuestion> {
        self.proposal.as_ref().map(|proposal| &proposal.question).filter(|question| !question.is_empty())
    }

    /// Whether the file was sent before, and nothing of it is left. Such a run is started to write its result again.
    pub fn is_sent_already(&self) -> bool {
        self.proposal.is_none()
    }

    /// The operations as `system/operation`, joined by commas.
    pub fn target(&self) -> String {
        self.file.target()
    }

    /// The servers as the ledger knows them.
    pub fn servers(&self) -> Vec<String> {
        let mut servers: Vec<String> =
            self.file.operations.iter().map(|operation| self.job.server_of(operation).to_string()).collect();
        servers.sort();
        servers.dedup();
        servers
    }

    /// The addresses to which requests would go, those of token servers too. No secret is read for it.
    ///
    /// # Errors
    /// An address that cannot be used, certificates that cannot be read, or a secret that nobody gave.
    pub fn addresses(&self) -> Result<Vec<Address>, Error> {
        if self.is_sent_already() {
            return Ok(Vec::new());
        }
        places(&self.operations(), &self.job)
    }

    /// The [digest](super::digest) of the rows that go if so much is agreed to, in hexadecimal.
    ///
    /// # Errors
    /// The ledger or the rows cannot be read.
    pub fn digest(&mut self, agreed: &[Doubt]) -> Result<String, Error> {
        let mut digest = Digest::of(agreed);
        for operation in &self.file.operations {
            digest.destination(&self.job.destination(operation));
        }
        if let Some(proposal) = &self.proposal {
            let (from, how) = ((&self.ledger, self.earlier.as_ref()), (&*self.job, &self.sending));
            each_going(&mut self.file, from, how, (proposal, agreed), |row| digest.row(row))?;
        }
        Ok(digest.end())
    }

    /// What there is to tell of the file if nothing is sent.
    pub fn unsent(&self) -> Summary {
        let empty = Proposal::empty();
        Summary::of_unsent(&self.file, &self.job, self.proposal.as_ref().unwrap_or(&empty), self.began.at.elapsed())
    }

    /// Sends the rows, in a thread of its own. A caller who starts a run agrees to its [`addresses`](Self::addresses).
    ///
    /// # Errors
    /// The answer does not settle what is in question, a secret cannot be had, the ledger cannot be written, or the
    /// caller cancelled. Nothing was sent then.
    pub fn start(mut self, answer: Answer) -> Result<RunHandle, Error> {
        Caller { observer: &|_| (), control: &self.control }.still_wants()?;
        let control = self.control.clone();
        let Some(mut proposal) = self.proposal.take() else {
            let run = self.earlier.clone();
            let handle = Handle::start(control, move |_| self.write_again())?;
            return Ok(run.iter().fold(handle, Handle::of_run));
        };
        let question = proposal.question.clone();
        settle(&mut proposal, answer)?;
        let target = Target::of(&self.operations(), &self.job, &self.sending)?;
        let unanswered = proposal.unanswered();
        let (run, held) = match (self.earlier.take(), self.held.take()) {
            (Some(run), Some(held)) => (run, held),
            _ => self.begin()?,
        };
        leave_out(&self.ledger, &run, &self.file, &proposal).map_err(|error| unreadable(&error))?;
        let named = run.clone();
        let started = Started { proposed: self, run, held, proposal, target, question, unanswered };
        Ok(Handle::start(control, move |caller| started.go(caller))?.of_run(&named))
    }

    /// Begins a new run, and takes it.
    fn begin(&self) -> Result<(Run, Held), Error> {
        let spec = RunSpec { again: self.again_number, ..spec(&self.file, &self.job)? };
        match self.ledger.begin(spec).map_err(|error| unreadable(&error))? {
            Begun::New(run) => hold(&self.ledger, *run, &self.job.clock),
            // Another process proposed the same at the same time, and was first.
            Begun::Joined(_) => Err(ledger_sentence(self.ledger.path(), &ledger::Error::UnderWay, &self.job.clock)),
        }
    }

    fn operations(&self) -> Vec<&Operation> {
        self.file.operations.iter().collect()
    }

    /// The run is finished: its result is written again.
    fn write_again(self) -> Result<Summary, Error> {
        let Self { mut file, job, ledger, began, place, earlier, held, .. } = self;
        let closing = Closing { target: place, ..Closing::new(Some(&ledger), earlier.as_ref(), began.at, began.at_ms) };
        let closed = close(&mut file, &job, closing);
        drop(held);
        closed
    }
}

/// A run that goes.
struct Started {
    proposed: Proposed,
    run: Run,
    held: Held,
    proposal: Proposal,
    target: Target,
    question: InQuestion,
    unanswered: u64,
}

impl Started {
    fn go(self, caller: Caller) -> Result<Summary, Error> {
        let Self { proposed, run, held, proposal, target, question, unanswered } = self;
        let Proposed { mut file, job, sending, ledger, servers, began, place, .. } = proposed;
        if sending.duplicates == Duplicates::Warn && proposal.repeats_sent > 0 {
            caller.note(Notice::RepeatsSent { rows: proposal.repeats_sent });
        }
        let is_unfit = sending.require_valid && file.invalid + file.findings.contradictions() > 0;
        let sent = if is_unfit {
            Sent::nothing(ledger, Unsent::RequireValid)
        } else {
            let (job, sending, servers) = (&*job, &sending, &servers);
            let way = Way { job, sending, servers, proposal: &proposal, target: &target, held: &held };
            send(&mut file, ledger, &run, way, caller)?
        };
        let Sent { ledger, stop, rest, rows } = sent;
        let closing = Closing {
            target: place,
            stop,
            not_sent: rest,
            question,
            unanswered,
            session: Session { sent: rows, began_ms: began.at_ms },
            ..Closing::new(Some(&ledger), Some(&run), began.at, began.at_ms)
        };
        let closed = close(&mut file, &job, closing);
        drop(held);
        closed
    }
}

/// Takes a run for this caller, and reads it again: who held it before may have gone on with it.
fn hold(ledger: &Ledger, run: Run, clock: &TimeZone) -> Result<(Run, Held), Error> {
    let held = ledger.hold(run.number).map_err(|error| ledger_sentence(ledger.path(), &error, clock))?;
    let found = ledger.run_numbered(run.number).map_err(|error| unreadable(&error))?;
    Ok((found.unwrap_or(run), held))
}

/// Takes the answer to what is in question.
fn settle(proposal: &mut Proposal, answer: Answer) -> Result<(), Error> {
    match answer {
        Answer::Send => proposal.answered(Choice::Send),
        Answer::Skip | Answer::Unanswered if proposal.question.stops_all() => return Err(undecided(proposal)),
        Answer::Skip => proposal.answered(Choice::Skip),
        Answer::Unanswered => {}
        Answer::As(answers) => {
            let is_open = |doubt: Doubt| doubt.is_of_the_file() && answers.to(doubt) != Some(Choice::Send);
            if proposal.question.rows.iter().any(|(doubt, _)| is_open(*doubt)) {
                return Err(undecided(proposal));
            }
            proposal.answered_as(answers);
        }
    }
    Ok(())
}

fn undecided(proposal: &Proposal) -> Error {
    let words = proposal.question.sentences();
    let (tr, en) = (words.tr, words.en);
    Code::InQuestion.cannot_start(text!(
        "{tr} Buna karar verilmeden hiçbir şey gönderilmez.",
        "{en} Nothing is sent before somebody decides about this."
    ))
}
