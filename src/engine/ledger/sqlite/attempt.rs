//! One attempt of a row: opened, settled, withdrawn. The row's own record decides, in the statement itself.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::claims;
use super::rows::state;
use crate::ledger::entry::{EntryId, Settlement, State};
use crate::ledger::error::Error;
use crate::ledger::step::{Grant, Intent, Kept, Opening};
use crate::message::json_line;
use crate::outcome::Cause;

/// What is said of a row whose process ended while its attempt was open.
pub const INTERRUPTED: &str = "interrupted";

/// A row gets an attempt if it has none, or if all it had are proven to have done nothing, or may be repeated; and if no
/// other row stands against it. A row that repeats another is a duplicate of that one from now on.
pub fn open(connection: &Connection, intent: &Intent) -> Result<Opening, Error> {
    if let Some(against) = claims::against(connection, intent)? {
        return match against {
            Opening::Repeats { of, .. } if !note_repeat(connection, intent, of)? => stale(connection, intent.grant.id),
            against => Ok(against),
        };
    }
    // A person's word was about the attempts before it, and not about one that is in doubt since.
    let mut statement = connection.prepare_cached(
        "INSERT INTO entry (id, sheet, row, key, order_key, first_key, state, attempts, sent_ms, body_key, server, nonce,
             boot, opened_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'sending', 1, ?7, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (id) DO UPDATE SET doubt = doubt OR state = 'unknown',
             resolved = CASE WHEN state = 'unknown' THEN NULL ELSE resolved END, state = 'sending', attempts = attempts + 1,
             sent_ms = excluded.sent_ms, nonce = excluded.nonce, boot = excluded.boot, opened_ms = excluded.opened_ms,
             http_status = NULL, code = NULL, title = NULL, description = NULL, reason = NULL
         WHERE state = 'pending' OR (state = 'unknown' AND ?8)
         RETURNING attempts",
    )?;
    let values = params![
        intent.grant.id.to_sql(),
        intent.place.sheet,
        intent.place.row,
        intent.key.0,
        intent.order.map(|key| key.0),
        intent.first.map(|key| key.0),
        intent.at_ms,
        intent.may_repeat,
        intent.body.map(|key| key.0),
        intent.server,
        intent.grant.nonce.cast_signed(),
        intent.opened.boot,
        intent.opened.ms,
    ];
    match statement.query_row(values, |row| row.get(0)).optional()? {
        Some(attempt) => Ok(Opening::Granted { attempt }),
        None => stale(connection, intent.grant.id),
    }
}

/// The row is not open: what its record says.
fn stale(connection: &Connection, id: EntryId) -> Result<Opening, Error> {
    Ok(Opening::Stale(found(connection, id)?.map_or(State::Pending, |found| found.state)))
}

/// Makes a row that is open the duplicate of another; whether it was open.
fn note_repeat(connection: &Connection, intent: &Intent, of: EntryId) -> Result<bool, Error> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO entry (id, sheet, row, key, state, attempts, duplicate_of) VALUES (?1, ?2, ?3, ?4, 'duplicate', 0, ?5)
         ON CONFLICT (id) DO UPDATE SET state = 'duplicate', duplicate_of = excluded.duplicate_of, code = NULL
         WHERE state = 'pending'",
    )?;
    let place = intent.place;
    let values = params![intent.grant.id.to_sql(), place.sheet, place.row, intent.key.0, of.to_sql()];
    Ok(statement.execute(values)? == 1)
}

