//! Runs and servers.

use std::time::Duration;

use super::book::{Book, RunRecord};
use super::{Flaw, Memory};
use crate::identity::Server;
use crate::ledger::entry::State;
use crate::ledger::error::Error;
use crate::ledger::run::{Begun, Destination, Run, RunSpec};
use crate::ledger::servers::Servers;
use crate::ledger::store::{Names, Runs};
use crate::outcome::Tally;

impl Memory {
    /// The runs that a question is about, the latest first.
    fn runs_where(&self, is_meant: impl Fn(&Run) -> bool) -> Vec<Run> {
        self.book().runs.values().rev().map(|record| &record.run).filter(|run| is_meant(run)).cloned().collect()
    }

    fn note(&self, run: u32, what: impl FnOnce(&mut RunRecord)) {
        if let Some(record) = self.book().run_mut(run) {
            what(record);
        }
    }
}

impl Book {
    fn same_run(&self, spec: &RunSpec) -> Option<u32> {
        let key = |spec: &RunSpec| (spec.signature, spec.again, spec.destinations.clone());
        self.runs.values().find(|record| key(&record.run.spec) == key(spec)).map(|record| record.run.number)
    }
}

impl Runs for Memory {
    fn begin(&self, spec: RunSpec) -> Result<Begun, Error> {
        let mut book = self.book();
        if let Some(run) = book.same_run(&spec).filter(|_| book.keeps(Flaw::BegunTwice)) {
            return Ok(Begun::Joined(run));
        }
        let number = book.runs.last_key_value().map_or(1, |(last, _)| last + 1);
        let run = Run { number, spec, finished: false, ended_ms: None, tally: None, result: None, purged_ms: None };
        book.runs.insert(number, RunRecord { run: run.clone(), timeout: None, window: None });
        Ok(Begun::New(Box::new(run)))
    }

    fn close(&self, run: u32, finished: bool, tally: &Tally, result: Option<&str>, at_ms: i64) -> Result<(), Error> {
        let mut book = self.book();
        let has_more = book.keeps(Flaw::FinishedTooEarly) && book.of_run(run).any(|row| row.is(State::Pending));
        if let Some(RunRecord { run, .. }) = book.run_mut(run) {
            run.finished = finished && !has_more;
            (run.ended_ms, run.tally, run.result) = (Some(at_ms), Some(tally.clone()), result.map(str::to_owned));
        }
        Ok(())
    }

    fn note_file(&self, run: u32, file: &str) -> Result<(), Error> {
        self.note(run, |record| file.clone_into(&mut record.run.spec.file));
        Ok(())
    }

    fn note_destinations(&self, run: u32, destinations: &[Destination]) -> Result<(), Error> {
        self.note(run, |record| record.run.spec.destinations = destinations.to_vec());
        Ok(())
    }

    fn note_timeout(&self, run: u32, timeout: Duration) -> Result<(), Error> {
        self.note(run, |record| record.timeout = record.timeout.max(Some(timeout)));
        Ok(())
    }

    fn note_window(&self, run: u32, window: Duration) -> Result<(), Error> {
        self.note(run, |record| record.window = record.window.max(Some(window)));
        Ok(())
    }

    fn runs(&self) -> Result<Vec<Run>, Error> {
        Ok(self.runs_where(|_| true))
    }

    fn run_named(&self, name: &str) -> Result<Option<Run>, Error> {
        Ok(self.runs_where(|run| run.spec.name == name).pop())
    }

    fn run_numbered(&self, number: u32) -> Result<Option<Run>, Error> {
        Ok(self.runs_where(|run| run.number == number).pop())
    }

    fn runs_of(&self, sha256: &str) -> Result<Vec<Run>, Error> {
        Ok(self.runs_where(|run| run.spec.sha256 == sha256))
    }
}

impl Names for Memory {
    fn servers(&self) -> Result<Servers, Error> {
        Ok(self.book().known_servers())
    }

    fn note_server(&self, server: &Server, is_test: bool) -> Result<u32, Error> {
        let mut book = self.book();
        let known = book.servers.iter().position(|(known, _)| known == server);
        let at = known.unwrap_or_else(|| {
            book.servers.push((server.clone(), is_test));
            book.servers.len() - 1
        });
        book.servers[at].1 = is_test;
        Ok(at as u32 + 1)
    }

    fn say_same(&self, old: &Server, new: &Server, _: i64) -> Result<bool, Error> {
        let mut book = self.book();
        let pair = (old.clone(), new.clone());
        let is_news = !book.same.iter().any(|(a, b)| (a, b) == (old, new) || (b, a) == (old, new));
        if is_news {
            book.same.push(pair);
        }
        Ok(is_news)
    }

    /// No run here is from before.
    fn landed_destinations(&self) -> Result<Vec<Destination>, Error> {
        Ok(Vec::new())
    }
}
