//! `caseload find`

use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::history;
use caseload_engine::words::Reader;
use caseload_sheet::files::base_name;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::say;

use crate::cli::arguments::FindArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::local_zone;
use crate::cli::progress::Terminal;

/// Tells which run and row an id or an order key came from. Exit code 1 where nothing was found.
pub fn run(args: &FindArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let ledger = super::look(&args.ledger)?;
    let runs = ledger.runs().map_err(|error| unreadable(&error))?;
    let text = args.text.trim();
    let found = history::find(&ledger, &runs, text).map_err(|error| unreadable(&error))?;
    for (run, entry) in &found {
        let under_way = ledger.is_under_way(run.number);
        if args.ledger.json {
            let zone = local_zone().zone;
            terminal.json(&history::row_json(run, entry, under_way, Reader::of(lang), &zone));
        } else {
            let (name, file) = (&run.spec.name, shown(&base_name(&run.spec.file)));
            terminal.answer(&format!("{name}  {file}  {}", super::runs::entry_line(run, entry, under_way, lang)));
        }
    }
    if found.is_empty() {
        let text = shown(text);
        terminal.note(&say!(lang, "\"{text}\" defterde bulunamadı.", "\"{text}\" was not found in the ledger."));
        return Ok(Exit::SomeNot);
    }
    Ok(Exit::Done)
}
