//! Places and names (T20): nothing is written but where it should be, with modes that keep others out whatever the
//! umask; and whatever a name, a cell, a header, a server or a contract holds, a line on the terminal stays one
//! line without a character that steers.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::auth_server::{Server, json};
use crate::hostile::steers;
use crate::workdir::{Ended, HEADER, Workdir, sandbox};

/// ESC, a title, a bell, a line end, marks of direction, a C1 control, a line separator.
const EVIL: &str = "x\u{1b}[2J\u{1b}]0;t\u{7}\u{202e}\u{200f}\u{9b}31m\u{2028}\u{feff}y";

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs the binary under a umask, with more settings of the environment.
fn run(dir: &Workdir, umask: &str, args: &[&OsStr], env: &[(&str, &OsStr)]) -> Ended {
    let plain = dir.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(plain.get_program()).args(args);
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).envs(env.iter().copied());
    command.env("CASELOAD_LANG", "en").current_dir(dir.path(".")).stdin(Stdio::null());
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn submit(dir: &Workdir, umask: &str, base: &str, result: &str, more: &[&str], env: &[(&str, &OsStr)]) -> Ended {
    let mut args = vec!["submit", "list.csv", "--to", "hugin/create-case", "--base-url", base, "--yes", "-o", result];
    args.extend(more);
    run(dir, umask, &args.into_iter().map(OsStr::new).collect::<Vec<_>>(), env)
}

/// Nothing of what was said steers the terminal, or is a line that somebody else began.
fn quiet(what: &str, ended: &Ended) {
    for text in [&ended.stdout, &ended.stderr] {
        assert!(!text.chars().any(steers), "{what}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("FORGED:")), "{what}: {text}");
    }
}

#[test]
fn files_are_private_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        for result in ["out.xlsx", "out.csv", "out.jsonl"] {
            let dir = Workdir::new();
            dir.write_cases("list.csv", 2);
            let server = sandbox("");
            let ended = submit(&dir, umask, &server.base_url(), result, &[], &[]);
            assert_eq!(ended.code, 0, "{ended:?}");
            assert_eq!(mode(&dir.path(result)), 0o600, "{result} under {umask}");
            let data = dir.path("data/caseload");
            assert_eq!(mode(&data), 0o700, "{umask}");
            for file in fs::read_dir(&data).unwrap() {
                let path = file.unwrap().path();
                assert_eq!(mode(&path), 0o600, "{} under {umask}", path.display());
            }
        }
    }
}

#[test]
fn a_link_at_the_result_is_replaced_and_never_followed() {
    for result in ["out.xlsx", "out.csv", "out.jsonl"] {
        for (name, target) in [("a file", "precious.txt"), ("nothing", "none.txt"), ("a folder", "folder")] {
            let dir = Workdir::new();
            dir.write_cases("list.csv", 1);
            dir.write("precious.txt", "precious");
            fs::create_dir(dir.path("folder")).unwrap();
            symlink(dir.path(target), dir.path(result)).unwrap();
            let server = sandbox("");
            let ended = submit(&dir, "000", &server.base_url(), result, &[], &[]);
            quiet(name, &ended);
            // What is no result of the program's is left as it is, and nothing was sent.
            assert!(ended.code == 0 || server.requests() == 0, "{result} at {name}: {ended:?}");
            assert_eq!(
                ended.code == 0,
                fs::symlink_metadata(dir.path(result)).unwrap().is_file(),
                "{result} at {name}"
            );
            assert_eq!(fs::read_to_string(dir.path("precious.txt")).unwrap(), "precious");
            assert!(!dir.path("none.txt").exists());
            assert_eq!(fs::read_dir(dir.path("folder")).unwrap().count(), 0);
        }
    }
}

