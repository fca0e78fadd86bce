//! T11: Ctrl-C, SIGTERM and SIGHUP, once or twice, at any time of a session.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};

use calamine::{Reader as _, Xlsx, open_workbook};
use caseload_engine::ledger::State;

use crate::oracle::{Random, for_seeds};
use crate::scene::Scene;

const ROWS: u32 = 80;
const AT_ONCE: usize = 8;

/// A signal: its name, its number, and the exit code of a session that it ends.
const SIGNALS: [(&str, i32, i32); 3] = [("INT", 2, 130), ("TERM", 15, 143), ("HUP", 1, 143)];

pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Whether a session ended by a signal: with its exit code, or, before anything could be sent, by the signal itself.
fn ended_by((_, number, code): (&str, i32, i32), status: ExitStatus) -> bool {
    status.code() == Some(code) || status.signal() == Some(number)
}

/// A workbook that is there opens, and has a line for each row.
#[track_caller]
fn opens(result: &Path) {
    let mut book: Xlsx<_> = open_workbook(result).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(sheet.height(), ROWS as usize + 1, "a header and the rows");
}

fn survives_signals(seed: u64) {
    let mut random = Random::new(seed);
    let scene = Scene::new(ROWS, AT_ONCE, "15ms", "");
    let first = SIGNALS[random.below(3) as usize];
    let second = (random.below(2) == 0).then(|| SIGNALS[random.below(3) as usize]);
    let mut child = scene.command(&["-o", "out.xlsx"]).spawn().unwrap();
    if random.below(4) > 0 {
        scene.wait_for_a_request(0, &mut child);
    }
    std::thread::sleep(random.ms_below(250));
    if child.try_wait().unwrap().is_none() {
        signal(&child, first.0);
    }
    if let Some(second) = second {
        std::thread::sleep(random.ms_below(40));
        if child.try_wait().unwrap().is_none() {
            signal(&child, second.0);
        }
    }
    let status = child.wait().unwrap();
    let (result, what) = (scene.dir.path("out.xlsx"), format!("{first:?}, {second:?}: {status:?}"));
    let by_signal = ended_by(first, status) || second.is_some_and(|second| ended_by(second, status));
    assert!(by_signal || status.code() == Some(0), "{what}");
    let entries = scene.every_request_has_its_intent();
    let open = entries.values().filter(|entry| entry.state == State::Sending).count();
    if second.is_none() {
        // The server answers: whatever was in flight is settled.
        let unsettled = entries.values().filter(|entry| matches!(entry.state, State::Sending | State::Unknown)).count();
        assert_eq!(unsettled, 0, "{what}");
    }
    assert!(open <= AT_ONCE, "{what}: {open} rows were open");
    if result.exists() {
        opens(&result);
    } else {
        // Ended before the result could be begun, or by somebody who would not wait.
        assert!(second.is_some() || entries.is_empty(), "{what}: no result");
    }
    let ended = scene.finish(&[], if second.is_some() { AT_ONCE } else { 0 });
    assert!(second.is_some() || ended.code == 0, "{what}: {ended:?}");
}

#[test]
fn signals_at_any_time_cost_no_row() {
    for_seeds(12, survives_signals);
}

#[test]
#[ignore = "long"]
fn signals_at_three_hundred_times() {
    for_seeds(300, survives_signals);
}
