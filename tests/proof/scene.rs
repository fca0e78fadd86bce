//! What is attacked: a sandbox in a process of its own, a list of cases, and the command that sends the one to the other.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use caseload_engine::ledger::Entry;
use serde_json::Value;

use crate::oracle::{Request, entries, judge, ordinal};
use crate::workdir::{Ended, Workdir};

/// The operation of the lists; named, for guessing it costs a session more time than all the rest.
pub const CASES: &str = "hugin/create-case";

/// The signal by which a process ends at a fail point.
pub const ABORTED: i32 = 6;

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
    args: Vec<String>,
}

impl Scene {
    /// `rows` cases to a server that takes `latency` for each answer and has these faults.
    pub fn new(rows: u32, concurrency: usize, latency: &str, faults: &str) -> Self {
        in_memory();
        let dir = Workdir::new();
        dir.write_cases("list.csv", rows);
        let server = Server::start(faults, &["--latency", latency]);
        let at_once = concurrency.to_string();
        let args = ["submit", "list.csv", "--to", CASES, "--base-url", &server.base, "--yes", "--concurrency"];
        let args = args.into_iter().chain([at_once.as_str()]).map(str::to_owned).collect();
        Self { dir, server, rows, args }
    }

    /// The arguments with some more; the result is `out.jsonl` if they name no other.
    fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let result: &[&str] = if more.contains(&"-o") { &[] } else { &["-o", "out.jsonl"] };
        self.args.iter().map(String::as_str).chain(result.iter().copied()).chain(more.iter().copied()).collect()
    }

    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = self.dir.command(&self.args(more));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub fn run(&self, more: &[&str]) -> Ended {
        self.dir.run(&self.args(more))
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
