//! `caseload contracts`

use std::path::Path;

use caseload_engine::contract::{BUILT_IN, Contract, Operation};
use caseload_engine::error::Error;
use caseload_engine::job::load_contracts;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;

use super::describe;
use crate::cli::arguments::{ContractsArgs, ContractsCommand};
use crate::cli::exit::Exit;
use crate::cli::profile::Settings;
use crate::cli::progress::Terminal;

/// Lists what there is, describes a contract, a system or an operation, or prints a YAML.
pub fn run(args: &ContractsArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    if let Some(ContractsCommand::Refresh(args)) = &args.command {
        return super::refresh::run(args, settings, lang);
    }
    let terminal = Terminal::new(lang, false, false);
    if args.export {
        terminal.own(exported(args.name.as_deref().unwrap_or_default())?.trim_end());
        return Ok(Exit::Done);
    }
    let file = args.name.as_deref().map(Path::new).filter(|name| args.contract.is_none() && is_file(name));
    let contracts = load_contracts(file.or(args.contract.as_deref()), &[])?;
    let name = args.name.as_deref().filter(|_| file.is_none());
    if name.is_none() && file.is_none() && args.contract.is_none() {
        for operation in contracts.iter().flat_map(|contract| &contract.operations) {
            terminal.answer(&line(operation, lang));
        }
        return Ok(Exit::Done);
    }
    let told: Vec<_> = contracts.iter().flat_map(|contract| described(contract, name, lang)).collect();
    if told.is_empty() {
        return Err(unknown(name.unwrap_or_default(), &contracts));
    }
    for (nth, lines) in told.iter().enumerate() {
        if nth > 0 {
            terminal.answer("");
        }
        terminal.answers(lines);
    }
    Ok(Exit::Done)
}

/// Whether a name is that of a contract file.
fn is_file(name: &Path) -> bool {
    let extension = name.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    matches!(extension.as_deref(), Some("yaml" | "yml" | "json")) || name.is_file()
}

/// What of a contract goes by a name, each with its lines; all of it without one.
fn described(contract: &Contract, name: Option<&str>, lang: Lang) -> Vec<Vec<String>> {
    let whole = name.is_none_or(|name| contract.name == name);
    let wanted = |operation: &&Operation| {
        whole || name.is_some_and(|name| operation.full_name() == name || operation.name == name)
    };
    let mut told: Vec<Vec<String>> = whole.then(|| describe::contract(contract, lang)).into_iter().collect();
    let operations = contract.operations.iter().filter(wanted);
    told.extend(operations.map(|operation| describe::operation(operation, contract, lang)));
    told.extend(describe::unusable(contract, lang).filter(|_| whole));
    told
}

fn line(operation: &Operation, lang: Lang) -> String {
    format!("{:<28} {}", operation.full_name(), operation.label.get(lang))
}

fn exported(name: &str) -> Result<&'static str, Error> {
    let found = BUILT_IN.iter().find(|(known, _)| *known == name || name.split('/').next() == Some(known));
    found.map(|(_, yaml)| *yaml).ok_or_else(|| {
        let names = BUILT_IN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let name = shown(name);
        Error::cannot_start(text!(
            "\"{name}\" adında hazır bir sözleşme yok. Olanlar: {names}.",
            "There is no built-in contract \"{name}\". There are: {names}."
        ))
    })
}

fn unknown(name: &str, contracts: &[Contract]) -> Error {
    let names =
        contracts.iter().flat_map(|c| c.operations.iter().map(Operation::full_name)).collect::<Vec<_>>().join(", ");
    let name = shown(name);
    Error::cannot_start(text!(
        "\"{name}\" adında bir sistem ya da işlem yok. Olanlar: {names}.",
        "There is no system or operation \"{name}\". There are: {names}."
    ))
}
