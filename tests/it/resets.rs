//! Install, uninstall, install of one terminal: the third is no duplicate, as long as the second undid the first.

use crate::workdir::{HEADER, Workdir, sandbox, words};

fn rows(kinds: &[&str]) -> String {
    let line = |kind: &&str| format!("{kind},psu,FU00000001,T1,M1,the same\n");
    format!("{HEADER}\n{}", kinds.iter().map(line).collect::<Vec<_>>().concat())
}

fn other(n: u32) -> String {
    format!("install,psu,FU0000010{n},T1,M1,other\n")
}

/// The rules of create-case as they were before any `reset-by`.
const WITHOUT: &str =
    "          - {when: {caseType: [install, uninstall]}, fields: [caseType, deviceId, terminalId], window: 30d}\n";

/// The contract of create-case with other lines in place of those that have `reset-by`.
fn contract(lines: &str) -> String {
    let (mut text, mut is_replaced) = (String::new(), false);
    for line in include_str!("../../src/engine/contract/hugin.yaml").lines() {
        if !line.contains("reset-by: {") {
            text.push_str(&format!("{line}\n"));
        } else if !std::mem::replace(&mut is_replaced, true) {
            text.push_str(lines);
        }
    }
    assert!(is_replaced);
    text
}

#[test]
fn an_install_behind_an_uninstall_is_no_duplicate_in_one_list_and_the_list_mended_sends_nothing_again() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write("list.csv", rows(&["install", "uninstall", "install"]));
    let ended = dir.run(&["check", "list.csv", "-o", "none"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let (ended, found) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((words(&found), server.requests()), (vec!["done"; 3], 3), "{ended:?}");
    let mended = rows(&["install", "uninstall", "install"]) + "upgrade,psu,FU00000002,,,another\n";
    dir.write("mended.csv", mended);
    let (ended, found) = dir.submit(&server, "mended.csv", &[]);
    assert_eq!(words(&found), ["duplicate", "duplicate", "duplicate", "done"], "{ended:?}");
    // Its rows alone, in whatever parts, repeat what is done.
    dir.write("one.csv", rows(&["install"]) + "upgrade,psu,FU00000003,,,a third\n");
    let (_, found) = dir.submit(&server, "one.csv", &[]);
    assert_eq!(words(&found), ["duplicate", "done"]);
    dir.write("twice.csv", rows(&["install", "install"]));
    let (_, found) = dir.submit(&server, "twice.csv", &[]);
    assert_eq!(words(&found), ["duplicate", "duplicate"]);
    dir.write("two.csv", rows(&["install", "uninstall"]));
    let (_, found) = dir.submit(&server, "two.csv", &[]);
    assert_eq!(words(&found), ["duplicate", "duplicate"]);
    assert_eq!(server.requests(), 5);
}

#[test]
fn only_an_uninstall_that_goes_lets_the_next_install_go() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    // The second uninstall repeats the first, the second install too, and an invalid uninstall is none.
    let kinds = ["uninstall", "install", "install", "uninstall", "uninstall", "install"];
    dir.write("list.csv", rows(&kinds));
    let (ended, found) = dir.submit(&server, "list.csv", &[]);
    assert_eq!(words(&found), ["done", "done", "duplicate", "done", "duplicate", "done"], "{ended:?}");
    let invalid = "uninstall,psu,FU00000101,T1,,no merchant\n";
    dir.write("invalid.csv", format!("{HEADER}\n{}{invalid}{}", other(1), other(1)));
    let (ended, found) = dir.submit(&server, "invalid.csv", &[]);
    assert_eq!(words(&found), ["done", "invalid", "duplicate"], "{ended:?}");
}

#[test]
fn an_install_goes_again_when_an_uninstall_was_done_since() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    let steps = [
        ("first.csv", "install", "done"),
        ("repeat.csv", "install", "duplicate"),
        ("gone.csv", "uninstall", "done"),
        ("again.csv", "install", "done"),
        ("still.csv", "install", "duplicate"),
        ("gone-again.csv", "uninstall", "done"),
        ("gone-still.csv", "uninstall", "duplicate"),
        ("third.csv", "install", "done"),
    ];
    for (n, (name, kind, word)) in steps.into_iter().enumerate() {
        dir.write(name, rows(&[kind]) + &format!("upgrade,psu,FU0000020{n},,,{name}\n"));
        let (ended, found) = dir.submit(&server, name, &[]);
        assert_eq!(words(&found), [word, "done"], "{name}: {ended:?}");
        if name == "still.csv" {
            assert_eq!(found[0]["duplicate_of"]["file"], "again.csv");
        }
    }
}

