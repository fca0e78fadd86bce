//! The pace of one run.

use super::departures::{Bound, Window};
use super::*;

/// Lets a run of `seconds` take turns with a timer that wakes on whole milliseconds, and gives the
/// times of the turns in seconds.
pub async fn turns(pace: &mut Pace, seconds: u64) -> Vec<f64> {
    let start = Instant::now();
    let mut times = Vec::new();
    while start.elapsed() < Duration::from_secs(seconds) {
        match pace.turn(0) {
            Ok(()) => times.push(start.elapsed().as_secs_f64()),
            Err(at) => tokio::time::sleep_until(at).await,
        }
    }
    times
}

pub fn worst_second(times: &[f64]) -> usize {
    (0..times.len()).map(|i| times[i..].iter().take_while(|t| **t < times[i] + 1.0).count()).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn the_rate_is_reached_and_no_second_sees_more() {
    for rate in [1.0, 10.0, 50.0, 500.0, 2000.0] {
        let mut pace = Pace::alone(Some(Rate(rate)), || 0.5);
        let times = turns(&mut pace, 20).await;
        let reached = times.len() as f64 / 20.0 / rate;
        assert!(reached >= 0.97, "{rate}/s: reached {reached}");
        assert!(worst_second(&times) as f64 <= rate, "{rate}/s: {} in a second", worst_second(&times));
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_is_now_slow_now_fast_does_not_crowd_the_departures() {
    for rate in [1.0, 2.5, 50.0] {
        let mut pace = Pace::alone(Some(Rate(rate)), || 0.5);
        let start = Instant::now();
        let mut departures = Vec::new();
        let mut window = Window::default();
        for (n, turn) in turns(&mut pace, 20).await.into_iter().enumerate() {
            // Every seventh commit takes 60 ms; a departure that must wait does not hold the others up.
            let mut at = start + Duration::from_secs_f64(turn) + Duration::from_millis(if n % 7 == 0 { 60 } else { 0 });
            let bound = Some(Bound::of(rate));
            while let Leave::At(later) = window.leave(at, bound) {
                at = later;
            }
            departures.push((at - start).as_secs_f64());
        }
        let reached = departures.len() as f64 / departures.last().unwrap() / rate;
        assert!(worst_second(&departures) as f64 <= rate.ceil(), "{rate}/s: {}", worst_second(&departures));
        assert!(reached >= 0.97, "{rate}/s: reached {reached}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_does_not_leave_into_a_pause_that_was_asked_for_since_its_turn() {
    let mut pace = Pace::alone(None, || 0.0);
    assert!(pace.turn(0).is_ok());
    pace.refused(0, Some(Duration::from_secs(2)));
    assert_eq!(pace.leave(0), Leave::AfterHold);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(pace.leave(0), Leave::Now);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_to_wait_is_left_alone_and_where_no_rate_is_asked_for_then_met_at_its_own_pace() {
    let mut pace = Pace::alone(None, || 0.0);
    for _ in 0..5 {
        assert!(pace.turn(0).is_ok());
        pace.answered(0);
    }
    pace.refused(0, Some(Duration::from_secs(1)));
    let until = pace.turn(0).unwrap_err();
    assert!(until >= Instant::now() + Duration::from_secs(1) && until < Instant::now() + Duration::from_millis(1_001));
    let times = turns(&mut pace, 4).await;
    assert!(times[0] >= 1.0);
    assert!(worst_second(&times) <= 5, "{times:?}");
}

/// Takes turns under a server that answers each at once, until it refuses one, for so many `seconds`.
async fn under(pace: &mut Pace, seconds: u64, mut refuses: impl FnMut(u32) -> Option<Duration>) -> u32 {
    let (start, mut asked, mut accepted) = (Instant::now(), 0, 0);
    while start.elapsed() < Duration::from_secs(seconds) {
        match pace.turn(0) {
            Ok(()) => {
                asked += 1;
                if let Some(hold) = refuses(asked) {
                    pace.refused(0, Some(hold));
                } else {
                    accepted += 1;
                    pace.answered(0);
                }
            }
            Err(at) => tokio::time::sleep_until(at).await,
        }
    }
    accepted
}

#[tokio::test(start_paused = true)]
async fn pauses_alone_do_not_slow_a_run() {
    // Of ten in a second one is refused now and then, in no order: 1.9 s for 10 rows and a pause of a second.
    let mut pace = Pace::alone(Some(Rate(10.0)), || 0.0);
    let mut state = 7_u32;
    let accepted = under(&mut pace, 400, |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16).is_multiple_of(10).then_some(Duration::from_secs(1))
    });
    let accepted = accepted.await;
    assert!(accepted > 1_600, "{accepted} in 400 s");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_counts_is_met_along_its_limit() {
    let mut pace = Pace::alone(Some(Rate(200.0)), || 0.0);
    let start = Instant::now();
    let (mut second, mut taken, mut refused) = (0, 0, 0);
    let accepted = under(&mut pace, 200, |_| {
        if start.elapsed().as_secs() != second {
            (second, taken) = (start.elapsed().as_secs(), 0);
        }
        taken += 1;
        refused += u32::from(taken > 20);
        (taken > 20).then_some(Duration::from_secs(1))
    });
    let accepted = accepted.await;
    assert!(accepted > 3_400 && refused < 40, "{accepted} accepted and {refused} refused in 200 s at 20/s");
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_always_too_short_is_made_longer() {
    let mut pace = Pace::alone(Some(Rate(10.0)), || 0.0);
    let mut asked = 0;
    let accepted = under(&mut pace, 60, |_| {
        asked += 1;
        Some(Duration::from_secs(1))
    });
    assert_eq!(accepted.await, 0);
    assert!(asked < 20, "{asked} times in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_refusals_or_a_lull_before_one_does_not_bring_the_run_to_a_crawl() {
    for hold in [None, Some(Duration::ZERO)] {
        let mut pace = Pace::alone(Some(Rate(40.0)), || 0.0);
        assert!(pace.turn(0).is_ok());
        pace.answered(0);
        tokio::time::sleep(Duration::from_secs(8)).await;
        (0..8).for_each(|_| pace.refused(0, hold));
        let times = turns(&mut pace, 2).await;
        assert!(times.len() >= 75, "{hold:?}: {} in two seconds", times.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_most_and_names_no_time_is_met_at_its_own_pace() {
    let mut pace = Pace::alone(Some(Rate(200.0)), || 0.0);
    let start = Instant::now();
    let (mut second, mut taken, mut refused) = (0, 0, 0);
    let accepted = under(&mut pace, 60, |_| {
        if start.elapsed().as_secs() != second {
            (second, taken) = (start.elapsed().as_secs(), 0);
        }
        taken += 1;
        refused += u32::from(taken > 20);
        (taken > 20).then_some(Duration::ZERO)
    });
    let accepted = accepted.await;
    assert!(accepted > 1_020 && refused < 2_400, "{accepted} accepted and {refused} refused in a minute at 20/s");
}

#[tokio::test(start_paused = true)]
async fn a_row_that_may_go_at_once_every_time_comes_back_later_each_time() {
    let pace = Pace::alone(None, || 0.0);
    let waits: Vec<u128> = (1..10).map(|nth| (pace.back(nth) - Instant::now()).as_millis()).collect();
    assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_before_the_first_answer_pauses_the_run_and_does_not_slow_it() {
    let mut pace = Pace::alone(None, || 0.0);
    assert!(pace.turn(0).is_ok());
    pace.refused(0, Some(Duration::from_secs(1)));
    let start = Instant::now();
    tokio::time::sleep_until(pace.turn(0).unwrap_err()).await;
    assert!((0..100).all(|_| pace.turn(0).is_ok()));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[test]
fn a_rate_is_read_per_second_minute_or_hour() {
    assert_eq!(Rate::parse("10/s"), Some(Rate(10.0)));
    assert_eq!(Rate::parse("600/m"), Some(Rate(10.0)));
    assert_eq!(Rate::parse("3600/h"), Some(Rate(1.0)));
    assert_eq!(Rate::parse("7"), Some(Rate(7.0)));
    for bad in ["0/s", "-1/s", "x/s", "1/y", "inf", ""] {
        assert_eq!(Rate::parse(bad), None, "{bad}");
    }
}
