//! The server is left in peace: never more than the rate in any one second, as the server counts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use caseload_sandbox::Options;

use crate::witness::Witness;
use crate::workdir::{Workdir, words};

/// The most requests that arrived within any `window` milliseconds.
fn most_within(window: u64, times: &[u64]) -> usize {
    (0..times.len()).map(|i| times[i..].iter().take_while(|t| **t < times[i] + window).count()).max().unwrap_or(0)
}

/// Runs something, and tells by how many milliseconds a thread of this machine overslept meanwhile: a server writes
/// down an arrival that much late.
fn with_lateness<T>(run: impl FnOnce() -> T) -> (T, u64) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut worst = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let start = Instant::now();
                std::thread::sleep(Duration::from_millis(1));
                worst = worst.max(start.elapsed());
            }
            worst.as_millis() as u64
        });
        let result = run();
        over.store(true, Ordering::Relaxed);
        (result, watch.join().unwrap())
    })
}

#[test]
fn the_rate_is_kept_in_every_second_and_used() {
    for (rate, per_second, rows) in [("50/s", 50.0, 160), ("1200/m", 20.0, 50)] {
        // Never faster; and as fast as that once in three times, for another program may have had the machine.
        let reached = (0..3).map(|_| reached(rate, per_second, rows)).find(|reached| *reached >= 0.95);
        assert!(reached.is_some(), "{rate} was never reached");
    }
}

/// Sends so many rows, sees that no second has more than the rate, and gives the part of it that was used by some half of
/// the rows, one behind the other: a machine that has much to do stands still now and then.
#[track_caller]
fn reached(rate: &str, per_second: f64, rows: u32) -> f64 {
    let dir = Workdir::new();
    dir.write_cases("list.csv", rows);
    let witness = Witness::slow(30, "");
    let submit = || dir.submit(&witness.sandbox, "list.csv", &["--rate", rate, "--concurrency", "16"]);
    let ((ended, found), late) = with_lateness(submit);
    assert_eq!((ended.code, found.len()), (0, rows as usize), "{ended:?}");
    let times: Vec<u64> = witness.requests().iter().map(|request| request.at_ms).collect();
    let second = 1000 - (2 * late).min(200);
    let most = most_within(second, &times);
    assert!(most as f64 <= per_second, "{rate}: {most} in {second} ms");
    let half = times.len() / 2;
    let shortest = times.windows(half + 1).map(|part| part[half] - part[0]).min().unwrap();
    half as f64 * 1000.0 / shortest as f64 / per_second
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
    assert!(most_within(1000, &refused) <= 9, "{refused:?}");
    assert!(refused.len() <= 24, "{} refusals for 40 rows", refused.len());
    assert_eq!(witness.sandbox.committed(), 40);
}
