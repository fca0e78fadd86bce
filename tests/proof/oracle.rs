//! The judge of every attack: a sandbox in a process of its own, whose log is the truth about what was sent and done,
//! and what must hold of a ledger and a result beside that log.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use caseload::ledger::{Entry, Ledger, State};
use serde::Deserialize;
use serde_json::Value;

use crate::workdir::{Ended, Workdir};

/// The operation of the lists; named, for guessing it costs a session more time than all the rest.
pub const CASES: &str = "hugin/create-case";

/// The signal by which a process ends at a fail point.
pub const ABORTED: i32 = 6;

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn ms_below(&mut self, bound: u64) -> Duration {
        Duration::from_micros(self.below(bound * 1000))
    }
}

/// Runs a test once for each of so many seeds; with `CASELOAD_SEED` for that one alone. Of a failure it says how to
/// see it again.
pub fn for_seeds(count: u64, test: impl Fn(u64)) {
    struct Replay(u64);
    impl Drop for Replay {
        #[expect(clippy::print_stdout, reason = "whoever reads of the failure must know how to see it again")]
        fn drop(&mut self) {
            if std::thread::panicking() {
                let thread = std::thread::current();
                let name = thread.name().unwrap_or_default();
                println!(
                    "to see it again: CASELOAD_SEED={} cargo test --features proof --test proof -- --include-ignored {name}",
                    self.0
                );
            }
        }
    }
    let given = std::env::var("CASELOAD_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = given.map_or(0..count, |seed| seed..seed + 1);
    for seed in seeds {
        let _replay = Replay(seed);
        test(seed);
    }
}

/// One request as the server wrote it down before it answered.
#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub reference: Option<String>,
    pub body: Value,
    pub committed: bool,
    pub fault: Option<String>,
    pub id: Option<Value>,
}

impl Request {
    /// The text of a case, which tells rows apart.
    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }

    pub fn reference(&self) -> &str {
        self.reference.as_deref().unwrap_or_default()
    }
}

