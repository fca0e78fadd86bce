//! What every store of a ledger must do, scene by scene.
//!
//! [`holds_for`] plays every scene on a new ledger, and each scene is named for what it promises. A scene knows a store
//! by the traits of [`store`](super::store) alone. A process in it is a [`Ledger`] that [`Opens`] gives; it dies when that
//! and the runs that it holds are dropped.
//!
//! The scenes are those of the protocol's model: two runs with one row or one device, an answer that comes late, a person
//! who speaks about an attempt that is no longer the latest, a run that dies with rows open.

#![allow(clippy::unwrap_used, reason = "a scene fails by panicking")]

mod attempts;
mod claims;
mod office;
mod paces;
mod past;
mod persons;
mod runs;

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Ledger;
use office::Office;

/// Opens one ledger, each time for another process.
pub type Opens = Box<dyn Fn() -> Ledger>;

/// A promise that a store breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The scene, which is named for the promise.
    pub scene: &'static str,
    /// What came instead.
    pub how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.scene, self.how)
    }
}

/// Sees that a store keeps every promise. `fresh` makes a new, empty ledger.
///
/// # Panics
/// The store breaks a promise: the message names each.
pub fn holds_for(fresh: impl Fn() -> Opens) {
    let broken: Vec<String> = broken(fresh).iter().map(Broken::to_string).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Plays every scene, each on a new ledger. Gives the promises that the store breaks.
pub fn broken(fresh: impl Fn() -> Opens) -> Vec<Broken> {
    let all = [attempts::SCENES, claims::SCENES, runs::SCENES, persons::SCENES, past::SCENES, paces::SCENES];
    let played = all.into_iter().flatten().map(|Scene { name, play }| {
        let office = Office { opens: fresh() };
        let how = catch_unwind(AssertUnwindSafe(|| play(&office))).err()?;
        Some(Broken { scene: name, how: said(&*how) })
    });
    played.flatten().collect()
}

/// One scene.
struct Scene {
    name: &'static str,
    play: fn(&Office),
}

/// Scenes by the names of their functions.
macro_rules! scenes {
    ($($scene:ident),* $(,)?) => {
        pub const SCENES: &[$crate::ledger::conformance::Scene] =
            &[$($crate::ledger::conformance::Scene { name: stringify!($scene), play: $scene }),*];
    };
}
use scenes;

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panics").to_owned()
}
