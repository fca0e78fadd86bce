//! The same rows again: in the same file, in a mended one, asked for by an option.

use serde_json::Value;

use crate::witness::{Witness, count};
use crate::workdir::{HEADER, Workdir, words};

/// A list of upgrade cases; `a` is for device FUa with the text a.
fn list(dir: &Workdir, name: &str, cases: &[&str]) {
    let rows: String = cases.iter().map(|case| format!("upgrade,psu,FU{case},,,{case}\n")).collect();
    dir.write(name, format!("{HEADER}\n{rows}"));
}

/// The texts of what was carried out, in order.
fn done(witness: &Witness) -> Vec<String> {
    witness.committed().iter().map(|request| request.detail().to_owned()).collect()
}

fn run_of(rows: &[Value]) -> String {
    let reference = rows.iter().find_map(|row| row["reference"].as_str()).unwrap();
    reference.rsplit_once('-').unwrap().0.to_owned()
}

#[test]
fn of_a_mended_file_only_new_rows_go_wherever_the_old_ones_stand() {
    let dir = Workdir::new();
    let witness = Witness::new("");
    list(&dir, "list.csv", &["a", "b", "c", "d"]);
    assert_eq!(dir.submit(&witness.sandbox, "list.csv", &[]).0.code, 0);
    list(&dir, "list.csv", &["x", "d", "b", "y", "a", "z"]);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!(words(&rows), ["done", "duplicate", "duplicate", "done", "duplicate", "done"], "{ended:?}");
    assert_eq!(ended.code, 0);
    let of: Vec<_> = rows.iter().map(|row| row["duplicate_of"]["row"].clone()).collect();
    assert_eq!(of, [Value::Null, 5.into(), 3.into(), Value::Null, 2.into(), Value::Null]);
    assert_eq!(done(&witness), ["a", "b", "c", "d", "x", "y", "z"]);
    // Back to a file of old rows only, under another name.
    list(&dir, "other.csv", &["c", "x"]);
    let (ended, rows) = dir.submit(&witness.sandbox, "other.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate"; 2]));
    assert_eq!(witness.sandbox.requests(), 7);
}

#[test]
fn a_run_that_goes_on_leaves_out_what_a_mended_file_did_meanwhile() {
    let dir = Workdir::new();
    let witness = Witness::new("[{on: {request: 3}, do: 401}]");
    list(&dir, "list.csv", &["a", "b", "c", "d"]);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "1"]);
    assert_eq!((ended.code, words(&rows)), (3, vec!["done", "done", "not-sent", "not-sent"]));
    list(&dir, "mended.csv", &["x", "d", "c", "b"]);
    let (ended, rows) = dir.submit(&witness.sandbox, "mended.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done", "done", "done", "duplicate"]));
    // c had an attempt that did nothing, d had none.
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done", "done", "duplicate", "duplicate"]), "{ended:?}");
    assert_eq!(rows[2]["duplicate_of"]["file"], "mended.csv");
    assert_eq!(done(&witness), ["a", "b", "x", "d", "c"]);
}

#[test]
fn a_rejected_row_that_another_file_mended_is_not_retried() {
    let dir = Workdir::new();
    let witness = Witness::new("[{on: {request: 1}, do: 400}]");
    list(&dir, "list.csv", &["a", "b"]);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["rejected", "done"]));
    list(&dir, "mended.csv", &["a"]);
    assert_eq!(dir.submit(&witness.sandbox, "mended.csv", &[]).0.code, 0);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--retry-rejected"]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate", "done"]), "{ended:?}");
    assert_eq!(done(&witness), ["b", "a"]);
}

#[test]
fn retry_rejected_sends_the_rejected_rows_and_no_others() {
    let dir = Workdir::new();
    let witness = Witness::new("[{on: {request: 2}, do: 400}, {on: {request: 3}, do: reset-after}]");
    list(&dir, "list.csv", &["a", "b", "c", "d"]);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "1"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "rejected", "unknown", "done"]));
    assert_eq!(dir.submit(&witness.sandbox, "list.csv", &[]).1, rows);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--retry-rejected"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "done", "unknown", "done"]));
    assert_eq!(rows[1]["attempts"], 2);
    assert_eq!(done(&witness), ["a", "c", "d", "b"]);
}

#[test]
fn again_sends_all_anew_and_goes_on_with_itself_when_it_was_cut_off() {
    let dir = Workdir::new();
    let witness = Witness::new("[{on: {request: 5}, do: 401}]");
    list(&dir, "list.csv", &["a", "b", "c"]);
    assert_eq!(dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "1"]).0.code, 0);
    let again = ["--concurrency", "1", "--again"];
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &again);
    assert_eq!((ended.code, words(&rows)), (3, vec!["done", "not-sent", "not-sent"]));
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &again);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 3]), "{ended:?}");
    assert_eq!(done(&witness), ["a", "b", "c", "a", "b", "c"]);
    // It was finished: asked for once more, all go once more.
    assert_eq!(dir.submit(&witness.sandbox, "list.csv", &again).0.code, 0);
    assert_eq!(witness.sandbox.committed(), 9);
}

