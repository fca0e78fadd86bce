//! Places at which a test may end the process as a power cut would: without unwinding, without a flush.
//!
//! Empty, and compiled to nothing, without the cargo feature `proof`. With it, `CASELOAD_FAIL=name` ends the process
//! at the first passing of that point, `CASELOAD_FAIL=name:3` at the third.

/// Every point, in the order in which a run comes by.
pub const POINTS: [&str; 39] = [
    // The ledger is opened.
    "ledger-locked",
    "schema-committing",
    "schema-committed",
    "ledger-keyed",
    "ballast-made",
    "recovery-committing",
    "recovery-committed",
    // The file is checked, and the run begun or gone on with.
    "file-checked",
    "refusals-reopening",
    "refusals-reopened",
    "repeats-reopening",
    "repeats-reopened",
    "run-beginning",
    "run-begun",
    "repeats-noting",
    "repeats-noted",
    // Rows are sent.
    "token-asking",
    "token-answered",
    "intents-committing",
    "intents-committed",
    "intents-acknowledged",
    "request-leaving",
    "status-read",
    "body-read",
    "outcome-decided",
    "outcomes-committing",
    "outcomes-committed",
    "outcomes-acknowledged",
    "withdrawals-committing",
    "withdrawals-committed",
    "ledger-given-back",
    // The result is written, and the run closed.
    "result-created",
    "result-row",
    "result-renaming",
    "result-renamed",
    "run-closing",
    "run-closed",
    // A person closes a row.
    "resolution-committing",
    "resolution-committed",
];

/// Ends the process here if this is where it is to end.
#[cfg(feature = "proof")]
pub fn point(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static AIM: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();
    let aim = AIM.get_or_init(|| {
        let text = std::env::var("CASELOAD_FAIL").ok()?;
        let (name, nth) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), AtomicU64::new(nth.parse().unwrap_or(1))))
    });
    if let Some((aimed, left)) = aim
        && aimed == name
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        // The kernel ends every thread at once, as by SIGKILL; the signal's other number tells the test that the
        // process came by here.
        std::process::abort();
    }
}

/// Nothing: this build has no fail points.
#[cfg(not(feature = "proof"))]
#[inline]
pub const fn point(_name: &str) {}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::POINTS;

    /// The names given to `fail::point` in all sources, each as often as it stands there.
    fn in_sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                in_sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("engine/fail.rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let calls = text.split("fail::point(").skip(1);
                found.extend(calls.map(|call| call.split('"').nth(1).unwrap().to_owned()));
            }
        }
    }

    #[test]
    fn the_list_names_each_point_of_the_sources_once() {
        let mut found = Vec::new();
        in_sources(Path::new(env!("CARGO_MANIFEST_DIR")), &mut found);
        found.sort();
        let mut listed = POINTS.to_vec();
        listed.sort_unstable();
        assert_eq!(found, listed);
    }
}
