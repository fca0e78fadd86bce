//! The system calls of the program, recorded: what it wrote to the ledger, when that was synced, and which requests had
//! left by then. `strace` does the recording; where it is not there or not allowed, nothing can be shown.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::oracle::{Random, Scene};

/// Bytes that a disk writes whole.
const SECTOR: usize = 512;

/// What happened, in an order in which no effect comes before its cause.
#[derive(Debug, Clone)]
pub enum Event {
    /// A file has its name.
    Made(String),
    /// From here on, all or a part of it may be on disk.
    Written {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Cut {
        file: String,
        length: usize,
    },
    /// All that was written to it before is on disk.
    Synced(String),
    /// The names in the ledger's folder are on disk, and those that were taken away are gone.
    FolderSynced,
    Removed(String),
    /// A request with this reference began to leave.
    Left(String),
}

/// Whether the program can be traced here.
#[expect(clippy::print_stdout, reason = "who reads the tests' words must know what was left out")]
pub fn can_trace() -> bool {
    let able = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let able = able.is_ok_and(|status| status.success());
    if !able {
        println!("skipped: strace is not there or not allowed");
    }
    able
}

/// The command of a scene under `strace` with some options.
pub fn traced(scene: &Scene, options: &[&str], more: &[&str]) -> Command {
    let program = scene.command(more);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]).args(options).arg(program.get_program()).args(program.get_args());
    command.current_dir(scene.dir.path("")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// Runs a session of a scene, and gives its exit code and what it did.
pub fn record(scene: &Scene, more: &[&str]) -> (Option<i32>, Vec<Event>) {
    let trace = scene.dir.path("trace");
    let calls = "trace=openat,pwrite64,write,writev,sendto,ftruncate,fsync,fdatasync,unlink";
    let options = ["-y", "-xx", "-s", "70000", "-e", calls, "-e", "signal=none", "-o", trace.to_str().unwrap()];
    let status = traced(scene, &options, more).status().unwrap();
    let text = fs::read_to_string(&trace).unwrap();
    let mut open = HashMap::new();
    let folder = scene.ledger().parent().unwrap().to_str().unwrap().to_owned();
    (status.code(), text.lines().filter_map(|line| event(line, &folder, &mut open)).collect())
}

/// The event that a line of the trace tells. A sync counts from its end, all else from its beginning.
fn event(line: &str, folder: &str, open: &mut HashMap<String, String>) -> Option<Event> {
    let (thread, call) = line.split_once(' ')?;
    let call = call.trim_start();
    if call.starts_with("<... ") {
        let begun = open.remove(thread)?;
        let is_sync = begun.starts_with("fsync(") || begun.starts_with("fdatasync(");
        return (is_sync && call.ends_with("= 0")).then(|| synced(&begun, folder)).flatten();
    }
    let finished = !call.ends_with("<unfinished ...>");
    if !finished {
        open.insert(thread.to_owned(), call.to_owned());
    }
    let (name, arguments) = call.split_once('(')?;
    match name {
        "fsync" | "fdatasync" => (finished && call.ends_with("= 0")).then(|| synced(call, folder)).flatten(),
        "openat" if arguments.contains("O_CREAT") => {
            in_folder(&texts(arguments).into_iter().next()?, folder).map(Event::Made)
        }
        "unlink" => in_folder(&texts(arguments).into_iter().next()?, folder).map(Event::Removed),
        "ftruncate" => {
            let length = numbers_behind(arguments, '>').first().copied()?;
            Some(Event::Cut { file: in_folder(&path_of(arguments), folder)?, length })
        }
        "pwrite64" => {
            let file = in_folder(&path_of(arguments), folder)?;
            assert!(!arguments.contains("\"..."), "a write is longer than the trace shows");
            let at = numbers_behind(arguments, '"').get(1).copied()?;
            Some(Event::Written { file, at, bytes: texts(arguments).into_iter().next()? })
        }
        "write" | "writev" | "sendto" => {
            let sent = texts(arguments).concat();
            let sent = String::from_utf8_lossy(&sent);
            let (_, rest) = sent.split_once("x-request-id: ")?;
            Some(Event::Left(rest.split_once("\r\n")?.0.to_owned()))
        }
        _ => None,
    }
}

fn synced(call: &str, folder: &str) -> Option<Event> {
    let path = path_of(call);
    if path == folder.as_bytes() {
        return Some(Event::FolderSynced);
    }
    in_folder(&path, folder).map(Event::Synced)
}

/// The path of the first file descriptor: `5</dev/…>`.
fn path_of(call: &str) -> Vec<u8> {
    let path = call.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(path, _)| path);
    bytes(path)
}

