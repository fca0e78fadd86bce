//! Rows that go although equal ones were sent, for what undoes those was done since (`reset-by`): an install, an
//! uninstall, an install of one terminal.
//!
//! A row of the file that has a turn of its own there goes if the row in front of it goes, or if what was done last is
//! of the other kind. A row that stands alone in its file and is equal to one that was sent goes too, as the next of its
//! kind. In doubt it stays:
//!
//! - a row of the pair is unknown, or was sent by a version that kept its key in another form;
//! - the file may be an earlier one, mended: it has the bytes or the place of one, or repeats other rows of that run.

use std::collections::{HashMap, HashSet};

use super::first_pass::CheckedFile;
use super::past::{Past, Repeat};
use super::same_run::absolute;
use crate::account::unreadable;
use crate::error::Error;
use crate::identity::Server;
use crate::keyed::Key;
use crate::ledger::{EntryId, Ledger, PastRow, Servers, State};
use crate::validate::across::Finding;
use crate::validate::turns::Turn;

/// Takes rows out of the repeats that go after all, and gives their numbers; puts in those that do not. `past` has the
/// repeats among the rows that are still to go, sorted by ordinal. `bytes_known`: the same file was sent before.
///
/// # Errors
/// The ledger cannot be read.
pub fn settle(
    ledger: &Ledger,
    servers: &Servers,
    checked: &CheckedFile,
    but: Option<u32>,
    bytes_known: bool,
    past: &mut Past,
) -> Result<HashMap<u32, u32>, Error> {
    let here: HashMap<u32, Repeat> = past.here.iter().map(|repeat| (repeat.ordinal, *repeat)).collect();
    let is_concerned =
        |turn: &Turn| here.contains_key(&turn.ordinal) || number(checked, turn.ordinal).is_some_and(|nth| nth > 0);
    let pairs = checked.findings.turns.chunk_by(|a, b| a.pair() == b.pair());
    let pairs: Vec<&[Turn]> = pairs.filter(|pair| pair.iter().any(is_concerned)).collect();
    if pairs.is_empty() {
        return Ok(HashMap::new());
    }
    let sent = sent(ledger, servers, checked, but, &pairs)?;
    let mut again = Vec::new();
    for pair in pairs {
        let sent = sent.get(&pair[0].pair()).map(Vec::as_slice).unwrap_or_default();
        match pair {
            [turn] => {
                let repeat = here.get(&turn.ordinal).filter(|_| !bytes_known);
                let nth = repeat.and_then(|repeat| next(checked, turn, repeat, sent));
                let ids = || sent.iter().map(|past| past.id).collect();
                again.extend(nth.map(|nth| Again { ordinal: turn.ordinal, nth, ids: ids() }));
            }
            _ => past.here.extend(stays(ledger, checked, pair, &here, sent)?),
        }
    }
    take_mended_away(ledger, checked, past, &mut again)?;
    let again: HashMap<u32, u32> = again.into_iter().map(|again| (again.ordinal, again.nth)).collect();
    past.here.retain(|repeat| !again.contains_key(&repeat.ordinal));
    past.here.sort_by_key(|repeat| repeat.ordinal);
    Ok(again)
}

/// The rows of the file that go only if the one in front of them is not refused, each with that one.
pub fn behind(checked: &CheckedFile) -> HashMap<u32, u32> {
    let found = checked.findings.list.iter();
    let behind = found.filter_map(|(ordinal, finding)| match finding {
        Finding::AfterReset { by, .. } => Some((*ordinal, *by)),
        _ => None,
    });
    behind.collect()
}

/// Those in front that were refused when this run was last at work.
///
/// # Errors
/// The ledger cannot be read.
pub fn refused(ledger: &Ledger, run: u32, behind: &HashMap<u32, u32>) -> Result<Vec<u32>, Error> {
    let mut refused = Vec::new();
    for ordinal in behind.values().copied() {
        let entry = ledger.entry(EntryId { run, ordinal }).map_err(|error| unreadable(&error))?;
        refused.extend(entry.filter(|entry| entry.state == State::Rejected).map(|_| ordinal));
    }
    Ok(refused)
}

/// A row that stands alone in its file and goes again.
struct Again {
    ordinal: u32,
    nth: u32,
    /// The rows of its pair that were sent.
    ids: Vec<EntryId>,
}

/// The number of a row among its equals, where it has one that is not the first's.
fn number(checked: &CheckedFile, ordinal: u32) -> Option<u32> {
    match checked.findings.of(ordinal) {
        Some(Finding::AfterReset { nth, .. }) => Some(nth),
        _ => None,
    }
}

