//! The promises, attacked: each module is one kind of attack on the real binary, in a short form for every
//! change and a long form (`--ignored`) whose last result stands in `tests/PROOF.md`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile;

#[path = "../support/mod.rs"]
mod support;

mod canary;
mod cases;
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
mod together;

use support::{auth_server, certificates, witness, workdir};

#[test]
fn the_binary_is_there() {
    assert!(workdir::Workdir::new().run(&["--version"]).code == 0);
}
