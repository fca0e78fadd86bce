//! One row is one row, however its text was typed.

use crate::workdir::{HEADER, Workdir, sandbox, words};

/// As Windows writes it, and as macOS does.
const COMPOSED: &str = "Kasa 2, Şişli ağ geçidi";
const DECOMPOSED: &str = "Kasa 2, S\u{327}is\u{327}li ag\u{306} gec\u{327}idi";

#[test]
fn a_text_in_nfd_and_the_same_in_nfc_are_one_row_and_one_body() {
    assert_ne!(COMPOSED, DECOMPOSED);
    let (dir, server) = (Workdir::new(), sandbox(""));
    let list = |name: &str, texts: &[&str]| {
        let rows: Vec<String> = texts.iter().map(|text| format!("upgrade,psu,FU00000001,,,\"{text}\"\n")).collect();
        dir.write(name, format!("{HEADER}\n{}", rows.concat()));
    };
    list("both.csv", &[DECOMPOSED, COMPOSED]);
    let (ended, rows) = dir.submit(&server, "both.csv", &[]);
    assert_eq!((words(&rows), server.requests()), (vec!["done", "duplicate"], 1), "{ended:?}");
    list("one.csv", &[COMPOSED]);
    let (_, rows) = dir.submit(&server, "one.csv", &[]);
    assert_eq!((words(&rows), server.requests()), (vec!["duplicate"], 1));
}

#[test]
fn what_is_sent_is_in_nfc() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let (dir, server) = (Workdir::new(), crate::workdir::logged_sandbox("", log.path()));
    dir.write("list.csv", format!("{HEADER}\nupgrade,psu,FU00000001,,,\"{DECOMPOSED}\"\n"));
    let (ended, _) = dir.submit(&server, "list.csv", &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let log = std::fs::read_to_string(log.path()).unwrap();
    let came: serde_json::Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(came["body"]["detail"], COMPOSED);
}
