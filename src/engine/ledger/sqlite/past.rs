//! Which rows of other runs have one of a file's keys, as far back as the ledger remembers.
//!
//! A file is compared with all runs at once, so a finished run keeps its rows' keys in one sorted list: eight bytes of
//! each key and the row's ordinal. Walking through a million of them beside the file's own sorted keys takes
//! milliseconds; only rows that match are looked up. A run that is not finished may still change: its rows are read.

use rusqlite::{OptionalExtension, Row, Statement, params};

use super::rows::{SELECT_ENTRY, entry, state};
use super::{Sqlite, range};
use crate::keyed::Key;
use crate::ledger::entry::{Entry, EntryId, PastRow};
use crate::ledger::error::Error;
use crate::ledger::store::Past;
use crate::row::Place;

/// Rows that may have been done.
const MAY_BE_DONE: &str = "state IN ('done', 'done-without-id', 'unknown', 'sending')";

const SELECT_PAST: &str = "SELECT id, key, body_key, first_key, sent_ms, state, server FROM entry";

/// What purge has left, until its window is over.
const SELECT_FORGOTTEN: &str = "SELECT id, key, body_key, first_key, sent_ms, state, server FROM forgotten
    WHERE kept_until_ms > CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// A key's beginning and a row's ordinal, as a list has them.
const RECORD: usize = 12;

impl Past for Sqlite {
    fn past_rows(&self, keys: &[Key], but: Option<u32>, each: &mut dyn FnMut(PastRow)) -> Result<(), Error> {
        if keys.is_empty() {
            return Ok(());
        }
        let sql = "SELECT run.number, past_keys.keys FROM run LEFT JOIN past_keys ON past_keys.run = run.number AND run.finished
                   WHERE run.purged_ms IS NULL ORDER BY run.number";
        let mut runs = self.connection.prepare(sql)?;
        let mut one = self.connection.prepare(&format!("{SELECT_PAST} WHERE id = ?1 AND {MAY_BE_DONE}"))?;
        let mut all =
            self.connection.prepare(&format!("{SELECT_PAST} WHERE id BETWEEN ?1 AND ?2 AND {MAY_BE_DONE}"))?;
        let mut found = runs.query([])?;
        while let Some(row) = found.next()? {
            let number: u32 = row.get(0)?;
            if Some(number) == but {
                continue;
            }
            let Some(list) = row.get_ref(1)?.as_blob_or_null().map_err(rusqlite::Error::from)? else {
                let (first, last) = range(number);
                rows(&mut all, [first, last], keys, each)?;
                continue;
            };
            for ordinal in common(keys, list) {
                let id = EntryId { run: number, ordinal }.to_sql();
                rows(&mut one, [id, id], keys, each)?;
            }
        }
        let mut forgotten = self.connection.prepare(SELECT_FORGOTTEN)?;
        rows(&mut forgotten, [0, 0], keys, &mut |past| {
            if Some(past.id.run) != but {
                each(past);
            }
        })
    }

    fn count_may_be_done(&self, run: u32) -> Result<usize, Error> {
        let (first, last) = range(run);
        let sql = format!("SELECT count(*) FROM entry WHERE id BETWEEN ?1 AND ?2 AND {MAY_BE_DONE}");
        let count: u32 = self.connection.query_row(&sql, [first, last], |row| row.get(0))?;
        Ok(count as usize)
    }

    fn may_be_done(&self, run: u32) -> Result<Vec<Entry>, Error> {
        let (first, last) = range(run);
        let sql = format!("{SELECT_ENTRY} WHERE id BETWEEN ?1 AND ?2 AND {MAY_BE_DONE} ORDER BY id");
        let mut statement = self.connection.prepare(&sql)?;
        let entries = statement.query_map([first, last], entry)?.collect::<Result<_, _>>()?;
        Ok(entries)
    }

    fn entry_at(&self, run: u32, place: Place) -> Result<Option<Entry>, Error> {
        let (first, last) = range(run);
        let sql = format!("{SELECT_ENTRY} WHERE id BETWEEN ?1 AND ?2 AND sheet = ?3 AND row = ?4");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row(params![first, last, place.sheet, place.row], entry).optional()?)
    }
}

impl Sqlite {
    /// Keeps the sorted list of a run that is finished.
    pub(super) fn keep_past_keys(&self, run: u32) -> Result<(), Error> {
        let (first, last) = range(run);
        let sql = format!("{SELECT_PAST} WHERE id BETWEEN ?1 AND ?2 AND {MAY_BE_DONE}");
        let mut statement = self.connection.prepare(&sql)?;
        let mut found = statement.query([first, last])?;
        let mut records = Vec::new();
        while let Some(row) = found.next()? {
            let past = past_row(row)?;
            let keys = [Some(past.key), past.body, past.first];
            records.extend(keys.into_iter().flatten().map(|key| (beginning(&key), past.id.ordinal)));
        }
        records.sort_unstable();
        records.dedup();
        let mut list = Vec::with_capacity(records.len() * RECORD);
        for (beginning, ordinal) in records {
            list.extend_from_slice(&beginning.to_be_bytes());
            list.extend_from_slice(&ordinal.to_be_bytes());
        }
        let sql = "INSERT OR REPLACE INTO past_keys (run, keys) VALUES (?1, ?2)";
        self.connection.execute(sql, params![run, list])?;
        Ok(())
    }

