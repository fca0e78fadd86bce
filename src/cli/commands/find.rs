//! `caseload find`

use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::identity::Naming;
use caseload_engine::keyed::Key;
use caseload_engine::ledger::{Ledger, Run};
use caseload_engine::validate::order_key;
use caseload_sheet::files::base_name;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::say;

use crate::cli::arguments::FindArgs;
use crate::cli::exit::Exit;
use crate::cli::progress::Terminal;

/// Tells which run and row an id or an order key came from. Exit code 1 where nothing was found.
pub fn run(args: &FindArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let ledger = super::look(&args.ledger)?;
    let runs = ledger.runs().map_err(|error| unreadable(&error))?;
    let text = args.text.trim();
    let found = ledger.find(text, &keys(&ledger, &runs, text)).map_err(|error| unreadable(&error))?;
    for entry in &found {
        let Some(run) = runs.iter().find(|run| run.number == entry.id.run) else { continue };
        let under_way = ledger.is_under_way(run.number);
        if args.ledger.json {
            terminal.json(&super::runs::entry_json(run, entry, under_way, lang));
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

/// The keys under which the runs would know rows of this order key: the ledger keeps keys, not cells.
fn keys(ledger: &Ledger, runs: &[Run], text: &str) -> Vec<Key> {
    let mut namings: Vec<Naming> = Vec::new();
    for to in runs.iter().flat_map(|run| &run.spec.destinations) {
        let naming = match &to.endpoint {
            Some(endpoint) => Naming::Now(endpoint.clone()),
            None => Naming::Landed { address: to.address.clone(), operation: to.operation.clone() },
        };
        if !namings.contains(&naming) {
            namings.push(naming);
        }
    }
    namings.iter().map(|naming| order_key(&naming.keyer(ledger.secret()), text.as_bytes())).collect()
}
