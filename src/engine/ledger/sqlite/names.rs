//! Servers: their names, and which are one.

use rusqlite::{Connection, OptionalExtension, params};

use super::Sqlite;
use super::runs::landed;
use crate::identity::Server;
use crate::ledger::error::Error;
use crate::ledger::run::Destination;
use crate::ledger::servers::Servers;
use crate::ledger::store::Names;

impl Names for Sqlite {
    fn servers(&self) -> Result<Servers, Error> {
        read(&self.connection)
    }

    fn landed_destinations(&self) -> Result<Vec<Destination>, Error> {
        let sql = "SELECT DISTINCT target, host FROM run WHERE destinations IS NULL AND purged_ms IS NULL";
        let mut statement = self.connection.prepare(sql)?;
        let mut found = statement.query([])?;
        let mut list: Vec<Destination> = Vec::new();
        while let Some(row) = found.next()? {
            for to in landed(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?) {
                if !list.contains(&to) {
                    list.push(to);
                }
            }
        }
        Ok(list)
    }

    fn note_server(&self, server: &Server, is_test: bool) -> Result<u32, Error> {
        let transaction = self.writing()?;
        let changed = transaction.execute(
            "INSERT INTO server (name, test) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET test = excluded.test
             WHERE test <> excluded.test",
            params![server.name(), is_test],
        )?;
        if changed > 0 {
            classify(&transaction)?;
        }
        let sql = "SELECT number FROM server WHERE name = ?1";
        let number = transaction.query_row(sql, [server.name()], |row| row.get(0))?;
        transaction.commit()?;
        Ok(number)
    }

    fn say_same(&self, old: &Server, new: &Server, at_ms: i64) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM same_server WHERE (old, new) IN ((?1, ?2), (?2, ?1))";
        let names = [old.name(), new.name()];
        if self.connection.query_row(sql, names, |_| Ok(())).optional()?.is_some() {
            return Ok(false);
        }
        let transaction = self.writing()?;
        let sql = "INSERT INTO same_server (old, new, said_ms) VALUES (?1, ?2, ?3)";
        transaction.execute(sql, params![old.name(), new.name(), at_ms])?;
        classify(&transaction)?;
        transaction.commit()?;
        Ok(true)
    }
}

/// Writes down beside each server which class it belongs to, for the statement that opens an attempt to compare.
pub fn classify(connection: &Connection) -> Result<(), Error> {
    for (number, class) in read(connection)?.classes() {
        let sql = "UPDATE server SET class = ?2 WHERE number = ?1 AND class IS NOT ?2";
        connection.execute(sql, params![number, class])?;
    }
    Ok(())
}

fn read(connection: &Connection) -> Result<Servers, Error> {
    let mut statement = connection.prepare("SELECT number, name, test FROM server")?;
    let known = statement.query_map([], |row| {
        let name: String = row.get(1)?;
        Ok((row.get(0)?, Server::from_name(&name), row.get(2)?))
    })?;
    let known = known.collect::<Result<Vec<_>, _>>()?;
    let mut statement = connection.prepare("SELECT old, new FROM same_server")?;
    let same = statement.query_map([], |row| {
        let (old, new): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((Server::from_name(&old), Server::from_name(&new)))
    })?;
    Ok(Servers::of(known, same.collect::<Result<_, _>>()?))
}
