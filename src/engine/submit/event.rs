//! What the sending loop tells, and how it ends.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::control::Signal;
use crate::error::{Code, Error, ErrorKind};
use crate::ledger::{Failure, Settlement};
use crate::message::json_line;
use crate::outcome::Status;
use crate::row::Place;
use crate::text;

/// What the loop tells those who watch.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A row's outcome is durable.
    Settled(Status),
    /// The server asked for a pause.
    Holding(Duration),
    /// Nothing new; time to draw.
    Tick,
    /// The ledger could not keep an outcome: the answer as one JSON line, for a person to keep.
    NotKept(String),
}

/// How the loop ended.
#[derive(Debug, Default)]
pub struct Finished {
    /// Why it ended before all rows were settled.
    pub stop: Option<Error>,
    /// Rows for which at least one request left.
    pub sent: u64,
    /// Rows to be given back as pending: refused for what was wrong with the run.
    pub reopen: Vec<u32>,
}

/// What goes with a request as `X-Request-Id`, and stands beside the row in the result: run, sheet, row.
pub fn reference(run: &str, place: Place) -> String {
    format!("{run}-{}.{}", place.sheet + 1, place.row)
}

/// The wall clock, for display and windows only; nothing is ordered by it.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

pub(super) fn not_kept(ordinal: u32, settlement: &Settlement) -> String {
    json_line(&serde_json::json!({
        "row_ordinal": ordinal,
        "result": settlement.state.status(),
        "id": settlement.id,
        "http_status": settlement.http_status,
    }))
}

pub(super) fn ledger_failed(why: &Failure) -> Error {
    let (once, next) = match why {
        Failure::Gone => {
            return Code::LedgerGone.early(text!(
                "Defter dosyası çalışma sürerken silindi ya da değiştirildi; yeni satır gönderilmedi. Yoldaki satırların yanıtları yukarıdadır.",
                "The ledger's file was removed or replaced during the run; no further row was sent. The answers that were on their way are above."
            ));
        }
        Failure::LockGone => {
            return Code::LedgerGone.early(text!(
                "Defterin kilit dosyası (.lock) çalışma sürerken silindi; yeni satır gönderilmedi, yoldaki yanıtlar deftere yazıldı. Aynı komutu yeniden çalıştırın.",
                "The ledger's lock file (.lock) was removed during the run; no further row was sent, and the answers on their way are in the ledger. Run the same command again."
            ));
        }
        Failure::Busy => {
            return Code::LedgerHeld.early(text!(
                "Başka bir program defteri bırakmıyor; yeni satır gönderilmedi. O programı kapatıp aynı komutu yeniden çalıştırın.",
                "Another program does not let go of the ledger; no further row was sent. Close that program and run the same command again."
            ));
        }
        Failure::Full => ("Diskte yer açıp", "Make room on the disk"),
        Failure::Disk(_) | Failure::Writer | Failure::Other(_) => ("Diski denetleyip", "Check the disk"),
    };
    let why = crate::message::shown(&why.to_string());
    Code::LedgerUnwritable.early(text!(
        "Defter yazılamadı ({why}); yeni satır gönderilmedi. {once} aynı komutu yeniden çalıştırın.",
        "The ledger could not be written ({why}); no further row was sent. {next} and run the same command again."
    ))
}

pub(super) fn interrupted(signal: Signal) -> Error {
    let kind = match signal {
        Signal::Interrupt => ErrorKind::Interrupted,
        Signal::Terminate => ErrorKind::Terminated,
    };
    let message = text!(
        "Durduruldu; yoldaki satırlar beklendi ve yazıldı. Aynı komut kaldığı yerden sürer.",
        "Interrupted; rows in flight were waited for and written down. The same command goes on from here."
    );
    Error::new(kind, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_asked_for_only_where_the_disk_is_full() {
        let full = ledger_failed(&Failure::Full).message;
        assert!(full.en.contains("Make room on the disk") && full.tr.contains("yer açıp"), "{full}");
        let broken = ledger_failed(&Failure::Disk("disk I/O error".to_owned())).message;
        assert!(broken.en.contains("Check the disk") && broken.tr.contains("Diski denetleyip"), "{broken}");
    }
}
