//! Rows: looked at.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use super::{Sqlite, range};
use crate::doubt::Doubt;
use crate::keyed::Key;
use crate::ledger::entry::{Entry, EntryId, Settlement, State};
use crate::ledger::error::Error;
use crate::ledger::settled::{HeldOrder, Settled};
use crate::ledger::store::Rows;
use crate::outcome::{ApiError, Cause, Failure, Reason};
use crate::row::Place;
use crate::uptime::Uptime;

pub(super) const SELECT_ENTRY: &str =
    "SELECT id, sheet, row, order_key, state, attempts, sent_ms, http_status, answer_id,
    code, title, description, duplicate_of, resolved, server, reason, nonce, boot, opened_ms FROM entry";

/// How many rows are fetched at a time.
const PAGE: usize = 1024;

impl Rows for Sqlite {
    fn entry(&self, id: EntryId) -> Result<Option<Entry>, Error> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT_ENTRY} WHERE id = ?1"))?;
        match statement.query_row([id.to_sql()], entry).optional()? {
            Some(entry) => Ok(Some(entry)),
            None => self.forgotten(id),
        }
    }

    fn page(&self, run: u32, from: u32) -> Result<Vec<Entry>, Error> {
        let (_, last) = range(run);
        let first = EntryId { run, ordinal: from }.to_sql();
        let sql = format!("{SELECT_ENTRY} WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT {PAGE}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let entries = statement.query_map(params![first, last], entry)?.collect::<Result<_, _>>()?;
        Ok(entries)
    }

    fn settled(&self, run: u32, rows: u32) -> Result<Settled, Error> {
        let (first, last) = range(run);
        let sql = "SELECT id, state, doubt FROM entry WHERE id BETWEEN ?1 AND ?2 AND (state <> 'pending' OR doubt)";
        let mut statement = self.connection.prepare(sql)?;
        let mut settled = Settled::of(rows);
        let mut found = statement.query(params![first, last])?;
        while let Some(row) = found.next()? {
            settled.note(EntryId::from_sql(row.get(0)?).ordinal, state(row, 1)?, row.get(2)?);
        }
        Ok(settled)
    }

    fn held_orders(&self) -> Result<Vec<HeldOrder>, Error> {
        let sql = "SELECT order_key, id, server FROM entry WHERE state = 'unknown' AND order_key IS NOT NULL";
        let mut statement = self.connection.prepare(sql)?;
        let held = statement.query_map([], |row| {
            Ok(HeldOrder { key: Key(row.get(0)?), id: EntryId::from_sql(row.get(1)?), server: row.get(2)? })
        })?;
        Ok(held.collect::<Result<_, _>>()?)
    }

    fn unknown(&self, run: u32) -> Result<Vec<Entry>, Error> {
        let (first, last) = range(run);
        let sql = format!("{SELECT_ENTRY} WHERE state = 'unknown' AND id BETWEEN ?1 AND ?2 ORDER BY id");
        let mut statement = self.connection.prepare(&sql)?;
        let entries = statement.query_map(params![first, last], entry)?.collect::<Result<_, _>>()?;
        Ok(entries)
    }

    fn contradictions(&self, id: EntryId) -> Result<Vec<String>, Error> {
        let sql = "SELECT said FROM contradiction WHERE entry = ?1 ORDER BY rowid";
        let mut statement = self.connection.prepare(sql)?;
        Ok(statement.query_map([id.to_sql()], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    fn find(&self, text: &str, orders: &[Key]) -> Result<Vec<Entry>, Error> {
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

    fn counts(&self, run: u32) -> Result<BTreeMap<State, u64>, Error> {
        let (first, last) = range(run);
        let sql = "SELECT state, COUNT(*) FROM entry WHERE id BETWEEN ?1 AND ?2 GROUP BY state";
        let mut statement = self.connection.prepare(sql)?;
        let counts =
            statement.query_map(params![first, last], |row| Ok((state(row, 0)?, row.get::<_, i64>(1)? as u64)))?;
        Ok(counts.collect::<Result<_, _>>()?)
    }
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
