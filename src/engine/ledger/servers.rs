//! The servers that a ledger knows, and which of them are one.

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
    /// The servers of a ledger: number, name, and whether it is a test server; and the pairs that a person called one.
    pub fn of(known: impl IntoIterator<Item = (u32, Server, bool)>, same: Vec<(Server, Server)>) -> Self {
        let known = known.into_iter().map(|(number, server, is_test)| Known { number, server, is_test });
        Self { known: known.collect(), same }
    }

    /// The number of each server, with the least number among those that are one with it.
    pub fn classes(&self) -> impl Iterator<Item = (u32, u32)> {
        self.known.iter().map(|Known { number, server, .. }| {
            let same = self.known.iter().filter(|other| self.are_same(&other.server, server));
            (*number, same.map(|other| other.number).min().unwrap_or(*number))
        })
    }

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
