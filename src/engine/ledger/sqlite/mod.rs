//! A ledger in a file of SQLite.
//!
//! WAL mode with `synchronous=FULL`: a commit that was acknowledged survives power loss. The write lock of the file puts
//! all groups of all processes one after the other, so what a group reads still holds when it is written (`commit`,
//! `claims`). A kernel lock for each run is its lease (`run_lock`). Locks on the file itself keep programs from before
//! out, and those who would change the schema (`watch`, `migrations`).

mod attempt;
mod backup;
mod claims;
mod commit;
mod decisions;
mod mark;
pub(super) mod migrations;
mod names;
mod past;
pub mod place;
mod purge;
mod rows;
mod run_lock;
mod runs;
mod shares;
mod watch;

#[cfg(test)]
mod simulated;

use std::cell::RefCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use self::mark::Marks;
use self::watch::{Found, Watch};
use super::entry::EntryId;
use super::error::Error;
use super::failure::Failure;
use super::store::Store;
use crate::{fail, files};

pub use mark::Newer;

/// The first SQLite in which two connections cannot corrupt the WAL while both check-point.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long others may be in the way: those who write, each for one commit at a time, and those who look, of whom the
/// last brings the log into the database.
const OTHERS: Duration = Duration::from_secs(5);

/// Kept free beside the ledger, so that answers in hand can still be written when the disk is full.
pub(super) const BALLAST: u64 = 8 * 1024 * 1024;

/// An open ledger. Dropping it gives its locks back.
pub struct Sqlite {
    pub(super) connection: Connection,
    path: PathBuf,
    secret: [u8; 32],
    recovered: u64,
    marks: RefCell<Marks>,
    /// None of a look.
    watch: Option<Watch>,
    /// The locks of a simulation, which has no files.
    #[cfg(test)]
    simulated: Option<super::memory::MemoryLeases>,
}

impl Sqlite {
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
    /// As [`Sqlite::open`].
    pub fn open_marked(path: &Path, state: Option<&Path>) -> Result<Self, Error> {
        let mut ledger = Self::as_it_is(path, state)?;
        if let Some(newer) = ledger.newer()? {
            return Err(Error::Older(newer));
        }
        ledger.recovered = ledger.recover_all()?;
        ledger.keep_missing_past_keys()?;
        Ok(ledger)
    }

    /// The same of an older copy, which becomes the newest: rows that were sent since it was made are not known.
    ///
    /// # Errors
    /// As [`Sqlite::open`], but for [`Error::Older`].
    pub fn open_older(path: &Path, state: Option<&Path>) -> Result<(Self, Option<Newer>), Error> {
        let mut ledger = Self::as_it_is(path, state)?;
        ledger.recovered = ledger.recover_all()?;
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
        Ok(Self::of(connection, path, secret, marks, Some(watch)))
    }

    /// Where a mark tells that this ledger had come further: the newer one.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn newer(&self) -> Result<Option<Newer>, Error> {
        // The marks come first: another run may write between the two looks, and its mark would seem to run ahead.
        let highest = self.marks.borrow().highest();
        let own = mark::generation(&self.connection)?;
        Ok(highest.filter(|mark| mark.generation > own))
    }

    /// Makes an older copy the newest.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn take_for_newest(&self, newer: Newer) -> Result<(), Error> {
        mark::set(&self.connection, newer.generation + 1)?;
        self.leave_mark();
        self.marks.borrow().sync();
        Ok(())
    }

    /// Writes down outside the ledger how far it has come.
    fn leave_mark(&self) {
        if self.watch.is_some()
            && let Ok(generation) = mark::generation(&self.connection)
        {
            self.marks.borrow_mut().write(generation);
        }
    }

    /// Whether the ledger is still the file that was opened.
    fn found(&self) -> Found {
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
        Ok(Self::of(connection, path, secret, Marks::of(path, None, &secret), None))
    }

    fn of(connection: Connection, path: &Path, secret: [u8; 32], marks: Marks, watch: Option<Watch>) -> Self {
        Self {
            connection,
            path: path.to_owned(),
            secret,
            recovered: 0,
            marks: RefCell::new(marks),
            watch,
            #[cfg(test)]
            simulated: None,
        }
    }

    /// A ledger that lasts as long as the value: the rules without the disk, for a simulation.
    #[cfg(test)]
    fn in_memory(mut connection: Connection) -> Result<Self, Error> {
        migrations::apply(&mut connection)?;
        let simulated = Some(super::memory::MemoryLeases::default());
        Ok(Self { simulated, ..Self::of(connection, Path::new(":memory:"), [7; 32], Marks::none(), None) })
    }

    /// A transaction that holds the write lock from its first statement on: what it reads is still so when it writes.
    fn writing(&self) -> Result<Transaction<'_>, Error> {
        Ok(Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?)
    }
}

impl Store for Sqlite {
    fn path(&self) -> &Path {
        &self.path
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    fn save_what_is_gone(&self, run: &str) -> Result<Option<PathBuf>, Error> {
        self.save_gone(run)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let said = error.to_string();
        let why = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Failure::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Failure::Busy,
            Some(
                ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::DatabaseCorrupt,
            ) => Failure::Disk(said.clone()),
            _ => Failure::Other(said.clone()),
        };
        Error::Store { why, said }
    }
}

/// The entry ids of a run: first and last.
fn range(run: u32) -> (i64, i64) {
    (EntryId { run, ordinal: 0 }.to_sql(), EntryId { run, ordinal: u32::MAX }.to_sql())
}

/// Opens the file that is there, by its own name: nothing is made, and no link is followed.
fn connect(path: &Path) -> Result<Connection, Error> {
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
