//! What a look-up found of a row.

use super::{Reader, sentence};
use crate::message::{Lang, shown};
use crate::outcome::id_text;
use crate::run::{Found, Unasked};
use crate::say;

/// What was found, as one line about a row.
pub fn found(row: u32, found: &Found, lang: Lang) -> String {
    match found {
        Found::There { id, record } => {
            let id = shown(&id_text(id));
            say!(
                lang,
                "Satır {row}: sunucuda var, numarası {id}: {record}",
                "Row {row}: the server has it as {id}: {record}"
            )
        }
        Found::Absent => say!(lang, "Satır {row}: sunucuda yok.", "Row {row}: the server does not have it."),
        Found::NoAnswer(why) => {
            let why = unasked(why, lang);
            say!(lang, "Satır {row}: sunucuya sorulamadı: {why}", "Row {row}: the server could not be asked: {why}")
        }
    }
}

fn unasked(why: &Unasked, lang: Lang) -> String {
    match why {
        Unasked::NoValue => {
            say!(lang, "satır, aranabilecek bir değer taşımıyor", "the row carries no value to look for")
        }
        Unasked::NoId => say!(lang, "yanıtta numara yok", "the answer holds no id"),
        Unasked::Failed(cause) => shown(&sentence(cause, Reader::of(lang))),
        Unasked::Stopped(why) => shown(why.get(lang)),
    }
}
