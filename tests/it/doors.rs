//! Words of somebody else at every door: whatever a name, a flag, a setting, the environment, a contract or a ledger
//! holds, what is said of it is one line that steers nothing, and JSON that says the same.

use std::fs;
use std::process::Command;

use caseload_sheet::message::json_line;
use clap::{Arg, CommandFactory as _};
use serde_json::{Value, json};

use crate::arguments::Cli;
use crate::workdir::{Ended, HEADER, Workdir, sandbox};

/// A line of somebody else's own, escapes, a bell, a carriage return, a C1 control, marks and overrides of direction.
const EVIL: &str =
    "x\nFORGED: all rows done\r\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}31m\u{202e}\u{2066}\u{200f}\u{2028}\u{feff}y";

fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// Nothing that was said steers, or is a line that somebody else began.
#[track_caller]
fn is_harmless(what: &str, ended: &Ended) {
    for text in [&ended.stdout, &ended.stderr] {
        assert_eq!(text.find(steers), None, "{what}: {text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("FORGED")), "{what}: {text}");
    }
}

fn end(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The words that name a command, the arguments that it needs, and the one argument with its value.
fn line(path: &[&str], command: &clap::Command, arg: &Arg) -> Vec<String> {
    let positional = |arg: &&Arg| arg.is_positional();
    let mut line: Vec<String> = path.iter().map(|word| (*word).to_owned()).collect();
    for needed in command
        .get_arguments()
        .filter(positional)
        .filter(|needed| needed.is_required_set() || needed.get_id() == arg.get_id())
    {
        line.push(if needed.get_id() == arg.get_id() { EVIL.to_owned() } else { "list.csv".to_owned() });
    }
    if let Some(long) = arg.get_long() {
        line.extend([format!("--{long}"), EVIL.to_owned()]);
    }
    // What would serve, or send, is kept from it by a value that nobody understands.
    match path {
        ["sandbox"] => line.extend(["--limit".to_owned(), EVIL.to_owned()]),
        ["serve"] => line.extend(["--listen".to_owned(), EVIL.to_owned()]),
        ["submit"] => line.push("--sandbox".to_owned()),
        _ => {}
    }
    line
}

#[test]
fn no_argument_of_any_command_forges_a_line() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let cli = Cli::command();
    let mut tried = 0;
    for command in cli.get_subcommands() {
        let below = command.get_subcommands().map(|sub| (vec![command.get_name(), sub.get_name()], sub));
        for (path, command) in below.chain([(vec![command.get_name()], command)]) {
            for arg in command.get_arguments().chain(cli.get_arguments()).filter(|arg| arg.get_action().takes_values())
            {
                for lang in ["en", "tr"] {
                    let line = line(&path, command, arg);
                    let mut run = dir.command(&[]);
                    run.args(&line).env("CASELOAD_LANG", lang);
                    let ended = end(run);
                    is_harmless(&format!("{line:?}"), &ended);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 150, "{tried}");
    for line in
        [&[EVIL][..], &["check", "--", EVIL], &["check", &format!("--{EVIL}"), "a"], &["contracts", EVIL, EVIL, EVIL]]
    {
        for lang in ["en", "tr"] {
            let ended = dir.run(&[line, &["--lang", lang]].concat());
            is_harmless(&format!("{line:?}"), &ended);
            assert_eq!(ended.code, 2, "{line:?}: {ended:?}");
        }
    }
}

#[test]
fn no_variable_forges_a_line() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let server = sandbox("");
    let (base, place) = (server.base_url(), dir.path(EVIL).to_string_lossy().into_owned());
    for name in
        ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR", "TZ", "USER", "CASELOAD_LANG", "CASELOAD_TOKEN", "LANG"]
    {
        for value in [EVIL, &place] {
            for args in [&["submit", "list.csv", "--base-url", &base, "--yes"][..], &["runs"]] {
                let mut command = dir.command(args);
                command.env(name, value);
                is_harmless(&format!("{name} {args:?}"), &end(command));
            }
        }
    }
}

#[test]
fn no_setting_forges_a_line() {
    let dir = Workdir::new();
    dir.write_cases("list.csv", 1);
    let evil = json_line(&EVIL);
    let profile = |line: &str| format!("[profiles.default]\n{line}\n");
    let keys = ["to", "contract", "base_url", "ledger", "rate", "timeout", "max_errors", "duplicates", "hidden"];
    let mut settings: Vec<String> = keys.iter().map(|key| profile(&format!("{key} = {evil}"))).collect();
    settings.extend(["env", "file", "command", "value"].map(|key| profile(&format!("auth.token.{key} = {evil}"))));
    settings.extend(["map", "set"].map(|key| profile(&format!("{key} = {{ {evil} = {evil} }}"))));
    settings.extend([profile(&format!("lists = {{ {evil} = [{evil}] }}")), profile(&format!("{evil} = 1"))]);
    settings.extend([format!("lang = {evil}"), format!("[profiles.{evil}]\n"), format!("{evil} = {evil}")]);
    settings.extend(
        ["a = \u{1b}[2J\u{202e}\nb", "= FORGED\nFORGED", "[profiles.a]\nrate = \"1\nFORGED\""].map(str::to_owned),
    );
    for text in settings {
        dir.write("caseload.toml", &text);
        for args in [&["check", "list.csv", "-v"][..], &["submit", "list.csv"]] {
            let mut command = dir.command(args);
            command.env_remove("CASELOAD_TOKEN");
            is_harmless(&format!("{text} {args:?}"), &end(command));
        }
    }
    // The profiles that there are, in the sentence about one that is not.
    dir.write("caseload.toml", format!("[profiles.{evil}]\n"));
    is_harmless("profiles", &dir.run(&["check", "list.csv", "--profile", "none"]));
}

#[test]
fn no_contract_forges_a_line() {
    let dir = Workdir::new();
    let evil = json_line(&EVIL);
    let property = format!(
        "note: {{enum: [a, {evil}], title: {evil}, x-label: {{tr: {evil}, en: {evil}}}, x-message: {{tr: {evil}, en: {evil}}}}}"
    );
    let schema = format!(
        "{{type: object, title: {evil}, required: [note, more], properties: {{{property}, more: {{type: string, pattern: {evil}}}, \"b\\u202eidi\": {{default: {evil}}}}}}}"
    );
    let operation = format!(
        "operationId: {evil}, summary: {evil}, description: {evil}, x-label: {{tr: {evil}, en: {evil}}}, x-aliases: [{evil}], requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}"
    );
    let own = format!(
        "openapi: 3.1.0\ninfo: {{title: {evil}, version: {evil}, description: {evil}}}\nservers: [{{url: {evil}}}]\npaths: {{/a: {{post: {{{operation}, responses: {{\"200\": {{description: {evil}}}}}}}}}}}\n"
    );
    dir.write("own.yaml", &own);
    dir.write("bad.yaml", own.replace("openapi: 3.1.0", "openapi: 9\nopenapi: 9"));
    dir.write("other.yaml", own.replace("requestBody", "\"b\\nFORGED\""));
    dir.write("list.csv", "note,more,unknown\n1,2,3\n");
    for contract in ["own.yaml", "bad.yaml", "other.yaml"] {
        for args in [
            &["contracts", contract][..],
            &["check", "list.csv", "-v", "--contract", contract],
            &["submit", "list.csv", "--yes", "--contract", contract],
            &["submit", "list.csv", "--sandbox", "--contract", contract],
        ] {
            for lang in ["en", "tr"] {
                is_harmless(&format!("{contract} {args:?}"), &dir.run(&[args, &["--lang", lang]].concat()));
            }
        }
    }
}

/// A ledger with a run of two rows, of which one is unknown, and every text in it somebody else's.
fn forged(dir: &Workdir) {
    dir.write_cases("list.csv", 2);
    let server = sandbox("- {on: {field: deviceId, is: FU00000001}, do: 500-after}");
    assert_eq!(dir.submit(&server, "list.csv", &["--ledger", "l.db"]).0.code, 1);
    let ledger = rusqlite::Connection::open(dir.path("l.db")).unwrap();
    let ids = json!([EVIL, { EVIL: EVIL }]).to_string();
    ledger
        .execute(
            "UPDATE run SET name = ?1, file = ?1, sha256 = ?1, target = ?1, host = ?1, sheets = ?2, result = ?1",
            [EVIL, &json!([EVIL]).to_string()],
        )
        .unwrap();
    ledger
        .execute(
            "UPDATE entry SET code = ?1, title = ?1, description = ?1, answer_id = ?2, resolved = ?1",
            [EVIL, &ids],
        )
        .unwrap();
}

#[test]
fn no_ledger_of_somebody_else_forges_a_line_and_its_json_says_what_it_holds() {
    let dir = Workdir::new();
    forged(&dir);
    for args in [
        &["runs"][..],
        &["runs", EVIL],
        &["find", EVIL],
        &["report", EVIL],
        &["report"],
        &["resolve", EVIL],
        &["resolve", EVIL, "-o", "unknown.xlsx"],
        &["resolve", EVIL, "--row", "3", "--done", EVIL, "--why", EVIL, "--by", EVIL],
        &["runs", EVIL],
        &["purge", "--older-than", "1ms"],
    ] {
        for lang in ["en", "tr"] {
            is_harmless(&format!("{args:?}"), &dir.run(&[args, &["--ledger", "l.db", "--lang", lang]].concat()));
        }
    }
    let _ = fs::remove_file(dir.path("l.db"));
    forged(&dir);
    for args in [&["runs"][..], &["runs", EVIL], &["find", EVIL]] {
        let ended = dir.run(&[args, &["--ledger", "l.db", "--json"]].concat());
        assert_eq!(ended.code, 0, "{ended:?}");
        is_harmless(&format!("{args:?}"), &ended);
        let line: Value = serde_json::from_str(ended.stdout.lines().next().unwrap()).unwrap();
        assert_eq!((&line["run"], &line["file"]), (&json!(EVIL), &json!(EVIL)), "{args:?}");
    }
}

/// A server that repeats somebody's words in all that it says of the second row.
fn talkative() -> caseload_sandbox::Sandbox {
    let id = json_line(&json!({"status": EVIL, "data": {"caseId": EVIL}}));
    let error = json_line(&json!({"error": {"code": EVIL, "title": EVIL, "description": EVIL}}));
    sandbox(&format!(
        "- {{on: {{field: deviceId, is: FU1}}, do: 200, body: {id}}}\n- {{on: {{field: deviceId, is: FU2}}, do: 400, body: {error}}}\n"
    ))
}

#[test]
fn a_result_shows_the_servers_words_harmlessly_and_gives_the_rows_own_cells_back() {
    let own = "a\u{1b}[2J\u{7}\r\u{9b}b\\u{1b}";
    let rows = format!("upgrade,psu,FU1,,,a,\"{own}\"\nupgrade,psu,FU2,,,b,\"{own}\"\n");
    for name in ["out.csv", "out.xlsx", "out.jsonl"] {
        let dir = Workdir::new();
        dir.write("list.csv", format!("{HEADER},Not\u{1b}e\n{rows}"));
        let server = talkative();
        let ended = dir.run(&["submit", "list.csv", "--base-url", &server.base_url(), "-o", name, "--json"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        is_harmless(name, &ended);
        if name == "out.xlsx" {
            let table = crate::book::read_sheet(&dir.path(name), "Result", 1);
            assert_eq!(table.column("Not\u{1b}e"), [own, own]);
            for column in ["caseId", "Error", "Error code"] {
                let words = table.column(column).concat();
                assert!(!words.contains(steers) && words.contains("\\u{1b}[2J"), "{column}: {words:?}");
            }
            continue;
        }
        let text = fs::read_to_string(dir.path(name)).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
        assert_eq!(text.find(steers), None, "{name}: {text:?}");
        if name == "out.jsonl" {
            assert_eq!(dir.rows(name)[1]["error"]["title"], EVIL);
            continue;
        }
        // What the table holds in its place is read back as it was: the column is found, and the cells are the same.
        let ended = dir.run(&["check", name, "--map", "terminalId=Not\u{1b}e", "-o", "back.xlsx"]);
        is_harmless(name, &ended);
        let table = crate::book::read_sheet(&dir.path("back.xlsx"), "Result", 1);
        assert_eq!(table.column("Not\u{1b}e"), [own, own], "{ended:?}");
    }
}

#[test]
fn json_says_a_name_as_it_is_and_shows_it_harmlessly() {
    let dir = Workdir::new();
    let name = format!("{EVIL}.csv").replace('/', "");
    dir.write_cases(&name, 1);
    for args in [&["check", &name, "--json", "-o", "none"][..], &["submit", &name, "--sandbox", "--json", "-o", "none"]]
    {
        let ended = dir.run(args);
        is_harmless(&format!("{args:?}"), &ended);
        assert_eq!((ended.code, ended.stdout.lines().count()), (0, 1), "{ended:?}");
        let summary: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(summary["file"], *name);
        assert!(ended.stdout.contains("\\u202e"), "{}", ended.stdout);
    }
}
