//! A contract and its operations as a person reads them, line by line.

mod columns;

use caseload_engine::contract::{
    Clause, Condition, Contract, Method, Operation, Reconcile, answer_columns, conditions,
};
use caseload_engine::submit::address::spelled;
use caseload_engine::submit::auth::{joined, variable, ways};
use caseload_sheet::message::Lang;
use caseload_sheet::say;

/// What the contract is, before its operations.
pub fn contract(contract: &Contract, lang: Lang) -> Vec<String> {
    let (title, name) = (&contract.title, &contract.name);
    let mut lines = vec![format!("{title} ({name})")];
    let server = contract.operations.iter().map(|operation| operation.base_url.as_str()).find(|url| !url.is_empty());
    lines.push(match server {
        Some(url) => {
            let url = spelled(url);
            say!(lang, "  sunucu: {url}", "  server: {url}")
        }
        None => say!(lang, "  sunucu: --base-url ile verilir", "  server: given by --base-url"),
    });
    lines
}

/// What of the document cannot be used, and why.
pub fn unusable(contract: &Contract, lang: Lang) -> Option<Vec<String>> {
    if contract.unusable.is_empty() {
        return None;
    }
    let mut lines = vec![say!(lang, "kullanılamayan işlemler:", "operations that cannot be used:")];
    lines.extend(contract.unusable.iter().map(|one| format!("  {}: {}", one.name, one.why)));
    Some(lines)
}

/// An operation with its columns and its rules.
pub fn operation(operation: &Operation, contract: &Contract, lang: Lang) -> Vec<String> {
    let mut lines = vec![
        format!("{}: {}", operation.full_name(), operation.label.get(lang)),
        format!("  {} {}{}", operation.method.as_str(), operation.base_url, operation.path),
    ];
    if !operation.security.is_empty() {
        let ways = joined(&ways(operation), |name| format!("{name} ({})", variable(name)));
        let ways = ways.get(lang);
        lines.push(say!(lang, "  gizli bilgi: {ways}", "  secrets: {ways}"));
    }
    if operation.fields.is_empty() {
        lines.push(say!(lang, "  sütun: yok", "  columns: none"));
    } else {
        lines.push(say!(lang, "  sütunlar:", "  columns:"));
        lines.extend(columns::lines(operation, lang));
    }
    lines.extend(columns::families(operation, lang));
    let conditions = conditions(contract, operation);
    if !conditions.is_empty() {
        lines.push(say!(lang, "  koşullar:", "  conditions:"));
        lines.extend(conditions.iter().map(|condition| format!("    - {}", sentence(condition, lang))));
    }
    if operation.only_reads() {
        lines.extend(reading(operation, contract, lang));
    } else {
        lines.extend(sending(operation, lang));
    }
    lines
}

fn sentence(condition: &Condition, lang: Lang) -> String {
    match condition {
        Condition::Said { field, message } if field.is_empty() => message.get(lang).to_owned(),
        Condition::Said { field, message } => format!("{field}: {}", message.get(lang)),
        Condition::Needs { when, holds, fields } => {
            let fields = fields.join(", ");
            match (when, holds) {
                (Some(when), true) => {
                    let when = clauses(when, lang);
                    say!(lang, "{when} ise zorunlu: {fields}", "where {when}, required: {fields}")
                }
                (Some(when), false) => {
                    let when = clauses(when, lang);
                    say!(lang, "{when} değilse zorunlu: {fields}", "unless {when}, required: {fields}")
                }
                (None, _) => say!(
                    lang,
                    "sözleşmedeki bir koşulda zorunlu: {fields}",
                    "required under a condition of the contract: {fields}"
                ),
            }
        }
    }
}

fn clauses(clauses: &[Clause], lang: Lang) -> String {
    let one = |clause: &Clause| {
        let (field, or) = (&clause.field, say!(lang, " ya da ", " or "));
        match clause.values.join(&or) {
            values if values.is_empty() => say!(lang, "{field} dolu", "{field} is given"),
            values => say!(lang, "{field} {values}", "{field} is {values}"),
        }
    };
    clauses.iter().map(one).collect::<Vec<_>>().join(&say!(lang, " ve ", " and "))
}

