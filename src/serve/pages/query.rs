//! Addresses with a query: what a filter, a page of rows or an editor adds to it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All that may not stand as it is in a value.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// A value as a query may carry it.
pub(super) fn value(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// The address without one of its parameters.
pub(super) fn without(address: &str, name: &str) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let is_it = |pair: &&str| pair.split('=').next() != Some(name);
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).filter(is_it).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// The address with one parameter set to a value.
pub(super) fn with(address: &str, name: &str, text: &str) -> String {
    let rest = without(address, name);
    let joint = if rest.contains('?') { '&' } else { '?' };
    format!("{rest}{joint}{name}={}", value(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_set_once_and_taken_away() {
        assert_eq!(with("/runs/a/check", "only", "invalid"), "/runs/a/check?only=invalid");
        assert_eq!(
            with("/runs/a/check?only=all&after=3", "only", "problem:x y"),
            "/runs/a/check?after=3&only=problem:x%20y"
        );
        assert_eq!(without("/x?edit=19.A&only=all", "edit"), "/x?only=all");
        assert_eq!(without("/x?edit=19.A", "edit"), "/x");
        assert_eq!(value("Ş&=#\"<"), "%C5%9E%26%3D%23%22%3C");
    }
}
