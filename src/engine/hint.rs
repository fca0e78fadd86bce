//! Commands that a message tells a person to run, as they have to be typed: with the flags by which they mean the
//! ledger and the settings in hand, and with what a shell would take apart in quotes.

use std::borrow::Cow;
use std::ffi::OsStr;

/// `caseload` with these words, and then the flags by which the caller's ledger and settings are meant.
pub fn command(words: &[&str], flags: &str) -> String {
    let words = words.iter().map(|word| quoted(OsStr::new(word)));
    let line = words.fold("caseload".to_owned(), |line, word| line + " " + &word);
    line + flags
}

/// A word as a shell takes it for one. In quotes of the form `$'…'`, which bash, zsh and ksh know, where it has
/// characters that a terminal must not get.
pub fn quoted(word: &OsStr) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,{}".contains(c);
    let text = word.to_string_lossy();
    let starts_plain = |text: &str| !text.starts_with('=') && !text.is_empty();
    if word.to_str().is_some() && starts_plain(&text) && text.chars().all(|c| is_plain(c) && !"{},".contains(c)) {
        return text;
    }
    if cfg!(windows) {
        return format!("\"{text}\"").into();
    }
    if word.to_str().is_some() && crate::message::one_line(&text) == text {
        return format!("'{}'", text.replace('\'', r"'\''")).into();
    }
    let escaped = word.as_encoded_bytes().iter().fold(String::new(), |out, &byte| match byte {
        b'\\' | b'\'' => out + "\\" + char::from(byte).encode_utf8(&mut [0; 4]),
        b' '..=b'~' => out + char::from(byte).encode_utf8(&mut [0; 4]),
        _ => out + &format!("\\x{byte:02x}"),
    });
    format!("$'{escaped}'").into()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;
    use std::process::Command;

    /// What a shell makes of a word.
    fn heard(shell: &str, word: &OsStr) -> Vec<u8> {
        let line = format!("printf %s {}", quoted(word));
        Command::new(shell).args(["-c", &line]).env("LC_ALL", "C").output().unwrap().stdout
    }

    #[test]
    fn a_shell_takes_a_quoted_word_for_the_word_that_it_was() {
        assert_eq!(quoted(OsStr::new("/a/ş-1.db")), "/a/ş-1.db");
        for word in ["a b", "it's", "$(touch x)", "`x`;y", "~/x", "*", "", "=x", "a\\b", "{a,b}", "\"", "!x", "#x"] {
            assert_eq!(heard("sh", OsStr::new(word)), word.as_bytes(), "{word}");
        }
        // The shell of scripts may be one that does not know the last form.
        if Command::new("bash").arg("--version").output().is_ok() {
            for word in [&b"a\nb'\\\x1b[2J"[..], b"bad\xff", "turn\u{202e}ed".as_bytes()] {
                let shown = quoted(OsStr::from_bytes(word)).into_owned();
                assert_eq!(heard("bash", OsStr::from_bytes(word)), word, "{shown}");
                assert_eq!(crate::message::one_line(&shown), shown);
            }
        }
    }
}
