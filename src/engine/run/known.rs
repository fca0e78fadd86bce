//! How a ledger may know the rows of a file's operations: gathered before the first row is read.

use std::collections::HashMap;
use std::hash::RandomState;

use super::past::KnownAs;
use crate::account::unreadable;
use crate::contract::Operation;
use crate::error::Error;
use crate::identity::{Endpoint, Naming, RowKeyers, Server};
use crate::job::Job;
use crate::keyed::Key;
use crate::ledger::{Destination, EntryId, Ledger, Servers};

/// What is known of a file's operations.
pub struct Known {
    pub servers: Servers,
    /// One for each naming, in the order in which the keyers count them.
    pub namings: Vec<KnownAs>,
    /// One for each operation.
    pub keyers: Vec<RowKeyers>,
    /// Unknown rows of runs from before, by their order keys.
    pub held: HashMap<Key, EntryId>,
}

impl Known {
    /// Asks the ledger, if there is one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(operations: &[Operation], job: &Job, ledger: Option<&Ledger>) -> Result<Self, Error> {
        let mut known =
            Self { servers: Servers::default(), namings: Vec::new(), keyers: Vec::new(), held: HashMap::new() };
        let mut landed = Vec::new();
        if let Some(ledger) = ledger {
            known.servers = ledger.servers().map_err(|error| unreadable(&error))?.with_tests(&job.servers.tests);
            landed = ledger.landed_destinations().map_err(|error| unreadable(&error))?;
            let held = ledger.held_orders().map_err(|error| unreadable(&error))?;
            known.held =
                held.into_iter().filter(|held| held.server.is_none()).map(|held| (held.key, held.id)).collect();
        }
        let reading = RandomState::new();
        for operation in operations {
            let here = job.server_of(operation);
            let namings = namings(operation, &here, &known.servers, &landed);
            let keyers = match ledger {
                Some(ledger) => RowKeyers::new(&namings, known.namings.len(), ledger.secret()),
                None => RowKeyers::of_reading(&reading, &Endpoint::of(operation, &here), known.namings.len()),
            };
            known.keyers.push(keyers);
            known.namings.extend(namings.into_iter().map(|naming| KnownAs { naming, here: here.clone() }));
        }
        Ok(known)
    }
}

/// The present naming first; then those of servers that are the same by a person's word and have another path; then
/// those of runs from before. There the operation's own name has to fit: what path it had, the ledger does not say.
fn namings(operation: &Operation, here: &Server, servers: &Servers, landed: &[Destination]) -> Vec<Naming> {
    let mut endpoints = vec![Endpoint::of(operation, here)];
    for server in servers.class(here) {
        let endpoint = Endpoint::of(operation, &server);
        if !endpoints.contains(&endpoint) {
            endpoints.push(endpoint);
        }
    }
    let fits = |to: &&Destination| to.operation.rsplit('/').next() == Some(operation.name.as_str());
    let counts = |to: &&Destination| {
        let server = to.server();
        servers.are_same(&server, here) || !servers.is_rehearsal(&server)
    };
    let before = landed.iter().filter(fits).filter(counts);
    let before = before.map(|to| Naming::Landed { address: to.address.clone(), operation: to.operation.clone() });
    endpoints.into_iter().map(Naming::Now).chain(before).collect()
}
