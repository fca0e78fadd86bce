//! The promises, each in a module of its own, kept by the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod book;
mod witness;
mod workdir;

mod bad_input;
mod bad_server;
mod cells;
mod first_run;
mod mended;
mod never_twice;
mod sheets;
