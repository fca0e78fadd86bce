//! `caseload report`

use caseload_engine::error::Error;
use caseload_engine::run::{self, Caller};
use caseload_engine::submit::control::Control;
use caseload_sheet::message::Lang;

use super::summary;
use crate::cli::arguments::ReportArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::Settings;
use crate::cli::progress::Terminal;
use crate::cli::screen::Screen;

/// Writes the result of a run again.
pub fn run(args: &ReportArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let ledger = super::look(&args.ledger)?;
    let run = super::run_named(&ledger, args.run.as_deref())?;
    let terminal = Terminal::new(lang, args.ledger.json, false);
    let (screen, control) = (Screen::new(terminal), Control::default());
    let caller = Caller { observer: &screen, control: &control };
    let locale = super::locale(&ledger, &settings.origin, lang);
    let end = run::report(&ledger, &run, args.output.clone(), &locale, caller)?;
    Ok(summary::tell(&end, args.ledger.json, &locale.flags, terminal))
}
