//! What is said of a file beside its rows.

use crate::account::Places;
use crate::contract::Operation;
use crate::job::Job;
use crate::map::SheetMap;
use crate::message::Text;
use crate::notice::Notice;
use crate::read::{Ranges, Totals};
use crate::row::{Sheet, column_letter};
use crate::run::event::Caller;
use crate::text;

/// Says how the columns were understood, and gives the warnings about them.
pub(super) fn of_columns(
    sheets: &[Sheet],
    operations: &[Operation],
    maps: &[SheetMap],
    job: &Job,
    caller: Caller,
) -> Vec<Text> {
    say_target(operations, job, caller);
    say_mapping(sheets, operations, maps, caller);
    let mut warnings = unknown_columns(sheets, maps);
    warnings.extend(untyped(operations));
    warnings
}

/// Columns that feed nothing.
fn unknown_columns(sheets: &[Sheet], maps: &[SheetMap]) -> Vec<Text> {
    let mut names: Vec<String> =
        maps.iter().flat_map(|map| map.unknown.iter().map(|name| format!("\"{name}\""))).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() || sheets.is_empty() {
        return Vec::new();
    }
    let names = names.join(", ");
    vec![text!(
        "Sözleşmenin tanımadığı sütunlar gönderilmez: {names}. Bir alanı gösteriyorsa --map ALAN=BAŞLIK kullanın.",
        "Columns that the contract does not know are not sent: {names}. If one means a field, use --map FIELD=HEADER."
    )]
}

/// The operation, where it was found by the headers; and what the contract leaves to guess.
fn say_target(operations: &[Operation], job: &Job, caller: Caller) {
    if job.recipe.to.is_none() {
        let operations = operations.iter().map(Operation::full_name).collect::<Vec<_>>().join(", ");
        caller.note(Notice::ChosenByHeaders { operations });
    }
    for operation in operations {
        let Some(id) = operation.id.as_ref().filter(|id| id.guessed) else { continue };
        caller.note(Notice::IdGuessed { operation: operation.full_name(), pointer: id.pointer.clone() });
    }
}

/// Columns of an open object whose type nobody said.
fn untyped(operations: &[Operation]) -> Option<Text> {
    let names: Vec<&str> = operations
        .iter()
        .flat_map(|operation| &operation.fields)
        .filter(|field| field.untyped)
        .map(|field| field.name.as_str())
        .collect();
    let first = names.first()?;
    let list = names.join(", ");
    Some(text!(
        "Türü söylenmeyen alanlar metin olarak gider: {list}. Başka türdeyse başlığa yazın, örneğin {first}:decimal (number, boolean, date).",
        "Fields whose type nobody says are sent as text: {list}. If one is not, say it in the header, as in {first}:decimal (number, boolean, date)."
    ))
}

/// What becomes of hidden rows, where there are some.
pub(super) fn of_hidden(totals: &Totals, job: &Job) -> Option<Text> {
    if totals.hidden.iter().all(Ranges::is_empty) {
        return None;
    }
    Some(if job.recipe.skip_hidden {
        text!("Gizli satırlar gönderilmez (--hidden skip).", "Hidden rows are not sent (--hidden skip).")
    } else {
        text!(
            "Gizli satırlar da gönderilir; göndermemek için --hidden skip ekleyin.",
            "Hidden rows are sent too; to leave them out, add --hidden skip."
        )
    })
}

/// The template's example, where it stands in the file still.
pub(super) fn of_examples(ordinals: &[u32], places: &Places, sheets: &[Sheet]) -> Option<Text> {
    if ordinals.is_empty() {
        return None;
    }
    let several = sheets.len() > 1;
    let place = |ordinal: &u32| {
        let place = places.get(*ordinal);
        let sheet = sheets.get(usize::from(place.sheet)).filter(|_| several);
        sheet.map_or_else(|| place.row.to_string(), |sheet| format!("{}!{}", sheet.name, place.row))
    };
    let rows = ordinals.iter().map(place).collect::<Vec<_>>().join(", ");
    Some(text!(
        "Şablonun örnek satırı olduğu gibi duruyor, gönderilmez ve sayılmaz (satır {rows}). Gerçek bir satırsa bir hücresini değiştirin.",
        "The example row of the template stands there unchanged; it is not sent, and not counted (row {rows}). If it is a real row, change one of its cells."
    ))
}

/// Which column feeds which field.
fn say_mapping(sheets: &[Sheet], operations: &[Operation], maps: &[SheetMap], caller: Caller) {
    for (sheet, map) in sheets.iter().zip(maps) {
        for route in &map.routes {
            let operation = &operations[route.operation];
            for (index, field) in operation.fields.iter().enumerate() {
                let Some(column) = route.column(index) else { continue };
                caller.note(Notice::Column {
                    sheet: sheet.name.clone(),
                    operation: operation.name.clone(),
                    field: field.name.clone(),
                    letter: column_letter(column),
                    header: sheet.headers[column].to_string(),
                });
            }
        }
    }
}
