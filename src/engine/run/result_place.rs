//! Where the result of a file goes: never over that of a run which this ledger does not know.
//!
//! Two people who submit one list from two machines have two ledgers, and neither knows what the other sent. What the
//! one finds of the other is the result beside the list: it is told before anything is sent, and it is kept.

use std::path::{Path, PathBuf};

use super::event::Caller;
use crate::account::unreadable;
use crate::error::Error;
use crate::job::{Job, Output, SANDBOX_RUN};
use crate::ledger::Ledger;
use crate::notice::Notice;
use crate::report::{foresee, run_of};

/// Names that are tried beside the list.
const MOST: u32 = 1_000;

/// The place of the result, which can be written there; none where no result is asked for. A result of another ledger
/// is told: beside the list the new one gets another name, and under a name that was given it takes its place.
///
/// # Errors
/// A place that cannot be written, or that has a file which is no result.
pub fn choose(job: &Job, input: &Path, ledger: &Ledger, caller: Caller) -> Result<Option<PathBuf>, Error> {
    let Some(first) = job.output_for(input, "result") else { return Ok(None) };
    let mut place = first.clone();
    if let Some(run) = of_another(&first, ledger)? {
        if job.output == Output::Beside {
            place = free_place(&first, ledger)?;
        }
        let theirs = first.clone();
        caller.note(Notice::ResultOfAnother { theirs, run, place: place.clone(), rehearses: job.servers.sandbox });
    }
    foresee(&place, input)?;
    Ok(Some(place))
}

/// The run of a result that this ledger did not write. What a sandbox did is nothing to keep.
fn of_another(path: &Path, ledger: &Ledger) -> Result<Option<String>, Error> {
    let Some(run) = run_of(path).filter(|run| !run.starts_with(SANDBOX_RUN)) else { return Ok(None) };
    let known = ledger.run_named(&run).map_err(|error| unreadable(&error))?;
    Ok(known.is_none().then_some(run))
}

/// `a.result-2.xlsx`, or the next that is free or this ledger's own.
fn free_place(first: &Path, ledger: &Ledger) -> Result<PathBuf, Error> {
    let stem = first.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for number in 2..MOST {
        let place = first.with_file_name(format!("{stem}-{number}.xlsx"));
        if !place.exists() || (run_of(&place).is_some() && of_another(&place, ledger)?.is_none()) {
            return Ok(place);
        }
    }
    Ok(first.to_owned())
}
