//! Follows `$ref`s within a document. Nothing else follows them, and nothing is ever fetched.

use serde_json::Value;

/// How many `$ref`s may lead from one to the next.
const LONGEST_CHAIN: usize = 32;

/// A place in a document: its JSON pointer and what stands there.
#[derive(Debug, Clone)]
pub struct At<'d> {
    pub pointer: String,
    pub value: &'d Value,
}

/// A document whose `$ref`s can be followed.
#[derive(Clone, Copy)]
pub struct Refs<'d>(pub &'d Value);

impl<'d> Refs<'d> {
    /// What stands at a pointer, its `$ref`s followed.
    ///
    /// # Errors
    /// Nothing stands there, or its `$ref`s go in a circle.
    pub fn at(self, pointer: &str) -> Result<At<'d>, String> {
        let mut pointer = pointer.to_owned();
        for _ in 0..LONGEST_CHAIN {
            let value = self.0.pointer(&pointer).ok_or_else(|| format!("{pointer} leads nowhere"))?;
            match value.get("$ref").and_then(Value::as_str) {
                None => return Ok(At { pointer, value }),
                Some(target) => {
                    pointer = self.local(target).map_err(|why| format!("{pointer}: {why}"))?;
                }
            }
        }
        Err(format!("{pointer}: its $refs go in a circle"))
    }

    /// What stands below a place, by names and numbers.
    ///
    /// # Errors
    /// As [`Refs::at`].
    pub fn below(self, place: &At, path: &[&str]) -> Result<At<'d>, String> {
        let escaped = path.iter().fold(String::new(), |text, name| text + "/" + &escape(name));
        self.at(&format!("{}{escaped}", place.pointer))
    }

    fn local(self, target: &str) -> Result<String, String> {
        let pointer = target.strip_prefix('#').ok_or_else(|| outside(target))?;
        let pointer = percent_decoded(pointer);
        if self.0.pointer(&pointer).is_some() { Ok(pointer) } else { Err(format!("$ref {target:?} leads nowhere")) }
    }

    /// Sees that no `$ref` leads out of the document.
    ///
    /// # Errors
    /// The first that does, with its place.
    pub fn stay_inside(self) -> Result<(), String> {
        search(self.0, &mut String::new())
    }
}

fn outside(target: &str) -> String {
    format!("$ref {target:?} leads out of the document; copy what it names into components and write #/components/…")
}

fn search(value: &Value, place: &mut String) -> Result<(), String> {
    let length = place.len();
    let inside = |name: &str, value: &Value, place: &mut String| {
        place.push('/');
        place.push_str(&escape(name));
        let found = search(value, place);
        place.truncate(length);
        found
    };
    match value {
        Value::Object(map) => {
            match map.get("$ref").and_then(Value::as_str) {
                Some(target) if !target.starts_with('#') => return Err(format!("{place}: {}", outside(target))),
                _ => {}
            }
            map.iter().try_for_each(|(name, value)| inside(name, value, place))
        }
        Value::Array(list) => list.iter().enumerate().try_for_each(|(at, value)| inside(&at.to_string(), value, place)),
        _ => Ok(()),
    }
}

/// A name as a step of a JSON pointer (RFC 6901).
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A step of a JSON pointer as the name that it stands for.
pub fn unescape(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

/// A `$ref` is a URI: `{` in a path stands as `%7B` in it.
fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_chain_is_followed_and_a_circle_is_told() {
        let document = json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/c~1d"}, "c/d": 7, "x": {"$ref": "#/y"}, "y": {"$ref": "#/x"}});
        let refs = Refs(&document);
        let found = refs.at("/a").unwrap();
        assert_eq!((found.pointer.as_str(), found.value), ("/c~1d", &json!(7)));
        assert!(refs.at("/x").unwrap_err().contains("circle"));
        assert!(refs.at("/nowhere").unwrap_err().contains("/nowhere"));
    }

    #[test]
    fn a_reference_to_elsewhere_is_refused_with_its_place() {
        let document = json!({"paths": {"/a": {"schema": {"$ref": "https://example.com/x.json#/A"}}}});
        let why = Refs(&document).stay_inside().unwrap_err();
        assert!(why.contains("/paths/~1a/schema") && why.contains("example.com"), "{why}");
    }
}
