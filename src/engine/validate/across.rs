//! Rules across rows: duplicates, fields that must agree, and which of several equal rows is which.
//!
//! While the file is read, a few bytes a row are kept; at its end they are sorted, which finds all
//! of it in memory that is flat but for some 60 bytes a row.

use std::time::Duration;

use super::Marks;
use super::turns::{self, Turn};
use crate::contract::{Operation, Unique};
use crate::keyed::Key;
use crate::ledger::Reach;

/// How long a row counts as sent where the contract has no `unique` rule for it: long enough to
/// mend a file and run it again, short enough not to stand in the way of next month's equal order.
pub const MENDED_WINDOW: Duration = Duration::from_secs(7 * 86_400);

/// What the rows of a file say of each other.
#[derive(Default)]
pub struct Across {
    unique: Vec<Mark>,
    others: Vec<Mark>,
    same: Vec<Agreement>,
    windows: Vec<Window>,
    turns: Vec<Turn>,
}

/// How long a row that was sent counts against an equal one, and whether a later one is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How long a row that was sent counts.
    pub length: Duration,
    /// A row of a `unique` rule whose `after-window` is `ask`.
    pub asks_after: bool,
    /// Others undo such rows.
    takes_turns: bool,
}

impl Window {
    /// Which rows of other runs count against a row of this window, as of now. Without a rule, what is unknown from long
    /// ago says nothing of this month's equal order.
    pub fn reach(self, counts_done: bool, now_ms: i64) -> Reach {
        let window_ms = i64::try_from(self.length.as_millis()).unwrap_or(i64::MAX);
        let since_ms = now_ms.saturating_sub(window_ms);
        Reach {
            open_since_ms: if self.asks_after { i64::MIN } else { since_ms },
            done_since_ms: counts_done.then_some(since_ms),
        }
    }
}

/// The window of rows that no rule tells.
const MENDED: Window = Window { length: MENDED_WINDOW, asks_after: false, takes_turns: false };

/// A row's key: what tells its duplicates.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// What equal rows have in common.
    pub key: Key,
    /// Its number among the rows read, from 0.
    pub ordinal: u32,
    /// Index of the naming that the key is made under.
    pub naming: u16,
    /// Index into the windows; [`COUNTED`] or [`BEFORE`] where equal rows are legitimate.
    window: u16,
}

const COUNTED: u16 = u16::MAX;
/// Of a row that an earlier result has settled: it counts among its equals, and is not sent.
const BEFORE: u16 = u16::MAX - 1;

impl Mark {
    /// Whether the row may be sent, as far as its own file says.
    pub fn may_go(&self) -> bool {
        self.window != BEFORE
    }

    /// Equal rows are legitimate, and counted.
    pub fn is_counted(&self) -> bool {
        self.window >= BEFORE
    }
}

#[derive(Clone, Copy)]
struct Agreement {
    group: [u8; 16],
    value: [u8; 8],
    ordinal: u32,
    rule: u16,
}

/// What was found about a row by looking at the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Repeats the row with this ordinal.
    Repeats(u32),
    /// Contradicts the row with this ordinal, by the operation's `same` rule of this index.
    Contradicts {
        /// The ordinal of that row.
        other: u32,
        /// The index of the rule.
        rule: u16,
    },
    /// The nth of several equal rows, all of them meant; counted from 0.
    Occurrence(u32),
    /// The nth of equal rows that others undo; `by` is the one in front of it. Counted from 0, which is not told.
    AfterReset {
        /// Its number among its equals.
        nth: u32,
        /// The ordinal of the row in front of it.
        by: u32,
    },
}

/// All findings in the order of the rows, and the marks by which the ledger is asked.
pub struct Findings {
    /// Ordinals with what was found, ascending; a row without a finding is not in it.
    pub list: Vec<(u32, Finding)>,
    /// Sorted by key; only of rows that may be sent, or were when the file was an earlier one.
    pub marks: Vec<Mark>,
    /// The same rows under the other keys that a ledger may have of them; sorted by key.
    pub others: Vec<Mark>,
    windows: Vec<Window>,
    /// The rows that others undo, without repeats; sorted by their pair, then as they stand in the file.
    pub turns: Vec<Turn>,
}

impl Across {
    /// Takes note of a row that is valid by itself.
    pub fn note(&mut self, ordinal: u32, marks: &Marks, operation: &Operation) {
        let window = match marks.unique {
            Some(rule) => self.window(&operation.unique[usize::from(rule)]),
            None => COUNTED,
        };
        self.unique.push(Mark { key: marks.key, ordinal, naming: marks.naming, window });
        self.note_others(ordinal, marks, window);
        self.note_turn(ordinal, marks, false);
        for (rule, group, value) in &marks.same {
            self.same.push(Agreement { group: group.to_ne_bytes(), value: value.to_ne_bytes(), ordinal, rule: *rule });
        }
    }

