//! What is decided about rows.

use std::time::Duration;

use super::book::{Book, Record, RunRecord};
use super::{Flaw, Memory};
use crate::ledger::decision::{LeftOut, Purged, Resolution};
use crate::ledger::entry::{Entry, EntryId, State};
use crate::ledger::error::Error;
use crate::ledger::ripe;
use crate::ledger::store::Decisions;
use crate::outcome::{Cause, Reason};
use crate::uptime::Uptime;

/// The window of a run that says none.
const LONG: Duration = Duration::from_secs(366 * 86_400);

impl Book {
    fn unripe_for(&self, entry: &Entry, now: Uptime) -> Option<Duration> {
        let timeout = self.runs.get(&entry.id.run).and_then(|record| record.timeout);
        let servers = self.known_servers();
        let is_here = entry.server.and_then(|number| servers.numbered(number)).is_some_and(ripe::is_here);
        ripe::wait_for(entry, timeout, is_here, now).filter(|_| self.keeps(Flaw::RipeNotAsked))
    }

    fn resolve(&mut self, said: &Resolution, now: Uptime) -> Result<(), Error> {
        let Resolution { id, attempt, state, answer, note } = said;
        let unfit = || Error::Unfit("the row is not unknown".to_owned());
        let entry = &self.rows.get(id).ok_or_else(unfit)?.entry;
        let is_other = attempt.is_some_and(|seen| seen != (entry.attempts, entry.nonce));
        if is_other && self.keeps(Flaw::SeenNotAsked) {
            return Err(Error::Changed);
        }
        let is_not_done = *state == State::Pending;
        if let Some(left) = self.unripe_for(entry, now).filter(|_| is_not_done) {
            return Err(Error::Unripe(left));
        }
        match entry.state {
            State::Unknown => {}
            State::DoneWithoutId if !is_not_done => {}
            _ => return Err(unfit()),
        }
        let row = self.rows.get_mut(id).ok_or_else(unfit)?;
        row.set(*state, None);
        (row.entry.settlement.id, row.entry.resolved, row.doubt) = (answer.clone(), Some(note.clone()), is_not_done);
        if is_not_done {
            self.is_to_go_on(id.run);
        }
        Ok(())
    }

    /// Gives back the rows of a run that are meant, which were left out. Gives their number.
    fn reopen(&mut self, run: u32, is_meant: impl Fn(&Self, &Record) -> bool) -> u64 {
        let meant = self.of_run(run).filter(|row| row.is(State::Duplicate) && is_meant(self, row));
        let meant: Vec<EntryId> = meant.map(|row| row.entry.id).collect();
        for id in &meant {
            // Nothing is left of a row that had no attempt.
            if self.rows.get(id).is_some_and(|row| row.entry.attempts == 0) {
                self.rows.remove(id);
            } else if let Some(row) = self.rows.get_mut(id) {
                row.set(State::Pending, None);
                row.entry.duplicate_of = None;
            }
        }
        if !meant.is_empty() {
            self.is_to_go_on(run);
        }
        meant.len() as u64
    }

    fn forget(&mut self, run: u32, now_ms: i64) -> u64 {
        let ids: Vec<EntryId> = self.of_run(run).map(|row| row.entry.id).collect();
        let Some(RunRecord { run, window, .. }) = self.runs.get_mut(&run) else { return 0 };
        let window = window.unwrap_or(LONG).as_millis() as i64;
        run.purged_ms = Some(now_ms);
        (run.spec.file, run.result) = (crate::files::base_name(&run.spec.file), None);
        "{}".clone_into(&mut run.spec.recipe);
        run.spec.sheets.clear();
        for id in &ids {
            let Some(row) = self.rows.remove(id) else { continue };
            let is_done = matches!(row.entry.state, State::Done | State::DoneWithoutId);
            let Some(sent) = row.entry.sent_at_ms.filter(|_| is_done && self.keeps(Flaw::KeysForgotten)) else {
                continue;
            };
            let Record { entry, key, body, first, .. } = row;
            let mut left = Record::new(*id, entry.place, key, entry.state);
            (left.body, left.first) = (body, first);
            (left.entry.sent_at_ms, left.entry.server, left.entry.attempts) = (Some(sent), entry.server, 1);
            self.forgotten.insert(*id, (left, sent + window));
        }
        ids.len() as u64
    }
}

