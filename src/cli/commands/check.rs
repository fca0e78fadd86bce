//! `caseload check`

use std::sync::Arc;

use caseload_engine::error::Error;
use caseload_engine::run::{self, Aim, Caller};
use caseload_engine::submit::control::Control;
use caseload_sheet::message::Lang;

use super::files::Files;
use super::submit::one_result;
use super::summary;
use crate::cli::arguments::CheckArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::Settings;
use crate::cli::screen::Screen;
use crate::cli::task::Task;

/// Checks each file; the worst end is the exit code.
pub fn run(args: &CheckArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let task = Task::check(args, settings, lang).and_then(|task| one_result(&args.files, &task.job).map(|()| task));
    Files::new(&args.files, &args.file, lang).each(
        task,
        |_| false,
        |file, task, terminal| {
            let (screen, control) = (Screen::new(terminal), Control::default());
            let caller = Caller { observer: &screen, control: &control };
            let job = Arc::new(task.job.clone());
            let ledger = run::look_for_repeats(task.ledger.as_deref(), &job.clock, &screen);
            let checked = run::check(file, job, Aim::Check, ledger, caller)?;
            Ok(summary::tell(&checked.report(&screen)?, task.json, &task.job.flags, terminal))
        },
    )
}
