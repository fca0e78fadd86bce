//! Which settings count, whose word they are, and what they may do before anybody has agreed.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::terminal::answered;
use crate::workdir::{Workdir, sandbox, words};

fn chmod(dir: &Workdir, name: &str, mode: u32) {
    fs::set_permissions(dir.path(name), Permissions::from_mode(mode)).unwrap();
}

/// The command without the secrets of the tests.
fn bare(dir: &Workdir, args: &[&str]) -> Command {
    let mut command = dir.command(args);
    command.env_remove("CASELOAD_TOKEN");
    command
}

/// A profile `live` whose token a command gives that leaves a trace.
fn traced(dir: &Workdir, base: &str) {
    let trace = dir.path("trace");
    let settings = format!(
        "[profiles.live]\nto = \"hugin/create-case\"\nbase_url = \"{base}\"\n[profiles.live.set]\ndetail = \"told\"\n\
         [profiles.live.auth]\ntoken.command = \"touch '{}'; echo hush\"\n",
        trace.display()
    );
    dir.write("caseload.toml", settings);
    dir.write_cases("list.csv", 2);
}

#[test]
fn no_command_runs_and_no_file_is_read_before_the_yes() {
    let dir = Workdir::new();
    traced(&dir, "https://api.example");
    let submit = ["submit", "list.csv", "--profile", "live"];
    let (code, shown) = answered(bare(&dir, &submit), "n\n");
    assert_eq!(code, 2, "{shown}");
    let file = dir.path("caseload.toml").canonicalize().unwrap();
    let flat = shown.replace(['\r', '\n'], "");
    for named in ["https://api.example", file.to_str().unwrap(), "detail = told", "profile live", "[y/N]"] {
        assert!(flat.contains(named), "{named}: {shown}");
    }
    assert!(!dir.path("trace").exists(), "the command ran before the answer");
    // Nobody to answer: the same.
    let ended = dir.run(&[&submit[..], &["-q"]].concat());
    assert!(ended.code == 2 && ended.stderr.contains("--yes"), "{ended:?}");
    assert!(!dir.path("trace").exists());
    // The file that holds a secret is not opened either: it is not even there.
    let text = fs::read_to_string(dir.path("caseload.toml")).unwrap();
    let (head, _) = text.split_once("token.command").unwrap();
    dir.write("caseload.toml", format!("{head}token.file = \"nowhere\"\n"));
    let (code, shown) = answered(bare(&dir, &submit), "n\n");
    assert!(code == 2 && shown.contains("Nothing was sent") && !shown.contains("nowhere"), "{shown}");
    let (code, shown) = answered(bare(&dir, &submit), "y\n");
    assert!(code == 2 && shown.contains("nowhere"), "{shown}");
}

#[test]
fn after_the_yes_the_command_runs() {
    let dir = Workdir::new();
    traced(&dir, "https://127.0.0.1:1");
    let (code, _) = answered(bare(&dir, &["submit", "list.csv", "--profile", "live", "--yes"]), "");
    assert_eq!(code, 3);
    assert!(dir.path("trace").exists());
}

#[test]
fn a_secret_that_is_missing_is_told_before_anybody_is_asked() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let submit = ["submit", "list.csv", "--base-url", "https://api.example"];
    let (code, shown) = answered(bare(&dir, &submit), "y\n");
    assert!(code == 2 && shown.contains("CASELOAD_TOKEN") && !shown.contains("[y/N]"), "{shown}");
}

