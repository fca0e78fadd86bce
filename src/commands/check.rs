//! `caseload check`

use std::sync::Arc;

use super::files::Files;
use super::submit::one_result;
use super::summary;
use crate::cli::CheckArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::job::Job;
use crate::message::Lang;
use crate::pipeline::{self, Aim, Caller};
use crate::profile::Settings;
use crate::screen::Screen;
use crate::submit::control::Control;

/// Checks each file; the worst end is the exit code.
pub fn run(args: &CheckArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let job = Job::check(args, settings, lang).and_then(|job| one_result(&args.files, &job).map(|()| Arc::new(job)));
    Files::new(&args.files, &args.file, lang).each(
        job,
        |_| false,
        |file, job, terminal| {
            let (screen, control) = (Screen::new(terminal), Control::default());
            let caller = Caller { observer: &screen, control: &control };
            let ledger = pipeline::look_for_repeats(job.ledger.as_deref(), &screen);
            let checked = pipeline::check(file, Arc::clone(job), Aim::Check, ledger, caller)?;
            Ok(summary::tell(&checked.report(&screen)?, job.json, &job.flags(), terminal))
        },
    )
}
