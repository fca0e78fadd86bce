//! A kernel lock for each run that is being sent: `<ledger>.run-N.lock`.
//!
//! It is the run's lease, and it is gone with the process. Each run has a file and a descriptor of its own, so it tells
//! two runs of one process apart as well as two processes. A run whose lock is free is dead: what it left open is
//! unknown. A run whose lock is held is alive, and nobody else touches its rows.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::params;

use super::attempt::INTERRUPTED;
use super::place::sibling;
use super::watch::{Watched, open_lock};
use super::{Sqlite, range};
use crate::ledger::entry::EntryId;
use crate::ledger::error::Error;
use crate::ledger::lease::{Held, Lease};
use crate::ledger::store::Leases;
use crate::{fail, files};

/// A process that probes a lock, or looks for dead runs, holds it for a moment. A run waits so long, so often.
const BLINK: Duration = Duration::from_millis(2);
const BLINKS: u32 = 25;

/// The lock of a run.
struct RunLock {
    run: u32,
    path: PathBuf,
    file: File,
    watched: Watched,
}

impl Lease for RunLock {
    fn run(&self) -> u32 {
        self.run
    }

    /// The file is where it was.
    fn is_kept(&self) -> bool {
        self.watched.is_there()
    }
}

impl RunLock {
    /// Takes the lock of a run; none where somebody holds it.
    fn take(ledger: &Path, run: u32) -> Result<Option<Self>, Error> {
        let path = path_of(ledger, run);
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // The one before may have removed the file between the opening and the lock: then this is the lock of nothing.
        match Watched::new(&path, &file) {
            Ok(watched) => Ok(Some(Self { run, path, file, watched })),
            Err(Error::Busy) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Under the lock: who has opened the file meanwhile sees that it is gone, and makes another.
        if self.watched.is_there() {
            let _ = fs::remove_file(&self.path);
        }
        // A child that is just being started has the descriptor too for a moment; closing ours would not be enough.
        let _ = self.file.unlock();
    }
}

fn path_of(ledger: &Path, run: u32) -> PathBuf {
    sibling(ledger, &format!(".run-{run}.lock"))
}

/// Whether a run lives, wherever it is: the kernel has its lock as long as its process lasts.
pub(super) fn is_alive(ledger: &Path, run: u32) -> bool {
    // Taken together with others who look; a run that begins just now waits that long.
    files::open(&path_of(ledger, run)).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

impl Leases for Sqlite {
    fn hold(&self, run: u32) -> Result<Held, Error> {
        for blink in 0..=BLINKS {
            if let Some(held) = self.take(run)? {
                self.interrupt(&[run])?;
                return Ok(held);
            }
            if blink < BLINKS {
                std::thread::sleep(BLINK);
            }
        }
        Err(Error::UnderWay)
    }

    fn is_under_way(&self, run: u32) -> bool {
        #[cfg(test)]
        if let Some(leases) = &self.simulated {
            return leases.is_held(run);
        }
        is_alive(&self.path, run)
    }

    fn recover(&self, run: u32) -> Result<u64, Error> {
        match self.take(run)? {
            Some(_held) => self.interrupt(&[run]),
            None => Ok(0),
        }
    }

    fn recovered(&self) -> u64 {
        self.recovered
    }
}

impl Sqlite {
    /// Takes a run; none where somebody holds it.
    fn take(&self, run: u32) -> Result<Option<Held>, Error> {
        #[cfg(test)]
        if let Some(leases) = &self.simulated {
            return Ok(leases.take(run));
        }
        Ok(RunLock::take(&self.path, run)?.map(Held::of))
    }

    /// Turns the open attempts of all dead runs into unknown rows. Gives their number.
    pub(super) fn recover_all(&self) -> Result<u64, Error> {
        let mut dead = Vec::new();
        for run in self.runs_with_open_rows()? {
            dead.extend(self.take(run)?);
        }
        self.interrupt(&dead.iter().map(Held::run).collect::<Vec<_>>())
    }

    /// What these runs have open is unknown from now on.
    fn interrupt(&self, runs: &[u32]) -> Result<u64, Error> {
        let sql = "UPDATE entry SET state = 'unknown', code = ?3 WHERE state = 'sending' AND id BETWEEN ?1 AND ?2";
        let transaction = self.writing()?;
        let mut changed = 0;
        for run in runs {
            let (first, last) = range(*run);
            changed += transaction.execute(sql, params![first, last, INTERRUPTED])?;
        }
        fail::point("recovery-committing");
        transaction.commit()?;
        fail::point("recovery-committed");
        Ok(changed as u64)
    }

    fn runs_with_open_rows(&self) -> Result<Vec<u32>, Error> {
        let mut statement = self.connection.prepare("SELECT id FROM entry WHERE state = 'sending' ORDER BY id")?;
        let ids = statement.query_map([], |row| row.get(0).map(|id| EntryId::from_sql(id).run))?;
        let mut runs = ids.collect::<Result<Vec<u32>, _>>()?;
        runs.dedup();
        Ok(runs)
    }
}
