//! Parses what was typed, does it, and tells the exit code.

use std::process::ExitCode;

use caseload::commands;

fn main() -> ExitCode {
    ExitCode::from(commands::run(std::env::args_os()).code())
}
