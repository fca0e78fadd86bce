//! Where secrets come from: the caller of a run knows, and the run asks by name.

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::error::Error;

/// Whether a secret will be there, told without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// Nobody gave it.
    Missing,
    /// It has a place, which was not looked at yet.
    Likely,
    /// It is there.
    Given,
}

/// Gives secrets by the names that contracts have for them.
pub trait Vault: Send + Sync {
    /// Whether [`secret`](Self::secret) will find it. Nothing is read for it.
    fn promise(&self, name: &str) -> Promise;

    /// The secret of a name, if there is one. Called only for a caller who agreed to where it goes.
    ///
    /// # Errors
    /// Its place cannot be read.
    fn secret(&self, name: &str) -> Result<Option<SecretString>, Error>;
}

/// A vault that is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSecrets;

impl Vault for NoSecrets {
    fn promise(&self, _: &str) -> Promise {
        Promise::Missing
    }

    fn secret(&self, _: &str) -> Result<Option<SecretString>, Error> {
        Ok(None)
    }
}

/// Secrets at hand, by their names.
impl Vault for BTreeMap<String, SecretString> {
    fn promise(&self, name: &str) -> Promise {
        if self.contains_key(name) { Promise::Given } else { Promise::Missing }
    }

    fn secret(&self, name: &str) -> Result<Option<SecretString>, Error> {
        Ok(self.get(name).cloned())
    }
}
