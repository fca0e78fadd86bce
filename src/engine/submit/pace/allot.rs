//! What part of a server's rate each of several processes' runs has. Pure: every process reads the same shares and
//! comes to the same parts.

use super::departures::Bound;
use crate::ledger::Share;

/// The part of a run that nobody's rate bounds: nothing is left of a rate that comes later until it is given up.
pub const UNBOUNDED: u32 = u32::MAX / 2;

/// A part that some runs have only in turns changes hands after so long, in milliseconds and in times of the rate.
const SHORTEST_ROUND_MS: i64 = 10_000;
const ROUND: i64 = 10;
/// Who has so many does not miss one more.
const MANY: u32 = 4;

/// What a run may use of a server's rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lot {
    /// The lowest rate of all runs; none where nobody names one.
    pub rate: Option<f64>,
    /// Requests that this rate grants in its time.
    pub whole: u32,
    /// Those of them that are this run's.
    pub part: u32,
}

impl Lot {
    /// Before anything is known: nothing may leave.
    pub const NOTHING: Self = Self { rate: Some(1.0), whole: 1, part: 0 };

    /// The part of a run among the shares of all that live, its own among them.
    pub fn of(shares: &[Share], run: u32, now_ms: i64) -> Self {
        let Some(rate) = shares.iter().filter_map(|share| share.per_s).min_by(f64::total_cmp) else {
            return Self { rate: None, whole: UNBOUNDED, part: UNBOUNDED };
        };
        let mut runs: Vec<u32> = shares.iter().map(|share| share.run).collect();
        runs.sort_unstable();
        let bound = Bound::of(rate);
        let (whole, count) = (bound.most as u32, runs.len().max(1) as u32);
        let (least, left) = (whole / count, whole % count);
        let round = (bound.span.as_millis() as i64 * ROUND).max(SHORTEST_ROUND_MS);
        let turn = if least >= MANY { 0 } else { (now_ms / round) as u32 % count };
        let place = runs.iter().position(|other| *other == run).unwrap_or_default() as u32;
        let part = least + u32::from((place + turn) % count < left);
        Self { rate: Some(rate), whole, part }
    }

    /// The time in which the rate grants its requests, in milliseconds.
    pub fn span_ms(&self) -> i64 {
        self.rate.map_or(0, |rate| Bound::of(rate).span.as_millis() as i64 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lots(rates: &[Option<f64>], now_ms: i64) -> Vec<Lot> {
        let shares: Vec<Share> = (10..).zip(rates).map(|(run, per_s)| Share { run, per_s: *per_s, part: 0 }).collect();
        shares.iter().map(|share| Lot::of(&shares, share.run, now_ms)).collect()
    }

    fn parts(rates: &[Option<f64>], now_ms: i64) -> Vec<u32> {
        lots(rates, now_ms).iter().map(|lot| lot.part).collect()
    }

    #[test]
    fn the_parts_are_the_lowest_rate_and_no_more() {
        assert_eq!(parts(&[Some(50.0)], 0), [50]);
        assert_eq!(parts(&[Some(50.0), Some(80.0), None], 0), [17, 17, 16]);
        assert_eq!(parts(&[Some(50.0), Some(10.0)], 123_456), [5, 5]);
        for rate in [1.0, 2.5, 7.0, 1.0 / 180.0] {
            for now_ms in [0, 10_000, 50_000, 4_000_000] {
                let whole: u32 = parts(&[Some(rate); 3], now_ms).iter().sum();
                assert_eq!(whole, rate.ceil() as u32, "{rate}/s");
            }
        }
    }

    #[test]
    fn where_there_are_more_runs_than_requests_each_has_its_turn() {
        let mut had = [0; 3];
        for round in 0..30 {
            for (had, part) in had.iter_mut().zip(parts(&[Some(1.0); 3], round * 10_080)) {
                *had += part;
            }
        }
        assert_eq!(had, [10; 3]);
    }

    #[test]
    fn without_a_rate_nobody_is_bounded() {
        assert_eq!(lots(&[None, None], 5)[1], Lot { rate: None, whole: UNBOUNDED, part: UNBOUNDED });
    }
}
