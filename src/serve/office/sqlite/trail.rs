//! The trail of who did what. Entries are added, and stay.

use rusqlite::{Connection, Row, params};

use super::super::{Act, Actor, Entry, Error, Office, Sought};
use super::rows::count;

/// Looks at the rows of one run, and searches, are noted once in this time.
const AGAIN_MS: i64 = 15 * 60 * 1_000;

const HOUR_MS: i64 = 3_600_000;

/// Addresses of refused sign-ins that are told apart within an hour.
const ADDRESSES: i64 = 200;

const ENTRY: &str = "number, at_ms, by_id, by_name, trail.from_addr, run, act, times
    FROM trail LEFT JOIN refused ON entry = number";

impl Office {
    /// Writes down what somebody did that the office does not see by itself: coming in, sending, looking, taking out.
    ///
    /// # Errors
    /// The database.
    pub fn note(&self, by: &Actor, run: Option<&str>, act: &Act, now_ms: i64) -> Result<(), Error> {
        self.store.write(|db| match act {
            Act::SignInRefused { times } => refused(db, by, *times, now_ms),
            Act::Viewed | Act::Searched if is_known(db, by, run, act, now_ms)? => Ok(()),
            act => add(db, by, run, act, now_ms),
        })
    }

    /// The latest entries first. The next page is `before` the last of this one.
    ///
    /// # Errors
    /// The database.
    pub fn trail(&self, sought: &Sought, before: Option<i64>, limit: usize) -> Result<Vec<Entry>, Error> {
        let sql = format!(
            "SELECT {ENTRY} WHERE (?1 IS NULL OR number < ?1) AND (?2 IS NULL OR at_ms >= ?2) AND (?3 IS NULL OR run = ?3)
             ORDER BY number DESC LIMIT ?4"
        );
        let values = params![before, sought.since_ms, sought.run, limit.min(1_000) as u32];
        self.store.read(|db| db.prepare_cached(&sql)?.query_and_then(values, entry)?.collect())
    }

    /// Gives every entry, the oldest first.
    ///
    /// # Errors
    /// The database, and what the taker says.
    pub fn whole_trail(&self, sought: &Sought, mut take: impl FnMut(Entry) -> Result<(), Error>) -> Result<(), Error> {
        let sql =
            format!("SELECT {ENTRY} WHERE (?1 IS NULL OR at_ms >= ?1) AND (?2 IS NULL OR run = ?2) ORDER BY number");
        self.store.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            for entry in statement.query_and_then(params![sought.since_ms, sought.run], entry)? {
                take(entry?)?;
            }
            Ok(())
        })
    }
}

/// Adds an entry, in the transaction of what it tells.
pub(super) fn add(db: &Connection, by: &Actor, run: Option<&str>, act: &Act, now_ms: i64) -> Result<(), Error> {
    let json = serde_json::to_string(act).map_err(|error| Error::Damaged(error.to_string()))?;
    let from = by.from.map(|from| from.to_string());
    db.prepare_cached(
        "INSERT INTO trail (at_ms, by_id, by_name, from_addr, run, what, act) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![now_ms, by.id, by.name, from, run, act.name(), json])?;
    Ok(())
}

/// Whether the same person looked at the same a little while ago.
fn is_known(db: &Connection, by: &Actor, run: Option<&str>, act: &Act, now_ms: i64) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM trail WHERE by_name = ?1 AND what = ?2 AND at_ms > ?3
                  AND what IN ('viewed', 'searched') AND by_id IS ?4 AND run IS ?5 AND from_addr IS ?6)";
    let from = by.from.map(|from| from.to_string());
    let values = params![by.name, act.name(), now_ms - AGAIN_MS, by.id, run, from];
    Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// One entry an hour and address, however many are refused; of very many addresses, one for those that came last.
fn refused(db: &Connection, by: &Actor, times: u64, now_ms: i64) -> Result<(), Error> {
    let hour = now_ms.div_euclid(HOUR_MS);
    let from = by.from.map(|from| from.to_string()).unwrap_or_default();
    let times = i64::try_from(times).unwrap_or(i64::MAX);
    let more = "UPDATE refused SET times = times + ?3 WHERE hour = ?1 AND from_addr = ?2";
    if db.prepare_cached(more)?.execute(params![hour, from, times])? == 1 {
        return Ok(());
    }
    let many: i64 =
        db.prepare_cached("SELECT count(*) FROM refused WHERE hour = ?1")?.query_row([hour], |row| row.get(0))?;
    let of_many = many >= ADDRESSES;
    if of_many && db.prepare_cached(more)?.execute(params![hour, "", times])? == 1 {
        return Ok(());
    }
    // The name that was typed is not kept: people type passwords there.
    let nobody = Actor { id: None, name: String::new(), from: by.from.filter(|_| !of_many) };
    add(db, &nobody, None, &Act::SignInRefused { times: 1 }, now_ms)?;
    let entry = db.last_insert_rowid();
    let from = if of_many { String::new() } else { from };
    db.prepare_cached("INSERT INTO refused (hour, from_addr, entry, times) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![hour, from, entry, times])?;
    Ok(())
}

fn entry(row: &Row) -> Result<Entry, Error> {
    let json: String = row.get("act")?;
    let from: Option<String> = row.get("from_addr")?;
    let mut act = serde_json::from_str(&json).map_err(|error| Error::Damaged(error.to_string()))?;
    if row.get::<_, Option<i64>>("times")?.is_some() {
        act = Act::SignInRefused { times: count(row, "times")? };
    }
    Ok(Entry {
        number: row.get("number")?,
        at_ms: row.get("at_ms")?,
        by: Actor { id: row.get("by_id")?, name: row.get("by_name")?, from: from.and_then(|from| from.parse().ok()) },
        run: row.get("run")?,
        act,
    })
}