/// Closes the attempt that the nonce names, also where the row was taken for lost meanwhile or a person gave it back:
/// the answer is what is known.
pub fn settle(connection: &Connection, grant: Grant, settlement: &Settlement) -> Result<Kept, Error> {
    debug_assert!(!matches!(settlement.state, State::Sending | State::Duplicate));
    // For a list of more than two SQLite makes a table of its own in every execution, so the three states stand apart.
    let mut statement = connection.prepare_cached(
        "UPDATE entry SET state = ?2, http_status = ?3, answer_id = ?4, code = ?5, title = ?6, description = ?7,
             reason = ?9
         WHERE id = ?1 AND nonce = ?8 AND (state = 'sending' OR state = 'unknown' OR state = 'pending')
             AND NOT (?2 = 'unknown' AND state <> 'sending')",
    )?;
    let error = settlement.error.as_ref();
    let changed = statement.execute(params![
        grant.id.to_sql(),
        settlement.state.as_str(),
        settlement.http_status,
        settlement.id.as_ref().map(ToString::to_string),
        error.and_then(Cause::code),
        error.and_then(|error| error.said.title.as_deref()),
        error.and_then(|error| error.said.description.as_deref()),
        grant.nonce.cast_signed(),
        error.and_then(|error| error.reason.as_ref()).map(json_line),
    ])?;
    if changed == 1 {
        return Ok(Kept::Durable);
    }
    let found = found(connection, grant.id)?;
    let answer = settlement.id.as_ref().map(ToString::to_string);
    let written = Found { state: settlement.state, nonce: Some(grant.nonce), answer };
    // The same was written before, and its receipt was lost.
    if found.as_ref() == Some(&written) {
        return Ok(Kept::Durable);
    }
    contradicts(connection, grant, settlement)?;
    Ok(Kept::Contradicts(found.map(|found| found.state)))
}

/// Keeps an outcome that does not fit what the row's record says.
fn contradicts(connection: &Connection, grant: Grant, settlement: &Settlement) -> Result<(), Error> {
    let Settlement { state, http_status, id, error } = settlement;
    let said = json!({ "state": state.as_str(), "http_status": http_status, "id": id, "error": error });
    connection.execute(
        "INSERT INTO contradiction (entry, nonce, said, told_ms)
         VALUES (?1, ?2, ?3, CAST(unixepoch('subsec') * 1000 AS INTEGER))",
        params![grant.id.to_sql(), grant.nonce.cast_signed(), said.to_string()],
    )?;
    Ok(())
}

/// Takes back the attempt that the nonce names, also where it was taken for lost meanwhile: its request did not leave.
pub fn withdraw(connection: &Connection, grant: Grant) -> Result<Kept, Error> {
    let first = "DELETE FROM entry WHERE id = ?1 AND nonce = ?2 AND attempts = 1
                     AND (state = 'sending' OR (state = 'unknown' AND code = ?3))";
    // What was in doubt is so still.
    let later = "UPDATE entry SET state = CASE WHEN doubt AND resolved IS NULL THEN 'unknown' ELSE 'pending' END,
                     code = CASE WHEN doubt AND resolved IS NULL THEN ?3 END, attempts = attempts - 1,
                     nonce = NULL
                 WHERE id = ?1 AND nonce = ?2 AND (state = 'sending' OR (state = 'unknown' AND code = ?3))";
    let values = params![grant.id.to_sql(), grant.nonce.cast_signed(), INTERRUPTED];
    let mut changed = connection.prepare_cached(first)?.execute(values)?;
    if changed == 0 {
        changed = connection.prepare_cached(later)?.execute(values)?;
    }
    if changed == 1 {
        return Ok(Kept::Durable);
    }
    match found(connection, grant.id)? {
        // The intent was never durable, or was taken back before.
        None | Some(Found { state: State::Pending, .. } | Found { nonce: None, .. }) => Ok(Kept::Durable),
        Some(Found { state, .. }) => Ok(Kept::Contradicts(Some(state))),
    }
}

/// What the row's record says, and of which attempt.
#[derive(PartialEq)]
struct Found {
    state: State,
    nonce: Option<u64>,
    answer: Option<String>,
}

fn found(connection: &Connection, id: EntryId) -> Result<Option<Found>, Error> {
    let mut statement = connection.prepare_cached("SELECT state, nonce, answer_id FROM entry WHERE id = ?1")?;
    let found = statement.query_row([id.to_sql()], |row| {
        let nonce = row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned);
        Ok(Found { state: state(row, 0)?, nonce, answer: row.get(2)? })
    });
    Ok(found.optional()?)
}
