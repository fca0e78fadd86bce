//! The promises, each in a module of its own, kept by the real binary.

mod book;
mod workdir;

mod bad_input;
mod bad_server;
mod cells;
mod first_run;
mod sheets;
