//! A token that sings: wherever it is found, a secret leaked. And a person who should be found in the result
//! alone.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::auth_server::{LOST, Server, json};
use crate::workdir::Workdir;

const TOKEN: &str = "canary-7f3a91c2d4e8-token";
const PERSON: &str = "Kanarya Örnekoğlu 0555 000 11 22";

/// A server that repeats all that it was told in its refusals, loses some answers, and refuses the token at last.
fn parrot() -> Server {
    Server::new(|came| match came.nth % 5 {
        0 => json(200, format!(r#"{{"status": "SUCCESS", "data": {{"caseId": {}}}}}"#, came.nth)),
        1 => LOST,
        2 => {
            let words = format!("{} {}", came.header("authorization"), came.body.replace('"', "'"));
            json(
                400,
                format!(
                    r#"{{"error": {{"code": "{}", "title": "{words}", "description": "d"}}}}"#,
                    came.header("authorization")
                ),
            )
        }
        3 => json(500, came.headers.join(" ").replace('"', "'")),
        _ => json(if came.nth > 12 { 401 } else { 400 }, came.header("authorization").to_owned()),
    })
}

#[test]
fn the_token_is_found_nowhere_and_the_person_in_the_result_alone() {
    for way in ["variable", "file", "command"] {
        let dir = Workdir::new();
        fs::create_dir(dir.path("tmp")).unwrap();
        dir.write("list.csv", list());
        let server = parrot();
        let args =
            ["submit", "list.csv", "--to", "hugin/create-case", "--base-url", &server.address, "-o", "out.jsonl", "-v"];
        let mut command = dir.command(&args);
        command.env("TMPDIR", dir.path("tmp")).env_remove("CASELOAD_TOKEN");
        match way {
            "variable" => drop(command.env("CASELOAD_TOKEN", TOKEN)),
            "file" => {
                private(&dir.path("token"), TOKEN);
                dir.write("caseload.toml", "[profiles.default.auth.token]\nfile = \"token\"\n");
            }
            _ => {
                // The command's words are the user's own; the token is not in them.
                private(&dir.path("vault"), TOKEN);
                dir.write("caseload.toml", "[profiles.default.auth.token]\ncommand = \"cat vault\"\n");
            }
        }
        let said = dir.path("said.txt");
        let out = fs::File::create(&said).unwrap();
        let mut child = command.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
        let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
        assert!(!holds(&line, TOKEN), "{way}: on the command line");
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "{way}: it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(server.came("/").len() > 10, "{way}: {}", fs::read_to_string(&said).unwrap());
        let _ = fs::remove_file(dir.path("token"));
        let _ = fs::remove_file(dir.path("vault"));
        let (tokens, persons) = (found(&dir.path(""), TOKEN), found(&dir.path(""), PERSON));
        assert!(tokens.is_empty(), "{way}: the token is in {tokens:?}");
        // The server's own words repeat the person in one refusal: they stand in the ledger's error, as the server said them.
        let allowed = |path: &String| path.ends_with("list.csv") || path.ends_with("out.jsonl") || path.contains(".db");
        assert!(persons.iter().all(allowed), "{way}: the person is in {persons:?}");
    }
}

#[test]
fn a_server_that_repeats_nothing_leaves_no_person_in_the_ledger() {
    let dir = Workdir::new();
    dir.write("list.csv", list());
    let server = Server::new(|came| match came.nth % 3 {
        0 => json(200, format!(r#"{{"status": "SUCCESS", "data": {{"caseId": {}}}}}"#, came.nth)),
        1 => LOST,
        _ => json(400, r#"{"error": {"code": "NO", "title": "No", "description": "not this one"}}"#),
    });
    let args = ["submit", "list.csv", "--to", "hugin/create-case", "--base-url", &server.address, "-o", "none", "-v"];
    assert_eq!(dir.run(&args).code, 1);
    let persons = found(&dir.path(""), PERSON);
    assert!(persons.iter().all(|path| path.ends_with("list.csv")), "{persons:?}");
    for device in ["FU0003", "T7"] {
        let found = found(&dir.path(""), device);
        assert!(found.iter().all(|path| path.ends_with("list.csv")), "{device} is in {found:?}");
    }
}

/// Twenty rows, the person in each.
fn list() -> String {
    (0..20).fold("caseType,defectCode,deviceId,terminalId,merchantId,detail\n".to_owned(), |text, n| {
        text + &format!("defect,psu,FU{n:04},T{n},M{n},{PERSON} {n}\n")
    })
}

fn private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The files below a folder that hold a text.
fn found(folder: &Path, text: &str) -> Vec<String> {
    let mut places = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            places.extend(found(&path, text));
        } else if holds(&fs::read(&path).unwrap_or_default(), text) {
            places.push(path.display().to_string());
        }
    }
    places
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
