//! The office from outside.

mod approvals;
mod lists;
mod mappings;
mod mends;
mod people;
mod places;
mod retention;
mod trail;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use caseload_sheet::message::Lang;
use secrecy::SecretString;
use tempfile::TempDir;

use super::{Actor, Kind, List, Member, NewList, NewMember, Office};
use crate::person::Role;
use crate::target::Reading;

/// An office in a folder of its own.
struct Beside {
    folder: TempDir,
    office: Office,
}

impl Beside {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let office = Office::open(&folder.path().join("ledger.db")).unwrap();
        Self { folder, office }
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    /// A list of one file, brought by a person.
    fn list(&self, content: &str, by: &Actor) -> List {
        add(&self.office, content, by)
    }
}

fn add(office: &Office, content: &str, by: &Actor) -> List {
    let mut upload = office.begin_upload().unwrap();
    upload.write_all(content.as_bytes()).unwrap();
    office.add_list(&new_list("liste.xlsx"), upload.finish().unwrap(), by, 1_000).unwrap()
}

fn new_list(file_name: &str) -> NewList {
    NewList {
        day: "20261126".to_owned(),
        is_sandbox: false,
        file_name: file_name.to_owned(),
        kind: Kind::Xlsx,
        target: "live".to_owned(),
        reading: Reading { maps: vec![("deviceId".to_owned(), "Mali No".to_owned())], ..Reading::default() },
        lang: Lang::Tr,
        keep_ms: 1_000_000,
    }
}

fn person(id: i64, name: &str) -> Actor {
    Actor { id: Some(id), name: name.to_owned(), from: None }
}

/// A person in an office.
fn member(office: &Office, email: &str, password: Option<&str>) -> Member {
    let password = password.map(SecretString::from);
    let new = NewMember { email: email.to_owned(), name: email.to_owned(), roles: vec![Role::Preparer], password };
    office.add_person(&new, &Actor::named("command line"), 1).unwrap()
}

/// Whether the bytes of some words stand in a file of the office: in the database, in its log, in an upload.
fn holds(office: &Office, words: &str) -> bool {
    let files = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let all = files(office.folder()).into_iter().chain(files(&office.folder().join("uploads")));
    all.filter(|path| path.is_file())
        .any(|path| fs::read(path).unwrap().windows(words.len()).any(|part| part == words.as_bytes()))
}
