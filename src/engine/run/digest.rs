//! The digest of what would be sent: who agrees to it agrees to these rows and to no others.
//!
//! SHA-256 over each server and operation, over ordinal, keys and request of every row that goes, and over what is
//! agreed to of what is in question. Each part goes in with its length, so no two lists have one digest.

use sha2::{Digest as _, Sha256};

use crate::doubt::Doubt;
use crate::keyed::{Key, hex};
use crate::ledger::Destination;
use crate::submit::queued::Queued;

/// A digest in the making.
pub struct Digest(Sha256);

impl Digest {
    /// Begins with what is agreed to.
    pub fn of(agreed: &[Doubt]) -> Self {
        let mut digest = Self(Sha256::new());
        let mut agreed = agreed.to_vec();
        agreed.sort_unstable();
        agreed.dedup();
        for doubt in agreed {
            digest.part(doubt.as_str().as_bytes());
        }
        digest.part(b"");
        digest
    }

    /// Adds a server and an operation.
    pub fn destination(&mut self, to: &Destination) {
        self.part(to.server().to_string().as_bytes());
        let endpoint = to.endpoint.as_ref().map(|endpoint| (endpoint.method.as_str(), endpoint.path.as_str()));
        let (method, path) = endpoint.unwrap_or_default();
        self.part(method.as_bytes());
        self.part(path.as_bytes());
    }

    /// Adds a row that goes.
    pub fn row(&mut self, row: &Queued) {
        let request = &row.request;
        self.part(&row.ordinal.to_be_bytes());
        self.part(&(request.operation() as u64).to_be_bytes());
        for key in [Some(request.key()), request.body_key(), request.order()] {
            self.part(key.as_ref().map_or(&[][..], |Key(bytes)| bytes));
        }
        self.part(request.path().unwrap_or_default().as_bytes());
        for (name, value) in request.headers() {
            self.part(name.as_bytes());
            self.part(value.as_bytes());
        }
        self.part(request.body().unwrap_or_default().as_bytes());
    }

    /// The digest, in hexadecimal.
    pub fn end(self) -> String {
        hex(&self.0.finalize())
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }
}
