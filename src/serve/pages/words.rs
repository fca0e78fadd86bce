//! What becomes of a row and of a run: one word, one icon and one colour, always together.

use caseload_engine::outcome::Status;
use caseload_sheet::message::Text;
use caseload_sheet::text;

use crate::state::RunState;

/// What a page says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// An outcome of the engine.
    Is(Status),
    /// A person left the row out of a list that is not sent yet. In the result it is [`Status::NotSent`].
    LeftOut,
    /// Valid, with something to look at.
    Warned,
}

/// An icon and a colour, as the names of a symbol in `icons.svg` and of a class in `style.css`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The symbol, without `i-`.
    pub icon: &'static str,
    /// The class, with `is-`.
    pub class: &'static str,
}

impl Mark {
    /// As people read it.
    pub fn word(self) -> Text {
        match self {
            Mark::Is(Status::Valid) => text!("Geçerli", "Valid"),
            Mark::Is(Status::Done) => text!("Yapıldı", "Done"),
            Mark::Is(Status::DoneWithoutId) => text!("Yapıldı, numarasız", "Done without id"),
            Mark::Is(Status::Rejected) => text!("Geri çevrildi", "Rejected"),
            Mark::Is(Status::Invalid) => text!("Hatalı", "Invalid"),
            Mark::Is(Status::Duplicate) => text!("Yinelenen", "Duplicate"),
            Mark::Is(Status::Unknown) => text!("Belirsiz", "Unknown"),
            Mark::Is(Status::NotSent) => text!("Gönderilmedi", "Not sent"),
            Mark::LeftOut => text!("Dışarıda", "Left out"),
            Mark::Warned => text!("Uyarı", "Warning"),
        }
    }

    /// Its icon and colour.
    pub fn look(self) -> Look {
        let (icon, class) = match self {
            Mark::Is(Status::Valid) => ("check", "is-done"),
            Mark::Is(Status::Done) => ("done", "is-done"),
            Mark::Is(Status::DoneWithoutId) => ("noid", "is-done"),
            Mark::Is(Status::Rejected) => ("rejected", "is-rejected"),
            Mark::Is(Status::Invalid) => ("invalid", "is-invalid"),
            Mark::Is(Status::Duplicate) => ("duplicate", "is-duplicate"),
            Mark::Is(Status::Unknown) => ("unknown", "is-unknown"),
            Mark::Is(Status::NotSent) | Mark::LeftOut => ("off", "is-off"),
            Mark::Warned => ("warn", "is-warn"),
        };
        Look { icon, class }
    }
}

/// The icon and the colour of a state. What is unknown in a finished run counts for more than that it is finished.
pub fn of_state(state: RunState, unknown: u64) -> Look {
    let (icon, class) = match state {
        RunState::Checking | RunState::Sending => ("turn", "is-accent"),
        RunState::Columns | RunState::Checked => ("edit", "is-off"),
        RunState::WaitingApproval => ("hand", "is-warn"),
        RunState::Paused => ("pause", "is-warn"),
        RunState::Stopped => ("stop", "is-invalid"),
        RunState::Cancelled | RunState::Finished if unknown > 0 => ("unknown", "is-unknown"),
        RunState::Cancelled => ("off", "is-off"),
        RunState::Finished => ("check", "is-done"),
    };
    Look { icon, class }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ICONS: &str = include_str!("../assets/icons.svg");
    const STYLE: &str = include_str!("../assets/style.css");

    fn all() -> Vec<Mark> {
        Status::ALL.into_iter().map(Mark::Is).chain([Mark::LeftOut, Mark::Warned]).collect()
    }

    #[test]
    fn each_mark_has_its_own_word_in_both_languages() {
        let words: HashSet<(String, String)> = all().iter().map(|mark| (mark.word().tr, mark.word().en)).collect();
        assert_eq!(words.len(), all().len());
    }

    #[test]
    fn each_icon_and_each_colour_exists() {
        let states = RunState::ALL.into_iter().flat_map(|state| [of_state(state, 0), of_state(state, 9)]);
        for look in all().into_iter().map(Mark::look).chain(states) {
            assert!(ICONS.contains(&format!("id=\"i-{}\"", look.icon)), "{look:?}");
            assert!(STYLE.contains(&format!(".{} {{", look.class)), "{look:?}");
        }
    }

    #[test]
    fn a_finished_run_with_unknown_rows_says_so_first() {
        assert_eq!(of_state(RunState::Finished, 9).class, "is-unknown");
        assert_eq!(of_state(RunState::Finished, 0).class, "is-done");
    }
}
