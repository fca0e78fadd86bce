//! The sandbox that a command starts for itself by `--sandbox`, and stops when it ends.

use std::path::Path;

use caseload_engine::error::Error;
use caseload_engine::job::Job;
use caseload_sandbox::{Sandbox, Script};
use caseload_sheet::message::shown;
use caseload_sheet::{files, text};

use crate::cli::task::Task;

/// The sandbox of a command, if it has one.
pub struct Rehearsal(Option<Sandbox>);

impl Rehearsal {
    /// Starts the sandbox where the task is for one.
    ///
    /// # Errors
    /// The script of faults cannot be read, or there is no room for a server on this machine.
    pub fn begin(task: &Task) -> Result<Self, Error> {
        if !task.job.servers.sandbox {
            return Ok(Self(None));
        }
        let script = task.faults.as_deref().map(read_script).transpose()?.unwrap_or_default();
        let options = caseload_sandbox::Options { script, ..caseload_sandbox::Options::default() };
        let started = caseload_sandbox::spawn(&task.job.contracts, options).map_err(|error| {
            Error::cannot_start(text!(
                "Deneme sunucusu başlatılamadı: {error}.",
                "The sandbox could not be started: {error}."
            ))
        })?;
        Ok(Self(Some(started)))
    }

    /// The job with the sandbox's address.
    pub fn job(&self, job: &Job) -> Job {
        let mut job = job.clone();
        if let Some(sandbox) = &self.0 {
            job.servers.base_url = Some(sandbox.base_url());
        }
        job
    }
}

/// Reads a script of faults.
pub fn read_script(path: &Path) -> Result<Script, Error> {
    let place = shown(&path.display().to_string());
    let text = files::read_text(path, crate::cli::profile::LARGEST).map_err(|error| {
        Error::cannot_start(text!("{place} okunamadı: {error}.", "{place} cannot be read: {error}."))
    })?;
    Script::from_yaml(&text)
}
