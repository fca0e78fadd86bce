//! The ledger's file: opened; runs begun and closed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};

use super::entry::{Begun, Destination, EntryId, Error, LeftOut, Resolution, Run, RunSpec, State};
use super::mark::{self, Marks, Newer};
use super::migrations;
use super::place;
use super::watch::{Found, Watch};
use crate::doubt::Doubt;
use crate::outcome::Tally;
use crate::uptime::Uptime;
use crate::{fail, files};

/// The first SQLite in which two connections cannot corrupt the WAL while both check-point.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long others may be in the way: those who write, each for one commit at a time, and those who look, of whom the
/// last brings the log into the database.
pub(super) const OTHERS: Duration = Duration::from_secs(5);

/// Kept free beside the ledger, so that answers in hand can still be written when the disk is full.
pub(super) const BALLAST: u64 = 8 * 1024 * 1024;

/// An open ledger. Dropping it gives its locks back.
pub struct Ledger {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    secret: [u8; 32],
    recovered: u64,
    marks: Marks,
    /// None of a look.
    pub(super) watch: Option<Watch>,
}

impl Ledger {
    /// Opens the ledger to write, beside others who do, and makes it where there is none. Every attempt that a dead process
    /// left open is an unknown row from then on.
    ///
    /// # Errors
    /// [`Error::Busy`] where a program from before holds it, [`Error::Remote`] where it lies on a network, [`Error::TwoNames`]
    /// where it is linked to, [`Error::Older`] where it is behind its mark; a file that is no ledger, or is damaged.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_marked(path, None)
    }

    /// The same with a folder for the locks and marks that stay when the ledger is removed or put back.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn open_marked(path: &Path, state: Option<&Path>) -> Result<Self, Error> {
        let mut ledger = Self::as_it_is(path, state)?;
        if let Some(newer) = ledger.newer()? {
            return Err(Error::Older(newer));
        }
        ledger.recovered = ledger.recover()?;
        ledger.keep_missing_past_keys()?;
        Ok(ledger)
    }

    /// The same of an older copy, which becomes the newest: rows that were sent since it was made are not known.
    ///
    /// # Errors
    /// As [`Ledger::open`], but for [`Error::Older`].
    pub fn open_older(path: &Path, state: Option<&Path>) -> Result<(Self, Option<Newer>), Error> {
        let mut ledger = Self::as_it_is(path, state)?;
        ledger.recovered = ledger.recover()?;
        let newer = ledger.newer()?;
        Ok((ledger, newer))
    }

    fn as_it_is(path: &Path, state: Option<&Path>) -> Result<Self, Error> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Error::Unfit(format!("SQLite {} is too old", rusqlite::version())));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::make_private_folder(folder)?;
        }
        let state = state.filter(|state| files::make_private_folder(state).is_ok());
        let path = &place::own_name(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        place::is_local(folder)?;
        let mut watch = Watch::begin(path, state)?;
        fail::point("ledger-locked");
        if cfg!(unix) {
            File::open(folder)?.sync_all()?;
        }
        let ended_well = log_is_empty(path);
        let mut connection = connect(path)?;
        migrations::is_ledger(&connection)?;
        set_up(&connection)?;
        if watch.is_first() {
            if !ended_well {
                check(&connection)?;
            }
            migrations::apply(&mut connection)?;
        } else if migrations::is_behind(&connection)? {
            // Programs from before are at work on it.
            return Err(Error::Busy);
        }
        let secret = secret(&connection)?;
        fail::point("ledger-keyed");
        if watch.is_first() {
            reserve_ballast(path);
        }
        fail::point("ballast-made");
        watch.share()?;
        let marks = Marks::of(path, state, &secret);
        Ok(Self { connection, path: path.to_owned(), secret, recovered: 0, marks, watch: Some(watch) })
    }

    /// Where a mark tells that this ledger had come further: the newer one.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn newer(&self) -> Result<Option<Newer>, Error> {
        // The marks come first: another run may write between the two looks, and its mark would seem to run ahead.
        let highest = self.marks.highest();
        let own = mark::generation(&self.connection)?;
        Ok(highest.filter(|mark| mark.generation > own))
    }

    /// Makes an older copy the newest.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn take_for_newest(&mut self, newer: Newer) -> Result<(), Error> {
        mark::set(&self.connection, newer.generation + 1)?;
        self.leave_mark();
        self.marks.sync();
        Ok(())
    }

    /// Writes down outside the ledger how far it has come.
    pub(super) fn leave_mark(&mut self) {
        if let Ok(generation) = mark::generation(&self.connection) {
            self.marks.write(generation);
        }
    }

    /// No more marks follow.
    pub(super) fn sync_marks(&self) {
        self.marks.sync();
    }

    /// Whether the ledger is still the file that was opened.
    pub(super) fn found(&self) -> Found {
        self.watch.as_ref().map_or(Found::AsOpened, Watch::look)
    }

    /// Opens the ledger to look into it, while a run may hold it. The file stays as it is: one of an older version of
    /// this program is read from a copy that is brought up.
    pub fn look(path: &Path) -> Result<Self, Error> {
        let path = &place::own_name(path)?;
        let ended_well = log_is_empty(path);
        let mut connection = connect(path)?;
        // Who looks last would bring the log into the database; that is the next run's business.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !ended_well)?;
        migrations::is_ledger(&connection)?;
        if migrations::is_behind(&connection)? {
            connection = brought_up(&connection)?;
        }
        let secret = secret(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        let marks = Marks::of(path, None, &secret);
        Ok(Self { connection, path: path.to_owned(), secret, recovered: 0, marks, watch: None })
    }

    /// A ledger that lasts as long as the value: the rules without the disk, for a simulation.
    #[cfg(test)]
    pub(super) fn in_memory(mut connection: Connection) -> Result<Self, Error> {
        migrations::apply(&mut connection)?;
        let path = PathBuf::from(":memory:");
        Ok(Self { connection, path, secret: [7; 32], recovered: 0, marks: Marks::none(), watch: None })
    }

    /// A transaction that holds the write lock from its first statement on: what it reads is still so when it writes.
    pub(super) fn writing(&self) -> Result<Transaction<'_>, Error> {
        Ok(Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key of the keyed hashes: made once, never shown.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Attempts that an earlier process left open, and that are unknown since this start.
    pub fn recovered(&self) -> u64 {
        self.recovered
    }

    /// Begins a run, unless another process has begun the same one since this one looked.
    pub fn begin(&self, spec: RunSpec) -> Result<Begun, Error> {
        let json = |error: serde_json::Error| Error::Unfit(error.to_string());
        let sheets = serde_json::to_string(&spec.sheets).map_err(json)?;
        let destinations = serde_json::to_string(&spec.destinations).map_err(json)?;
        fail::point("run-beginning");
        let transaction = self.writing()?;
        let same = "SELECT number FROM run WHERE signature = ?1 AND again = ?2 AND destinations = ?3";
        let same = transaction.query_row(same, params![spec.signature, spec.again, destinations], |row| row.get(0));
        if let Some(run) = same.optional()? {
            return Ok(Begun::Joined(run));
        }
        transaction.execute(
            "INSERT INTO run (name, signature, file, sha256, target, host, recipe, sheets, rows, started_ms, destinations, again)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                spec.name,
                spec.signature,
                spec.file,
                spec.sha256,
                spec.target(),
                spec.addresses(),
                spec.recipe,
                sheets,
                spec.rows,
                spec.started_ms,
                destinations,
                spec.again
            ],
        )?;
        let number = transaction.last_insert_rowid() as u32;
        transaction.commit()?;
        fail::point("run-begun");
        let run = Run { number, spec, finished: false, ended_ms: None, tally: None, result: None, purged_ms: None };
        Ok(Begun::New(Box::new(run)))
    }

    /// Ends a session of a run. An unfinished run is gone on with by the same command.
    pub fn close(
        &self,
        run: u32,
        finished: bool,
        tally: &Tally,
        result: Option<&str>,
        ended_ms: i64,
    ) -> Result<(), Error> {
        let tally = serde_json::to_string(tally).unwrap_or_default();
        fail::point("run-closing");
        let transaction = self.writing()?;
        // A person may have given a row back since its result was written.
        let (first, last) = range(run);
        let pending = "SELECT EXISTS (SELECT 1 FROM entry WHERE id BETWEEN ?1 AND ?2 AND state = 'pending')";
        let finished = finished && !transaction.query_row(pending, [first, last], |row| row.get::<_, bool>(0))?;
        transaction.execute(
            "UPDATE run SET finished = ?2, tally = ?3, result = ?4, ended_ms = ?5 WHERE number = ?1",
            params![run, finished, tally, result, ended_ms],
        )?;
        if finished {
            self.keep_past_keys(run)?;
        }
        transaction.commit()?;
        fail::point("run-closed");
        Ok(())
    }

    /// Writes down where the file of a run is now: a renamed file is the same run.
    pub fn note_file(&self, run: u32, file: &str) -> Result<(), Error> {
        self.connection.execute("UPDATE run SET file = ?2 WHERE number = ?1", params![run, file])?;
        Ok(())
    }

    /// Writes down where the requests of a run go from now on, and where they went.
    pub fn note_destinations(&self, run: u32, destinations: &[Destination]) -> Result<(), Error> {
        let json = serde_json::to_string(destinations).map_err(|error| Error::Unfit(error.to_string()))?;
        self.connection.execute("UPDATE run SET destinations = ?2 WHERE number = ?1", params![run, json])?;
        Ok(())
    }

    /// Makes rows that were refused pending again: all of a run, or those named.
    pub fn reopen_rejected(&self, run: u32, only: Option<&[u32]>) -> Result<u64, Error> {
        let transaction = self.writing()?;
        let mut changed = 0;
        if let Some(ordinals) = only {
            for ordinal in ordinals {
                changed += transaction.execute(
                    "UPDATE entry SET state = 'pending' WHERE id = ?1 AND state = 'rejected'",
                    [EntryId { run, ordinal: *ordinal }.to_sql()],
                )?;
            }
        } else {
            let (first, last) = range(run);
            let sql = "UPDATE entry SET state = 'pending' WHERE id BETWEEN ?1 AND ?2 AND state = 'rejected'";
            changed = transaction.execute(sql, params![first, last])?;
        }
        transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [run])?;
        fail::point("refusals-reopening");
        transaction.commit()?;
        fail::point("refusals-reopened");
        Ok(changed as u64)
    }

    /// Gives back the rows of a run that were left out for repeating a row that proved to have done nothing: the word
    /// of a person who closed it, or of the server that refused it. Gives their number.
    pub fn reopen_duplicates(&self, run: u32) -> Result<u64, Error> {
        const NOT_DONE: &str = "id BETWEEN ?1 AND ?2 AND state = 'duplicate' AND EXISTS
            (SELECT 1 FROM entry original WHERE original.id = entry.duplicate_of AND original.state IN ('pending', 'rejected'))";
        let (first, last) = range(run);
        let transaction = self.writing()?;
        let deleted =
            transaction.execute(&format!("DELETE FROM entry WHERE {NOT_DONE} AND attempts = 0"), [first, last])?;
        let changed = transaction.execute(
            &format!("UPDATE entry SET state = 'pending', duplicate_of = NULL WHERE {NOT_DONE}"),
            [first, last],
        )?;
        if deleted + changed > 0 {
            transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [run])?;
        }
        fail::point("repeats-reopening");
        transaction.commit()?;
        fail::point("repeats-reopened");
        Ok((deleted + changed) as u64)
    }

    /// Gives back the rows of a run that were left out because they were in question: they are looked at anew. Gives
    /// their number.
    pub fn reopen_doubtful(&self, run: u32) -> Result<u64, Error> {
        const IN_QUESTION: &str = "id BETWEEN ?1 AND ?2 AND state = 'duplicate' AND code IN ('past-window', 'changed')";
        let (first, last) = range(run);
        let transaction = self.writing()?;
        let sql = format!("DELETE FROM entry WHERE {IN_QUESTION} AND attempts = 0");
        let mut changed = transaction.execute(&sql, [first, last])?;
        let sql = format!("UPDATE entry SET state = 'pending', duplicate_of = NULL, code = NULL WHERE {IN_QUESTION}");
        changed += transaction.execute(&sql, [first, last])?;
        if changed > 0 {
            transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [run])?;
        }
        transaction.commit()?;
        Ok(changed as u64)
    }

    /// Writes down which rows of a run are not to go, so that its report stays what it is. Rows that are
    /// settled already stay as they are.
    pub fn note_left_out(&self, run: u32, rows: &[LeftOut]) -> Result<(), Error> {
        let transaction = self.writing()?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO entry (id, sheet, row, key, state, attempts, duplicate_of, code)
                 VALUES (?1, ?2, ?3, ?4, 'duplicate', 0, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET state = 'duplicate', duplicate_of = excluded.duplicate_of, code = excluded.code
                 WHERE state = 'pending'",
            )?;
            for LeftOut { ordinal, place, key, of, doubt } in rows {
                let id = EntryId { run, ordinal: *ordinal };
                let code = doubt.map(Doubt::as_str);
                insert.execute(params![id.to_sql(), place.sheet, place.row, key.0, of.to_sql(), code])?;
            }
        }
        fail::point("repeats-noting");
        transaction.commit()?;
        fail::point("repeats-noted");
        Ok(())
    }

    /// Closes unknown rows by a person's word or by what was found: all of them, or none. What was said of them while
    /// they were unknown is no longer so.
    ///
    /// # Errors
    /// [`Error::Changed`] where a row has another attempt than the one that was looked at, [`Error::Unripe`] where one
    /// is said not to be done while something of its request may still arrive (`ripe`), [`Error::Unfit`] where one is
    /// not unknown. A row that the server called done without an id can be given one, and is never sent again.
    pub fn resolve(&self, resolutions: &[Resolution], now: Uptime) -> Result<(), Error> {
        let transaction = self.writing()?;
        for Resolution { id, attempt, state, answer, note } in resolutions {
            if let Some(entry) = self.entry(*id)? {
                if attempt.is_some_and(|seen| seen != (entry.attempts, entry.nonce)) {
                    return Err(Error::Changed);
                }
                if let Some(left) = self.unripe_for(&entry, now)?.filter(|_| *state == State::Pending) {
                    return Err(Error::Unripe(left));
                }
            }
            let changed = transaction.execute(
                "UPDATE entry SET state = ?2, answer_id = ?3, resolved = ?4, code = NULL, title = NULL, description = NULL,
                     reason = NULL, doubt = (?2 = 'pending')
                 WHERE id = ?1 AND (state = 'unknown' OR (state = 'done-without-id' AND ?2 <> 'pending'))",
                params![id.to_sql(), state.as_str(), answer.as_ref().map(ToString::to_string), note],
            )?;
            if changed != 1 {
                return Err(Error::Unfit("the row is not unknown".to_owned()));
            }
            if *state == State::Pending {
                transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [id.run])?;
            }
        }
        fail::point("resolution-committing");
        transaction.commit()?;
        fail::point("resolution-committed");
        Ok(())
    }
}

