//! The command line: what was typed and what the settings say becomes a task of the engine, and what the engine
//! tells becomes words, a bar and an exit code.

pub mod arguments;
pub mod commands;
pub mod exit;
pub mod password;
pub mod profile;
pub mod progress;
pub mod screen;
pub mod signals;
pub mod targets;
pub mod task;
