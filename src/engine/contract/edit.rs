//! Writes allowed values into the text of a contract. Comments and order stay as they are.

mod node;

use std::ops::Range;

use serde_json::Value;
use serde_saphyr::Spanned;

use super::answer::{Met, meets};
use super::field::{Field, Kind, Slot, pointer};
use super::load::from_yaml;
use super::operation::Operation;
use super::refs::{At, Refs};
use super::system::Contract;
use crate::error::{Code, Error};
use crate::message::shown;
use crate::text;

use node::{Node, read};

/// The values that a field may have.
pub type Allowed = (String, Vec<Value>);

/// The text of a contract with the fields closed to these values, in every operation that has them.
///
/// # Errors
/// No operation has such a field; or the text cannot be edited so that it says just this.
pub fn with_values(name: &str, text: &str, allowed: &[Allowed]) -> Result<String, Error> {
    let before = from_yaml(name, text, &[])?;
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let root: Spanned<Node> = read(text).map_err(|why| not_edited(name, &why))?;
    let quoted = text.trim_start().starts_with('{');
    for (field, values) in allowed {
        let places = places(&before, field);
        if places.is_empty() {
            let field = shown(field);
            return Err(Code::ContractUnusable.cannot_start(text!(
                "{name} sözleşmesinde hiçbir işlemin {field} alanı yok; x-caseload.values onu adıyla gösteriyor. Sözleşmeyi düzeltin.",
                "No operation of the contract {name} has a field {field}, which x-caseload.values names. Mend the contract."
            )));
        }
        for At { pointer, value } in places {
            let node =
                root.value.find(&pointer).ok_or_else(|| not_edited(name, &format!("{pointer} leads nowhere")))?;
            let list = Value::Array(fitting(value, values)).to_string();
            let edit = edit(text, node, &list, quoted).map_err(|why| not_edited(name, &format!("{pointer}: {why}")))?;
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut edited = text.to_owned();
    for (range, words) in edits {
        edited.replace_range(range, &words);
    }
    let after = from_yaml(name, &edited, &[])?;
    proven(&before, &after, allowed).map_err(|why| not_edited(name, &why))?;
    Ok(edited)
}

fn not_edited(name: &str, why: &str) -> Error {
    let why = shown(why);
    Code::ContractUnedited.cannot_start(text!(
        "{name} sözleşmesinin metni değiştirilemedi ({why}); dosya olduğu gibi bırakıldı. Bu alanın enum değerlerini elle yazın ya da \"caseload contracts SİSTEM --export\" çıktısından yeniden başlayın.",
        "The text of the contract {name} could not be changed ({why}); the file was left as it is. Write the field's enum by hand, or start again from \"caseload contracts SYSTEM --export\"."
    ))
}

/// The schemas of a field, in every operation that has it: its own, or that of a list's items.
fn places<'d>(contract: &'d Contract, name: &str) -> Vec<At<'d>> {
    let refs = Refs(&contract.document);
    let mut found: Vec<At> = Vec::new();
    for operation in &contract.operations {
        let Some(field) = operation.fields.iter().find(|field| field.name == name) else { continue };
        for slot in &field.slots {
            let Some(schema) = schema(refs, operation, slot) else { continue };
            let items = schema.value.get("items").is_some().then(|| refs.below(&schema, &["items"]).ok()).flatten();
            let schema = items.unwrap_or(schema);
            if !found.iter().any(|known| known.pointer == schema.pointer) {
                found.push(schema);
            }
        }
    }
    found
}

fn schema<'d>(refs: Refs<'d>, operation: &Operation, slot: &Slot) -> Option<At<'d>> {
    match slot {
        Slot::Body(steps) => {
            let body = refs.at(operation.body_schema.as_deref()?).ok()?;
            match meets(refs, &body, &pointer(steps)).ok()? {
                Met::Yes(schema) => Some(schema),
                Met::Maybe | Met::No => None,
            }
        }
        Slot::Parameter { name, place } => {
            let parameter = operation.parameters.iter().find(|p| p.name == *name && p.place == *place)?;
            refs.at(&parameter.schema).ok()
        }
    }
}

/// The values as the schema's type wants them: codes that the server writes as numbers may be texts here.
fn fitting(schema: &Value, values: &[Value]) -> Vec<Value> {
    let text = schema["type"] == "string";
    let one = |value: &Value| if text { Value::String(crate::outcome::id_text(value)) } else { value.clone() };
    values.iter().map(one).collect()
}

