//! What the ledger knows of earlier rows, what lists may become, and how a new one is begun.

use caseload_engine::contract::Operation;
use caseload_engine::history;
use caseload_engine::words::Reader;
use caseload_sheet::message::Lang;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Desk, Fault, now, unreadable};
use crate::office::{Act, Actor, Kind, List, NewList};
use crate::target::{Reading, Target};

impl Desk {
    /// Writes down that somebody looks at the rows of a list.
    ///
    /// # Errors
    /// The office cannot be written.
    pub fn viewed(&self, list: &List, by: &Actor) -> Result<(), Fault> {
        Ok(self.office().note(by, Some(&list.name), &Act::Viewed, now())?)
    }

    /// Writes down that somebody looks for a number.
    ///
    /// # Errors
    /// The office cannot be written.
    pub fn searched(&self, by: &Actor) -> Result<(), Fault> {
        Ok(self.office().note(by, None, &Act::Searched, now())?)
    }

    /// The rows that an id or an order key came from, as JSON, each with the run of the page where it began here.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn find(&self, text: &str, lang: Lang) -> Result<Vec<Value>, Fault> {
        let Some(ledger) = self.look()?.filter(|_| !text.is_empty()) else { return Ok(Vec::new()) };
        let runs = ledger.runs().map_err(|error| unreadable(&error))?;
        let mut found = Vec::new();
        for (run, entry) in history::find(&ledger, &runs, text).map_err(|error| unreadable(&error))? {
            let under_way = ledger.is_under_way(run.number);
            let mut row = history::row_json(run, &entry, under_way, Reader::of(lang), self.clock());
            if let Some(list) = self.office().list_of_run(&run.spec.name)? {
                row["run"] = json!(list.name);
                row["file"] = json!(list.file_name);
            }
            found.push(row);
        }
        Ok(found)
    }

    /// The operations that lists of a target may become.
    ///
    /// # Errors
    /// The settings of the target cannot be used.
    pub fn operations_of(&self, target: &Target, lang: Lang) -> Result<Vec<Operation>, Fault> {
        let (job, _) = self.0.targets.job(&target.name, &Reading::default(), lang)?;
        Ok(job.operations.clone())
    }

    /// The target of a name; the usual one, where there is no name.
    ///
    /// # Errors
    /// The settings have none of this name.
    pub fn target_named(&self, name: &str) -> Result<Target, Fault> {
        let all = self.targets();
        let found = if name.is_empty() { all.first() } else { all.iter().find(|target| target.name == name) };
        found.cloned().ok_or_else(|| Fault::NoTarget(name.to_owned()))
    }

    /// What a list is made of that goes to a target.
    pub fn new_list(&self, target: &Target, file_name: String, kind: Kind, reading: Reading, lang: Lang) -> NewList {
        let today = Timestamp::from_millisecond(now()).unwrap_or_default().to_zoned(self.clock().clone());
        NewList {
            day: today.strftime("%Y%m%d").to_string(),
            is_sandbox: target.is_sandbox,
            file_name,
            kind,
            target: target.name.clone(),
            reading,
            lang,
            keep_ms: target.keep_uploads.as_millis() as i64,
        }
    }

    /// Deletes a list that was never sent, with its file and its mends.
    ///
    /// # Errors
    /// Its rows may have left.
    pub fn delete(&self, list: &List, by: &Actor) -> Result<(), Fault> {
        self.office().delete_list(list.id, by, now())?;
        self.forget_rows(list.id);
        Ok(())
    }

    /// The zone in which times are told.
    pub fn clock(&self) -> &TimeZone {
        &self.0.places.zone.zone
    }
}
