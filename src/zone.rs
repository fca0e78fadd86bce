//! The zone of local times: the profile's, else the contract's, else this computer's as it was when the run began.

use jiff::tz::TimeZone;

use crate::error::Error;
use crate::message::shown;
use crate::text;

/// A zone by its IANA name, or by what `TZ` may have in its place.
pub fn by_name(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).or_else(|_| TimeZone::posix(name)).ok()
}

/// The same of the settings.
///
/// # Errors
/// A zone that nobody knows.
pub fn of_settings(name: &str) -> Result<TimeZone, Error> {
    by_name(name).ok_or_else(|| {
        let name = shown(name);
        Error::cannot_start(text!(
            "Ayarlardaki timezone = \"{name}\" bilinmiyor. Örnek: Europe/Istanbul.",
            "The zone timezone = \"{name}\" of the settings is not known. Example: Europe/Istanbul."
        ))
    })
}

/// The name of this computer's zone.
pub fn name_of_system() -> String {
    let zone = TimeZone::system();
    let variable = || std::env::var("TZ").ok().filter(|name| by_name(name).is_some());
    zone.iana_name().map(str::to_owned).or_else(variable).unwrap_or_else(|| "UTC".to_owned())
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
    Err(Error::cannot_start(text!(
        "TZ=\"{name}\" bir saat dilimi değil. Düzeltin (örneğin TZ=Europe/Istanbul) ya da kaldırın.",
        "TZ=\"{name}\" is no time zone. Correct it (as in TZ=Europe/Istanbul), or unset it."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_their_names_without_the_systems_files() {
        for name in ["Europe/Istanbul", "europe/istanbul", "UTC", "EET-3"] {
            assert!(by_name(name).is_some(), "{name}");
        }
        assert!(by_name("Bogus").is_none() && of_settings("Mars/Base").is_err());
    }
}
