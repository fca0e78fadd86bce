//! The README is true: its commands are run as they stand, and its table of exit codes is the program's.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use crate::workdir::Workdir;

/// How the README starts the program; the rest of the line are its arguments.
const START: &str = "cargo run --release -- ";

/// A command of the README, and what it says of it.
#[derive(Debug, PartialEq)]
struct Example {
    line: usize,
    args: Vec<String>,
    exit: i32,
    /// Lines that the output has, in this order; `[..]` stands for anything.
    output: Vec<String>,
}

/// The commands in the fenced `console` and `sh` blocks.
fn examples(readme: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut in_block, mut takes_output) = (false, false);
    for (number, line) in (1..).zip(readme.lines()) {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            in_block = !in_block && matches!(language.trim(), "console" | "sh");
            takes_output = false;
        } else if in_block {
            let prompt = line.strip_prefix("$ ");
            let command = prompt.unwrap_or(line).strip_prefix(START);
            if let Some(command) = command {
                let (command, exit) = command.split_once("# exit ").unwrap_or((command, "0"));
                let command = command.split(" # ").next().unwrap_or(command);
                let exit = exit.trim().parse().unwrap_or_else(|_| panic!("line {number}: {line}"));
                examples.push(Example { line: number, args: words(command), exit, output: Vec::new() });
                takes_output = true;
            } else if prompt.is_some() || line.starts_with('#') {
                takes_output = false;
            } else if let Some(example) = examples.last_mut().filter(|_| takes_output && !line.trim().is_empty()) {
                example.output.push(line.trim_end().to_owned());
            }
        }
    }
    examples
}

/// The words of a command line, as a shell takes them apart; quotes hold words together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.trim().chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    assert_eq!(quote, None, "an open quote in {command}");
    words.extend(word);
    words
}

/// Whether the lines stand in the output, in this order; each may be a part of its line.
fn has_lines(output: &str, expected: &[String]) -> Result<(), String> {
    let mut rest = output.lines();
    for line in expected {
        if !rest.any(|found| fits(found, line)) {
            return Err(line.clone());
        }
    }
    Ok(())
}

/// Whether the pieces between the `[..]` stand in the line one after the other.
fn fits(line: &str, pattern: &str) -> bool {
    let mut rest = line;
    pattern.split("[..]").all(|piece| match rest.find(piece) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &there);
        } else {
            fs::copy(&path, there).unwrap();
        }
    }
}

/// Runs a command of the README: its exit code, and all that it says, in the order in which it says it.
fn run(dir: &Workdir, example: &Example) -> (i32, String) {
    let args: Vec<&str> = example.args.iter().map(String::as_str).collect();
    assert!(args[0] != "sandbox" || args.contains(&"--help"), "line {}: it never ends", example.line);
    let said = dir.path("said.txt");
    let file = || OpenOptions::new().create(true).append(true).open(&said).unwrap();
    let status = dir.command(&args).stdout(file()).stderr(file()).status().unwrap();
    let text = fs::read_to_string(&said).unwrap();
    fs::remove_file(&said).unwrap();
    (status.code().unwrap_or(-1), text)
}

#[test]
fn every_command_of_the_readme_does_what_the_readme_says() {
    let examples = examples(&readme());
    assert!(!examples.is_empty(), "the README has no command to try");
    // One folder for all: a reader goes from the top to the bottom.
    let dir = Workdir::new();
    copy(&repository().join("samples"), &dir.path("samples"));
    for example in &examples {
        let (code, output) = run(&dir, example);
        let place = format!("README.md, line {}: {:?}", example.line, example.args);
        assert_eq!(code, example.exit, "{place}\n{output}");
        if let Err(line) = has_lines(&output, &example.output) {
            panic!("{place}\nno line {line:?} in\n{output}");
        }
    }
}

#[test]
fn the_table_of_exit_codes_is_that_of_the_program() {
    let help = Workdir::new().run(&["--help"]).stdout;
    let after = help.split("Exit codes:").nth(1).unwrap();
    let number = |text: &str| text.trim().split([' ', '|', '`', ':', ')']).find_map(|word| word.parse::<i32>().ok());
    let mut codes: Vec<i32> = after.lines().filter_map(number).collect();
    codes.extend(after.split('(').skip(1).filter_map(|rest| number(rest.split(')').next()?)));
    codes.sort_unstable();
    assert_eq!(codes, [0, 1, 2, 3, 75, 130, 143]);
    let readme = readme();
    let table = readme.lines().skip_while(|line| !(line.starts_with('|') && line.contains(" code |")));
    let rows: Vec<&str> = table.take_while(|line| line.starts_with('|')).skip(2).collect();
    let first = rows.iter().filter_map(|row| row.split('|').nth(1));
    let mut listed: Vec<i32> = first.filter_map(number).collect();
    listed.extend(rows.iter().filter_map(|row| number(row.split('(').nth(1)?.split(')').next()?)));
    listed.sort_unstable();
    assert_eq!(listed, codes, "the table of exit codes in the README");
}

#[test]
fn commands_are_found_with_what_is_said_of_them() {
    let text = "```console\n$ cargo run --release -- check 'a b.csv' --json  # exit 1\n  done [..] 3\n\n$ ls\nnothing\n```\n\
                ```sh\ncargo run --release -- runs   # lists them\n```\n```rust\ncargo run --release -- no\n```\n";
    let found = examples(text);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].exit, found[0].args.join("|")), (1, "check|a b.csv|--json".to_owned()));
    assert_eq!((&found[0].output[..], found[1].args.join("|")), (&["  done [..] 3".to_owned()][..], "runs".to_owned()));
    assert!(has_lines("x\n  done      3\n", &found[0].output).is_ok());
    assert_eq!(has_lines("  done      4\n", &found[0].output), Err("  done [..] 3".to_owned()));
}
