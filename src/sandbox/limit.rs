//! The rate that the sandbox grants, in fixed windows of one second, as many servers count.

use std::time::Duration;

/// Counts requests a window.
#[derive(Debug)]
pub struct Limit {
    window: Duration,
    allowed: u64,
    /// Number of the window that `taken` is about.
    current: u128,
    taken: u64,
}

impl Limit {
    /// `per_s` requests in each second; below one a second, one request in each `1 / per_s` seconds.
    pub fn new(per_s: f64) -> Self {
        let seconds = if per_s < 1.0 { 1.0 / per_s.max(1e-3) } else { 1.0 };
        Self { window: Duration::from_secs_f64(seconds), allowed: (per_s as u64).max(1), current: 0, taken: 0 }
    }

    /// Takes one request at this time since the start; false where the window is full.
    pub fn take(&mut self, at: Duration) -> bool {
        let current = at.as_nanos() / self.window.as_nanos();
        if current != self.current {
            self.current = current;
            self.taken = 0;
        }
        self.taken += 1;
        self.taken <= self.allowed
    }

    /// What `Retry-After` says, in seconds: the longest that a new window can be away.
    pub fn retry_after_s(&self) -> u64 {
        self.window.as_secs_f64().ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_window_takes_no_more_and_the_next_one_begins_empty() {
        let mut limit = Limit::new(2.0);
        let taken: Vec<_> =
            [0, 10, 20, 999, 1_000, 1_001, 1_002].map(|ms| limit.take(Duration::from_millis(ms))).to_vec();
        assert_eq!(taken, [true, true, false, false, true, true, false]);
        assert_eq!(limit.retry_after_s(), 1);
    }

    #[test]
    fn less_than_one_a_second_makes_the_window_longer() {
        let mut limit = Limit::new(0.5);
        assert!(limit.take(Duration::ZERO));
        assert!(!limit.take(Duration::from_millis(1_900)));
        assert!(limit.take(Duration::from_secs(2)));
        assert_eq!(limit.retry_after_s(), 2);
    }
}
