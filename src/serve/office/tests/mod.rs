//! The office from outside.

mod lists;
mod mends;
mod places;

use std::io::Write as _;
use std::path::PathBuf;

use caseload_sheet::message::Lang;
use tempfile::TempDir;

use super::{Actor, Kind, List, NewList, Office};
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
    Actor { id: Some(id), name: name.to_owned() }
}
