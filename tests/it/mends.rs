//! A list as people look at it and mend it: what a page needs of the engine.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use caseload_engine::doubt::Doubt;
use caseload_engine::job::{Access, Job, Mends, Output, Recipe, Sending, ServerChoice};
use caseload_engine::ledger::Ledger;
use caseload_engine::outcome::{Reason, Status};
use caseload_engine::run::{self, Aim, Answer, Caller, Event, Only, Page, Proposed, Table, Wrong};
use caseload_engine::submit::control::Control;
use secrecy::SecretString;

use crate::support::witness::Witness;
use crate::support::workdir::Workdir;

const HEADERS: &str = "Talep Tipi,defectCode,Mali No,terminalId,merchantId,detail";

/// A list and a server, with what people changed.
struct Office {
    dir: Workdir,
    witness: Witness,
    mends: Mends,
}

impl Office {
    fn new(rows: &str) -> Self {
        let dir = Workdir::new();
        dir.write("list.csv", format!("{HEADERS}\n{rows}"));
        Self { dir, witness: Witness::slow(0, ""), mends: Mends::default() }
    }

    fn job(&self) -> Arc<Job> {
        let recipe = Recipe { to: Some("hugin/create-case".to_owned()), ..Recipe::default() };
        let secret = |name: &str| (name.to_owned(), SecretString::from("s3cret"));
        let secrets: BTreeMap<_, _> = [secret("token"), secret("touchpoint")].into();
        Arc::new(Job {
            servers: ServerChoice { base_url: Some(self.witness.sandbox.base_url()), ..ServerChoice::default() },
            access: Access { secrets: Arc::new(secrets), ..Access::default() },
            output: Output::File(self.dir.path("out.jsonl")),
            mends: Arc::new(self.mends.clone()),
            ..Job::of(recipe, self.dir.path("")).unwrap()
        })
    }

    fn list(&self) -> std::path::PathBuf {
        self.dir.path("list.csv")
    }

    fn table(&self) -> Table {
        let (observer, control) = (|_: Event| (), Control::default());
        let caller = Caller { observer: &observer, control: &control };
        let job = self.job();
        let ledger = run::look_for_repeats(Some(&self.dir.path("ledger.db")), &job.clock, &observer);
        run::check(&self.list(), job, Aim::Check, ledger, caller).unwrap().look(&observer).unwrap()
    }

    fn proposed(&self) -> Proposed {
        let (observer, control) = (|_: Event| (), Control::default());
        let caller = Caller { observer: &observer, control: &control };
        let job = self.job();
        let ledger = run::open_ledger(&self.dir.path("ledger.db"), None, &job.clock, &observer).unwrap();
        let checked = run::check(&self.list(), job, Aim::Send, Some(ledger), caller).unwrap();
        checked.propose(Sending::default(), &observer).unwrap()
    }

    fn details(&self) -> Vec<String> {
        let mut details: Vec<String> =
            self.witness.committed().iter().map(|request| request.detail().to_owned()).collect();
        details.sort();
        details
    }
}

fn statuses(table: &mut Table) -> Vec<(u32, Status)> {
    let (rows, next) = table.page(None, Page { limit: 1000, ..Page::default() }).unwrap();
    assert_eq!(next, None);
    rows.iter().map(|row| (row.place.row, row.outcome.status)).collect()
}

