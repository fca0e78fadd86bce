//! The schema of the office, step by step. `PRAGMA user_version` counts the steps that a file has.
//!
//! Two rules: a step that was released is never changed or removed; a step never makes what an older step wrote
//! unreadable.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::super::Error;

/// What marks the file as an office: "calo".
const APPLICATION: i32 = 0x6361_6c6f;

const STEPS: &[&str] = &[
    "
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
",
    "
    CREATE TABLE person (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        email      TEXT NOT NULL UNIQUE, -- in small letters
        name       TEXT NOT NULL,
        roles      TEXT NOT NULL, -- separated by blanks
        hash       TEXT, -- of the password, as a PHC string
        barred     INTEGER NOT NULL DEFAULT 0,
        lang       TEXT,
        theme      TEXT,
        added_ms   INTEGER NOT NULL,
        seen_ms    INTEGER,
        removed_ms INTEGER -- who is removed keeps the number, and gets it again
    ) STRICT;
    CREATE TABLE session (
        id       BLOB PRIMARY KEY, -- SHA-256
        person   INTEGER NOT NULL REFERENCES person (id),
        began_ms INTEGER NOT NULL,
        seen_ms  INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_person ON session (person, seen_ms);
    CREATE TABLE token (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        hash       BLOB NOT NULL UNIQUE, -- SHA-256
        person     INTEGER NOT NULL REFERENCES person (id),
        name       TEXT NOT NULL,
        made_ms    INTEGER NOT NULL,
        used_ms    INTEGER,
        expires_ms INTEGER,
        UNIQUE (person, name)
    ) STRICT;

    CREATE TABLE trail (
        number    INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms     INTEGER NOT NULL,
        by_id     INTEGER,
        by_name   TEXT NOT NULL,
        from_addr TEXT,
        run       TEXT,
        what      TEXT NOT NULL,
        act       TEXT NOT NULL -- JSON
    ) STRICT;
    CREATE INDEX trail_run ON trail (run, number) WHERE run IS NOT NULL;
    CREATE INDEX trail_seen ON trail (by_name, what, at_ms) WHERE what IN ('viewed', 'searched');
    CREATE TRIGGER trail_stays BEFORE UPDATE ON trail
        BEGIN SELECT RAISE (ABORT, 'the trail is only added to'); END;
    CREATE TRIGGER trail_stays_whole BEFORE DELETE ON trail
        BEGIN SELECT RAISE (ABORT, 'the trail is only added to'); END;
    -- How often a sign-in was refused to an address in an hour: one entry of the trail tells them all.
    CREATE TABLE refused (
        hour      INTEGER NOT NULL,
        from_addr TEXT NOT NULL, -- empty for all further addresses of an hour that has many
        entry     INTEGER NOT NULL UNIQUE REFERENCES trail (number),
        times     INTEGER NOT NULL,
        PRIMARY KEY (hour, from_addr)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Who uploaded a list, changed it, or answered what was asked before sending.
    CREATE TABLE hand (
        list   INTEGER NOT NULL REFERENCES list (id),
        person INTEGER NOT NULL,
        what   TEXT NOT NULL,
        PRIMARY KEY (list, person, what)
    ) STRICT, WITHOUT ROWID;
    INSERT OR IGNORE INTO hand SELECT id, by_id, 'uploaded' FROM list WHERE by_id IS NOT NULL;
    INSERT OR IGNORE INTO hand SELECT list, by_id, 'changed' FROM change WHERE by_id IS NOT NULL;
    INSERT OR IGNORE INTO hand SELECT list, undone_by_id, 'changed' FROM change WHERE undone_by_id IS NOT NULL;
    CREATE TABLE approval (
        id            INTEGER PRIMARY KEY AUTOINCREMENT,
        list          INTEGER NOT NULL REFERENCES list (id),
        digest        TEXT NOT NULL,
        rows          INTEGER NOT NULL,
        by_id         INTEGER,
        by_name       TEXT NOT NULL,
        asked_ms      INTEGER NOT NULL,
        note          TEXT NOT NULL,
        decision      TEXT NOT NULL,
        decided_by_id INTEGER,
        decided_by    TEXT,
        decided_ms    INTEGER,
        lapsed_ms     INTEGER,
        why           TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX approval_list ON approval (list, id);
    CREATE INDEX approval_digest ON approval (digest) WHERE decision = 'approved';

    CREATE TABLE mapping (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        scope   TEXT NOT NULL,
        folded  TEXT NOT NULL, -- the header as it is compared
        header  TEXT NOT NULL,
        field   TEXT,
        by_id   INTEGER,
        by_name TEXT NOT NULL,
        at_ms   INTEGER NOT NULL,
        UNIQUE (scope, folded)
    ) STRICT;

    CREATE TABLE destruction (
        list    TEXT NOT NULL, -- its name
        at_ms   INTEGER NOT NULL,
        rule    TEXT NOT NULL,
        bytes   INTEGER NOT NULL,
        cells   INTEGER NOT NULL,
        by_id   INTEGER,
        by_name TEXT
    ) STRICT;
",
];

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
