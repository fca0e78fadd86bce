//! `caseload contracts`

use crate::cli::{ContractsArgs, ContractsCommand};
use crate::contract::{BUILT_IN, Contract, Field, Kind, Operation};
use crate::exit::{Exit, Stop};
use crate::job::load_contracts;
use crate::message::{Lang, shown};
use crate::profile::Settings;
use crate::progress::Terminal;
use crate::submit::auth::{joined, variable, ways};
use crate::{say, text};

/// Lists what there is, describes one, or prints a YAML.
pub fn run(args: &ContractsArgs, settings: &Settings, lang: Lang) -> Result<Exit, Stop> {
    if let Some(ContractsCommand::Refresh(args)) = &args.command {
        return super::refresh::run(args, settings, lang);
    }
    let terminal = Terminal::new(lang, false, false);
    let contracts = load_contracts(args.contract.as_deref(), &[])?;
    if args.export {
        terminal.data(exported(args.name.as_deref().unwrap_or_default())?.trim_end());
        return Ok(Exit::Done);
    }
    let wanted = |operation: &&Operation| match args.name.as_deref() {
        None => true,
        Some(name) => operation.system == name || operation.full_name() == name || operation.name == name,
    };
    let found: Vec<&Operation> = contracts.iter().flat_map(|contract| &contract.operations).filter(wanted).collect();
    if found.is_empty() {
        return Err(unknown(args.name.as_deref().unwrap_or_default(), &contracts));
    }
    for operation in found {
        terminal.answer(&if args.name.is_some() { described(operation, lang) } else { line(operation, lang) });
    }
    Ok(Exit::Done)
}

fn line(operation: &Operation, lang: Lang) -> String {
    format!("{:<28} {}", operation.full_name(), operation.label.get(lang))
}

fn exported(name: &str) -> Result<&'static str, Stop> {
    let found = BUILT_IN.iter().find(|(known, _)| *known == name || name.split('/').next() == Some(known));
    found.map(|(_, yaml)| *yaml).ok_or_else(|| {
        let names = BUILT_IN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let name = shown(name);
        Stop::cannot_start(text!(
            "\"{name}\" adında hazır bir sözleşme yok. Olanlar: {names}.",
            "There is no built-in contract \"{name}\". There are: {names}."
        ))
    })
}

fn unknown(name: &str, contracts: &[Contract]) -> Stop {
    let names =
        contracts.iter().flat_map(|c| c.operations.iter().map(Operation::full_name)).collect::<Vec<_>>().join(", ");
    let name = shown(name);
    Stop::cannot_start(text!(
        "\"{name}\" adında bir sistem ya da işlem yok. Olanlar: {names}.",
        "There is no system or operation \"{name}\". There are: {names}."
    ))
}

/// An operation as a person reads it.
fn described(operation: &Operation, lang: Lang) -> String {
    let mut lines = vec![
        format!("{}: {}", operation.full_name(), operation.label.get(lang)),
        format!("  {} {}{}", operation.method.as_str(), operation.base_url, operation.path),
    ];
    if operation.security.iter().any(|schemes| !schemes.is_empty()) {
        let ways = joined(&ways(operation), |name| format!("{name} ({})", variable(name)));
        let ways = ways.get(lang);
        lines.push(say!(lang, "  gizli bilgi: {ways}", "  secrets: {ways}"));
    }
    let id = operation.id_column();
    lines.push(say!(lang, "  sonuç sütunu: {id}", "  result column: {id}"));
    lines.push(say!(lang, "  sütunlar:", "  columns:"));
    lines.extend(operation.fields.iter().map(|field| format!("    {}", field_line(field, lang))));
    if let Some(field) = operation.order_by {
        let name = &operation.fields[field].name;
        lines.push(say!(
            lang,
            "  aynı {name} satırları sırayla, birer birer gider",
            "  rows with the same {name} go one at a time, in order"
        ));
    }
    for rule in &operation.unique {
        let fields = rule.fields.iter().map(|f| operation.fields[*f].name.as_str()).collect::<Vec<_>>().join(" + ");
        let hours = rule.window.as_secs() / 3600;
        let days = hours / 24;
        lines.push(say!(
            lang,
            "  yineleme: {days} gün içinde aynı {fields}",
            "  duplicate: the same {fields} within {days} days"
        ));
    }
    lines.join("\n")
}

fn field_line(field: &Field, lang: Lang) -> String {
    let kind = match &field.kind {
        Kind::Text => say!(lang, "metin", "text"),
        Kind::Integer => say!(lang, "tam sayı", "whole number"),
        Kind::Number => say!(lang, "sayı", "number"),
        Kind::Boolean => say!(lang, "evet/hayır", "yes/no"),
        Kind::Date => say!(lang, "tarih", "date"),
        Kind::DateTime => say!(lang, "tarih ve saat", "date and time"),
        Kind::NumberOrText => say!(lang, "sayı ya da metin", "number or text"),
        Kind::List(_) => say!(lang, "noktalı virgülle ayrılmış değerler", "values separated by semicolons"),
        Kind::Json => "JSON".to_owned(),
        Kind::Enum(values) => values.iter().map(|value| value.value.as_str()).collect::<Vec<_>>().join(" | "),
    };
    let mut text = format!("{:<14} {:<20} {kind}", field.name, field.label.get(lang));
    if let Some(most) = field.max_length {
        text.push_str(&say!(lang, ", en çok {most} karakter", ", {most} characters at most"));
    }
    if field.required {
        text.push_str(&say!(lang, ", zorunlu", ", required"));
    }
    text
}
