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

#[allow(dead_code, reason = "shared: each binary of tests uses its own part")]
#[path = "../it/witness.rs"]
mod witness;

mod canary;
mod cases;
mod certificates;
mod chaos;
mod classify;
#[cfg(target_os = "linux")]
mod clock;
mod crash;
mod disk;
mod fuzz;
mod model;
mod oracle;
mod overlap;
mod places;
mod power;
mod proxy;
mod rate;
mod raw_server;
mod recorder;
mod scene;
mod signals;
mod soak;
mod special;
mod tables;

#[test]
fn the_binary_is_there() {
    assert!(workdir::Workdir::new().run(&["--version"]).code == 0);
}
