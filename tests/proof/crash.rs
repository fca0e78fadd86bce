//! T1 and T2: the program is killed, anywhere, again and again; the same command goes on.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;

use caseload_engine::fail::POINTS;
use caseload_engine::ledger::State;

use crate::oracle::{Random, for_seeds, nothing_forgotten};
use crate::recorder::{can_trace, traced};
use crate::scene::{ABORTED, CASES, Scene};
use crate::workdir::words;

/// Refusals for now, for good, good answers without an id, and answers that prove nothing.
const FAULTS: &str = "
- {on: {chance: 0.03}, times: 3, do: 429, retry-after: 0}
- {on: {chance: 0.02}, do: 400}
- {on: {chance: 0.02}, do: no-id}
- {on: {chance: 0.02}, do: 503-after}
";

/// T1: so many kills at random times in the life of one list.
fn survives_kills(seed: u64, kills: usize, concurrency: usize) {
    let mut random = Random::new(seed ^ concurrency as u64);
    let rows = 60 + 12 * (kills * concurrency) as u32;
    let scene = Scene::new(rows.min(1200), concurrency, "4ms", FAULTS);
    let mut before = BTreeMap::new();
    for kill in 0..kills {
        let size = scene.server.log_size();
        let mut child = scene.command(&[]).spawn().unwrap();
        if random.below(3) > 0 {
            scene.wait_for_a_request(size, &mut child);
            std::thread::sleep(random.ms_below(60));
        } else {
            // Anywhere: while the ledger is opened, the file checked, the result written.
            std::thread::sleep(random.ms_below(200));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let entries = scene.every_request_has_its_intent();
        nothing_forgotten(&before, &entries);
        let open = entries.values().filter(|entry| entry.state == State::Sending).count();
        assert!(open <= concurrency, "kill {kill}: {open} rows were open, {concurrency} may be");
        before = entries;
    }
    scene.finish(&[], kills * concurrency);
}

#[test]
fn killed_at_random_no_row_goes_twice_and_none_is_lost() {
    for_seeds(1, |seed| {
        for concurrency in [1, 8, 32] {
            survives_kills(seed, 5, concurrency);
        }
    });
}

#[test]
#[ignore = "long"]
fn killed_at_random_a_thousand_times() {
    for_seeds(20, |seed| {
        for concurrency in [1, 8, 32] {
            survives_kills(seed, 17, concurrency);
        }
    });
}

/// How a run comes by a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The first submit of a list.
    Fresh,
    /// Goes on with a list whose first session was killed.
    GoingOn,
    /// Sends refused rows again.
    RetryRejected,
    /// Half of the rows were sent by another list.
    Repeats,
    /// The server asks all to wait, while intents are on their way to the disk.
    Held,
}

/// Which way leads by a point, and how often it comes by at least.
fn way_to(point: &str) -> Option<(Way, u64)> {
    Some(match point {
        "recovery-committing" | "recovery-committed" | "repeats-reopening" | "repeats-reopened" => (Way::GoingOn, 1),
        "refusals-reopening" | "refusals-reopened" => (Way::RetryRejected, 1),
        "repeats-noting" | "repeats-noted" => (Way::Repeats, 1),
        "withdrawals-committing" | "withdrawals-committed" => (Way::Held, 1),
        "intents-acknowledged"
        | "request-leaving"
        | "status-read"
        | "body-read"
        | "outcome-decided"
        | "outcomes-acknowledged"
        | "result-row" => (Way::Fresh, 20),
        "intents-committing" | "intents-committed" | "outcomes-committing" | "outcomes-committed" => (Way::Fresh, 6),
        // They need an API with tokens, or a person: in `special`.
        "token-asking" | "token-answered" | "resolution-committing" | "resolution-committed" => return None,
        _ => (Way::Fresh, 1),
    })
}

impl Way {
    fn scene(self) -> Scene {
        match self {
            Way::Fresh | Way::GoingOn | Way::Repeats => Scene::new(24, 4, "2ms", ""),
            Way::RetryRejected => Scene::new(24, 4, "2ms", "[{on: {from: 2}, times: 6, do: 400}]"),
            Way::Held => Scene::new(100, 32, "5ms", "[{on: {from: 60}, times: 4, do: 429, retry-after: 1}]"),
        }
    }

