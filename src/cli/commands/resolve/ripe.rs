//! The time from which a row may be looked at: before it, what the server does not have may still come.

use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::ledger::{Entry, Ledger};
use caseload_engine::submit::event::now_ms;
use caseload_engine::uptime::Uptime;
use caseload_sheet::message::Lang;
use caseload_sheet::{say, text};

use crate::cli::profile::local_time;

/// The local time from which a row may be looked at, as text. `None` means now.
///
/// # Errors
/// The ledger cannot be read.
pub fn from(ledger: &Ledger, entry: &Entry) -> Result<Option<String>, Error> {
    let left = ledger.unripe_for(entry, Uptime::now()).map_err(|error| unreadable(&error))?;
    // The next whole second, so that nobody comes too early.
    Ok(left.map(|left| local_time(now_ms() + left.as_millis() as i64 + 999)))
}

/// The end of a row's line in the list.
pub fn look_from(from: &str, lang: Lang) -> String {
    say!(
        lang,
        "  (hâlâ yolda olabilir; {from} itibarıyla bakılabilir)",
        "  (may still be on its way; look from {from} on)"
    )
}

pub fn too_early(row: u32, from: &str) -> Error {
    Error::cannot_start(text!(
        "Satır {row} gönderilirken program kesilmiş ya da yanıt beklenmeden bırakılmış; isteği hâlâ yolda olabilir. {from} itibarıyla bakın, sonra --not-done yazın. Yapıldığı görülüyorsa --done NUMARA şimdi de yazılabilir. Hiçbir satır kapatılmadı.",
        "The program was cut off or stopped waiting while row {row} was sent, and its request may still be on its way. Look from {from} on, then say --not-done. If it is seen to be done, --done ID may be said now. No row was closed."
    ))
}
