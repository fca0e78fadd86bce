//! Looking into the ledger: runs, rows, what may be repeated.

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use super::entry::{Destination, Entry, EntryId, Error, Run, RunSpec, Settlement, State};
use super::sqlite::{Ledger, range};
use crate::doubt::Doubt;
use crate::keyed::Key;
use crate::outcome::{ApiError, Cause, Failure, Reason};
use crate::row::Place;
use crate::uptime::Uptime;

pub(super) const SELECT_RUN: &str = "SELECT number, name, signature, file, sha256, target, host, recipe, sheets, rows,
    started_ms, ended_ms, finished, tally, result, purged_ms, destinations, again FROM run";

pub(super) const SELECT_ENTRY: &str =
    "SELECT id, sheet, row, order_key, state, attempts, sent_ms, http_status, answer_id,
    code, title, description, duplicate_of, resolved, server, reason, nonce, boot, opened_ms FROM entry";

/// How many rows are fetched at a time.
const PAGE: usize = 1024;

impl Ledger {
    /// All runs, the latest first.
    pub fn runs(&self) -> Result<Vec<Run>, Error> {
        let mut statement = self.connection.prepare(&format!("{SELECT_RUN} ORDER BY number DESC"))?;
        let runs = statement.query_map([], run)?.collect::<Result<_, _>>()?;
        Ok(runs)
    }

    /// A run by its name.
    pub fn run_named(&self, name: &str) -> Result<Option<Run>, Error> {
        Ok(self.connection.query_row(&format!("{SELECT_RUN} WHERE name = ?1"), [name], run).optional()?)
    }

    pub fn run_numbered(&self, number: u32) -> Result<Option<Run>, Error> {
        Ok(self.connection.query_row(&format!("{SELECT_RUN} WHERE number = ?1"), [number], run).optional()?)
    }

