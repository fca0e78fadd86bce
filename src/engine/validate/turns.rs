//! Rows that undo each other, as an uninstall undoes an install (`reset-by`): which of equal ones are repeats.
//!
//! Rows of one such pair take turns. An equal row with none of the other kind between it and the last one repeats that
//! one; behind one of the other kind it stands for itself, with the number of its turn.

use std::collections::HashMap;

use super::across::Finding;
use crate::keyed::Key;

/// A row that another one undoes.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// Its number among the rows read, from 0.
    pub ordinal: u32,
    /// The key of the first of its equals.
    pub key: Key,
    /// The key of the first of those that undo it.
    pub undone_by: Key,
    /// The row was settled in an earlier result: it is not sent.
    pub is_before: bool,
}

impl Turn {
    /// What both kinds of a pair have in common.
    pub fn pair(&self) -> Key {
        self.key.min(self.undone_by)
    }
}

/// Compares the rows of each pair in the order of the file, and sorts them by pair. What a row of an earlier result
/// did is in the ledger: a row equal to one repeats nothing of this file.
pub fn compare(turns: &mut [Turn]) -> Vec<(u32, Finding)> {
    turns.sort_unstable_by_key(|turn| (turn.pair(), turn.ordinal));
    let mut found = Vec::new();
    for pair in turns.chunk_by(|a, b| a.pair() == b.pair()).filter(|pair| pair.len() > 1) {
        let mut counts: HashMap<Key, u32> = HashMap::new();
        let mut last: Option<&Turn> = None;
        for turn in pair {
            match last {
                Some(last) if last.key == turn.key => {
                    if !last.is_before && !turn.is_before {
                        found.push((turn.ordinal, Finding::Repeats(last.ordinal)));
                    }
                    continue;
                }
                _ => {}
            }
            let count = counts.entry(turn.key).or_default();
            if let (1.., Some(last)) = (*count, last) {
                found.push((turn.ordinal, Finding::AfterReset { nth: *count, by: last.ordinal }));
            }
            *count += 1;
            last = Some(turn);
        }
    }
    found
}
