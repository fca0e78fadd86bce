//! Mends and rows that are left out: kept change by change, taken back from the last on.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, Row, params};

use super::super::mend::check;
use super::super::{Act, Actor, CellAt, Change, ChangeKind, Error, Mend, NewMend, Office, Overlay, RowAt};
use super::editing::changes;
use super::lists::existing;
use super::rows::{actor, by, count};

impl Office {
    /// Mends cells of a list as one change: one cell, or all that have the same mistake. `expected` is the revision that
    /// the person looked at; without it any will do.
    ///
    /// # Errors
    /// [`Error::NotNow`] while rows may leave, [`Error::Edited`] while somebody else mends, [`Error::Changed`] where the
    /// list is not as it was looked at, [`Error::Refused`] for a text that fits no cell, or no cell at all.
    pub fn mend(
        &self,
        list: i64,
        by: &Actor,
        mends: &[NewMend],
        expected: Option<u64>,
        now_ms: i64,
    ) -> Result<Change, Error> {
        mends.iter().try_for_each(check)?;
        self.store.write(|db| {
            let change = begin(db, list, by, ChangeKind::Mended, mends.len(), expected, now_ms)?;
            let next = "SELECT coalesce(max(seq), 0) + 1 FROM mended_cell WHERE list = ?1";
            let next: i64 = db.prepare_cached(next)?.query_row([list], |row| row.get(0))?;
            let mut statement = db.prepare_cached(
                "INSERT INTO mended_cell (list, seq, change, sheet, row, column, header, field, old, new)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            for (seq, NewMend { at, header, field, old, new }) in (next..).zip(mends) {
                statement.execute(params![
                    list,
                    seq,
                    change.number,
                    at.sheet,
                    at.row,
                    at.column,
                    header,
                    field,
                    old,
                    new
                ])?;
            }
            Ok(change)
        })
    }

    /// Leaves rows out, or puts rows back in, as one change.
    ///
    /// # Errors
    /// As [`Office::mend`].
    pub fn leave_out(
        &self,
        list: i64,
        by: &Actor,
        rows: &[RowAt],
        is_out: bool,
        expected: Option<u64>,
        now_ms: i64,
    ) -> Result<Change, Error> {
        let kind = if is_out { ChangeKind::LeftOut } else { ChangeKind::PutBack };
        self.store.write(|db| {
            let change = begin(db, list, by, kind, rows.len(), expected, now_ms)?;
            let mut statement =
                db.prepare_cached("INSERT OR IGNORE INTO left_row (list, change, sheet, row) VALUES (?1, ?2, ?3, ?4)")?;
            for RowAt { sheet, row } in rows {
                statement.execute(params![list, change.number, sheet, row])?;
            }
            Ok(change)
        })
    }

    /// Takes the last change back that was not. Nothing, where there is none.
    ///
    /// # Errors
    /// As [`Office::mend`].
    pub fn undo(&self, list: i64, by: &Actor, expected: Option<u64>, now_ms: i64) -> Result<Option<Change>, Error> {
        self.store.write(|db| {
            let Some(last) = last_change(db, list)? else { return Ok(None) };
            let revision = changes(db, list, by, expected, &Act::Undone { size: last.size }, now_ms)?;
            db.prepare_cached(
                "UPDATE change SET undone_by_id = ?3, undone_by = ?4, undone_ms = ?5 WHERE list = ?1 AND number = ?2",
            )?
            .execute(params![list, last.number, by.id, by.name, now_ms])?;
            Ok(Some(Change { undone: Some((by.clone(), now_ms)), revision: Some(revision), ..last }))
        })
    }

    /// The change that [`Office::undo`] would take back.
    ///
    /// # Errors
    /// The database.
    pub fn last_change(&self, list: i64) -> Result<Option<Change>, Error> {
        self.store.read(|db| last_change(db, list))
    }

    /// What lies over a list now.
    ///
    /// # Errors
    /// [`Error::NoSuchList`]
    pub fn mends_of(&self, list: i64) -> Result<Overlay, Error> {
        self.store.read(|db| {
            let revision = existing(db, list)?.revision;
            Ok(Overlay { revision, cells: cells(db, list)?, left_out: left_out(db, list)? })
        })
    }

    /// What people changed in the list that a file's run was sent from; nothing, where no page sent such a file or
    /// nothing was changed. Mends belong to the run: whatever door goes on with it sends the mended rows.
    ///
    /// # Errors
    /// The database.
    pub fn mends_of_run_of(&self, sha256: &str) -> Result<Option<Overlay>, Error> {
        let sent = self.same_file(sha256, None)?.into_iter().find(|list| list.run.is_some());
        let overlay = sent.map(|list| self.mends_of(list.id)).transpose()?;
        Ok(overlay.filter(|overlay| !overlay.is_empty()))
    }

    /// Every mend of a list in the order in which they were made, those that were taken back too.
    ///
    /// # Errors
    /// The database.
    pub fn all_mends(&self, list: i64) -> Result<Vec<Mend>, Error> {
        let sql = "SELECT seq, change, sheet, row, column, header, field, old, new, by_id, by_name, at_ms, undone_ms
                   FROM mended_cell JOIN change USING (list) WHERE list = ?1 AND change = number ORDER BY seq";
        self.store.read(|db| db.prepare_cached(sql)?.query_and_then([list], mend)?.collect())
    }

