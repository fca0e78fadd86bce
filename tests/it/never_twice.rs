//! A row is never sent twice and never lost, whenever the program is killed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use caseload_engine::ledger::Ledger;
use serde_json::Value;

use crate::witness::{Witness, count};
use crate::workdir::Workdir;

/// Numbers that look random and are the same each time (SplitMix64).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// The text of each row of `write_cases`.
fn cases(rows: u32) -> Vec<String> {
    (0..rows).map(|n| format!("case {n}")).collect()
}

/// Starts a submit and kills it without a word, `after` its first request has come.
fn kill_in_the_middle(dir: &Workdir, witness: &Witness, args: &[&str], after: Duration) {
    let before = witness.sandbox.requests();
    let mut child = dir.start(args);
    while witness.sandbox.requests() == before && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Kills a run of `rows` rows `kills` times and lets it end; then nothing may be sent twice and nothing missing.
#[track_caller]
fn survives(seed: u64, kills: u32, concurrency: usize, rows: u32) {
    let mut random = Seeded(seed);
    let dir = Workdir::new();
    dir.write_cases("list.csv", rows);
    // A few refusals, all before the last session: each slows its session for long.
    let witness = Witness::slow(4, "[{on: {chance: 0.05}, times: 5, do: 429, retry-after: 0}]");
    let (base, at_once) = (witness.sandbox.base_url(), concurrency.to_string());
    let args = ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl", "--concurrency", &at_once];
    for kill in 0..kills {
        if random.below(4) == 0 {
            // Anywhere: in the first pass, while the ledger is made or recovered.
            let mut child = dir.start(&args);
            std::thread::sleep(Duration::from_millis(5 + random.below(195)));
            child.kill().unwrap();
            child.wait().unwrap();
        } else {
            kill_in_the_middle(&dir, &witness, &args, Duration::from_millis(random.below(40)));
        }
        if let Ok(ledger) = Ledger::open(&dir.path("data/caseload/ledger.db")) {
            let unknown = ledger.recovered();
            assert!(unknown <= concurrency as u64, "seed {seed}, kill {kill}: {unknown} unknown of {concurrency}");
        }
    }
    let ended = dir.run(&args);
    let results = dir.rows("out.jsonl");
    witness.agrees_with(&results, &cases(rows));
    let unknown = count(&results, "unknown");
    assert_eq!(count(&results, "done") + unknown, results.len(), "seed {seed}: {ended:?}");
    assert_eq!(ended.code, i32::from(unknown > 0), "seed {seed}: {ended:?}");
    let again = dir.run(&args);
    assert_eq!((again.code, dir.rows("out.jsonl")), (ended.code, results), "seed {seed}");
}

#[test]
fn killed_again_and_again_with_one_row_in_flight() {
    survives(1, 8, 1, 120);
}

#[test]
fn killed_again_and_again_with_eight_rows_in_flight() {
    survives(2, 8, 8, 250);
}

#[test]
fn killed_again_and_again_with_thirty_two_rows_in_flight() {
    survives(3, 8, 32, 400);
}

#[test]
fn equal_reservations_are_all_made_and_none_twice_whenever_the_program_is_killed() {
    let mut random = Seeded(4);
    let dir = Workdir::new();
    dir.write("stock.csv", format!("model_type,qty\n{}", "tiger,1\ns1,1\n".repeat(60)));
    let witness = Witness::slow(4, "");
    let base = witness.sandbox.base_url();
    let args = ["submit", "stock.csv", "--base-url", &base, "--yes", "-o", "out.jsonl"];
    for _ in 0..5 {
        kill_in_the_middle(&dir, &witness, &args, Duration::from_millis(random.below(40)));
    }
    let ended = dir.run(&args);
    let rows = dir.rows("out.jsonl");
    assert_eq!(count(&rows, "done") + count(&rows, "unknown"), 120, "{ended:?}");
    // Each row has a reference of its own: that is what tells equal ones apart.
    let mut given: HashMap<String, Value> = HashMap::new();
    for request in witness.committed() {
        assert!(given.insert(request.reference.clone(), request.id.unwrap()).is_none(), "{} twice", request.reference);
    }
    for row in rows.iter().filter(|row| row["result"] == "done") {
        assert_eq!(given.get(row["reference"].as_str().unwrap()), Some(&row["id"]), "{row}");
    }
}

#[test]
fn of_two_processes_with_one_list_one_sends_and_the_other_leaves_at_once() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 30);
    // Long enough for another process to start, also where the machine has other work.
    let witness = Witness::slow(300, "");
    let base = witness.sandbox.base_url();
    let args = ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl"];
    let first = dir.start(&args);
    witness.wait_for(1);
    let start = Instant::now();
    let second = dir.run(&args);
    assert_eq!(second.code, 75, "{second:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(second.stderr.contains("is sending this file"), "{second:?}");
    assert_eq!(first.wait_with_output().unwrap().status.code(), Some(0));
    assert_eq!((witness.sandbox.requests(), witness.sandbox.committed()), (30, 30));
    witness.agrees_with(&dir.rows("out.jsonl"), &cases(30));
}

#[test]
fn of_eight_processes_that_start_together_nobody_sends_a_row_of_another() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 20);
    let witness = Witness::slow(5, "");
    let base = witness.sandbox.base_url();
    let args = ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl"];
    let started: Vec<_> = (0..8).map(|_| dir.start(&args)).collect();
    let codes: Vec<_> = started.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    // One that comes after the first has ended finds all done.
    assert!(codes.contains(&Some(0)) && codes.iter().all(|code| matches!(code, Some(0 | 75))), "{codes:?}");
    assert_eq!((witness.sandbox.requests(), witness.sandbox.committed()), (20, 20));
}
