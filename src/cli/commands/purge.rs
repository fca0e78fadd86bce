//! `caseload purge`

use std::collections::HashMap;
use std::time::Duration;

use caseload_engine::account::unreadable;
use caseload_engine::error::Error;
use caseload_engine::ledger::Purged;
use caseload_engine::submit::event::now_ms;
use caseload_serve::office::Office;
use caseload_sheet::message::{Lang, grouped, shown};
use caseload_sheet::{say, text};

use crate::cli::arguments::PurgeArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::{Settings, default_ledger, local_time};
use crate::cli::progress::Terminal;
use crate::cli::targets::keep_uploads;
use crate::cli::task::parse_age;

/// Forgets old runs, and says what was forgotten and what was not.
pub fn run(args: &PurgeArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let age = age(&args.older_than)?;
    let keeps = keeps(settings)?;
    let path = args.ledger.ledger.clone().or_else(|| default_ledger(args.ledger.sandbox));
    let office = path.map(|path| Office::find(&path)).transpose()?.flatten();
    let now = now_ms();
    let before = now - age.as_millis() as i64;
    // A page on which nothing was ever sent has files, and no ledger.
    let purged = match (super::ledger_path(&args.ledger), &office) {
        (Err(_), Some(_)) => Purged::default(),
        _ => super::open(&args.ledger)?.purge(before, now).map_err(|error| unreadable(&error))?,
    };
    let destroyed = office.map(|office| office.destroy_due(|target| keeps.get(target).copied(), now)).transpose()?;
    let destroyed = destroyed.unwrap_or_default();
    if args.ledger.json {
        let said = serde_json::json!({"before": local_time(before), "runs": purged.runs, "rows": purged.rows, "kept": purged.kept, "hashes": purged.hashes, "uploads": destroyed.len()});
        terminal.json(&said);
        return Ok(Exit::Done);
    }
    tell(&purged, before, terminal);
    if !destroyed.is_empty() {
        let files = grouped(destroyed.len() as u64, lang);
        let cells = grouped(destroyed.iter().map(|one| one.cells).sum(), lang);
        terminal.answer(&say!(
            lang,
            "Saklama süresi (keep_uploads) dolan {files} dosya, {cells} düzeltilmiş hücresiyle yok edildi. Kaydı sayfanın defterinde kaldı.",
            "Destroyed, as their time (keep_uploads) is over: {files} files with {cells} corrected cells. A record of it stays with the page."
        ));
    }
    Ok(Exit::Done)
}

/// How long each target keeps uploads, in milliseconds; the usual one has no name.
fn keeps(settings: &Settings) -> Result<HashMap<String, i64>, Error> {
    let named = settings.profiles.iter().map(|(name, profile)| (name.clone(), profile.clone()));
    let all = named.chain([(String::new(), settings.profile(None)?)]);
    let milliseconds = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    all.map(|(name, profile)| Ok((name, milliseconds(keep_uploads(&profile)?)))).collect()
}

/// What was forgotten of the ledger, and what was not.
fn tell(purged: &Purged, before: i64, terminal: Terminal) {
    let lang = terminal.lang;
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