    /// Every change of a list, the latest first.
    ///
    /// # Errors
    /// The database.
    pub fn changes(&self, list: i64) -> Result<Vec<Change>, Error> {
        let sql = format!("SELECT {CHANGE} FROM change WHERE list = ?1 ORDER BY number DESC");
        self.store.read(|db| db.prepare_cached(&sql)?.query_and_then([list], change)?.collect())
    }

    /// The places of a change: what the page draws anew when it is made or taken back.
    ///
    /// # Errors
    /// The database.
    pub fn rows_of_change(&self, list: i64, number: u32) -> Result<Vec<RowAt>, Error> {
        let sql = "SELECT sheet, row FROM mended_cell WHERE list = ?1 AND change = ?2
                   UNION SELECT sheet, row FROM left_row WHERE list = ?1 AND change = ?2 ORDER BY sheet, row";
        self.store.read(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let rows =
                statement.query_map(params![list, number], |row| Ok(RowAt { sheet: row.get(0)?, row: row.get(1)? }))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

const CHANGE: &str = "number, kind, by_id, by_name, at_ms, size, undone_by_id, undone_by, undone_ms";

fn begin(
    db: &Connection,
    list: i64,
    by: &Actor,
    kind: ChangeKind,
    size: usize,
    expected: Option<u64>,
    at_ms: i64,
) -> Result<Change, Error> {
    if size == 0 {
        return Err(Error::Refused(caseload_sheet::text!(
            "Değiştirilecek bir şey seçilmedi.",
            "Nothing was chosen to be changed."
        )));
    }
    let revision = changes(db, list, by, expected, &act_of(kind, size), at_ms)?;
    let number = "SELECT coalesce(max(number), 0) + 1 FROM change WHERE list = ?1";
    let number: u32 = db.prepare_cached(number)?.query_row([list], |row| row.get(0))?;
    db.prepare_cached(
        "INSERT INTO change (list, number, kind, by_id, by_name, at_ms, size) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![list, number, kind.as_str(), by.id, by.name, at_ms, (size as u64).cast_signed()])?;
    Ok(Change { number, kind, by: by.clone(), at_ms, size: size as u64, undone: None, revision: Some(revision) })
}

fn act_of(kind: ChangeKind, size: usize) -> Act {
    let count = size as u64;
    match kind {
        ChangeKind::Mended => Act::Mended { cells: count },
        ChangeKind::LeftOut => Act::LeftOut { rows: count },
        ChangeKind::PutBack => Act::PutBack { rows: count },
    }
}

fn last_change(db: &Connection, list: i64) -> Result<Option<Change>, Error> {
    let sql = format!("SELECT {CHANGE} FROM change WHERE list = ?1 AND undone_ms IS NULL ORDER BY number DESC LIMIT 1");
    db.prepare_cached(&sql)?.query_and_then([list], change)?.next().transpose()
}

fn cells(db: &Connection, list: i64) -> Result<HashMap<CellAt, String>, Error> {
    let sql = "SELECT sheet, row, column, new FROM mended_cell JOIN change USING (list)
               WHERE list = ?1 AND change = number AND undone_ms IS NULL ORDER BY seq";
    let mut cells = HashMap::new();
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query([list])?;
    while let Some(row) = found.next()? {
        let at = CellAt { sheet: row.get(0)?, row: row.get(1)?, column: row.get(2)? };
        // The last word about a cell counts.
        cells.insert(at, row.get(3)?);
    }
    Ok(cells)
}

fn left_out(db: &Connection, list: i64) -> Result<BTreeMap<RowAt, Actor>, Error> {
    let sql = "SELECT sheet, row, kind, by_id, by_name FROM left_row JOIN change USING (list)
               WHERE list = ?1 AND change = number AND undone_ms IS NULL ORDER BY number";
    let mut rows = BTreeMap::new();
    let mut statement = db.prepare_cached(sql)?;
    let mut found = statement.query([list])?;
    while let Some(row) = found.next()? {
        let at = RowAt { sheet: row.get(0)?, row: row.get(1)? };
        if row.get::<_, String>(2)? == ChangeKind::LeftOut.as_str() {
            rows.insert(at, by(row)?);
        } else {
            rows.remove(&at);
        }
    }
    Ok(rows)
}

fn change(row: &Row) -> Result<Change, Error> {
    let kind: String = row.get("kind")?;
    let undone_ms: Option<i64> = row.get("undone_ms")?;
    Ok(Change {
        number: row.get("number")?,
        kind: ChangeKind::named(&kind).ok_or(Error::Damaged(kind))?,
        by: by(row)?,
        at_ms: row.get("at_ms")?,
        size: count(row, "size")?,
        undone: actor(row, "undone_by_id", "undone_by")?.zip(undone_ms),
        revision: None,
    })
}

fn mend(row: &Row) -> Result<Mend, Error> {
    Ok(Mend {
        seq: count(row, "seq")?,
        change: row.get("change")?,
        mend: NewMend {
            at: CellAt { sheet: row.get("sheet")?, row: row.get("row")?, column: row.get("column")? },
            header: row.get("header")?,
            field: row.get("field")?,
            old: row.get("old")?,
            new: row.get("new")?,
        },
        by: by(row)?,
        at_ms: row.get("at_ms")?,
        undone_ms: row.get("undone_ms")?,
    })
}