#[test]
fn a_mended_row_is_checked_and_sent_as_it_was_mended_and_one_left_out_is_not_sent() {
    let mut office = Office::new(
        "Kurlum,psu,FU000001,,,one\nupgrade,psu,XX000002,,,two\nupgrade,psu,FU000003,,,three\nupgrade,psu,FU000004,,,four\n",
    );
    let mut table = office.table();
    assert_eq!(
        statuses(&mut table),
        [(2, Status::Invalid), (3, Status::Invalid), (4, Status::Valid), (5, Status::Valid)]
    );
    office.mends.set("", 2, 0, "Güncelleme");
    office.mends.set("", 4, 5, "three, mended");
    office.mends.leave_out("", 5);
    let mut table = office.table();
    assert_eq!(
        statuses(&mut table),
        [(2, Status::Valid), (3, Status::Invalid), (4, Status::Valid), (5, Status::NotSent)]
    );
    assert!(table.summary().tally.balances());
    assert_eq!((table.count(Only::Mended), table.count(Only::All)), (2, 4));
    let (rows, _) = table.page(None, Page { only: Only::Mended, limit: 10, ..Page::default() }).unwrap();
    assert_eq!((rows[1].cells[5].as_str(), rows[1].mended.as_slice()), ("three, mended", &[5][..]));

    let end = office.proposed().start(Answer::Send).unwrap().join().unwrap();
    assert_eq!(office.details(), ["one", "three, mended"]);
    assert!(end.tally.balances(), "{end:?}");
    let rows = office.dir.rows("out.jsonl");
    let told = |row: usize| (rows[row]["result"].as_str().unwrap(), rows[row]["error"]["code"].as_str());
    assert_eq!([told(0).0, told(1).0, told(2).0], ["done", "invalid", "done"]);
    assert_eq!(told(3), ("not-sent", Some("left-out")));

    // The table of the run says the same, for whoever looks later.
    let ledger = Ledger::look(&office.dir.path("ledger.db")).unwrap();
    let run = ledger.runs().unwrap().remove(0);
    let (observer, control) = (|_: Event| (), Control::default());
    let caller = Caller { observer: &observer, control: &control };
    let locale = caseload_engine::job::Locale {
        lang: caseload_engine::message::Lang::Tr,
        zone: caseload_engine::zone::LocalZone::default(),
        scratch: office.dir.path(""),
        flags: String::new(),
    };
    let list = office.list();
    let at = run::FileAt { name: "list.csv", path: &list, mends: Arc::new(office.mends.clone()) };
    let mut table = Table::of_run(&ledger, &run, at, &locale, caller).unwrap();
    let (rows, _) = table.page(Some(&ledger), Page { limit: 10, ..Page::default() }).unwrap();
    let of_table: Vec<Status> = rows.iter().map(|row| row.outcome.status).collect();
    assert_eq!(of_table, [Status::Done, Status::Invalid, Status::Done, Status::NotSent]);
    assert!(rows[0].outcome.id.is_some());
    assert_eq!(rows[3].outcome.error.as_ref().unwrap().reason, Some(Reason::LeftOut));
    let written = table.write(Some(&ledger), office.dir.path("again.xlsx")).unwrap();
    assert!(written.result.unwrap().exists());
}

#[test]
fn rows_are_paged_by_what_became_of_them_and_the_same_mistake_is_counted() {
    let row = |n: u32| match n % 10 {
        3 => format!("Kurlum,psu,FU{n:06},,,row {n}\n"),
        7 => "upgrade,psu,FU000001,,,row 1\n".repeat(usize::from(n > 7)),
        _ => format!("upgrade,psu,FU{n:06},,,row {n}\n"),
    };
    let office = Office::new(&(0..1000).map(row).collect::<String>());
    let mut table = office.table();
    let invalid = Page { only: Only::Status(Status::Invalid), limit: 30, ..Page::default() };
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let (rows, next) = table.page(None, Page { after, ..invalid }).unwrap();
        assert!(rows.iter().all(|row| row.outcome.status == Status::Invalid && row.cells[0] == "Kurlum"));
        seen.extend(rows.iter().map(|row| row.cells[5].clone()));
        after = next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..1000).filter(|n| n % 10 == 3).map(|n| format!("row {n}")).collect();
    assert_eq!(seen, expected);
    assert_eq!((table.count(invalid.only), table.count(Only::Status(Status::Duplicate))), (100, 99));
    let wrong = Wrong { column: "A".into(), field: "caseType".into(), value: "Kurlum".into() };
    assert_eq!(table.wrong().first(), Some(&(&wrong, 100)));
    let places = table.places_with(None, &wrong).unwrap();
    assert_eq!((places.len(), places[0].row), (100, 5));
    assert_eq!(table.row_at(None, places[0]).unwrap().unwrap().cells[5], "row 3");
    assert_eq!(table.field(0, 2).unwrap().name, "deviceId");
}

