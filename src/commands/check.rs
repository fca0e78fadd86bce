//! `caseload check`

use super::worse;
use crate::cli::CheckArgs;
use crate::exit::{Exit, Stop};
use crate::job::Job;
use crate::message::Lang;
use crate::pipeline;
use crate::profile::Settings;
use crate::progress::Terminal;

/// Checks each file; the worst end is the exit code.
pub fn run(args: &CheckArgs, settings: &Settings, lang: Lang) -> Result<Exit, Stop> {
    let terminal = Terminal::new(lang, args.file.quiet, args.file.verbose);
    let job = Job::check(args, settings, lang)?;
    super::submit::one_result(&args.files, &job)?;
    let mut worst = Exit::Done;
    for file in &args.files {
        let exit = pipeline::check(file, &job, terminal).unwrap_or_else(|stop| {
            terminal.error(stop.sentence(lang));
            stop.exit
        });
        worst = worse(worst, exit);
    }
    Ok(worst)
}
