//! `caseload find`

use crate::account::{base_name, unreadable};
use crate::cli::FindArgs;
use crate::contract::catalogue;
use crate::exit::{Exit, Stop};
use crate::job::{Recipe, load_contracts};
use crate::keyed::{Key, Keyer};
use crate::ledger::{Ledger, Run};
use crate::message::{Lang, shown};
use crate::progress::Terminal;
use crate::say;
use crate::validate::order_key;

/// Tells which run and row an id or a device came from. Exit code 1 where nothing was found.
pub fn run(args: &FindArgs, lang: Lang) -> Result<Exit, Stop> {
    let terminal = Terminal::new(lang, false, false);
    let ledger = super::look(&args.ledger)?;
    let runs = ledger.runs().map_err(|error| unreadable(&error))?;
    let text = args.text.trim();
    let found = ledger.find(text, &keys(&ledger, &runs, text)?).map_err(|error| unreadable(&error))?;
    for entry in &found {
        let Some(run) = runs.iter().find(|run| run.number == entry.id.run) else { continue };
        terminal.data(&if args.ledger.json {
            super::runs::entry_json(run, entry).to_string()
        } else {
            let (name, file) = (&run.spec.name, shown(&base_name(&run.spec.file)));
            format!("{name}  {file}  {}", super::runs::entry_line(run, entry))
        });
    }
    if found.is_empty() {
        let text = shown(text);
        terminal.note(&say!(lang, "\"{text}\" defterde bulunamadı.", "\"{text}\" was not found in the ledger."));
        return Ok(Exit::SomeNot);
    }
    Ok(Exit::Done)
}

/// The keys under which the runs would know rows of this device: the ledger keeps keys, not cells.
fn keys(ledger: &Ledger, runs: &[Run], text: &str) -> Result<Vec<Key>, Stop> {
    let mut keys = Vec::new();
    for run in runs {
        let recipe: Recipe = serde_json::from_str(&run.spec.recipe).unwrap_or_default();
        // A contract that is gone only means that its rows are not found by device.
        let contracts = load_contracts(recipe.contract.as_deref(), &[]).or_else(|_| catalogue(None, &[]))?;
        let operations = contracts.iter().flat_map(|contract| &contract.operations);
        for operation in operations.filter(|o| run.spec.target.split(',').any(|name| name == o.full_name())) {
            for host in run.spec.host.split(',') {
                let key = order_key(&Keyer::new(ledger.secret(), host, &operation.full_name()), text.as_bytes());
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
    }
    Ok(keys)
}
