//! `caseload report`

use crate::cli::ReportArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::message::Lang;
use crate::pipeline;
use crate::profile::Settings;
use crate::progress::Terminal;

/// Writes the result of a run again.
pub fn run(args: &ReportArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let ledger = super::look(&args.ledger)?;
    let run = super::run_named(&ledger, args.run.as_deref())?;
    let terminal = Terminal::new(lang, args.ledger.json, false);
    pipeline::report(&ledger, &run, args.output.clone(), args.ledger.json, &settings.origin, terminal)
}
