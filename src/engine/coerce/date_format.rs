//! What a number format shows of a moment: its year, its hour.

/// The parts of a moment that a format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateParts {
    pub year: bool,
    pub month: bool,
    pub day: bool,
    pub hour: bool,
    pub minute: bool,
    pub second: bool,
}

impl DateParts {
    /// Where the format is not known: one that only some languages have, or none, as of a moment that is written as a
    /// text (`2026-12-31`).
    const ALL: Self = Self { year: true, month: true, day: true, hour: true, minute: true, second: true };
    const NONE: Self = Self { year: false, month: false, day: false, hour: false, minute: false, second: false };

    pub fn of(code: &str) -> Self {
        if code.eq_ignore_ascii_case("general") {
            return Self::ALL;
        }
        let letters = letters(code);
        let mut parts = Self::NONE;
        let runs: Vec<&[char]> = letters.chunk_by(|a, b| a == b).collect();
        for (at, run) in runs.iter().enumerate() {
            match run[0] {
                'y' | 'e' => parts.year = true,
                'd' => parts.day = true,
                'h' => parts.hour = true,
                's' => parts.second = true,
                // An `m` beside hours or seconds is a minute.
                'm' if at > 0 && runs[at - 1][0] == 'h' => parts.minute = true,
                'm' if runs.get(at + 1).is_some_and(|next| next[0] == 's') => parts.minute = true,
                'm' => parts.month = true,
                _ => {}
            }
        }
        if parts == Self::NONE { Self::ALL } else { parts }
    }

    /// A day is shown, or a part of it; else it is a time or a duration.
    pub fn is_date(self) -> bool {
        self.year || self.month || self.day
    }

    pub fn is_whole_date(self) -> bool {
        self.year && self.month && self.day
    }
}

/// The letters of the code's first section that stand for parts of a moment, in lower case.
fn letters(code: &str) -> Vec<char> {
    let mut letters = Vec::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' | '_' | '*' => drop(chars.next()),
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // `[h]` counts hours; anything else is a colour or a language.
                if inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's')) {
                    letters.extend(inside.chars().take(1).map(|c| c.to_ascii_lowercase()));
                }
            }
            ';' => break,
            'a' | 'A' => {
                let half = ["m/pm", "/p"]
                    .into_iter()
                    .find(|half| chars.as_str().get(..half.len()).is_some_and(|next| next.eq_ignore_ascii_case(half)));
                for _ in half.unwrap_or_default().chars() {
                    chars.next();
                }
            }
            c if "ydhmse".contains(c.to_ascii_lowercase()) => letters.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(code: &str) -> String {
        let parts = DateParts::of(code);
        let all = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second];
        "YMDhms".chars().zip(all).filter(|(_, shown)| *shown).map(|(name, _)| name).collect()
    }

    #[test]
    fn a_format_shows_the_parts_that_its_letters_name() {
        for (code, shown) in [
            ("dd.mm.yyyy", "YMD"),
            ("DD.MM.YYYY HH:MM", "YMDhm"),
            ("[$-41F]d mmmm yyyy dddd", "YMD"),
            ("[$-F800]dddd, mmmm dd, yyyy", "YMD"),
            ("mmm-yy", "YM"),
            ("m/d/yy h:mm:ss AM/PM", "YMDhms"),
            ("h:mm", "hm"),
            ("mm:ss", "ms"),
            ("h:mm:ss AM/PM", "hms"),
            ("[h]:mm:ss", "hms"),
            ("\"day \"yyyy\\m", "Y"),
            ("General", "YMDhms"),
        ] {
            assert_eq!(parts(code), shown, "{code}");
        }
    }
}