impl Decisions for Memory {
    fn resolve(&self, resolutions: &[Resolution], now: Uptime) -> Result<(), Error> {
        let mut book = self.book();
        let mut next = book.clone();
        for said in resolutions {
            next.resolve(said, now)?;
            if !book.keeps(Flaw::HalfAWord) {
                *book = next.clone();
            }
        }
        *book = next;
        Ok(())
    }

    fn unripe_for(&self, entry: &Entry, now: Uptime) -> Result<Option<Duration>, Error> {
        Ok(self.book().unripe_for(entry, now))
    }

    fn reopen_rejected(&self, run: u32, only: Option<&[u32]>) -> Result<u64, Error> {
        let mut book = self.book();
        let is_meant =
            |row: &&mut Record| row.is(State::Rejected) && only.is_none_or(|only| only.contains(&row.entry.id.ordinal));
        let give_back = |row: &mut Record| {
            let error = row.entry.settlement.error.take();
            row.set(State::Pending, error);
        };
        let changed = book.of_run_mut(run).filter(is_meant).map(give_back).count();
        book.is_to_go_on(run);
        Ok(changed as u64)
    }

    fn reopen_duplicates(&self, run: u32) -> Result<u64, Error> {
        let proved_not_done = |book: &Book, row: &Record| {
            let original = row.entry.duplicate_of.and_then(|of| book.rows.get(&of));
            original.is_some_and(|original| original.is(State::Pending) || original.is(State::Rejected))
        };
        Ok(self.book().reopen(run, proved_not_done))
    }

    fn reopen_doubtful(&self, run: u32) -> Result<u64, Error> {
        use crate::doubt::Doubt::{Changed, PastWindow};
        let in_question = |_: &Book, row: &Record| {
            let reason = row.entry.settlement.error.as_ref().and_then(|cause| cause.reason.as_ref());
            matches!(reason, Some(Reason::InQuestion(PastWindow | Changed)))
        };
        Ok(self.book().reopen(run, in_question))
    }

    fn note_left_out(&self, run: u32, rows: &[LeftOut]) -> Result<(), Error> {
        let mut book = self.book();
        for LeftOut { ordinal, place, key, of, doubt } in rows {
            let id = EntryId { run, ordinal: *ordinal };
            let row = book.rows.entry(id).or_insert_with(|| Record::new(id, *place, *key, State::Pending));
            if row.is(State::Pending) {
                row.set(State::Duplicate, doubt.map(|doubt| Cause::from(Reason::InQuestion(doubt))));
                row.entry.duplicate_of = Some(*of);
            }
        }
        Ok(())
    }

    fn purge(&self, before_ms: i64, now_ms: i64) -> Result<Purged, Error> {
        let mut book = self.book();
        let mut purged = Purged::default();
        let runs: Vec<_> = book.runs.values().map(|record| record.run.clone()).collect();
        for run in runs {
            let old = run.ended_ms.unwrap_or(run.spec.started_ms) < before_ms;
            if !old || run.purged_ms.is_some() {
                continue;
            }
            if !run.finished || book.of_run(run.number).any(|row| row.is(State::Unknown)) {
                purged.kept += 1;
                continue;
            }
            purged.rows += book.forget(run.number, now_ms);
            purged.runs += 1;
        }
        book.forgotten.retain(|_, (_, until)| *until > now_ms);
        purged.hashes = book.forgotten.len() as u64;
        Ok(purged)
    }
}
