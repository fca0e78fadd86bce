//! The promises, each in a module of its own, kept by the real binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod witness;
mod workdir;

mod first_run;
mod ledger_faults;
mod mended;
mod never_twice;
mod order;
mod rate;
mod resolve;
mod signals;
mod wire;