/// A sandbox in another process. It ends with this value, and with nothing that is done to the program.
pub struct Server {
    pub base: String,
    child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    /// `faults` is a script, `more` are further options of `caseload sandbox`.
    pub fn start(faults: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseload"));
        command.args(["sandbox", "--log"]).arg(folder.path().join("log")).args(more);
        if !faults.is_empty() {
            let script = folder.path().join("faults.yaml");
            fs::write(&script, faults).unwrap();
            command.arg("--faults").arg(script);
        }
        command.env("CASELOAD_LANG", "en").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut base = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut base).unwrap();
        assert!(base.starts_with("http://"), "the sandbox did not start: {base:?}");
        Self { base: base.trim().to_owned(), child, folder }
    }

    /// All requests that have arrived, in their order. A line that is being written is not one yet.
    pub fn requests(&self) -> Vec<Request> {
        let text = fs::read_to_string(self.folder.path().join("log")).unwrap();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Grows with each request.
    pub fn log_size(&self) -> u64 {
        fs::metadata(self.folder.path().join("log")).map_or(0, |log| log.len())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts the folders of this process on a file system in memory, where there is one: what a kill leaves behind is the
/// same there, and nobody waits for the disk.
pub fn in_memory() {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        // Only the first of several calls is taken.
        let _ = tempfile::env::override_temp_dir(memory);
    }
}

/// A folder with a list of cases, a server, and the command that sends the one to the other.
pub struct Scene {
    pub dir: Workdir,
    pub server: Server,
    pub rows: u32,
    pub args: Vec<String>,
}

impl Scene {
    /// `rows` cases to a server that takes `latency` for each answer and has these faults.
    pub fn new(rows: u32, concurrency: usize, latency: &str, faults: &str) -> Self {
        in_memory();
        let dir = Workdir::new();
        dir.write_cases("list.csv", rows);
        let server = Server::start(faults, &["--latency", latency]);
        let at_once = concurrency.to_string();
        let args = [
            "submit",
            "list.csv",
            "--to",
            CASES,
            "--base-url",
            &server.base,
            "--yes",
            "-o",
            "out.jsonl",
            "--concurrency",
        ];
        let args = args.into_iter().chain([at_once.as_str()]).map(str::to_owned).collect();
        Self { dir, server, rows, args }
    }

    pub fn command(&self, more: &[&str]) -> Command {
        let args: Vec<&str> = self.args.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let mut command = self.dir.command(&args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub fn run(&self, more: &[&str]) -> Ended {
        let args: Vec<&str> = self.args.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.dir.run(&args)
    }

    /// Waits until another request has arrived than those that had when the log was of this size, or the program has ended.
    pub fn wait_for_a_request(&self, size: u64, child: &mut Child) {
        let start = Instant::now();
        while self.server.log_size() == size && child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(20), "no request came");
            std::thread::sleep(Duration::from_micros(300));
        }
    }

    pub fn ledger(&self) -> PathBuf {
        self.dir.path("data/caseload/ledger.db")
    }

    /// The latest result.
    pub fn result(&self) -> Vec<Value> {
        self.dir.rows("out.jsonl")
    }

    /// The texts of the rows, in their order.
    pub fn details(&self) -> Vec<String> {
        (0..self.rows).map(|n| format!("case {n}")).collect()
    }

    /// What the ledger holds, seen in a copy: looking at the ledger itself would mend it. None where there is none yet.
    pub fn entries(&self) -> Option<BTreeMap<u32, Entry>> {
        entries(&self.ledger())
    }

    /// Whatever has been done to the program, the ledger knows of every request that has come.
    #[track_caller]
    pub fn every_request_has_its_intent(&self) -> BTreeMap<u32, Entry> {
        let requests = self.server.requests();
        let entries = self.entries().unwrap_or_default();
        let mut came: HashMap<u32, u32> = HashMap::new();
        for request in &requests {
            *came.entry(ordinal(request.detail())).or_default() += 1;
        }
        for (ordinal, arrived) in came {
            let attempts = entries.get(&ordinal).map_or(0, |entry| entry.attempts);
            assert!(arrived <= attempts, "row {ordinal}: {arrived} requests came, the ledger knows of {attempts}");
        }
        entries
    }

    /// Lets the same command run to its end, and judges the result. `mortal`: how many rows may be unknown for the
    /// kills they went through.
    #[track_caller]
    pub fn finish(&self, more: &[&str], mortal: usize) -> Ended {
        let ended = self.run(more);
        let rows = self.result();
        assert!(matches!(ended.code, 0 | 1), "{ended:?}");
        judge(&self.server.requests(), &rows, &self.details(), mortal);
        let again = self.run(&[]);
        assert_eq!((again.code, &self.result()), (ended.code, &rows), "the same command again changes nothing");
        ended
    }
}

/// The row that a text belongs to.
pub fn ordinal(detail: &str) -> u32 {
    detail.strip_prefix("case ").and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no such row: {detail:?}"))
}

/// The rows of the first run of a ledger, from a copy of its files.
pub fn entries(ledger: &Path) -> Option<BTreeMap<u32, Entry>> {
    let copy = tempfile::tempdir().unwrap();
    let name = ledger.file_name().unwrap().to_str().unwrap();
    fs::copy(ledger, copy.path().join(name)).ok()?;
    let _ = fs::copy(ledger.with_file_name(format!("{name}-wal")), copy.path().join(format!("{name}-wal")));
    let ledger = Ledger::look(&copy.path().join(name)).ok()?;
    // A ledger that was being made has no key yet, or no tables.
    ledger.runs().ok()?;
    Some(entries_of(&ledger, 1))
}

pub fn entries_of(ledger: &Ledger, run: u32) -> BTreeMap<u32, Entry> {
    let mut all = BTreeMap::new();
    let mut from = 0;
    loop {
        let page = ledger.page(run, from).unwrap();
        let Some(last) = page.last() else { return all };
        from = last.id.ordinal + 1;
        all.extend(page.into_iter().map(|entry| (entry.id.ordinal, entry)));
    }
}

/// No later state of the ledger has forgotten what an earlier one knew.
#[track_caller]
pub fn nothing_forgotten(before: &BTreeMap<u32, Entry>, after: &BTreeMap<u32, Entry>) {
    for (ordinal, was) in before {
        let is = after.get(ordinal);
        let settled = matches!(was.state, State::Done | State::DoneWithoutId | State::Rejected | State::Unknown);
        match is {
            // Taken back, with proof that it had not left.
            None => assert!(was.state == State::Sending && was.attempts == 1, "{was:?} is gone"),
            Some(is) if settled => {
                assert_eq!((is.state, &is.settlement.id), (was.state, &was.settlement.id), "{was:?}");
            }
            Some(is) => assert!(is.attempts + 1 >= was.attempts, "{was:?} became {is:?}"),
        }
    }
}

/// The promise: no case was opened twice; what was done is told as done with its own id, or as unknown; nothing came
/// without an attempt that the ledger counts; at most `mortal` rows are unknown for another reason than a fault that the
/// server was told to have.
#[track_caller]
pub fn judge(requests: &[Request], rows: &[Value], details: &[String], mortal: usize) {
    assert_eq!(rows.len(), details.len(), "one line a row");
    let mut done: HashMap<&str, &Request> = HashMap::new();
    let mut came: HashMap<&str, u64> = HashMap::new();
    let mut at_fault: HashMap<&str, &str> = HashMap::new();
    for request in requests {
        *came.entry(request.reference()).or_default() += 1;
        if let Some(fault) = &request.fault {
            at_fault.insert(request.detail(), fault);
        }
        if request.committed {
            assert!(done.insert(request.detail(), request).is_none(), "{} was done twice", request.detail());
        }
    }
    let mut unknown = 0;
    for (row, detail) in rows.iter().zip(details) {
        let arrived = row["reference"].as_str().and_then(|reference| came.get(reference)).copied().unwrap_or(0);
        assert!(arrived <= row["attempts"].as_u64().unwrap(), "{detail}: {arrived} requests came, and {row}");
        let word = row["result"].as_str().unwrap();
        match (word, done.get(detail.as_str())) {
            ("done", Some(request)) => assert_eq!(Some(&row["id"]), request.id.as_ref(), "{detail}"),
            ("done-without-id", Some(_)) | ("rejected" | "not-sent", None) => {}
            ("unknown", _) => unknown += usize::from(!at_fault.contains_key(detail.as_str())),
            (word, request) => panic!("{detail} is {word}, and at the server {request:?}"),
        }
    }
    assert!(unknown <= mortal, "{unknown} unknown, {mortal} may be");
}