#[test]
fn settings_that_others_may_write_are_not_taken_until_they_are_trusted() {
    let dir = Workdir::new();
    let server = sandbox("");
    traced(&dir, &server.base_url());
    let submit = ["submit", "list.csv", "--profile", "live", "-o", "out.jsonl"];
    for (file, folder) in [(0o666, 0o700), (0o600, 0o1777), (0o646, 0o700)] {
        chmod(&dir, "caseload.toml", file);
        chmod(&dir, ".", folder);
        let ended = dir.run(&[&submit[..], &["--yes"]].concat());
        assert_eq!((ended.code, server.requests()), (2, 0), "{ended:?}");
        let path = dir.path("caseload.toml").canonicalize().unwrap();
        assert!(ended.stderr.contains(&format!("caseload config trust {}", path.display())), "{ended:?}");
        assert!(ended.stderr.contains("(owner "), "{ended:?}");
        assert_eq!(dir.run(&["check", "list.csv", "-o", "none"]).code, 2, "never skipped");
    }
    assert!(!dir.path("trace").exists());
    let trusted = dir.run(&["config", "trust"]);
    assert!(trusted.code == 0 && trusted.stdout.contains("touch") && trusted.stdout.contains(&server.base_url()));
    // Trusted, and still somebody else's word: a server of this machine is asked about like any other.
    let (code, shown) = answered(bare(&dir, &submit), "n\n");
    assert!(code == 2 && shown.contains(&server.base_url()), "{shown}");
    assert_eq!((server.requests(), dir.path("trace").exists()), (0, false));
    let ended = dir.run(&[&submit[..], &["--yes"]].concat());
    assert_eq!((ended.code, words(&dir.rows("out.jsonl"))), (0, vec!["done"; 2]), "{ended:?}");
    // Another content is another file.
    let text = fs::read_to_string(dir.path("caseload.toml")).unwrap();
    dir.write("caseload.toml", text + "# more\n");
    let ended = dir.run(&submit);
    assert!(ended.code == 2 && ended.stderr.contains("changed since you trusted"), "{ended:?}");
}

#[test]
fn the_first_file_going_up_counts_then_the_users_own() {
    let dir = Workdir::new();
    fs::create_dir_all(dir.path("a/b")).unwrap();
    fs::create_dir_all(dir.path("config/caseload")).unwrap();
    dir.write("config/caseload/caseload.toml", "[profiles.user]\n");
    let known = |args: &[&str]| {
        let output = dir.command(args).current_dir(dir.path("a/b")).output().unwrap();
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        shown["profiles"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(known(&["config", "--json"]), ["user"]);
    dir.write("caseload.toml", "[profiles.home]\n");
    assert_eq!(known(&["config", "--json"]), ["home"]);
    dir.write("a/caseload.toml", "[profiles.above]\n");
    assert_eq!(known(&["config", "--json"]), ["above"]);
    dir.write("mine.toml", "[profiles.named]\n");
    assert_eq!(known(&["config", "--json", "--config", "../../mine.toml"]), ["named"]);
}

#[test]
fn a_profile_that_is_nowhere_names_the_files_and_the_profiles() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let check = ["check", "list.csv", "--profile", "live", "-o", "none"];
    let ended = dir.run(&check);
    assert_eq!(ended.code, 2);
    let places =
        [dir.path("").canonicalize().unwrap().join("caseload.toml"), dir.path("config/caseload/caseload.toml")];
    for place in &places {
        assert!(ended.stderr.contains(place.to_str().unwrap()), "{ended:?}");
    }
    dir.write("caseload.toml", "[profiles.test]\n[profiles.other]\n");
    let ended = dir.run(&check);
    assert!(ended.code == 2 && ended.stderr.contains("other, test"), "{ended:?}");
    assert!(ended.stderr.contains(places[0].to_str().unwrap()), "{ended:?}");
}

#[test]
fn paths_are_relative_to_the_settings_that_say_them() {
    let dir = Workdir::new();
    let server = sandbox("");
    fs::create_dir_all(dir.path("lists/one")).unwrap();
    dir.write("tok", "from-the-file\n");
    chmod(&dir, "tok", 0o600);
    dir.write("lists/one/tok", "laid here by somebody");
    chmod(&dir, "lists/one/tok", 0o600);
    dir.write_cases("lists/one/list.csv", 2);
    dir.write("caseload.toml", "[profiles.default]\nledger = \"l.db\"\nauth.token.file = \"tok\"\n");
    let args = ["submit", "list.csv", "--base-url", &server.base_url(), "--yes", "-o", "out.jsonl"];
    for folder in ["lists/one", "lists/one", "lists"] {
        let args = if folder == "lists" { [&args[..1], &["one/list.csv"], &args[2..]].concat() } else { args.to_vec() };
        let output = bare(&dir, &args).current_dir(dir.path(folder)).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    assert_eq!(server.requests(), 2, "one list is one list from wherever it is sent");
    assert!(dir.path("l.db").exists() && !dir.path("lists/one/l.db").exists());
}

#[test]
fn a_ledger_of_the_working_folder_is_not_forgotten_for_a_path_that_means_another_place_now() {
    let dir = Workdir::new();
    let server = sandbox("");
    fs::create_dir_all(dir.path("config/caseload")).unwrap();
    dir.write_cases("list.csv", 1);
    dir.submit(&server, "list.csv", &["--ledger", "l.db"]);
    dir.write("config/caseload/caseload.toml", "[profiles.default]\nledger = \"l.db\"\n");
    let (ended, _) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, server.requests()), (2, 1), "{ended:?}");
    for place in ["config/caseload/l.db", "l.db"] {
        assert!(ended.stderr.contains(dir.path(place).to_str().unwrap()), "{ended:?}");
    }
    fs::rename(dir.path("l.db"), dir.path("config/caseload/l.db")).unwrap();
    let (ended, _) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, server.requests()), (0, 1), "{ended:?}");
}

