//! Servers that refuse: by chance, by the minute, by a bucket that fills again, by a limit that changes. The loop and
//! its pace are the real ones, time is paused, and each seed draws its own chance and ways.
//!
//! A run may take 1.3 times what its rate and the pauses that it was told account for, and has to use 0.85 of a limit
//! that the server keeps; no second has more than the rate, and nothing leaves inside a pause.

mod pattern;
mod played;

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use pattern::Pattern;
use played::{Played, play};

/// Seeds of each pattern, in the short form and in the long one.
const FEW: u64 = 4;
const MANY: u64 = 1_000;

const MOST_TIME: f64 = 1.3;
const LEAST_USED: f64 = 0.85;

/// What is played: rows, at a rate, under a pattern, by so many runs that share a pace.
struct Scene {
    name: &'static str,
    pattern: Pattern,
    rate: f64,
    rows: u32,
    runs: u32,
}

fn scenes() -> Vec<Scene> {
    let by_chance = |name, share, status, rows| {
        let pattern = Pattern::Chance { share, status, after: 1 };
        Scene { name, pattern, rate: 10.0, rows, runs: 1 }
    };
    let limited = |name, pattern, rate, rows| Scene { name, pattern, rate, rows, runs: 1 };
    let shared = |runs, scene: Scene| Scene { runs, ..scene };
    vec![
        by_chance("1 % of 429", 0.01, 429, 2_000),
        by_chance("5 % of 429, few rows", 0.05, 429, 150),
        by_chance("5 % of 429", 0.05, 429, 2_000),
        by_chance("3 % of 503, few rows", 0.03, 503, 150),
        by_chance("20 % of 429", 0.2, 429, 2_000),
        limited("20 in a second", Pattern::Window { seconds: 1, most: 20 }, 200.0, 2_000),
        limited("1,200 in a minute", Pattern::Window { seconds: 60, most: 1_200 }, 200.0, 5_000),
        limited("300 in a minute", Pattern::Window { seconds: 60, most: 300 }, 10.0, 1_300),
        limited("a bucket of 20, 20 a second", Pattern::Bucket { limits: &[20.0], every: 60.0 }, 200.0, 2_000),
        limited("a bucket of 5, 5 a second", Pattern::Bucket { limits: &[5.0], every: 60.0 }, 10.0, 1_000),
        limited(
            "20, 40, 10 a second in turns",
            Pattern::Bucket { limits: &[20.0, 40.0, 10.0], every: 120.0 },
            200.0,
            8_000,
        ),
        shared(2, by_chance("5 % of 429, two runs", 0.05, 429, 2_000)),
        shared(3, by_chance("3 % of 503, three runs", 0.03, 503, 600)),
        shared(2, limited("20 in a second, two runs", Pattern::Window { seconds: 1, most: 20 }, 200.0, 2_000)),
        shared(
            3,
            limited("a bucket of 20, three runs", Pattern::Bucket { limits: &[20.0], every: 60.0 }, 200.0, 2_000),
        ),
    ]
}

#[test]
fn a_server_that_refuses_is_neither_pressed_nor_kept_waiting() {
    all_seeds(FEW);
}

#[test]
#[ignore = "long: a thousand seeds of each pattern"]
fn a_server_that_refuses_is_neither_pressed_nor_kept_waiting_at_length() {
    all_seeds(MANY);
}

fn all_seeds(seeds: u64) {
    let mut failures = String::new();
    for scene in scenes() {
        let mut played = seeds_of(&scene, seeds);
        played.sort_by(|one, other| one.1.worth.total_cmp(&other.1.worth));
        let (seed, worst) = played.last().unwrap();
        let middle = &played[played.len() / 2].1;
        eprintln!("{}: {} seeds; middle {middle}; worst {worst} (seed {seed})", scene.name, played.len());
        for (seed, one) in played.iter().filter(|(_, one)| one.worth > 1.0 || !one.faults.is_empty()) {
            let _ = writeln!(failures, "{}, seed {seed}: {one} {:?}", scene.name, one.faults);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn seeds_of(scene: &Scene, seeds: u64) -> Vec<(u64, Played)> {
    let (next, all) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    let played = play(scene, seed);
                    all.lock().unwrap().push((seed, played));
                }
            });
        }
    });
    all.into_inner().unwrap()
}