#[test]
fn a_run_that_was_asked_for_by_again_goes_on_without_the_option_too() {
    let dir = Workdir::new();
    let witness = Witness::new("[{on: {request: 4}, do: 401}]");
    list(&dir, "list.csv", &["a", "b"]);
    assert_eq!(dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "1"]).0.code, 0);
    assert_eq!(dir.submit(&witness.sandbox, "list.csv", &["--concurrency", "1", "--again"]).0.code, 3);
    let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 2]), "{ended:?}");
    assert_eq!(done(&witness), ["a", "b", "a", "b"]);
}

#[test]
fn duplicates_are_skipped_or_sent_as_asked() {
    for (how, sent, warned) in [("skip", 2, false), ("warn", 4, true), ("send", 4, false)] {
        let dir = Workdir::new();
        let witness = Witness::new("");
        list(&dir, "old.csv", &["a"]);
        assert_eq!(dir.submit(&witness.sandbox, "old.csv", &[]).0.code, 0);
        // One repeats an earlier run, one a row of its own file.
        list(&dir, "list.csv", &["a", "b", "b"]);
        let (ended, rows) = dir.submit(&witness.sandbox, "list.csv", &["--duplicates", how]);
        let wanted = if sent == 2 { ["duplicate", "done", "duplicate"] } else { ["done"; 3] };
        assert_eq!((ended.code, words(&rows)), (0, wanted.to_vec()), "{how}: {ended:?}");
        assert_eq!(witness.sandbox.committed(), sent, "{how}");
        assert_eq!(ended.stderr.contains("repeat"), warned, "{how}: {}", ended.stderr);
        if sent == 2 {
            assert_eq!((&rows[0]["id"], &rows[2]["id"]), (&1001.into(), &rows[1]["id"]));
        }
    }
}

#[test]
fn an_unknown_row_is_sent_again_by_nothing_but_a_persons_word() {
    // Reservations have no order that would hold them back.
    let dir = Workdir::new();
    dir.write("stock.csv", "model_type,qty\ntiger,1\ns1,2\n");
    let witness = Witness::new("[{on: {request: 1}, do: reset-after}]");
    let submit = |file: &str, more: &[&str]| dir.submit(&witness.sandbox, file, more);
    let (ended, rows) = submit("stock.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["unknown", "done"]));
    let run = run_of(&rows);
    for more in [&[][..], &["--retry-rejected"], &["--duplicates", "send"], &["--duplicates", "warn"]] {
        let (ended, rows) = submit("stock.csv", more);
        assert_eq!((ended.code, words(&rows)), (1, vec!["unknown", "done"]), "{more:?}");
    }
    dir.write("mended.csv", "model_type,qty\ns1,2\ntiger,1\n");
    for more in [&[][..], &["--duplicates", "send"], &["--again"]] {
        let (ended, rows) = submit("mended.csv", more);
        assert_eq!((ended.code, rows[1]["duplicate_of"]["result"].as_str()), (1, Some("unknown")), "{more:?}");
    }
    let sent = |model: &str| witness.requests().iter().filter(|r| r.body["model_type"] == model).count();
    assert_eq!((sent("tiger"), sent("s1")), (1, 2), "the second s1 is what --again asked for");
    assert_eq!(submit("stock.csv", &["--again"]).1[0]["result"], "duplicate");
    assert_eq!(sent("tiger"), 1);
    assert_eq!(dir.run(&["resolve", &run, "--row", "2", "--not-done"]).code, 0);
    let (ended, rows) = submit("mended.csv", &[]);
    assert_eq!((ended.code, count(&rows, "done")), (0, 2), "{ended:?}");
    assert_eq!(sent("tiger"), 2);
}
#[test]
fn of_equal_reservations_those_that_were_made_stay_made_when_the_refused_one_is_taken_out() {
    let dir = Workdir::new();
    let file = |rows: usize| dir.write("stock.csv", format!("model_type,qty\n{}", "tiger,1\n".repeat(rows)));
    file(3);
    let witness = Witness::new("[{on: {request: 2}, do: 400}]");
    let (ended, rows) = dir.submit(&witness.sandbox, "stock.csv", &["--concurrency", "1"]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "rejected", "done"]));
    file(2);
    let (ended, rows) = dir.submit(&witness.sandbox, "stock.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate"; 2]), "{ended:?}");
    assert_eq!(witness.sandbox.committed(), 2);
    // One more is one more.
    file(4);
    let (ended, rows) = dir.submit(&witness.sandbox, "stock.csv", &[]);
    assert_eq!((ended.code, count(&rows, "done"), count(&rows, "duplicate")), (0, 2, 2), "{ended:?}");
    assert_eq!(witness.sandbox.committed(), 4);
}

#[test]
fn of_equal_reservations_in_a_result_that_is_fed_back_the_refused_one_goes_again() {
    for refused in [1, 2] {
        let dir = Workdir::new();
        dir.write("stock.csv", format!("model_type,qty\n{}", "tiger,1\n".repeat(3)));
        let witness = Witness::new(&format!("[{{on: {{request: {refused}}}, do: 400}}]"));
        let base = witness.sandbox.base_url();
        let args = ["submit", "stock.csv", "--base-url", &base, "--yes", "-o", "fed.csv", "--concurrency", "1"];
        assert_eq!(dir.run(&args).code, 1);
        let (ended, rows) = dir.submit(&witness.sandbox, "fed.csv", &[]);
        assert_eq!((ended.code, words(&rows)), (0, vec!["done"; 3]), "{ended:?}");
        assert_eq!(witness.sandbox.committed(), 3, "row {refused} was taken for one of the others");
    }
}
