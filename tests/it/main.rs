//! The promises, each in a module of its own, kept by the real binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::format_collect, reason = "small files, put together as they read")]

#[path = "../support/mod.rs"]
mod support;

// What the program takes: each argument is attacked.
mod api_story;
#[allow(dead_code, reason = "only the definitions are looked at")]
#[path = "../../src/cli/arguments.rs"]
mod arguments;
mod audit;
mod auth;
mod bad_input;
mod bad_server;
mod cells;
mod commands;
mod describe;
mod doors;
mod doubt;
mod elsewhere;
mod fetch;
mod files;
mod first_run;
mod folder;
mod hints;
mod languages;
mod ledger_command;
mod ledger_faults;
mod ledger_gone;
mod library;
mod lookup;
mod matrix;
mod mended;
mod mends;
mod never_twice;
mod order;
mod other_user;
mod own_api;
mod proxy;
mod purge;
mod rate;
mod readme;
mod refresh;
mod repeat;
mod repeat_forms;
mod resets;
mod resolve;
mod results;
mod serve_door;
mod server_says;
mod settings;
mod sheets;
mod signals;
mod template;
mod user;
mod vendor;
mod walls;
mod who;
mod wire;
mod zones;

use support::{auth_server, book, certificates, listener, terminal, witness, workdir};
