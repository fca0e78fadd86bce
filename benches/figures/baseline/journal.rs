//! The prototype's ledger: one thread that commits what has gathered, in one transaction.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::Fallible;

/// The most entries in one transaction.
const GROUP: usize = 256;

enum Entry {
    Intent { row: u64, durable: oneshot::Sender<()> },
    Outcome { row: u64, id: u64 },
}

/// The way to the writer; clones lead to the same one.
#[derive(Clone)]
pub struct Journal(Sender<Entry>);

impl Journal {
    /// Starts the writer. It ends when the last `Journal` is gone and all is on disk.
    pub fn open(path: &Path) -> Fallible<(Self, JoinHandle<rusqlite::Result<()>>)> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE attempt (row INTEGER PRIMARY KEY, state INTEGER NOT NULL, id INTEGER) STRICT;",
        )?;
        let (sender, entries) = channel();
        let writer = std::thread::spawn(move || write(connection, &entries));
        Ok((Self(sender), writer))
    }

    /// Returns when it is on disk that the row is going to be sent.
    pub async fn intend(&self, row: u64) -> Fallible<()> {
        let (durable, committed) = oneshot::channel();
        self.0.send(Entry::Intent { row, durable })?;
        Ok(committed.await?)
    }

    pub fn settle(&self, row: u64, id: u64) -> Fallible<()> {
        Ok(self.0.send(Entry::Outcome { row, id })?)
    }
}

fn write(mut connection: Connection, entries: &Receiver<Entry>) -> rusqlite::Result<()> {
    while let Ok(first) = entries.recv() {
        let mut waiting = Vec::new();
        let transaction = connection.transaction()?;
        {
            let mut intend = transaction.prepare_cached("INSERT INTO attempt (row, state) VALUES (?, 0)")?;
            let mut settle = transaction.prepare_cached("UPDATE attempt SET state = 1, id = ?2 WHERE row = ?1")?;
            for entry in std::iter::once(first).chain(entries.try_iter()).take(GROUP) {
                match entry {
                    Entry::Intent { row, durable } => {
                        intend.execute([row.cast_signed()])?;
                        waiting.push(durable);
                    }
                    Entry::Outcome { row, id } => {
                        settle.execute([row.cast_signed(), id.cast_signed()])?;
                    }
                }
            }
        }
        transaction.commit()?;
        for durable in waiting {
            // The sender may have given up.
            let _ = durable.send(());
        }
    }
    Ok(())
}
