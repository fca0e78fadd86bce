//! What is sent of a row.

use serde::{Deserialize, Serialize};

use super::parts;
use crate::keyed::{Key, KeyedHasher};

/// A request that the contract accepts, and the marks by which the ledger knows it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub(super) operation: u16,
    /// The path with its values and its query, where the operation has parameters.
    pub(super) path: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) key: Key,
    /// The key of the body, where `key` is that of a rule.
    pub(super) body_key: Option<Key>,
    pub(super) order: Option<Key>,
    /// The key of the first of several equal rows, where this is a later one.
    #[serde(skip)]
    pub(super) first: Option<Key>,
}

impl Request {
    /// Index into the run's operations.
    pub fn operation(&self) -> usize {
        usize::from(self.operation)
    }

    /// The JSON body, if the operation has one.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// The path below the base URL, with its query, if it differs from the operation's own.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Whether a query parameter is in it.
    pub fn has_query(&self, name: &str) -> bool {
        self.path.as_deref().is_some_and(|path| parts::has_query(path, name))
    }

    /// The same request for another page of its list: the query parameter that names the page, with its number.
    pub fn at_page(&self, parameter: &str, page: u64) -> Self {
        let path = self.path.as_deref().map(|path| parts::at_page(path, parameter, page));
        Self { path, ..self.clone() }
    }

    /// Header parameters: names and values.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// By which a duplicate is told, within the file and in the ledger.
    pub fn key(&self) -> Key {
        self.key
    }

    /// The other key by which a duplicate is told, where the first is that of a rule: the body's.
    pub fn body_key(&self) -> Option<Key> {
        self.body_key
    }

    /// Requests with the same order key go one at a time, in file order.
    pub fn order(&self) -> Option<Key> {
        self.order
    }

    /// The key of the first of several equal rows, where this is a later one.
    pub fn first(&self) -> Option<Key> {
        self.first
    }

    /// Equal rows that are no duplicates of each other are told apart by their number.
    pub fn as_occurrence(mut self, keyer: &KeyedHasher, nth: u32) -> Self {
        self.first = (nth > 0).then_some(self.key);
        self.key = keyer.occurrence(self.key, nth);
        self.body_key = self.body_key.map(|key| keyer.occurrence(key, nth));
        self
    }
}
