//! The rate as the server sees it: never more than was allowed in any second by the server's own clock, through
//! restarts of the program and pauses that the server asks for; and nothing inside such a pause.

use std::time::{Duration, Instant};

use crate::witness::{Request, Witness};
use crate::workdir::{Ended, HEADER, Workdir, words};

/// The most requests that arrived within any `window` milliseconds.
pub fn most_within(window: u64, times: &[u64]) -> usize {
    let mut first = 0;
    let within = |(last, time): (usize, &u64)| {
        while times[first] + window <= *time {
            first += 1;
        }
        last + 1 - first
    };
    times.iter().enumerate().map(within).max().unwrap_or(0)
}

/// By how many milliseconds a thread of this machine oversleeps while something runs.
fn with_lateness<T>(run: impl FnOnce() -> T) -> (T, u64) {
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut worst = Duration::ZERO;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                let start = Instant::now();
                std::thread::sleep(Duration::from_millis(1));
                worst = worst.max(start.elapsed());
            }
            worst.as_millis() as u64
        });
        let result = run();
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        (result, watch.join().unwrap())
    })
}

#[test]
fn the_rate_at_the_server_in_short() {
    the_rate_at_the_server(Duration::from_secs(8), 4);
}

#[test]
#[ignore = "long: ten minutes"]
fn the_rate_at_the_server_for_ten_minutes() {
    the_rate_at_the_server(Duration::from_secs(600), 12);
}

const PER_SECOND: u32 = 50;

/// Sends at 50 a second for so long, in so many sessions: all but the last are killed in their middle.
#[expect(clippy::print_stderr, reason = "what was played, for the table of the proofs")]
fn the_rate_at_the_server(length: Duration, sessions: u32) {
    let dir = Workdir::new();
    let rows = PER_SECOND * length.as_secs() as u32;
    dir.write_cases("list.csv", rows);
    // One pause a session or so; a refusal slows the run for a while, as it should.
    let witness = Witness::slow(20, "");
    let base = witness.sandbox.base_url();
    let args =
        ["submit", "list.csv", "--base-url", &base, "-o", "out.jsonl", "-q", "--rate", "50/s", "--concurrency", "16"];
    let mut begins = Vec::new();
    let (ended, late) = with_lateness(|| {
        for session in 1..sessions {
            let mut child = dir.start(&args);
            let enough = u64::from(rows / sessions * session);
            while witness.sandbox.requests() < enough && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(5));
            }
            child.kill().unwrap();
            child.wait().unwrap();
            begins.push(witness.sandbox.requests() as usize);
        }
        dir.run(&args)
    });
    let details: Vec<String> = (0..rows).map(|n| format!("case {n}")).collect();
    let found = dir.rows("out.jsonl");
    witness.agrees_with(&found, &details);
    assert!(words(&found).iter().all(|word| matches!(*word, "done" | "unknown")), "{ended:?}");
    let times: Vec<u64> = witness.requests().iter().map(|request| request.at_ms).collect();
    // A server on a machine that is late writes arrivals down late.
    let second = 1000 - (2 * late).min(200);
    let most = most_within(second, &times);
    assert!(most <= PER_SECOND as usize, "{most} in {second} ms (lateness {late} ms)");
    let used = used(&times, &begins);
    assert!(used >= 0.93 || late > 50, "{used:.3} of the rate was used");
    eprintln!(
        "{rows} rows in {sessions} sessions: {most} in the worst {second} ms, {used:.3} of the rate used, lateness {late} ms"
    );
}

/// What of the rate was used while a session ran; `begins` are the numbers of their first requests.
fn used(times: &[u64], begins: &[usize]) -> f64 {
    let mut edges = vec![0];
    edges.extend(begins.iter().copied().filter(|at| *at < times.len()));
    edges.push(times.len());
    let spans = edges.windows(2).map(|edge| &times[edge[0]..edge[1]]).filter(|span| span.len() > 1);
    let (sent, took) = spans.fold((0.0, 0.0), |(sent, took), span| {
        (sent + (span.len() - 1) as f64, took + (span[span.len() - 1] - span[0]) as f64 / 1000.0)
    });
    sent / took / f64::from(PER_SECOND)
}

#[test]
fn no_request_comes_inside_a_pause_in_short() {
    no_request_inside_a_pause(4);
}

#[test]
#[ignore = "long: many pauses"]
fn no_request_comes_inside_a_pause_at_length() {
    no_request_inside_a_pause(40);
}

