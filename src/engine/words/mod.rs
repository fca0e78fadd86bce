//! What codes and parameters mean to a person, in Turkish and in English.
//!
//! Everything below the command line says *why* as data: a [`Reason`] of a row, a
//! [`Halt`](crate::submit::halt::Halt) of a run. This module makes the sentences when
//! somebody reads: the history of a run that was sent in English is Turkish to a Turkish clerk. A server's own words stay its own.

mod cell;
mod failure;
mod halt;
mod lookup;
mod problem;
mod reason;
mod token;

use std::borrow::Cow;

use crate::message::{Lang, Text};
use crate::outcome::{ApiError, Cause, Reason, Unread};

pub use self::cell::cell;
pub use self::failure::failure;
pub use self::halt::halt;
pub use self::lookup::found;
pub use self::problem::problem;
pub use self::reason::{list_doubt, reason};

/// The reader's language, and the flags that the commands in a sentence have to carry ([`hint`](crate::hint)).
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The language.
    pub lang: Lang,
    /// The flags, quoted for a shell; empty where none are needed.
    pub flags: &'a str,
}

impl Reader<'static> {
    /// A reader of sentences that name no ledger.
    pub fn of(lang: Lang) -> Self {
        Self { lang, flags: "" }
    }
}

/// Why a row is not done, as results have it: the code, and the words of the program and the server.
pub fn told(cause: &Cause, reader: Reader) -> ApiError {
    let Some(why) = &cause.reason else { return cause.said.clone() };
    let code = cause.code().map(Cow::into_owned);
    let own = || reason(why, reader);
    let said = &cause.said;
    let is_silent = *said == ApiError::default();
    match why {
        Reason::MayBeDone { status } => {
            let silent = is_silent.then(|| reason(&Reason::Answered { status: *status }, reader));
            let title = match said.title.clone().or(silent) {
                Some(title) => format!("{} {title}", own()),
                None => own(),
            };
            ApiError { code, title: Some(title), description: said.description.clone() }
        }
        Reason::ConflictAfterUnknown { status } => {
            let server =
                if is_silent { reason(&Reason::Answered { status: *status }, reader) } else { said.sentence() };
            ApiError { code, title: Some(own()), description: Some(server).filter(|server| !server.is_empty()) }
        }
        Reason::Unread(Unread::Partly { why: inner, .. }) if inner.is_some() || !is_silent => {
            let rest = Cause { reason: inner.as_deref().cloned(), said: said.clone() };
            let rest = told(&rest, reader);
            let description = match rest.description {
                Some(words) => format!("{words} {}", own()),
                None => own(),
            };
            ApiError { code, title: rest.title, description: Some(description) }
        }
        _ if is_silent => ApiError { code, title: Some(own()), description: None },
        _ => ApiError { code, ..said.clone() },
    }
}

/// The same in one line.
pub fn sentence(cause: &Cause, reader: Reader) -> String {
    told(cause, reader).sentence()
}

/// The same in both languages, for an error that travels.
pub fn both(cause: &Cause) -> Text {
    let of = |lang| sentence(cause, Reader::of(lang));
    Text { tr: of(Lang::Tr), en: of(Lang::En) }
}

#[cfg(test)]
mod tests;
