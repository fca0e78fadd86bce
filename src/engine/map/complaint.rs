//! What to say of headers that do not fit: each a problem of the file, not one of each row.

use super::{ALIKE, ColumnOverrides, Route, Source, missing};
use crate::contract::{Field, Object, Operation};
use crate::error::{Code, Error};
use crate::fold::fold;
use crate::message::{Lang, Text, shown};
use crate::row::{Sheet, column_letter};
use crate::text;

/// One problem of the file, not one of each row: the columns that the best-fitting operation lacks.
pub(super) fn nothing_fits(sheet: &Sheet, operations: &[&Operation], routes: &[Route]) -> Error {
    let score = |route: &&Route| {
        let required = operations[route.operation].fields.iter().filter(|field| field.required).count();
        let lacking = missing(operations[route.operation], &route.sources).len();
        let fed = route.sources.iter().filter(|source| **source != Source::Nowhere).count();
        ((required - lacking) * 100 / required.max(1), fed)
    };
    let Some(best) = routes.iter().max_by_key(score) else {
        return Code::OperationUnknown
            .cannot_start(text!("Sözleşmede hiç işlem yok.", "The contract has no operation."));
    };
    let operation = operations[best.operation];
    let lacking = missing(operation, &best.sources);
    let list =
        |lang| lacking.iter().map(|f| format!("{} ({})", f.label.get(lang), f.name)).collect::<Vec<_>>().join(", ");
    let (tr, en) = (list(Lang::Tr), list(Lang::En));
    let row = sheet.header_row;
    let (in_tr, in_en) = place(sheet);
    let called = operation.full_name();
    let mut message = text!(
        "{in_tr}{row}. satırdaki başlıklarda {called} için gerekli sütunlar yok: {tr}. Sütunları ekleyin ya da --map ALAN=BAŞLIK, --set ALAN=DEĞER kullanın.",
        "{in_en}the headers in row {row} lack columns that {called} needs: {en}. Add them, or use --map FIELD=HEADER or --set FIELD=VALUE."
    );
    suggest(&mut message, &close_misses(sheet, &lacking, best));
    Code::ColumnsMissing.cannot_start(message)
}

/// Fields that a sentence lists.
const MOST_LISTED: usize = 40;

/// No header means anything: what was taken for the header row may be a row of data.
pub(super) fn nothing_known(sheet: &Sheet, operations: &[&Operation], routes: &[Route]) -> Error {
    let mut fields: Vec<&Field> = Vec::new();
    for field in operations.iter().flat_map(|operation| &operation.fields) {
        if !fields.iter().any(|known| known.name == field.name) {
            fields.push(field);
        }
    }
    let more = if fields.len() > MOST_LISTED { ", …" } else { "" };
    fields.truncate(MOST_LISTED);
    let named = |field: &&Field, lang| match field.label.get(lang) {
        label if label.is_empty() || label == field.name => field.name.clone(),
        label => format!("{label} ({})", field.name),
    };
    let list = |lang| fields.iter().map(|field| named(field, lang)).collect::<Vec<_>>().join(", ") + more;
    let (tr, en) = (list(Lang::Tr), list(Lang::En));
    let row = sheet.header_row;
    let (in_tr, in_en) = place(sheet);
    let mut message = text!(
        "{in_tr}{row}. satır başlık satırı sayıldı, ama içinde bilinen bir başlık yok. Verinin üstüne başlık satırı ekleyin ya da --map ALAN=BAŞLIK kullanın. Beklenen başlıklar: {tr}.",
        "{in_en}row {row} was taken for the header row, but none of its headers is known. Put a header row above the data, or use --map FIELD=HEADER. Expected headers: {en}."
    );
    if let Some(first) = routes.first() {
        suggest(&mut message, &close_misses(sheet, &fields, first));
    }
    Code::HeadersUnknown.cannot_start(message)
}

/// Adds what may have been meant.
fn suggest(message: &mut Text, misses: &[(&Field, &str)]) {
    for (field, header) in misses {
        let (header, name) = (shown(header), &field.name);
        message.tr.push_str(&format!(" \"{header}\" sütunu {name} mi? Öyleyse: --map \"{name}={header}\"."));
        message.en.push_str(&format!(" Is \"{header}\" meant as {name}? Then: --map \"{name}={header}\"."));
    }
}