/// What is to be replaced by what, so that the schema at a node has this `enum`.
fn edit(text: &str, node: &Spanned<Node>, list: &str, quoted: bool) -> Result<(Range<usize>, String), String> {
    if let Some(values) = node.value.child("enum") {
        let range = extent(text, start(values)?)?;
        let space = if text[..range.start].ends_with(':') { " " } else { "" };
        return Ok((range, format!("{space}{list}")));
    }
    let at = start(node)?;
    let key = if quoted { "\"enum\"" } else { "enum" };
    let rest = &text[at..];
    if let Some(inside) = rest.strip_prefix('{') {
        let comma = if inside.trim_start().starts_with('}') { "" } else { ", " };
        return Ok((at + 1..at + 1, format!("{key}: {list}{comma}")));
    }
    if rest.starts_with(['*', '&', '!']) {
        return Err("an anchor or an alias stands there".to_owned());
    }
    let line = &text[..at][text[..at].rfind('\n').map_or(0, |end| end + 1)..];
    if !line.bytes().all(|byte| byte == b' ') {
        return Err("the property begins in the middle of a line".to_owned());
    }
    Ok((at..at, format!("{key}: {list}\n{line}")))
}

fn start(node: &Spanned<Node>) -> Result<usize, String> {
    let offset = node.referenced.span().byte_offset();
    offset.map(|offset| offset as usize).ok_or_else(|| "its place is not known".to_owned())
}

/// From where to where a list of values goes: one in brackets, or lines that begin with a dash.
fn extent(text: &str, start: usize) -> Result<Range<usize>, String> {
    if text[start..].starts_with('[') {
        let end = closing(&text[start..]).ok_or("the list of values has no end")?;
        return Ok(start..start + end);
    }
    // Of a list as far to the left as its key, the parser tells where the first value is.
    let before = text[..start].trim_end_matches(' ');
    let start = match (text[start..].starts_with('-'), before.strip_suffix('-')) {
        (false, Some(before)) => before.len(),
        (false, None) => return Err("its enum is no plain list".to_owned()),
        (true, _) => start,
    };
    let column = start - text[..start].rfind('\n').map_or(0, |end| end + 1);
    let mut end = start;
    for (nth, line) in text[start..].split_inclusive('\n').enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let content = line.trim();
        let item = content == "-" || content.starts_with("- ");
        if nth > 0 && !content.is_empty() && (indent < column || (indent == column && !item)) {
            break;
        }
        if !content.is_empty() && !content.starts_with('#') {
            let before: usize = text[start..].split_inclusive('\n').take(nth).map(str::len).sum();
            end = start + before + line.trim_end().len();
        }
    }
    // The list may stand as far to the left as its key: in brackets it goes behind the key.
    let key = text[..start].trim_end();
    Ok(if key.ends_with(':') { key.len()..end } else { start..end })
}

/// Where a list in brackets ends.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), _) if c == open && !escaped => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        escaped = false;
    }
    None
}

/// Whether the fields have just these values, and nothing else has changed.
fn proven(before: &Contract, after: &Contract, allowed: &[Allowed]) -> Result<(), String> {
    if before.operations.len() != after.operations.len() {
        return Err("an operation would be lost".to_owned());
    }
    for (old, new) in before.operations.iter().zip(&after.operations) {
        if old.name != new.name || old.fields.len() != new.fields.len() {
            return Err(format!("{} would be another operation", old.name));
        }
        for (old_field, field) in old.fields.iter().zip(&new.fields) {
            let name = format!("{}: {}", new.name, field.name);
            match allowed.iter().find(|(known, _)| *known == field.name) {
                Some((_, values)) if !has_just(field, values) => {
                    return Err(format!("{name} would not have just the values of the server"));
                }
                None if old_field.kind != field.kind => return Err(format!("{name} would change too")),
                _ => {}
            }
        }
    }
    Ok(())
}

