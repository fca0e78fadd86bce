//! What only the command line may do stands in `src/main.rs` and `src/cli`. Everything below them could be part of a server: it prints
//! nothing, reads no environment, ends no process, keeps no state in statics, and does not know clap.

use std::fs;
use std::path::{Path, PathBuf};

/// The libraries that stand below the command line, as folders of `src`.
const LIBRARIES: [&str; 4] = ["engine", "sandbox", "serve", "sheet"];

/// The fail points of the feature `proof`, which a test names by the environment: they cut the process off, and no
/// release has them. And the build script, which is no part of the program.
const APART: [&str; 2] = ["engine/fail.rs", "engine/contract/embed.rs"];

/// What may not be said, and why.
const FORBIDDEN: [(&str, &str); 21] = [
    ("std::env", "the environment"),
    ("env::var", "the environment"),
    ("temp_dir()", "the environment"),
    ("tempfile::tempfile()", "the environment"),
    ("tempfile::tempdir()", "the environment"),
    ("sys_locale", "the environment"),
    ("TimeZone::system", "the environment"),
    ("Zoned::now", "the environment"),
    ("println!", "the terminal"),
    ("print!(", "the terminal"),
    ("dbg!", "the terminal"),
    ("io::stdin", "the terminal"),
    ("io::stdout", "the terminal"),
    ("io::stderr", "the terminal"),
    ("indicatif", "the terminal"),
    ("process::exit", "the process"),
    ("process::abort", "the process"),
    ("set_hook", "the process"),
    ("tokio::signal", "the process"),
    ("thread_local!", "state that no caller sees"),
    ("clap", "the command line"),
];

#[test]
fn only_the_command_line_speaks_reads_the_environment_and_knows_clap() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut seen) = (Vec::new(), 0);
    for path in LIBRARIES.iter().flat_map(|library| sources(&root.join(library))) {
        let name = path.strip_prefix(&root).unwrap();
        if APART.iter().any(|apart| name == Path::new(apart)) {
            continue;
        }
        seen += 1;
        for (number, line) in production(&fs::read_to_string(&path).unwrap()) {
            found.extend(faults(line).map(|why| format!("src/{}:{number}: {why}: {}", name.display(), line.trim())));
        }
    }
    assert!(seen > 150, "only {seen} files were looked at");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_look_finds_each_of_what_it_looks_for() {
    for bad in [
        "    let home = std::env::var_os(\"HOME\");",
        "    eprintln!(\"{x}\");",
        "    std::process::exit(3);",
        "static SEEN: AtomicBool = AtomicBool::new(false);",
        "    static ONCE: OnceLock<u8> = OnceLock::new();",
        "pub static mut N: u8 = 0;",
        "use clap::Parser;",
    ] {
        assert!(faults(bad).next().is_some(), "{bad}");
    }
    for good in [
        "const LIMIT: u32 = 3;",
        "fn name(&self) -> &'static str {",
        "static WORDS: [&str; 2] = [\"a\", \"b\"];",
        "use crate::files;",
        "use crate::{text, words};",
    ] {
        assert_eq!(faults(good).next(), None, "{good}");
    }
    let text = "//! std::env\nfn a() {} // println!\n#[cfg(test)]\nmod tests {\n    println!();\n}\n";
    assert!(production(text).all(|(_, line)| faults(line).next().is_none()));
}

/// What a line says that it may not.
fn faults(line: &str) -> impl Iterator<Item = &'static str> {
    let words = FORBIDDEN.iter().filter(|(word, _)| line.contains(word)).map(|(_, why)| *why);
    words.chain(is_state(line).then_some("state that no caller sees"))
}

/// A static whose content can change.
fn is_state(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
    let cells = ["mut ", "Atomic", "Lock", "Mutex", "Cell", "Once"];
    line.strip_prefix("static ").is_some_and(|rest| cells.iter().any(|cell| rest.contains(cell)))
}

/// The lines of a file that are part of the program, with their numbers: no comments, and no tests.
fn production(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(text.lines()).take_while(|(_, line)| !is_start_of_tests(line));
    let code = lines.map(|(number, line)| (number, line.split(" // ").next().unwrap_or_default()));
    code.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn is_start_of_tests(line: &str) -> bool {
    line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test,")
}

/// The sources below a folder, but for those that are tests as a whole.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_test = name == "tests" || name == "simulation" || name.ends_with("tests.rs");
        match path.extension() {
            _ if is_test => {}
            None if path.is_dir() => found.extend(sources(&path)),
            Some(extension) if extension == "rs" => found.push(path),
            _ => {}
        }
    }
    found
}
