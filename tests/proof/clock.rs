//! The wall clock jumps five times a second, by hours and by decades, while rows are sent: pace, pauses, order and what
//! was done once hang on none of it. The program knows nothing of this: its C library's clock is replaced.

use std::path::{Path, PathBuf};
use std::process::Command;

use caseload_sandbox::Options;

use crate::proxy::Seeded;
use crate::witness::{Witness, count};
use crate::workdir::{Workdir, words};

const HOUR: i64 = 3600;
const YEAR: i64 = 365 * 24 * HOUR;

/// A library in front of the C library whose wall clock jumps.
fn jumping_clock(dir: &Workdir) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proof/jumping_clock.c");
    let library = dir.path("jumping_clock.so");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status().unwrap();
    assert!(built.success());
    library
}

#[test]
fn clock_jumps_in_short() {
    let named = [format!("0,{HOUR},-{HOUR}"), format!("0,{},-{}", 10 * YEAR, 10 * YEAR), format!("-{}", 60 * YEAR)];
    clock_jumps(&named);
}

#[test]
#[ignore = "long: a hundred schedules"]
fn clock_jumps_at_length() {
    let schedule = |seed: u64| {
        let mut random = Seeded(seed);
        let jumps = (0..=random.below(8)).map(|_| {
            let span = [1, 60, HOUR, 24 * HOUR, YEAR, 10 * YEAR][random.below(6) as usize].cast_unsigned();
            (random.below(2 * span + 1).cast_signed() - span.cast_signed()).to_string()
        });
        jumps.collect::<Vec<_>>().join(",")
    };
    clock_jumps(&(1..=100).map(schedule).collect::<Vec<_>>());
}

fn clock_jumps(schedules: &[String]) {
    let built = Workdir::new();
    let clock = jumping_clock(&built);
    for some in schedules.chunks(4) {
        std::thread::scope(|scope| {
            for jumps in some {
                scope.spawn(|| under(jumps, &clock));
            }
        });
    }
}

/// A list of 60 rows, 30 devices twice, with a pause of a second and a kill in its middle.
fn under(jumps: &str, clock: &Path) {
    let dir = Workdir::new();
    let details: Vec<String> = (0..60).map(|n| format!("case {n}")).collect();
    let rows = (0..60).map(|n| format!("upgrade,psu,FU{:08},,,case {n}\n", n / 2));
    dir.write("list.csv", format!("{}\n{}", crate::workdir::HEADER, rows.collect::<String>()));
    let script = "[{on: {request: 20}, do: 429, retry-after: +2s}, {on: {request: 40}, do: 503, retry-after: 1}]";
    let witness = Witness::slow(10, script);
    let base = witness.sandbox.base_url();
    let args = ["submit", "list.csv", "--base-url", &base, "-o", "out.jsonl", "--rate", "25/s", "--duplicates", "send"];
    let run = || {
        let mut command = dir.command(&args);
        command.env("LD_PRELOAD", clock).env("CASELOAD_JUMPS", jumps);
        command
    };
    let mut child = run().stderr(std::process::Stdio::null()).spawn().unwrap();
    witness.wait_for(30);
    child.kill().unwrap();
    child.wait().unwrap();
    let output = run().output().unwrap();
    let found = dir.rows("out.jsonl");
    witness.agrees_with(&found, &details);
    let lost = words(&found).iter().any(|word| !matches!(*word, "done" | "unknown" | "not-sent"));
    // Behind a row that the kill left open, its device's next one waits.
    assert!(!lost && count(&found, "not-sent") <= count(&found, "unknown"), "{jumps}: {output:?}");
    let requests = witness.requests();
    for pause in requests.iter().filter(|request| matches!(request.status, Some(429 | 503))) {
        let inside =
            requests.iter().filter(|request| (pause.at_ms + 100..pause.at_ms + 950).contains(&request.at_ms)).count();
        assert_eq!(inside, 0, "{jumps}: inside the pause of {pause:?}");
    }
    let times: Vec<u64> = requests.iter().map(|request| request.at_ms).collect();
    let most = crate::rate::most_within(800, &times);
    assert!(most <= 25, "{jumps}: {most} requests in 800 ms");
    // The clock did jump: rows are told to have been sent at times of other years.
    let year = 1970 + times[0] / 1000 / 31_556_952;
    let of_now = |row: &serde_json::Value| row["sent_at"].as_str().is_some_and(|at| at.starts_with(&year.to_string()));
    let far = jumps.split(',').any(|jump| jump.parse::<i64>().unwrap().abs() >= 2 * YEAR);
    assert!(!far || !found.iter().all(of_now), "{jumps}: {found:?}");
    // The two rows of a device, in the order of the file.
    let mut last = [0; 30];
    for request in witness.committed() {
        let n: usize = request.detail()[5..].parse().unwrap();
        assert!(n >= last[n / 2], "{jumps}: {n} came after {}", last[n / 2]);
        last[n / 2] = n;
    }
    // Whatever day it is, what was sent is not sent again.
    let before = witness.sandbox.requests();
    let again = run().output().unwrap();
    assert_eq!((again.status.code(), witness.sandbox.requests()), (output.status.code(), before), "{jumps}: {again:?}");
}

#[test]
fn a_clock_that_is_wrong_costs_a_token_and_no_row() {
    let built = Workdir::new();
    let clock = jumping_clock(&built);
    for jumps in [0, HOUR, -HOUR, 10 * YEAR, -10 * YEAR] {
        let dir = Workdir::new();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/netahsilat-musteriler.xlsx");
        // It tells the end of a token as a time of day.
        let lifetime = Some(std::time::Duration::from_secs(1));
        let witness = Witness::with(Options { token_lifetime: lifetime, ..Options::default() });
        let base = witness.sandbox.base_url();
        let mut command = dir.command(&["submit", file.to_str().unwrap(), "--base-url", &base, "-o", "out.jsonl"]);
        command.args(["--rate", "3/s"]).env("LD_PRELOAD", &clock).env("CASELOAD_JUMPS", jumps.to_string());
        command.env_remove("CASELOAD_TOKEN").env("CASELOAD_API_KEY", "key").env("CASELOAD_SECRET_KEY", "secret");
        let output = command.output().unwrap();
        let rows = dir.rows("out.jsonl");
        assert_eq!((output.status.code(), count(&rows, "done")), (Some(1), 4), "{jumps}: {output:?}");
        assert_eq!(witness.sandbox.committed(), 4);
    }
}
