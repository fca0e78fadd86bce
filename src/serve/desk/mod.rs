//! The desk: lists on their way from an upload to a result.
//!
//! It is the only room that knows the engine's runs, the office and the targets together. Pages and JSON ask it for
//! what they show, and hand it what people do. It decides nothing about a row: that is the engine's.
//!
//! A list is checked when it comes and each time it is changed, and its rows are kept as a table that pages read. What
//! would be sent is proposed anew each time somebody asks, from the ledger as it is then; what is sent is what that
//! proposal says, if its digest is the one that the person saw.
//!
//! Every function that reads a file or the ledger blocks; a server calls it on threads that may wait.

mod after;
mod approve;
mod check;
mod columns;
mod export;
mod fault;
mod history;
mod job;
mod mend;
mod restart;
mod send;
mod under_way;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use caseload_engine::ledger::Ledger;
use caseload_engine::run;
use caseload_engine::submit::event::now_ms;
use caseload_engine::submit::pace::{Paces, chance};
use caseload_engine::zone::LocalZone;

pub use after::Decision;
pub use check::Checked;
pub use columns::ColumnChoice;
pub use export::Export;
pub use fault::Fault;
pub(crate) use mend::sheet as sheet_of;
pub use mend::{Mended, Replaced};
pub use send::{Agreed, Proposal};
pub use under_way::{Figures, Watch};

use crate::office::{List, Office};
use crate::target::{Target, Targets};
use under_way::UnderWay;

/// Where the desk keeps and finds things.
#[derive(Debug, Clone)]
pub struct Places {
    /// The ledger.
    pub ledger: PathBuf,
    /// The folder of what is known of ledgers beside themselves.
    pub marks: Option<PathBuf>,
    /// The folder for temporary files, for this user alone.
    pub scratch: PathBuf,
    /// The zone of the clock on the wall.
    pub zone: LocalZone,
}

/// Lists on their way. Clones are one desk.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    targets: Arc<dyn Targets>,
    office: Arc<Office>,
    places: Places,
    /// All runs of this process share one pace a server.
    paces: Paces,
    /// By the number of the list.
    tables: Mutex<check::Tables>,
    under_way: Mutex<HashMap<i64, Arc<UnderWay>>>,
}

impl Desk {
    /// A desk beside a ledger.
    pub fn new(targets: Arc<dyn Targets>, office: Arc<Office>, places: Places) -> Self {
        let (tables, under_way) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { targets, office, places, paces: Paces::new(chance), tables, under_way }))
    }

    /// What the page keeps.
    pub fn office(&self) -> &Office {
        &self.0.office
    }

    /// Where lists may go, the usual one first.
    pub fn targets(&self) -> Vec<Target> {
        self.0.targets.list()
    }

    /// The target of a list, as the settings have it now.
    ///
    /// # Errors
    /// The settings have it no more.
    pub fn target_of(&self, list: &List) -> Result<Target, Fault> {
        let found = self.targets().into_iter().find(|target| target.name == list.target);
        found.ok_or_else(|| Fault::NoTarget(list.target.clone()))
    }

    /// The list of a name.
    ///
    /// # Errors
    /// There is none, or it was deleted.
    pub fn list(&self, name: &str) -> Result<List, Fault> {
        self.0.office.list(name)?.ok_or(Fault::NotFound)
    }

    /// The run of a list while its rows are being sent by this process.
    pub fn under_way(&self, list: &List) -> Option<Arc<UnderWay>> {
        locked(&self.0.under_way).get(&list.id).cloned()
    }

    /// The ledger to look into, where there is one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn look(&self) -> Result<Option<Ledger>, Fault> {
        let path = self.ledger();
        if !path.exists() {
            return Ok(None);
        }
        let looked = Ledger::look(path);
        let said = |error| run::ledger_sentence(path, &error, &self.0.places.zone.zone);
        Ok(Some(looked.map_err(|error| Fault::from(said(error)))?))
    }

    /// The ledger to write into.
    ///
    /// # Errors
    /// It cannot be used.
    fn open(&self) -> Result<Ledger, Fault> {
        let Places { ledger, marks, zone, .. } = &self.0.places;
        Ok(run::open_ledger(ledger, marks.as_deref(), &zone.zone, &|_| ())?)
    }

    /// Where the ledger is.
    pub fn ledger(&self) -> &Path {
        &self.0.places.ledger
    }
}

/// Now, in milliseconds since 1970-01-01 UTC.
pub(crate) fn now() -> i64 {
    now_ms()
}

fn unreadable(error: &caseload_engine::ledger::Error) -> Fault {
    Fault::Engine(caseload_engine::account::unreadable(error))
}

/// Who panics under a lock leaves whole what it guards here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
