//! T10: a disk that is full or fails, under the ledger, the temporary files and the result. Nothing goes without a
//! durable intent, the exit code is one of the README's, and with a sound disk the same command goes on.

use std::fs;
use std::process::{Command, Stdio};

use crate::oracle::{Random, for_seeds, judge};
use crate::recorder::{can_trace, traced};
use crate::scene::Scene;
use crate::workdir::words;

/// One fault of the disk, as `strace` makes it.
fn fault(random: &mut Random) -> String {
    let pick = |random: &mut Random, from: &[&'static str]| from[random.below(from.len() as u64) as usize];
    let call = pick(random, &["pwrite64", "pwrite64", "fsync", "fsync", "pread64", "ftruncate"]);
    let error = if call == "pwrite64" { pick(random, &["ENOSPC", "EIO", "EDQUOT"]) } else { "EIO" };
    // Opening a new ledger takes some twenty calls of each, sending the rows a hundred, closing a few.
    let nth = 1 + random.below(if call == "ftruncate" { 2 } else { 110 });
    // Once, or from then on.
    let ever = pick(random, &["", "+"]);
    format!("inject={call}:error={error}:when={nth}{ever}")
}

/// Sends a list while the ledger's disk fails, and again on a sound one.
fn survives_a_failing_disk(seed: u64) {
    const AT_ONCE: usize = 4;
    let mut random = Random::new(seed);
    let scene = Scene::new(40, AT_ONCE, "1ms", "");
    if random.below(3) == 0 {
        // A ledger that is there already, with rows that are open.
        let status = scene.command(&[]).env("CASELOAD_FAIL", "outcomes-committing:3").status().unwrap();
        assert!(!status.success());
    }
    let fault = fault(&mut random);
    let paths = ["", "-wal", "-journal"].map(|ending| format!("{}{ending}", scene.ledger().display()));
    let mut options = vec!["-o", "/dev/null", "-e", "trace=pread64,pwrite64,fsync,ftruncate", "-e", "signal=none"];
    options.extend(["-e", &fault]);
    for path in &paths {
        options.extend(["-P", path]);
    }
    let code = traced(&scene, &options, &[]).status().unwrap().code();
    assert!(matches!(code, Some(0 | 1 | 3)), "{fault}: {code:?}");
    scene.every_request_has_its_intent();
    scene.finish(&[], 2 * AT_ONCE);
}

#[test]
fn on_a_failing_disk_nothing_goes_without_its_intent() {
    if can_trace() {
        for_seeds(8, survives_a_failing_disk);
    }
}

#[test]
#[ignore = "long"]
fn on_a_failing_disk_three_hundred_times() {
    if can_trace() {
        for_seeds(300, survives_a_failing_disk);
    }
}

/// Runs a session of a scene with a folder `small` that has room for so many KiB; its exit code, none where this user
/// may not make such a folder.
#[expect(clippy::print_stdout, reason = "who reads the tests' words must know what was left out")]
fn with_a_small_folder(scene: &Scene, kib: u64, more: &[&str], environment: &[(&str, &str)]) -> Option<i32> {
    fs::create_dir_all(scene.dir.path("small")).unwrap();
    let program = scene.command(more);
    let mut command = Command::new("unshare");
    let script = format!("mount -t tmpfs -o size={kib}k none small || exit 77; \"$0\" \"$@\"");
    command.args(["-rm", "sh", "-c", &script]).arg(program.get_program()).args(program.get_args());
    command.current_dir(scene.dir.path("")).stdin(Stdio::null());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?)))).envs(environment.iter().copied());
    let output = command.env_remove("RUST_BACKTRACE").output().ok()?;
    if output.status.code() == Some(77) || String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
        println!("skipped: no file system of one's own is allowed here");
        return None;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(0) || said.contains("Make room"), "{said}");
    // The library that writes workbooks panics over a full disk. A person reads a sentence, and no report of a panic.
    assert!(!said.contains("panicked"), "{said}");
    output.status.code()
}

#[test]
fn a_result_without_room_costs_no_row() {
    for kib in [4, 60] {
        let scene = Scene::new(300, 8, "1ms", "");
        let Some(code) = with_a_small_folder(&scene, kib, &["-o", "small/out.xlsx"], &[]) else { return };
        assert_eq!(code, 3, "{kib} KiB");
        // Everything was sent; the result alone is missing.
        assert_eq!(scene.server.requests().len(), 300);
        assert_eq!(scene.finish(&[], 0).code, 0);
        assert_eq!((words(&scene.result()), scene.server.requests().len()), (vec!["done"; 300], 300));
    }
}

#[test]
fn temporary_files_without_room_cost_no_row() {
    let mut codes = Vec::new();
    for kib in [4, 60, 120, 400] {
        let scene = Scene::new(400, 8, "1ms", "");
        let small = scene.dir.path("small");
        let environment = [("TMPDIR", small.to_str().unwrap())];
        let Some(code) = with_a_small_folder(&scene, kib, &["-o", "out.xlsx"], &environment) else { return };
        let requests = scene.server.requests().len();
        assert!(matches!((code, requests), (2 | 3, 0) | (0 | 3, 400)), "{kib} KiB: {code}, {requests} requests");
        codes.push((code, requests));
        scene.finish(&[], 0);
        judge(&scene.server.requests(), &scene.result(), &scene.details(), 0);
        assert_eq!(scene.server.requests().len(), 400);
    }
    assert!(codes.contains(&(0, 400)) && codes.iter().any(|(code, _)| *code != 0), "{codes:?}");
}
