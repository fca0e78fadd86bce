//! A folder of its own for a test: files, a ledger, the binary, a sandbox that counts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use caseload_engine::contract::catalogue;
use caseload_sandbox::{Options, Sandbox, Script, spawn};
use serde_json::Value;

/// The header and one good row of the simplest list.
pub const HEADER: &str = "caseType,defectCode,deviceId,terminalId,merchantId,detail";

/// A folder that is gone with the test.
pub struct Workdir {
    folder: tempfile::TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Workdir {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A CSV of `rows` upgrade cases, one device each.
    pub fn write_cases(&self, name: &str, rows: u32) -> PathBuf {
        let mut text = format!("{HEADER}\n");
        for n in 0..rows {
            text.push_str(&format!("upgrade,psu,FU{n:08},,,case {n}\n"));
        }
        self.write(name, text)
    }

    /// The binary, in this folder, with a ledger of its own, in English, and no settings but those of the test.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseload"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("CASELOAD_LANG", "en")
            .env("CASELOAD_TOKEN", "token-for-tests")
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        let output = self.command(args).output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts the binary and leaves it running.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Submits a file to a sandbox and gives the end and the rows of `out.jsonl`.
    pub fn submit(&self, sandbox: &Sandbox, file: &str, more: &[&str]) -> (Ended, Vec<Value>) {
        let base = sandbox.base_url();
        let mut args = vec!["submit", file, "--base-url", &base, "--yes", "-o", "out.jsonl"];
        args.extend(more);
        let ended = self.run(&args);
        (ended, self.rows("out.jsonl"))
    }

    /// The rows of a `.jsonl` result; none where there is no file.
    pub fn rows(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The result words of some rows.
pub fn words(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["result"].as_str().unwrap()).collect()
}

/// A sandbox of the built-in contracts that behaves as a script says.
pub fn sandbox(script: &str) -> Sandbox {
    let script = if script.is_empty() { Script::default() } else { Script::from_yaml(script).unwrap() };
    spawn(&catalogue(None, &[]).unwrap(), Options { script, ..Options::default() }).unwrap()
}

/// A sandbox that writes what it received to a file, one JSON object a line.
pub fn logged_sandbox(script: &str, log: &Path) -> Sandbox {
    let script = if script.is_empty() { Script::default() } else { Script::from_yaml(script).unwrap() };
    let file = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
    spawn(&catalogue(None, &[]).unwrap(), Options { script, log: Some(Box::new(file)), ..Options::default() }).unwrap()
}
