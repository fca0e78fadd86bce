//! Another person on the same machine: what they lay in a folder that all may write decides nothing. These need two
//! people, and so root: `.ci/run` runs them by name where it is root, and says so where it is not.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rusqlite::Connection;

use crate::workdir::{HEADER, sandbox};

/// The person who runs the program, and the one who lays traps for them.
const CLERK: u32 = 65534;
const OTHER: u32 = 65533;

/// A machine with two people: a folder that all may write, and the clerk's home.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let machine = Self { folder };
        fs::set_permissions(machine.path(""), Permissions::from_mode(0o755)).unwrap();
        for (name, owner, mode) in [("shared", 0, 0o1777), ("home", CLERK, 0o700)] {
            fs::create_dir(machine.path(name)).unwrap();
            chown(machine.path(name), Some(owner), Some(owner)).unwrap();
            fs::set_permissions(machine.path(name), Permissions::from_mode(mode)).unwrap();
        }
        // Where the tests are built others may not look.
        fs::copy(env!("CARGO_BIN_EXE_caseload"), machine.path("caseload")).unwrap();
        machine.lay("shared/list.csv", CLERK, &format!("{HEADER}\nupgrade,psu,FU1,,,x\nupgrade,psu,FU2,,,y\n"));
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of somebody's, which all may read.
    fn lay(&self, name: &str, owner: u32, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        chown(&path, Some(owner), Some(owner)).unwrap();
        path
    }

    fn link(&self, target: &Path, name: &str, owner: u32) {
        symlink(target, self.path(name)).unwrap();
        std::os::unix::fs::lchown(self.path(name), Some(owner), Some(owner)).unwrap();
    }

    fn run_as(&self, person: u32, args: &[&str]) -> Output {
        let mut command = Command::new(self.path("caseload"));
        command.args(args).current_dir(self.path("shared")).env_clear().uid(person).gid(person);
        command.env("HOME", self.path(if person == CLERK { "home" } else { "root" })).env("CASELOAD_LANG", "en");
        command.env("CASELOAD_TOKEN", "token-for-tests").env("OTHER_SECRET", "of another system");
        command.stdin(Stdio::null()).output().unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
#[ignore = "needs root: run by .ci/run"]
fn another_persons_settings_are_refused_by_name_and_do_nothing() {
    let server = sandbox("");
    for (owner, mode, victim) in [(OTHER, 0o644, CLERK), (OTHER, 0o666, 0), (CLERK, 0o666, CLERK)] {
        let machine = Machine::new();
        let trace = machine.path("shared/trace");
        let settings = format!(
            "[profiles.default]\nto = \"hugin/create-case\"\nbase_url = \"{}\"\nset = {{detail = \"theirs\"}}\n\
             [profiles.default.auth]\ntoken.command = \"touch {}; echo x\"\n",
            server.base_url(),
            trace.display()
        );
        let path = machine.lay("shared/caseload.toml", owner, &settings);
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        for args in
            [&["submit", "list.csv", "--yes", "-o", "none"][..], &["check", "list.csv", "-o", "none"], &["runs"]]
        {
            let output = machine.run_as(victim, args);
            assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
            let path = path.canonicalize().unwrap();
            assert!(said(&output).contains(&format!("caseload config trust {}", path.display())), "{output:?}");
            assert!(owner != OTHER || said(&output).contains("(owner uid 65533)"), "{output:?}");
        }
        assert!(!trace.exists() && server.requests() == 0, "{mode:o}");
    }
}

#[test]
#[ignore = "needs root: run by .ci/run"]
fn another_persons_settings_that_are_trusted_count_as_they_were_then() {
    let server = sandbox("");
    let machine = Machine::new();
    let text = format!(
        "[profiles.default]\nto = \"hugin/create-case\"\nbase_url = \"{}\"\nauth.token.env = \"OTHER_SECRET\"\n",
        server.base_url()
    );
    machine.lay("shared/caseload.toml", OTHER, &text);
    let trusted = machine.run_as(CLERK, &["config", "trust"]);
    assert_eq!(trusted.status.code(), Some(0), "{trusted:?}");
    assert!(String::from_utf8_lossy(&trusted.stdout).contains("OTHER_SECRET"), "{trusted:?}");
    let list = machine.path("home/.config/caseload/trusted.toml");
    assert_eq!(fs::metadata(&list).unwrap().permissions().mode() & 0o777, 0o600);
    // A server of this machine is asked about too, for somebody else names it.
    let submit = ["submit", "list.csv", "-o", "none"];
    let asked = machine.run_as(CLERK, &submit);
    assert!(asked.status.code() == Some(2) && said(&asked).contains("--yes"), "{asked:?}");
    assert_eq!(server.requests(), 0);
    let sent = machine.run_as(CLERK, &[&submit[..], &["--yes"]].concat());
    assert_eq!((sent.status.code(), server.requests()), (Some(0), 2), "{sent:?}");
    machine.lay("shared/caseload.toml", OTHER, &text.replace("create-case", "create-reservation"));
    let changed = machine.run_as(CLERK, &submit);
    assert!(changed.status.code() == Some(2) && said(&changed).contains("changed since"), "{changed:?}");
    // A list that others may write tells nothing.
    fs::set_permissions(&list, Permissions::from_mode(0o666)).unwrap();
    machine.lay("shared/caseload.toml", OTHER, &text);
    let written = machine.run_as(CLERK, &submit);
    assert!(written.status.code() == Some(2) && said(&written).contains("trusted.toml"), "{written:?}");
}

#[test]
#[ignore = "needs root: run by .ci/run"]
fn another_persons_links_lead_to_no_file_of_the_clerks() {
    let server = sandbox("");
    let base = server.base_url();
    for beside in ["l.db", "l.db.lock", "l.db-wal", "l.db.ballast", "out.xlsx", "log"] {
        let machine = Machine::new();
        // The kernel's own guard, which not every system has, works in folders with the sticky bit alone.
        fs::set_permissions(machine.path("shared"), Permissions::from_mode(0o777)).unwrap();
        let precious = machine.lay("home/precious", CLERK, "precious");
        if beside == "l.db" {
            fs::remove_file(&precious).unwrap();
            Connection::open(&precious).unwrap().execute_batch("CREATE TABLE notes (a)").unwrap();
            chown(&precious, Some(CLERK), Some(CLERK)).unwrap();
        }
        let before = fs::read(&precious).unwrap();
        machine.link(&precious, &format!("shared/{beside}"), OTHER);
        let submit =
            ["submit", "list.csv", "--base-url", &base, "--yes", "-o", "out.xlsx", "--ledger", "l.db", "--again"];
        let output = match beside {
            "log" => machine.run_as(CLERK, &["sandbox", "--log", "log"]),
            _ => machine.run_as(CLERK, &submit),
        };
        assert_eq!(fs::read(&precious).unwrap(), before, "{beside}: {output:?}");
        let goes_on = beside == "l.db.ballast";
        assert_eq!(output.status.code() == Some(0), goes_on, "{beside}: {output:?}");
    }
    assert_eq!(server.requests(), 2, "only the reserve is made anew, the rest is refused");
}
