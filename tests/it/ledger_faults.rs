//! Without a ledger that can be trusted nothing is sent; what it cannot keep, it does not let go.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use serde_json::Value;

use crate::witness::{Witness, count};
use crate::workdir::{Ended, Workdir, words};

/// Submits three cases with a ledger at `ledger`.
fn submit(dir: &Workdir, witness: &Witness, ledger: &str) -> Ended {
    dir.write_cases("list.csv", 3);
    dir.submit(&witness.sandbox, "list.csv", &["--ledger", ledger]).0
}

#[track_caller]
fn nothing_sent(ended: &Ended, witness: &Witness, why: &str) {
    assert_eq!((ended.code, witness.sandbox.requests()), (3, 0), "{ended:?}");
    assert!(ended.stderr.contains(why) && ended.stderr.contains("nothing was sent"), "{}", ended.stderr);
}

#[test]
fn a_folder_that_cannot_be_made_keeps_everything_from_going() {
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    dir.write("file", "no folder");
    nothing_sent(&submit(&dir, &witness, "file/ledger.db"), &witness, "file/ledger.db");
    nothing_sent(&submit(&dir, &witness, "file/deep/ledger.db"), &witness, "file/deep/ledger.db");
    // A folder in the place of the file.
    fs::create_dir(dir.path("folder")).unwrap();
    nothing_sent(&submit(&dir, &witness, "folder"), &witness, "folder");
}

#[test]
fn a_file_that_is_no_ledger_is_refused_and_left_as_it_is() {
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    let text = "my notes, many of them\n".repeat(1000);
    dir.write("notes.txt", &text);
    nothing_sent(&submit(&dir, &witness, "notes.txt"), &witness, "not a database");
    assert_eq!(fs::read_to_string(dir.path("notes.txt")).unwrap(), text);
}

#[test]
fn a_ledger_of_a_newer_version_is_refused() {
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    assert_eq!(submit(&dir, &witness, "ledger.db").code, 0);
    Connection::open(dir.path("ledger.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let ended = submit(&dir, &witness, "ledger.db");
    assert_eq!((ended.code, witness.sandbox.requests()), (3, 3), "{ended:?}");
    assert!(ended.stderr.contains("newer version"), "{}", ended.stderr);
    let version: i64 = Connection::open(dir.path("ledger.db"))
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 99);
}

#[test]
fn a_damaged_ledger_is_refused() {
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    dir.write_cases("many.csv", 200);
    assert_eq!(dir.submit(&witness.sandbox, "many.csv", &["--ledger", "ledger.db"]).0.code, 0);
    let mut bytes = fs::read(dir.path("ledger.db")).unwrap();
    assert!(bytes.len() > 6 * 4096, "{}", bytes.len());
    bytes[4096..].iter_mut().for_each(|byte| *byte = 0xa5);
    dir.write("ledger.db", bytes);
    let ended = submit(&dir, &witness, "ledger.db");
    assert_eq!((ended.code, witness.sandbox.requests()), (3, 200), "{ended:?}");
}

#[test]
fn the_ledger_is_where_it_is_asked_for_and_nowhere_else() {
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    assert_eq!(submit(&dir, &witness, "deep/down/my ledger.db").code, 0);
    assert!(dir.path("deep/down/my ledger.db").is_file());
    assert!(!dir.path("data").exists());
    assert_eq!(dir.run(&["runs", "--ledger", "deep/down/my ledger.db"]).stdout.lines().count(), 1);
    assert_eq!(dir.run(&["runs"]).code, 2);
}

#[test]
fn nobody_else_can_read_what_is_made() {
    let (dir, witness) = (Workdir::new(), Witness::slow(50, ""));
    dir.write_cases("list.csv", 12);
    let base = witness.sandbox.base_url();
    let program = dir.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(program.get_program());
    command.args(["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.jsonl", "--concurrency", "1"]);
    command.current_dir(dir.path("")).envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    witness.wait_for(3);
    let modes = modes(&dir.path("data/caseload"));
    assert!(child.wait().unwrap().success());
    let names: Vec<&str> = modes.iter().map(|(name, _)| name.as_str()).collect();
    let wanted = [
        "",
        "ledger.db",
        "ledger.db-shm",
        "ledger.db-wal",
        "ledger.db.ballast",
        "ledger.db.lock",
        "ledger.db.mark",
        "ledger.db.run-1.lock",
    ];
    assert_eq!(names, wanted, "{modes:?}");
    for (name, mode) in modes {
        assert_eq!(mode, if name.is_empty() { 0o700 } else { 0o600 }, "{name}: {mode:o}");
    }
    let result = fs::metadata(dir.path("out.jsonl")).unwrap().permissions().mode() & 0o777;
    assert_eq!(result, 0o600, "{result:o}");
}

/// The names in a folder, and its own as the empty one, with their modes.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut modes: Vec<(String, u32)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry.path())))
        .collect();
    modes.push((String::new(), mode(folder)));
    modes.sort();
    modes
}

