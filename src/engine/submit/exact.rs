//! JSON whose numbers keep their digits: what a number of 64 bits does not hold exactly is a text.
//!
//! An id is a name. `1234567890123456789012345` read as a number is another one, and `1.2345678901234568e24` names nothing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Error, Map, Value};

/// Digits in succession that every number keeps.
const KEPT: usize = 15;

/// Reads JSON; a byte-order mark before it is no part of it (RFC 8259, 8.1).
///
/// # Errors
/// What is none.
pub fn parse(body: &[u8]) -> Result<Value, Error> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let plain = serde_json::from_slice(body)?;
    Ok(if may_lose(body) {
        serde_json::from_slice(body).and_then(|raw: &RawValue| exact(raw)).unwrap_or(plain)
    } else {
        plain
    })
}

/// Whether there is a number, or a text that looks like one, of more digits than every number keeps.
fn may_lose(body: &[u8]) -> bool {
    let mut digits = 0;
    body.iter().any(|byte| {
        digits = if byte.is_ascii_digit() || (digits > 0 && *byte == b'.') { digits + 1 } else { 0 };
        digits > KEPT
    })
}

fn exact(raw: &RawValue) -> Result<Value, Error> {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let fields: Fields = serde_json::from_str(text)?;
            let exact = |(name, raw): (String, &RawValue)| Ok((name, exact(raw)?));
            Ok(Value::Object(fields.0.into_iter().map(exact).collect::<Result<Map<_, _>, Error>>()?))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            items.into_iter().map(exact).collect::<Result<_, _>>().map(Value::Array)
        }
        Some(b'-' | b'0'..=b'9') => {
            let number: Value = serde_json::from_str(text)?;
            let digits = number.to_string();
            Ok(if digits == text || !may_lose(text.as_bytes()) { number } else { Value::from(text) })
        }
        _ => serde_json::from_str(text),
    }
}

/// The fields of an object, in their order, as they are written.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_keeps_every_digit_that_was_sent() {
        let parsed = |text: &str| parse(text.as_bytes()).unwrap();
        for digits in
            ["1234567890123456789012345", "-98765432109876543210", "0.12345678901234567890", "18446744073709551616"]
        {
            let body = format!(r#"{{"b": 1, "data": [{{"id": {digits}}}], "a": 1.50}}"#);
            assert_eq!(parsed(&body), json!({"b": 1, "data": [{"id": digits}], "a": 1.5}), "{digits}");
            assert_eq!(parsed(&body).to_string().find("\"b\""), Some(1), "fields stay in their order");
        }
        assert_eq!(parsed("18446744073709551615"), json!(u64::MAX));
        assert_eq!(parsed("-9223372036854775808"), json!(i64::MIN));
        assert_eq!(
            parsed(r#"{"id": "12345678901234567890", "n": 12}"#),
            json!({"id": "12345678901234567890", "n": 12})
        );
        assert_eq!(parsed("\u{feff}{\"id\": 7}"), json!({"id": 7}));
        assert!(parse(b"{\"id\": 12345678901234567890123").is_err());
    }
}