#[test]
fn the_folder_for_temporary_files_may_be_a_link_and_is_left_empty() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    fs::create_dir(dir.path("real")).unwrap();
    symlink(dir.path("real"), dir.path("tmp")).unwrap();
    let server = sandbox("");
    let ended = submit(&dir, "000", &server.base_url(), "out.xlsx", &[], &[("TMPDIR", dir.path("tmp").as_os_str())]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(fs::read_dir(dir.path("real")).unwrap().count(), 0);
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_named() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 3);
    let server = sandbox("");
    let gone = dir.path("go\u{1b}ne\n");
    let ended = submit(&dir, "000", &server.base_url(), "out.jsonl", &[], &[("TMPDIR", gone.as_os_str())]);
    quiet("TMPDIR", &ended);
    assert_eq!((ended.code, server.requests()), (3, 0), "{ended:?}");
    assert!(ended.stderr.contains("TMPDIR"), "{ended:?}");
}

#[test]
fn a_ledger_that_is_a_link_is_used_where_it_points_or_refused_and_nothing_else_is_harmed() {
    let server = sandbox("");
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    dir.write("precious.txt", "this is no ledger, and must not become one");
    symlink(dir.path("precious.txt"), dir.path("ledger.db")).unwrap();
    let ended = submit(&dir, "000", &server.base_url(), "out.jsonl", &["--ledger", "ledger.db"], &[]);
    assert!(ended.code == 2 || ended.code == 3, "{ended:?}");
    assert_eq!(server.requests(), 0, "{ended:?}");
    let kept = fs::read_to_string(dir.path("precious.txt")).unwrap();
    assert_eq!(kept, "this is no ledger, and must not become one");
}

#[test]
fn a_folder_that_all_may_write_holds_a_private_result() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let open = dir.path("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    let server = sandbox("");
    let ended = submit(&dir, "000", &server.base_url(), "open/out.xlsx", &[], &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(mode(&open.join("out.xlsx")), 0o600);
    assert_eq!(fs::read_dir(&open).unwrap().count(), 1, "something was left beside the result");
}

#[test]
fn a_folder_in_the_place_of_the_result_is_told() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    fs::create_dir(dir.path("out.xlsx")).unwrap();
    let server = sandbox("");
    let ended = submit(&dir, "000", &server.base_url(), "out.xlsx", &[], &[]);
    assert!(matches!(ended.code, 2 | 3) && ended.stderr.contains("out.xlsx"), "{ended:?}");
}

/// Names that a file may have.
fn names() -> Vec<Vec<u8>> {
    let long = format!("{}.csv", "ş".repeat(125));
    assert_eq!(long.len(), 254);
    let names = [
        "new\nline.csv",
        "FORGED\nFORGED: all rows done.csv",
        "esc\u{1b}[2J\u{1b}]0;x\u{7}.csv",
        "turn\u{202e}vsc.csv",
        "mark\u{200f}.csv",
        "sep\u{2028}.csv",
        "c1\u{9b}31m.csv",
        "tab\t.csv",
        "quote\".csv",
        "star*.csv",
        "-o.csv",
        "--sheet",
        " .csv",
        "nul%00.csv",
        "..csv",
        &long,
        "$(touch x).csv",
        "`touch x`.csv",
        "a;touch x.csv",
        "\\..\\x.csv",
        "{}.csv",
        "{name}.csv",
    ];
    names.into_iter().map(|name| name.as_bytes().to_vec()).chain([b"bad\xff\xfe.csv".to_vec()]).collect()
}

