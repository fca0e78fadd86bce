//! T23: one process sends for long through a proxy that does harm, to a server that refuses and forgets its tokens.
//! Its memory and its open files do not grow, and at its end every row is accounted for.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use caseload_sandbox::Script;

use crate::chaos::{CONTRACT, judge, server};
use crate::proxy::Proxy;
use crate::signals::signal;
use crate::workdir::Workdir;

const BETWEEN_SAMPLES: Duration = Duration::from_millis(200);

/// A run that is stopped stays within this of what it took in its second quarter.
const MORE_KIB: u64 = 6 * 1024;
const MORE_FILES: u64 = 4;

#[derive(Debug, Clone, Copy)]
struct Sample {
    resident_kib: u64,
    files: u64,
}

fn sample(child: &Child) -> Sample {
    let folder = format!("/proc/{}", child.id());
    let status = fs::read_to_string(format!("{folder}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let resident_kib = line.trim().trim_end_matches("kB").trim().parse().unwrap();
    Sample { resident_kib, files: fs::read_dir(format!("{folder}/fd")).unwrap().count() as u64 }
}

/// The largest of each figure.
fn most(samples: &[Sample]) -> Sample {
    let of = |figure: fn(&Sample) -> u64| samples.iter().map(figure).max().unwrap();
    Sample { resident_kib: of(|sample| sample.resident_kib), files: of(|sample| sample.files) }
}

#[expect(clippy::print_stderr, reason = "figures for the table of the proofs")]
fn soak(length: Duration, rows: usize) {
    let dir = Workdir::new();
    dir.write("things.yaml", CONTRACT);
    dir.write("list.csv", (0..rows).fold("name\n".to_owned(), |list, n| format!("{list}row {n}\n")));
    let log = dir.path("server.jsonl");
    let storm = "{seed: 23, rules: [
        {on: {chance: 0.004}, do: 429, retry-after: 0}, {on: {chance: 0.004}, do: 503-after},
        {on: {chance: 0.004}, do: 500}, {on: {chance: 0.004}, do: half}, {on: {chance: 0.004}, do: no-id},
        {on: {chance: 0.01}, slow: 80ms}]}";
    let server = server(&log, Script::from_yaml(storm).unwrap(), Duration::from_secs(3));
    let proxy = Proxy::new(23, server.address, None, || unreachable!("it is not restarted"));
    let fixed = ["submit", "list.csv", "--contract", "things.yaml", "--to", "things/make", "--timeout", "1s", "--json"];
    let more = ["-o", "out.jsonl", "-q", "--base-url", &proxy.address, "--concurrency", "16", "--max-errors", "100%"];
    let paced = ["--rate", "300/s"];
    let mut command = dir.command(&[&fixed[..], &more, &paced].concat());
    command.env("CASELOAD_CLIENT_ID", "me").env("CASELOAD_CLIENT_SECRET", "secret").env_remove("CASELOAD_TOKEN");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (begin, mut samples) = (Instant::now(), Vec::new());
    while begin.elapsed() < length {
        assert!(child.try_wait().unwrap().is_none(), "the list was too short, or the run was stopped");
        samples.push(sample(&child));
        std::thread::sleep(BETWEEN_SAMPLES);
    }
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    judge(&dir, &log, rows, true, &output.stdout).unwrap();
    let quarter = samples.len() / 4;
    let (before, after) = (most(&samples[quarter..2 * quarter]), most(&samples[3 * quarter..]));
    let requests = fs::read_to_string(&log).unwrap().lines().count();
    let (connections, harmed) = proxy.connections();
    eprintln!(
        "{length:?}: {requests} requests, {harmed} of {connections} connections harmed, {before:?} then {after:?}"
    );
    assert!(harmed > 0 && requests > 0);
    assert!(after.resident_kib <= before.resident_kib + MORE_KIB, "{before:?}, then {after:?}");
    assert!(after.files <= before.files + MORE_FILES, "{before:?}, then {after:?}");
}

#[test]
fn a_run_does_not_grow() {
    soak(Duration::from_secs(8), 20_000);
}

/// `CASELOAD_MINUTES` tells how long; half an hour if it is not set.
#[test]
#[ignore = "long: half an hour"]
fn a_run_does_not_grow_at_length() {
    let minutes = std::env::var("CASELOAD_MINUTES").map_or(30, |minutes| minutes.parse().unwrap());
    soak(Duration::from_secs(minutes * 60), minutes as usize * 60 * 320);
}
