//! A list is taken in and checked; its rows are kept as a table.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use caseload_engine::ledger::Ledger;
use caseload_engine::outcome::Status;
use caseload_engine::run::{self, Aim, Caller, Event, FileAt, Table};
use caseload_engine::submit::control::Control;
use caseload_sheet::message::Lang;
use serde_json::{Map, Value, json};

use super::{Desk, Fault, locked, now, unreadable};
use crate::office::{Actor, List, NewList, Overlay, Received, Started};
use crate::state::RunState;
use crate::target::Reading;

/// Tables that are kept in memory, at most. The one that was asked for the longest time ago goes first.
const MOST: usize = 32;

/// The rows of a list, checked or sent.
pub struct Checked {
    /// What people changed, as the rows have it.
    pub overlay: Overlay,
    /// The rows.
    pub table: Table,
    /// The ledger in which repeats are looked up.
    pub ledger: Option<Ledger>,
}

/// The tables in memory, by list; each with the state and revision of which it is, and when it was asked for.
#[derive(Default)]
pub(super) struct Tables {
    all: HashMap<i64, Kept>,
    asked: u64,
}

struct Kept {
    revision: u64,
    has_begun: bool,
    asked: u64,
    checked: Arc<Mutex<Checked>>,
}

impl Tables {
    fn find(&mut self, list: &List) -> Option<Arc<Mutex<Checked>>> {
        self.asked += 1;
        let asked = self.asked;
        let is_of = |kept: &&mut Kept| (kept.revision, kept.has_begun) == (list.revision, list.state.has_begun());
        let kept = self.all.get_mut(&list.id).filter(is_of)?;
        kept.asked = asked;
        Some(Arc::clone(&kept.checked))
    }

    fn keep(&mut self, list: &List, checked: Arc<Mutex<Checked>>) {
        self.asked += 1;
        let (revision, has_begun, asked) = (list.revision, list.state.has_begun(), self.asked);
        self.all.insert(list.id, Kept { revision, has_begun, asked, checked });
        if self.all.len() > MOST
            && let Some(oldest) = self.all.iter().min_by_key(|(_, kept)| kept.asked).map(|(list, _)| *list)
        {
            self.all.remove(&oldest);
        }
    }

    pub(super) fn forget(&mut self, list: i64) {
        self.all.remove(&list);
    }
}

/// A file, and how it is to be read.
pub(super) struct Subject<'a> {
    pub path: PathBuf,
    /// What people call it.
    pub name: &'a str,
    pub target: &'a str,
    pub reading: &'a Reading,
    pub lang: Lang,
    pub overlay: &'a Overlay,
}

impl<'a> Subject<'a> {
    fn of(new: &'a NewList, received: &Received, overlay: &'a Overlay) -> Self {
        let NewList { file_name, target, reading, lang, .. } = new;
        Self { path: received.path().to_owned(), name: file_name, target, reading, lang: *lang, overlay }
    }
}

impl Desk {
    /// Takes a file in as a list, and checks it. A file that cannot be read is told, and not kept.
    ///
    /// # Errors
    /// The file cannot be read, or the office cannot keep it.
    pub fn take_in(&self, new: &NewList, received: Received, by: &Actor) -> Result<List, Fault> {
        let overlay = Overlay::default();
        let new = NewList { reading: self.remembered(&Subject::of(new, &received, &overlay))?, ..new.clone() };
        let subject = Subject::of(&new, &received, &overlay);
        let is_open = self.has_open_columns(&subject)?;
        let checked = if is_open { None } else { Some(self.checked(&subject)?) };
        let list = self.office().add_list(&new, received, by, now())?;
        self.note_check(&list, checked)
    }

