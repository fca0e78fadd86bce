//! Which rows of a file repeat rows that other runs sent.
//!
//! Where a contract tells duplicates by their fields, a row repeats the one with the same fields. Where
//! equal rows are legitimate, they are counted: of five equal rows, three were sent, so two may go.

use std::collections::{HashMap, HashSet};

use super::first_pass::Checked;
use super::second_pass::was_again;
use crate::account::unreadable;
use crate::cli::Duplicates;
use crate::exit::Stop;
use crate::job::Sending;
use crate::keyed::Key;
use crate::ledger::{EntryId, Ledger, PastRow, Run, State};
use crate::progress::Terminal;
use crate::row::Place;
use crate::say;
use crate::submit::event::now_ms;
use crate::validate::across::Mark;

/// A row that repeats one of another run.
pub struct Repeat {
    pub ordinal: u32,
    pub key: Key,
    pub of: EntryId,
    pub state: State,
}

impl Repeat {
    fn new(mark: &Mark, past: &PastRow) -> Self {
        Self { ordinal: mark.ordinal, key: mark.key, of: past.id, state: past.state }
    }
}

/// The rows that repeat one sent within its window, of all runs but `but`; sorted by ordinal.
pub fn repeated(ledger: &Ledger, checked: &Checked, but: Option<u32>, now: i64) -> Result<Vec<Repeat>, Stop> {
    let findings = &checked.findings;
    let counts = |mark: &Mark, past: &PastRow| {
        past.sent_at_ms >= now - findings.window(mark).as_millis() as i64 || past.state != State::Done
    };
    let longest = findings.longest_window().as_millis() as i64;
    let mut found: Vec<Repeat> = Vec::new();
    let mut surplus: Vec<PastRow> = Vec::new();
    ledger
        .sent_since(now - longest, but, |past| {
            let before = found.len();
            found.extend(findings.with_key(past.key).filter(|m| counts(m, &past)).map(|m| Repeat::new(m, &past)));
            if found.len() == before && past.first.is_some() {
                surplus.push(past);
            }
        })
        .map_err(|error| unreadable(&error))?;
    // Of several, the one that was done tells the id.
    found.sort_by_key(|repeat| (repeat.ordinal, repeat.state != State::Done, std::cmp::Reverse(repeat.of)));
    found.dedup_by_key(|repeat| repeat.ordinal);
    let equal = of_equal_rows(checked, &found, surplus, counts);
    found.extend(equal);
    found.sort_by_key(|repeat| repeat.ordinal);
    let stay: HashSet<u32> = findings.marks.iter().filter(|mark| !mark.may_go()).map(|mark| mark.ordinal).collect();
    found.retain(|repeat| !stay.contains(&repeat.ordinal));
    Ok(found)
}

/// Equal rows are numbered as they stand in their file. When one of them was refused and taken out, the
/// numbers behind it move up: what was sent under a number that the file no longer has was sent for one of
/// those that seem not to have been.
fn of_equal_rows(
    checked: &Checked,
    found: &[Repeat],
    mut surplus: Vec<PastRow>,
    counts: impl Fn(&Mark, &PastRow) -> bool,
) -> Vec<Repeat> {
    surplus.sort_by_key(|past| (past.key, past.state != State::Done, std::cmp::Reverse(past.id)));
    surplus.dedup_by_key(|past| past.key);
    let taken: HashSet<u32> =
        if surplus.is_empty() { HashSet::new() } else { found.iter().map(|repeat| repeat.ordinal).collect() };
    let mut next: HashMap<Key, u32> = HashMap::new();
    let mut repeats = Vec::new();
    for past in &surplus {
        let Some(first) = past.first else { continue };
        let nth = next.entry(first).or_default();
        while let Some(mark) = checked.findings.with_key(checked.occurrences.occurrence(first, *nth)).next() {
            *nth += 1;
            if !taken.contains(&mark.ordinal) && counts(mark, past) {
                repeats.push(Repeat::new(mark, past));
                break;
            }
        }
    }
    repeats
}

/// Writes down which rows are not to go because another run sent them: before a run begins, and each time it goes on,
/// for another file may have sent them since.
pub fn note_repeats(
    ledger: &Ledger,
    run: &Run,
    checked: &Checked,
    sending: &Sending,
    terminal: Terminal,
) -> Result<(), Stop> {
    let mut repeats = repeated(ledger, checked, Some(run.number), now_ms())?;
    let all = repeats.len();
    let again = was_again(run);
    if again || sending.duplicates != Duplicates::Skip {
        // What is unknown is closed by a person, never by sending it again.
        repeats.retain(|repeat| matches!(repeat.state, State::Unknown | State::Sending));
        if !again && sending.duplicates == Duplicates::Warn && all > repeats.len() {
            let count = all - repeats.len();
            terminal.note(&say!(
                terminal.lang,
                "{count} satır daha önce gönderilmiş satırları yineliyor; --duplicates warn ile yine de gönderiliyor.",
                "{count} rows repeat rows that were sent before; --duplicates warn sends them all the same."
            ));
        }
    }
    let rows: Vec<(u32, Place, Key, EntryId)> = repeats
        .iter()
        .map(|repeat| (repeat.ordinal, checked.places.get(repeat.ordinal), repeat.key, repeat.of))
        .collect();
    ledger.note_duplicates(run.number, &rows).map_err(|error| unreadable(&error))
}
