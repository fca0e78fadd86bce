//! The ledger's schema, step by step. `PRAGMA user_version` counts the steps that a file has.
//!
//! Two rules: a step that was released is never changed or removed; a step never makes what an
//! older step wrote unreadable.

use rusqlite::{Connection, TransactionBehavior};

use super::names;
use crate::fail;
use crate::ledger::error::Error;

const STEPS: &[&str] = &[
    "
    CREATE TABLE secret (key BLOB NOT NULL) STRICT;

    CREATE TABLE run (
        number     INTEGER PRIMARY KEY,
        name       TEXT NOT NULL UNIQUE,
        signature  BLOB NOT NULL,
        file       TEXT NOT NULL,
        sha256     TEXT NOT NULL,
        target     TEXT NOT NULL,
        host       TEXT NOT NULL,
        recipe     TEXT NOT NULL,
        sheets     TEXT NOT NULL,
        rows       INTEGER NOT NULL,
        started_ms INTEGER NOT NULL,
        ended_ms   INTEGER,
        finished   INTEGER NOT NULL DEFAULT 0,
        tally      TEXT,
        result     TEXT
    ) STRICT;
    CREATE INDEX run_signature ON run (signature);

    -- One record a row, for all its attempts: that a row has one live attempt is in the shape of the table.
    CREATE TABLE entry (
        id           INTEGER PRIMARY KEY, -- run number * 2^32 + the row's ordinal in the file
        sheet        INTEGER NOT NULL,
        row          INTEGER NOT NULL,
        key          BLOB NOT NULL,
        order_key    BLOB,
        first_key    BLOB, -- of several equal rows that are all meant: the key of the first, in the later ones
        state        TEXT NOT NULL,
        attempts     INTEGER NOT NULL,
        sent_ms      INTEGER,
        http_status  INTEGER,
        answer_id    TEXT,
        code         TEXT,
        title        TEXT,
        description  TEXT,
        duplicate_of INTEGER,
        resolved     TEXT
    ) STRICT;
    CREATE INDEX unknown_entry ON entry (id) WHERE state = 'unknown';
",
    "
    -- An earlier attempt of the row may have been carried out: what the server says to the next is read in that light.
    ALTER TABLE entry ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;
",
    "
    -- When the rows of the run were forgotten.
    ALTER TABLE run ADD COLUMN purged_ms INTEGER;
",
    "
    -- How many groups of steps were committed: a copy that has fewer than the mark outside tells is an older one (`mark`).
    CREATE TABLE generation (number INTEGER NOT NULL) STRICT;
    INSERT INTO generation VALUES (0);
",
    "
    -- Who a row is (`identity`): the server stands beside the keys, and a row has two of them.
    CREATE TABLE server (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, test INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE same_server (old TEXT NOT NULL, new TEXT NOT NULL, said_ms INTEGER NOT NULL, PRIMARY KEY (old, new)) STRICT;
    ALTER TABLE run ADD COLUMN destinations TEXT; -- none in a run from before: its keys hold the address
    CREATE INDEX run_sha256 ON run (sha256);
    ALTER TABLE entry ADD COLUMN body_key BLOB; -- where a rule told the duplicate: the other key
    ALTER TABLE entry ADD COLUMN server INTEGER;
    -- The keys of a finished run, sorted, for a file to be compared with many of them at once (`past`).
    CREATE TABLE past_keys (run INTEGER PRIMARY KEY, keys BLOB NOT NULL) STRICT;
",
    "
    -- Which attempt of the row is its latest: 64 random bits. Outcomes and withdrawals name it (`step::Grant`).
    ALTER TABLE entry ADD COLUMN nonce INTEGER;
    -- Outcomes of attempts that were no longer the row's, or whose row was closed otherwise.
    CREATE TABLE contradiction (
        entry   INTEGER NOT NULL,
        nonce   INTEGER NOT NULL,
        said    TEXT NOT NULL, -- the outcome as JSON
        told_ms INTEGER NOT NULL
    ) STRICT;
",
    "
    -- Why a row is not done, in the program's own terms: JSON (`outcome::Reason`). `title` and `description` hold the
    -- server's words, and in rows from before the sentence that was told then.
    ALTER TABLE entry ADD COLUMN reason TEXT;
",
    "
    -- The pace at a server, and each run's part of its rate (`shares`). The host is a keyed hash of server and
    -- credential; times are milliseconds since the machine was started.
    CREATE TABLE pace (
        host    BLOB PRIMARY KEY,
        boot    INTEGER NOT NULL, -- which start of the machine
        free_ms INTEGER NOT NULL, -- from then on what was given back may be taken
        hold_ms INTEGER NOT NULL  -- until then nobody sends
    ) STRICT;
    CREATE TABLE share (
        host  BLOB NOT NULL,
        run   INTEGER NOT NULL,
        per_s REAL,             -- what its user allows
        part  INTEGER NOT NULL, -- of the requests that the lowest rate grants in its time
        PRIMARY KEY (host, run)
    ) STRICT;
",
    "
    -- When the intent of the latest attempt was made, in milliseconds since which start of the machine; and how long a
    -- run's requests may take (`ripe`).
    ALTER TABLE entry ADD COLUMN boot INTEGER;
    ALTER TABLE entry ADD COLUMN opened_ms INTEGER;
    ALTER TABLE run ADD COLUMN timeout_ms INTEGER;
",
    "
    -- What purge leaves of rows that were done: what tells a repeat, until the window is over in which it counts.
    CREATE TABLE forgotten (
        id            INTEGER PRIMARY KEY, -- as in `entry`
        sheet         INTEGER NOT NULL,
        row           INTEGER NOT NULL,
        key           BLOB NOT NULL,
        body_key      BLOB,
        first_key     BLOB,
        state         TEXT NOT NULL,
        sent_ms       INTEGER NOT NULL,
        server        INTEGER,
        kept_until_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX forgotten_key ON forgotten (key);
    CREATE INDEX forgotten_body ON forgotten (body_key) WHERE body_key IS NOT NULL;
    -- The longest window in which a row of the run counts as sent.
    ALTER TABLE run ADD COLUMN window_ms INTEGER;
",
    "
    -- What an opening asks of all other rows (`claims`): by a row's own key, its body's, its order key.
    CREATE INDEX live_key ON entry (key) WHERE state IN ('sending', 'unknown', 'done', 'done-without-id');
    CREATE INDEX live_body ON entry (body_key) WHERE body_key IS NOT NULL AND state IN ('sending', 'unknown', 'done', 'done-without-id');
    CREATE INDEX busy_order ON entry (order_key) WHERE order_key IS NOT NULL AND state IN ('sending', 'unknown');
    CREATE INDEX sending_entry ON entry (id) WHERE state = 'sending';
    -- Which servers are one: the least number among them (`servers`).
    ALTER TABLE server ADD COLUMN class INTEGER;
    -- The how manieth run of its signature a run is; none in a run from before.
    ALTER TABLE run ADD COLUMN again INTEGER;
",
    "
    -- The indexes by key hold every row: an outcome, which changes the state alone, leaves them as they are.
    DROP INDEX live_key;
    DROP INDEX live_body;
    CREATE INDEX row_key ON entry (key);
    CREATE INDEX row_body ON entry (body_key) WHERE body_key IS NOT NULL;
",
];

/// # Errors
/// [`Error::Unfit`] where the database is another program's; one that holds nothing is a ledger to be.
pub fn is_ledger(connection: &Connection) -> Result<(), Error> {
    let tables = "SELECT count(*), count(*) FILTER (WHERE name IN ('secret', 'run', 'entry')) FROM sqlite_schema
                  WHERE type = 'table'";
    let found: (i64, i64) = connection.query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match found {
        (0, _) | (_, 3) => Ok(()),
        _ => Err(Error::Unfit("it is another program's database".to_owned())),
    }
}

/// Whether a ledger lacks steps that this program knows.
///
/// # Errors
/// [`Error::Unfit`] where it has steps that this program does not know.
pub fn is_behind(connection: &Connection) -> Result<bool, Error> {
    Ok(steps(connection)? < STEPS.len())
}

fn steps(connection: &Connection) -> Result<usize, Error> {
    let have: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match usize::try_from(have) {
        Ok(have) if have <= STEPS.len() => Ok(have),
        _ => Err(Error::Unfit(format!("it was written by a newer version of this program (schema {have})"))),
    }
}

/// Brings a ledger to the newest step.
pub fn apply(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let have = steps(&transaction)?;
    for step in &STEPS[have..] {
        transaction.execute_batch(step)?;
    }
    names::classify(&transaction)?;
    transaction.pragma_update(None, "user_version", u32::try_from(STEPS.len()).unwrap_or(u32::MAX))?;
    fail::point("schema-committing");
    transaction.commit()?;
    fail::point("schema-committed");
    Ok(())
}

/// A ledger as an older version of this program left it.
#[cfg(test)]
pub fn apply_first(connection: &mut Connection, steps: u32) -> Result<(), Error> {
    for step in &STEPS[..steps as usize] {
        connection.execute_batch(step)?;
    }
    Ok(connection.pragma_update(None, "user_version", steps)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_is_brought_up_once_and_stays() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection).unwrap();
        apply(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(apply(&mut connection), Err(Error::Unfit(_))));
    }
}
