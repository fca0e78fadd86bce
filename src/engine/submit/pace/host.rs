//! A server and the credential that a run goes there with: runs that have both in common share one pace.

use secrecy::{ExposeSecret, SecretString};

use crate::identity::Server;
use crate::keyed::{Key, KeyedHasher};

/// The server of an operation, and the secrets that go with its requests.
#[derive(Debug, Clone, Default)]
pub struct Host {
    server: String,
    secrets: Vec<SecretString>,
}

impl Host {
    /// The path of an address does not tell two servers apart: a server counts what comes to its host and port.
    pub fn new(server: &Server, secrets: Vec<SecretString>) -> Self {
        Self { server: server.authority().to_owned(), secrets }
    }

    /// `host[:port]`.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// What stands for server and credential where they are remembered: a hash that tells nothing without its key.
    pub fn key(&self, secret: &[u8; 32]) -> Key {
        let secrets = self.secrets.iter().map(|secret| secret.expose_secret().as_bytes());
        KeyedHasher::new(secret, &self.server, "pace").key("credential", secrets)
    }
}
