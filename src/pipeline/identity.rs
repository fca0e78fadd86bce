//! What a run is known by: so that the same file again is the same run.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::first_pass::Checked;
use crate::exit::Stop;
use crate::job::{Job, Recipe, SANDBOX_RUN};
use crate::ledger::RunSpec;
use crate::submit::event::now_ms;
use crate::text;

/// A new run of this file.
pub fn spec(checked: &Checked, job: &Job, signature: [u8; 32]) -> Result<RunSpec, Stop> {
    let contract = job.recipe.contract.as_deref().map(|path| absolute(path).into());
    let recipe = serde_json::to_string(&Recipe { contract, ..job.recipe.clone() }).unwrap_or_default();
    let mut hosts: Vec<String> = checked.operations.iter().map(|operation| job.host_of(operation)).collect();
    hosts.dedup();
    Ok(RunSpec {
        name: run_name(job)?,
        signature,
        file: absolute(&checked.path),
        sha256: checked.sha256.clone(),
        target: checked.target(),
        host: hosts.join(","),
        recipe,
        rows: checked.places.len() - checked.examples.len() as u32,
        started_ms: now_ms(),
        sheets: checked.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
    })
}

/// Where a file is, whatever folder the next command is given in.
pub fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

/// The day and six random characters: short enough to type. A sandbox's run says so, in every
/// reference of its result too.
fn run_name(job: &Job) -> Result<String, Stop> {
    let random = getrandom::u32().map_err(|error| {
        Stop::cannot_start(text!(
            "Sistem rastgele sayı vermedi: {error}.",
            "The system gave no random number: {error}."
        ))
    })?;
    let day = jiff::Zoned::now().strftime("%Y%m%d").to_string();
    let kind = if job.sandbox { SANDBOX_RUN } else { "" };
    Ok(format!("{kind}{day}-{:06x}", random & 0x00ff_ffff))
}

/// What makes two runs the same: file, target, host, mapping.
pub fn signature(checked: &Checked, job: &Job) -> [u8; 32] {
    let hosts: Vec<String> = checked.operations.iter().map(|operation| job.host_of(operation)).collect();
    let recipe = &job.recipe;
    let parts = serde_json::json!([
        checked.sha256,
        checked.target(),
        hosts,
        recipe.maps,
        recipe.sets,
        recipe.sheet,
        recipe.skip_hidden,
        recipe.encoding,
    ]);
    Sha256::digest(parts.to_string().as_bytes()).into()
}