/// What is told of an operation that reads.
fn reading(operation: &Operation, contract: &Contract, lang: Lang) -> Vec<String> {
    let name = operation.full_name();
    let needs = operation.fields.iter().any(|field| field.required);
    let mut lines = vec![if needs {
        say!(lang, "  yalnız okur: caseload fetch {name} DOSYA", "  only reads: caseload fetch {name} FILE")
    } else {
        say!(lang, "  yalnız okur: caseload fetch {name}", "  only reads: caseload fetch {name}")
    }];
    if let Some(pages) = &operation.pages {
        let parameter = &pages.parameter;
        lines.push(say!(
            lang,
            "  bütün sayfalar okunur ({parameter} ile sayılır)",
            "  all pages are read (counted by {parameter})"
        ));
    }
    let columns = answer_columns(contract, operation).join(", ");
    if !columns.is_empty() {
        lines.push(say!(lang, "  okunan sütunlar: {columns}", "  columns that are read: {columns}"));
    }
    if !operation.values.is_empty() {
        let system = &operation.system;
        let fields = operation.values.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>().join(", ");
        lines.push(say!(
            lang,
            "  değerlerini söylediği alanlar: {fields} (caseload contracts refresh {system})",
            "  tells the values of: {fields} (caseload contracts refresh {system})"
        ));
    }
    lines
}

/// What is told of an operation that rows are sent to.
fn sending(operation: &Operation, lang: Lang) -> Vec<String> {
    let column = operation.id_column();
    let mut lines = vec![match &operation.id {
        Some(id) if id.guessed => {
            let pointer = &id.pointer;
            say!(
                lang,
                "  sonuç sütunu: {column} (yanıtın biçiminden tahmin: {pointer}; başkaysa x-caseload.id ile yazın)",
                "  result column: {column} (guessed from the form of the answer: {pointer}; if it is another, say so by x-caseload.id)"
            )
        }
        Some(_) => say!(lang, "  sonuç sütunu: {column}", "  result column: {column}"),
        None => say!(
            lang,
            "  sonuç sütunu: {column} (sözleşme numaranın yerini söylemiyor; x-caseload.id ile yazın)",
            "  result column: {column} (the contract does not say where the id stands; say so by x-caseload.id)"
        ),
    }];
    if let Some(field) = operation.order_by {
        let name = &operation.fields[field].name;
        lines.push(say!(
            lang,
            "  aynı {name} satırları sırayla, birer birer gider",
            "  rows with the same {name} go one at a time, in order"
        ));
    }
    lines.extend(operation.unique.iter().map(|rule| duplicates(rule, operation, lang)));
    lines.push(unknown(operation, lang));
    lines
}

fn duplicates(rule: &caseload_engine::contract::Unique, operation: &Operation, lang: Lang) -> String {
    let name = |field: &usize| operation.fields[*field].name.as_str();
    let fields = rule.fields.iter().map(name).collect::<Vec<_>>().join(" + ");
    let or = say!(lang, " ya da ", " or ");
    let when = rule.when.iter().map(|(field, values)| {
        let values = values.iter().map(caseload_engine::outcome::id_text).collect::<Vec<_>>().join(&or);
        format!("{} {values}", name(field))
    });
    let when = when.collect::<Vec<_>>().join(", ");
    let when = if when.is_empty() { when } else { format!(" ({when})") };
    let hours = rule.window.as_secs() / 3600;
    let (days, rest) = (hours / 24, hours % 24);
    if days > 0 && rest == 0 {
        say!(
            lang,
            "  yineleme: {days} gün içinde aynı {fields}{when}",
            "  duplicate: the same {fields} within {days} days{when}"
        )
    } else {
        say!(
            lang,
            "  yineleme: {hours} saat içinde aynı {fields}{when}",
            "  duplicate: the same {fields} within {hours} hours{when}"
        )
    }
}

/// What becomes of a row whose outcome is unknown.
fn unknown(operation: &Operation, lang: Lang) -> String {
    let what = match (&operation.reconcile, operation.method) {
        (Some(Reconcile::Conflict(status)), _) => say!(
            lang,
            "yeniden gönderilir; ilki işlenmişse sunucu ikincisini HTTP {status} ile reddeder, o zaman bir kişi bakıp kapatır",
            "sent again; if the first was carried out, the server refuses the second by HTTP {status}, and a person looks and closes it"
        ),
        (Some(Reconcile::Lookup { operation, by }), _) => say!(
            lang,
            "\"caseload resolve\" {operation} ile arar ({by}); bulamazsa bir kişi kapatır",
            "\"caseload resolve\" looks it up by {operation} ({by}); what is not found is closed by a person"
        ),
        (None, Method::Put | Method::Delete | Method::Get) => say!(
            lang,
            "yeniden gönderilir; ikinci kez göndermek bir şeyi değiştirmez",
            "sent again; sending it twice does what sending it once does"
        ),
        (None, Method::Post | Method::Patch) => say!(
            lang,
            "yeniden gönderilmez; bir kişi \"caseload resolve\" ile kapatır",
            "not sent again; a person closes it by \"caseload resolve\""
        ),
    };
    say!(lang, "  sonucu belirsiz satır: {what}", "  a row whose outcome is unknown: {what}")
}
