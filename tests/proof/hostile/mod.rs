//! Files made to harm their reader (T14, T15): each is checked by the real binary, which has to end by itself
//! with the exit code that the README names, say what is wrong, and stay within its memory.

#![allow(clippy::format_collect, clippy::too_many_lines, reason = "lists of cases")]
#![expect(clippy::print_stdout, reason = "figures for the table of the proofs")]

mod csv;
mod package;
mod xlsx;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::workdir::Workdir;

/// No file may keep the program longer; without optimisation everything takes many times as long.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 240 } else { 20 });
/// Address space of the child, in KiB: what wants more is ended by the system before it harms the machine.
const ADDRESS_SPACE: u32 = 4 * 1024 * 1024;

/// A hostile file, and what is to come of it.
pub struct Case {
    pub name: String,
    /// Its file name.
    pub file: &'static str,
    pub content: Content,
    pub more: &'static [&'static str],
    /// The result's name: `.jsonl` tells what became of each row, `.csv` its cells too.
    pub result: &'static str,
    pub code: i32,
    /// A piece of what is said, in English and, where it is there, in Turkish.
    pub said: (&'static str, Option<&'static str>),
}

/// Files that are large are written only when their turn comes.
pub enum Content {
    Bytes(Vec<u8>),
    Written(Box<dyn Fn(&Path) + Send + Sync>),
}

impl Case {
    pub fn new(file: &'static str, name: impl Into<String>, bytes: Vec<u8>, code: i32, said: &'static str) -> Self {
        let content = Content::Bytes(bytes);
        Self { name: name.into(), file, content, more: &[], result: "rows.jsonl", code, said: (said, None) }
    }

    pub fn written(
        file: &'static str,
        name: &str,
        write: impl Fn(&Path) + Send + Sync + 'static,
        code: i32,
        said: &'static str,
    ) -> Self {
        Self { content: Content::Written(Box::new(write)), ..Self::new(file, name, Vec::new(), code, said) }
    }

    pub fn tr(self, said: &'static str) -> Self {
        Self { said: (self.said.0, Some(said)), ..self }
    }

    /// What is to be said stands among the cells.
    pub fn cells(self) -> Self {
        Self { result: "rows.csv", ..self }
    }

    pub fn more(self, more: &'static [&'static str]) -> Self {
        Self { more, ..self }
    }
}

/// What a set of files has cost.
#[derive(Default)]
struct Cost {
    peak_mib: f64,
    longest: Duration,
    faults: Vec<String>,
}

/// Checks every file of a set, so many at a time, and fails with all that went otherwise.
fn attack(set: &str, cases: &[Case], at_once: usize, most_mib: f64) {
    let next = AtomicUsize::new(0);
    let cost = Mutex::new(Cost::default());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                let dir = Workdir::new();
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    one(&dir, case, most_mib, &cost);
                }
            });
        }
    });
    let cost = cost.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{set}: {} files, peak {:.0} MiB, longest {:.1?}", cases.len(), cost.peak_mib, cost.longest);
    assert!(cost.faults.is_empty(), "{} of {} files:\n{}", cost.faults.len(), cases.len(), cost.faults.join("\n"));
}

fn one(dir: &Workdir, case: &Case, most_mib: f64, cost: &Mutex<Cost>) {
    let path = dir.path(case.file);
    match &case.content {
        Content::Bytes(bytes) => fs::write(&path, bytes).unwrap(),
        Content::Written(write) => write(&path),
    }
    let languages = [("en", Some(case.said.0)), ("tr", case.said.1)];
    for (lang, said) in languages {
        let Some(said) = said else { continue };
        let ended = check(dir, case, lang);
        let mut fault = String::new();
        if ended.code != Some(case.code) {
            write!(fault, " ended with {:?}, not {};", ended.code, case.code).unwrap();
        }
        if !ended.stderr.contains(said) && !ended.rows.contains(said) {
            write!(fault, " {said:?} was not said;").unwrap();
        }
        if let Some(raw) = ended.stderr.chars().chain(ended.stdout.chars()).find(|c| steers(*c)) {
            write!(fault, " {raw:?} reached the terminal;").unwrap();
        }
        if ended.peak_mib > most_mib {
            write!(fault, " it took {:.0} MiB;", ended.peak_mib).unwrap();
        }
        let mut cost = cost.lock().unwrap_or_else(PoisonError::into_inner);
        cost.peak_mib = cost.peak_mib.max(ended.peak_mib);
        cost.longest = cost.longest.max(ended.took);
        if !fault.is_empty() {
            let rows: String =
                ended.rows.lines().take(2).map(|row| row.chars().take(400).collect::<String>()).collect();
            let (name, stderr) = (&case.name, ended.stderr.trim());
            cost.faults.push(format!("{name} ({lang}):{fault}\n    {stderr}\n    {rows}"));
        }
        if std::env::var_os("CASELOAD_SHOW").is_some() {
            println!("{} ({lang}): {:?} {:.1?} {:.0} MiB", case.name, ended.code, ended.took, ended.peak_mib);
        }
    }
    fs::remove_file(&path).unwrap();
}

/// A workbook that is in order.
pub fn sample() -> Vec<u8> {
    package::Package::list("").zip()
}

/// A character that steers a terminal or turns the direction of writing.
pub fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

struct Ended {
    /// Nothing where a signal or the time ended it.
    code: Option<i32>,
    stdout: String,
    stderr: String,
    /// The result, one JSON object a row.
    rows: String,
    peak_mib: f64,
    took: Duration,
}

fn check(dir: &Workdir, case: &Case, lang: &str) -> Ended {
    let (out, err, rows) = (dir.path("out"), dir.path("err"), dir.path(case.result));
    let mut args = vec!["check", case.file, "--to", "hugin/create-case", "-o", case.result];
    args.extend(case.more);
    let binary = dir.command(&args);
    let limited = format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited]).arg(binary.get_program()).args(binary.get_args()).current_dir(dir.path("."));
    command.envs(binary.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("CASELOAD_LANG", lang);
    command.stdin(std::process::Stdio::null());
    command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let begin = Instant::now();
    let (code, peak_mib) = watched(command.spawn().unwrap(), begin);
    let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let ended =
        Ended { code, stdout: text(&out), stderr: text(&err), rows: text(&rows), peak_mib, took: begin.elapsed() };
    _ = fs::remove_file(rows);
    ended
}

/// The exit code, and the most memory that was seen.
fn watched(mut child: Child, begin: Instant) -> (Option<i32>, f64) {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    loop {
        peak = peak.max(peak_mib(&status));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), peak);
        }
        if begin.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            return (None, peak);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn peak_mib(status: &str) -> f64 {
    let status = fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

const XLSX_MIB: f64 = 512.0;
const CSV_MIB: f64 = 256.0;

#[test]
fn hostile_workbooks_end_with_a_code_and_a_sentence() {
    attack("xlsx", &xlsx::quick(), 2, XLSX_MIB);
}

#[test]
fn hostile_texts_end_with_a_code_and_a_sentence() {
    attack("csv", &csv::quick(), 2, CSV_MIB);
}

#[test]
#[ignore = "long form"]
fn hostile_workbooks_that_are_dear() {
    attack("xlsx, dear", &xlsx::dear(), 1, XLSX_MIB);
}

#[test]
#[ignore = "long form"]
fn hostile_texts_that_are_dear() {
    attack("csv, dear", &csv::dear(), 1, CSV_MIB);
}