#[test]
fn a_name_of_a_file_steers_nothing_and_leads_nowhere() {
    for name in names() {
        let dir = Workdir::new();
        let (shown, name) = (String::from_utf8_lossy(&name).into_owned(), OsStr::from_bytes(&name));
        for (text, code) in [(format!("{HEADER}\nupgrade,psu,FU1,,,x\n"), 0), ("what,ever\n1,2\n".to_owned(), 2)] {
            fs::write(dir.path(".").join(name), text).unwrap();
            let args = [OsStr::new("check"), OsStr::new("--to=hugin/create-case"), OsStr::new("--"), name];
            let ended = run(&dir, "022", &args, &[]);
            quiet(&shown, &ended);
            // Beside a name of 254 bytes there is no room for that of its result.
            let no_room = name.len() > 250;
            assert_eq!(ended.code, if no_room { 2 } else { code }, "{shown:?}: {ended:?}");
            assert!(!no_room || code == 2 || ended.stderr.contains("-o"), "{shown:?}: {ended:?}");
        }
        let made: Vec<String> = fs::read_dir(dir.path("."))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        let ours = |made: &String| *made == shown || made.contains(".check.") || made == "data" || made == "config";
        assert!(made.iter().all(ours), "{shown:?}: {made:?}");
    }
}

#[test]
fn a_name_too_long_for_its_result_is_told_before_anything_is_sent() {
    let dir = Workdir::new();
    let name = format!("{}.csv", "n".repeat(251));
    dir.write_cases(&name, 2);
    let server = sandbox("");
    let ended = dir.run(&["submit", &name, "--to", "hugin/create-case", "--base-url", &server.base_url(), "--yes"]);
    assert_eq!((ended.code, server.requests()), (2, 0), "{ended:?}");
    assert!(ended.stderr.contains("-o"), "{ended:?}");
}

