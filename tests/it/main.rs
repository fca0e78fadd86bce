//! The promises, each in a module of its own, kept by the real binary.

mod witness;
mod workdir;

mod first_run;
mod mended;
mod never_twice;
mod rate;
mod wire;
