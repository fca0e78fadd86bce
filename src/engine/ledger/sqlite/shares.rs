//! The shares of the rates, in two tables of the ledger. A run lives as long as the kernel has its lock, so nothing is
//! written while nothing changes.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::{OTHERS, Sqlite, connect, run_lock};
use crate::keyed::Key;
use crate::ledger::error::Error;
use crate::ledger::pace::{Known, Share, Sharer, Shares};
use crate::ledger::store::Paces;
use crate::uptime::Uptime;

/// What a run sent before its end counts for so long.
const LAST_SECOND_MS: i64 = 1_010;

impl Paces for Sqlite {
    fn sharer(&self, run: u32) -> Sharer {
        let path = self.path.clone();
        Sharer::new(self.secret, move |host| Ok(Box::new(Pace::open(&path, host, run)?)))
    }
}

/// What the ledger knows of the pace at one server, for one run.
struct Pace {
    connection: Connection,
    path: PathBuf,
    host: Key,
    run: u32,
}

impl Pace {
    fn open(path: &Path, host: Key, run: u32) -> Result<Self, Error> {
        let connection = connect(path)?;
        connection.busy_timeout(OTHERS)?;
        // A share that a power failure takes away was that of a run that it has ended.
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "trusted_schema", false)?;
        Ok(Self { connection, path: path.to_owned(), host, run })
    }
}

impl Shares for Pace {
    fn run(&self) -> u32 {
        self.run
    }

    fn look(&self) -> Result<Known, Error> {
        known(&self.connection, &self.path, self.host, self.run)
    }

    fn settle(&mut self, decide: &mut dyn FnMut(&Known) -> (Share, i64)) -> Result<Known, Error> {
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

    fn hold(&mut self, until_ms: i64) -> Result<(), Error> {
        let (host, path, run) = (self.host, &self.path, self.run);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = known(&transaction, path, host, run)?;
        write_pace(&transaction, host, known.free_ms, known.hold_ms.max(until_ms))?;
        Ok(transaction.commit()?)
    }

    fn leave(&mut self, free_ms: i64) -> Result<(), Error> {
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