/// The entry ids of a run: first and last.
pub(super) fn range(run: u32) -> (i64, i64) {
    (EntryId { run, ordinal: 0 }.to_sql(), EntryId { run, ordinal: u32::MAX }.to_sql())
}

/// Opens the file that is there, by its own name: nothing is made, and no link is followed.
pub(super) fn connect(path: &Path) -> Result<Connection, Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = fs::canonicalize(folder)?.join(path.file_name().unwrap_or_default());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Ok(Connection::open_with_flags(real, flags)?)
}

/// A copy of a ledger with the steps that it lacks: on the disk where it is large, without a name, gone with the
/// connection.
fn brought_up(ledger: &Connection) -> Result<Connection, Error> {
    const PAGES: i32 = 1024;
    let mut copy = Connection::open("")?;
    Backup::new(ledger, &mut copy)?.run_to_completion(PAGES, Duration::from_millis(50), None)?;
    // The log of the original is in the copy already, which has none.
    copy.pragma_update_and_check(None, "journal_mode", "memory", |_| Ok(()))?;
    migrations::apply(&mut copy)?;
    Ok(copy)
}

fn log_is_empty(path: &Path) -> bool {
    fs::symlink_metadata(place::sibling(path, "-wal")).map_or(true, |wal| wal.len() == 0)
}

