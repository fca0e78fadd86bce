//! Everything is said in Turkish and in English, and a terminal is never steered by what a file or a
//! server says.

use std::process::Command;

use serde_json::Value;

use crate::book::{read_sheet, sheet_names};
use crate::workdir::{Ended, HEADER, Workdir, sandbox};

/// Runs the binary with the environment changed.
fn run(dir: &Workdir, args: &[&str], change: impl FnOnce(&mut Command)) -> Ended {
    let mut command = dir.command(args);
    change(&mut command);
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

const TURKISH: &str = "gone.csv bulunamadı. Dosyanın adını ve klasörünü denetleyin.\n";
const ENGLISH: &str = "gone.csv was not found. Check the file's name and folder.\n";

#[test]
fn the_language_is_the_flags_then_the_variables_then_the_settings_then_the_locales() {
    let dir = Workdir::new();
    let check = ["check", "gone.csv"];
    let said = |args: &[&str], set: &[(&str, &str)]| {
        run(&dir, args, |command| {
            for name in ["CASELOAD_LANG", "LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG", "LANGUAGE"] {
                command.env_remove(name);
            }
            command.envs(set.iter().copied());
        })
        .stderr
    };
    assert_eq!(said(&check, &[]), ENGLISH);
    assert_eq!(said(&check, &[("LANG", "tr_TR.UTF-8")]), TURKISH);
    assert_eq!(said(&check, &[("LANG", "de_DE.UTF-8")]), ENGLISH);
    assert_eq!(said(&check, &[("LANG", "en_US.UTF-8"), ("CASELOAD_LANG", "tr")]), TURKISH);
    assert_eq!(said(&["check", "gone.csv", "--lang", "en"], &[("CASELOAD_LANG", "tr")]), ENGLISH);
    assert_eq!(said(&["--lang=tr", "check", "gone.csv"], &[("CASELOAD_LANG", "en")]), TURKISH);
    dir.write("caseload.toml", "lang = \"tr\"\n");
    assert_eq!(said(&check, &[("LANG", "en_US.UTF-8")]), TURKISH);
    assert_eq!(said(&check, &[("CASELOAD_LANG", "en")]), ENGLISH);
}

#[test]
fn help_and_what_is_typed_wrong_are_told_in_the_language() {
    let dir = Workdir::new();
    let turkish = dir.run(&["--help", "--lang", "tr"]).stdout;
    assert!(
        turkish.contains("Çıkış kodları:") && turkish.contains("Belirsiz") | turkish.contains("belirsiz"),
        "{turkish}"
    );
    assert!(dir.run(&["--help"]).stdout.contains("Exit codes:"));
    let (tr, en) = (dir.run(&["submt", "--lang", "tr"]), dir.run(&["submt"]));
    assert_eq!((tr.code, en.code), (2, 2));
    assert!(tr.stderr.contains("\"submt\" diye bir komut yok") && en.stderr.contains("submt"), "{tr:?} {en:?}");
    let tr = dir.run(&["submit", "a.csv", "--hidden", "maybe", "--lang", "tr"]);
    assert!(tr.code == 2 && tr.stderr.contains("skip, send"), "{tr:?}");
}

#[test]
fn a_run_speaks_turkish_to_its_end() {
    let dir = Workdir::new();
    dir.write("list.csv", format!("{HEADER}\nupgrade,psu,FU1,,,a\nupgrade,psu,FT2,,,b\nupgrade,psu,FU3,,,c\n"));
    let server = sandbox("- {on: {field: deviceId, is: FU3}, do: 500-after}");
    let base = server.base_url();
    let ended = dir.run(&["submit", "list.csv", "--base-url", &base, "--lang", "tr"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for said in ["Başlıklara göre işlem:", "Sonucu belirsiz satır: 1.", "Düzeltilecek satır: 1."] {
        assert!(ended.stderr.contains(said), "no {said} in {}", ended.stderr);
    }
    assert!(ended.stdout.contains("3 satır okundu, hepsi hesapta"), "{}", ended.stdout);
    let path = dir.path("list.csv.result.xlsx");
    assert_eq!(sheet_names(&path), ["Sonuç", "Özet"]);
    let errors = read_sheet(&path, "Sonuç", 1).column("Error");
    assert!(errors[1].starts_with("C sütunu (deviceId): FT ile başlayan"), "{errors:?}");
    assert!(errors[2].contains("işlenmiş olabilir"), "{errors:?}");
    let tr = dir.run(&["runs", "--lang", "tr"]).stdout;
    assert!(tr.contains("3 satır, 1 tamam, 1 belirsiz"), "{tr}");
}

/// Rows end in every way that has words of the program's own: lost, in doubt with and without a server's words, refused.
const IN_DOUBT: &str = "
- {on: {field: deviceId, is: FU2}, do: reset-after}
- {on: {field: deviceId, is: FU3}, do: 500-after, body: ''}
- {on: {field: deviceId, is: FU4}, do: 500, body: {error: {code: E9, title: Boom}}}
- {on: {field: deviceId, is: FU5}, do: 200, body: {data: {}}}
- {on: {field: deviceId, is: FU6}, do: 400, body: {error: {code: E7, title: Closed}}}
";

#[test]
fn the_history_of_an_english_run_read_by_a_turkish_clerk_is_turkish() {
    let dir = Workdir::new();
    let rows = (1..=6).map(|n| format!("upgrade,psu,FU{n},,,row {n}\n")).collect::<String>();
    dir.write("list.csv", format!("{HEADER}\n{rows}"));
    let server = sandbox(IN_DOUBT);
    let base = server.base_url();
    let ended = dir.run(&["submit", "list.csv", "--base-url", &base, "--lang", "en"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let path = dir.path("list.csv.result.xlsx");
    let english = read_sheet(&path, "Result", 1).column("Error");
    assert!(english[2].starts_with("The row may have been carried out (HTTP 500)"), "{english:?}");
    let run = dir.run(&["runs", "--json"]).stdout;
    let run: Value = serde_json::from_str(run.lines().next().unwrap()).unwrap();
    let run = run["run"].as_str().unwrap();

    let turkish = [
        "Satır işlenmiş olabilir (HTTP 500)",
        "HTTP 500 ile yanıtladı",
        "kapatın. Boom",
        "yanıtta numara yok",
        "bağlantı koptu",
    ];
    let no_english = |told: &str| {
        for words in ["may have been", "The server", "Look "] {
            assert!(!told.contains(words), "{words} in {told}");
        }
    };
    let runs = dir.run(&["runs", run, "--lang", "tr"]).stdout;
    let json = dir.run(&["runs", run, "--lang", "tr", "--json"]).stdout;
    let list = dir.run(&["resolve", run, "--lang", "tr"]).stdout;
    let found = dir.run(&["find", "FU3", "--lang", "tr"]).stdout;
    for told in [&runs, &json] {
        for words in turkish {
            assert!(told.contains(words), "no {words} in {told}");
        }
        no_english(told);
    }
    assert!(list.contains(turkish[0]) && list.contains(turkish[2]) && found.contains(turkish[0]), "{list} {found}");
    no_english(&list);
    no_english(&found);

    for result in ["tr.xlsx", "tr.csv", "tr.jsonl"] {
        assert_eq!(dir.run(&["report", run, "--lang", "tr", "-o", result]).code, 1);
    }
    let book = read_sheet(&dir.path("tr.xlsx"), "Sonuç", 1).column("Error");
    let csv = std::fs::read_to_string(dir.path("tr.csv")).unwrap();
    let lines = std::fs::read_to_string(dir.path("tr.jsonl")).unwrap();
    for told in [book.join("\n"), csv, lines] {
        for words in ["Satır işlenmiş olabilir (HTTP 500)", "HTTP 500 ile yanıtladı", "yanıtta numara yok", "Closed"]
        {
            assert!(told.contains(words), "no {words} in {told}");
        }
        no_english(&told);
    }
    let codes: Vec<Value> = dir.rows("tr.jsonl").iter().map(|row| row["error"]["code"].clone()).collect();
    assert_eq!(codes[1..], ["connection-broken", "HTTP 500", "E9", "no-id", "E7"], "codes have no language");
}

/// A ledger of an older version holds sentences: they stay as they are, in the language in which they were kept.
#[test]
fn a_sentence_that_an_older_version_kept_stays_as_it_is() {
    let dir = Workdir::new();
    dir.write("list.csv", format!("{HEADER}\nupgrade,psu,FU3,,,a\n"));
    let server = sandbox(IN_DOUBT);
    assert_eq!(dir.run(&["submit", "list.csv", "--base-url", &server.base_url()]).code, 1);
    let kept = "The row may have been carried out (HTTP 500). As it was told then.";
    let ledger = rusqlite::Connection::open(dir.path("data/caseload/ledger.db")).unwrap();
    let changed = ledger.execute("UPDATE entry SET title = ?1, reason = NULL", [kept]).unwrap();
    assert_eq!(changed, 1);
    drop(ledger);
    let run: Value = serde_json::from_str(dir.run(&["runs", "--json"]).stdout.trim()).unwrap();
    let run = run["run"].as_str().unwrap();
    for lang in ["tr", "en"] {
        assert!(dir.run(&["runs", run, "--lang", lang]).stdout.contains(kept));
        assert_eq!(dir.run(&["report", run, "--lang", lang, "-o", "out.jsonl"]).code, 1);
        let error = dir.rows("out.jsonl")[0]["error"].clone();
        assert_eq!((&error["code"], &error["title"]), (&Value::from("HTTP 500"), &Value::from(kept)));
    }
}

/// What steers a terminal or turns its writing round: escapes, a bell, a carriage return, C1 controls,
/// marks of direction, line separators.
const STEERING: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\r\u{9b}2J\u{202e}cilbup\u{2066}\u{200f}\u{2028}";

#[track_caller]
fn is_plain(ended: &Ended) {
    for text in [&ended.stdout, &ended.stderr] {
        let steers = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(text.find(steers), None, "{text:?}");
    }
}

#[test]
fn a_terminal_is_not_steered_by_headers_cells_or_sheet_names() {
    let dir = Workdir::new();
    let server = sandbox("");
    let base = server.base_url();
    let bad = STEERING.replace('\r', "");
    let row = format!("upgrade{bad},psu,FU1{bad},,,x{bad},y{bad}\n");
    dir.write("list.csv", format!("{HEADER},Region{bad}\n{row}"));
    let ended = dir.run(&["submit", "list.csv", "--base-url", &base]);
    assert!(ended.stderr.contains("Region"), "{ended:?}");
    is_plain(&ended);
    dir.write("missing.csv", "caseType,deviceId,Deta\u{1b}\u{202e}il s\nupgrade,FU1,x\n");
    let ended = dir.run(&["check", "missing.csv"]);
    assert!(ended.code == 2 && ended.stderr.contains("Is \"Deta"), "{ended:?}");
    is_plain(&ended);
    dir.write("twice.csv", format!("{HEADER},device_id{bad}\n{row}"));
    let twice = dir.run(&["check", "twice.csv", "--map", &format!("colour{bad}={bad}")]);
    assert_eq!(twice.code, 2);
    is_plain(&twice);
    let name = format!("a{STEERING}.csv");
    is_plain(&dir.run(&["check", &name]));
    dir.write(&name, format!("{HEADER}\nupgrade,psu,FU9,,,x\n"));
    let ended = dir.run(&["submit", &name, "--base-url", &base]);
    assert_eq!(ended.code, 0, "{ended:?}");
    is_plain(&ended);
    is_plain(&dir.run(&["runs"]));
    is_plain(&dir.run(&["find", "FU9"]));
}

#[test]
fn a_terminal_is_not_steered_by_settings_or_contracts() {
    let dir = Workdir::new();
    dir.write("list.csv", "d\nx\n");
    let field = r#"d: {type: string, x-label: {tr: "\u001b[31mA", en: "\u001b[31mA"}}"#;
    let schema = format!("{{type: object, required: [d], properties: {{{field}}}}}");
    let operation =
        format!("operationId: \"o\\u001b[2J\", requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}");
    let own = format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: \"1\"}}\npaths: {{/a: {{post: {{{operation}, responses: {{}}}}}}}}\n"
    );
    dir.write("own.yaml", own);
    for args in [&["contracts", "own"][..], &["contracts"], &["check", "list.csv"]] {
        let ended = dir.run(&[args, &["--contract", "own.yaml"]].concat());
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(!ended.stdout.contains('\u{1b}') && !ended.stderr.contains('\u{1b}'), "{ended:?}");
        is_plain(&ended);
    }
    for settings in ["lang = \"\u{1b}[31m", "[profiles.a]\n\"ra\\u001bt\" = 1\n"] {
        dir.write("caseload.toml", settings);
        let ended = dir.run(&["check", "list.csv"]);
        assert!(ended.code == 2 && ended.stderr.contains("caseload.toml"), "{ended:?}");
        is_plain(&ended);
    }
}

#[test]
fn a_terminal_is_not_steered_by_what_a_server_says() {
    let dir = Workdir::new();
    let quoted = format!("\"{}\"", STEERING.chars().map(|c| format!("\\u{:04x}", c as u32)).collect::<String>());
    let error = format!("{{error: {{code: {quoted}, title: {quoted}, description: {quoted}}}}}");
    dir.write_cases("list.csv", 3);
    for fault in
        [format!("do: 400, body: {error}"), format!("do: 401, body: {error}"), format!("do: 500, body: {error}")]
    {
        let server = sandbox(&format!("- {{on: {{from: 1}}, {fault}}}"));
        let base = server.base_url();
        let ended = dir.run(&["submit", "list.csv", "--base-url", &base, "-o", "out.jsonl"]);
        assert_ne!(ended.code, 0, "{ended:?}");
        is_plain(&ended);
        let runs: Value = serde_json::from_str(dir.run(&["runs", "--json"]).stdout.lines().next().unwrap()).unwrap();
        let run = runs["run"].as_str().unwrap();
        is_plain(&dir.run(&["runs", run]));
        is_plain(&dir.run(&["resolve", run]));
    }
    // The result keeps the server's words as they are.
    assert!(dir.rows("out.jsonl")[0]["error"]["title"].as_str().unwrap().contains("\u{1b}[31m"));
}