    /// Takes note of a row that was settled in an earlier result: the ledger is asked about it, and among equal rows
    /// that are meant it has its number.
    pub fn note_before(&mut self, ordinal: u32, marks: &Marks) {
        let own = Mark { key: marks.key, ordinal, naming: marks.naming, window: BEFORE };
        if marks.unique.is_none() { &mut self.unique } else { &mut self.others }.push(own);
        self.note_others(ordinal, marks, BEFORE);
        self.note_turn(ordinal, marks, true);
    }

    fn note_turn(&mut self, ordinal: u32, marks: &Marks, is_before: bool) {
        let turn = |undone_by| Turn { ordinal, key: marks.key, undone_by, is_before };
        self.turns.extend(marks.undone_by.map(turn));
    }

    fn note_others(&mut self, ordinal: u32, marks: &Marks, window: u16) {
        self.others.extend(marks.others.iter().map(|(naming, key)| Mark {
            key: *key,
            ordinal,
            naming: *naming,
            window,
        }));
    }

    fn window(&mut self, rule: &Unique) -> u16 {
        let window = Window { length: rule.window, asks_after: rule.asks_after, takes_turns: !rule.reset.is_empty() };
        let known = self.windows.iter().position(|w| *w == window);
        known.unwrap_or_else(|| {
            self.windows.push(window);
            self.windows.len() - 1
        }) as u16
    }

    /// Sorts and compares. Of rows that contradict each other the first stands; of duplicates too.
    /// `rekey` gives the key of the nth equal row.
    pub fn resolve(mut self, rekey: impl Fn(Key, u32) -> Key) -> Findings {
        let mut list = contradictions(&mut self.same);
        drop(std::mem::take(&mut self.same));
        let contradicting: Vec<u32> = list.iter().map(|(ordinal, _)| *ordinal).collect();
        self.unique.retain(|mark| contradicting.binary_search(&mark.ordinal).is_err());
        self.unique.sort_unstable_by_key(|mark| (mark.key, mark.ordinal));
        self.turns.retain(|turn| contradicting.binary_search(&turn.ordinal).is_err());
        list.extend(turns::compare(&mut self.turns));
        let mut first = 0;
        for at in 1..self.unique.len() {
            let (group, mark) = (self.unique[first], self.unique[at]);
            if group.key != mark.key {
                first = at;
            } else if mark.is_counted() {
                list.push((mark.ordinal, Finding::Occurrence((at - first) as u32)));
            } else if !self.windows[usize::from(mark.window)].takes_turns {
                list.push((mark.ordinal, Finding::Repeats(group.ordinal)));
            }
        }
        list.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        let is_repeat = |(_, finding): &&(u32, Finding)| matches!(finding, Finding::Repeats(_));
        let repeated: Vec<u32> = list.iter().filter(is_repeat).map(|(ordinal, _)| *ordinal).collect();
        self.turns.retain(|turn| repeated.binary_search(&turn.ordinal).is_err());
        self.unique.retain(|mark| repeated.binary_search(&mark.ordinal).is_err());
        let stays =
            |ordinal: &u32| repeated.binary_search(ordinal).is_err() && contradicting.binary_search(ordinal).is_err();
        self.others.retain(|mark| stays(&mark.ordinal));
        rekey_occurrences(&mut self.unique, &list, &rekey);
        rekey_occurrences(&mut self.others, &list, &rekey);
        self.others.sort_unstable_by_key(|mark| (mark.key, mark.ordinal));
        Findings { list, marks: self.unique, others: self.others, windows: self.windows, turns: self.turns }
    }
}

/// The rows that contradict an earlier one, sorted by ordinal.
fn contradictions(same: &mut [Agreement]) -> Vec<(u32, Finding)> {
    same.sort_unstable_by_key(|a| (a.rule, a.group, a.ordinal));
    let mut list = Vec::new();
    let mut first = 0;
    for at in 1..same.len() {
        let (group, row) = (same[first], same[at]);
        if (group.rule, group.group) != (row.rule, row.group) {
            first = at;
        } else if group.value != row.value {
            list.push((row.ordinal, Finding::Contradicts { other: group.ordinal, rule: row.rule }));
        }
    }
    list.sort_unstable_by_key(|(ordinal, _)| *ordinal);
    list.dedup_by_key(|(ordinal, _)| *ordinal);
    list
}

fn rekey_occurrences(marks: &mut [Mark], list: &[(u32, Finding)], rekey: &impl Fn(Key, u32) -> Key) {
    let mut changed = false;
    for mark in marks.iter_mut() {
        if let Ok(at) = list.binary_search_by_key(&mark.ordinal, |(ordinal, _)| *ordinal)
            && let Finding::Occurrence(nth) | Finding::AfterReset { nth, .. } = list[at].1
        {
            mark.key = rekey(mark.key, nth);
            changed = true;
        }
    }
    if changed {
        marks.sort_unstable_by_key(|mark| (mark.key, mark.ordinal));
    }
}