/// Runs a shell script with the folder `small` on a file system of so many KiB, `$0` being the program. None where
/// this user may not make one.
#[expect(clippy::print_stdout, reason = "who reads the tests' words must know what was left out")]
fn on_a_small_disk(dir: &Workdir, kib: u32, script: &str) -> Option<String> {
    fs::create_dir(dir.path("small")).unwrap();
    let script = format!("mount -t tmpfs -o size={kib}k none small || exit 77\n{script}");
    let program = dir.command(&[]);
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).arg(program.get_program()).current_dir(dir.path(""));
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().ok()?;
    if output.status.code() == Some(77) || String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
        println!("skipped: no file system of one's own is allowed here");
        return None;
    }
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_disk_that_fills_up_stops_the_run_and_costs_no_answer() {
    const ROWS: u32 = 700;
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    dir.write_cases("list.csv", ROWS);
    let base = witness.sandbox.base_url();
    let submit = format!(
        "\"$0\" submit list.csv --base-url {base} --yes -q -o out.jsonl --concurrency 4 --ledger small/ledger.db"
    );
    // Beside the room that is kept free there is little. A session that fills it takes that room for its answers.
    let script = format!(
        "for session in $(seq 20); do {submit} 2>errors; code=$?; echo $code $(ls small | grep -c ballast)
         cp out.jsonl $session.jsonl; [ $code = 3 ] || break; cat errors >>all-errors; done"
    );
    let Some(said) = on_a_small_disk(&dir, 8700, &script) else { return };
    let codes: Vec<&str> = said.lines().collect();
    assert!(codes[0].ends_with(" 0"), "the disk was never full: {codes:?}");
    assert!(codes[codes.len() - 1].starts_with("0 "), "the disk stayed full: {codes:?}");
    if codes.len() > 1 {
        let errors = fs::read_to_string(dir.path("all-errors")).unwrap();
        assert!(errors.contains("full") && errors.contains("Make room on the disk"), "{errors}");
    }
    let details: Vec<String> = (0..ROWS).map(|n| format!("case {n}")).collect();
    for session in 1..=codes.len() {
        let rows = dir.rows(&format!("{session}.jsonl"));
        assert_eq!(count(&rows, "unknown"), 0, "session {session}: an answer was lost");
    }
    let rows = dir.rows("out.jsonl");
    witness.agrees_with(&rows, &details);
    assert_eq!((words(&rows), witness.sandbox.requests()), (vec!["done"; ROWS as usize], u64::from(ROWS)));
}

#[test]
fn a_disk_with_no_room_for_the_reserve_still_holds_a_small_run() {
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    dir.write_cases("list.csv", 20);
    let base = witness.sandbox.base_url();
    let script =
        format!("\"$0\" submit list.csv --base-url {base} --yes -o out.jsonl --ledger small/ledger.db 2>&1; echo $?");
    let Some(said) = on_a_small_disk(&dir, 4000, &script) else { return };
    assert!(said.ends_with("\n0\n"), "{said}");
    assert_eq!(words(&dir.rows("out.jsonl")), ["done"; 20]);
}

#[test]
fn answers_that_no_disk_can_keep_are_told_and_their_rows_are_unknown() {
    let (dir, witness) = (Workdir::new(), Witness::slow(5, ""));
    dir.write_cases("list.csv", 700);
    let base = witness.sandbox.base_url();
    let script = format!(
        "\"$0\" submit list.csv --base-url {base} --yes -q -o out.jsonl --ledger small/ledger.db 2>said; echo $?
         mkdir moved; cp small/ledger.db small/ledger.db-wal moved; true"
    );
    let Some(code) = on_a_small_disk(&dir, 1000, &script) else { return };
    assert_eq!(code.trim(), "3");
    let details: Vec<String> = (0..700).map(|n| format!("case {n}")).collect();
    witness.agrees_with(&dir.rows("out.jsonl"), &details);
    // Elsewhere there is room; nothing that was in flight is sent again.
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--ledger", "moved/ledger.db"]);
    witness.agrees_with(&rows, &details);
    let unknown: Vec<&Value> = rows.iter().filter(|row| row["result"] == "unknown").collect();
    assert!((1..=8).contains(&unknown.len()), "{} unknown; {ended:?}", unknown.len());
    assert_eq!((ended.code, count(&rows, "done") + unknown.len()), (1, 700));
    // A person was told each of those answers.
    let said = fs::read_to_string(dir.path("said")).unwrap();
    let told: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for row in unknown {
        let ordinal = row["row"].as_u64().unwrap() - 2;
        let answer =
            told.iter().find(|answer| answer["row_ordinal"] == ordinal).unwrap_or_else(|| panic!("{row}: {said}"));
        let detail = &details[ordinal as usize];
        let given = witness.committed().into_iter().find(|request| request.detail() == detail).unwrap().id.unwrap();
        assert_eq!((&answer["result"], &answer["id"]), (&Value::from("done"), &given));
    }
}

#[test]
fn a_disk_that_is_full_already_keeps_everything_from_going() {
    let (dir, witness) = (Workdir::new(), Witness::new(""));
    dir.write_cases("list.csv", 20);
    let base = witness.sandbox.base_url();
    let script = format!(
        "\"$0\" submit list.csv --base-url {base} --yes -o out.jsonl --ledger small/ledger.db >said 2>&1; echo $? $(ls small)"
    );
    let Some(ended) = on_a_small_disk(&dir, 16, &script) else { return };
    let said = fs::read_to_string(dir.path("said")).unwrap();
    assert!(ended.starts_with("3 ") && said.contains("nothing was sent"), "{ended}: {said}");
    assert_eq!(witness.sandbox.requests(), 0);
}
