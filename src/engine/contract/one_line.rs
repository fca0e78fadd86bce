//! Makes a contract's words fit for sentences, and a sentence is one line. Names with control characters are refused; in
//! titles, labels and explanations a line end becomes a blank.

use serde_json::Value;

/// The keys whose texts people read.
const WORDS: [&str; 8] = ["title", "summary", "description", "tr", "en", "operationId", "url", "name"];

/// Makes every text that people read one line.
///
/// # Errors
/// A name that holds a control character.
pub(super) fn one_line(document: &mut Value) -> Result<(), String> {
    match document {
        Value::Object(map) => {
            for (key, value) in map {
                if key.chars().any(char::is_control) {
                    return Err(format!("the name {:?} holds a control character", crate::message::shown(key)));
                }
                match value {
                    Value::String(text) if WORDS.contains(&key.as_str()) && text.contains(char::is_control) => {
                        *text =
                            text.split(char::is_control).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
                    }
                    _ => one_line(value)?,
                }
            }
            Ok(())
        }
        Value::Array(list) => list.iter_mut().try_for_each(one_line),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_stand_in_one_line_and_values_stay_as_they_are() {
        let mut document =
            json!({"title": "a\r\nb\u{1b}[2J", "x": [{"tr": "bir\niki"}], "pattern": "\n", "enum": ["a\nb"]});
        one_line(&mut document).unwrap();
        let expected = json!({"title": "a b [2J", "x": [{"tr": "bir iki"}], "pattern": "\n", "enum": ["a\nb"]});
        assert_eq!(document, expected);
    }

    #[test]
    fn a_name_with_a_control_character_is_refused() {
        let why = one_line(&mut json!({"paths": {"/a\nb": {}}})).unwrap_err();
        assert!(why.contains("control character") && !why.contains('\n'), "{why}");
    }
}