impl Findings {
    /// What was found about a row.
    pub fn of(&self, ordinal: u32) -> Option<Finding> {
        self.list.binary_search_by_key(&ordinal, |(of, _)| *of).ok().map(|at| self.list[at].1)
    }

    /// The marks of a key: a row's own, or one of its others.
    pub fn with_key(&self, key: Key) -> impl Iterator<Item = &Mark> {
        of_key(&self.marks, key).chain(of_key(&self.others, key))
    }

    /// A row's own key, or any that it is known by.
    pub fn key_of(&self, ordinal: u32) -> Key {
        let mut marks = self.marks.iter().chain(&self.others);
        marks.find(|mark| mark.ordinal == ordinal).map_or(Key([0; 16]), |mark| mark.key)
    }

    /// All keys under which a ledger may know a row of the file; sorted, each once.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.marks.iter().chain(&self.others).map(|mark| mark.key).collect();
        // Two sorted runs, one behind the other: a stable sort merges them.
        keys.sort();
        keys.dedup();
        keys
    }

    /// How many rows contradict an earlier one.
    pub fn contradictions(&self) -> u64 {
        self.count(|finding| matches!(finding, Finding::Contradicts { .. }))
    }

    /// How many rows repeat an earlier one.
    pub fn repeats(&self) -> u64 {
        self.count(|finding| matches!(finding, Finding::Repeats(_)))
    }

    fn count(&self, is_meant: impl Fn(&Finding) -> bool) -> u64 {
        self.list.iter().filter(|(_, finding)| is_meant(finding)).count() as u64
    }

    /// The window of a row that goes under one of these keys.
    pub fn window_of(&self, ordinal: u32, keys: [Key; 2]) -> Window {
        let mark = keys.into_iter().find_map(|key| self.with_key(key).find(|mark| mark.ordinal == ordinal));
        mark.map_or(MENDED, |mark| self.window(mark))
    }

    /// How long a row that was sent counts against this one.
    pub fn window(&self, mark: &Mark) -> Window {
        self.windows.get(usize::from(mark.window)).copied().unwrap_or(MENDED)
    }
}

fn of_key(marks: &[Mark], key: Key) -> impl Iterator<Item = &Mark> {
    let first = marks.partition_point(|mark| mark.key < key);
    marks[first..].iter().take_while(move |mark| mark.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Key {
        Key([n; 16])
    }

    fn mark(n: u8, ordinal: u32, window: u16) -> Mark {
        Mark { key: key(n), ordinal, naming: 0, window }
    }

    #[test]
    fn the_first_of_equal_rows_stands_and_the_others_repeat_it() {
        let across = Across {
            unique: vec![mark(1, 0, 0), mark(2, 1, 0), mark(1, 2, 0), mark(1, 3, 0)],
            windows: vec![Window { length: Duration::from_secs(60), asks_after: true, takes_turns: false }],
            ..Across::default()
        };
        let findings = across.resolve(|key, _| key);
        assert_eq!(findings.list, [(2, Finding::Repeats(0)), (3, Finding::Repeats(0))]);
        assert_eq!(findings.marks.iter().map(|m| m.ordinal).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(findings.window(&findings.marks[0]).length, Duration::from_secs(60));
    }

    #[test]
    fn equal_rows_that_are_meant_are_counted_and_get_keys_of_their_own() {
        let across = Across { unique: vec![mark(1, 0, COUNTED), mark(1, 1, COUNTED)], ..Across::default() };
        let findings = across.resolve(|_, nth| key(100 + nth as u8));
        assert_eq!(findings.of(1), Some(Finding::Occurrence(1)));
        assert_eq!(findings.of(0), None);
        assert_eq!(findings.marks[1].key, key(101));
        assert_eq!(findings.window(&findings.marks[0]), MENDED);
    }

    #[test]
    fn a_row_that_contradicts_an_earlier_one_is_no_original_for_duplicates() {
        let agreement = |value, ordinal| Agreement { group: [9; 16], value: [value; 8], ordinal, rule: 0 };
        let across = Across {
            unique: vec![mark(1, 0, 0), mark(2, 1, 0), mark(2, 2, 0)],
            same: vec![agreement(1, 0), agreement(2, 1), agreement(1, 2)],
            windows: vec![Window { length: Duration::from_secs(60), asks_after: true, takes_turns: false }],
            ..Across::default()
        };
        let findings = across.resolve(|key, _| key);
        assert_eq!(findings.list, [(1, Finding::Contradicts { other: 0, rule: 0 })]);
        assert_eq!(findings.marks.len(), 2);
    }
}