#[test]
fn a_result_that_is_named_by_a_path_is_there_and_nowhere_else() {
    let dir = Workdir::new();
    fs::create_dir_all(dir.path("a/b")).unwrap();
    fs::write(dir.path("a/b/list.csv"), format!("{HEADER}\nupgrade,psu,FU1,,,x\n")).unwrap();
    let ended = dir.run(&["check", "a/b/../b/list.csv", "--to", "hugin/create-case"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(dir.path("a/b/list.csv.check.xlsx").exists());
    let ended = dir.run(&["check", "a/b/list.csv", "--to", "hugin/create-case", "-o", "a/b/../out\n\u{1b}[2J.jsonl"]);
    quiet("-o", &ended);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(fs::read_dir(dir.path("a")).unwrap().count(), 2);
}

#[test]
fn cells_and_headers_steer_nothing() {
    let dir = Workdir::new();
    let evil = EVIL.replace('"', "");
    let lines = format!("{evil}\nFORGED: done");
    let cells = [
        format!("{evil},psu,FU1,,,x"),
        format!("upgrade,{evil},FU2,,,x"),
        format!("upgrade,psu,{evil}{evil}{evil},,,x"),
        format!("\"{lines}\",psu,FU3,,,x"),
        format!("upgrade,psu,FU4,\"{lines}\",\"{lines}\",\"{lines}\""),
        format!("upgrade,psu,FU4,T,M,\"{lines}\""),
    ];
    dir.write("list.csv", format!("{HEADER},\"{lines}\",{evil}\n{}\n", cells.map(|row| row + ",a,b").join("\n")));
    let server = sandbox("");
    for more in [
        &[][..],
        &["--json"],
        &["-v"],
        &["--set", "detail={nothing}"],
        &["--map", "detail=x\u{1b}[2J"],
        &["--to", "x\u{202e}/\u{1b}[2J\n"],
        &["--sheet", EVIL],
        &["--encoding", EVIL],
    ] {
        for lang in ["en", "tr"] {
            let base = server.base_url();
            let mut args = vec!["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.xlsx", "--again"];
            args.extend(more);
            let output = dir.command(&args).env("CASELOAD_LANG", lang).output().unwrap();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let ended = Ended {
                code: output.status.code().unwrap_or(-1),
                stdout: text(&output.stdout),
                stderr: text(&output.stderr),
            };
            quiet(&format!("{more:?} {lang}"), &ended);
            assert!((0..=3).contains(&ended.code), "{more:?}: {ended:?}");
        }
    }
    for args in [
        &["runs"][..],
        &["find", EVIL],
        &["resolve", EVIL],
        &["report", EVIL],
        &["contracts", EVIL],
        &[EVIL],
        &["submit", EVIL],
    ] {
        quiet(&format!("{args:?}"), &dir.run(args));
    }
}

#[test]
fn what_a_server_says_steers_nothing() {
    let escaped = "x\\u001b[2J\\u202e\\nFORGED: done\\u009b31m\\u2028y";
    let body = format!(r#"{{"error": {{"code": "{escaped}", "title": "{escaped}", "description": "{escaped}"}}}}"#);
    let raw = format!("<html>{EVIL}\nFORGED: done</html>");
    let done = format!(r#"{{"status": "SUCCESS", "data": {{"caseId": "{escaped}"}}}}"#);
    for (status, body) in [
        (400, &body),
        (422, &raw),
        (500, &body),
        (503, &raw),
        (200, &raw),
        (200, &body),
        (200, &done),
        (403, &body),
        (401, &body),
        (301, &raw),
    ] {
        let dir = Workdir::new();
        dir.write_cases("list.csv", 4);
        let answer = body.clone();
        let server = Server::new(move |_| json(status, answer.clone()));
        for more in [&["-v"][..], &["--json", "-v"]] {
            let ended = submit(&dir, "022", &server.address, "out.jsonl", more, &[]);
            quiet(&format!("{status} {body:?}"), &ended);
            assert!((0..=3).contains(&ended.code), "{ended:?}");
        }
        for args in [&["runs"][..], &["find", "FU00000001"], &["report", "-o", "again.csv"]] {
            quiet(&format!("{status} {args:?}"), &dir.run(args));
        }
    }
}

#[test]
fn what_a_contract_says_steers_nothing() {
    let escaped = "x\\e[2J\\u202e\\nFORGED: done\\x9b31m\\u2028y";
    let contract = format!(
        r#"
openapi: 3.1.0
info: {{title: "{escaped}", version: "1"}}
servers: [{{url: "https://notes.example/{escaped}"}}]
paths:
  "/{escaped}":
    post:
      operationId: "{escaped}"
      summary: "{escaped}"
      x-label: {{tr: "{escaped}", en: "{escaped}"}}
      x-aliases: ["{escaped}"]
      requestBody: {{content: {{application/json: {{schema: {{type: object, required: ["{escaped}"], properties: {{
        "{escaped}": {{type: string, pattern: "{escaped}", description: "{escaped}"}},
        note: {{type: string, enum: ["{escaped}"], x-label: {{tr: "{escaped}", en: "{escaped}"}}}}}}}}}}}}}}
      responses: {{"200": {{description: ok}}}}
"#
    );
    let dir = Workdir::new();
    dir.write("own.yaml", &contract);
    dir.write("list.csv", "note,other\nx,y\n");
    dir.write("worse.yaml", contract.replace("openapi: 3.1.0", &format!("openapi: \"{escaped}\"")));
    dir.write(
        "keys.yaml",
        contract.replace("      summary:", &format!("      x-caseload: {{\"{escaped}\": 1}}\n      summary:")),
    );
    dir.write("broken.yaml", format!("openapi: \"{EVIL}"));
    for file in ["own.yaml", "worse.yaml", "keys.yaml", "broken.yaml"] {
        for args in [
            &["contracts", file][..],
            &["contracts", &format!("{}/x", file.trim_end_matches(".yaml")), "--contract", file],
            &["check", "list.csv", "--contract", file],
            &["check", "list.csv", "--contract", file, "--to", "nothing"],
            &["check", "list.csv", "--contract", file, "--set", "nothing=1"],
            &["submit", "list.csv", "--contract", file, "--sandbox"],
        ] {
            let ended = dir.run(args);
            quiet(&format!("{args:?}"), &ended);
            assert!((0..=3).contains(&ended.code), "{args:?}: {ended:?}");
        }
    }
}
