//! The people of the page, from the command line.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::workdir::{Ended, Workdir};

const PASSWORD: &str = "güneşli bir pazartesi";

/// Runs a command that reads a line from standard input.
pub fn with_stdin(dir: &Workdir, args: &[&str], line: &[u8]) -> Ended {
    let mut command = dir.command(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read has closed its end.
    let _ = child.stdin.take().unwrap().write_all(line);
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub fn add(dir: &Workdir, email: &str, more: &[&str]) -> Ended {
    let mut args = vec!["user", "add", email, "--password-stdin", "--ledger", "l.db"];
    args.extend(more);
    with_stdin(dir, &args, format!("{PASSWORD}\n").as_bytes())
}

fn user(dir: &Workdir, args: &[&str]) -> Ended {
    let mut all = vec!["user"];
    all.extend(args);
    all.extend(["--ledger", "l.db"]);
    dir.run(&all)
}

#[test]
fn people_are_added_listed_changed_and_removed() {
    let dir = Workdir::new();
    let nobody = user(&dir, &["list"]);
    assert_eq!((nobody.code, nobody.stdout.as_str()), (0, ""));
    assert!(nobody.stderr.contains("caseload user add"), "{}", nobody.stderr);
    assert!(!dir.path("l.db.office").exists(), "a list of nobody makes nothing");
    let added = add(&dir, "Elif@Ornek.example", &["--name", "Elif Taslak", "--role", "preparer", "--role", "approver"]);
    assert_eq!((added.code, added.stdout.trim()), (0, "Added: elif@ornek.example (Preparer, Approver)"), "{added:?}");
    let again = add(&dir, "elif@ornek.example", &[]);
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.stderr.contains("caseload user role"), "{}", again.stderr);
    let listed = user(&dir, &["list"]).stdout;
    assert!(listed.contains("elif@ornek.example  Elif Taslak  Preparer, Approver  never came"), "{listed}");
    let changed = user(&dir, &["role", "elif@ornek.example", "administrator"]);
    assert!(changed.stdout.contains("Administrator") && !changed.stdout.contains("Preparer"), "{changed:?}");
    let person: Value = serde_json::from_str(&user(&dir, &["list", "--json"]).stdout).unwrap();
    assert_eq!((&person["roles"], &person["password"]), (&serde_json::json!(["administrator"]), &true.into()));
    let gone = user(&dir, &["remove", "elif@ornek.example"]);
    assert_eq!((gone.code, user(&dir, &["list"]).stdout.as_str()), (0, ""), "{gone:?}");
    for args in [&["remove", "elif@ornek.example"][..], &["role", "x@y", "reader"], &["token", "x@y", "--name", "a"]] {
        let unknown = user(&dir, args);
        assert_eq!(unknown.code, 2, "{unknown:?}");
        assert!(unknown.stderr.contains("no such person"), "{}", unknown.stderr);
    }
    assert_eq!(user(&dir, &["role", "x@y", "owner"]).code, 2);
}

#[test]
fn a_password_comes_from_standard_input_and_is_kept_and_shown_nowhere() {
    let dir = Workdir::new();
    let asked = user(&dir, &["add", "elif@ornek.example"]);
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.stderr.contains("--password-stdin"), "{}", asked.stderr);
    for bad in ["short\n", "", "\n", &"x".repeat(1 << 20)] {
        let refused = with_stdin(&dir, &["user", "add", "e@f", "--password-stdin", "--ledger", "l.db"], bad.as_bytes());
        assert_eq!(refused.code, 2, "{refused:?}");
    }
    let binary = with_stdin(&dir, &["user", "add", "e@f", "--password-stdin", "--ledger", "l.db"], b"\xff\xfe\xfd\n");
    assert_eq!(binary.code, 2, "{binary:?}");
    assert_eq!(add(&dir, "elif@ornek.example", &[]).code, 0);
    let other = "yağmurlu bir salı günü";
    let args = ["user", "password", "elif@ornek.example", "--password-stdin", "--ledger", "l.db"];
    let changed = with_stdin(&dir, &args, format!("{other}\nanother line\n").as_bytes());
    assert_eq!(changed.code, 0, "{changed:?}");
    let said =
        [user(&dir, &["list"]), user(&dir, &["list", "--json"]), dir.run(&["audit", "--json", "--ledger", "l.db"])];
    for Ended { stdout, stderr, .. } in said {
        assert!(!stdout.contains("argon2") && !stderr.contains("argon2") && !stdout.is_empty(), "{stdout}{stderr}");
    }
    for name in ["office.db", "office.db-wal"] {
        let bytes = fs::read(dir.path("l.db.office").join(name)).unwrap_or_default();
        for word in [PASSWORD, other] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_password_that_is_typed_is_asked_twice_and_not_shown() {
    use crate::terminal::answered;
    let dir = Workdir::new();
    let command = || dir.command(&["user", "add", "elif@ornek.example", "--ledger", "l.db"]);
    let (code, shown) = answered(command(), &format!("{PASSWORD}\n{PASSWORD}x\n"));
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("not the same"), "{shown}");
    assert_eq!(user(&dir, &["list"]).stdout, "");
    let (code, shown) = answered(command(), &format!("{PASSWORD}\n{PASSWORD}\n"));
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Password: ") && shown.contains("Password, again: "), "{shown}");
    assert!(user(&dir, &["list"]).stdout.contains("elif@ornek.example"));
}

#[test]
fn a_token_is_shown_once_and_taken_back_by_its_name() {
    let dir = Workdir::new();
    add(&dir, "elif@ornek.example", &[]);
    let made = user(&dir, &["token", "elif@ornek.example", "--name", "gece", "--expires", "90d"]);
    let token = made.stdout.trim().to_owned();
    assert!(made.code == 0 && token.starts_with("caseload_") && token.len() == 73, "{made:?}");
    assert!(made.stderr.contains("shown this once"), "{}", made.stderr);
    let listed = user(&dir, &["token", "elif@ornek.example", "--list"]).stdout;
    assert!(
        listed.contains("gece  made: ") && listed.contains("never used") && !listed.contains(&token[9..]),
        "{listed}"
    );
    assert_eq!(user(&dir, &["token", "elif@ornek.example", "--name", "gece"]).code, 2);
    assert_eq!(user(&dir, &["token", "elif@ornek.example", "--name", "x", "--expires", "soon"]).code, 2);
    assert_eq!(user(&dir, &["token", "elif@ornek.example"]).code, 2);
    assert_eq!(user(&dir, &["token", "elif@ornek.example", "--revoke", "gece"]).code, 0);
    let gone = user(&dir, &["token", "elif@ornek.example", "--revoke", "gece"]);
    assert_eq!(
        (gone.code, user(&dir, &["token", "elif@ornek.example", "--list"]).stdout.as_str()),
        (2, ""),
        "{gone:?}"
    );
}

#[cfg(unix)]
#[test]
fn the_people_of_a_folder_that_others_may_enter_are_not_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Workdir::new();
    add(&dir, "elif@ornek.example", &[]);
    let office = dir.path("l.db.office");
    assert_eq!(fs::metadata(&office).unwrap().permissions().mode() & 0o777, 0o700);
    fs::set_permissions(&office, fs::Permissions::from_mode(0o755)).unwrap();
    for args in [&["user", "list", "--ledger", "l.db"][..], &["audit", "--ledger", "l.db"]] {
        let refused = dir.run(args);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
        assert!(refused.stderr.contains("chmod 700"), "{}", refused.stderr);
    }
}
