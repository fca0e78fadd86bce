//! A list from its upload to its result, as the pages have it done.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use caseload_engine::error::{Code, Error as Stop};
use caseload_engine::job::{Job, Recipe, Sending, ServerChoice};
use caseload_engine::outcome::Status;
use caseload_engine::run::{Only, Page};
use caseload_engine::zone::LocalZone;
use caseload_sandbox::{Options, Sandbox, spawn};
use caseload_sheet::message::Lang;
use caseload_sheet::text;

use super::{Agreed, Decision, Desk, Fault, Mended, Places, Replaced};
use crate::office::{Actor, Kind, List, NewList, Office, RowAt};
use crate::rest::Rest as _;
use crate::state::RunState;
use crate::target::{Reading, Target, Targets};

const HEADERS: &str = "Talep Tipi,defectCode,Mali No,terminalId,merchantId,detail";

/// One target: the sandbox.
pub(crate) struct OnlySandbox {
    pub url: String,
    pub scratch: std::path::PathBuf,
    pub four_eyes: bool,
}

impl Targets for OnlySandbox {
    fn list(&self) -> Vec<Target> {
        vec![Target {
            name: String::new(),
            title: "Sandbox".to_owned(),
            operations: vec!["hugin/create-case".to_owned()],
            servers: Vec::new(),
            is_test: true,
            is_sandbox: true,
            four_eyes: self.four_eyes,
            keep_uploads: Duration::from_secs(86_400),
            rate: None,
            secrets: Vec::new(),
            settings: None,
        }]
    }

    fn job(&self, target: &str, reading: &Reading, lang: Lang) -> Result<(Job, Sending), Stop> {
        if !target.is_empty() {
            return Err(Code::ProfileUnknown.cannot_start(text!("{target} yok.", "There is no {target}.")));
        }
        let recipe = Recipe {
            to: Some("hugin/create-case".to_owned()),
            maps: reading.maps.clone(),
            sets: reading.sets.clone(),
            ..Recipe::default()
        };
        let mut job = Job { lang, ..Job::of(recipe, self.scratch.clone())? };
        job.servers = ServerChoice::sandbox(self.url.clone());
        Ok((job, Sending::default()))
    }
}

struct Scene {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Scene {
    fn new(options: Options) -> Self {
        let contracts = caseload_engine::contract::catalogue(None, &[]).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), sandbox: spawn(&contracts, options).unwrap() }
    }

    /// The desk of a server that starts now.
    fn desk(&self) -> Desk {
        let folder = self.folder.path();
        let targets = OnlySandbox { url: self.sandbox.base_url(), scratch: folder.to_owned(), four_eyes: false };
        let ledger = folder.join("ledger.db");
        let office = Office::open(&ledger).unwrap();
        let places = Places { ledger, marks: None, scratch: folder.to_owned(), zone: LocalZone::default() };
        Desk::new(Arc::new(targets), Arc::new(office), places)
    }
}

fn who() -> Actor {
    Actor::named("Elif")
}

fn brought(desk: &Desk, content: &str) -> Result<List, Fault> {
    let mut upload = desk.office().begin_upload().unwrap();
    upload.write_all(content.as_bytes()).unwrap();
    let new = NewList {
        day: "20261126".to_owned(),
        is_sandbox: true,
        file_name: "liste.csv".to_owned(),
        kind: Kind::Csv,
        target: String::new(),
        reading: Reading::default(),
        lang: Lang::Tr,
        keep_ms: 86_400_000,
    };
    desk.take_in(&new, upload.finish().unwrap(), &who())
}

fn lines(count: u32, line: impl Fn(u32) -> String) -> String {
    (0..count).map(line).fold(String::new(), |all, line| all + &line + "\n")
}

fn count(desk: &Desk, list: &List, status: Status) -> u64 {
    desk.with_rows(list, |rows| Ok(rows.table.count(Only::Status(status)))).unwrap()
}

