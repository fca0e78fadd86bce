//! What lies in a folder decides nothing, and is not written to: links, other programs' files, old ledgers.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::workdir::{Workdir, sandbox};

#[test]
fn a_check_beside_an_old_database_and_a_link_writes_neither() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 2);
    dir.write("precious.txt", "precious");
    dir.write("caseload.toml", "[profiles.default]\nledger = \"l.db\"\n");
    Connection::open(dir.path("l.db")).unwrap().execute_batch("CREATE TABLE notes (a)").unwrap();
    symlink("precious.txt", dir.path("l.db.ballast")).unwrap();
    let before = fs::read(dir.path("l.db")).unwrap();
    let ended = dir.run(&["check", "list.csv", "--to", "hugin/create-case", "-o", "none"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stderr.contains("l.db") && ended.stderr.contains("another program"), "{ended:?}");
    assert_eq!(fs::read(dir.path("l.db")).unwrap(), before);
    assert_eq!(fs::read_to_string(dir.path("precious.txt")).unwrap(), "precious");
    let server = sandbox("");
    let (ended, _) = dir.submit(&server, "list.csv", &[]);
    assert_eq!((ended.code, server.requests()), (3, 0), "{ended:?}");
    assert_eq!(fs::read(dir.path("l.db")).unwrap(), before);
    assert_eq!(fs::read_to_string(dir.path("precious.txt")).unwrap(), "precious");
}

#[test]
fn nothing_is_made_where_a_link_leads() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    for link in ["caseload.toml", "create-case.xlsx", "log", "ledger.db", "ledger2.db.lock"] {
        symlink("made.txt", dir.path(link)).unwrap();
    }
    let server = sandbox("");
    let submit = ["submit", "list.csv", "--base-url", &server.base_url(), "--yes", "-o", "out.csv", "--ledger"];
    for (args, code) in [
        (&["init"][..], 2),
        (&["template", "hugin/create-case"], 2),
        (&["sandbox", "--log", "log"], 2),
        (&[&submit[..], &["ledger.db"]].concat(), 3),
        (&[&submit[..], &["ledger2.db"]].concat(), 3),
    ] {
        // A sandbox that took the link would serve for ever.
        let (ended, said) = if args[0] == "sandbox" {
            bounded(&dir, args)
        } else {
            let ended = dir.run(args);
            (ended.code, ended.stderr)
        };
        assert_eq!((ended, server.requests()), (code, 0), "{args:?}: {said}");
        assert!(!dir.path("made.txt").exists(), "{args:?}");
        if args == ["init"] {
            fs::remove_file(dir.path("caseload.toml")).unwrap();
        }
    }
}

/// Runs the program and ends it after some seconds: who waits for a pipe or reads a device has failed.
fn bounded(dir: &Workdir, args: &[&str]) -> (i32, String) {
    let mut command = dir.command(args);
    command.env_remove("CASELOAD_TOKEN").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    for _ in 0..400 {
        if child.try_wait().unwrap().is_some() {
            let output = child.wait_with_output().unwrap();
            return (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned());
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    child.kill().unwrap();
    panic!("{args:?} did not end");
}

#[test]
fn what_is_read_whole_is_a_file_of_a_size_that_fits() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    assert!(Command::new("mkfifo").arg(dir.path("fifo")).status().unwrap().success());
    fs::create_dir(dir.path("folder")).unwrap();
    let large = fs::File::create(dir.path("large")).unwrap();
    large.set_len(65 * 1024 * 1024).unwrap();
    large.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
    symlink("/dev/zero", dir.path("zero")).unwrap();
    for name in ["fifo", "folder", "large", "zero", "/dev/zero", "/dev/stdin"] {
        dir.write("token.toml", format!("[profiles.default.auth]\ntoken.file = \"{name}\"\n"));
        let token = ["submit", "list.csv", "--config", "token.toml", "--base-url", "http://127.0.0.1:1", "-o", "none"];
        for args in [
            &["check", "list.csv", "--contract", name][..],
            &["contracts", "--contract", name],
            &["check", "list.csv", "--config", name],
            &["config", "trust", name],
            &["submit", "list.csv", "--sandbox", "--faults", name],
            &["sandbox", "--faults", name],
            &token,
        ] {
            let (code, said) = bounded(&dir, args);
            assert_eq!(code, 2, "{args:?}: {said}");
            assert!(said.contains("regular file") || said.contains("larger than"), "{args:?}: {said}");
        }
    }
}

#[test]
fn a_rate_that_no_run_lives_to_see_is_refused_with_those_that_are_taken() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    for rate in ["1e-300/s", "0.5/h", "1e7/s", "-1/s", "nan/s", "inf/s", "0/s"] {
        let ended = dir.run(&["submit", "list.csv", "--sandbox", "-o", "none", &format!("--rate={rate}")]);
        assert!(ended.code == 2 && ended.stderr.contains("1/h … 1000000/s"), "{rate}: {ended:?}");
    }
}
