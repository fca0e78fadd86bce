//! What stands against the opening of a row: another row with one of its keys, or one of its order key, at the same
//! server, in whatever run.
//!
//! It is asked within the transaction that opens the attempt, which holds the write lock: of two runs that send the same
//! row or the same device at the same moment, one is granted. There is no record of claims beside the rows: a row's
//! state is the claim. Each question is one probe of an index for each key.

use rusqlite::{Connection, OptionalExtension, Params, Statement, params};

use super::range;
use super::rows::state;
use crate::keyed::Key;
use crate::ledger::entry::{EntryId, State};
use crate::ledger::error::Error;
use crate::ledger::step::{Intent, Opening};

/// The rows with the key ?2 as their own or their body's, at a server that is the same as ?3. ?4 and ?5: since when rows
/// that may have been done, and that were done, count. Rows from ?6 to ?7 do not count. What purge left of a row counts
/// as the row. Each part is one probe: for a list of keys SQLite makes a table of its own in every execution.
const REPEATED: &str = "
    SELECT id, state FROM entry WHERE key = ?2 AND state IN ('sending', 'unknown', 'done', 'done-without-id')
        AND id <> ?1 AND id NOT BETWEEN ?6 AND ?7
        AND coalesce(sent_ms, 0) >= CASE WHEN state IN ('sending', 'unknown') THEN ?4 ELSE ?5 END
        AND (SELECT class FROM server WHERE number = entry.server) IS (SELECT class FROM server WHERE number = ?3)
    UNION ALL
    SELECT id, state FROM entry WHERE body_key = ?2 AND state IN ('sending', 'unknown', 'done', 'done-without-id')
        AND id <> ?1 AND id NOT BETWEEN ?6 AND ?7
        AND coalesce(sent_ms, 0) >= CASE WHEN state IN ('sending', 'unknown') THEN ?4 ELSE ?5 END
        AND (SELECT class FROM server WHERE number = entry.server) IS (SELECT class FROM server WHERE number = ?3)
    UNION ALL
    SELECT id, state FROM forgotten WHERE key = ?2 AND sent_ms >= ?5
        AND (SELECT class FROM server WHERE number = forgotten.server) IS (SELECT class FROM server WHERE number = ?3)
    UNION ALL
    SELECT id, state FROM forgotten WHERE body_key = ?2 AND sent_ms >= ?5
        AND (SELECT class FROM server WHERE number = forgotten.server) IS (SELECT class FROM server WHERE number = ?3)";

/// A row of the order key ?2 that is open, at a server that is the same as ?3. Unknown rows from ?4 to ?5 do not count.
const BUSY: &str = "
    SELECT id, state FROM entry WHERE order_key = ?2 AND state IN ('sending', 'unknown')
        AND id <> ?1 AND NOT (state = 'unknown' AND id BETWEEN ?4 AND ?5)
        AND (SELECT class FROM server WHERE number = entry.server) IS (SELECT class FROM server WHERE number = ?3)
    LIMIT 1";

/// No row at all.
const NONE: (i64, i64) = (1, 0);

/// What stands against an intent, if anything does.
pub fn against(connection: &Connection, intent: &Intent) -> Result<Option<Opening>, Error> {
    if let Some(repeated) = repeated(connection, intent)? {
        return Ok(Some(repeated));
    }
    busy(connection, intent)
}

/// Of several rows the one that was done tells most, and the one under way least.
fn repeated(connection: &Connection, intent: &Intent) -> Result<Option<Opening>, Error> {
    let mut statement = connection.prepare_cached(REPEATED)?;
    let mut best: Option<(EntryId, State)> = None;
    for key in std::iter::once(intent.key).chain(intent.body) {
        best = with_key(&mut statement, intent, key)?.into_iter().chain(best).max_by_key(|(_, state)| rank(*state));
    }
    Ok(best.map(|(id, state)| match state {
        State::Sending => Opening::Waits { behind: id },
        _ => Opening::Repeats { of: id, state },
    }))
}

/// The row with a key that tells most.
fn with_key(statement: &mut Statement, intent: &Intent, key: Key) -> Result<Option<(EntryId, State)>, Error> {
    // Who sends equal rows on purpose has them in one file, too.
    let (first, last) = if intent.reach.done_since_ms.is_none() { range(intent.grant.id.run) } else { NONE };
    let mut found = statement.query(params![
        intent.grant.id.to_sql(),
        key.0,
        intent.server,
        intent.reach.open_since_ms,
        intent.reach.done_since_ms.unwrap_or(i64::MAX),
        first,
        last,
    ])?;
    let mut best: Option<(EntryId, State)> = None;
    while let Some(row) = found.next()? {
        let (id, state) = (EntryId::from_sql(row.get(0)?), state(row, 1)?);
        if best.is_none_or(|(_, known)| rank(state) > rank(known)) {
            best = Some((id, state));
        }
    }
    Ok(best)
}

fn rank(state: State) -> u8 {
    match state {
        State::Done => 3,
        State::DoneWithoutId => 2,
        State::Unknown => 1,
        _ => 0,
    }
}

fn busy(connection: &Connection, intent: &Intent) -> Result<Option<Opening>, Error> {
    let Some(order) = intent.order else { return Ok(None) };
    // What a run sends again stands in nobody's way but its own, and there the loop keeps the order.
    let (first, last) = if intent.may_repeat { range(intent.grant.id.run) } else { NONE };
    let values = params![intent.grant.id.to_sql(), order.0, intent.server, first, last];
    let found = one(connection, BUSY, values)?;
    Ok(found.map(|(by, state)| Opening::Held { by, state }))
}

fn one(connection: &Connection, sql: &str, values: impl Params) -> Result<Option<(EntryId, State)>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row(values, |row| Ok((EntryId::from_sql(row.get(0)?), state(row, 1)?)));
    Ok(found.optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sqlite::migrations;

    /// How SQLite goes about a statement, a line a step.
    fn plan(sql: &str) -> Vec<String> {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::apply(&mut connection).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let count = statement.parameter_count();
        let nothing = std::iter::repeat_n(rusqlite::types::Null, count);
        let steps = statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3)).unwrap();
        steps.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn each_question_is_answered_by_an_index() {
        let (repeated, busy) = (plan(REPEATED), plan(BUSY));
        let searches = |plan: &[String], what: &str| plan.iter().filter(|step| step.contains(what)).count();
        assert_eq!(searches(&repeated, "SEARCH entry USING INDEX row_key (key=?)"), 1, "{repeated:?}");
        assert_eq!(searches(&repeated, "SEARCH entry USING INDEX row_body (body_key=?)"), 1, "{repeated:?}");
        assert_eq!(searches(&busy, "SEARCH entry USING INDEX busy_order (order_key=?)"), 1, "{busy:?}");
        for step in repeated.iter().chain(&busy) {
            assert!(!step.starts_with("SCAN entry") && !step.starts_with("SCAN forgotten"), "{step}");
        }
    }
}
