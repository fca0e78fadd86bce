//! The outcome of a row as a word in a table, and the state of a run as a label.

use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;
use crate::pages::start::{RunCounts, RunRow};
use crate::pages::words::{Look, Mark, of_state};
use crate::state::RunState;

/// An icon and a word in its colour.
pub(in crate::pages) fn word(frame: &Frame, mark: Mark) -> Markup {
    worded(frame, mark.look(), &frame.say(mark.word()))
}

/// An icon and other words in its colour.
pub(in crate::pages) fn worded(frame: &Frame, look: Look, words: &str) -> Markup {
    html! { span class={ "word " (look.class) } { (frame.icon(look.icon)) (words) } }
}

/// An icon and words on a tint, with an edge.
pub(in crate::pages) fn tag(frame: &Frame, look: Look, words: &str) -> Markup {
    html! { span class={ "tag " (look.class) } { (frame.icon(look.icon)) (words) } }
}

/// The state of a run in a list, with what matters most about it.
pub(in crate::pages) fn state(frame: &Frame, run: &RunRow) -> Markup {
    let RunCounts { to_send, unknown, .. } = run.rows;
    let (word, count) = (frame.say(run.state.word()), frame.n(unknown));
    let words = match run.state {
        RunState::Sending if to_send > 0 => format!("{word}, {}", frame.percent(answered(&run.rows), to_send)),
        RunState::Stopped if !run.why.is_empty() => format!("{word}: {}", run.why),
        RunState::Finished | RunState::Cancelled if unknown > 0 => {
            say!(frame.lang, "{word}, {count} belirsiz", "{word}, {count} unknown")
        }
        _ => word,
    };
    tag(frame, of_state(run.state, unknown), &words)
}

/// Rows of a run that have come to an outcome at the server.
fn answered(rows: &RunCounts) -> u64 {
    rows.done + rows.rejected + rows.unknown
}
