//! The promises, each in a module of its own, kept by the real binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::format_collect, clippy::format_push_string, reason = "small files, put together as they read")]

mod book;
mod workdir;

mod bad_input;
mod bad_server;
mod cells;
mod commands;
mod first_run;
mod languages;
mod readme;
mod results;
mod sheets;
