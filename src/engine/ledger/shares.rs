//! How the runs of several processes share the rate of a server, and its pauses.
//!
//! Each run has a part of the rate; the parts of all runs that live are never more than the whole. A part is lowered
//! by its holder first, and here afterwards. What a run gives back may be taken a while later, when what it sent with it
//! counts no more. A run lives as long as the kernel has its lock, so nothing is written while nothing changes. All
//! waits are by the clock that nobody sets ([`Uptime`]); times of another start of the machine are over.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::entry::Error;
use super::run_lock;
use super::sqlite::{Ledger, connect};
use crate::keyed::Key;
use crate::uptime::Uptime;

/// What a run sent before its end counts for so long.
const LAST_SECOND_MS: i64 = 1_010;

/// A run's claim to share the rates of its servers through the ledger.
#[derive(Debug, Clone)]
pub struct Sharer {
    path: PathBuf,
    secret: [u8; 32],
    run: u32,
}

impl Ledger {
    /// Lets a run share the rates of its servers with the runs of other processes.
    pub fn sharer(&self, run: u32) -> Sharer {
        Sharer { path: self.path().to_owned(), secret: *self.secret(), run }
    }
}

impl Sharer {
    /// The key of the hashes by which the ledger remembers credentials.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Opens what the ledger knows of one server, told by a hash of it and of the credential.
    ///
    /// # Errors
    /// The ledger cannot be opened.
    pub fn open(&self, host: Key) -> Result<Shares, Error> {
        let connection = connect(&self.path)?;
        connection.busy_timeout(super::sqlite::OTHERS)?;
        // A share that a power failure takes away was that of a run that it has ended.
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(Shares { connection, path: self.path.clone(), host, run: self.run })
    }
}

/// What the ledger knows of the pace at one server, for one run.
pub struct Shares {
    connection: Connection,
    path: PathBuf,
    host: Key,
    run: u32,
}

/// A run's share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub run: u32,
    /// The rate that its user allows, a second.
    pub per_s: Option<f64>,
    /// Requests of those that the lowest rate grants in its time.
    pub part: u32,
}

/// What stands in the ledger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// The shares of runs that live, and the own.
    pub shares: Vec<Share>,
    /// Runs that have ended without giving their share back.
    pub dead: Vec<u32>,
    /// From then on what was given back may be taken. By [`Uptime`], as all times here.
    pub free_ms: i64,
    /// Until then nobody sends.
    pub hold_ms: i64,
}

impl Shares {
    /// The run's number.
    pub fn run(&self) -> u32 {
        self.run
    }

    /// # Errors
    /// The ledger cannot be read.
    pub fn look(&self) -> Result<Known, Error> {
        known(&self.connection, &self.path, self.host, self.run)
    }

    /// Changes the run's own share as `decide` says from what stands there at that moment: the share, and from when on
    /// what it gives back may be taken. Gives what stands there then.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn settle(&mut self, decide: impl FnOnce(&Known) -> (Share, i64)) -> Result<Known, Error> {
        let (host, path, run) = (self.host, &self.path, self.run);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = known(&transaction, path, host, run)?;
        let (own, free_ms) = decide(&known);
        for dead in &known.dead {
            transaction.execute("DELETE FROM share WHERE host = ?1 AND run = ?2", params![host.0, dead])?;
        }
        transaction.execute(
            "INSERT INTO share (host, run, per_s, part) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (host, run) DO UPDATE SET per_s = excluded.per_s, part = excluded.part",
            params![host.0, own.run, own.per_s, own.part],
        )?;
        write_pace(&transaction, host, free_ms, known.hold_ms)?;
        transaction.commit()?;
        let others = known.shares.into_iter().filter(|share| share.run != own.run);
        Ok(Known { shares: others.chain([own]).collect(), dead: Vec::new(), free_ms, ..known })
    }

    /// Nobody sends until then.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn hold(&mut self, until_ms: i64) -> Result<(), Error> {
        let (host, path, run) = (self.host, &self.path, self.run);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = known(&transaction, path, host, run)?;
        write_pace(&transaction, host, known.free_ms, known.hold_ms.max(until_ms))?;
        Ok(transaction.commit()?)
    }

    /// The run has ended: what it had may be taken from then on.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn leave(&mut self, free_ms: i64) -> Result<(), Error> {
        let (host, path, run) = (self.host, &self.path, self.run);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = known(&transaction, path, host, run)?;
        transaction.execute("DELETE FROM share WHERE host = ?1 AND run = ?2", params![host.0, run])?;
        write_pace(&transaction, host, known.free_ms.max(free_ms), known.hold_ms)?;
        tidy(&transaction, path)?;
        Ok(transaction.commit()?)
    }
}

/// Takes out what is over, at all servers: shares of runs that are gone, and paces that hold nobody up. A rehearsal has
/// a server of its own each time.
fn tidy(transaction: &Transaction, path: &Path) -> Result<(), Error> {
    let now = Uptime::now();
    let mut statement = transaction.prepare_cached("SELECT DISTINCT run FROM share")?;
    let runs: Vec<u32> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for run in runs.into_iter().filter(|run| !run_lock::is_alive(path, *run)) {
        // What it sent in its last second still counts. Where others share the server, they take its part out themselves.
        let sql = "UPDATE pace SET free_ms = max(free_ms, ?2) WHERE host IN (SELECT host FROM share WHERE run = ?1)";
        transaction.execute(sql, params![run, now.ms + LAST_SECOND_MS])?;
        let sql = "DELETE FROM share WHERE run = ?1 AND NOT EXISTS
                   (SELECT 1 FROM share other WHERE other.host = share.host AND other.run <> share.run)";
        transaction.execute(sql, [run])?;
    }
    let sql = "DELETE FROM pace WHERE (boot <> ?1 OR (free_ms < ?2 AND hold_ms < ?2))
               AND NOT EXISTS (SELECT 1 FROM share WHERE share.host = pace.host)";
    transaction.execute(sql, params![now.boot, now.ms])?;
    Ok(())
}

fn known(connection: &Connection, path: &Path, host: Key, own: u32) -> Result<Known, Error> {
    let mut known = Known::default();
    let mut statement = connection.prepare_cached("SELECT run, per_s, part FROM share WHERE host = ?1 ORDER BY run")?;
    let mut found = statement.query([host.0])?;
    while let Some(row) = found.next()? {
        let share = Share { run: row.get(0)?, per_s: row.get(1)?, part: row.get(2)? };
        if share.run == own || run_lock::is_alive(path, share.run) {
            known.shares.push(share);
        } else {
            known.dead.push(share.run);
        }
    }
    let mut statement = connection.prepare_cached("SELECT boot, free_ms, hold_ms FROM pace WHERE host = ?1")?;
    let pace = statement.query_row([host.0], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)));
    if let Some((_, free_ms, hold_ms)) = pace.optional()?.filter(|(boot, ..)| *boot == Uptime::now().boot) {
        (known.free_ms, known.hold_ms) = (free_ms, hold_ms);
    }
    Ok(known)
}

fn write_pace(transaction: &Transaction, host: Key, free_ms: i64, hold_ms: i64) -> Result<(), Error> {
    transaction.execute(
        "INSERT INTO pace (host, boot, free_ms, hold_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (host) DO UPDATE SET boot = excluded.boot, free_ms = excluded.free_ms, hold_ms = excluded.hold_ms",
        params![host.0, Uptime::now().boot, free_ms, hold_ms],
    )?;
    Ok(())
}