    /// What comes before the session that is cut off; gives the options of that and the later ones.
    #[track_caller]
    fn prepare(self, scene: &Scene) -> &'static [&'static str] {
        match self {
            Way::Fresh | Way::Held => &[],
            Way::GoingOn => {
                assert!(is_cut_off(scene, &[], "outcomes-committing:2"));
                &[]
            }
            Way::RetryRejected => {
                assert_eq!(scene.run(&[]).code, 1);
                &["--retry-rejected"]
            }
            Way::Repeats => {
                scene.dir.write_cases("other.csv", 12);
                let other =
                    ["submit", "other.csv", "--to", CASES, "--base-url", &scene.server.base, "--yes", "-o", "none"];
                assert_eq!(scene.dir.run(&other).code, 0);
                &[]
            }
        }
    }
}

/// Starts a session that is to end at a point; whether it came by.
fn is_cut_off(scene: &Scene, more: &[&str], point: &str) -> bool {
    scene.command(more).env("CASELOAD_FAIL", point).status().unwrap().signal() == Some(ABORTED)
}

/// T2: a session ends at a point, perhaps the next ones in their recovery, and the same command goes on.
fn survives_point(point: &str, seed: u64) {
    let Some((way, passings)) = way_to(point) else { return };
    let mut random = Random::new(seed);
    let aim = format!("{point}:{}", 1 + random.below(passings));
    // That an intent is just on its way when the server asks to wait is a matter of luck.
    let tries = if way == Way::Held { 12 } else { 1 };
    let reached = (0..tries).find_map(|_| {
        let scene = way.scene();
        let more = way.prepare(&scene);
        is_cut_off(&scene, more, &aim).then_some((scene, more))
    });
    let (scene, more) = reached.unwrap_or_else(|| panic!("{way:?} did not come by {aim}"));
    if way == Way::Repeats {
        return goes_on_among_repeats(&scene);
    }
    scene.every_request_has_its_intent();
    for again in ["recovery-committing", "recovery-committed"].iter().take(random.below(3) as usize) {
        assert!(is_cut_off(&scene, more, again), "{again}");
        scene.every_request_has_its_intent();
    }
    let kills = if way == Way::GoingOn { 2 } else { 1 };
    let in_flight = if way == Way::Held { 32 } else { 4 };
    scene.finish(more, kills * in_flight);
}

/// The first half of the list was sent by another: those rows are told as its duplicates, whatever came between.
#[track_caller]
fn goes_on_among_repeats(scene: &Scene) {
    let ended = scene.run(&[]);
    let rows = scene.result();
    assert_eq!(words(&rows), [["duplicate"; 12], ["done"; 12]].concat(), "{ended:?}");
    assert_eq!(scene.server.requests().iter().filter(|request| request.committed).count(), 24);
}

#[test]
fn cut_off_at_each_point_no_row_goes_twice_and_none_is_lost() {
    for_seeds(1, |seed| {
        for point in POINTS {
            survives_point(point, seed);
        }
    });
}

#[test]
#[ignore = "long"]
fn cut_off_at_each_point_twenty_times() {
    for_seeds(20, |seed| {
        for point in POINTS {
            survives_point(point, seed.wrapping_mul(0x1_0001));
        }
    });
}

/// Goes on with a list and ends within a call to the system: a write or a sync of the log, or of the database, which
/// is written to only when the log is brought into it.
fn survives_call(seed: u64) {
    let mut random = Random::new(seed);
    let scene = Scene::new(40, 4, "1ms", "");
    assert!(is_cut_off(&scene, &[], "outcomes-committing:9"));
    let call = ["pwrite64", "fsync"][random.below(2) as usize];
    let (file, calls) = if random.below(2) == 0 { ("ledger.db", 4) } else { ("ledger.db-wal", 60) };
    let kill = format!("inject={call}:signal=KILL:when={}", 1 + random.below(calls));
    let path = scene.ledger().with_file_name(file);
    let calls = format!("trace={call}");
    let options = ["-o", "/dev/null", "-P", path.to_str().unwrap(), "-e", &calls, "-e", &kill];
    let status = traced(&scene, &options, &[]).status().unwrap();
    scene.every_request_has_its_intent();
    // A run that had fewer such calls has ended well.
    assert!(status.code().is_none_or(|code| code <= 1 || code == 137), "{file}, {kill}: {status:?}");
    scene.finish(&[], 2 * 4);
}

#[test]
fn killed_within_a_write_or_sync_of_the_ledger_no_row_goes_twice() {
    if can_trace() {
        for_seeds(6, survives_call);
    }
}

#[test]
#[ignore = "long"]
fn killed_within_a_write_or_sync_of_the_ledger_a_hundred_times() {
    if can_trace() {
        for_seeds(100, survives_call);
    }
}
