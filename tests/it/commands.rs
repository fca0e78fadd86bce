//! What the other commands tell: runs, find, report, contracts, template, init, completions, man.

use std::fs;

use caseload_sandbox::Sandbox;
use serde_json::Value;

use crate::book::{read_sheet, sheet_names};
use crate::template::example_as_a_row;
use crate::workdir::{HEADER, Workdir, sandbox, words};

/// A run of three rows, one of them refused.
fn a_run(dir: &Workdir) -> Sandbox {
    let rows = ["FU1,,,a", "FU2,,,b", "FU3,,,c"].map(|row| format!("upgrade,psu,{row}\n")).concat();
    dir.write("list.csv", format!("{HEADER}\n{rows}"));
    let server = sandbox("- {on: {field: deviceId, is: FU2}, do: 400}");
    assert_eq!(dir.submit(&server, "list.csv", &[]).0.code, 1);
    server
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn runs_are_listed_and_one_is_told_row_by_row() {
    let dir = Workdir::new();
    let server = a_run(&dir);
    let runs = json_lines(&dir.run(&["runs", "--json"]).stdout);
    assert_eq!((runs.len(), &runs[0]["rows"], &runs[0]["done"]), (1, &3.into(), &2.into()));
    assert_eq!((&runs[0]["finished"], &runs[0]["host"]), (&true.into(), &server.base_url().into()));
    let name = runs[0]["run"].as_str().unwrap();
    let listed = dir.run(&["runs"]);
    assert!(listed.stdout.starts_with(name) && listed.stdout.contains("list.csv"), "{listed:?}");
    let rows = json_lines(&dir.run(&["runs", name, "--json"]).stdout);
    assert_eq!(words(&rows), ["done", "rejected", "done"]);
    assert_eq!((&rows[0]["id"], &rows[2]["row"], &rows[1]["http_status"]), (&1001.into(), &4.into(), &400.into()));
    let unknown = dir.run(&["runs", "nobody"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("\"nobody\"") && unknown.stderr.contains("caseload runs"), "{unknown:?}");
}

#[test]
fn a_row_is_found_by_its_id_and_by_its_device() {
    let dir = Workdir::new();
    let _server = a_run(&dir);
    for (text, row) in [("1001", 2), ("1002", 4), ("FU3", 4), (" FU2 ", 3)] {
        let found = dir.run(&["find", text, "--json"]);
        let found = (found.code, json_lines(&found.stdout));
        assert_eq!((found.0, found.1.len()), (0, 1), "{text}: {found:?}");
        assert_eq!(found.1[0]["row"], row, "{text}");
    }
    for text in ["1003", "FU9", "FU"] {
        let found = dir.run(&["find", text]);
        assert_eq!((found.code, found.stdout.as_str()), (1, ""), "{text}");
        assert!(found.stderr.contains("was not found"), "{found:?}");
    }
    assert!(!String::from_utf8_lossy(&fs::read(dir.path("data/caseload/ledger.db")).unwrap()).contains("FU3"));
}

#[test]
fn a_reserved_device_is_found_by_the_name_that_the_server_gave_it() {
    let dir = Workdir::new();
    dir.write("devices.csv", "model_type,qty\ntiger,2\ns1,1\n");
    let server = sandbox("");
    let (ended, rows) = dir.submit(&server, "devices.csv", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    for row in &rows {
        for name in row["id"].as_array().unwrap() {
            let found = dir.run(&["find", name.as_str().unwrap(), "--json"]);
            assert_eq!(found.code, 0, "{name}: {found:?}");
            assert_eq!(json_lines(&found.stdout)[0]["row"], row["row"], "{name}");
        }
    }
}

#[test]
fn without_a_ledger_one_is_told_that_nothing_was_sent() {
    let dir = Workdir::new();
    for args in [&["runs"][..], &["find", "x"], &["report"]] {
        let ended = dir.run(args);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains("no ledger yet") && ended.stderr.contains("--ledger"), "{ended:?}");
    }
    assert!(!dir.path("data").exists());
}

#[test]
fn report_writes_the_same_result_again_and_sends_nothing() {
    let dir = Workdir::new();
    let server = a_run(&dir);
    let first = fs::read(dir.path("out.jsonl")).unwrap();
    fs::remove_file(dir.path("out.jsonl")).unwrap();
    let ended = dir.run(&["report"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(fs::read(dir.path("out.jsonl")).unwrap(), first);
    let run = json_lines(&dir.run(&["runs", "--json"]).stdout)[0]["run"].as_str().unwrap().to_owned();
    let ended = dir.run(&["report", &run, "-o", "again.jsonl", "--json"]);
    assert_eq!((ended.code, fs::read(dir.path("again.jsonl")).unwrap()), (1, first), "{ended:?}");
    assert_eq!(json_lines(&ended.stdout)[0]["done"], 2);
    assert_eq!(server.requests(), 3);
    dir.write("list.csv", format!("{HEADER}\nupgrade,psu,FU1,,,changed\n"));
    let ended = dir.run(&["report"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("list.csv") && ended.stderr.contains(&run), "{}", ended.stderr);
}

#[test]
fn contracts_are_listed_described_and_exported_and_what_is_exported_works() {
    let dir = Workdir::new();
    let listed = dir.run(&["contracts"]);
    assert_eq!(listed.code, 0);
    let operation = listed.stdout.lines().find(|line| line.contains("/create-case")).unwrap();
    let full = operation.split_whitespace().next().unwrap();
    for name in [full, "create-case"] {
        let described = dir.run(&["contracts", name]).stdout;
        for said in ["CASELOAD_TOKEN", "deviceId", "Device id", "at most", "required", "caseId", "30 days"] {
            assert!(described.contains(said), "no {said} in {described}");
        }
    }
    let system = full.split('/').next().unwrap();
    let exported = dir.run(&["contracts", system, "--export"]);
    assert_eq!(exported.code, 0, "{exported:?}");
    dir.write("own.yaml", &exported.stdout);
    dir.write_cases("list.csv", 1);
    let checked = dir.run(&["check", "list.csv", "--contract", "own.yaml", "-o", "none", "--json"]);
    assert_eq!((checked.code, &json_lines(&checked.stdout)[0]["to"]), (0, &"own/create-case".into()), "{checked:?}");
    let unknown = dir.run(&["contracts", "nobody"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("\"nobody\"") && unknown.stderr.contains(full), "{unknown:?}");
}

#[test]
fn every_template_is_a_file_that_passes_the_check_and_so_does_its_example_as_a_row() {
    let dir = Workdir::new();
    let listed = dir.run(&["contracts"]).stdout;
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 2, "{listed}");
    let mut checked = 0;
    for name in names {
        for lang in ["tr", "en"] {
            let file = format!("{}-{lang}.xlsx", name.replace('/', "-"));
            let ended = dir.run(&["template", name, "-o", &file, "--lang", lang]);
            assert_eq!(ended.code, 0, "{ended:?}");
            let sheets = sheet_names(&dir.path(&file));
            assert_eq!(sheets.len(), 2);
            for to in [&["--to", name][..], &[]] {
                let args = [&["check", &file, "-o", "out.jsonl", "--lang", lang], to].concat();
                let ended = dir.run(&args);
                if ended.stderr.contains(&format!("fetch {name}")) {
                    // It only reads; its template is for `fetch`.
                    break;
                }
                if to.is_empty() && ended.code == 2 {
                    // Two operations take the same columns: which one is asked, and this one is named.
                    assert!(ended.stderr.contains(name) && ended.stderr.contains("--to"), "{name}: {ended:?}");
                    continue;
                }
                assert_eq!(ended.code, 0, "{name} {lang} {to:?}: {ended:?}\n{:?}", dir.rows("out.jsonl"));
                assert!(dir.rows("out.jsonl").is_empty(), "{name}: {ended:?}");
                dir.write("row.csv", example_as_a_row(&dir, &file, &sheets[0]));
                let args = [&["check", "row.csv", "-o", "out.jsonl", "--lang", lang], to].concat();
                let ended = dir.run(&args);
                assert_eq!(words(&dir.rows("out.jsonl")), ["valid"], "{name} {lang} {to:?}: {ended:?}");
                checked += 1;
            }
        }
    }
    assert!(checked >= 20, "{checked}");
}

#[test]
fn a_template_is_never_written_over_a_file() {
    let dir = Workdir::new();
    assert_eq!(dir.run(&["template", "hugin/create-case"]).code, 0);
    let table = read_sheet(&dir.path("create-case.xlsx"), "List", 1);
    assert_eq!((table.headers[0].as_str(), table.rows.len()), ("Case type", 1));
    let before = fs::read(dir.path("create-case.xlsx")).unwrap();
    let ended = dir.run(&["template", "hugin/create-case"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("create-case.xlsx") && ended.stderr.contains("-o"), "{}", ended.stderr);
    assert_eq!(fs::read(dir.path("create-case.xlsx")).unwrap(), before);
}

#[test]
fn init_writes_settings_that_are_read_and_never_writes_over_them() {
    let dir = Workdir::new();
    assert_eq!(dir.run(&["init"]).code, 0);
    let written = fs::read_to_string(dir.path("caseload.toml")).unwrap();
    assert!(written.contains("[profiles.live]"), "{written}");
    dir.write_cases("list.csv", 1);
    assert_eq!(dir.run(&["check", "list.csv", "--profile", "live", "-o", "none"]).code, 0);
    let ended = dir.run(&["init"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("caseload.toml") && ended.stderr.contains("edit it"), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(dir.path("caseload.toml")).unwrap(), written);
    dir.write("caseload.toml", "[profiles.live]\nrat = \"1/s\"\n");
    let ended = dir.run(&["check", "list.csv", "-o", "none"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("caseload.toml") && ended.stderr.contains("rat"), "{}", ended.stderr);
}

#[test]
fn a_contract_that_settings_name_lies_beside_them() {
    let dir = Workdir::new();
    fs::create_dir_all(dir.path("config/caseload")).unwrap();
    dir.write("config/caseload/own.yaml", dir.run(&["contracts", "hugin", "--export"]).stdout);
    dir.write("config/caseload/caseload.toml", "[profiles.mine]\ncontract = \"own.yaml\"\n");
    dir.write_cases("list.csv", 1);
    let ended = dir.run(&["check", "list.csv", "--profile", "mine", "-o", "none"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("own/create-case"), "{ended:?}");
}

#[test]
fn completions_and_the_manual_name_every_command() {
    let dir = Workdir::new();
    let help = dir.run(&["--help"]).stdout;
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names: Vec<&str> = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    assert!(names.contains(&"submit") && names.contains(&"resolve"), "{names:?}");
    let (bash, man) = (dir.run(&["completions", "bash"]), dir.run(&["man"]));
    assert_eq!((bash.code, man.code), (0, 0));
    for name in names {
        assert!(bash.stdout.contains(name) && man.stdout.contains(name), "{name}");
    }
    assert!(bash.stdout.contains("--require-valid") && man.stdout.starts_with(".ie"), "{}", &man.stdout[..80]);
}
