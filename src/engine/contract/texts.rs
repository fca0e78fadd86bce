//! Texts as a document writes them: in two languages, and in lists.

use serde_json::Value;

use crate::message::Text;

/// The text that `{tr: …, en: …}` says; one language stands for both.
pub fn words(value: Option<&Value>) -> Option<Text> {
    let value = value?;
    let get = |lang: &str| value.get(lang).and_then(Value::as_str);
    let any = get("en").or_else(|| get("tr"))?;
    Some(Text { tr: get("tr").unwrap_or(any).to_owned(), en: get("en").unwrap_or(any).to_owned() })
}

/// The texts of a list; numbers as they are written.
pub fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array);
    list.into_iter().flatten().map(crate::outcome::id_text).collect()
}