fn close_misses<'s>(sheet: &'s Sheet, lacking: &[&'s Field], route: &Route) -> Vec<(&'s Field, &'s str)> {
    let used = |column: usize| route.sources.contains(&Source::Column(column));
    let free = sheet.headers.iter().enumerate().filter(|(c, h)| !h.is_empty() && !used(*c));
    let free: Vec<(&str, String)> = free.map(|(_, header)| (header.as_str(), fold(header))).collect();
    let nearest = |field: &&'s Field| {
        let names: Vec<String> = field.names().map(fold).collect();
        let likeness = |header: &str| names.iter().map(|name| strsim::jaro_winkler(name, header)).fold(0.0, f64::max);
        let likely = free.iter().map(|(header, folded)| (likeness(folded), *header));
        let (likeness, best) = likely.max_by(|a, b| a.0.total_cmp(&b.0))?;
        (likeness >= ALIKE).then_some((*field, best))
    };
    lacking.iter().filter_map(nearest).collect()
}

pub(super) fn two_columns(sheet: &Sheet, field: &Field, a: usize, b: usize) -> Error {
    let named = |column: usize| format!("{} (\"{}\")", column_letter(column), shown(&sheet.headers[column]));
    let (a, b, name, (tr, en)) = (named(a), named(b), &field.name, place(sheet));
    Code::TwoColumns.cannot_start(text!(
        "{tr}{a} ve {b} sütunlarının ikisi de {name} alanı demek. --map {name}=BAŞLIK ile birini seçin ya da sütunlardan birinin adını değiştirin.",
        "{en}columns {a} and {b} both mean {name}. Choose one with --map {name}=HEADER, or rename one of them."
    ))
}

/// A column whose values would go nowhere.
pub(super) fn no_cell_holds(sheet: &Sheet, operation: &Operation, column: usize, object: &Object) -> Error {
    let (letter, header, (tr, en)) = (column_letter(column), shown(&sheet.headers[column]), place(sheet));
    let (name, called) = (&object.name, operation.full_name());
    let below = format!("{name}.");
    let parts: Vec<&str> =
        operation.fields.iter().map(|field| field.name.as_str()).filter(|name| name.starts_with(&below)).collect();
    let parts = if parts.is_empty() { format!("{name}.…") } else { parts.join(", ") };
    Code::ColumnUnsendable.cannot_start(text!(
        "{tr}{letter} sütunu (\"{header}\"): {called} işleminde {name} tek hücreye sığan bir alan değil, bu sütun gönderilemez. Değerlerini şu sütunlara yazın: {parts}. Gönderilmeyecekse sütunun adını değiştirin ya da sütunu silin.",
        "{en}column {letter} (\"{header}\"): {name} of {called} does not fit into one cell, and this column cannot be sent. Write its values into these columns: {parts}. If it is not to be sent, rename or delete the column."
    ))
}

/// Sees that `--map` and `--set` name fields of some operation and headers of some sheet.
///
/// # Errors
/// The first that is nowhere.
pub fn check_overrides(sheets: &[Sheet], operations: &[&Operation], overrides: &ColumnOverrides) -> Result<(), Error> {
    for (field, _) in overrides.maps.iter().chain(&overrides.sets) {
        let is_field = operations.iter().any(|operation| operation.fields.iter().any(|known| known.is_meant_by(field)));
        if !is_field && field != "operation" {
            return Err(no_such_field(field, operations));
        }
    }
    for (field, header) in &overrides.maps {
        let key = fold(header);
        if !sheets.iter().flat_map(|sheet| &sheet.headers).any(|known| fold(known) == key) {
            return Err(no_such_header(field, header, sheets));
        }
    }
    Ok(())
}

fn no_such_field(field: &str, operations: &[&Operation]) -> Error {
    let mut names: Vec<&str> = Vec::new();
    for name in operations.iter().flat_map(|operation| operation.fields.iter().map(|field| field.name.as_str())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let (field, names) = (shown(field), names.join(", "));
    Code::FieldUnknown.cannot_start(text!(
        "\"{field}\" adında bir alan yok. Alanlar: {names}.",
        "There is no field called \"{field}\". The fields are: {names}."
    ))
}

fn no_such_header(field: &str, header: &str, sheets: &[Sheet]) -> Error {
    let headers = sheets.iter().flat_map(|sheet| &sheet.headers).filter(|known| !known.is_empty());
    let here = headers.map(|known| shown(known)).collect::<Vec<_>>().join(", ");
    let header = shown(header);
    Code::HeaderUnknown.cannot_start(text!(
        "--map {field}: \"{header}\" başlıklı bir sütun yok. Başlıklar: {here}.",
        "--map {field}: no column is headed \"{header}\". The headers are: {here}."
    ))
}

/// The sheet at the beginning of a sentence, or nothing in a file with one nameless sheet. The file is named by whoever
/// knows it.
pub(super) fn place(sheet: &Sheet) -> (String, String) {
    if sheet.name.is_empty() {
        return Default::default();
    }
    let name = shown(&sheet.name);
    (format!("\"{name}\" sayfası, "), format!("sheet \"{name}\", "))
}
