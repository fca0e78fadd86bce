//! The promises, attacked: each module is one kind of attack on the real binary, in a short form for every
//! change and a long form (`--ignored`) whose last result stands in `tests/PROOF.md`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile;

#[allow(dead_code, reason = "shared: each binary of tests uses its own part")]
#[path = "../it/workdir.rs"]
mod workdir;

#[allow(dead_code, reason = "shared: each binary of tests uses its own part")]
#[path = "../it/auth_server.rs"]
mod auth_server;

mod canary;
mod cases;
mod certificates;
mod classify;
mod crash;
mod fuzz;
mod model;
mod oracle;
mod places;
mod power;
mod raw_server;
mod recorder;
mod special;
mod tables;

#[test]
fn the_binary_is_there() {
    assert!(workdir::Workdir::new().run(&["--version"]).code == 0);
}
