//! The zone of this computer, as the system and `TZ` say it.

use caseload_engine::error::{Code, Error};
use caseload_engine::report;
use caseload_engine::zone::{LocalZone, by_name};
use caseload_sheet::message::shown;
use caseload_sheet::text;
use jiff::tz::TimeZone;

/// This computer's zone.
pub fn local_zone() -> LocalZone {
    let zone = TimeZone::system();
    let variable = || std::env::var("TZ").ok().filter(|name| by_name(name).is_some());
    let name = zone.iana_name().map(str::to_owned).or_else(variable).unwrap_or_else(|| "UTC".to_owned());
    LocalZone { name, zone }
}

/// A time as people read it: `2026-11-22 14:05:09`, on the local clock.
pub fn local_time(ms: i64) -> String {
    report::local_time(ms, &TimeZone::system())
}

/// Sees that `TZ`, where it is set, names a zone: else every time would be told and read in UTC without a word.
///
/// # Errors
/// It names none.
pub fn check_variable() -> Result<(), Error> {
    let Some(name) = std::env::var_os("TZ").filter(|name| !name.is_empty()) else { return Ok(()) };
    if TimeZone::try_system().is_ok_and(|zone| !zone.is_unknown()) {
        return Ok(());
    }
    let name = shown(&name.to_string_lossy());
    Err(Code::ZoneUnknown.cannot_start(text!(
        "TZ=\"{name}\" bir saat dilimi değil. Düzeltin (örneğin TZ=Europe/Istanbul) ya da kaldırın.",
        "TZ=\"{name}\" is no time zone. Correct it (as in TZ=Europe/Istanbul), or unset it."
    )))
}
