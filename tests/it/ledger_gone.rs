//! A ledger that is removed, replaced or put back: by a careless hand, a cleaning script, a backup.

use std::collections::HashMap;
use std::fs;
use std::process::{Child, Output};
use std::time::Duration;

use crate::witness::Witness;
use crate::workdir::{Ended, Workdir};

const ROWS: u32 = 40;

fn args(base: &str) -> Vec<&str> {
    vec!["submit", "list.csv", "--base-url", base, "--yes", "-o", "out.jsonl", "--concurrency", "2", "--ledger", "l.db"]
}

fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn wait(child: Child) -> Ended {
    ended(child.wait_with_output().unwrap())
}

/// How often the server carried out each row.
fn counts(witness: &Witness) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for request in witness.committed() {
        *counts.entry(request.detail().to_owned()).or_default() += 1;
    }
    counts
}

#[track_caller]
fn none_twice(witness: &Witness) {
    let twice: Vec<_> = counts(witness).into_iter().filter(|(_, count)| *count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Removes what the names match, as `rm l.db*` does.
fn remove(dir: &Workdir, which: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(dir.path("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if which(&name) {
            fs::remove_file(dir.path(&name)).unwrap();
        }
    }
}

#[test]
fn a_run_whose_ledger_is_removed_stops_and_no_second_run_sends_a_row_again() {
    for whole in [true, false] {
        let (dir, witness) = (Workdir::new(), Witness::slow(60, ""));
        dir.write_cases("list.csv", ROWS);
        let base = witness.sandbox.base_url();
        let first = dir.start(&args(&base));
        witness.wait_for(6);
        remove(&dir, |name| if whole { name.starts_with("l.db") } else { name == "l.db" });
        let second = dir.run(&args(&base));
        let first = wait(first);
        assert_eq!(first.code, 3, "{first:?}");
        assert!(first.stderr.contains("removed or replaced"), "{first:?}");
        assert!([75, 0].contains(&second.code), "it is kept out, or comes when the first has ended: {second:?}");
        none_twice(&witness);
        // What the run knew is in its place again, and the same command goes on.
        let last = dir.run(&args(&base));
        assert_eq!(last.code, 0, "{last:?}\n{first:?}\n{second:?}");
        none_twice(&witness);
        assert_eq!(counts(&witness).len(), ROWS as usize);
    }
}

#[test]
fn the_answers_on_their_way_are_told_when_the_ledger_is_replaced_and_what_it_knew_is_kept_beside() {
    let (dir, witness) = (Workdir::new(), Witness::slow(60, ""));
    dir.write_cases("list.csv", ROWS);
    dir.write(
        "other.csv",
        "caseType,defectCode,deviceId,terminalId,merchantId,detail\nupgrade,psu,FU99999999,,,another\n",
    );
    let base = witness.sandbox.base_url();
    let other = dir.run(&["submit", "other.csv", "--base-url", &base, "--yes", "--ledger", "other.db", "-o", "none"]);
    assert_eq!(other.code, 0, "{other:?}");
    let first = dir.start(&args(&base));
    witness.wait_for(7);
    fs::rename(dir.path("other.db"), dir.path("l.db")).unwrap();
    let first = wait(first);
    assert_eq!(first.code, 3, "{first:?}");
    let sent = counts(&witness).len() - 1;
    let saved = fs::read_dir(dir.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let saved: Vec<String> = saved.filter(|name| name.starts_with("l.db.saved-")).collect();
    assert_eq!(saved.len(), 1, "{first:?}");
    assert!(first.stderr.contains(&saved[0]), "{first:?}");
    assert!(
        first.stderr.lines().any(|line| line.contains("\"row_ordinal\"") && line.contains("\"done\"")),
        "{first:?}"
    );
    let runs = dir.run(&["runs", "--ledger", &saved[0], "--json"]).stdout;
    let name = serde_json::from_str::<serde_json::Value>(runs.trim()).unwrap()["run"].as_str().unwrap().to_owned();
    let rows = dir.run(&["runs", &name, "--ledger", &saved[0]]).stdout;
    assert_eq!(rows.matches("  done  ").count(), sent, "{rows}");
}

#[test]
fn a_run_whose_lock_file_is_removed_stops_and_writes_its_answers_down() {
    let (dir, witness) = (Workdir::new(), Witness::slow(60, ""));
    dir.write_cases("list.csv", ROWS);
    let base = witness.sandbox.base_url();
    let first = dir.start(&args(&base));
    witness.wait_for(6);
    remove(&dir, |name| name == "l.db.lock");
    let second = dir.run(&args(&base));
    let first = wait(first);
    assert_eq!(first.code, 3, "{first:?}");
    assert!([75, 0].contains(&second.code), "it is kept out, or comes when the first has ended: {second:?}");
    assert!(first.stderr.contains("lock file"), "{first:?}");
    assert!(!first.stderr.contains("row_ordinal"), "{first:?}");
    let last = dir.run(&args(&base));
    assert_eq!(last.code, 0, "{last:?}");
    none_twice(&witness);
    assert_eq!(counts(&witness).len(), ROWS as usize);
}

/// Copies the ledger, and all that is beside it.
fn copy_all(dir: &Workdir, from: &str, to: &str) {
    fs::create_dir_all(dir.path(to)).unwrap();
    for entry in fs::read_dir(dir.path(from)).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() && entry.file_name().to_string_lossy().starts_with("ledger.db") {
            fs::copy(entry.path(), dir.path(to).join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn an_older_copy_of_the_ledger_is_known_for_one_and_taken_by_a_persons_word_alone() {
    // The ledger alone is put back; or its whole folder; or the marks of this user are gone and the file is put back.
    for what in ["file", "folder", "file without state"] {
        let (dir, witness) = (Workdir::new(), Witness::slow(0, ""));
        let base = witness.sandbox.base_url();
        let submit = |file: &str| dir.run(&["submit", file, "--base-url", &base, "--yes", "-o", "none"]);
        dir.write_cases("one.csv", 2);
        assert_eq!(submit("one.csv").code, 0);
        copy_all(&dir, "data/caseload", "backup");
        dir.write(
            "two.csv",
            "caseType,defectCode,deviceId,terminalId,merchantId,detail\nupgrade,psu,FU77777777,,,late\n",
        );
        assert_eq!(submit("two.csv").code, 0);
        if what == "folder" {
            fs::remove_dir_all(dir.path("data/caseload")).unwrap();
            copy_all(&dir, "backup", "data/caseload");
        } else {
            fs::copy(dir.path("backup/ledger.db"), dir.path("data/caseload/ledger.db")).unwrap();
        }
        if what == "file without state" {
            fs::remove_dir_all(dir.path("state")).unwrap();
        }
        let older = submit("two.csv");
        assert_eq!((older.code, witness.committed().len()), (3, 3), "{what}: {older:?}");
        assert!(older.stderr.contains("caseload ledger restore"), "{what}: {older:?}");
        // A look writes nothing, and tells what the copy knows.
        assert_eq!(dir.run(&["runs"]).stdout.lines().count(), 1);
        assert_eq!(submit("two.csv").code, 3);

        let ledger = dir.path("data/caseload/ledger.db").display().to_string();
        let asked = dir.run(&["ledger", "restore", &ledger]);
        assert_eq!(asked.code, 2, "{asked:?}");
        assert!(asked.stderr.contains("--yes"), "{asked:?}");
        let restored = dir.run(&["ledger", "restore", &ledger, "--yes"]);
        assert_eq!(restored.code, 0, "{restored:?}");
        assert!(restored.stdout.contains("go again"), "{restored:?}");
        let taken = submit("two.csv");
        assert_eq!((taken.code, witness.committed().len()), (0, 4), "{what}: {taken:?}");
        let again = dir.run(&["ledger", "restore", &ledger, "--yes"]);
        assert_eq!(again.code, 0, "{again:?}");
        assert!(again.stdout.contains("not older"), "{again:?}");
    }
}

#[test]
fn a_copy_made_in_the_middle_of_a_run_that_was_killed_is_older_too() {
    let (dir, witness) = (Workdir::new(), Witness::slow(40, ""));
    dir.write_cases("list.csv", ROWS);
    let base = witness.sandbox.base_url();
    let mut first = dir.start(&args(&base));
    witness.wait_for(6);
    assert_eq!(dir.run(&["ledger", "backup", "copy.db", "--ledger", "l.db"]).code, 0);
    witness.wait_for(14);
    first.kill().unwrap();
    first.wait().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    remove(&dir, |name| name == "l.db" || name == "l.db-wal" || name == "l.db-shm");
    fs::rename(dir.path("copy.db"), dir.path("l.db")).unwrap();
    let older = dir.run(&args(&base));
    assert_eq!(older.code, 3, "{older:?}");
    none_twice(&witness);
}

#[test]
fn a_ledger_of_an_earlier_version_is_taken_as_it_is_and_one_copied_elsewhere_is_known() {
    let (dir, witness) = (Workdir::new(), Witness::slow(0, ""));
    let base = witness.sandbox.base_url();
    dir.write_cases("list.csv", 2);
    let submit = |file: &str, ledger: &str| {
        dir.run(&["submit", file, "--base-url", &base, "--yes", "-o", "none", "--ledger", ledger])
    };
    assert_eq!(submit("list.csv", "l.db").code, 0);
    fs::remove_file(dir.path("l.db.mark")).unwrap();
    fs::remove_dir_all(dir.path("state")).unwrap();
    dir.write_cases("more.csv", 3);
    assert_eq!(submit("more.csv", "l.db").code, 0);
    assert!(dir.path("l.db.mark").exists());
    // The copy of a ledger that has gone on since does not know what the other knows.
    fs::copy(dir.path("l.db"), dir.path("copy.db")).unwrap();
    dir.write_cases("most.csv", 4);
    assert_eq!(submit("most.csv", "l.db").code, 0);
    assert_eq!(submit("most.csv", "copy.db").code, 3);
    assert_eq!(submit("most.csv", "l.db").code, 0);
    none_twice(&witness);
}

#[test]
fn who_only_looks_leaves_no_mark() {
    let (dir, witness) = (Workdir::new(), Witness::slow(0, ""));
    let base = witness.sandbox.base_url();
    dir.write_cases("list.csv", 2);
    assert_eq!(dir.run(&["submit", "list.csv", "--base-url", &base, "--yes", "-o", "none"]).code, 0);
    fs::remove_file(dir.path("data/caseload/ledger.db.mark")).unwrap();
    fs::remove_dir_all(dir.path("state")).unwrap();
    for look in [&["runs"][..], &["find", "1"], &["report", "-o", "out.xlsx"], &["check", "list.csv", "-o", "none"]] {
        dir.run(look);
    }
    assert!(!dir.path("data/caseload/ledger.db.mark").exists() && !dir.path("state").exists());
}
