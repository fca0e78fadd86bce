//! Keeps secrets out of what people read: a server may repeat in an error what it was sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// A shorter text is part of too many words to be taken out of a sentence.
const SHORTEST: usize = 8;

/// All texts of a run that nobody may see: secrets, tokens, and the forms in which they travel.
#[derive(Debug, Clone, Default)]
pub struct Mask(Vec<SecretString>);

impl Mask {
    /// Adds a text, and the form that it has in an address.
    pub fn add(&mut self, text: &str) {
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for form in [text, &encoded] {
            if !form.is_empty() && !self.0.iter().any(|known| known.expose_secret() == form) {
                self.0.push(form.to_owned().into());
            }
        }
    }

    /// Whether one of the texts stands in these words.
    pub fn finds_in(&self, words: &str) -> bool {
        self.0.iter().any(|text| words.contains(text.expose_secret()))
    }

    /// These words with `***` in place of each of the texts, or nothing if they hold none of them.
    pub fn over(&self, words: &str) -> Option<String> {
        let long = |text: &&SecretString| text.expose_secret().len() >= SHORTEST;
        let mut masked = None;
        for text in self.0.iter().filter(long).map(ExposeSecret::expose_secret) {
            let so_far = masked.as_deref().unwrap_or(words);
            if so_far.contains(text) {
                masked = Some(so_far.replace(text, "***"));
            }
        }
        masked
    }
}

impl Mask {
    /// The same of every text in a value, and of a number that is one of the texts.
    pub fn cover(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(masked) = self.over(text) {
                    *text = masked;
                }
            }
            Value::Number(number) => {
                if let Some(masked) = self.over(&number.to_string()) {
                    *value = Value::String(masked);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.cover(value)),
            Value::Object(values) => values.values_mut().for_each(|value| self.cover(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// What stands after `Basic` (RFC 7617).
pub fn basic(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_found_and_masked_in_each_form_in_which_it_travels() {
        let mut mask = Mask::default();
        mask.add("s€cret value");
        mask.add("s€cret value");
        assert!(mask.finds_in("no such key: s%E2%82%ACcret+value") && mask.finds_in("s€cret value?"));
        assert!(!mask.finds_in("no such key"));
        assert_eq!(mask.over("no such key: s%E2%82%ACcret+value").unwrap(), "no such key: ***");
        assert_eq!(mask.over("no such key"), None);
    }

    #[test]
    fn a_secret_is_masked_wherever_it_stands_in_a_value() {
        let mut mask = Mask::default();
        mask.add("tok-12345678");
        mask.add("987654321");
        let mut value =
            json!({"id": ["tok-12345678", "A-7", 987_654_321, 7], "of": {"token": "see tok-12345678!"}, "no": null});
        mask.cover(&mut value);
        assert_eq!(value, json!({"id": ["***", "A-7", "***", 7], "of": {"token": "see ***!"}, "no": null}));
    }

    #[test]
    fn a_short_secret_is_found_and_does_not_spoil_sentences() {
        let mut mask = Mask::default();
        mask.add("a");
        assert!(mask.finds_in("all that is said"));
        assert_eq!(mask.over("all that is said"), None);
    }
}