#[track_caller]
fn waits_for(desk: &Desk, list: &List, state: RunState) -> List {
    let begun = Instant::now();
    loop {
        let now = desk.list(&list.name).unwrap();
        if now.state == state && desk.under_way(&now).is_none() {
            return now;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", now.state);
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn agreed(desk: &Desk, list: &List) -> Agreed {
    let proposal = desk.propose(list).unwrap();
    Agreed { rows: proposal.rows, digest: proposal.digest, doubts: Vec::new() }
}

#[test]
fn a_list_is_mended_and_sent_as_a_person_saw_it() {
    let scene = Scene::new(Options::default());
    let desk = scene.desk();
    let rows = lines(6, |n| format!("Kurlum,psu,FU00000{n},T{n},M{n},row {n}"));
    let list =
        brought(&desk, &format!("{HEADERS}\n{rows}upgrade,psu,FU000009,,,nine\nupgrade,psu,FT1,,,ten\n")).unwrap();
    assert_eq!((list.state, count(&desk, &list, Status::Invalid)), (RunState::Checked, 7));

    let replaced = Replaced { sheet: String::new(), column: 0, from: "Kurlum".into(), to: "Kurulum".into() };
    let list = desk.replace(&list, &replaced, Some(list.revision), &who()).unwrap();
    assert_eq!(count(&desk, &list, Status::Invalid), 1);
    let stale = desk.propose(&list).unwrap();
    let mended = Mended { sheet: String::new(), row: 9, column: 2, value: "FU000010".into() };
    let list = desk.mend(&list, &mended, None, &who()).unwrap();
    assert_eq!(count(&desk, &list, Status::Invalid), 0);
    let list = desk.leave_out(&list, &RowAt { sheet: String::new(), row: 8 }, true, None, &who()).unwrap();
    assert_eq!(count(&desk, &list, Status::NotSent), 1);
    let (list, rows) = desk.undo(&list, None, &who()).unwrap();
    assert_eq!((rows.len(), count(&desk, &list, Status::Valid)), (1, 8));

    // What was seen before the mend is not what would go now.
    let seen = Agreed { rows: stale.rows, digest: stale.digest, doubts: Vec::new() };
    assert!(matches!(desk.send(&list, &seen, &who()), Err(Fault::Changed { rows: 8, .. })));
    let fewer = Agreed { rows: 7, ..agreed(&desk, &list) };
    assert!(matches!(desk.send(&list, &fewer, &who()), Err(Fault::WrongCount { rows: 8, given: 7 })));
    assert_eq!((desk.list(&list.name).unwrap().state, scene.sandbox.requests()), (RunState::Checked, 0));

    let sent = desk.send(&list, &agreed(&desk, &list), &who()).unwrap();
    let list = waits_for(&desk, &sent, RunState::Finished);
    assert_eq!((count(&desk, &list, Status::Done), scene.sandbox.requests()), (8, 8));
    let (rows, _) = desk
        .with_rows(&list, |rows| Ok(rows.table.page(rows.ledger.as_ref(), Page { limit: 9, ..Page::default() })?))
        .unwrap();
    assert!(rows.iter().all(|row| row.outcome.id.is_some()));
    assert_eq!(rows[0].cells[0], "Kurulum");
    assert!(desk.write(&list, scene.folder.path().join("result.xlsx")).unwrap().exists());
    // Nothing of it can be changed or sent again.
    assert!(desk.send(&list, &agreed(&desk, &list), &who()).is_err());
    assert_eq!(scene.sandbox.requests(), 8);
}

#[test]
fn two_windows_that_send_one_list_send_it_once() {
    let scene = Scene::new(Options { latency: Duration::from_millis(20), ..Options::default() });
    let desk = scene.desk();
    let rows = lines(10, |n| format!("upgrade,psu,FU00000{n},,,row {n}"));
    let list = brought(&desk, &format!("{HEADERS}\n{rows}")).unwrap();
    let agreed = agreed(&desk, &list);
    let sent = std::thread::scope(|scope| {
        let both: Vec<_> = (0..2).map(|_| scope.spawn(|| desk.send(&list, &agreed, &who()).is_ok())).collect();
        both.into_iter().map(|one| one.join().unwrap()).filter(|sent| *sent).count()
    });
    assert_eq!(sent, 1);
    waits_for(&desk, &list, RunState::Finished);
    assert_eq!(scene.sandbox.requests(), 10);
}

#[test]
fn a_run_is_held_and_goes_on_and_one_that_a_server_left_goes_on_at_its_next_start() {
    let scene = Scene::new(Options { latency: Duration::from_millis(30), ..Options::default() });
    let rows = lines(60, |n| format!("upgrade,psu,FU0000{n:02},,,row {n}"));
    let desk = scene.desk();
    let list = brought(&desk, &format!("{HEADERS}\n{rows}")).unwrap();
    let list = desk.send(&list, &agreed(&desk, &list), &who()).unwrap();
    let list = desk.pause(&list, &who()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let held = scene.sandbox.requests();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(scene.sandbox.requests(), held);
    assert!(held < 60, "{held}");
    desk.resume(&list, &who()).unwrap();

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(desk.rest());
    assert_eq!(desk.list(&list.name).unwrap().state, RunState::Paused);
    drop(desk);
    let desk = scene.desk();
    assert!(desk.go_on().unwrap().is_empty());
    let list = waits_for(&desk, &list, RunState::Finished);
    assert_eq!((count(&desk, &list, Status::Done), scene.sandbox.requests()), (60, 60));
}

#[test]
fn a_column_without_a_meaning_waits_for_a_person() {
    let scene = Scene::new(Options::default());
    let desk = scene.desk();
    let list = brought(&desk, "Talep Tipi,defectCode,Cihaz,detail,Notlar\nupgrade,psu,FU000001,one,x\n").unwrap();
    assert_eq!(list.state, RunState::Columns);
    let columns = desk.columns(&list).unwrap();
    assert_eq!(columns.sheets[0].missing, ["deviceId"]);
    let choice = super::ColumnChoice {
        columns: [("Cihaz".to_owned(), Some("deviceId".to_owned())), ("Notlar".to_owned(), None)].into(),
        remember: true,
        ..super::ColumnChoice::default()
    };
    let list = desk.name_columns(&list, &choice, &who()).unwrap();
    assert_eq!((list.state, count(&desk, &list, Status::Valid)), (RunState::Checked, 1));
    // The next file with these headers asks nothing.
    let next = brought(&desk, "Talep Tipi,defectCode,Cihaz,detail,Notlar\nupgrade,psu,FU000002,two,x\n").unwrap();
    assert_eq!(next.state, RunState::Checked);
    assert!(matches!(
        desk.resolve(&list, &RowAt { sheet: String::new(), row: 2 }, &Decision::NotDone, "", &who()),
        Err(Fault::NotNow(RunState::Checked))
    ));
    assert!(brought(&desk, "\u{0}\u{1}").is_err());
}