/// The texts in quotation marks.
fn texts(arguments: &str) -> Vec<Vec<u8>> {
    arguments.split('"').skip(1).step_by(2).map(bytes).collect()
}

/// `\x2f\x64`, or the text as it is.
fn bytes(text: &str) -> Vec<u8> {
    if !text.starts_with("\\x") {
        return text.as_bytes().to_vec();
    }
    text.as_bytes().chunks(4).map(|hex| u8::from_str_radix(str::from_utf8(&hex[2..]).unwrap(), 16).unwrap()).collect()
}

/// The numbers among the arguments behind the last such mark.
fn numbers_behind(arguments: &str, mark: char) -> Vec<usize> {
    let rest = arguments.rsplit_once(mark).map_or("", |(_, rest)| rest);
    let rest = rest.split([')', '<']).next().unwrap_or_default();
    rest.split(',').filter_map(|number| number.trim().parse().ok()).collect()
}

/// The name of a file of the ledger that SQLite cannot do without.
fn in_folder(path: &[u8], folder: &str) -> Option<String> {
    let name = str::from_utf8(path).ok()?.strip_prefix(folder)?.strip_prefix('/')?;
    matches!(name, "ledger.db" | "ledger.db-wal" | "ledger.db-journal").then(|| name.to_owned())
}

/// A file as it is, and as it is on disk for sure.
#[derive(Debug, Clone, Default)]
struct File {
    durable: Vec<u8>,
    current: Vec<u8>,
    /// What was done since the last sync.
    pending: Vec<Event>,
    named: bool,
}

/// A disk that may lose what was not synced.
#[derive(Debug, Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
    /// Files whose name was taken away, which is not on disk yet.
    ghosts: BTreeMap<String, File>,
}

impl Disk {
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Made(file) => {
                self.files.entry(file.clone()).or_default();
            }
            Event::Written { file, .. } | Event::Cut { file, .. } => {
                let file = self.files.entry(file.clone()).or_default();
                play(&mut file.current, event, |_| true);
                file.pending.push(event.clone());
            }
            Event::Synced(file) => {
                let file = self.files.entry(file.clone()).or_default();
                file.durable.clone_from(&file.current);
                file.pending.clear();
            }
            Event::FolderSynced => {
                self.files.values_mut().for_each(|file| file.named = true);
                self.ghosts.clear();
            }
            Event::Removed(name) => {
                if let Some(file) = self.files.remove(name).filter(|file| file.named) {
                    self.ghosts.insert(name.clone(), file);
                }
            }
            Event::Left(_) => {}
        }
    }

    /// Whether anything could be lost now.
    pub fn has_pending(&self) -> bool {
        !self.ghosts.is_empty() || self.files.values().any(|file| !file.named || !file.pending.is_empty())
    }

    /// Puts into a folder what a loss of power might leave: of what was not synced each sector with a probability of
    /// so many tenths, and of names that were not synced each with the same.
    pub fn image(&self, to: &Path, tenths: u64, random: &mut Random) {
        for (name, file) in &self.ghosts {
            if random.below(10) >= tenths {
                fs::write(to.join(name), file.left(tenths, random)).unwrap();
            }
        }
        for (name, file) in &self.files {
            if file.named || random.below(10) < tenths {
                fs::write(to.join(name), file.left(tenths, random)).unwrap();
            }
        }
    }
}

impl File {
    fn left(&self, tenths: u64, random: &mut Random) -> Vec<u8> {
        let mut left = self.durable.clone();
        for event in &self.pending {
            play(&mut left, event, |_| random.below(10) < tenths);
        }
        left
    }
}

/// Does to a file's content what an event did, in those sectors that are kept.
fn play(content: &mut Vec<u8>, event: &Event, mut keeps: impl FnMut(usize) -> bool) {
    match event {
        Event::Written { at, bytes, .. } => {
            let mut from = *at;
            let end = at + bytes.len();
            while from < end {
                let to = end.min((from / SECTOR + 1) * SECTOR);
                if keeps(from) {
                    content.resize(content.len().max(to), 0);
                    content[from..to].copy_from_slice(&bytes[from - at..to - at]);
                }
                from = to;
            }
        }
        Event::Cut { length, .. } if keeps(0) => content.resize(*length, 0),
        _ => {}
    }
}
