//! Programs that are started and measured: the caseload binary, the baselines and the server, each
//! a process of its own.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Fallible;
use crate::refuses::Refuses;
use crate::server::Stats;

/// How often the peak is looked at; what a process takes in its last moments may be missed.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How a program went.
#[derive(Debug)]
pub struct Run {
    pub seconds: f64,
    /// The most resident memory, in MiB; nothing where the system does not tell.
    pub peak_mib: Option<f64>,
    pub stdout: String,
}

/// The caseload binary that cargo built beside this program.
pub const CASELOAD: &str = env!("CARGO_BIN_EXE_caseload");

/// A caseload binary, with places of its own for ledger and settings.
pub fn caseload(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("CASELOAD_TOKEN", "x").env("HOME", home);
    command
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_STATE_HOME", home.join("state"));
    command
}

/// This program itself in another of its modes.
pub fn own<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Fallible<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments);
    Ok(command)
}

/// The load generator, where it is installed.
pub fn oha() -> Command {
    Command::new("oha")
}

/// Runs a program to its end.
///
/// # Errors
/// Where it cannot be started or ends in failure; then with the last line that it wrote.
pub fn run(command: &mut Command) -> Fallible<Run> {
    let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command.stdin(Stdio::null()).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let begin = Instant::now();
    let mut child = command.spawn()?;
    let pid = child.id();
    let ended = AtomicBool::new(false);
    let (status, seconds, peak_mib) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = None;
            while !ended.load(Ordering::Relaxed) {
                peak = peak_mib(pid).or(peak);
                std::thread::sleep(LOOK_EVERY);
            }
            peak
        });
        let status = child.wait();
        let seconds = begin.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        (status, seconds, watcher.join().unwrap_or_default())
    });
    let stdout = contents(&mut stdout)?;
    if !status?.success() {
        let said = contents(&mut stderr)? + &stdout;
        let last = said.trim().lines().next_back().unwrap_or("it said nothing").to_owned();
        return Err(last.into());
    }
    Ok(Run { seconds, peak_mib, stdout })
}

fn contents(file: &mut File) -> Fallible<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn peak_mib(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// A [`server`](crate::server) in a process of its own, ended when this is dropped.
pub struct Server {
    child: Child,
    port: u16,
}

impl Server {
    pub fn start(delay: Duration) -> Fallible<Self> {
        Self::refusing(delay, Refuses::default())
    }

    pub fn refusing(delay: Duration, refuses: Refuses) -> Fallible<Self> {
        let arguments = ["serve".to_owned(), "--delay-ms".to_owned(), delay.as_millis().to_string()];
        let mut child = own(arguments.into_iter().chain(refuses.arguments()))?.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(Self { child, port: line.trim().parse()? })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn stats(&self) -> Fallible<Stats> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.write_all(b"GET /stats HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
        stream.shutdown(std::net::Shutdown::Write)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("the server gave no answer")?;
        Ok(serde_json::from_str(body)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
