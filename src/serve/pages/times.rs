//! Counts, times and spans, as each language writes them. No sentence needs a suffix after one of them.

use std::time::Duration;

use caseload_sheet::message::{Lang, grouped};
use caseload_sheet::say;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan, Zoned};

use super::Frame;

const MONTHS_TR: [&str; 12] =
    ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Frame<'_> {
    /// A count with its thousands apart.
    pub(super) fn n(&self, count: u64) -> String {
        grouped(count, self.lang)
    }

    /// A share in whole percent; 100 only when all is there.
    pub(super) fn percent(&self, part: u64, whole: u64) -> String {
        let percent = percent(part, whole);
        say!(self.lang, "%{percent}", "{percent}%")
    }

    /// A number with one digit behind the comma, which a whole one leaves out.
    pub(super) fn decimal(&self, value: f64) -> String {
        let plain = format!("{value:.1}");
        let plain = plain.strip_suffix(".0").unwrap_or(&plain);
        match self.lang {
            Lang::Tr => plain.replace('.', ","),
            Lang::En => plain.to_owned(),
        }
    }

    /// A size in the unit that fits it.
    pub(super) fn bytes(&self, bytes: u64) -> String {
        let units = ["KB", "MB", "GB", "TB"];
        let mut value = bytes as f64 / 1024.0;
        let mut unit = 0;
        while value >= 1024.0 && unit + 1 < units.len() {
            value /= 1024.0;
            unit += 1;
        }
        format!("{} {}", self.decimal(value), units[unit])
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// The time of day: `14.02`, `14:02`.
    pub(super) fn clock(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let (hour, minute) = (local.hour(), local.minute());
        say!(self.lang, "{hour:02}.{minute:02}", "{hour:02}:{minute:02}")
    }

    /// The minute of the hour, which a suffix goes by.
    pub(super) fn minute(&self, at: Timestamp) -> u8 {
        self.local(at).minute().unsigned_abs()
    }

    /// The time of day with its seconds.
    pub(super) fn clock_s(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let (hour, minute, second) = (local.hour(), local.minute(), local.second());
        say!(self.lang, "{hour:02}.{minute:02}.{second:02}", "{hour:02}:{minute:02}:{second:02}")
    }

    fn date(&self, date: Date) -> String {
        let month = usize::from(date.month().unsigned_abs()) - 1;
        let months = match self.lang {
            Lang::Tr => MONTHS_TR,
            Lang::En => MONTHS_EN,
        };
        format!("{} {}", date.day(), months[month])
    }

    /// The day with its year: `1 Aralık 2026`.
    pub(super) fn whole_day(&self, at: Timestamp) -> String {
        let date = self.local(at).date();
        format!("{} {}", self.date(date), date.year())
    }

    /// The day: today, yesterday, else the day of the month, with its year where it is another.
    pub(super) fn day(&self, at: Timestamp) -> String {
        let (day, today) = (self.local(at).date(), self.local(self.now).date());
        if day == today {
            return say!(self.lang, "Bugün", "Today");
        }
        if today.checked_sub(1.day()).is_ok_and(|yesterday| day == yesterday) {
            return say!(self.lang, "Dün", "Yesterday");
        }
        if day.year() == today.year() { self.date(day) } else { self.whole_day(at) }
    }

    /// The day and the time: `Bugün 14.02`, `Today 14:02`.
    pub(super) fn when(&self, at: Timestamp) -> String {
        format!("{} {}", self.day(at), self.clock(at))
    }

    /// The whole date and time: `1 Aralık 2026 Salı 14.02`, `Tuesday 1 December 2026 14:02`.
    pub(super) fn in_full(&self, at: Timestamp) -> String {
        let weekday = self.weekday(self.local(at).date().weekday());
        let (day, clock) = (self.whole_day(at), self.clock(at));
        say!(self.lang, "{day} {weekday} {clock}", "{weekday} {day} {clock}")
    }

    fn weekday(&self, day: Weekday) -> String {
        match day {
            Weekday::Monday => say!(self.lang, "Pazartesi", "Monday"),
            Weekday::Tuesday => say!(self.lang, "Salı", "Tuesday"),
            Weekday::Wednesday => say!(self.lang, "Çarşamba", "Wednesday"),
            Weekday::Thursday => say!(self.lang, "Perşembe", "Thursday"),
            Weekday::Friday => say!(self.lang, "Cuma", "Friday"),
            Weekday::Saturday => say!(self.lang, "Cumartesi", "Saturday"),
            Weekday::Sunday => say!(self.lang, "Pazar", "Sunday"),
        }
    }

    /// A span: `45 sn`, `7 dk 45 sn`, `1 sa 5 dk`.
    pub(super) fn span(&self, span: Duration) -> String {
        let seconds = span.as_secs();
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match (hours, minutes, rest) {
            (0, 0, rest) => say!(self.lang, "{rest} sn", "{rest} s"),
            (0, minutes, 0) => say!(self.lang, "{minutes} dk", "{minutes} min"),
            (0, minutes, rest) => say!(self.lang, "{minutes} dk {rest} sn", "{minutes} min {rest} s"),
            (hours, 0, _) => say!(self.lang, "{hours} sa", "{hours} h"),
            (hours, minutes, _) => say!(self.lang, "{hours} sa {minutes} dk", "{hours} h {minutes} min"),
        }
    }

    /// A long span, in days where it is one.
    pub(super) fn days(&self, span: Duration) -> String {
        match span.as_secs() / 86_400 {
            0 => self.span(span),
            1 => say!(self.lang, "1 gün", "1 day"),
            days => say!(self.lang, "{days} gün", "{days} days"),
        }
    }
}

