//! Milliseconds since 1970 as people and spreadsheets tell the time: in the local zone.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

fn local(ms: i64, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_millisecond(ms).ok().map(|moment| moment.to_zoned(zone.clone()))
}

/// `2026-11-22 14:05:09`; empty outside of the calendar.
pub fn plain(ms: i64, zone: &TimeZone) -> String {
    local(ms, zone).map(|moment| moment.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// RFC 3339 with the local offset: `2026-11-22T14:05:09.120+03:00`.
pub fn rfc3339(ms: i64, zone: &TimeZone) -> Option<String> {
    local(ms, zone).map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
}

/// Days since 1899-12-30 on the local clock, to the second, as a spreadsheet counts.
pub fn serial(ms: i64, zone: &TimeZone) -> Option<f64> {
    let moment = local(ms, zone)?;
    // The offset turns the instant into the seconds that the clock on the wall shows.
    let seconds = moment.timestamp().as_second() + i64::from(moment.offset().seconds());
    Some(seconds as f64 / 86_400.0 + 25_569.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_735_732_800_120;

    #[test]
    fn times_are_told_on_the_local_clock() {
        let zone = TimeZone::fixed(jiff::tz::offset(3));
        assert_eq!(plain(MS, &zone), "2025-01-01 15:00:00");
        assert_eq!(rfc3339(MS, &zone).unwrap(), "2025-01-01T15:00:00.120+03:00");
        assert_eq!(rfc3339(MS, &TimeZone::UTC).unwrap(), "2025-01-01T12:00:00.120+00:00");
        assert!((serial(MS, &zone).unwrap() - 45_658.625).abs() < 1e-9);
    }
}
