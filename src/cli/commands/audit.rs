//! `caseload audit`

use caseload_engine::error::{Code, Error};
use caseload_engine::submit::event::now_ms;
use caseload_serve::office::{Entry, Sought};
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};
use serde_json::{Value, json};

use super::office;
use crate::cli::arguments::AuditArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::{Settings, local_time, local_zone};
use crate::cli::progress::Terminal;
use crate::cli::task::parse_age;

/// Prints who did what, the oldest first.
pub fn run(args: &AuditArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let terminal = Terminal::new(lang, false, false);
    let since_ms = args.since.as_deref().map(since).transpose()?;
    let Some(office) = office::find(&args.ledger, settings)? else {
        if !args.ledger.json {
            terminal.note(&say!(
                lang,
                "Sayfa bu defterle henüz hiç açılmamış; kayıt yok.",
                "The page was never opened with this ledger; nothing is recorded."
            ));
        }
        return Ok(Exit::Done);
    };
    let mut any = false;
    office.whole_trail(&Sought { since_ms, run: args.run.clone() }, |entry| {
        any = true;
        if args.ledger.json {
            terminal.json(&as_json(&entry, lang));
        } else {
            terminal.answer(&line(&entry, lang));
        }
        Ok(())
    })?;
    if !any && !args.ledger.json {
        terminal.note(&say!(lang, "Kayıt yok.", "Nothing is recorded."));
    }
    Ok(Exit::Done)
}

/// From when on: an age before now, or the beginning of a day here.
fn since(typed: &str) -> Result<i64, Error> {
    let day = || {
        let day: jiff::civil::Date = typed.trim().parse().ok()?;
        Some(day.to_zoned(local_zone().zone).ok()?.timestamp().as_millisecond())
    };
    parse_age(typed).map(|age| now_ms() - age.as_millis() as i64).or_else(day).ok_or_else(|| {
        let typed = shown(typed);
        Code::OptionInvalid.cannot_start(text!(
            "--since için \"{typed}\" anlaşılmadı. Örnekler: 30d, 12h, 2026-11-26.",
            "\"{typed}\" is not understood for --since. Examples: 30d, 12h, 2026-11-26."
        ))
    })
}

fn line(entry: &Entry, lang: Lang) -> String {
    let from = entry.by.from.map(|from| from.to_string()).unwrap_or_default();
    let (name, run) = (shown(&entry.by.name), entry.run.as_deref().map(shown).unwrap_or_default());
    let parts = [local_time(entry.at_ms), name, from, run, entry.act.words().into_string(lang)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

fn as_json(entry: &Entry, lang: Lang) -> Value {
    let mut said = json!({
        "at": local_time(entry.at_ms),
        "by": Some(&entry.by.name).filter(|name| !name.is_empty()),
        "person": entry.by.id,
        "from": entry.by.from,
        "run": entry.run,
        "sentence": entry.act.words().get(lang),
    });
    if let (Some(all), Ok(Value::Object(act))) = (said.as_object_mut(), serde_json::to_value(&entry.act)) {
        all.extend(act.into_iter().map(|(key, value)| (if key == "from" { "before".to_owned() } else { key }, value)));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_age_or_a_day() {
        let near = |a: i64, b: i64| (a - b).abs() < 60_000;
        assert!(near(since("2d").unwrap(), now_ms() - 2 * 86_400_000));
        let day = since("2026-11-26").unwrap();
        assert_eq!(day - since("2026-11-25").unwrap(), 86_400_000);
        for bad in ["", "yesterday", "2026-13-01", "2d ago"] {
            assert!(since(bad).is_err(), "{bad}");
        }
    }
}