/// What this server was sent of each pair, the earliest first.
fn sent(
    ledger: &Ledger,
    servers: &Servers,
    checked: &CheckedFile,
    but: Option<u32>,
    pairs: &[&[Turn]],
) -> Result<HashMap<Key, Vec<PastRow>>, Error> {
    let both = pairs.iter().flat_map(|pair| [(pair[0].key, pair[0].pair()), (pair[0].undone_by, pair[0].pair())]);
    let pair_of: HashMap<Key, Key> = both.collect();
    let mut keys: Vec<Key> = pair_of.keys().copied().collect();
    keys.sort_unstable();
    let here = |server: &Server| checked.known_as.iter().any(|known| servers.are_same(server, &known.here));
    let mut sent: HashMap<Key, Vec<PastRow>> = HashMap::new();
    let mut take = |past: PastRow| {
        let is_here = past.server.and_then(|number| servers.numbered(number)).is_some_and(here);
        if let Some(pair) = pair_of.get(&first_key(&past)).filter(|_| is_here) {
            sent.entry(*pair).or_default().push(past);
        }
    };
    ledger.past_rows(&keys, but, &mut take).map_err(|error| unreadable(&error))?;
    for rows in sent.values_mut() {
        rows.sort_by_key(|past| past.sent_at_ms);
    }
    Ok(sent)
}

/// The key that a row's equals share.
fn first_key(past: &PastRow) -> Key {
    past.first.unwrap_or(past.key)
}

/// The kind that was certainly done last.
fn done_last(sent: &[PastRow]) -> Option<Key> {
    let last = sent.last().filter(|_| sent.iter().all(|past| past.state == State::Done))?;
    let is_certain = |past: &PastRow| first_key(past) == first_key(last) || past.sent_at_ms < last.sent_at_ms;
    sent.iter().all(is_certain).then(|| first_key(last))
}

/// The number of a row that repeats one that is undone.
fn next(checked: &CheckedFile, turn: &Turn, repeat: &Repeat, sent: &[PastRow]) -> Option<u32> {
    let is_known = sent.iter().any(|past| past.id == repeat.of && first_key(past) == turn.key);
    if !is_known || repeat.doubt.is_some() || done_last(sent) != Some(turn.undone_by) {
        return None;
    }
    let taken: HashSet<Key> = sent.iter().map(|past| past.key).collect();
    (1..=u32::MAX).find(|nth| !taken.contains(&checked.occurrences.occurrence(turn.key, *nth)))
}

/// Of several rows of a pair, those that no other run sent under their number, and that repeat one all the same.
fn stays(
    ledger: &Ledger,
    checked: &CheckedFile,
    pair: &[Turn],
    here: &HashMap<u32, Repeat>,
    sent: &[PastRow],
) -> Result<Vec<Repeat>, Error> {
    let mut stays = Vec::new();
    let mut last = done_last(sent);
    for (at, turn) in pair.iter().enumerate() {
        // What rows of an earlier result did is among what was sent.
        if turn.is_before || here.contains_key(&turn.ordinal) {
            continue;
        }
        let nth = number(checked, turn.ordinal).unwrap_or_default();
        let of = if nth == 0 || last == Some(turn.undone_by) {
            None
        } else {
            let equal = sent.iter().rev().find(|past| first_key(past) == turn.key).map(|past| (past.id, past.state));
            let in_front = || pair[..at].iter().rev().find_map(|turn| here.get(&turn.ordinal));
            match equal.or_else(|| in_front().map(|repeat| (repeat.of, repeat.state))) {
                Some(of) => Some(of),
                None => of_result(ledger, checked, &pair[..at])?,
            }
        };
        match of {
            Some((of, state)) => {
                let key = checked.occurrences.occurrence(turn.key, nth);
                stays.push(Repeat { ordinal: turn.ordinal, key, of, state, doubt: None });
            }
            None => last = Some(turn.key),
        }
    }
    Ok(stays)
}

/// What an earlier result's row was in its own run.
fn of_result(ledger: &Ledger, checked: &CheckedFile, pair: &[Turn]) -> Result<Option<(EntryId, State)>, Error> {
    let fed = checked.before.fed.iter().find(|fed| pair.iter().any(|turn| turn.ordinal == fed.ordinal));
    let Some(fed) = fed else { return Ok(None) };
    let entry = ledger.entry_at(fed.run, fed.place).map_err(|error| unreadable(&error))?;
    Ok(entry.map(|entry| (entry.id, entry.state)))
}

/// Rows of a file that may be an earlier one, mended, do not go again.
fn take_mended_away(ledger: &Ledger, checked: &CheckedFile, past: &Past, again: &mut Vec<Again>) -> Result<(), Error> {
    let path = absolute(&checked.path);
    let mut mended = HashSet::new();
    for run in again.iter().flat_map(|again| &again.ids).map(|id| id.run).collect::<HashSet<u32>>() {
        let found = ledger.run_numbered(run).map_err(|error| unreadable(&error))?;
        if found.is_none_or(|found| found.spec.file == path) {
            mended.insert(run);
        }
    }
    loop {
        let ids: HashSet<EntryId> = again.iter().flat_map(|again| again.ids.iter().copied()).collect();
        mended.extend(past.met.iter().filter(|id| !ids.contains(id)).map(|id| id.run));
        let before = again.len();
        again.retain(|again| again.ids.iter().all(|id| !mended.contains(&id.run)));
        if again.len() == before {
            return Ok(());
        }
    }
}
