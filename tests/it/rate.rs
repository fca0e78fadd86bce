//! The server is left in peace: never more than the rate in any one second, as the server counts.

use caseload::sandbox::Options;

use crate::witness::Witness;
use crate::workdir::{Workdir, words};

/// The most requests that arrived within any one second.
fn worst_second(times: &[u64]) -> usize {
    (0..times.len()).map(|i| times[i..].iter().take_while(|t| **t < times[i] + 1000).count()).max().unwrap_or(0)
}

#[test]
fn the_rate_is_kept_in_every_second_and_used() {
    for (rate, per_second, rows) in [("50/s", 50.0, 160), ("1200/m", 20.0, 50)] {
        let dir = Workdir::new();
        dir.write_cases("list.csv", rows);
        let witness = Witness::slow(30, "");
        let (ended, found) = dir.submit(&witness.sandbox, "list.csv", &["--rate", rate, "--concurrency", "16"]);
        assert_eq!((ended.code, found.len()), (0, rows as usize), "{ended:?}");
        let times: Vec<u64> = witness.requests().iter().map(|request| request.at_ms).collect();
        assert!(worst_second(&times) as f64 <= per_second, "{rate}: {} in a second", worst_second(&times));
        let seconds = (times[times.len() - 1] - times[0]) as f64 / 1000.0;
        let reached = (times.len() - 1) as f64 / seconds / per_second;
        assert!(reached >= 0.95, "{rate}: {reached:.3} of it was reached");
    }
}

#[test]
fn a_server_that_counts_is_met_at_its_own_pace_and_every_row_gets_through() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 40);
    let witness = Witness::with(Options { limit_per_s: Some(10.0), ..Options::default() });
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 40]), "{ended:?}");
    let refused: Vec<u64> = witness.requests().iter().filter(|r| r.status == Some(429)).map(|r| r.at_ms).collect();
    // Eight are in flight when the server first says no.
    assert!(worst_second(&refused) <= 9, "{refused:?}");
    assert!(refused.len() <= 24, "{} refusals for 40 rows", refused.len());
    assert_eq!(witness.sandbox.committed(), 40);
}
