//! What would be sent is proposed; a person agrees to it; it is sent, held, let go on, or ended.

use std::sync::Arc;

use caseload_engine::contract::Operation;
use caseload_engine::doubt::{Answers, Choice, Doubt, InQuestion};
use caseload_engine::run::{self, Aim, Answer, Caller, Event, Proposed};
use caseload_engine::submit::control::Control;

use super::under_way::{Begun, UnderWay};
use super::{Desk, Fault, locked, now};
use crate::office::{Act, Actor, List, Started};
use crate::state::RunState;

/// What would be sent.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Rows that go if nobody says otherwise.
    pub rows: u64,
    /// The digest of these rows.
    pub digest: String,
    /// What a person has to decide.
    pub in_question: InQuestion,
    /// The servers, as the ledger knows them.
    pub servers: Vec<String>,
    /// The operations as `system/operation`, joined by commas.
    pub to: String,
    /// The file was sent before, and nothing of it is left.
    pub is_sent_already: bool,
}

/// What a person agreed to.
#[derive(Debug, Clone, Default)]
pub struct Agreed {
    /// The rows that were shown.
    pub rows: u64,
    /// Their digest.
    pub digest: String,
    /// What is in question, and goes all the same.
    pub doubts: Vec<Doubt>,
}

/// The states from which rows may be sent.
const READY: [RunState; 3] = [RunState::Checked, RunState::WaitingApproval, RunState::Stopped];

impl Desk {
    /// Finds out what would be sent at this moment, and sends nothing.
    ///
    /// # Errors
    /// The file or the ledger cannot be read, or another process is sending the run.
    pub fn propose(&self, list: &List) -> Result<Proposal, Fault> {
        Ok(self.proposed(list, &Control::default())?.0)
    }

    fn proposed(&self, list: &List, control: &Control) -> Result<(Proposal, Proposed), Fault> {
        let overlay = self.office().mends_of(list.id)?;
        let (job, sending) = self.job_of(&self.subject(list, &overlay)?)?;
        let observer = |_: Event| ();
        let caller = Caller { observer: &observer, control };
        let path = self.office().file_of(list.id)?;
        let checked = run::check(&path, Arc::new(job), Aim::Send, Some(self.open()?), caller)?;
        let mut proposed = checked.propose(sending, &observer)?;
        let proposal = Proposal {
            rows: proposed.rows(),
            digest: proposed.digest(&[])?,
            in_question: proposed.in_question().cloned().unwrap_or_default(),
            servers: proposed.servers(),
            to: proposed.target(),
            is_sent_already: proposed.is_sent_already(),
        };
        Ok((proposal, proposed))
    }

    /// Sends a list as a person agreed to it. Rows go in the background from here on.
    ///
    /// # Errors
    /// The target asks for a second person, other rows would go by now, something is in question that nobody agreed to, the list is being sent already, or
    /// the engine cannot start. Nothing was sent then.
    pub fn send(&self, list: &List, agreed: &Agreed, by: &Actor) -> Result<List, Fault> {
        if self.target_of(list)?.four_eyes {
            return Err(Fault::NeedsApproval);
        }
        let before = list.state;
        let moved = self.office().move_list(list.id, &READY, RunState::Sending, Some(by), now())?;
        match self.start(&moved, Some(agreed)) {
            Ok(()) => self.list(&list.name),
            Err(fault) => {
                self.office().move_list(list.id, &[RunState::Sending], before, None, now())?;
                Err(fault)
            }
        }
    }

    /// Starts a run. Without a word of a person it goes on with what it had begun.
    pub(super) fn start(&self, list: &List, agreed: Option<&Agreed>) -> Result<(), Fault> {
        let control = Control::default();
        let (proposal, proposed) = self.proposed(list, &control)?;
        match agreed {
            Some(agreed) => is_what_was_agreed(&proposal, agreed)?,
            // The settings name another server by now: nobody agreed to that.
            None if proposed.goes_on() != list.run.as_ref().map(|run| run.number) => {
                return Err(Fault::Changed { rows: proposal.rows, digest: proposal.digest });
            }
            None => {}
        }
        let answer = Answer::As(answers(agreed.map(|agreed| agreed.doubts.as_slice()).unwrap_or_default()));
        let handle = proposed.start(answer)?;
        if let Some((number, name)) = handle.run() {
            self.office().note_run(list.id, &Started { number, name: name.to_owned() }, now())?;
        }
        let under_way = Arc::new(UnderWay::new(control, proposal.rows, now()));
        locked(&self.0.under_way).insert(list.id, Arc::clone(&under_way));
        self.forget_rows(list.id);
        self.watch(Begun { list: list.clone(), handle, under_way });
        Ok(())
    }

    /// Holds a run: rows in flight are waited for, and no other row leaves.
    ///
    /// # Errors
    /// It is not being sent here.
    pub fn pause(&self, list: &List, by: &Actor) -> Result<List, Fault> {
        let under_way = self.under_way(list).ok_or(Fault::NotNow(list.state))?;
        let list = self.office().move_list(list.id, &[RunState::Sending], RunState::Paused, Some(by), now())?;
        under_way.pause();
        Ok(list)
    }

    /// Lets a held run go on, or one that stopped.
    ///
    /// # Errors
    /// There is nothing to go on with.
    pub fn resume(&self, list: &List, by: &Actor) -> Result<List, Fault> {
        const HELD: [RunState; 3] = [RunState::Paused, RunState::Stopped, RunState::Cancelled];
        let before = list.state;
        if self.under_way(list).is_none() {
            self.is_approved(list)?;
        }
        let list = self.office().move_list(list.id, &HELD, RunState::Sending, Some(by), now())?;
        if let Some(under_way) = self.under_way(&list) {
            under_way.resume();
            return Ok(list);
        }
        if let Err(fault) = self.start(&list, None) {
            self.office().move_list(list.id, &[RunState::Sending], before, None, now())?;
            return Err(fault);
        }
        Ok(list)
    }

    /// Ends a run early: rows in flight are settled, and the rest is not sent.
    ///
    /// # Errors
    /// It is not being sent here.
    pub fn cancel(&self, list: &List, by: &Actor) -> Result<(), Fault> {
        self.under_way(list).ok_or(Fault::NotNow(list.state))?.cancel();
        self.office().note(by, Some(&list.name), &Act::Cancelled, now())?;
        Ok(())
    }

    /// The operations of a list, as the contract has them.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn operations(&self, list: &List) -> Result<Vec<Operation>, Fault> {
        self.with_rows(list, |rows| Ok(rows.table.operations().to_vec()))
    }
}

/// Sees that a person agreed to these rows.
pub(super) fn is_what_was_agreed(proposal: &Proposal, agreed: &Agreed) -> Result<(), Fault> {
    if proposal.digest != agreed.digest {
        return Err(Fault::Changed { rows: proposal.rows, digest: proposal.digest.clone() });
    }
    if proposal.rows != agreed.rows {
        return Err(Fault::WrongCount { rows: proposal.rows, given: agreed.rows });
    }
    Ok(())
}

fn answers(agreed: &[Doubt]) -> Answers {
    let to = |doubt: Doubt| agreed.contains(&doubt).then_some(Choice::Send);
    Answers {
        other_server: to(Doubt::OtherServer),
        other_flags: to(Doubt::OtherFlags),
        past_window: to(Doubt::PastWindow),
        changed: to(Doubt::Changed),
    }
}
