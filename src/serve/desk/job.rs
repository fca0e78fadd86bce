//! What the engine is given to do with a list.

use std::sync::Arc;

use caseload_engine::job::{Job, Locale, Output, Sending};
use caseload_sheet::message::Lang;

use super::check::Subject;
use super::{Desk, Fault};

impl Desk {
    /// The job of a list as it was changed, and how its rows are sent. The result is written where somebody asks for it.
    ///
    /// # Errors
    /// The target is gone, or its settings cannot be used.
    pub(super) fn job_of(&self, subject: &Subject) -> Result<(Job, Sending), Fault> {
        let Subject { name, target, reading, lang, overlay, .. } = subject;
        let (job, sending) = self.0.targets.job(target, reading, *lang)?;
        let job = Job {
            file_name: Some((*name).to_owned()),
            mends: Arc::new(overlay.mends()),
            output: Output::Beside,
            lang: *lang,
            scratch: self.0.places.scratch.clone(),
            ..job
        };
        Ok((job, Sending { paces: self.0.paces.clone(), ..sending }))
    }

    /// For whom a run of the ledger is told.
    pub(super) fn locale(&self, lang: Lang) -> Locale {
        let places = &self.0.places;
        Locale { lang, zone: places.zone.clone(), scratch: places.scratch.clone(), flags: String::new() }
    }
}
