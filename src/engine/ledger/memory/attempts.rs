//! One attempt of a row: opened, settled, withdrawn.

use serde_json::json;

use super::Flaw;
use super::book::{Book, Record, interrupted};
use crate::ledger::entry::{Settlement, State};
use crate::ledger::step::{Grant, Intent, Kept, Opening};

impl Book {
    pub fn open(&mut self, intent: &Intent) -> Opening {
        let id = intent.grant.id;
        let state = self.rows.get(&id).map(|row| row.entry.state);
        match self.against(intent) {
            Some(Opening::Repeats { of, state: theirs }) => {
                if let Some(state) = state.filter(|state| *state != State::Pending) {
                    return Opening::Stale(state);
                }
                let new = Record::new(id, intent.place, intent.key, State::Duplicate);
                let row = self.rows.entry(id).or_insert(new);
                row.set(State::Duplicate, None);
                row.entry.duplicate_of = Some(of);
                return Opening::Repeats { of, state: theirs };
            }
            Some(against) => return against,
            None => {}
        }
        match state {
            None | Some(State::Pending) => {}
            Some(State::Unknown) if intent.may_repeat => {}
            Some(state) if self.keeps(Flaw::StateNotAsked) => return Opening::Stale(state),
            Some(_) => {}
        }
        let row = self.rows.entry(id).or_insert_with(|| {
            let mut row = Record::new(id, intent.place, intent.key, State::Pending);
            (row.body, row.first) = (intent.body, intent.first);
            (row.entry.order, row.entry.server) = (intent.order, intent.server);
            row
        });
        if row.is(State::Unknown) {
            // A person's word was about the attempts before it, and not about one that is in doubt since.
            (row.doubt, row.entry.resolved) = (true, None);
        }
        row.set(State::Sending, None);
        row.entry.settlement.http_status = None;
        row.entry.attempts += 1;
        row.entry.sent_at_ms = Some(intent.at_ms);
        row.entry.nonce = Some(intent.grant.nonce);
        row.entry.opened = Some(intent.opened);
        Opening::Granted { attempt: row.entry.attempts }
    }

    pub fn settle(&mut self, grant: Grant, settlement: &Settlement) -> Kept {
        let (any, late) = (!self.keeps(Flaw::AnyOutcome), self.keeps(Flaw::LateAnswerLost));
        let Some(row) = self.rows.get_mut(&grant.id) else {
            self.contradicts(grant, settlement);
            return Kept::Contradicts(None);
        };
        let is_its = any || row.entry.nonce == Some(grant.nonce);
        let is_open = match row.entry.state {
            State::Sending => true,
            State::Unknown | State::Pending => late && settlement.state != State::Unknown,
            _ => false,
        };
        if is_its && is_open {
            row.set(settlement.state, None);
            row.entry.settlement = settlement.clone();
            return Kept::Durable;
        }
        let state = row.entry.state;
        // The same was written before, and its receipt was lost.
        if is_its && state == settlement.state && row.entry.settlement.id == settlement.id {
            return Kept::Durable;
        }
        self.contradicts(grant, settlement);
        Kept::Contradicts(Some(state))
    }

    /// Keeps an outcome that does not fit what the row's record says.
    fn contradicts(&mut self, grant: Grant, settlement: &Settlement) {
        let Settlement { state, http_status, id, error } = settlement;
        let said = json!({ "state": state.as_str(), "http_status": http_status, "id": id, "error": error });
        self.contradictions.push((grant.id, said.to_string()));
    }

    pub fn withdraw(&mut self, grant: Grant) -> Kept {
        let (any, doubts) = (!self.keeps(Flaw::AnyWithdrawal), self.keeps(Flaw::DoubtForgotten));
        let Some(row) = self.rows.get_mut(&grant.id) else { return Kept::Durable };
        if any || (row.entry.nonce == Some(grant.nonce) && (row.is(State::Sending) || row.is_interrupted())) {
            if row.entry.attempts <= 1 {
                self.rows.remove(&grant.id);
                return Kept::Durable;
            }
            // What was in doubt is so still.
            let is_doubtful = doubts && row.doubt && row.entry.resolved.is_none();
            let (state, error) =
                if is_doubtful { (State::Unknown, Some(interrupted())) } else { (State::Pending, None) };
            row.set(state, error);
            row.entry.attempts -= 1;
            row.entry.nonce = None;
            return Kept::Durable;
        }
        // The intent was never durable, or was taken back before.
        if row.is(State::Pending) || row.entry.nonce.is_none() {
            return Kept::Durable;
        }
        Kept::Contradicts(Some(row.entry.state))
    }
}
