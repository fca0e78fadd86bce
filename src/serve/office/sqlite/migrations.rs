//! The schema of the office, step by step. `PRAGMA user_version` counts the steps that a file has.
//!
//! Two rules: a step that was released is never changed or removed; a step never makes what an older step wrote
//! unreadable.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::super::Error;

/// What marks the file as an office: "calo".
const APPLICATION: i32 = 0x6361_6c6f;

const STEPS: &[&str] = &["
    CREATE TABLE list (
        id             INTEGER PRIMARY KEY AUTOINCREMENT,
        name           TEXT NOT NULL UNIQUE,
        upload         TEXT UNIQUE, -- the name of its file in `uploads`; none once it is destroyed
        file_name      TEXT NOT NULL,
        sha256         TEXT NOT NULL,
        bytes          INTEGER NOT NULL,
        kind           TEXT NOT NULL,
        by_id          INTEGER,
        by_name        TEXT NOT NULL,
        uploaded_ms    INTEGER NOT NULL,
        target         TEXT NOT NULL,
        reading        TEXT NOT NULL, -- JSON
        lang           TEXT NOT NULL,
        keep_ms        INTEGER NOT NULL,
        state          TEXT NOT NULL,
        state_ms       INTEGER NOT NULL,
        touched_ms     INTEGER NOT NULL,
        paused_by_id   INTEGER,
        paused_by_name TEXT,
        revision       INTEGER NOT NULL DEFAULT 0,
        run_number     INTEGER,
        run_name       TEXT,
        digest         TEXT,
        counts         TEXT, -- JSON
        editor_id      INTEGER,
        editor_name    TEXT,
        editor_ms      INTEGER,
        editor_seen_ms INTEGER,
        ended_ms       INTEGER,
        deleted_ms     INTEGER,
        destroyed_ms   INTEGER
    ) STRICT;
    CREATE INDEX list_sha256 ON list (sha256);
    CREATE INDEX list_state ON list (state, id);
    CREATE INDEX list_by ON list (by_id, id);
    CREATE INDEX list_run ON list (run_name) WHERE run_name IS NOT NULL;

    -- What a person did at one time; it is taken back as a whole.
    CREATE TABLE change (
        list         INTEGER NOT NULL REFERENCES list (id),
        number       INTEGER NOT NULL, -- from 1 in each list
        kind         TEXT NOT NULL,
        by_id        INTEGER,
        by_name      TEXT NOT NULL,
        at_ms        INTEGER NOT NULL,
        size         INTEGER NOT NULL,
        undone_by_id INTEGER,
        undone_by    TEXT,
        undone_ms    INTEGER,
        PRIMARY KEY (list, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE mended_cell (
        list    INTEGER NOT NULL,
        seq     INTEGER NOT NULL, -- from 1 in each list
        change  INTEGER NOT NULL,
        sheet   TEXT NOT NULL,
        row     INTEGER NOT NULL,
        column  INTEGER NOT NULL,
        header  TEXT NOT NULL,
        field   TEXT,
        old     TEXT NOT NULL,
        new     TEXT NOT NULL,
        PRIMARY KEY (list, seq),
        FOREIGN KEY (list, change) REFERENCES change (list, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX mended_change ON mended_cell (list, change);
    -- Rows that a change left out, or put back in, as its kind says.
    CREATE TABLE left_row (
        list   INTEGER NOT NULL,
        change INTEGER NOT NULL,
        sheet  TEXT NOT NULL,
        row    INTEGER NOT NULL,
        PRIMARY KEY (list, change, sheet, row),
        FOREIGN KEY (list, change) REFERENCES change (list, number)
    ) STRICT, WITHOUT ROWID;
    -- Who took the mending of a list over from whom.
    CREATE TABLE taken_over (
        list      INTEGER NOT NULL REFERENCES list (id),
        from_id   INTEGER,
        from_name TEXT NOT NULL,
        by_id     INTEGER,
        by_name   TEXT NOT NULL,
        at_ms     INTEGER NOT NULL
    ) STRICT;
"];

/// The steps of the newest schema.
pub(crate) const NEWEST: i64 = STEPS.len() as u32 as i64;

/// Brings an office to the newest step.
pub(super) fn apply(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let have = steps(&transaction)?;
    if have == STEPS.len() {
        return Ok(());
    }
    for step in &STEPS[have..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", NEWEST)?;
    Ok(transaction.commit()?)
}

/// A program of another version may have come by since this one opened the office.
///
/// # Errors
/// [`Error::Newer`]
pub(super) fn is_newest(transaction: &Transaction) -> Result<(), Error> {
    let have: i64 = transaction.prepare_cached("PRAGMA user_version")?.query_row([], |row| row.get(0))?;
    if have == NEWEST { Ok(()) } else { Err(Error::Newer(have)) }
}

fn steps(connection: &Connection) -> Result<usize, Error> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))?;
    if application != APPLICATION && tables > 0 {
        return Err(Error::Unfit);
    }
    let have: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    usize::try_from(have).ok().filter(|have| *have <= STEPS.len()).ok_or(Error::Newer(have))
}

/// An office as an older version of this program left it.
#[cfg(test)]
pub(crate) fn apply_first(connection: &Connection, steps: usize) -> Result<(), Error> {
    for step in &STEPS[..steps] {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION)?;
    Ok(connection.pragma_update(None, "user_version", steps as u32)?)
}