pub(super) fn set_up(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(OTHERS)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if mode != "wal" || synchronous != 2 {
        return Err(Error::Unfit(format!(
            "its folder does not allow durable writes (journal {mode}, synchronous {synchronous})"
        )));
    }
    Ok(())
}

/// Looks for damage; worth its time where an earlier process did not end well, and left its WAL behind.
fn check(connection: &Connection) -> Result<(), Error> {
    let check: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if check == "ok" { Ok(()) } else { Err(Error::Unfit(format!("it is damaged: {check}"))) }
}

fn secret(connection: &Connection) -> Result<[u8; 32], Error> {
    let found: Option<[u8; 32]> = connection.query_row("SELECT key FROM secret", [], |row| row.get(0)).optional()?;
    if let Some(secret) = found {
        return Ok(secret);
    }
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| Error::Unfit(error.to_string()))?;
    connection.execute("INSERT INTO secret (key) VALUES (?1)", [secret])?;
    Ok(secret)
}

/// Makes the ballast file anew where it is not whole; what stands in its place is never written to. Where there is no
/// room for it, what there is belongs to the ledger.
fn reserve_ballast(path: &Path) {
    let ballast = place::sibling(path, ".ballast");
    if fs::symlink_metadata(&ballast).is_ok_and(|found| found.is_file() && found.len() >= BALLAST) {
        return;
    }
    drop_ballast(path);
    let made = files::create_new(&ballast).and_then(|mut file| {
        let zeros = vec![0; BALLAST as usize];
        std::io::Write::write_all(&mut file, &zeros).and_then(|()| file.sync_all())
    });
    if made.is_err() {
        drop_ballast(path);
    }
}

/// Gives the ballast's room to the ledger. Of a link it is the link that goes.
pub(super) fn drop_ballast(path: &Path) {
    let _ = fs::remove_file(place::sibling(path, ".ballast"));
}