/// A share in whole percent, rounded down, so that 100 means all.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    if whole == 0 { 0 } else { u64::try_from(u128::from(part) * 100 / u128::from(whole)).unwrap_or(100) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn times_are_written_as_each_language_writes_them() {
        let (tr, en) = (samples::frame(Lang::Tr), samples::frame(Lang::En));
        // The samples look from Istanbul, on 1 December 2026 at 15.31.
        let today = at("2026-12-01T11:02:09Z");
        assert_eq!((tr.when(today), en.when(today)), ("Bugün 14.02".to_owned(), "Today 14:02".to_owned()));
        assert_eq!(tr.clock_s(today), "14.02.09");
        let yesterday = at("2026-11-30T21:30:00Z");
        assert_eq!(tr.when(yesterday), "Bugün 00.30", "the day is the zone's");
        assert_eq!(tr.when(at("2026-11-30T13:35:00Z")), "Dün 16.35");
        assert_eq!(en.when(at("2026-11-02T07:15:00Z")), "2 November 10:15");
        assert_eq!(tr.day(at("2025-10-30T07:15:00Z")), "30 Ekim 2025");
        assert_eq!(tr.in_full(today), "1 Aralık 2026 Salı 14.02");
        assert_eq!(en.in_full(today), "Tuesday 1 December 2026 14:02");
    }

    #[test]
    fn spans_and_sizes_are_written_as_each_language_writes_them() {
        let (tr, en) = (samples::frame(Lang::Tr), samples::frame(Lang::En));
        let span = |seconds| (tr.span(Duration::from_secs(seconds)), en.span(Duration::from_secs(seconds)));
        assert_eq!(span(465), ("7 dk 45 sn".to_owned(), "7 min 45 s".to_owned()));
        assert_eq!(span(45).0, "45 sn");
        assert_eq!(span(3900).1, "1 h 5 min");
        assert_eq!(span(120).0, "2 dk");
        assert_eq!((tr.decimal(9.84), en.decimal(9.84), tr.decimal(10.0)), ("9,8".into(), "9.8".into(), "10".into()));
        assert_eq!(tr.bytes(50 << 20), "50 MB");
        assert_eq!(en.bytes(1536), "1.5 KB");
        assert_eq!((tr.percent(2946, 4651), en.percent(2946, 4651)), ("%63".to_owned(), "63%".to_owned()));
        assert_eq!(percent(999, 1000), 99);
        assert_eq!(percent(1, 0), 0);
        assert_eq!((tr.days(Duration::from_secs(86_400 * 30)), en.days(Duration::from_secs(86_400))).1, "1 day");
    }
}
