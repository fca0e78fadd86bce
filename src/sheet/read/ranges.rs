//! Row numbers, kept as ranges: a filter hides thousands of rows in a few runs.

use std::fmt;

/// Ranges that a sentence lists before it says how many more there are.
const MOST_SHOWN: usize = 20;

/// Row numbers in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// Adds a number that is larger than all before.
    pub fn push(&mut self, number: u32) {
        match self.0.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => self.0.push((number, number)),
        }
    }

    /// Whether the number was added.
    pub fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after > 0 && self.0[after - 1].1 >= number
    }

    /// Whether no number was added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// The first and the last number of each run.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.iter().copied()
    }
}

/// `5, 7-8`; the first twenty runs, then `…`.
impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.iter().take(MOST_SHOWN).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        if self.0.len() > MOST_SHOWN { f.write_str(", …") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_run_are_one_range() {
        let mut ranges = Ranges::default();
        for number in [1, 2, 3, 7, 9, 10] {
            ranges.push(number);
        }
        assert_eq!(ranges.to_string(), "1-3, 7, 9-10");
        assert_eq!(ranges.count(), 6);
        let inside: Vec<_> = (0..12).filter(|number| ranges.contains(*number)).collect();
        assert_eq!(inside, [1, 2, 3, 7, 9, 10]);
    }

    #[test]
    fn a_long_list_is_cut() {
        let mut ranges = Ranges::default();
        (0..100).for_each(|number| ranges.push(number * 2));
        assert!(ranges.to_string().ends_with("38, …"));
    }
}
