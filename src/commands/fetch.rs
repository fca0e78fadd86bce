//! `caseload fetch`

use crate::cli::FetchArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::job::Job;
use crate::message::Lang;
use crate::profile::Settings;
use crate::progress::Terminal;
use crate::{contract, pipeline};

/// Reads for each row of a file, or one list.
pub fn run(args: &FetchArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, args.quiet, false);
    let (job, sending) =
        Job::read(args, settings, lang, |contracts| contract::find_reading(contracts, &args.operation).cloned())?;
    pipeline::fetch(args.file.as_deref(), &job, &sending, terminal)
}
