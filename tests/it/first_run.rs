//! What a newcomer sees.

use crate::workdir::{HEADER, Workdir, sandbox, words};

#[test]
fn each_row_has_one_line_and_the_ids_are_the_servers() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 25);
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "list.csv", &["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(rows.len(), 25);
    assert_eq!(server.committed(), 25);
    let mut ids: Vec<u64> = rows.iter().map(|row| row["id"].as_u64().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1001..1026).collect::<Vec<_>>());
    let summary: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(summary["done"], 25);
    assert_eq!(summary["balance"], true);
}

#[test]
fn the_same_command_again_sends_nothing_and_writes_the_result_again() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 5);
    let server = sandbox("");
    let (_, first) = dir.submit(&server, "list.csv", &[]);
    std::fs::remove_file(dir.path("out.jsonl")).unwrap();
    let (ended, again) = dir.submit(&server, "list.csv", &[]);
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.contains("was submitted on"), "{}", ended.stderr);
    assert_eq!(first, again);
    assert_eq!(server.requests(), 5);
}

#[test]
fn a_mended_file_sends_only_what_was_mended() {
    let dir = Workdir::new();
    let row = |device: &str, detail: &str| format!("upgrade,psu,{device},,,{detail}\n");
    dir.write("list.csv", format!("{HEADER}\n{}{}", row("FU1", "a"), row("FT2", "b")));
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (1, vec!["done", "invalid"]));
    dir.write("list.csv", format!("{HEADER}\n{}{}", row("FU1", "a"), row("FU2", "b")));
    let (ended, rows) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, words(&rows)), (0, vec!["duplicate", "done"]));
    assert_eq!(rows[0]["id"], 1001);
    assert_eq!(rows[0]["duplicate_of"]["row"], 2);
    assert_eq!(server.requests(), 2);
}
