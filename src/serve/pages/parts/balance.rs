//! A balance: what was read, and what became of it.

use crate::pages::words::Mark;

/// Terms that have to add up to a whole. If they do not, the page shows an error in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The whole: rows read, or rows that were to go.
    pub whole: u64,
    /// Its terms, in the order in which they are shown. A term of no rows is shown where it stands here.
    pub terms: Vec<(Mark, u64)>,
}

impl Balance {
    /// Whether nothing is lost.
    pub fn adds_up(&self) -> bool {
        self.terms.iter().try_fold(0_u64, |sum, (_, rows)| sum.checked_add(*rows)) == Some(self.whole)
    }
}
