//! Days and times: from a spreadsheet's count of days, and from what people write.

use jiff::civil::{Date, DateTime};

use super::date_format::DateParts;
use crate::contract::Kind;

/// The day before 1900-03-01 as spreadsheets count days: they believe in a 29 February 1900, so the
/// count from 1899-12-30 is right only from there on.
const FIRST_SURE_DAY: f64 = 61.0;

const LAST_DAY: f64 = 2_958_466.0;

/// Days since 1899-12-30 to a calendar date and time, to the second.
pub(super) fn civil_of_serial(serial: f64) -> Option<DateTime> {
    if !(FIRST_SURE_DAY..LAST_DAY).contains(&serial) {
        return None;
    }
    let seconds = (serial * 86_400.0).round() as i64;
    jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0).checked_add(jiff::Span::new().seconds(seconds)).ok()
}

/// A time without a day, or a duration, in hours.
pub(super) fn time_of_serial(serial: f64) -> String {
    let seconds = (serial * 86_400.0).round() as i64;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds.unsigned_abs() / 60 % 60, seconds.unsigned_abs() % 60)
}

/// ISO, or day.month.year; never a guess between day and month.
pub(super) fn parse_civil(text: &str) -> Option<DateTime> {
    for format in ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"] {
        if let Ok(found) = DateTime::strptime(format, text) {
            return Some(found);
        }
    }
    if let Ok(date) = Date::strptime("%d.%m.%Y", text) {
        return Some(date.at(0, 0, 0, 0));
    }
    text.parse::<DateTime>().ok().filter(|_| text.contains('-'))
}

/// Whether what is sent of a moment is not what its format shows.
pub(super) fn shows_another_moment(kind: &Kind, moment: DateTime, parts: DateParts) -> bool {
    let time = moment.time();
    let has_time = time != jiff::civil::Time::midnight();
    let hides_time = (has_time && !(parts.hour && parts.minute)) || (time.second() != 0 && !parts.second);
    !parts.is_whole_date() || if *kind == Kind::Date { has_time && parts.hour } else { hides_time }
}
