//! What stands against the opening of a row.

use super::Flaw;
use super::book::{Book, Record};
use crate::keyed::Key;
use crate::ledger::entry::{EntryId, State};
use crate::ledger::step::{Intent, Opening};

impl Book {
    /// What stands against an intent, if anything does.
    pub fn against(&self, intent: &Intent) -> Option<Opening> {
        let repeated = self.repeated(intent).filter(|_| self.keeps(Flaw::KeyNotClaimed));
        repeated.or_else(|| self.busy(intent).filter(|_| self.keeps(Flaw::DeviceNotClaimed)))
    }

    /// Of several rows the one that was done tells most, and the one under way least; of equals the first.
    fn repeated(&self, intent: &Intent) -> Option<Opening> {
        let id = intent.grant.id;
        // Who sends equal rows on purpose has them in one file, too.
        let on_purpose = intent.reach.done_since_ms.is_none();
        let is_other = |row: &&Record| row.entry.id != id && !(on_purpose && row.entry.id.run == id.run);
        let counts = |row: &&Record| counts(row, intent) && self.is_one_server(row.entry.server, intent.server);
        let rows = || self.rows.values().filter(|row| row.may_be_done()).filter(is_other);
        let left = || self.forgotten.values().map(|(row, _)| row);
        let with = |key: Key| {
            let is_own = move |row: &&Record| row.key == key;
            let is_body = move |row: &&Record| row.body == Some(key);
            rows()
                .filter(is_own)
                .chain(rows().filter(is_body))
                .chain(left().filter(is_own))
                .chain(left().filter(is_body))
        };
        let rank = |state| match state {
            State::Done => 3,
            State::DoneWithoutId => 2,
            State::Unknown => 1,
            _ => 0,
        };
        let all = std::iter::once(intent.key).chain(intent.body).flat_map(with).filter(counts);
        let better = |best: (EntryId, State), next: (EntryId, State)| {
            if rank(next.1) > rank(best.1) { next } else { best }
        };
        let best = all.map(|row| (row.entry.id, row.entry.state)).reduce(better);
        best.map(|(id, state)| match state {
            State::Sending => Opening::Waits { behind: id },
            _ => Opening::Repeats { of: id, state },
        })
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
