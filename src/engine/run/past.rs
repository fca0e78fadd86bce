//! Which rows of a file other runs have sent, here or elsewhere, as far back as the ledger remembers.
//!
//! Where a contract tells duplicates by their fields, a row repeats the one with the same fields. Where
//! equal rows are legitimate, they are counted: of five equal rows, three were sent, so two may go.

use std::collections::{HashMap, HashSet};

use super::first_pass::CheckedFile;
use crate::account::unreadable;
use crate::doubt::Doubt;
use crate::error::Error;
use crate::identity::{Naming, Server};
use crate::keyed::Key;
use crate::ledger::{EntryId, Ledger, PastRow, Servers, State};
use crate::validate::across::Mark;

/// One way in which the ledger may know an operation's rows, and the server that they go to now.
#[derive(Debug, Clone)]
pub struct KnownAs {
    pub naming: Naming,
    pub here: Server,
}

/// A row that another run sent.
#[derive(Debug, Clone, Copy)]
pub struct Repeat {
    pub ordinal: u32,
    pub key: Key,
    pub of: EntryId,
    pub state: State,
    /// Why it is in question whether the row goes; none where it certainly does not.
    pub doubt: Option<Doubt>,
}

/// What was found of a file's rows.
#[derive(Default)]
pub struct Past {
    /// Rows that this server did, within their window or longer ago; sorted by ordinal.
    pub here: Vec<Repeat>,
    /// Rows of an earlier result that this server did; sorted.
    pub settled_here: Vec<u32>,
    /// Rows that another LIVE server did within their window; sorted.
    pub elsewhere: Vec<u32>,
    pub elsewhere_at: Vec<Server>,
    /// All rows of other runs that were met here; sorted.
    pub met: Vec<EntryId>,
}

/// Where a row was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Here,
    Elsewhere,
    /// At a sandbox or a test server: it does not count.
    Rehearsed,
}

/// Looks for the rows of a file in all runs but `but`. `bytes_known`: the same file was sent before.
///
/// # Errors
/// The ledger cannot be read.
pub fn look(
    ledger: &Ledger,
    servers: &Servers,
    checked: &CheckedFile,
    but: Option<u32>,
    bytes_known: bool,
    now: i64,
) -> Result<Past, Error> {
    let mut finder = Finder::new(checked, servers, bytes_known, now);
    let keys = checked.findings.keys();
    ledger.past_rows(&keys, but, &mut |past| finder.take(past)).map_err(|error| unreadable(&error))?;
    Ok(finder.finish())
}

struct Finder<'a> {
    checked: &'a CheckedFile,
    servers: &'a Servers,
    bytes_known: bool,
    now: i64,
    past: Past,
    /// Rows that have the first of their equals in the file, and are not in it themselves.
    surplus: Vec<PastRow>,
    /// What was found of a naming and a server's number.
    places: HashMap<(u16, Option<u32>), Where>,
}

impl<'a> Finder<'a> {
    fn new(checked: &'a CheckedFile, servers: &'a Servers, bytes_known: bool, now: i64) -> Self {
        let (past, surplus, places) = (Past::default(), Vec::new(), HashMap::new());
        Self { checked, servers, bytes_known, now, past, surplus, places }
    }

    fn take(&mut self, past: PastRow) {
        let checked = self.checked;
        let mut met = false;
        for key in [Some(past.key), past.body].into_iter().flatten() {
            for mark in checked.findings.with_key(key) {
                met = true;
                self.meet(mark, &past);
            }
        }
        let Some(first) = past.first.filter(|_| !met) else { return };
        let mut is_surplus = false;
        for mark in checked.findings.with_key(first) {
            if mark.is_counted() {
                is_surplus |= self.place(mark, &past) == Where::Here;
            } else {
                // A later one of rows that others undo: the file's is equal to it too.
                self.meet(mark, &past);
            }
        }
        if is_surplus {
            self.surplus.push(past);
        }
    }

    fn meet(&mut self, mark: &Mark, past: &PastRow) {
        match self.place(mark, past) {
            Where::Rehearsed => {}
            Where::Elsewhere => {
                if mark.may_go() && self.is_within(mark, past) {
                    self.past.elsewhere.push(mark.ordinal);
                    let server = self.server(mark, past);
                    if !self.past.elsewhere_at.contains(&server) {
                        self.past.elsewhere_at.push(server);
                    }
                }
            }
            Where::Here => {
                self.past.met.push(past.id);
                if !mark.may_go() {
                    self.past.settled_here.push(mark.ordinal);
                } else if let Some(repeat) = self.repeat(mark, past) {
                    self.past.here.push(repeat);
                }
            }
        }
    }

