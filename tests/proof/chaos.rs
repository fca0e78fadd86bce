//! Schedules of faults by seed: a list goes through a proxy that does harm, to a server that refuses, forgets its
//! tokens and restarts; then the same command goes on without harm. The server's own log is the judge.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use caseload_engine::contract::from_yaml;
use caseload_sandbox::{Options, Sandbox, Script, spawn};
use serde_json::Value;

use crate::proxy::{Proxy, Seeded};
use crate::workdir::{Workdir, words};

const ROWS: usize = 50;
/// Runs with harm at most, and runs without it.
const HARMED_RUNS: u32 = 3;
const CALM_RUNS: u32 = 6;

pub const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: Things, version: '1'}
components:
  securitySchemes:
    client: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}
paths:
  /things:
    post:
      operationId: make
      x-caseload: {id: /id}
      security: [{client: []}]
      requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'201': {description: Made., content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
    put:
      operationId: replace
      x-caseload: {id: /id}
      security: [{client: []}]
      requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'200': {description: Made., content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
";

/// What was seen, over all seeds.
#[derive(Default)]
struct Figures {
    runs: AtomicU64,
    requests: AtomicU64,
    connections: AtomicU64,
    harmed: AtomicU64,
    done: AtomicU64,
    unknown: AtomicU64,
}

#[test]
fn chaos_in_short() {
    chaos(1..=12, 12);
}

/// `CASELOAD_SEEDS=FROM..TO` takes others than the ten thousand.
#[test]
#[ignore = "long: many seeds"]
fn chaos_at_length() {
    let named = std::env::var("CASELOAD_SEEDS").unwrap_or_else(|_| "1..10000".to_owned());
    let (from, to) = named.split_once("..").unwrap();
    chaos(from.parse().unwrap()..=to.parse().unwrap(), 24);
}

/// Plays seeds side by side; `CASELOAD_SEED` plays that one alone, `CASELOAD_TIMES` tells how long each took.
#[expect(clippy::print_stderr, reason = "what was played, for the table of the proofs")]
fn chaos(seeds: std::ops::RangeInclusive<u64>, side_by_side: usize) {
    let only: Option<u64> = std::env::var("CASELOAD_SEED").ok().map(|seed| seed.parse().unwrap());
    let seeds: Vec<u64> = only.map_or_else(|| seeds.collect(), |only| vec![only]);
    let (next, failures, figures) = (AtomicU64::new(0), Mutex::new(Vec::new()), Figures::default());
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..side_by_side {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::SeqCst) as usize) {
                    let begin = Instant::now();
                    let played = play(*seed, &figures);
                    if std::env::var_os("CASELOAD_TIMES").is_some() {
                        eprintln!("seed {seed}: {:?}", begin.elapsed());
                    }
                    if let Err(why) = played {
                        let again =
                            format!("CASELOAD_SEED={seed} cargo test --features proof --test proof chaos_in_short");
                        failures.lock().unwrap().push(format!("seed {seed}: {why}\n    {again}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let of = |figure: &AtomicU64| figure.load(Ordering::SeqCst);
    let Figures { runs, requests, connections, harmed, done, unknown } = &figures;
    let seen = format!(
        "{} seeds in {:?}: {} runs, {} requests, {} of {} connections harmed, {} rows done, {} unknown",
        seeds.len(),
        start.elapsed(),
        of(runs),
        of(requests),
        of(harmed),
        of(connections),
        of(done),
        of(unknown),
    );
    assert!(failures.is_empty(), "{} failed; {seen}\n{}", failures.len(), failures.join("\n"));
    // A proxy that harms nobody proves nothing.
    assert!(only.is_some() || (of(harmed) > seeds.len() as u64 && of(unknown) > 0), "{seen}");
    eprintln!("{seen}");
}

/// What the server does of itself.
fn storm(random: &mut Seeded, seed: u64) -> Script {
    if random.below(2) == 0 {
        return Script::default();
    }
    // An early refusal slows the run down for long, so they come late.
    let pause = random.below(2);
    let text = format!(
        "{{seed: {seed}, rules: [
          {{on: {{chance: 0.05, from: 25}}, times: 2, do: 429, retry-after: {pause}}},
          {{on: {{chance: 0.05, from: 25}}, times: 1, do: 429}},
          {{on: {{chance: 0.05, from: 25}}, times: 2, do: 503, retry-after: 0}},
          {{on: {{chance: 0.03}}, times: 2, do: 503-after}},
          {{on: {{chance: 0.03}}, times: 2, do: 500}},
          {{on: {{chance: 0.03}}, times: 2, do: half}},
          {{on: {{chance: 0.03}}, times: 2, do: close-idle}},
          {{on: {{chance: 0.05}}, times: 4, slow: 80ms}}]}}"
    );
    Script::from_yaml(&text).unwrap()
}

/// A server that adds to the log.
pub fn server(log: &Path, script: Script, lifetime: Duration) -> Sandbox {
    let file = OpenOptions::new().create(true).append(true).open(log).unwrap();
    let options = Options { script, log: Some(Box::new(file)), token_lifetime: Some(lifetime), ..Options::default() };
    spawn(&[from_yaml("things", CONTRACT, &[]).unwrap()], options).unwrap()
}

fn play(seed: u64, figures: &Figures) -> Result<(), String> {
    let mut random = Seeded(seed);
    let dir = Workdir::new();
    dir.write("things.yaml", CONTRACT);
    dir.write("list.csv", (0..ROWS).fold("name\n".to_owned(), |list, n| format!("{list}row {n}\n")));
    let log = dir.path("server.jsonl");
    let lifetime = Duration::from_secs(if random.below(2) == 0 { 1 } else { 3600 });
    let first = server(&log, storm(&mut random, seed), lifetime);
    let (upstream, second_log) = (first.address, log.clone());
    let restart_at = (random.below(3) > 0).then(|| 2 + random.below(12));
    let kept = std::sync::Arc::new(Mutex::new(Vec::new()));
    let keep = std::sync::Arc::clone(&kept);
    let restart = move || -> SocketAddr {
        // The first takes a second to end, as servers do.
        let second = server(&second_log, Script::default(), lifetime);
        let address = second.address;
        keep.lock().unwrap().push(second);
        std::thread::spawn(move || drop(first));
        address
    };
    let proxy = Proxy::new(seed, upstream, restart_at, restart);
    let concurrency = ["1", "4", "8", "16"][random.below(4) as usize];
    let to = if random.below(5) == 0 { "things/replace" } else { "things/make" };
    // A run that is stopped by its errors is gone on with in the middle of the harm.
    let most_errors = ["0", "1", "3", "100%"][random.below(4) as usize];
    let mut harmed = 0;
    let code = loop {
        if harmed == HARMED_RUNS {
            proxy.calm();
        } else if harmed == HARMED_RUNS + CALM_RUNS {
            return Err("it does not come to an end without harm either".to_owned());
        }
        harmed += 1;
        let most = if harmed > HARMED_RUNS { "100%" } else { most_errors };
        let fixed = ["submit", "list.csv", "--contract", "things.yaml", "--to", to, "--timeout", "1s", "--json"];
        let more = ["-o", "out.jsonl", "-q", "--base-url", &proxy.address, "--concurrency", concurrency];
        let args = [&fixed[..], &more, &["--max-errors", most]].concat();
        let mut command = dir.command(&args);
        command.env("CASELOAD_CLIENT_ID", "me").env("CASELOAD_CLIENT_SECRET", "secret").env_remove("CASELOAD_TOKEN");
        let output = command.output().unwrap();
        figures.runs.fetch_add(1, Ordering::SeqCst);
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        judge(&dir, &log, ROWS, to == "things/make", &output.stdout)
            .map_err(|why| format!("run {harmed}: {why}\n{}", said()))?;
        match output.status.code() {
            Some(code @ (0 | 1)) => break code,
            Some(3) => {}
            other => return Err(format!("exit {other:?}: {}", said())),
        }
    };
    let rows = dir.rows("out.jsonl");
    let words = words(&rows);
    if let Some(word) = words.iter().find(|word| !matches!(**word, "done" | "done-without-id" | "unknown")) {
        return Err(format!("ended by {code} with a row {word}"));
    }
    let count = |word: &str| words.iter().filter(|found| **found == word).count() as u64;
    figures.done.fetch_add(count("done"), Ordering::SeqCst);
    figures.unknown.fetch_add(count("unknown"), Ordering::SeqCst);
    figures.requests.fetch_add(entries(&log).len() as u64, Ordering::SeqCst);
    let (connections, hurt) = proxy.connections();
    figures.connections.fetch_add(connections, Ordering::SeqCst);
    figures.harmed.fetch_add(hurt, Ordering::SeqCst);
    Ok(())
}

fn entries(log: &Path) -> Vec<Value> {
    fs::read_to_string(log).unwrap_or_default().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The result of a run beside what the servers wrote down until then. `once`: nothing may be carried out twice.
pub fn judge(dir: &Workdir, log: &Path, all: usize, once: bool, summary: &[u8]) -> Result<(), String> {
    let rows = dir.rows("out.jsonl");
    let summary: Value = serde_json::from_slice(summary).map_err(|_| "no summary".to_owned())?;
    let counted = ["done", "done_without_id", "rejected", "invalid", "duplicate", "unknown", "not_sent"];
    let sum: u64 = counted.iter().filter_map(|word| summary[word].as_u64()).sum();
    if rows.len() != all || summary["balance"] != true || sum != all as u64 {
        return Err(format!("{} rows, {summary}", rows.len()));
    }
    let (mut came, mut given): (HashMap<String, u64>, HashMap<String, Vec<Value>>) = Default::default();
    for entry in entries(log) {
        *came.entry(entry["reference"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        if entry["committed"] == true {
            let name = entry["body"]["name"].as_str().unwrap_or_default().to_owned();
            given.entry(name).or_default().push(entry["id"].clone());
        }
    }
    let attempts: u64 = rows.iter().filter_map(|row| row["attempts"].as_u64()).sum();
    if came.values().sum::<u64>() > attempts {
        return Err(format!("{came:?} came, {attempts} attempts"));
    }
    for (n, row) in rows.iter().enumerate() {
        let reference = row["reference"].as_str().unwrap_or_default();
        let arrived = came.get(reference).copied().unwrap_or(0);
        if arrived > row["attempts"].as_u64().unwrap_or(0) {
            return Err(format!("{arrived} requests came for {row}"));
        }
        let ids = given.get(&format!("row {n}")).map_or(&[][..], Vec::as_slice);
        if once && ids.len() > 1 {
            return Err(format!("carried out as {ids:?}: {row}"));
        }
        let fits = match row["result"].as_str().unwrap_or_default() {
            "done" => ids.contains(&row["id"]),
            "unknown" => true,
            "done-without-id" => !ids.is_empty(),
            // What may be repeated waits in doubt, and that is told as unknown.
            _ => ids.is_empty(),
        };
        if !fits {
            return Err(format!("the server has {ids:?} beside {row}"));
        }
    }
    Ok(())
}
