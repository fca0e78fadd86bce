//! Three lists at once on one ledger, one of them killed in the middle. They have devices in common, and some of their
//! rows are equal: no row goes twice, no device's rows go out of order, and those that live end as if they were alone.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::oracle::{Random, Request, for_seeds};
use crate::scene::{CASES, Server, in_memory};
use crate::workdir::{HEADER, Workdir};

const LISTS: usize = 3;
const ROWS: usize = 36;
const DEVICES: usize = 9;
const AT_ONCE: usize = 4;

/// One folder, and so one ledger, with the lists in it.
struct Office {
    dir: Workdir,
    server: Server,
}

fn detail(list: usize, row: usize) -> String {
    // Every fourth row stands in all lists.
    if row.is_multiple_of(4) { format!("shared {row}") } else { format!("list {list} row {row}") }
}

fn device(row: usize) -> String {
    format!("FU{:08}", row % DEVICES)
}

impl Office {
    fn new(faults: &str) -> Self {
        in_memory();
        let dir = Workdir::new();
        for list in 0..LISTS {
            let rows = (0..ROWS).map(|row| format!("upgrade,psu,{},,,{}\n", device(row), detail(list, row)));
            dir.write(&format!("list-{list}.csv"), format!("{HEADER}\n{}", rows.collect::<String>()));
        }
        Self { dir, server: Server::start(faults, &["--latency", "4ms"]) }
    }

    fn start(&self, list: usize) -> Child {
        let (file, out, at_once) = (format!("list-{list}.csv"), format!("out-{list}.jsonl"), AT_ONCE.to_string());
        let args =
            ["submit", &file, "--to", CASES, "--base-url", &self.server.base, "--yes", "--concurrency", &at_once];
        let mut command = self.dir.command(&[&args[..], &["-o", &out]].concat());
        let told = File::create(self.dir.path(&format!("told-{list}.txt"))).unwrap();
        command.stdout(Stdio::null()).stderr(told).spawn().unwrap()
    }

    /// What the last command for a list said.
    fn told(&self, list: usize) -> String {
        std::fs::read_to_string(self.dir.path(&format!("told-{list}.txt"))).unwrap()
    }

    fn result(&self, list: usize) -> Vec<Value> {
        self.dir.rows(&format!("out-{list}.jsonl"))
    }

    fn wait_for_requests(&self, count: usize) {
        let start = Instant::now();
        while self.server.requests().len() < count {
            assert!(start.elapsed() < Duration::from_secs(30), "{} requests came", self.server.requests().len());
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// What tells a row of the lists from all others: its device and its text.
fn key(request: &Request) -> (String, String) {
    (request.body["deviceId"].as_str().unwrap_or_default().to_owned(), request.detail().to_owned())
}

/// No row twice, and each device's rows of a run in the order of their file.
#[track_caller]
fn in_order_and_once(requests: &[Request]) -> HashMap<(String, String), Value> {
    let mut done = HashMap::new();
    let mut last: BTreeMap<(String, String), u32> = BTreeMap::new();
    for request in requests {
        let (run, place) = request.reference().rsplit_once('-').unwrap();
        let row: u32 = place.rsplit_once('.').unwrap().1.parse().unwrap();
        let before = last.insert((run.to_owned(), key(request).0), row);
        assert!(before.is_none_or(|before| before <= row), "{request:?} comes after row {before:?} of its device");
        if request.committed {
            let id = request.id.clone().unwrap_or_default();
            assert!(done.insert(key(request), id).is_none(), "{request:?} was done twice");
        }
    }
    done
}

/// Every row of a list is told once, and what is told is so.
#[track_caller]
fn told_as_it_is(office: &Office, list: usize, done: &HashMap<(String, String), Value>) -> usize {
    let rows = office.result(list);
    assert_eq!(rows.len(), ROWS, "list {list}");
    let mut unknown = 0;
    for (at, row) in rows.iter().enumerate() {
        let key = (device(at), detail(list, at));
        match (row["result"].as_str().unwrap(), done.get(&key)) {
            ("done", Some(id)) => assert_eq!(&row["id"], id, "{row}"),
            ("duplicate", Some(_)) => {}
            // The row that it repeats was under way when its process was killed.
            ("duplicate", None) => assert_eq!(row["duplicate_of"]["result"], "unknown", "{row}"),
            ("unknown", _) => unknown += 1,
            // Of a row that stands in all lists the next command says that another list's was done.
            ("not-sent", at_server) if at_server.is_none() || at.is_multiple_of(4) => {
                assert_eq!(row["error"]["code"], "held", "{row}");
            }
            (word, at_server) => panic!("{key:?} is {word}, and at the server {at_server:?}: {row}"),
        }
    }
    unknown
}

fn three_at_once(seed: u64) {
    let mut random = Random::new(seed);
    let office = Office::new("[{on: {chance: 0.03}, times: 3, do: 429, retry-after: 0}]");
    let mut children: Vec<Child> = (0..LISTS).map(|list| office.start(list)).collect();
    let victim = random.below(LISTS as u64) as usize;
    office.wait_for_requests(3 + random.below(40) as usize);
    children[victim].kill().unwrap();
    for (list, child) in children.iter_mut().enumerate() {
        let status = child.wait().unwrap();
        let lived_on = list != victim || status.code().is_some();
        assert!(!lived_on || matches!(status.code(), Some(0 | 1)), "list {list}: {status:?}: {}", office.told(list));
    }
    let done = in_order_and_once(&office.server.requests());
    for list in (0..LISTS).filter(|list| *list != victim) {
        assert_eq!(told_as_it_is(&office, list, &done), 0, "list {list}: only what the dead one sent is unknown");
    }
    // The killed list goes on; then each once more, for what waited behind it.
    for list in [victim].into_iter().chain(0..LISTS) {
        let status = office.start(list).wait().unwrap();
        assert!(matches!(status.code(), Some(0 | 1)), "list {list}: {status:?}: {}", office.told(list));
    }
    let done = in_order_and_once(&office.server.requests());
    let unknown: usize = (0..LISTS).map(|list| told_as_it_is(&office, list, &done)).sum();
    assert!(unknown <= AT_ONCE, "{unknown} rows are unknown, {AT_ONCE} were in flight");
    if unknown == 0 {
        let keys: HashSet<(String, String)> =
            (0..LISTS).flat_map(|list| (0..ROWS).map(move |row| (device(row), detail(list, row)))).collect();
        assert_eq!(done.len(), keys.len(), "every row was done");
    }
}

#[test]
fn three_lists_at_once_go_in_order_and_once_and_one_that_is_killed_takes_nothing_from_the_others() {
    for_seeds(4, three_at_once);
}

#[test]
#[ignore = "long"]
fn three_lists_at_once_two_hundred_times() {
    for_seeds(200, three_at_once);
}
