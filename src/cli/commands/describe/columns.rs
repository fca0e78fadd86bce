//! The columns of an operation as a person reads them.

use caseload_engine::contract::{Check, EnumValue, Field, Kind, Operation, Place, Slot};
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::say;

/// Values of a list that are told one by one.
const MOST_VALUES: usize = 20;

/// The columns, one a line: name, label, and what may stand in it.
pub fn lines(operation: &Operation, lang: Lang) -> Vec<String> {
    let fields = &operation.fields;
    let width = |of: &dyn Fn(&Field) -> usize| fields.iter().map(of).max().unwrap_or(0).clamp(8, 28);
    let name = width(&|field| field.name.chars().count());
    let label = width(&|field| label(field, lang).chars().count());
    fields
        .iter()
        .map(|field| format!("    {:<name$}  {:<label$}  {}", field.name, self::label(field, lang), holds(field, lang)))
        .collect()
}

fn label(field: &Field, lang: Lang) -> &str {
    Some(field.label.get(lang)).filter(|label| *label != field.name).unwrap_or_default()
}

/// What may stand in a column.
fn holds(field: &Field, lang: Lang) -> String {
    let mut words = vec![kind(&field.kind, lang)];
    if let Some(most) = field.max_length {
        words.push(say!(lang, "en çok {most} karakter", "{most} characters at most"));
    }
    match field.check {
        Some(Check::Tckn) => words.push(say!(lang, "T.C. kimlik numarası", "a Turkish identity number (TCKN)")),
        Some(Check::Vkn) => words.push(say!(lang, "vergi kimlik numarası", "a Turkish tax number (VKN)")),
        None => {}
    }
    words.extend(place(field, lang));
    if field.required {
        words.push(say!(lang, "zorunlu", "required"));
    }
    words.join(", ")
}

/// Where a field goes that goes elsewhere than into the body.
fn place(field: &Field, lang: Lang) -> Option<String> {
    field.slots.iter().find_map(|slot| match slot {
        Slot::Parameter { place: Place::Path, .. } => Some(say!(lang, "adreste", "in the path")),
        Slot::Parameter { place: Place::Query, .. } => Some(say!(lang, "sorguda", "in the query")),
        Slot::Parameter { place: Place::Header, .. } => Some(say!(lang, "başlıkta", "in a header")),
        Slot::Body(_) => None,
    })
}

fn kind(kind: &Kind, lang: Lang) -> String {
    match kind {
        Kind::Text => say!(lang, "metin", "text"),
        Kind::Integer => say!(lang, "tam sayı", "whole number"),
        Kind::Number => say!(lang, "sayı", "number"),
        Kind::Boolean => say!(lang, "evet/hayır", "yes/no"),
        Kind::Date => say!(lang, "tarih", "date"),
        Kind::DateTime => say!(lang, "tarih ve saat", "date and time"),
        Kind::NumberOrText => say!(lang, "sayı ya da metin", "number or text"),
        Kind::List(item) => {
            let item = self::kind(item, lang);
            say!(lang, "noktalı virgülle ayrılmış değerler ({item})", "values separated by semicolons ({item})")
        }
        Kind::Json => "JSON".to_owned(),
        Kind::Enum(values) => {
            let mut list: Vec<String> = values.iter().take(MOST_VALUES).map(|value| named(value, lang)).collect();
            if values.len() > MOST_VALUES {
                let all = values.len();
                list.push(say!(lang, "… (hepsi {all})", "… ({all} in all)"));
            }
            list.join(" | ")
        }
    }
}

fn named(value: &EnumValue, lang: Lang) -> String {
    let label = value.label.get(lang);
    let words = shown(&value.value);
    if caseload_sheet::fold::fold(label) == caseload_sheet::fold::fold(&value.value) {
        words
    } else {
        format!("{words} ({})", shown(label))
    }
}

/// Columns that a sheet may have as many of as it needs.
pub fn families(operation: &Operation, lang: Lang) -> Vec<String> {
    if operation.families.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![say!(lang, "  gerektiği kadar eklenebilen sütunlar:", "  columns, as many as needed:")];
    lines.extend(operation.families.iter().map(|family| format!("    {}", family.explained(lang))));
    lines
}
