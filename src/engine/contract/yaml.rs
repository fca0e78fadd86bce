//! YAML 1.2, as contracts and scripts are written in it.

use serde_json::Value;

/// YAML 1.2 as people write it: `no` is a word, `007` is a text, a key stands once.
///
/// # Errors
/// The place in the YAML, and what is wrong there.
pub fn parse(yaml: &str) -> Result<Value, String> {
    serde_saphyr::from_str_with_options(yaml, options()).map_err(|error| in_a_line(&error.to_string()))
}

pub(super) fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
    }
}

/// The parser draws the place below its sentence; a message has room for the sentence.
fn in_a_line(error: &str) -> String {
    let first = error.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    match first.split_once(": budget breached") {
        Some((place, _)) => format!("{place}: it is too large once its aliases are written out"),
        None => first.to_owned(),
    }
}
