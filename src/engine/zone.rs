//! The zone of local times: the profile's, else the contract's, else this computer's as it was when the run began.

use jiff::tz::TimeZone;

use crate::error::{Code, Error};
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
        Code::ZoneUnknown.cannot_start(text!(
            "Ayarlardaki timezone = \"{name}\" bilinmiyor. Örnek: Europe/Istanbul.",
            "The zone timezone = \"{name}\" of the settings is not known. Example: Europe/Istanbul."
        ))
    })
}

/// The zone of the computer at which a person sits. The library does not look for it: its caller says it.
#[derive(Debug, Clone)]
pub struct LocalZone {
    /// Its name in the IANA database, for messages and the ledger.
    pub name: String,
    /// Its rules.
    pub zone: TimeZone,
}

impl Default for LocalZone {
    fn default() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }
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
