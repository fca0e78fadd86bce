//! JSON that cannot steer a terminal. It escapes the same characters as [`one_line`](super::one_line), as `\u202e`; a
//! parser reads the same text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::is_unsafe;

/// A value as one line of JSON.
pub fn json_line(value: &impl Serialize) -> String {
    let mut line = Vec::new();
    // Writing to memory does not fail, and what is told has text for keys.
    let _ = write_json(&mut line, value);
    String::from_utf8(line).unwrap_or_default()
}

/// Writes a value as JSON, without a line end.
///
/// # Errors
/// As the writer.
pub fn write_json(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Harmless)).map_err(io::Error::from)
}

/// Compact JSON; the library itself escapes only what JSON has to.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        // Most texts are plain ASCII, and the library has escaped their control characters except DEL.
        if text.bytes().all(|byte| byte.is_ascii() && byte != 0x7f) {
            return out.write_all(text.as_bytes());
        }
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn json_holds_no_raw_character_that_steers_and_says_the_same() {
        let evil = "Ayşe\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{2028}\n\"\\\u{e0041}\u{feff}👍";
        let value = json!({ evil: [evil, 1.5, null] });
        let line = json_line(&value);
        assert!(!line.chars().any(is_unsafe), "{line:?}");
        assert!(line.contains("\\u202e") && line.contains("\\udb40\\udc41") && line.contains("Ayşe"), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        assert_eq!(json_line(&json!({"a": "b"})), r#"{"a":"b"}"#);
    }
}
