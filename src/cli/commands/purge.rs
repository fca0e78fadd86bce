//! `caseload purge`

use std::time::Duration;

use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::submit::event::now_ms;
use caseload_sheet::message::{Lang, grouped, shown};
use caseload_sheet::{say, text};

use crate::cli::arguments::PurgeArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::local_time;
use crate::cli::progress::Terminal;
use crate::cli::task::parse_age;

/// Forgets old runs, and says what was forgotten and what was not.
pub fn run(args: &PurgeArgs, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let age = age(&args.older_than)?;
    let ledger = super::open(&args.ledger)?;
    let now = now_ms();
    let before = now - age.as_millis() as i64;
    let purged = ledger.purge(before, now).map_err(|error| unreadable(&error))?;
    if args.ledger.json {
        let said = serde_json::json!({"before": local_time(before), "runs": purged.runs, "rows": purged.rows, "kept": purged.kept, "hashes": purged.hashes});
        terminal.json(&said);
        return Ok(Exit::Done);
    }
    let (runs, rows, day) = (grouped(purged.runs, lang), grouped(purged.rows, lang), local_time(before));
    terminal.answer(&say!(
        lang,
        "{day} öncesinde biten {runs} çalışmanın {rows} satırı unutuldu: numaraları, anahtarları, hataları. Aynı dosyalar yine tanınır; düzeltilmiş dosyalardaki satırlar, yineleme süreleri dolunca tanınmaz.",
        "Forgotten: {rows} rows of {runs} runs that ended before {day}, with their ids, keys and errors. The same files are still known; rows in mended files no longer are, once their window is over."
    ));
    if purged.hashes > 0 {
        let hashes = grouped(purged.hashes, lang);
        terminal.note(&say!(
            lang,
            "Yineleme süresi dolmamış {hashes} satırın özeti o güne kadar kalıyor: yapılmış bir satır bu yüzden ikinci kez gitmez.",
            "The hashes of {hashes} rows stay until their window is over, so that no row that was done goes a second time."
        ));
    }
    if purged.kept > 0 {
        let kept = grouped(purged.kept, lang);
        terminal.note(&say!(
            lang,
            "{kept} eski çalışma kaldı: bitmemiş ya da belirsiz satırı var, unutulsa bir satır iki kez gidebilirdi. Önce aynı komutla ya da \"caseload resolve\" ile kapatın.",
            "{kept} old runs stay: they are unfinished or have unknown rows, and a row could go twice if they were forgotten. Close them first, by the same command or by \"caseload resolve\"."
        ));
    }
    Ok(Exit::Done)
}

fn age(text: &str) -> Result<Duration, Error> {
    parse_age(text).ok_or_else(|| {
        let text = shown(text);
        Error::cannot_start(text!(
            "--older-than için \"{text}\" anlaşılmadı. Örnekler: 180d, 26w, 12h.",
            "\"{text}\" is not understood for --older-than. Examples: 180d, 26w, 12h."
        ))
    })
}