#[test]
fn a_secret_in_the_settings_themselves_is_refused_and_what_is_none_is_taken() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    dir.write("cases.csv", "categoryCode,typeCode\na,b\n");
    for (to, list, auth) in [
        ("hugin/create-case", "list.csv", "token.value = \"hush\""),
        ("thalamus/create-case", "cases.csv", "password.value = \"hush\""),
        ("bank/create-complaint", "list.csv", "client_secret.value = \"hush\""),
        ("netahsilat/create-customer", "list.csv", "api_key.value = \"hush\""),
        ("netahsilat/create-customer", "list.csv", "secret_key.value = \"hush\""),
        ("hugin/create-case", "list.csv", "proxy_password.value = \"hush\""),
    ] {
        dir.write("caseload.toml", format!("[profiles.p]\nto = \"{to}\"\nauth.{auth}\n"));
        chmod(&dir, "caseload.toml", 0o644);
        let ended = dir.run(&["submit", list, "--profile", "p", "--base-url", "http://127.0.0.1:1", "-o", "none"]);
        assert_eq!(ended.code, 2, "{auth}: {ended:?}");
        let name = auth.split('.').next().unwrap();
        assert!(ended.stderr.contains(&format!("auth.{name}.value")) && !ended.stderr.contains("hush"), "{ended:?}");
    }
    for auth in ["user.value = \"ayse\"", "touchpoint.value = \"shop\"", "client_id.value = \"app\""] {
        dir.write("caseload.toml", format!("[profiles.p]\nauth.{auth}\n"));
        let to = ["check", "cases.csv", "--profile", "p", "--to", "thalamus/create-case", "-o", "none"];
        assert_eq!(dir.run(&to).code, 0, "{auth}");
    }
}

#[test]
fn config_says_what_is_in_force_and_whence_and_reads_no_secret() {
    let dir = Workdir::new();
    traced(&dir, "https://api.example");
    let ended = dir.run(&["config", "--profile", "live", "--json"]);
    let shown: Value = serde_json::from_str(&ended.stdout).unwrap();
    let file = dir.path("caseload.toml").canonicalize().unwrap();
    assert_eq!((&shown["file"], &shown["found"]), (&file.to_str().unwrap().into(), &"upwards".into()));
    assert_eq!(shown["settings"]["base_url"]["value"], "https://api.example");
    assert_eq!(shown["settings"]["base_url"]["from"], shown["file"]);
    assert_eq!(shown["settings"]["rate"], serde_json::json!({"value": "10/s", "from": null}));
    assert_eq!(shown["secrets"]["token"], serde_json::json!({"set": true, "from": "CASELOAD_TOKEN"}));
    assert_eq!(shown["lang"]["from"], "CASELOAD_LANG");
    assert!(!ended.stdout.contains("token-for-tests"), "{ended:?}");
    for lang in ["tr", "en"] {
        let output = bare(&dir, &["config", "--profile", "live", "--lang", lang]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(file.to_str().unwrap()) && text.contains("https://api.example"), "{text}");
        assert!(text.contains("command") && !text.contains("hush"), "{text}");
    }
    assert!(!dir.path("trace").exists());
}
