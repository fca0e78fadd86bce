//! What the engine is given to do with a list.

use std::sync::Arc;

use caseload_engine::job::{Job, Locale, Mends, Output, Sending};
use caseload_sheet::message::Lang;

use super::check::Subject;
use super::{Desk, Fault};
use crate::office::Overlay;

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
            mends: Arc::new(mends(overlay)),
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

/// What lies over a list, as the engine takes it.
pub(super) fn mends(overlay: &Overlay) -> Mends {
    let mut mends = Mends::default();
    for (at, text) in &overlay.cells {
        mends.set(&at.sheet, at.row, at.column, text);
    }
    for at in overlay.left_out.keys() {
        mends.leave_out(&at.sheet, at.row);
    }
    mends
}