#[test]
fn the_digest_is_of_the_rows_that_go_and_changes_with_each_of_them() {
    let mut office = Office::new("upgrade,psu,FU000001,,,one\nupgrade,psu,FU000002,,,two\nKurlum,psu,FU3,,,three\n");
    let first = office.proposed().digest(&[]).unwrap();
    assert_eq!((first.len(), office.proposed().digest(&[]).unwrap()), (64, first.clone()));
    assert_ne!(office.proposed().digest(&[Doubt::OtherServer]).unwrap(), first);
    let mut seen = vec![first];
    office.mends.set("", 3, 5, "two, mended");
    seen.push(office.proposed().digest(&[]).unwrap());
    office.mends.leave_out("", 2);
    seen.push(office.proposed().digest(&[]).unwrap());
    // A change of what does not go is no change.
    office.mends.set("", 4, 5, "three, mended");
    assert_eq!(office.proposed().digest(&[]).unwrap(), seen[2]);
    office.proposed().start(Answer::Send).unwrap().join().unwrap();
    seen.push(office.proposed().digest(&[]).unwrap());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

#[test]
fn columns_that_no_header_explains_are_told_with_samples_and_the_likeliest_fields() {
    let office = Office::new("upgrade,psu,FU000001,,,one\n");
    let columns = |path: &Path| {
        let (observer, control) = (|_: Event| (), Control::default());
        run::columns(path, &office.job(), Caller { observer: &observer, control: &control }).unwrap()
    };
    let well = columns(&office.list());
    assert!(well.why.is_none() && well.sheets[0].columns.iter().all(|column| column.field.is_some()));

    office.dir.write(
        "other.csv",
        "Talep Tipi;Arıza;Mali Nu;detail;Notlar\nupgrade;psu;FU000001;one;\nupgrade;psu;FU000002;two;x\n",
    );
    let columns = columns(&office.dir.path("other.csv"));
    let sheet = &columns.sheets[0];
    assert!(columns.why.is_some() && sheet.missing.contains(&"deviceId".to_owned()));
    let mali = &sheet.columns[2];
    assert_eq!(
        (mali.header.as_str(), mali.field.as_ref(), mali.likely.first()),
        ("Mali Nu", None, Some(&"deviceId".to_owned()))
    );
    assert_eq!(mali.samples, ["FU000001", "FU000002"]);
    assert_eq!(sheet.columns[4].samples, ["x"]);
    assert_eq!(sheet.columns[0].field.as_deref(), Some("caseType"));
}

#[test]
fn what_was_mended_on_the_page_goes_as_it_was_mended_from_a_terminal_too() {
    use std::io::Write as _;

    use caseload_serve::office::{Actor, CellAt, Kind, NewList, NewMend, Office as Page, RowAt, Started};
    use caseload_serve::target::Reading;

    let office = Office::new("upgrade,psu,FU000001,,,one\nupgrade,psu,FU000002,,,two\nupgrade,psu,FU000003,,,three\n");
    let ledger = office.dir.path("ledger.db");
    let page = Page::open(&ledger).unwrap();
    let mut upload = page.begin_upload().unwrap();
    upload.write_all(&std::fs::read(office.list()).unwrap()).unwrap();
    let new = NewList {
        day: "20261126".to_owned(),
        is_sandbox: false,
        file_name: "list.csv".to_owned(),
        kind: Kind::Csv,
        target: String::new(),
        reading: Reading::default(),
        lang: caseload_engine::message::Lang::Tr,
        keep_ms: 1_000_000,
    };
    let who = Actor::named("Elif");
    let list = page.add_list(&new, upload.finish().unwrap(), &who, 1).unwrap();
    let at = CellAt { sheet: String::new(), row: 2, column: 5 };
    let mend = NewMend { at, header: "detail".into(), field: None, old: "one".into(), new: "one, mended".into() };
    page.mend(list.id, &who, &[mend], None, 2).unwrap();
    page.leave_out(list.id, &who, &[RowAt { sheet: String::new(), row: 4 }], true, None, 3).unwrap();
    page.note_run(list.id, &Started { number: 1, name: "r1".to_owned() }, 4).unwrap();
    drop(page);

    let base = office.witness.sandbox.base_url();
    let ended =
        office.dir.run(&["submit", "list.csv", "--base-url", &base, "--yes", "--ledger", "ledger.db", "-o", "none"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("1 rows go as they were mended there, and 1 rows that were left out"), "{ended:?}");
    assert_eq!(office.details(), ["one, mended", "two"]);
}
