//! The judge of every attack: what must hold of a ledger and a result beside the log of the server, which is the truth
//! about what was sent and done.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::time::Duration;

use caseload_engine::ledger::{Entry, Ledger, State};
use serde::Deserialize;
use serde_json::Value;

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

/// Runs a test once for each of so many seeds; with `CASELOAD_SEED=7` for that one alone, with
/// `CASELOAD_SEED=7..20` for some. Of a failure it says how to
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
    let given = std::env::var("CASELOAD_SEED").ok().map(|seeds| {
        let (from, to) = seeds.split_once("..").unwrap_or((&seeds, ""));
        let from: u64 = from.parse().unwrap();
        from..to.parse().unwrap_or(from + 1)
    });
    for seed in given.unwrap_or(0..count) {
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