    fn server(&self, mark: &Mark, past: &PastRow) -> Server {
        let known = &self.checked.known_as[usize::from(mark.naming)];
        let numbered = || past.server.and_then(|number| self.servers.numbered(number)).cloned();
        known.naming.server().or_else(numbered).unwrap_or_else(|| known.here.clone())
    }

    fn place(&mut self, mark: &Mark, past: &PastRow) -> Where {
        let known = (mark.naming, past.server);
        if let Some(place) = self.places.get(&known) {
            return *place;
        }
        let theirs = self.server(mark, past);
        let here = &self.checked.known_as[usize::from(mark.naming)].here;
        let place = if self.servers.are_same(&theirs, here) {
            Where::Here
        } else if self.servers.is_rehearsal(&theirs) || here.is_sandbox() {
            Where::Rehearsed
        } else {
            Where::Elsewhere
        };
        self.places.insert(known, place);
        place
    }

    fn is_within(&self, mark: &Mark, past: &PastRow) -> bool {
        past.sent_at_ms >= self.now - self.checked.findings.window(mark).length.as_millis() as i64
    }

    /// What a row of this server is to an equal one of the file: a repeat, a question, or (where equal rows are
    /// legitimate, or the contract says `after-window: new`) nothing any more.
    fn repeat(&self, mark: &Mark, past: &PastRow) -> Option<Repeat> {
        let window = self.checked.findings.window(mark);
        // Without a rule, what is unknown from long ago says nothing of this month's equal order.
        let is_open = matches!(past.state, State::Unknown | State::Sending);
        let doubt = if self.is_within(mark, past) || (is_open && window.asks_after) {
            None
        } else if window.asks_after || self.bytes_known {
            Some(Doubt::PastWindow)
        } else {
            return None;
        };
        Some(Repeat { ordinal: mark.ordinal, key: mark.key, of: past.id, state: past.state, doubt })
    }

    fn finish(mut self) -> Past {
        let here = &mut self.past.here;
        // Of several, the one that was done tells the id.
        here.sort_by_key(|repeat| {
            (repeat.ordinal, repeat.doubt.is_some(), repeat.state != State::Done, std::cmp::Reverse(repeat.of))
        });
        here.dedup_by_key(|repeat| repeat.ordinal);
        let surplus = std::mem::take(&mut self.surplus);
        self.take_equal_rows(surplus);
        self.past.here.sort_by_key(|repeat| repeat.ordinal);
        for list in [&mut self.past.settled_here, &mut self.past.elsewhere] {
            list.sort_unstable();
            list.dedup();
        }
        self.past.elsewhere_at.sort();
        self.past.met.sort_unstable();
        self.past.met.dedup();
        // What was done here too is no question of elsewhere.
        let Past { here, elsewhere, .. } = &mut self.past;
        elsewhere.retain(|ordinal| here.binary_search_by_key(ordinal, |repeat| repeat.ordinal).is_err());
        self.past
    }

    /// Equal rows are numbered as they stand in their file. When one of them was refused and taken out, the
    /// numbers behind it move up: what was sent under a number that the file no longer has was sent for one of
    /// those that seem not to have been.
    fn take_equal_rows(&mut self, mut surplus: Vec<PastRow>) {
        surplus.sort_by_key(|past| (past.key, past.state != State::Done, std::cmp::Reverse(past.id)));
        surplus.dedup_by_key(|past| past.key);
        let mut taken: HashSet<u32> = HashSet::new();
        if !surplus.is_empty() {
            taken.extend(self.past.here.iter().map(|repeat| repeat.ordinal));
            taken.extend(&self.past.settled_here);
        }
        let mut next: HashMap<Key, u32> = HashMap::new();
        let checked = self.checked;
        for past in &surplus {
            let Some(first) = past.first else { continue };
            let nth = next.entry(first).or_default();
            while let Some(mark) = checked.findings.with_key(checked.occurrences.occurrence(first, *nth)).next() {
                *nth += 1;
                if taken.contains(&mark.ordinal) {
                    continue;
                }
                if !mark.may_go() {
                    self.past.settled_here.push(mark.ordinal);
                } else if let Some(repeat) = self.repeat(mark, past) {
                    self.past.here.push(repeat);
                } else {
                    continue;
                }
                taken.insert(mark.ordinal);
                self.past.met.push(past.id);
                break;
            }
        }
    }
}
