//! A page for people where an API was asked: a portal, a firewall, a login page.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::outcome::Answer;

/// Bytes that are looked at; a page says early what it is.
const HEAD: usize = 4 * 1024;

/// With one of these a page begins, after comments and declarations.
const TAGS: [&str; 13] =
    ["html", "head", "body", "script", "style", "title", "meta", "link", "noscript", "iframe", "form", "div", "center"];

/// Whether it is a page: by its type, or by how it begins where its type is not told or another; JSON is the API's own,
/// whatever it is called.
pub fn is_page(answer: &Answer) -> bool {
    let head = head_of(&answer.body);
    let text = begin_of(&head);
    match answer.content_type.as_deref() {
        _ if text.starts_with(['{', '[']) => false,
        Some("text/html" | "application/xhtml+xml") => true,
        _ => is_html(text),
    }
}

/// Whether it is a page or anything else in angle brackets: no answer of an API that speaks JSON.
pub fn is_markup(answer: &Answer) -> bool {
    is_page(answer) || begin_of(&head_of(&answer.body)).starts_with('<')
}

/// How a body begins, as text.
fn head_of(body: &[u8]) -> Cow<'_, str> {
    let head = &body[..body.len().min(HEAD)];
    match head {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => UTF_16LE.decode(head).0,
        [0xfe, 0xff, ..] | [0, b'<', ..] => UTF_16BE.decode(head).0,
        _ => String::from_utf8_lossy(head),
    }
}

/// Without what is not seen: a byte-order mark, blanks.
fn begin_of(head: &str) -> &str {
    head.trim_start_matches(|char: char| char.is_whitespace() || matches!(char, '\u{feff}' | '\0'))
}

/// Past comments and declarations, the first tag is one of a page.
fn is_html(mut text: &str) -> bool {
    loop {
        let Some(inner) = text.strip_prefix('<') else { return false };
        if let Some(comment) = inner.strip_prefix("!--") {
            // A comment that is longer than what is looked at: an API sends none.
            let Some((_, rest)) = comment.split_once("-->") else { return true };
            text = begin_of(rest);
        } else if inner.starts_with('?') {
            let Some((_, rest)) = inner.split_once("?>") else { return false };
            text = begin_of(rest);
        } else if inner.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("!doctype")) {
            return inner[8..].trim_start().get(..4).is_some_and(|name| name.eq_ignore_ascii_case("html"));
        } else {
            let name = inner.split(|char: char| !char.is_ascii_alphanumeric()).next().unwrap_or_default();
            return TAGS.iter().any(|tag| name.eq_ignore_ascii_case(tag));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Answer {
        let content_type = content_type.map(str::to_owned);
        Answer { status: 200, content_type, body: body.into(), ..Answer::default() }
    }

    fn utf_16(text: &str, mark: bool, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = if mark { Some(0xfeff) } else { None };
        mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    }

    #[test]
    fn a_page_is_a_page_however_it_begins() {
        let page = "<html><body>Giriş</body></html>";
        let mut bodies: Vec<Vec<u8>> = [
            "<!DOCTYPE html><p>",
            "\r\n <HTML lang='tr'>",
            "\u{feff}<html>",
            "<!-- portal --> <!-- v2 -->\n<html>",
            "<!-- a comment without an end",
            "<script>location='/login'</script>",
            "<?xml version='1.0'?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\"><html>",
            "<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'>",
            "<meta http-equiv=refresh content='0;url=/login'>",
        ]
        .map(Vec::from)
        .into();
        for mark in [true, false] {
            bodies.push(utf_16(page, mark, u16::to_le_bytes));
            bodies.push(utf_16(page, mark, u16::to_be_bytes));
        }
        for body in bodies {
            for content_type in [None, Some("text/plain"), Some("application/json"), Some("application/xml")] {
                let answer = answer(content_type, body.clone());
                assert!(is_page(&answer) && is_markup(&answer), "{content_type:?}: {answer:?}");
            }
        }
        assert!(is_page(&answer(Some("text/html"), "")));
    }

    #[test]
    fn json_is_no_page_and_neither_is_an_error_in_xml() {
        for body in ["{\"id\": 7}", " [1]", "\u{feff}{\"id\": 7}"] {
            assert!(!is_page(&answer(Some("text/html"), body)) && !is_markup(&answer(None, body)), "{body}");
        }
        for body in
            ["<error><code>E1</code></error>", "<?xml version='1.0'?><Fault/>", "<!DOCTYPE note SYSTEM 'n.dtd'>"]
        {
            let answer = answer(Some("application/xml"), body);
            assert!(!is_page(&answer) && is_markup(&answer), "{body}");
        }
        for body in ["", "ok", "no <html> here"] {
            assert!(!is_markup(&answer(None, body)), "{body}");
        }
    }
}