    /// The same for runs that were finished before such lists were kept.
    pub(super) fn keep_missing_past_keys(&self) -> Result<(), Error> {
        let sql =
            "SELECT number FROM run WHERE finished AND purged_ms IS NULL AND number NOT IN (SELECT run FROM past_keys)";
        let missing: Vec<u32> =
            self.connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        missing.into_iter().try_for_each(|run| self.keep_past_keys(run))
    }
}

/// The rows that a statement finds between two ids and that have one of the keys.
fn rows(statement: &mut Statement, ids: [i64; 2], keys: &[Key], each: &mut dyn FnMut(PastRow)) -> Result<(), Error> {
    let count = statement.parameter_count();
    let mut found = statement.query(rusqlite::params_from_iter(&ids[..count]))?;
    while let Some(row) = found.next()? {
        let past = past_row(row)?;
        let theirs = [Some(past.key), past.body, past.first];
        if theirs.into_iter().flatten().any(|key| keys.binary_search(&key).is_ok()) {
            each(past);
        }
    }
    Ok(())
}

fn past_row(row: &Row) -> Result<PastRow, Error> {
    let key = |column| row.get::<_, Option<[u8; 16]>>(column).map(|key| key.map(Key));
    Ok(PastRow {
        id: EntryId::from_sql(row.get(0)?),
        key: Key(row.get(1)?),
        body: key(2)?,
        first: key(3)?,
        sent_at_ms: row.get::<_, Option<i64>>(4)?.unwrap_or_default(),
        state: state(row, 5)?,
        server: row.get(6)?,
    })
}

/// The ordinals of a list under which a key begins like one of these; both are sorted.
fn common(keys: &[Key], list: &[u8]) -> Vec<u32> {
    let count = list.len() / RECORD;
    let record = |at: usize| {
        let record = &list[at * RECORD..(at + 1) * RECORD];
        let (mut begins, mut ordinal) = ([0; 8], [0; 4]);
        begins.copy_from_slice(&record[..8]);
        ordinal.copy_from_slice(&record[8..]);
        (u64::from_be_bytes(begins), u32::from_be_bytes(ordinal))
    };
    let mut ordinals = Vec::new();
    let mut at = 0;
    for key in keys {
        let wanted = beginning(key);
        at = skip(at, count, |at| record(at).0 < wanted);
        let mut same = at;
        while same < count && record(same).0 == wanted {
            ordinals.push(record(same).1);
            same += 1;
        }
    }
    ordinals.sort_unstable();
    ordinals.dedup();
    ordinals
}

/// The first place from `at` on that is not before what is looked for: in strides that double, then by halves.
fn skip(at: usize, end: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut stride) = (at, 1);
    while low < end && is_before(low) {
        let next = (low + stride).min(end);
        if next == end || !is_before(next) {
            let (mut low, mut high) = (low + 1, next);
            while low < high {
                let middle = usize::midpoint(low, high);
                if is_before(middle) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
        low = next;
        stride *= 2;
    }
    low
}

fn beginning(key: &Key) -> u64 {
    let mut begins = [0; 8];
    begins.copy_from_slice(&key.0[..8]);
    u64::from_be_bytes(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_sorted_lists_have_in_common_is_found_wherever_it_stands() {
        let key = |n: u64| Key((u128::from(n) << 64).to_be_bytes());
        let list = |numbers: &[u64]| -> Vec<u8> {
            let record =
                |(at, n): (usize, &u64)| [n.to_be_bytes().to_vec(), (at as u32).to_be_bytes().to_vec()].concat();
            numbers.iter().enumerate().flat_map(record).collect()
        };
        let numbers: Vec<u64> = (0..1000).map(|n| n * 3).collect();
        let all = list(&numbers);
        for wanted in [vec![0], vec![2997], vec![1500], vec![0, 2997], vec![3, 6, 9], (0..3000).collect()] {
            let keys: Vec<Key> = wanted.iter().map(|n| key(*n)).collect();
            let expected: Vec<u32> = wanted.iter().filter(|n| *n % 3 == 0).map(|n| (n / 3) as u32).collect();
            assert_eq!(common(&keys, &all), expected, "{wanted:?}");
        }
        assert!(common(&[key(1), key(5000)], &all).is_empty());
        assert_eq!(common(&[key(7)], &list(&[7, 7, 7])), [0, 1, 2]);
        assert!(common(&[key(7)], &[]).is_empty());
    }
}
