//! Sentences for people, in Turkish and in English.
//!
//! Both sentences stand side by side where they are written: [`text!`](crate::text) makes a [`Text`] with both, and
//! [`say!`](crate::say) a `String` in one language. Neither compiles with one language alone.
//!
//! [`shown`] shortens and escapes somebody else's words (cells, servers, names) for a sentence. A terminal gets every
//! sentence through [`one_line`] and all JSON through [`json_line`].

mod json;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use json::{json_line, write_json};

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Turkish.
    Tr,
    /// English.
    En,
}

impl Lang {
    /// From a language tag or a POSIX locale (`tr`, `tr-TR`, `tr_TR.UTF-8`); anything but Turkish is English.
    pub fn from_tag(tag: &str) -> Self {
        let language = tag.split(['-', '_', '.']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("tr") { Self::Tr } else { Self::En }
    }
}

/// One sentence in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// In Turkish.
    pub tr: String,
    /// In English.
    pub en: String,
}

impl Text {
    /// The same words in both languages: names, codes, other people's sentences.
    pub fn same(words: impl Into<String>) -> Self {
        let en = words.into();
        Self { tr: en.clone(), en }
    }

    /// The sentence in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Tr => &self.tr,
            Lang::En => &self.en,
        }
    }

    /// The sentence in one language, taken out.
    pub fn into_string(self, lang: Lang) -> String {
        match lang {
            Lang::Tr => self.tr,
            Lang::En => self.en,
        }
    }

    /// This sentence with `{value}` replaced by what was found in the cell.
    pub fn with_value(&self, value: &str) -> Self {
        Self { tr: self.tr.replace("{value}", value), en: self.en.replace("{value}", value) }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// A [`Text`] from two format strings: `text!("{n} satır", "{n} rows")`.
#[macro_export]
macro_rules! text {
    ($tr:literal, $en:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::message::Text { tr: format!($tr $(, $name = $value)*), en: format!($en $(, $name = $value)*) }
    };
}

/// A `String` in the given language: `say!(lang, "{n} satır", "{n} rows")`.
#[macro_export]
macro_rules! say {
    ($lang:expr, $tr:literal, $en:literal $(, $name:ident = $value:expr)* $(,)?) => {
        match $lang {
            $crate::message::Lang::Tr => format!($tr $(, $name = $value)*),
            $crate::message::Lang::En => format!($en $(, $name = $value)*),
        }
    };
}

/// The longest piece of somebody else's words that a message repeats, in characters.
const LONGEST_QUOTE: usize = 500;

/// Somebody else's words made fit for a terminal or a log line: control characters, line
/// separators and marks that turn the writing direction become `\u{…}`, and what is longer than
/// 500 characters ends in `…`.
pub fn shown(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for (count, c) in words.chars().enumerate() {
        if count == LONGEST_QUOTE {
            out.push('…');
            break;
        }
        if is_unsafe(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The door to a terminal: words as one line that steers nothing, of any length. A line end becomes `\u{a}` too, so
/// that no name can begin a line of its own. Several lines go out one by one.
pub fn one_line(words: &str) -> Cow<'_, str> {
    escaped(words, is_unsafe)
}

/// Somebody else's words for a cell of a result, which may hold several lines: all that [`one_line`] escapes, but for
/// line feeds and tabs.
pub fn harmless(words: &str) -> Cow<'_, str> {
    escaped(words, |c| is_unsafe(c) && !matches!(c, '\n' | '\t'))
}

fn escaped(words: &str, is_out: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !words.contains(&is_out) {
        return Cow::Borrowed(words);
    }
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        if is_out(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Control characters, ends of lines and paragraphs, marks and overrides of the writing direction, and the invisible
/// characters by which a text says another thing than it shows.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A count with its thousands apart: `1.000.000` in Turkish, `1,000,000` in English.
pub fn grouped(count: u64, lang: Lang) -> String {
    let separator = match lang {
        Lang::Tr => '.',
        Lang::En => ',',
    };
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_an_escape_or_a_direction_mark() {
        assert_eq!(shown("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
        assert_eq!(shown(&"x".repeat(600)).chars().count(), 501);
        assert_eq!(harmless("a\u{9b}b\nc"), "a\\u{9b}b\nc");
        assert_eq!(one_line("a\tb\nc\u{e0041}"), "a\\u{9}b\\u{a}c\\u{e0041}");
        // What went through a door once goes through it as it is.
        let long = format!("{}\u{7}", "ş".repeat(600));
        assert_eq!(one_line(&one_line(&long)), one_line(&long));
        assert!(matches!(one_line("Ayşe 👩‍🔧 — 12\""), Cow::Borrowed(_)));
    }

    #[test]
    fn thousands_stand_apart_as_each_language_writes_them() {
        assert_eq!(grouped(1_000_000, Lang::Tr), "1.000.000");
        assert_eq!(grouped(12_345, Lang::En), "12,345");
        assert_eq!(grouped(0, Lang::En), "0");
    }
}
