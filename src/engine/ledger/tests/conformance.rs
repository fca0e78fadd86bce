//! Every store keeps what the conformance suite asks.

use crate::ledger::Ledger;
use crate::ledger::conformance::{Opens, holds_for};

/// A new file, and processes that open it.
fn file() -> Opens {
    let folder = tempfile::tempdir().unwrap();
    Box::new(move || Ledger::open(&folder.path().join("ledger.db")).unwrap())
}

#[test]
fn sqlite_keeps_every_promise_of_a_store() {
    holds_for(file);
}