    /// One row, or what purge has left of it.
    pub fn entry(&self, id: EntryId) -> Result<Option<Entry>, Error> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT_ENTRY} WHERE id = ?1"))?;
        match statement.query_row([id.to_sql()], entry).optional()? {
            Some(entry) => Ok(Some(entry)),
            None => self.forgotten(id),
        }
    }

    /// The rows of a run from an ordinal on, some at a time; empty at the end.
    pub fn page(&self, run: u32, from: u32) -> Result<Vec<Entry>, Error> {
        let (_, last) = range(run);
        let first = EntryId { run, ordinal: from }.to_sql();
        let sql = format!("{SELECT_ENTRY} WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT {PAGE}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let entries = statement.query_map(params![first, last], entry)?.collect::<Result<_, _>>()?;
        Ok(entries)
    }

    /// Which rows of a run are not to be sent, or not for the first time: some bits a row.
    pub fn settled(&self, run: u32, rows: u32) -> Result<Settled, Error> {
        let (first, last) = range(run);
        let sql = "SELECT id, state, doubt FROM entry WHERE id BETWEEN ?1 AND ?2 AND (state <> 'pending' OR doubt)";
        let mut statement = self.connection.prepare(sql)?;
        let mut settled = Settled { closed: Bits::of(rows), unknown: Bits::default(), doubtful: Bits::default() };
        let mut found = statement.query(params![first, last])?;
        while let Some(row) = found.next()? {
            let ordinal = EntryId::from_sql(row.get(0)?).ordinal;
            let state = state(row, 1)?;
            if state != State::Pending {
                settled.closed.set(ordinal);
            }
            if state == State::Unknown {
                settled.unknown.set(ordinal);
            }
            if state == State::Unknown || row.get(2)? {
                settled.doubtful.set(ordinal);
            }
        }
        Ok(settled)
    }

    /// The order keys of all unknown rows: what comes behind one of them, at its server, is held.
    pub fn held_orders(&self) -> Result<Vec<HeldOrder>, Error> {
        let sql = "SELECT order_key, id, server FROM entry WHERE state = 'unknown' AND order_key IS NOT NULL";
        let mut statement = self.connection.prepare(sql)?;
        let held = statement.query_map([], |row| {
            Ok(HeldOrder { key: Key(row.get(0)?), id: EntryId::from_sql(row.get(1)?), server: row.get(2)? })
        })?;
        Ok(held.collect::<Result<_, _>>()?)
    }

    /// The runs of a file's bytes, the latest first.
    pub fn runs_of(&self, sha256: &str) -> Result<Vec<Run>, Error> {
        let mut statement = self.connection.prepare(&format!("{SELECT_RUN} WHERE sha256 = ?1 ORDER BY number DESC"))?;
        let runs = statement.query_map([sha256], run)?.collect::<Result<_, _>>()?;
        Ok(runs)
    }

    /// The unknown rows of a run.
    pub fn unknown(&self, run: u32) -> Result<Vec<Entry>, Error> {
        let (first, last) = range(run);
        let sql = format!("{SELECT_ENTRY} WHERE state = 'unknown' AND id BETWEEN ?1 AND ?2 ORDER BY id");
        let mut statement = self.connection.prepare(&sql)?;
        let entries = statement.query_map(params![first, last], entry)?.collect::<Result<_, _>>()?;
        Ok(entries)
    }

    /// What was told of a row and does not fit its record, as JSON: the earliest first.
    pub fn contradictions(&self, id: EntryId) -> Result<Vec<String>, Error> {
        let sql = "SELECT said FROM contradiction WHERE entry = ?1 ORDER BY rowid";
        let mut statement = self.connection.prepare(sql)?;
        Ok(statement.query_map([id.to_sql()], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Rows whose answer holds a text as an id, or that go by one of some order keys.
    pub fn find(&self, text: &str, orders: &[Key]) -> Result<Vec<Entry>, Error> {
        let sql = format!(
            "{SELECT_ENTRY} WHERE answer_id = ?1 OR answer_id = ?2 OR instr(answer_id, ?2) > 0 OR order_key = ?3 ORDER BY id"
        );
        let quoted = Value::from(text).to_string();
        let mut statement = self.connection.prepare(&sql)?;
        let mut entries: Vec<Entry> = Vec::new();
        let none = [Key([0; 16])];
        for order in if orders.is_empty() { &none } else { orders } {
            let found = statement.query_map(params![text, quoted, order.0], entry)?;
            for entry in found {
                let entry = entry?;
                if !entries.iter().any(|known| known.id == entry.id) {
                    entries.push(entry);
                }
            }
        }
        Ok(entries)
    }
}

/// An unknown row, by what is held behind it.
#[derive(Debug, Clone, Copy)]
pub struct HeldOrder {
    pub key: Key,
    pub id: EntryId,
    /// The number of its server; none in a run from before, whose keys hold the address.
    pub server: Option<u32>,
}

/// Where the rows of a run stand.
pub struct Settled {
    closed: Bits,
    unknown: Bits,
    doubtful: Bits,
}

impl Settled {
    /// Whether a row needs no sending; one that is unknown does where it may be repeated.
    pub fn contains(&self, ordinal: u32, may_repeat: bool) -> bool {
        self.closed.contains(ordinal) && !(may_repeat && self.unknown.contains(ordinal))
    }

    /// Whether an earlier attempt may have been carried out.
    pub fn is_doubtful(&self, ordinal: u32) -> bool {
        self.doubtful.contains(ordinal)
    }

    pub fn count(&self) -> u64 {
        self.closed.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// One bit a row.
#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn of(rows: u32) -> Self {
        Self(vec![0; rows.div_ceil(64) as usize])
    }

    fn set(&mut self, ordinal: u32) {
        let at = ordinal as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (ordinal % 64);
    }

    fn contains(&self, ordinal: u32) -> bool {
        self.0.get(ordinal as usize / 64).is_some_and(|word| word & (1 << (ordinal % 64)) != 0)
    }
}

/// What a run from before says of its operations and addresses: two lists joined by commas. Neighbours that were equal
/// stand in the second but once, so it tells which address is whose only where there is one, or one for each.
pub(super) fn landed(targets: &str, hosts: &str) -> Vec<Destination> {
    let hosts: Vec<&str> = hosts.split(',').collect();
    let operations: Vec<&str> = targets.split(',').collect();
    let one_each = hosts.len() == operations.len();
    let mut destinations = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let theirs = if one_each { &hosts[at..=at] } else { &hosts };
        destinations.extend(theirs.iter().map(|host| Destination {
            operation: (*operation).to_owned(),
            address: (*host).to_owned(),
            endpoint: None,
        }));
    }
    destinations
}

fn not_read(column: usize, error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

pub(super) fn run(row: &Row) -> rusqlite::Result<Run> {
    let json = |column: usize| row.get::<_, Option<String>>(column);
    Ok(Run {
        number: row.get(0)?,
        spec: RunSpec {
            name: row.get(1)?,
            signature: row.get(2)?,
            again: row.get::<_, Option<u32>>(17)?.unwrap_or_default(),
            file: row.get(3)?,
            sha256: row.get(4)?,
            destinations: match json(16)? {
                Some(text) => serde_json::from_str(&text).map_err(|error| not_read(16, error))?,
                None => landed(&row.get::<_, String>(5)?, &row.get::<_, String>(6)?),
            },
            recipe: row.get(7)?,
            sheets: json(8)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
            rows: row.get(9)?,
            started_ms: row.get(10)?,
        },
        ended_ms: row.get(11)?,
        finished: row.get(12)?,
        tally: json(13)?.and_then(|text| serde_json::from_str(&text).ok()),
        result: row.get(14)?,
        purged_ms: row.get(15)?,
    })
}

pub(super) fn entry(row: &Row) -> rusqlite::Result<Entry> {
    let said = ApiError { code: row.get(9)?, title: row.get(10)?, description: row.get(11)? };
    let kept: Option<String> = row.get(15)?;
    let state = state(row, 4)?;
    let answer: Option<String> = row.get(8)?;
    Ok(Entry {
        id: EntryId::from_sql(row.get(0)?),
        place: Place { sheet: row.get(1)?, row: row.get(2)? },
        order: row.get::<_, Option<[u8; 16]>>(3)?.map(Key),
        state,
        attempts: row.get(5)?,
        sent_at_ms: row.get(6)?,
        settlement: Settlement {
            state,
            http_status: row.get(7)?,
            id: answer.and_then(|text| serde_json::from_str(&text).ok()),
            error: cause(kept.as_deref(), said),
        },
        duplicate_of: row.get::<_, Option<i64>>(12)?.map(EntryId::from_sql),
        resolved: row.get(13)?,
        server: row.get(14)?,
        nonce: row.get::<_, Option<i64>>(16)?.map(i64::cast_unsigned),
        opened: match (row.get(17)?, row.get(18)?) {
            (Some(boot), Some(ms)) => Some(Uptime { boot, ms }),
            _ => None,
        },
    })
}

/// Why a row is not done. The column `code` holds what results show: it is the server's only where the server spoke.
fn cause(kept: Option<&str>, said: ApiError) -> Option<Cause> {
    let Some(reason) = kept.and_then(|json| serde_json::from_str(json).ok()) else {
        let alone = said.title.is_none() && said.description.is_none();
        return match said.code.as_deref().filter(|_| alone).and_then(of_code) {
            Some(reason) => Some(reason.into()),
            None => Some(said).filter(|said| *said != ApiError::default()).map(Cause::from),
        };
    };
    let is_own = said.code.as_deref() == Some(&*Reason::code(&reason)) && said.title.is_none();
    let said = if is_own && said.description.is_none() { ApiError::default() } else { said };
    Some(Cause { reason: Some(reason), said })
}

/// The reason behind a bare code. The ledger keeps one for rows that were cut off and for rows that were left out.
fn of_code(code: &str) -> Option<Reason> {
    let interrupted = || (code == Failure::Interrupted.code()).then_some(Reason::Failed(Failure::Interrupted));
    Doubt::from_name(code).map(Reason::InQuestion).or_else(interrupted)
}

pub(super) fn state(row: &Row, column: usize) -> rusqlite::Result<State> {
    let name = row.get_ref(column)?.as_str()?;
    let known = State::ALL.into_iter().find(|state| state.as_str() == name);
    known.ok_or_else(|| rusqlite::Error::InvalidColumnName(name.to_owned()))
}
