//! The story of `docs/api.md` is true: its commands are run as they stand, one after the other, by a shell.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::workdir::Workdir;

/// A command of the story, and what it says of it.
struct Step {
    line: usize,
    command: String,
    /// Pieces that the output has, in this order.
    output: Vec<String>,
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The commands in the fenced `sh` blocks; `[..]` in what they say stands for anything.
fn steps(story: &str) -> Vec<Step> {
    let (mut steps, mut is_inside): (Vec<Step>, bool) = (Vec::new(), false);
    for (number, line) in (1..).zip(story.lines()) {
        if line.starts_with("```") {
            is_inside = line == "```sh";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_inside) {
            steps.push(Step { line: number, command: command.to_owned(), output: Vec::new() });
        } else if let Some(step) = steps.last_mut().filter(|_| is_inside) {
            step.output.extend(line.split("[..]").filter(|piece| !piece.is_empty()).map(str::to_owned));
        }
    }
    steps
}

/// A page with its sandbox, which ends with the test.
struct Page {
    child: Child,
    address: String,
    key: String,
}

impl Page {
    fn start(dir: &Workdir) -> Self {
        let mut child = dir.start(&["serve", "--sandbox", "--listen", "127.0.0.1:0", "--no-open"]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut after = |start: &str| lines.next().unwrap().unwrap().strip_prefix(start).unwrap().to_owned();
        let address = after("listening on ");
        let key = after("sign in: ").split_once("?key=").unwrap().1.to_owned();
        Self { child, address, key }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The shell's script: each command, and behind it a line that ends what it says.
fn script(steps: &[Step], end: &str) -> String {
    steps.iter().map(|step| format!("{}\nprintf '\\n{end}\\n'\n", step.command)).collect()
}

#[test]
#[ignore = "needs curl: run by .ci/run"]
fn the_story_of_one_list_goes_as_it_is_told() {
    let story = fs::read_to_string(repository().join("docs/api.md")).unwrap();
    let steps = steps(&story);
    assert!(steps.len() > 10, "the story has no commands to try");
    let dir = Workdir::new();
    fs::create_dir(dir.path("samples")).unwrap();
    let list = "samples/kurulum-listesi.xlsx";
    fs::copy(repository().join(list), dir.path(list)).unwrap();
    let page = Page::start(&dir);
    let end = "=== the next command ===";
    let ran = Command::new("sh")
        .arg("-c")
        .arg(script(&steps, end))
        .current_dir(dir.path("."))
        .env("API", format!("{}/api/v1", page.address))
        .env("TOKEN", &page.key)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    for (step, said) in steps.iter().zip(said.split(end)) {
        let mut rest = said;
        for piece in &step.output {
            let at = rest.find(piece.as_str());
            let at = at.unwrap_or_else(|| panic!("docs/api.md, line {}: no {piece:?} in\n{said}", step.line));
            rest = &rest[at + piece.len()..];
        }
    }
    assert_eq!(said.matches(end).count(), steps.len(), "{said}");
    for workbook in ["kurulum-listesi.result.xlsx", "kurulum-listesi.to-fix.xlsx"] {
        assert!(fs::read(dir.path(workbook)).unwrap().starts_with(b"PK"), "{workbook}");
    }
}

#[test]
fn a_command_of_the_story_is_found_with_what_it_says() {
    let found = steps("```sh\n$ curl x\n{\"a\":1[..]\"b\":2\n$ ls\n```\n```json\n$ no\n```\n");
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].line, found[0].command.as_str()), (2, "curl x"));
    assert_eq!(found[0].output, ["{\"a\":1", "\"b\":2"]);
    assert!(found[1].output.is_empty());
}
