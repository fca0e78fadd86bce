//! Who did what, from the command line; and what purge does with the files of the page.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Child;

use caseload_engine::submit::event::now_ms;
use caseload_serve::office::{Actor, Kind, NewList, Office};
use caseload_serve::state::RunState;
use caseload_serve::target::Reading;
use caseload_sheet::message::Lang;
use serde_json::Value;

use crate::user::add;
use crate::workdir::Workdir;

/// A server that ends with the test.
struct Page {
    child: Child,
    url: String,
}

impl Page {
    fn new(dir: &Workdir) -> Self {
        let mut child = dir.start(&["serve", "--listen", "127.0.0.1:0", "--ledger", "l.db", "--no-open"]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let url = first.strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn who_came_in_and_who_was_kept_out_is_told_with_the_address() {
    let dir = Workdir::new();
    assert_eq!(dir.run(&["audit", "--ledger", "l.db"]).code, 0);
    assert!(!dir.path("l.db.office").exists());
    add(&dir, "elif@ornek.example", &["--name", "Elif"]);
    let page = Page::new(&dir);
    let sign_in = |password: &str| {
        let host = page.url.strip_prefix("http://").unwrap();
        let body = format!("email=elif%40ornek.example&password={}", password.replace(' ', "+"));
        let length = body.len();
        let head = format!("POST /sign-in HTTP/1.1\r\nhost: {host}\r\norigin: {}\r\nconnection: close\r\n", page.url);
        let form = "content-type: application/x-www-form-urlencoded";
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "{head}{form}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.to_lowercase().contains("\r\nset-cookie: "))
    };
    assert_eq!(sign_in("a wrong password").0, 401);
    assert_eq!(sign_in("güneşli bir pazartesi"), (303, true));
    drop(page);
    let told = dir.run(&["audit", "--json", "--ledger", "l.db"]);
    let told: Vec<Value> = told.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let what: Vec<&str> = told.iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["person-added", "sign-in-refused", "signed-in"], "{told:?}");
    assert_eq!(
        (&told[2]["by"], &told[2]["from"], &told[2]["person"]),
        (&"Elif".into(), &"127.0.0.1".into(), &1.into())
    );
    assert_eq!((&told[1]["by"], &told[1]["times"]), (&Value::Null, &1.into()));
    let words = dir.run(&["audit", "--since", "1h", "--ledger", "l.db", "--lang", "tr"]).stdout;
    assert!(words.contains("Elif  127.0.0.1  Girdi") && words.contains("Giriş kabul edilmedi: 1 kez"), "{words}");
    assert_eq!(dir.run(&["audit", "--since", "2030-01-01", "--ledger", "l.db"]).stdout, "");
    assert_eq!(dir.run(&["audit", "--run", "none", "--ledger", "l.db"]).stdout, "");
    assert_eq!(dir.run(&["audit", "--since", "soon", "--ledger", "l.db"]).code, 2);
}

#[test]
fn purge_destroys_the_files_whose_time_is_over_and_says_so() {
    let dir = Workdir::new();
    let settings = dir.write("caseload.toml", "[profiles.live]\nto = 'hugin/create-case'\nkeep_uploads = '30d'\n");
    let office = Office::open(&dir.path("l.db")).unwrap();
    let long_ago = now_ms() - 31 * 86_400_000;
    let [old, usual] = ["live", ""].map(|target| {
        let mut upload = office.begin_upload().unwrap();
        upload.write_all(b"Mali No\nFU00001201\n").unwrap();
        let new = NewList {
            day: "20261126".to_owned(),
            is_sandbox: false,
            file_name: "liste.csv".to_owned(),
            kind: Kind::Csv,
            target: target.to_owned(),
            reading: Reading::default(),
            lang: Lang::Tr,
            keep_ms: 0,
        };
        let list = office.add_list(&new, upload.finish().unwrap(), &Actor::named("Elif"), long_ago).unwrap();
        office.move_list(list.id, &[RunState::Checking], RunState::Checked, None, long_ago).unwrap()
    });
    let [old_file, usual_file] = [&old, &usual].map(|list| office.file_of(list.id).unwrap());
    let settings = settings.display().to_string();
    let purge = |more: &[&str]| {
        let mut args = vec!["--config", &settings, "purge", "--older-than", "180d", "--ledger", "l.db"];
        args.extend(more);
        dir.run(&args)
    };
    let said = purge(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("keep_uploads") && said.stdout.contains("1 files"), "{}", said.stdout);
    assert!(!old_file.exists() && fs::metadata(&usual_file).is_ok(), "the usual target keeps for 90 days");
    let again: Value = serde_json::from_str(&purge(&["--json"]).stdout).unwrap();
    assert_eq!(again["uploads"], 0);
    let told = dir.run(&["audit", "--json", "--run", &old.name, "--ledger", "l.db"]).stdout;
    assert!(told.lines().last().unwrap().contains("\"what\":\"destroyed\""), "{told}");
    assert_eq!(office.destructions(0).unwrap()[0].rule, "keep_uploads 30d");
}