fn has_just(field: &Field, values: &[Value]) -> bool {
    let kind = if let Kind::List(kind) = &field.kind { kind } else { &field.kind };
    let Kind::Enum(known) = kind else { return false };
    known.iter().map(|value| value.value.clone()).eq(values.iter().map(crate::outcome::id_text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DOCUMENT: &str = r##"# My copy.
openapi: 3.1.0
info: {title: Ödünç, version: "1"}
components:
  schemas:
    State: # of a book
      type: string
      minLength: 1
paths:
  /books/{no}:
    put:
      operationId: change
      parameters: [{name: no, in: path, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                # What kind it is.
                kind: {type: string, x-label: {tr: Tür, en: Kind}} # short
                state: {$ref: "#/components/schemas/State"}
                shelf:
                  type: string
                  enum: # as of last year
                    - A
                    - "B: two"   # closed

                  x-label: {tr: Raf, en: Shelf}
                size:
                  enum:
                  - 1
                  - 2
                  type: integer
                more:
                  allOf: [{properties: {colour: {enum: [red, "gr]ey"], type: string}}}]
      responses: {}
"##;

    fn allowed(field: &str, values: Value) -> Allowed {
        (field.to_owned(), values.as_array().unwrap().clone())
    }

    fn changed(list: &[Allowed]) -> Vec<(String, String)> {
        let edited = with_values("t", DOCUMENT, list).unwrap();
        let (mut before, mut after) = (DOCUMENT.lines().collect::<Vec<_>>(), edited.lines().collect::<Vec<_>>());
        while !before.is_empty() && before.first() == after.first() {
            (before, after) = (before[1..].to_vec(), after[1..].to_vec());
        }
        while !before.is_empty() && before.last() == after.last() {
            before.pop();
            after.pop();
        }
        vec![(before.join("\n"), after.join("\n"))]
    }

    #[test]
    fn values_are_written_into_the_text_and_the_rest_of_it_stays() {
        assert_eq!(
            changed(&[allowed("kind", json!(["Çocuk", "no"]))])[0].1.trim(),
            r#"kind: {enum: ["Çocuk","no"], type: string, x-label: {tr: Tür, en: Kind}} # short"#
        );
        assert_eq!(
            changed(&[allowed("state", json!([1, "x"]))]),
            [(String::new(), "      enum: [\"1\",\"x\"]".to_owned())]
        );
    }

    #[test]
    fn values_take_the_place_of_others_however_those_are_written() {
        let shelf = with_values("t", DOCUMENT, &[allowed("shelf", json!(["C"]))]).unwrap();
        assert!(shelf.contains("enum: # as of last year\n                    [\"C\"]"), "{shelf}");
        assert!(shelf.contains("x-label: {tr: Raf, en: Shelf}"), "{shelf}");
        let size = with_values("t", DOCUMENT, &[allowed("size", json!([3]))]).unwrap();
        assert!(size.contains("enum: [3]\n                  type: integer"), "{size}");
        let colour = with_values("t", DOCUMENT, &[allowed("more.colour", json!(["blue"]))]).unwrap();
        assert!(colour.contains(r#"{colour: {enum: ["blue"], type: string}}"#), "{colour}");
    }

    #[test]
    fn several_fields_are_written_at_once_and_again_without_a_trace_of_the_first() {
        let all = [allowed("kind", json!(["a"])), allowed("state", json!(["b"])), allowed("shelf", json!(["c", "d"]))];
        let once = with_values("t", DOCUMENT, &all).unwrap();
        assert_eq!(with_values("t", &once, &all).unwrap(), once);
        let other = [allowed("state", json!(["z"]))];
        let again = with_values("t", &once, &other).unwrap();
        assert!(again.contains("enum: [\"z\"]\n      type: string") && !again.contains("\"b\""), "{again}");
    }

    #[test]
    fn json_stays_json() {
        let document = serde_json::to_string_pretty(&crate::contract::yaml::parse(DOCUMENT).unwrap()).unwrap();
        let edited =
            with_values("t", &document, &[allowed("kind", json!(["a"])), allowed("size", json!([3]))]).unwrap();
        assert!(serde_json::from_str::<Value>(&edited).is_ok(), "{edited}");
    }

    #[test]
    fn what_would_say_something_else_is_refused() {
        let shared = DOCUMENT.replace(
            "kind: {type: string, x-label: {tr: Tür, en: Kind}}",
            "kind: {$ref: \"#/components/schemas/State\"}",
        );
        let why = with_values("t", &shared, &[allowed("state", json!(["x"]))]).unwrap_err();
        assert!(why.message.en.contains("kind would change too"), "{why}");
        let anchored = DOCUMENT.replace("kind: {type: string", "kind: &k {type: string");
        let edited = with_values("t", &anchored, &[allowed("kind", json!(["x"]))]);
        assert!(edited.is_err() || edited.unwrap().contains("kind: &k {enum: [\"x\"], "));
        assert!(
            with_values("t", DOCUMENT, &[allowed("weight", json!(["x"]))]).unwrap_err().message.en.contains("weight")
        );
    }
}
