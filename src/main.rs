//! Parses what was typed, does it, and tells the exit code.

mod cli;

use std::env;
use std::panic;
use std::process::ExitCode;

fn main() -> ExitCode {
    keep_told_panics_quiet();
    ExitCode::from(cli::commands::run(env::args_os()).code())
}

/// A panic that the sheet library returns as an error is told as that error. Its own report shows under
/// `RUST_BACKTRACE`.
fn keep_told_panics_quiet() {
    if env::var_os("RUST_BACKTRACE").is_some() {
        return;
    }
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !caseload_sheet::panics::become_errors(panic) {
            report(panic);
        }
    }));
}