#[test]
fn a_list_that_is_mended_does_not_install_again_what_another_list_has_uninstalled_since() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write("list.csv", rows(&["install"]) + &other(1) + &other(2));
    dir.write("growing.csv", format!("{HEADER}\n{}", other(5)));
    dir.write("gone.csv", rows(&["uninstall"]) + "uninstall,psu,FU00000105,T1,M1,other\n");
    for name in ["list.csv", "growing.csv", "gone.csv"] {
        let (ended, _) = dir.submit(&server, name, &[]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    dir.write("mended.csv", rows(&["install"]) + &other(1) + &other(2) + &other(3));
    let (ended, found) = dir.submit(&server, "mended.csv", &[]);
    assert_eq!(words(&found), ["duplicate", "duplicate", "duplicate", "done"], "{ended:?}");
    dir.write("growing.csv", format!("{HEADER}\n{}{}", other(5), other(6)));
    let (ended, found) = dir.submit(&server, "growing.csv", &[]);
    assert_eq!(words(&found), ["duplicate", "done"], "{ended:?}");
}

#[test]
fn an_install_behind_an_uninstall_that_the_server_refuses_is_not_sent() {
    let (dir, server) = (Workdir::new(), sandbox("[{on: {field: caseType, is: uninstall}, times: 1, do: 422}]"));
    dir.write("list.csv", rows(&["install", "uninstall", "install", "uninstall"]));
    let (ended, found) = dir.submit(&server, "list.csv", &[]);
    let held = ["done", "rejected", "not-sent", "not-sent"];
    assert_eq!((words(&found), ended.code), (held.to_vec(), 1), "{ended:?}");
    for row in &found[2..] {
        assert_eq!(row["error"]["code"], "held", "{row}");
        assert!(row["error"]["title"].as_str().unwrap().contains("row 3"), "{row}");
    }
    let (ended, found) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((words(&found), server.requests()), (held.to_vec(), 2), "{ended:?}");
    let (ended, found) = dir.submit(&server, "list.csv", &["--retry-rejected"]);
    assert_eq!((words(&found), server.requests()), (vec!["done"; 4], 5), "{ended:?}");
}

#[test]
fn an_uninstall_of_unknown_outcome_lets_no_install_go() {
    let (dir, server) = (Workdir::new(), sandbox("[{on: {field: caseType, is: uninstall}, do: reset-after}]"));
    dir.write("list.csv", rows(&["install", "uninstall", "install"]));
    let (ended, found) = dir.submit(&server, "list.csv", &[]);
    assert_eq!(words(&found), ["done", "unknown", "not-sent"], "{ended:?}");
    dir.write("alone.csv", rows(&["install"]));
    let (ended, found) = dir.submit(&server, "alone.csv", &[]);
    assert_eq!(words(&found), ["duplicate"], "{ended:?}");
    dir.write("first.csv", format!("{HEADER}\n{}", other(1)));
    dir.write("gone.csv", format!("{HEADER}\n{}", other(1).replace("install", "uninstall")));
    dir.write("again.csv", format!("{HEADER}\n{}", other(1).replace("other", "once more")));
    for (name, word) in [("first.csv", "done"), ("gone.csv", "unknown"), ("again.csv", "duplicate")] {
        let (ended, found) = dir.submit(&server, name, &[]);
        assert_eq!(words(&found), [word], "{name}: {ended:?}");
    }
}

#[test]
fn a_result_fed_back_goes_on_behind_the_uninstall_that_is_done_by_then() {
    let (dir, server) = (Workdir::new(), sandbox("[{on: {field: caseType, is: uninstall}, times: 1, do: 422}]"));
    dir.write("list.csv", rows(&["install", "uninstall", "install"]));
    let base = server.base_url();
    dir.run(&["submit", "list.csv", "--base-url", &base, "--yes", "-o", "result.csv"]);
    let (ended, found) = dir.submit(&server, "result.csv", &[]);
    assert_eq!((words(&found), server.requests()), (vec!["done"; 3], 4), "{ended:?}");
}

#[test]
fn without_reset_by_nothing_changes_and_rows_sent_so_are_known_with_it() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write("old.yaml", contract(WITHOUT));
    dir.write("list.csv", rows(&["install", "uninstall", "install"]));
    let (ended, found) = dir.submit(&server, "list.csv", &["--contract", "old.yaml", "--to", "create-case"]);
    assert_eq!(words(&found), ["done", "done", "duplicate"], "{ended:?}");
    dir.write("parts.csv", rows(&["install", "uninstall"]) + &other(1));
    let (ended, found) = dir.submit(&server, "parts.csv", &[]);
    assert_eq!(words(&found), ["duplicate", "duplicate", "done"], "{ended:?}");
}

#[test]
fn a_reset_by_that_no_rule_answers_is_refused() {
    let dir = Workdir::new();
    dir.write("list.csv", rows(&["install"]));
    for lines in [
        WITHOUT.replace("30d}", "30d, reset-by: {caseType: uninstall}}"),
        WITHOUT.replace("install, uninstall", "install").replace("30d}", "30d, reset-by: {caseType: install}}"),
        WITHOUT.replace("30d}", "30d, reset-by: {caseKind: uninstall}}"),
    ] {
        dir.write("new.yaml", contract(&lines));
        let ended = dir.run(&["check", "list.csv", "--contract", "new.yaml", "--to", "create-case", "-o", "none"]);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains("x-caseload"), "{ended:?}");
    }
}
