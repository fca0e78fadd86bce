//! Several files in one command, and what a program reads of them: an object for each, one line where not all went
//! well, and no result of the program's own taken for a list.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::book::{book, read_sheet, texts};
use crate::workdir::{Ended, HEADER, Workdir, sandbox};

fn objects(ended: &Ended) -> Vec<Value> {
    ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn count(object: &Value, key: &str) -> u64 {
    object[key].as_u64().unwrap_or_else(|| panic!("no {key} in {object}"))
}

/// A list of devices with these numbers.
fn list(dir: &Workdir, name: &str, devices: &[u32]) {
    let rows = devices.iter().map(|n| format!("upgrade,psu,FU{n},,,case {n}\n")).collect::<String>();
    dir.write(name, format!("{HEADER}\n{rows}"));
}

#[test]
fn every_file_is_tried_and_has_its_object_whatever_became_of_the_others() {
    let dir = Workdir::new();
    list(&dir, "a.csv", &[1]);
    dir.write("broken.xlsx", "PK\u{3}\u{4} no workbook");
    list(&dir, "z.csv", &[2]);
    let server = sandbox("");
    let base = server.base_url();
    for command in ["check", "submit"] {
        let ended =
            dir.run(&[command, "gone.csv", "a.csv", "broken.xlsx", "z.csv", "--base-url", &base, "--json", "-q"]);
        let objects = objects(&ended);
        let files: Vec<&str> = objects.iter().map(|object| object["file"].as_str().unwrap()).collect();
        assert_eq!((ended.code, files), (2, vec!["gone.csv", "a.csv", "broken.xlsx", "z.csv"]), "{ended:?}");
        for (object, exit) in objects.iter().zip([2, 0, 2, 0]) {
            assert_eq!(object["exit"], exit, "{object}");
            assert_eq!(object.get("error").is_some(), exit == 2, "{object}");
        }
        assert_eq!(objects[0]["error"]["code"], "cannot-start");
        assert!(objects[0]["error"]["title"].as_str().unwrap().contains("gone.csv"), "{}", objects[0]);
        assert_eq!(ended.stderr.lines().count(), 2, "{}", ended.stderr);
    }
    assert_eq!(server.committed(), 2);
    // Where nothing could begin at all, each file says so.
    let ended = dir.run(&["submit", "a.csv", "z.csv", "--profile", "nobody", "--json"]);
    let objects = objects(&ended);
    assert_eq!((ended.code, objects.len(), &objects[1]["exit"]), (2, 2, &2.into()), "{ended:?}");
}

#[test]
fn a_file_whose_turn_does_not_come_is_named_with_its_object() {
    let dir = Workdir::new();
    list(&dir, "a.csv", &[1, 2]);
    list(&dir, "b.csv", &[3]);
    let server = sandbox("- {on: {from: 1}, do: 401}");
    let args = ["submit", "a.csv", "b.csv", "--base-url", &server.base_url(), "--json"];
    let ended = dir.run(&args);
    let objects = objects(&ended);
    assert_eq!((ended.code, objects.len(), server.requests()), (3, 2, 1), "{ended:?}");
    assert_eq!((&objects[0]["exit"], &objects[0]["error"]["code"]), (&3.into(), &"stopped-early".into()));
    assert_eq!((&objects[1]["exit"], &objects[1]["error"]["code"]), (&3.into(), &"not-tried".into()));
    assert!(ended.stderr.contains("did not come: b.csv"), "{}", ended.stderr);
}

#[test]
fn the_summary_tells_what_left_now_from_what_was_done_before() {
    let dir = Workdir::new();
    list(&dir, "list.csv", &[1, 2, 3, 1]);
    let server = sandbox("- {on: {field: deviceId, is: FU3}, times: 1, do: 503-after}");
    let base = server.base_url();
    let go = |file: &str| {
        let ended = dir.run(&["submit", file, "--base-url", &base, "-o", "none", "--json"]);
        let object = objects(&ended).remove(0);
        ["done", "sent", "done_before", "duplicate", "unknown"].map(|key| count(&object, key))
    };
    // The fourth row repeats the first, which is done only now.
    assert_eq!(go("list.csv"), [2, 3, 0, 1, 1]);
    // The same again: all of it was done before, and nothing leaves.
    assert_eq!(go("list.csv"), [2, 0, 3, 1, 1]);
    // Another list with two of the rows: duplicates of what was done, and one that leaves.
    list(&dir, "next.csv", &[2, 1, 4]);
    assert_eq!(go("next.csv"), [1, 1, 2, 2, 0]);
    // A check sends nothing, and knows what was done.
    let ended = dir.run(&["check", "next.csv", "--base-url", &base, "-o", "none", "--json"]);
    let object = objects(&ended).remove(0);
    assert_eq!(["valid", "sent", "done_before", "duplicate"].map(|key| count(&object, key)), [0, 0, 3, 3]);
    // The report of a run sends nothing either.
    let ended = dir.run(&["report", "--json", "-o", "again.xlsx"]);
    let object = objects(&ended).remove(0);
    assert_eq!(["done", "sent", "done_before"].map(|key| count(&object, key)), [1, 0, 3]);
}

#[test]
fn a_run_that_goes_on_counts_the_rows_of_its_earlier_session_as_done_before() {
    let dir = Workdir::new();
    list(&dir, "list.csv", &[1, 2, 3, 2]);
    let server = sandbox("- {on: {field: deviceId, is: FU3}, times: 1, do: 401}");
    let args = ["submit", "list.csv", "--base-url", &server.base_url(), "--concurrency", "1", "-o", "none", "--json"];
    let first = objects(&dir.run(&args)).remove(0);
    assert_eq!(["done", "sent", "done_before", "not_sent"].map(|key| count(&first, key)), [2, 3, 0, 1], "{first}");
    let second = objects(&dir.run(&args)).remove(0);
    assert_eq!(["done", "sent", "done_before", "duplicate"].map(|key| count(&second, key)), [3, 1, 3, 1], "{second}");
}

#[test]
fn quiet_is_one_line_where_not_all_went_well_and_none_else() {
    let dir = Workdir::new();
    dir.write("list.csv", format!("{HEADER}\nupgrade,psu,FU1,,,a\nupgrade,psu,FT2,,,b\nupgrade,psu,FU3,,,c\n"));
    list(&dir, "good.csv", &[7]);
    let server = sandbox("- {on: {field: deviceId, is: FU3}, do: 500-after}");
    let base = server.base_url();
    let quiet = |args: &[&str]| dir.run(&[args, &["-q", "--base-url", &base]].concat());
    for (command, said) in [
        ("check", "of 3 rows, invalid 1. Result: list.csv.check.xlsx"),
        ("submit", "of 3 rows, invalid 1, unknown 1. Result: list.csv.result.xlsx"),
    ] {
        let ended = quiet(&[command, "list.csv"]);
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.lines().count()), (1, "", 1), "{ended:?}");
        assert!(ended.stderr.starts_with("list.csv: ") && ended.stderr.contains(said), "{}", ended.stderr);
        let ended = quiet(&[command, "good.csv"]);
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""), "{ended:?}");
        // All of it was done before: nothing is lacking.
        assert_eq!(quiet(&[command, "good.csv"]).stderr, "");
    }
    let ended = quiet(&["submit", "list.csv", "--lang", "tr"]);
    assert!(ended.stderr.contains("3 satırdan invalid 1, unknown 1. Sonuç: list.csv.result.xlsx"), "{}", ended.stderr);
    // Why it stopped stands in the same line.
    list(&dir, "stopped.csv", &[8, 9]);
    let refusing = sandbox("- {on: {from: 1}, do: 401}");
    let ended = dir.run(&["submit", "stopped.csv", "-q", "--base-url", &refusing.base_url(), "-o", "none"]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (3, 1), "{ended:?}");
    assert!(ended.stderr.contains("of 2 rows, not-sent 2.") && ended.stderr.contains("HTTP 401"), "{}", ended.stderr);
}

