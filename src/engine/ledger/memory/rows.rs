//! Rows: looked at, and compared with those of other runs.

use std::collections::BTreeMap;

use super::Memory;
use super::book::Record;
use crate::keyed::Key;
use crate::ledger::entry::{Entry, EntryId, PastRow, State};
use crate::ledger::error::Error;
use crate::ledger::settled::{HeldOrder, Settled};
use crate::ledger::store::{Past, Rows};
use crate::row::Place;

/// How many rows are given at a time.
const PAGE: usize = 1024;

impl Memory {
    /// The rows of a run that a question is about, in the order of the file.
    fn entries(&self, run: u32, is_meant: impl Fn(&Record) -> bool) -> Vec<Entry> {
        self.book().of_run(run).filter(|row| is_meant(row)).map(|row| row.entry.clone()).collect()
    }
}

impl Rows for Memory {
    fn entry(&self, id: EntryId) -> Result<Option<Entry>, Error> {
        let book = self.book();
        let row = book.rows.get(&id).or_else(|| book.forgotten.get(&id).map(|(row, _)| row));
        Ok(row.map(|row| row.entry.clone()))
    }

    fn page(&self, run: u32, from: u32) -> Result<Vec<Entry>, Error> {
        let mut page = self.entries(run, |row| row.entry.id.ordinal >= from);
        page.truncate(PAGE);
        Ok(page)
    }

    fn settled(&self, run: u32, rows: u32) -> Result<Settled, Error> {
        let mut settled = Settled::of(rows);
        for row in self.book().of_run(run) {
            settled.note(row.entry.id.ordinal, row.entry.state, row.doubt);
        }
        Ok(settled)
    }

    fn unknown(&self, run: u32) -> Result<Vec<Entry>, Error> {
        Ok(self.entries(run, |row| row.is(State::Unknown)))
    }

    fn held_orders(&self) -> Result<Vec<HeldOrder>, Error> {
        let book = self.book();
        let unknown = book.rows.values().filter(|row| row.is(State::Unknown)).map(|row| &row.entry);
        let held = |entry: &Entry| Some(HeldOrder { key: entry.order?, id: entry.id, server: entry.server });
        Ok(unknown.filter_map(held).collect())
    }

    fn counts(&self, run: u32) -> Result<BTreeMap<State, u64>, Error> {
        let mut counts = BTreeMap::new();
        for row in self.book().of_run(run) {
            *counts.entry(row.entry.state).or_default() += 1;
        }
        Ok(counts)
    }

    fn contradictions(&self, id: EntryId) -> Result<Vec<String>, Error> {
        let book = self.book();
        let theirs = book.contradictions.iter().filter(|(of, _)| *of == id);
        Ok(theirs.map(|(_, said)| said.clone()).collect())
    }

    fn find(&self, text: &str, orders: &[Key]) -> Result<Vec<Entry>, Error> {
        let quoted = serde_json::Value::from(text).to_string();
        let is_meant = |entry: &&Entry| {
            let answer = entry.settlement.id.as_ref().map(ToString::to_string);
            answer.is_some_and(|answer| answer == text || answer.contains(&quoted))
                || entry.order.is_some_and(|order| orders.contains(&order))
        };
        Ok(self.book().rows.values().map(|row| &row.entry).filter(is_meant).cloned().collect())
    }
}

impl Past for Memory {
    fn past_rows(&self, keys: &[Key], but: Option<u32>, each: &mut dyn FnMut(PastRow)) -> Result<(), Error> {
        let now = jiff::Timestamp::now().as_millisecond();
        let rows: Vec<PastRow> = {
            let book = self.book();
            let own = book.rows.values().filter(|row| row.may_be_done());
            let left = book.forgotten.values().filter(|(_, until)| *until > now).map(|(row, _)| row);
            let is_meant =
                |row: &&Record| Some(row.entry.id.run) != but && row.keys().any(|key| keys.binary_search(&key).is_ok());
            own.chain(left).filter(is_meant).map(past_row).collect()
        };
        rows.into_iter().for_each(each);
        Ok(())
    }

    fn count_may_be_done(&self, run: u32) -> Result<usize, Error> {
        Ok(self.book().of_run(run).filter(|row| row.may_be_done()).count())
    }

    fn may_be_done(&self, run: u32) -> Result<Vec<Entry>, Error> {
        Ok(self.entries(run, Record::may_be_done))
    }

    fn entry_at(&self, run: u32, place: Place) -> Result<Option<Entry>, Error> {
        Ok(self.entries(run, |row| row.entry.place == place).into_iter().next())
    }
}

fn past_row(row: &Record) -> PastRow {
    let Record { entry, key, body, first, .. } = row;
    PastRow {
        id: entry.id,
        key: *key,
        body: *body,
        first: *first,
        sent_at_ms: entry.sent_at_ms.unwrap_or_default(),
        state: entry.state,
        server: entry.server,
    }
}
