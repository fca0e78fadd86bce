//! The allowed values of a field, as they stand in a server's answer.

use std::collections::HashSet;

use serde_json::Value;

use crate::outcome::id_text;

/// Values, each once, in the order of the answer.
#[derive(Debug, Default)]
pub struct Values {
    list: Vec<Value>,
    seen: HashSet<String>,
}

impl Values {
    /// Takes what stands at a JSON pointer, in which `*` is each item of a list. What is no text, number or boolean
    /// is no value.
    pub fn take(&mut self, body: &Value, pointer: &str) {
        let mut here = vec![body];
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            here = here
                .into_iter()
                .flat_map(|value| match (name.as_str(), value) {
                    ("*", Value::Array(items)) => items.iter().collect(),
                    ("*", Value::Object(properties)) => properties.values().collect(),
                    (name, Value::Array(items)) => {
                        name.parse().ok().and_then(|at: usize| items.get(at)).into_iter().collect()
                    }
                    (name, value) => value.get(name).into_iter().collect::<Vec<_>>(),
                })
                .collect();
        }
        for value in here {
            let text = id_text(value);
            let is_value =
                matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)) && !text.trim().is_empty();
            if is_value && self.seen.insert(text) {
                self.list.push(value.clone());
            }
        }
    }

    /// The values, each once, in the order in which they were first seen.
    pub fn into_list(self) -> Vec<Value> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_taken_once_in_their_order_and_only_what_is_a_value() {
        let body = json!({"list": [{"a": "x", "in": [{"b/c": 1}, {"b/c": 2}]}, {"a": ""}, {"a": null}, {"a": "w"}, {"a": "x"}]});
        let of = |pointer: &str| {
            let mut values = Values::default();
            values.take(&body, pointer);
            values.into_list()
        };
        assert_eq!(of("/list/*/a"), [json!("x"), json!("w")]);
        assert_eq!(of("/list/0/in/*/b~1c"), [json!(1), json!(2)]);
        assert!(of("/list/*/no").is_empty() && of("/list").is_empty());
    }
}