    /// Checks a list again, after it was changed.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn check(&self, list: &List) -> Result<List, Fault> {
        let overlay = self.office().mends_of(list.id)?;
        let subject = self.subject(list, &overlay)?;
        let checked = if self.has_open_columns(&subject)? { None } else { Some(self.checked(&subject)?) };
        self.note_check(list, checked)
    }

    /// Writes down what a check came to; without rows the columns are to be named first.
    fn note_check(&self, list: &List, checked: Option<Checked>) -> Result<List, Fault> {
        const BEFORE: [RunState; 4] =
            [RunState::Checking, RunState::Columns, RunState::Checked, RunState::WaitingApproval];
        let state = if checked.is_some() { RunState::Checked } else { RunState::Columns };
        let list = self.office().move_list(list.id, &BEFORE, state, None, now())?;
        if let Some(checked) = checked {
            let counts = counts(&checked.table);
            self.office().note_counts(list.id, &counts, now())?;
            locked(&self.0.tables).keep(&list, Arc::new(Mutex::new(checked)));
        }
        self.list(&list.name)
    }

    /// Does something with the rows of a list as it is now.
    ///
    /// # Errors
    /// The file or the ledger cannot be read, or what is done fails.
    pub fn with_rows<T>(&self, list: &List, what: impl FnOnce(&mut Checked) -> Result<T, Fault>) -> Result<T, Fault> {
        let found = locked(&self.0.tables).find(list);
        let checked = if let Some(checked) = found {
            checked
        } else {
            let checked = Arc::new(Mutex::new(self.rows_of(list)?));
            // Rows that are leaving are others at the next look.
            if self.under_way(list).is_none() {
                locked(&self.0.tables).keep(list, Arc::clone(&checked));
            }
            checked
        };
        what(&mut locked(&checked))
    }

    /// The rows go out of memory: the list has come further.
    pub(super) fn forget_rows(&self, list: i64) {
        locked(&self.0.tables).forget(list);
    }

    pub(super) fn subject<'a>(&self, list: &'a List, overlay: &'a Overlay) -> Result<Subject<'a>, Fault> {
        let path = self.office().file_of(list.id)?;
        Ok(Subject {
            path,
            name: &list.file_name,
            target: &list.target,
            reading: &list.reading,
            lang: list.lang,
            overlay,
        })
    }

    fn rows_of(&self, list: &List) -> Result<Checked, Fault> {
        let overlay = self.office().mends_of(list.id)?;
        let subject = self.subject(list, &overlay)?;
        match list.run.as_ref().filter(|_| list.state.has_begun()) {
            Some(begun) => self.sent(&subject, begun),
            None => self.checked(&subject),
        }
    }

    /// The rows of a file as a check finds them.
    fn checked(&self, subject: &Subject) -> Result<Checked, Fault> {
        let (observer, control) = (|_: Event| (), Control::default());
        let caller = Caller { observer: &observer, control: &control };
        let (job, _) = self.job_of(subject)?;
        let table = run::check(&subject.path, Arc::new(job), Aim::Check, self.look()?, caller)?.look(&observer)?;
        Ok(Checked { overlay: subject.overlay.clone(), table, ledger: self.look()? })
    }

    /// The rows of a file as the ledger has them.
    fn sent(&self, subject: &Subject, begun: &Started) -> Result<Checked, Fault> {
        let (observer, control) = (|_: Event| (), Control::default());
        let caller = Caller { observer: &observer, control: &control };
        let ledger = self.look()?.ok_or(Fault::NotFound)?;
        let run = ledger.run_numbered(begun.number).map_err(|error| unreadable(&error))?;
        let at = FileAt { name: subject.name, path: &subject.path, mends: Arc::new(subject.overlay.mends()) };
        let table = Table::of_run(&ledger, &run.ok_or(Fault::NotFound)?, at, &self.locale(subject.lang), caller)?;
        Ok(Checked { overlay: subject.overlay.clone(), table, ledger: Some(ledger) })
    }
}

/// How many rows ended, or stand, as what.
pub(super) fn counts(table: &Table) -> Value {
    let tally = &table.summary().tally;
    let of = |status: Status| (status.as_str().replace('-', "_"), json!(tally.count(status)));
    let mut counts: Map<String, Value> = Status::ALL.into_iter().map(of).collect();
    counts.insert("rows".to_owned(), json!(tally.rows));
    Value::Object(counts)
}
