//! What the binaries of tests share: a folder to work in, servers to send to, workbooks to send and to look into.

#![allow(dead_code, reason = "each binary of tests uses its own part")]

pub mod auth_server;
pub mod book;
pub mod certificates;
pub mod listener;
pub mod terminal;
pub mod witness;
pub mod workdir;
