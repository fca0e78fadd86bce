//! The answers that a document describes for an operation: their schemas, whether a pointer meets something in them, and
//! where the id is likely to be.

use serde_json::{Map, Value};

use super::operation::IdForm;
use super::refs::{At, Refs, escape, unescape};
use crate::fold::fold;

/// The answers that a document describes for an operation.
pub struct Answers<'d> {
    pub refs: Refs<'d>,
    pub good: Option<At<'d>>,
    pub bad: Option<At<'d>>,
}

impl<'d> Answers<'d> {
    /// Those of the operation at this place of the document.
    ///
    /// # Errors
    /// A `$ref` that leads nowhere.
    pub fn of(refs: Refs<'d>, spec: &Value, at: &str) -> Result<Self, String> {
        Ok(Self { refs, good: answer(refs, spec, at, '2')?, bad: answer(refs, spec, at, '4')? })
    }

    /// Whether a pointer meets something in the good answer; `key` names it.
    ///
    /// # Errors
    /// The pointer cannot be parsed, or the answer has nothing there.
    pub fn good(&self, pointer: &str, key: &str) -> Result<(), String> {
        self.met(self.good.as_ref(), pointer, key, "good answer")
    }

    /// The same in the error answer; no pointer meets no objection.
    ///
    /// # Errors
    /// As [`good`](Self::good).
    pub fn bad(&self, pointer: Option<&str>, key: &str) -> Result<(), String> {
        pointer.map_or(Ok(()), |pointer| self.met(self.bad.as_ref(), pointer, &format!("error.{key}"), "error answer"))
    }

    fn met(&self, answer: Option<&At>, pointer: &str, key: &str, what: &str) -> Result<(), String> {
        if !pointer.starts_with('/') {
            return Err(format!("x-caseload.{key} {pointer:?} is no JSON pointer; it begins with /"));
        }
        let Some(answer) = answer else { return Ok(()) };
        match meets(self.refs, answer, pointer)? {
            Met::Yes(_) | Met::Maybe => Ok(()),
            Met::No => Err(format!("x-caseload.{key} {pointer:?} meets nothing in the schema of the {what}")),
        }
    }
}

/// The schema of the first JSON answer whose status begins with a digit; for `4` the default answer will do.
pub fn answer<'d>(refs: Refs<'d>, spec: &Value, at: &str, digit: char) -> Result<Option<At<'d>>, String> {
    let statuses = spec["responses"].as_object().map(|map| map.keys().collect::<Vec<_>>()).unwrap_or_default();
    let fits = |status: &&&String| status.starts_with(digit) || (digit == '4' && status.as_str() == "default");
    for status in statuses.iter().filter(fits) {
        let response = refs.at(&format!("{at}/responses/{status}"))?;
        let contents = response.value["content"].as_object();
        let media = contents.into_iter().flat_map(Map::keys).find(|media| media.contains("json") || *media == "*/*");
        if let Some(media) = media.filter(|media| response.value["content"][media.as_str()].get("schema").is_some()) {
            return refs.below(&response, &["content", media, "schema"]).map(Some);
        }
    }
    Ok(None)
}

/// Whether a pointer leads to something.
pub enum Met<'d> {
    Yes(At<'d>),
    /// The schema leaves open what stands there.
    Maybe,
    No,
}

/// Follows a pointer through a schema. `*` stands for each item of a list.
///
/// # Errors
/// A `$ref` that leads nowhere.
pub fn meets<'d>(refs: Refs<'d>, schema: &At<'d>, pointer: &str) -> Result<Met<'d>, String> {
    let mut here = schema.clone();
    for step in pointer.split('/').skip(1) {
        match step_down(refs, &here, &unescape(step), 0)? {
            Met::Yes(next) => here = next,
            other => return Ok(other),
        }
    }
    Ok(Met::Yes(here))
}

fn step_down<'d>(refs: Refs<'d>, schema: &At<'d>, name: &str, depth: usize) -> Result<Met<'d>, String> {
    let value = schema.value;
    if depth > 16 {
        return Ok(Met::Maybe);
    }
    if value["properties"].get(name).is_some() {
        return refs.below(schema, &["properties", name]).map(Met::Yes);
    }
    if value.get("items").is_some() && (name == "*" || name.parse::<usize>().is_ok()) {
        return refs.below(schema, &["items"]).map(Met::Yes);
    }
    let mut open = value.get("additionalProperties").is_some_and(|more| *more != false);
    let mut says = value.get("properties").is_some() || value.get("items").is_some();
    for key in ["allOf", "oneOf", "anyOf"] {
        for index in 0..value[key].as_array().map_or(0, Vec::len) {
            says = true;
            match step_down(refs, &refs.below(schema, &[key, &index.to_string()])?, name, depth + 1)? {
                Met::Yes(found) => return Ok(Met::Yes(found)),
                Met::Maybe => open = true,
                Met::No => {}
            }
        }
    }
    let simple = matches!(value["type"].as_str(), Some("string" | "integer" | "number" | "boolean"));
    Ok(if open || (!says && !simple) { Met::Maybe } else { Met::No })
}

