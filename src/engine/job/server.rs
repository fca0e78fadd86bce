//! Which server each operation's requests go to, and how the ledger knows it.

use crate::contract::Operation;
use crate::identity::{Endpoint, Server};
use crate::ledger::Destination;

/// The servers of a job. By default each operation goes to the address that its contract names.
#[derive(Debug, Clone, Default)]
pub struct ServerChoice {
    /// The address of all requests, in place of the contract's.
    pub base_url: Option<String>,
    /// The address is a sandbox's: it gets no secret, and what it does counts nowhere.
    pub sandbox: bool,
    /// The server is a test server: what it does counts at no LIVE server.
    pub is_test: bool,
    /// Other servers that are test servers.
    pub tests: Vec<Server>,
    /// The address that this server had before it moved. It is only proposed: a person says so to the ledger.
    pub same_as: Option<Server>,
    /// An address as its owner spells it: it stands for one that an older ledger keeps in small letters.
    pub spelled: Option<String>,
    /// Where the requests of an earlier run went, for a job that reads its file again.
    pub went: Vec<Destination>,
}

impl ServerChoice {
    /// A sandbox that listens at this address.
    pub fn sandbox(base_url: impl Into<String>) -> Self {
        Self { base_url: Some(base_url.into()), sandbox: true, ..Self::default() }
    }

    /// The address to which an operation's requests go.
    pub fn base_of(&self, operation: &Operation) -> String {
        self.base_url.clone().or_else(|| self.went_to(operation)).unwrap_or_else(|| operation.base_url.clone())
    }

    /// Where the run's requests for an operation went. A run from before may have several addresses and not say whose
    /// they are: the contract's own is meant where it is one of them.
    fn went_to(&self, operation: &Operation) -> Option<String> {
        let name = operation.full_name();
        let own = Server::of(&operation.base_url);
        let mut theirs: Vec<&Destination> = self.went.iter().filter(|to| to.operation == name).collect();
        theirs.sort_by_key(|to| to.server() != own);
        theirs.first().or(self.went.first().as_ref()).map(|to| to.address.clone())
    }

    /// The server to which an operation's requests go, as the ledger knows it.
    pub fn server_of(&self, operation: &Operation) -> Server {
        if self.sandbox { Server::sandbox() } else { Server::of(&self.base_of(operation)) }
    }

    /// The same as a run keeps it.
    pub fn destination(&self, operation: &Operation) -> Destination {
        let server = self.server_of(operation);
        let address = if self.sandbox { server.name().to_owned() } else { self.base_of(operation).trim().to_owned() };
        Destination { operation: operation.full_name(), endpoint: Some(Endpoint::of(operation, &server)), address }
    }
}
