//! What headers mean, kept for the next files.

use rusqlite::{OptionalExtension as _, Row, params};

use super::super::mapping::key;
use super::super::{Act, Actor, Error, Mapping, Office};
use super::{rows, trail};

impl Office {
    /// Keeps what headers mean: a field, or nothing for a column that is not sent. The last word counts.
    ///
    /// # Errors
    /// [`Error::Refused`] for a column without a header.
    pub fn remember(
        &self,
        scope: &str,
        said: &[(String, Option<String>)],
        by: &Actor,
        now_ms: i64,
    ) -> Result<(), Error> {
        let keyed = said.iter().map(|(header, field)| Ok((key(header)?, header, field)));
        let keyed: Vec<_> = keyed.collect::<Result<_, Error>>()?;
        self.store.write(|db| {
            for (folded, header, field) in &keyed {
                let changed = db
                    .prepare_cached(
                        "INSERT INTO mapping (scope, folded, header, field, by_id, by_name, at_ms)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                         ON CONFLICT (scope, folded) DO UPDATE SET header = ?3, field = ?4, by_id = ?5, by_name = ?6, at_ms = ?7
                            WHERE field IS NOT ?4",
                    )?
                    .execute(params![scope, folded, header, field, by.id, by.name, now_ms])?;
                if changed > 0 {
                    let act = Act::MappingKept { header: (*header).clone(), field: (*field).clone() };
                    trail::add(db, by, None, &act, now_ms)?;
                }
            }
            Ok(())
        })
    }

    /// What is known of the headers of a file, for an operation or a target.
    ///
    /// # Errors
    /// The database.
    pub fn mappings_for(&self, scope: &str, headers: &[String]) -> Result<Vec<Mapping>, Error> {
        let sql = format!("{SELECT} WHERE scope = ?1 AND folded = ?2");
        self.store.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let mut known: Vec<Mapping> = Vec::new();
            for folded in headers.iter().filter_map(|header| key(header).ok()) {
                let found = statement.query_and_then(params![scope, folded], mapping)?.next().transpose()?;
                known.extend(found.filter(|found| known.iter().all(|other| other.id != found.id)));
            }
            Ok(known)
        })
    }

    /// Every mapping, the latest first.
    ///
    /// # Errors
    /// The database.
    pub fn mappings(&self) -> Result<Vec<Mapping>, Error> {
        let sql = format!("{SELECT} ORDER BY at_ms DESC, id DESC LIMIT 1000");
        self.store.read(|db| db.prepare_cached(&sql)?.query_and_then([], mapping)?.collect())
    }

    /// Forgets a mapping. Whether there was one.
    ///
    /// # Errors
    /// The database.
    pub fn forget_mapping(&self, id: i64, by: &Actor, now_ms: i64) -> Result<bool, Error> {
        self.store.write(|db| {
            let gone: Option<String> = db
                .query_row("DELETE FROM mapping WHERE id = ?1 RETURNING header", [id], |row| row.get(0))
                .optional()?;
            let Some(header) = gone else { return Ok(false) };
            trail::add(db, by, None, &Act::MappingForgotten { header }, now_ms)?;
            Ok(true)
        })
    }
}

const SELECT: &str = "SELECT id, scope, header, field, by_id, by_name, at_ms FROM mapping";

fn mapping(row: &Row) -> Result<Mapping, Error> {
    Ok(Mapping {
        id: row.get("id")?,
        scope: row.get("scope")?,
        header: row.get("header")?,
        field: row.get("field")?,
        by: rows::by(row)?,
        at_ms: row.get("at_ms")?,
    })
}
