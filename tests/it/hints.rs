//! A command that a message names works as it is printed: it carries the ledger and the settings in hand, and a shell
//! takes its paths for what they are.

use std::process::Command;

use crate::workdir::{Ended, HEADER, Workdir, sandbox, words};

/// The commands in a text: from `caseload` to the quote that ends it.
fn commands(text: &str) -> Vec<String> {
    let begins = text.match_indices("caseload ").filter(|(at, _)| text[..*at].ends_with(['"', '`']));
    begins.map(|(at, _)| text[at..].split(['"', '`', '\n']).next().unwrap().to_owned()).collect()
}

/// Types a command as it was printed.
fn typed(dir: &Workdir, line: &str) -> Ended {
    let plain = dir.command(&[]);
    let mut shell = Command::new("sh");
    let line = line.replacen("caseload", env!("CARGO_BIN_EXE_caseload"), 1);
    shell.args(["-c", &line]).envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = shell.current_dir(dir.path("")).output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A list of which the first row becomes unknown, and the next of its device waits behind it.
const FAULT: &str = "- {on: {field: deviceId, is: FU1}, times: 1, do: 500-after}\n";

fn unknown_and_held(dir: &Workdir, name: &str) {
    dir.write(name, format!("{HEADER}\nupgrade,psu,FU1,,,a\nupgrade,psu,FU1,,,b\n"));
}

/// Every hint of a run whose flags these are leads to its rows.
#[track_caller]
fn hints_work(dir: &Workdir, flags: &[&str]) {
    unknown_and_held(dir, "list.csv");
    let ended = dir.run(&[&["submit", "list.csv", "--yes", "-o", "out.jsonl"], flags].concat());
    let rows = dir.rows("out.jsonl");
    assert_eq!(words(&rows), ["unknown", "not-sent"], "{ended:?}");
    let mut hints = commands(&ended.stderr);
    hints.extend(commands(rows[1]["error"]["title"].as_str().unwrap()));
    assert!(hints.iter().any(|hint| hint.contains("--row 2")), "{hints:?}");
    for lang in ["en", "tr"] {
        let told = dir.run(&[&["submit", "list.csv", "--yes", "-o", "out.csv", "--lang", lang], flags].concat());
        hints.extend(commands(&told.stderr));
        hints.extend(commands(&std::fs::read_to_string(dir.path("out.csv")).unwrap()));
    }
    assert!(hints.len() >= 6, "{hints:?}");
    for hint in &hints {
        let ended = typed(dir, hint);
        let lists = ended.code == 1 && ended.stdout.contains("unknown");
        let asks = hint.contains("--row 2") && ended.code == 2 && ended.stderr.contains("--done");
        assert!(lists || asks, "{hint}: {ended:?}");
    }
    // The list to fill in, whose own name a shell would take apart.
    let resolve = hints.iter().find(|hint| !hint.contains("--row")).unwrap();
    let listed = typed(dir, &format!("{resolve} -o 'to do; x.xlsx'"));
    let next = listed.stderr.split("then: ").nth(1).unwrap_or_else(|| panic!("{listed:?}"));
    let ended = typed(dir, next.trim());
    assert!(ended.code == 1 && ended.stderr.contains("0 rows closed, 1 still unknown"), "{next}: {ended:?}");
}

#[test]
fn hints_mean_the_sandboxs_ledger() {
    let dir = Workdir::new();
    dir.write("faults.yaml", FAULT);
    hints_work(&dir, &["--sandbox", "--faults", "faults.yaml"]);
}

#[test]
fn hints_mean_a_ledger_elsewhere_whatever_its_name() {
    let dir = Workdir::new();
    let server = sandbox(FAULT);
    hints_work(&dir, &["--ledger", "it's $(my) ledger.db", "--base-url", &server.base_url()]);
    let ended = dir.run(&["runs", "nobody", "--ledger", "it's $(my) ledger.db"]);
    let hint = commands(&ended.stderr).remove(0);
    assert!(typed(&dir, &hint).stdout.contains("list.csv"), "{hint}");
}

#[test]
fn hints_mean_the_settings_that_were_named_and_their_ledger() {
    let dir = Workdir::new();
    let server = sandbox(FAULT);
    let base = server.base_url();
    std::fs::create_dir(dir.path("my settings")).unwrap();
    dir.write("my settings/caseload.toml", format!("[profiles.default]\nledger = \"own.db\"\nbase_url = \"{base}\"\n"));
    hints_work(&dir, &["--config", "my settings/caseload.toml"]);
}

#[test]
fn hints_of_every_day_carry_nothing() {
    let dir = Workdir::new();
    let server = sandbox(FAULT);
    unknown_and_held(&dir, "list.csv");
    let ended = dir.run(&["submit", "list.csv", "--base-url", &server.base_url()]);
    let hints = commands(&ended.stderr);
    assert!(!hints.is_empty() && hints.iter().all(|hint| !hint.contains("--ledger")), "{hints:?}");
}
