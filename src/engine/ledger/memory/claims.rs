//! What stands against the opening of a row.

use super::Flaw;
use super::book::{Book, Record};
use crate::ledger::entry::{EntryId, State};
use crate::ledger::step::{Intent, Opening};

impl Book {
    /// What stands against an intent, if anything does.
    pub fn against(&self, intent: &Intent) -> Option<Opening> {
        let repeated = self.repeated(intent).filter(|_| self.keeps(Flaw::KeyNotClaimed));
        repeated.or_else(|| self.busy(intent).filter(|_| self.keeps(Flaw::DeviceNotClaimed)))
    }

    /// Of several rows the one that was done tells most, and the one under way least.
    fn repeated(&self, intent: &Intent) -> Option<Opening> {
        let id = intent.grant.id;
        let theirs = |row: &&Record| self.has_a_key(row, intent) && counts(row, intent);
        // Who sends equal rows on purpose has them in one file, too.
        let on_purpose = intent.reach.done_since_ms.is_none();
        let is_other = |row: &&Record| row.entry.id != id && !(on_purpose && row.entry.id.run == id.run);
        let rows = self.rows.values().filter(|row| row.may_be_done()).filter(is_other).filter(theirs);
        let left = self.forgotten.values().map(|(row, _)| row).filter(theirs);
        let rank = |state| match state {
            State::Done => 3,
            State::DoneWithoutId => 2,
            State::Unknown => 1,
            _ => 0,
        };
        let all = rows.chain(left).map(|row| (row.entry.id, row.entry.state));
        let better = |best: (EntryId, State), next: (EntryId, State)| {
            if rank(next.1) > rank(best.1) { next } else { best }
        };
        all.reduce(better).map(|(id, state)| match state {
            State::Sending => Opening::Waits { behind: id },
            _ => Opening::Repeats { of: id, state },
        })
    }

    fn has_a_key(&self, row: &Record, intent: &Intent) -> bool {
        let own = [Some(intent.key), intent.body];
        let is_own = |key| own.contains(&Some(key));
        (is_own(row.key) || row.body.is_some_and(is_own)) && self.is_one_server(row.entry.server, intent.server)
    }

    fn busy(&self, intent: &Intent) -> Option<Opening> {
        let (id, order) = (intent.grant.id, intent.order?);
        let stands = |row: &&Record| match row.entry.state {
            State::Sending => true,
            // What a run sends again stands in nobody's way but its own, and there the loop keeps the order.
            State::Unknown => !(intent.may_repeat && row.entry.id.run == id.run),
            _ => false,
        };
        let mut rows = self.rows.values().filter(|row| row.entry.order == Some(order) && row.entry.id != id);
        let found = rows.find(|row| stands(row) && self.is_one_server(row.entry.server, intent.server))?;
        Some(Opening::Held { by: found.entry.id, state: found.entry.state })
    }
}

/// Whether a row was sent late enough to count.
fn counts(row: &Record, intent: &Intent) -> bool {
    let since = match row.entry.state {
        State::Sending | State::Unknown => intent.reach.open_since_ms,
        _ => intent.reach.done_since_ms.unwrap_or(i64::MAX),
    };
    row.entry.sent_at_ms.unwrap_or_default() >= since
}