/// A server that asks for so many pauses of a second, by 429 and by 503, in seconds and as a date.
#[expect(clippy::print_stderr, reason = "what was played, for the table of the proofs")]
fn no_request_inside_a_pause(pauses: u32) {
    let dir = Workdir::new();
    let rows = pauses * 8;
    dir.write_cases("list.csv", rows);
    let rules = (0..pauses).map(|n| {
        let (status, pause) = [(429, "1"), (503, "1"), (429, "+2s"), (503, "+2s")][n as usize % 4];
        format!("{{on: {{request: {}}}, do: {status}, retry-after: {pause}}}", 5 + n * 8)
    });
    let witness = Witness::slow(10, &format!("[{}]", rules.collect::<Vec<_>>().join(", ")));
    let base = witness.sandbox.base_url();
    let args = ["submit", "list.csv", "--base-url", &base, "-o", "out.jsonl", "--concurrency", "8"];
    let (ended, late): (Ended, u64) = with_lateness(|| dir.run(&args));
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (0, vec!["done"; rows as usize]), "{ended:?}");
    let requests = witness.requests();
    let asked: Vec<&Request> = requests.iter().filter(|request| matches!(request.status, Some(429 | 503))).collect();
    assert_eq!(asked.len(), pauses as usize);
    let mut under_way = 0;
    for pause in asked {
        // Its answer takes 10 ms; what had left by then comes too. A date is in whole seconds, so it may be one alone.
        let inside = requests
            .iter()
            .map(|request| request.at_ms)
            .filter(|at| (pause.at_ms + 1..pause.at_ms + 1000).contains(at));
        let inside: Vec<u64> = inside.map(|at| at - pause.at_ms).collect();
        assert!(
            inside.len() <= 7 && inside.iter().all(|ms| *ms <= 60 + late),
            "{inside:?} after {pause:?}, lateness {late}"
        );
        under_way += inside.len();
    }
    eprintln!(
        "{pauses} pauses, {} requests; {under_way} were under way when one was asked for, lateness {late} ms",
        requests.len()
    );
}

#[test]
fn processes_on_one_ledger_keep_one_rate_in_short() {
    one_rate(2, Duration::from_secs(10));
    one_rate(3, Duration::from_secs(10));
}

#[test]
#[ignore = "long: ten minutes"]
fn processes_on_one_ledger_keep_one_rate_for_ten_minutes() {
    one_rate(2, Duration::from_secs(300));
    one_rate(3, Duration::from_secs(300));
}

/// Writes lists that have no row in common, and starts a process for each: all on one ledger, at one server.
fn processes(dir: &Workdir, witness: &Witness, count: u32, rows: u32, more: &[&str]) -> Vec<std::process::Child> {
    let base = witness.sandbox.base_url();
    let start = |n: u32| {
        let lines: Vec<String> = (0..rows).map(|row| format!("upgrade,psu,FU{n}{row:07},,,of {n}: {row}\n")).collect();
        let lines = lines.concat();
        let name = format!("list-{n}.csv");
        dir.write(&name, format!("{HEADER}\n{lines}"));
        let out = format!("out-{n}.jsonl");
        let args = ["submit", &name, "--base-url", &base, "--yes", "-o", &out, "-q", "--concurrency", "16"];
        dir.start(&[&args[..], more].concat())
    };
    (1..=count).map(start).collect()
}

/// The times of the requests by the list whose rows they carry.
fn times_by_list(witness: &Witness, count: u32) -> Vec<Vec<u64>> {
    let requests = witness.requests();
    let of = |n: u32| {
        let mine = requests.iter().filter(move |request| request.detail().starts_with(&format!("of {n}: ")));
        mine.map(|request| request.at_ms).collect()
    };
    (1..=count).map(of).collect()
}

/// So many processes at 50 a second each, on one ledger: together they send no more, and little less.
#[expect(clippy::print_stderr, reason = "what was played, for the table of the proofs")]
fn one_rate(count: u32, length: Duration) {
    let (dir, witness) = (Workdir::new(), Witness::slow(20, ""));
    let rows = PER_SECOND * length.as_secs() as u32 / count;
    let (codes, late) = with_lateness(|| {
        let started = processes(&dir, &witness, count, rows, &["--rate", "50/s"]);
        started.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect::<Vec<_>>()
    });
    assert_eq!(codes, vec![Some(0); count as usize]);
    for n in 1..=count {
        assert_eq!(words(&dir.rows(&format!("out-{n}.jsonl"))), vec!["done"; rows as usize], "list {n}");
    }
    let lists = times_by_list(&witness, count);
    let mut times = lists.concat();
    times.sort_unstable();
    assert_eq!(times.len(), (rows * count) as usize, "a row that was sent is sent once");
    let second = 1000 - (2 * late).min(200);
    let most = most_within(second, &times);
    assert!(most <= PER_SECOND as usize, "{most} in {second} ms (lateness {late} ms)");
    // From when all have their part until the first has sent all.
    let from = lists.iter().map(|list| list[0]).max().unwrap() + 2_500;
    let until = lists.iter().map(|list| *list.last().unwrap()).min().unwrap();
    let together: Vec<u64> = times.into_iter().filter(|at| (from..until).contains(at)).collect();
    let used = used(&together, &[]);
    assert!(used >= 0.9 || late > 50, "{used:.3} of the rate was used");
    eprintln!("{count} processes: {most} in the worst {second} ms, {used:.3} of the rate used, lateness {late} ms");
}

#[test]
fn a_pause_told_to_one_process_holds_in_another() {
    let (dir, witness) = (Workdir::new(), Witness::slow(10, "[{on: {request: 60}, do: 429, retry-after: 5}]"));
    let (codes, late) = with_lateness(|| {
        let started = processes(&dir, &witness, 2, 60, &["--rate", "40/s"]);
        started.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect::<Vec<_>>()
    });
    assert_eq!(codes, [Some(0), Some(0)]);
    let requests = witness.requests();
    let told = requests.iter().find(|request| request.status == Some(429)).unwrap();
    let mine = told.detail().split(':').next().unwrap();
    for request in requests.iter().filter(|request| request.at_ms > told.at_ms + 60 + late) {
        let after = request.at_ms - told.at_ms;
        // The one that was told waits at once; the other looks twice a second.
        let silent = if request.detail().starts_with(mine) { 0 } else { 1_000 + late };
        assert!(after >= 5_000 || after < silent, "{after} ms after the pause began: {request:?}");
    }
}
