//! `caseload check`

use super::files::Files;
use super::submit::one_result;
use crate::cli::CheckArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::job::Job;
use crate::message::Lang;
use crate::pipeline;
use crate::profile::Settings;

/// Checks each file; the worst end is the exit code.
pub fn run(args: &CheckArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let job = Job::check(args, settings, lang).and_then(|job| one_result(&args.files, &job).map(|()| job));
    Files::new(&args.files, &args.file, lang).each(job, |_| false, pipeline::check)
}
