//! Where the requests go, and with which secrets.

use crate::contract::Operation;
use crate::error::Error;
use crate::identity::Server;
use crate::job::{Job, Sending};
use crate::ledger::Sharer;
use crate::submit::address::stays_here;
use crate::submit::auth::Secrets;
use crate::submit::client::{Address, Places, Sender, addresses};
use crate::submit::network::Network;
use crate::submit::pace::{Host, Pace};

/// The way to the servers, with everything that a request needs.
pub struct Target {
    pub sender: Sender,
    on_this_machine: bool,
    /// The server and the credential of each operation.
    hosts: Vec<Host>,
}

impl Target {
    /// Reads the secrets: only for a caller who agreed to [`places`].
    ///
    /// # Errors
    /// A secret that cannot be had, or an address that cannot be used.
    pub fn of(operations: &[&Operation], job: &Job, sending: &Sending) -> Result<Self, Error> {
        let base = |operation: &Operation| job.base_of(operation);
        let places = Places { base: &base, sandbox: job.servers.sandbox, allow_http: job.access.allow_http };
        let mut network = Network::of(&job.access)?;
        let secrets = Secrets::gather(operations, |name| job.secret(name))?;
        network.log_in(|name| job.secret(name))?;
        let sender = Sender::new(operations, &places, &secrets, &network, sending.timeout)?;
        let on_this_machine = operations.iter().all(|operation| stays_here(&job.base_of(operation)));
        let host =
            |(at, operation): (usize, &&Operation)| Host::new(&Server::of(&base(operation)), secrets.of_operation(at));
        let hosts = operations.iter().enumerate().map(host).collect();
        Ok(Self { sender, on_this_machine, hosts })
    }

    /// The run's place in the paces of its servers; a `sharer` shares them with other processes.
    pub fn pace(&self, sending: &Sending, sharer: Option<&Sharer>) -> Pace {
        sending.paces.join(&self.hosts, sending.rate_for(self.on_this_machine), sharer)
    }
}

/// The addresses to which requests would go, those of token servers too. No secret is read for it.
///
/// # Errors
/// An address that cannot be used, certificates that cannot be read, or a secret that nobody gave.
pub fn places(operations: &[&Operation], job: &Job) -> Result<Vec<Address>, Error> {
    let base = |operation: &Operation| job.base_of(operation);
    let places = Places { base: &base, sandbox: job.servers.sandbox, allow_http: job.access.allow_http };
    Network::of(&job.access)?;
    addresses(operations, &places, |name| job.promise(name))
}
