//! A password from a person at the terminal, or from a pipe. It never is an argument: those are seen by everybody on the
//! machine, and kept in histories.

use std::io::{self, IsTerminal as _, Read as _};

use caseload_engine::error::{Code, Error};
use caseload_sheet::message::Lang;
use caseload_sheet::{say, text};
use rpassword::{Config, ConfigBuilder};
use secrecy::{ExposeSecret as _, SecretString};

/// The longest line that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Asks for a password twice. What is typed is not shown.
///
/// # Errors
/// Nobody sits there; the two are not the same.
pub fn typed_twice(lang: Lang) -> Result<SecretString, Error> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(nobody_there());
    }
    let first = ask(&say!(lang, "Parola: ", "Password: "))?;
    let second = ask(&say!(lang, "Parola, bir daha: ", "Password, again: "))?;
    if first.expose_secret() == second.expose_secret() {
        return Ok(first);
    }
    Err(Code::OptionInvalid.cannot_start(text!(
        "İki parola aynı değil; bir şey değişmedi. Komutu yineleyin.",
        "The two passwords are not the same; nothing was changed. Give the command again."
    )))
}

/// The first line of standard input.
///
/// # Errors
/// Standard input cannot be read, its line is too long, or it is not UTF-8.
pub fn from_stdin() -> Result<SecretString, Error> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(LONGEST).read_to_end(&mut bytes);
    let line = String::from_utf8(bytes).ok().filter(|_| read.is_ok());
    let line = line.as_deref().and_then(|text| text.lines().next()).map(SecretString::from);
    line.ok_or_else(|| {
        Code::OptionInvalid.cannot_start(text!(
            "Standart girdiden parola okunamadı. Tek satır UTF-8 metin verin.",
            "No password could be read from standard input. Give one line of UTF-8 text."
        ))
    })
}

fn ask(prompt: &str) -> Result<SecretString, Error> {
    let typed = rpassword::prompt_password_with_config(prompt, config());
    typed.map(SecretString::from).map_err(|_| nobody_there())
}

/// The terminal at which the command was given, and not the one that the session may have besides.
fn config() -> Config {
    let config = ConfigBuilder::new().output_writer(io::stderr());
    if cfg!(unix) { config.input_file_path("/dev/stdin").build() } else { config.build() }
}

fn nobody_there() -> Error {
    Code::OptionInvalid.cannot_start(text!(
        "Parolayı soracak bir terminal yok. --password-stdin ile standart girdiden verin.",
        "There is no terminal to ask for the password. Give it on standard input by --password-stdin."
    ))
}