#[test]
fn results_that_nobody_changed_are_left_out_of_several_files_and_mended_ones_are_taken() {
    let dir = Workdir::new();
    let sheet = |device: &str| {
        book(&[("List", &|sheet| {
            texts(sheet, 1, &HEADER.split(',').collect::<Vec<_>>());
            texts(sheet, 2, &["upgrade", "psu", device, "", "", "x"]);
        })])
    };
    dir.write("a.xlsx", sheet("FU1"));
    dir.write("b.xlsx", sheet("FT2"));
    let server = sandbox("");
    let base = server.base_url();
    // As a nightly pattern has it: whatever stands in the folder by then.
    let night = |command: &str| {
        let mut names: Vec<String> = fs::read_dir(dir.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "xlsx"))
            .collect();
        names.sort();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        dir.run(&[&[command], &names[..], &["--base-url", &base, "--json"]].concat())
    };
    let count = || {
        fs::read_dir(dir.path(""))
            .unwrap()
            .filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|e| e == "xlsx"))
            .count()
    };
    for _ in 0..3 {
        assert_eq!(night("check").code, 1);
        assert_eq!(night("submit").code, 1);
    }
    // Two lists, and for each what a check and a run wrote of it.
    assert_eq!((count(), server.committed()), (6, 1));
    let ended = night("submit");
    assert_eq!(ended.stderr.matches("is left out").count(), 4, "{}", ended.stderr);
    let left_out =
        objects(&ended).into_iter().filter(|object| object["left_out"] == "own-result" && object["exit"] == 0);
    assert_eq!(left_out.count(), 4, "{ended:?}");
    // Copied and renamed it is the same; given alone it is taken.
    fs::copy(dir.path("b.result.xlsx"), dir.path("Kopya.xlsx")).unwrap();
    assert!(night("submit").stderr.contains("Kopya.xlsx is left out"));
    let ended = dir.run(&["submit", "Kopya.xlsx", "--base-url", &base, "--json"]);
    assert_eq!((ended.code, count()), (1, 8), "{ended:?}");
    // Mended by a person, it is a list.
    let bytes = fs::read(dir.path("Kopya.xlsx")).unwrap();
    dir.write("Kopya.xlsx", crate::book::patched(&bytes, "xl/worksheets/sheet1.xml", "FT2", "FU2"));
    let ended = night("submit");
    assert!(!ended.stderr.contains("Kopya.xlsx is left out") && server.committed() == 2, "{ended:?}");
    assert_eq!(read_sheet(&dir.path("Kopya.result.xlsx"), "List", 1).column("Result"), ["done"]);
}
