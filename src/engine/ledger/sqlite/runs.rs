//! Runs: begun, noted, closed, and looked at.

use std::time::Duration;

use rusqlite::{OptionalExtension, Row, params};

use super::{Sqlite, range};
use crate::fail;
use crate::ledger::error::Error;
use crate::ledger::run::{Begun, Destination, Run, RunSpec};
use crate::ledger::store::Runs;
use crate::outcome::Tally;

const SELECT_RUN: &str = "SELECT number, name, signature, file, sha256, target, host, recipe, sheets, rows,
    started_ms, ended_ms, finished, tally, result, purged_ms, destinations, again FROM run";

impl Runs for Sqlite {
    fn begin(&self, spec: RunSpec) -> Result<Begun, Error> {
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

    fn close(&self, run: u32, finished: bool, tally: &Tally, result: Option<&str>, ended_ms: i64) -> Result<(), Error> {
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

    fn note_file(&self, run: u32, file: &str) -> Result<(), Error> {
        self.connection.execute("UPDATE run SET file = ?2 WHERE number = ?1", params![run, file])?;
        Ok(())
    }

    fn note_destinations(&self, run: u32, destinations: &[Destination]) -> Result<(), Error> {
        let json = serde_json::to_string(destinations).map_err(|error| Error::Unfit(error.to_string()))?;
        self.connection.execute("UPDATE run SET destinations = ?2 WHERE number = ?1", params![run, json])?;
        Ok(())
    }

    fn note_timeout(&self, run: u32, timeout: Duration) -> Result<(), Error> {
        let sql = "UPDATE run SET timeout_ms = max(?2, coalesce(timeout_ms, 0)) WHERE number = ?1";
        self.connection.execute(sql, params![run, timeout.as_millis() as i64])?;
        Ok(())
    }

    fn note_window(&self, run: u32, window: Duration) -> Result<(), Error> {
        let sql = "UPDATE run SET window_ms = max(?2, coalesce(window_ms, 0)) WHERE number = ?1";
        self.connection.execute(sql, params![run, window.as_millis() as i64])?;
        Ok(())
    }

    fn runs(&self) -> Result<Vec<Run>, Error> {
        let mut statement = self.connection.prepare(&format!("{SELECT_RUN} ORDER BY number DESC"))?;
        let runs = statement.query_map([], run)?.collect::<Result<_, _>>()?;
        Ok(runs)
    }

    fn run_named(&self, name: &str) -> Result<Option<Run>, Error> {
        Ok(self.connection.query_row(&format!("{SELECT_RUN} WHERE name = ?1"), [name], run).optional()?)
    }

    fn run_numbered(&self, number: u32) -> Result<Option<Run>, Error> {
        Ok(self.connection.query_row(&format!("{SELECT_RUN} WHERE number = ?1"), [number], run).optional()?)
    }

    fn runs_of(&self, sha256: &str) -> Result<Vec<Run>, Error> {
        let mut statement = self.connection.prepare(&format!("{SELECT_RUN} WHERE sha256 = ?1 ORDER BY number DESC"))?;
        let runs = statement.query_map([sha256], run)?.collect::<Result<_, _>>()?;
        Ok(runs)
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