/// Where the id of what was made stands, by the names in the form of a good answer: `id` before
/// `loanId` before `number`, above before below.
///
/// # Errors
/// As [`meets`].
pub fn guess(answers: &Answers, path: &str) -> Result<Option<IdForm>, String> {
    let Some(good) = &answers.good else { return Ok(None) };
    let noun = fold(path.rsplit('/').find(|part| !part.starts_with('{')).unwrap_or_default());
    let mut found = Vec::new();
    candidates(answers.refs, good, "", 0, &mut found)?;
    let rank = |name: &str| {
        let key = fold(name);
        let stem = key.strip_suffix("id").unwrap_or_default();
        match key.as_str() {
            "id" => Some(0),
            _ if !stem.is_empty() && noun.starts_with(stem) => Some(1),
            "uuid" | "guid" => Some(2),
            _ if name.ends_with("Id") || name.ends_with("ID") || name.ends_with("_id") || name.ends_with("-id") => {
                Some(3)
            }
            "number" | "no" | "reference" | "ref" | "code" => Some(4),
            _ => None,
        }
    };
    let best = found
        .into_iter()
        .filter_map(|(depth, pointer, name)| Some((rank(&name)?, depth, pointer, name)))
        .min_by_key(|c| (c.0, c.1));
    Ok(best.map(|(_, _, pointer, name)| IdForm { pointer, name, guessed: true }))
}

fn candidates(
    refs: Refs,
    schema: &At,
    at: &str,
    depth: usize,
    found: &mut Vec<(usize, String, String)>,
) -> Result<(), String> {
    for name in schema.value["properties"].as_object().into_iter().flat_map(|map| map.keys()) {
        let property = refs.below(schema, &["properties", name])?;
        let pointer = format!("{at}/{}", escape(name));
        let types = property.value["type"].as_str().or_else(|| property.value["type"][0].as_str());
        match types {
            Some("string" | "integer") => found.push((depth, pointer, name.clone())),
            Some("array" | "number" | "boolean") => {}
            _ if depth < 2 => candidates(refs, &property, &pointer, depth + 1, found)?,
            _ => {}
        }
    }
    for index in 0..schema.value["allOf"].as_array().map_or(0, Vec::len) {
        if depth < 8 {
            candidates(refs, &refs.below(schema, &["allOf", &index.to_string()])?, at, depth + 1, found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn guessed(schema: Value, path: &str) -> Option<String> {
        let document = json!({"s": schema});
        let refs = Refs(&document);
        let answers = Answers { refs, good: refs.at("/s").ok(), bad: None };
        guess(&answers, path).unwrap().map(|id| id.pointer)
    }

    #[test]
    fn the_id_is_guessed_by_its_name_and_by_what_the_path_makes() {
        let schema = json!({"properties": {"memberId": {"type": "integer"}, "loanId": {"type": "string"}, "title": {"type": "string"}}});
        assert_eq!(guessed(schema, "/v1/loans"), Some("/loanId".into()));
        let deep =
            json!({"properties": {"status": {"type": "string"}, "data": {"properties": {"id": {"type": "integer"}}}}});
        assert_eq!(guessed(deep, "/things"), Some("/data/id".into()));
        assert_eq!(
            guessed(json!({"properties": {"ok": {"type": "boolean"}, "paid": {"type": "string"}}}), "/things"),
            None
        );
    }

    #[test]
    fn a_pointer_that_meets_nothing_is_told_from_one_that_may() {
        let document = json!({"s": {"properties": {"data": {"items": {"properties": {"id": {"type": "string"}}}}, "open": {"type": "object"}}}});
        let met = |pointer: &str| match meets(Refs(&document), &Refs(&document).at("/s").unwrap(), pointer).unwrap() {
            Met::Yes(_) => "yes",
            Met::Maybe => "maybe",
            Met::No => "no",
        };
        assert_eq!((met("/data/*/id"), met("/data/0/no"), met("/open/x/y"), met("/id")), ("yes", "no", "maybe", "no"));
    }
}
