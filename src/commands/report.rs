//! `caseload report`

use super::summary;
use crate::cli::ReportArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::message::Lang;
use crate::profile::Settings;
use crate::progress::Terminal;
use crate::run::{self, Caller};
use crate::screen::Screen;
use crate::submit::control::Control;

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
