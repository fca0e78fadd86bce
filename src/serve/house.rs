//! What all requests share.

use std::path::PathBuf;
use std::sync::Arc;

use caseload_sheet::message::Lang;
use jiff::tz::TimeZone;

use crate::assets::Assets;
use crate::desk::Desk;
use crate::gate::Gate;
use crate::metrics::Metrics;
use crate::office::Office;
use crate::options::Limits;
use crate::rest::{Rest, Stop};

/// What all requests share.
pub struct House {
    /// Lists on their way, and where they may go.
    pub desk: Desk,
    /// Who may come in.
    pub gate: Arc<Gate>,
    /// What the page keeps beside the ledger.
    pub office: Arc<Office>,
    /// The files of the page.
    pub assets: Assets,
    /// What is counted.
    pub metrics: Metrics,
    /// The folder for temporary files, for this user alone.
    pub scratch: PathBuf,
    /// What one client, and all of them, may take.
    pub limits: Limits,
    /// The language of those who did not choose one, and whose browser did not.
    pub lang: Lang,
    /// The zone in which people are told times.
    pub zone: TimeZone,
    /// Told when the server is to end.
    pub stop: Stop,
    /// What goes on behind the page, and has to come to rest before the process ends.
    pub behind: Vec<Arc<dyn Rest>>,
}
