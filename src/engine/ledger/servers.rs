//! The servers that a ledger knows, and which of them are one.

use rusqlite::{Connection, OptionalExtension, params};

use super::entry::{Destination, Error};
use super::query::landed;
use super::sqlite::Ledger;
use crate::identity::Server;

/// What a ledger knows of servers.
#[derive(Debug, Clone, Default)]
pub struct Servers {
    known: Vec<Known>,
    /// Pairs that a person called one server.
    same: Vec<(Server, Server)>,
}

#[derive(Debug, Clone)]
struct Known {
    number: u32,
    server: Server,
    is_test: bool,
}

impl Servers {
    /// The server of a number.
    pub fn numbered(&self, number: u32) -> Option<&Server> {
        self.known.iter().find(|known| known.number == number).map(|known| &known.server)
    }

    /// Whether two names mean one server: by their host and port, or by a person's word.
    pub fn are_same(&self, a: &Server, b: &Server) -> bool {
        self.class(a).iter().any(|server| server.authority() == b.authority())
    }

    /// The server, and all others that a person called the same.
    pub fn class(&self, of: &Server) -> Vec<Server> {
        let mut class = vec![of.clone()];
        let mut at = 0;
        while let Some(server) = class.get(at).cloned() {
            for (old, new) in &self.same {
                for (one, other) in [(old, new), (new, old)] {
                    if one.authority() == server.authority() && !class.contains(other) {
                        class.push(other.clone());
                    }
                }
            }
            at += 1;
        }
        class
    }

    /// Whether what a server did does not count elsewhere: a rehearsal.
    pub fn is_rehearsal(&self, server: &Server) -> bool {
        let is_test = |known: &Known| known.is_test && known.server == *server;
        server.is_sandbox() || self.known.iter().any(is_test)
    }

    /// Takes servers for rehearsals that the settings call so today.
    pub fn with_tests(mut self, tests: &[Server]) -> Self {
        for server in tests {
            match self.known.iter_mut().find(|known| known.server == *server) {
                Some(known) => known.is_test = true,
                None => self.known.push(Known { number: 0, server: server.clone(), is_test: true }),
            }
        }
        self
    }
}

impl Ledger {
    /// What the ledger knows of servers.
    pub fn servers(&self) -> Result<Servers, Error> {
        read(&self.connection)
    }

    /// The operations and addresses of runs from before, each pair once: by them their keys were made.
    pub fn landed_destinations(&self) -> Result<Vec<Destination>, Error> {
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

    /// The number of a server, which gets one if it has none; and whether it is a test server, as its user says today.
    pub fn note_server(&self, server: &Server, is_test: bool) -> Result<u32, Error> {
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

    /// Keeps a person's word that two names mean one server. False where it was said before.
    pub fn say_same(&self, old: &Server, new: &Server, at_ms: i64) -> Result<bool, Error> {
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
pub(super) fn classify(connection: &Connection) -> Result<(), Error> {
    let servers = read(connection)?;
    for Known { number, server, .. } in &servers.known {
        let same = servers.known.iter().filter(|other| servers.are_same(&other.server, server));
        let class = same.map(|other| other.number).min();
        let sql = "UPDATE server SET class = ?2 WHERE number = ?1 AND class IS NOT ?2";
        connection.execute(sql, params![number, class])?;
    }
    Ok(())
}

fn read(connection: &Connection) -> Result<Servers, Error> {
    let mut statement = connection.prepare("SELECT number, name, test FROM server")?;
    let known = statement.query_map([], |row| {
        let name: String = row.get(1)?;
        Ok(Known { number: row.get(0)?, server: Server::from_name(&name), is_test: row.get(2)? })
    })?;
    let known = known.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare("SELECT old, new FROM same_server")?;
    let same = statement.query_map([], |row| {
        let (old, new): (String, String) = (row.get(0)?, row.get(1)?);
        Ok((Server::from_name(&old), Server::from_name(&new)))
    })?;
    Ok(Servers { known, same: same.collect::<Result<_, _>>()? })
}
