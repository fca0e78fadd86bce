//! What a person decides about an unknown row, by whatever door.

use serde_json::Value;

use crate::account::unreadable;
use crate::error::{Code, Error};
use crate::ledger;
use crate::text;

/// An id as a person types it: a number where it looks like one, for a server's ids are numbers or texts.
pub fn typed_id(text: &str) -> Value {
    let text = text.trim();
    match text.parse::<u64>() {
        Ok(number) if !text.starts_with('0') => number.into(),
        _ => text.into(),
    }
}

/// Why the ledger does not close rows.
pub fn not_closed(error: &ledger::Error) -> Error {
    match error {
        ledger::Error::Changed => Code::CannotStart.cannot_start(text!(
            "Satır, bakıldığından beri değişmiş: kapatılmış ya da yeniden gönderilmiş. Hiçbir satır kapatılmadı. Listeyi yeniden alıp yeniden bakın.",
            "The row has changed since it was looked at: it was closed, or sent again. No row was closed. List the rows again and look again."
        )),
        ledger::Error::Unripe(left) => {
            let seconds = left.as_secs() + 1;
            Code::CannotStart.cannot_start(text!(
                "Bir satırın isteği hâlâ yolda olabilir. Hiçbir satır kapatılmadı. {seconds} sn sonra yeniden bakın.",
                "The request of a row may still be on its way. No row was closed. Look again in {seconds} s."
            ))
        }
        other => unreadable(other),
    }
}
