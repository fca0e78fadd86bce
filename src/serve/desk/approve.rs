//! Four eyes: where a target asks for it, a list is sent when another person has agreed to what would go.

use caseload_engine::doubt::Doubt;
use caseload_engine::error::Code;

use super::send::{Proposal, is_what_was_agreed};
use super::{Agreed, Desk, Fault, now};
use crate::office::{Act, Actor, Decision, List, NewApproval};
use crate::state::RunState;

impl Desk {
    /// Sends a list as a person agreed to it, or asks for the approval of another where its target wants that.
    ///
    /// # Errors
    /// As [`Desk::send`].
    pub fn hand_over(&self, list: &List, agreed: &Agreed, note: &str, by: &Actor) -> Result<List, Fault> {
        let list = if self.target_of(list)?.four_eyes {
            let proposal = self.propose(list)?;
            is_what_was_agreed(&proposal, agreed)?;
            is_answered(&proposal, agreed)?;
            let asked = NewApproval { digest: agreed.digest.clone(), rows: agreed.rows, note: note.to_owned() };
            self.office().ask(list.id, list.revision, &asked, by, now())?;
            self.list(&list.name)?
        } else {
            self.send(list, agreed, by)?
        };
        if !agreed.doubts.is_empty() {
            self.office().note_answers(list.id, by, &words(&agreed.doubts), now())?;
        }
        Ok(list)
    }

    /// Approves what another person asked for, and sends it. Who approves agrees to what is in question too.
    ///
    /// # Errors
    /// This person had a hand in the list, other rows would go by now, something is in question that this person did
    /// not agree to, or the engine cannot start. Nothing was sent then.
    pub fn approve(&self, list: &List, agreed: &Agreed, by: &Actor) -> Result<List, Fault> {
        if list.state != RunState::WaitingApproval {
            return Err(Fault::NotNow(list.state));
        }
        let proposal = self.propose(list)?;
        is_what_was_agreed(&proposal, agreed)?;
        is_answered(&proposal, agreed)?;
        self.office().approve(list.id, &agreed.digest, agreed.rows, by, now())?;
        if !agreed.doubts.is_empty() {
            let act = Act::Agreed { to: words(&agreed.doubts) };
            self.office().note(by, Some(&list.name), &act, now())?;
        }
        if let Err(fault) = self.start(&self.list(&list.name)?, Some(agreed)) {
            self.office().move_list(list.id, &[RunState::Sending], RunState::Checked, None, now())?;
            return Err(fault);
        }
        self.list(&list.name)
    }

    /// Does not approve what another person asked for.
    ///
    /// # Errors
    /// Nobody asks for approval.
    pub fn turn_back(&self, list: &List, why: &str, by: &Actor) -> Result<List, Fault> {
        self.office().turn_back(list.id, why, by, now())?;
        self.list(&list.name)
    }

    /// Takes a request for approval back.
    ///
    /// # Errors
    /// Nobody asks for approval.
    pub fn withdraw(&self, list: &List, by: &Actor) -> Result<List, Fault> {
        self.office().withdraw(list.id, by, now())?;
        self.list(&list.name)
    }

    /// Sees that rows which go on by a person's word were approved, where their target wants that: a list that stopped
    /// may have been mended since.
    pub(super) fn is_approved(&self, list: &List) -> Result<(), Fault> {
        if !self.target_of(list)?.four_eyes {
            return Ok(());
        }
        let latest = self.office().approvals(list.id)?.into_iter().next();
        match latest.filter(|latest| latest.decision == Decision::Approved) {
            Some(_) => Ok(()),
            None => Err(Fault::NeedsApproval),
        }
    }
}

/// Sees that nothing is in question that keeps all rows back and that nobody agreed to.
fn is_answered(proposal: &Proposal, agreed: &Agreed) -> Result<(), Fault> {
    let in_question = &proposal.in_question;
    let is_open = |doubt: &Doubt| doubt.is_of_the_file() && !agreed.doubts.contains(doubt);
    if in_question.rows.iter().any(|(doubt, _)| is_open(doubt)) {
        return Err(Fault::Engine(Code::InQuestion.cannot_start(in_question.sentences())));
    }
    Ok(())
}

fn words(doubts: &[Doubt]) -> Vec<String> {
    doubts.iter().map(|doubt| doubt.as_str().to_owned()).collect()
}
