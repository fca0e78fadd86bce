//! Local times of a file: in whose zone they are read, and that a run which is gone on with reads them as it began.

use super::first_pass::CheckedFile;
use crate::contract::{Kind, Operation};
use crate::error::{Code, Error};
use crate::job::{Job, Recipe};
use crate::ledger::Run;
use crate::map::{SheetMap, Source};
use crate::message::Text;
use crate::text;

/// Whether times stand in a column of an operation.
fn has_times(operation: usize, all: &[Operation], maps: &[SheetMap]) -> bool {
    let is_time = |kind: &Kind| match kind {
        Kind::List(kind) => matches!(**kind, Kind::DateTime),
        kind => matches!(kind, Kind::DateTime),
    };
    let routes = maps.iter().flat_map(|map| &map.routes).filter(|route| route.operation == operation);
    routes.into_iter().any(|route| {
        let fields = all[operation].fields.iter().zip(&route.sources);
        fields.into_iter().any(|(field, source)| is_time(&field.kind) && *source != Source::Nowhere)
    })
}

/// The operations of a file that read local times in this computer's zone, for nobody names another.
pub fn on_the_systems_clock(all: &[Operation], maps: &[SheetMap], job: &Job) -> bool {
    let own = |operation: &Operation| job.recipe.timezone.is_none() && operation.timezone.is_none();
    all.iter().enumerate().any(|(at, operation)| own(operation) && has_times(at, all, maps))
}

/// What to say of that.
pub fn warning(job: &Job) -> Text {
    let zone = job.recipe.local_zone();
    text!(
        "Saatler bu bilgisayarın diliminde okundu ({zone}): ne profil ne sözleşme bir dilim söylüyor. Profile timezone = \"{zone}\" yazın.",
        "Times were read in this computer's zone ({zone}), for neither profile nor contract names one. Write timezone = \"{zone}\" into the profile."
    )
}

/// # Errors
/// The rest of the run would be read in another zone than its beginning.
pub fn goes_on_alike(run: &Run, checked: &CheckedFile, job: &Job) -> Result<(), Error> {
    if run.finished || !checked.has_local_times {
        return Ok(());
    }
    let began = Recipe::of(run)?;
    // Of a run of before it is not known.
    if began.local_timezone.is_none()
        || (&began.timezone, began.local_zone()) == (&job.recipe.timezone, job.recipe.local_zone())
    {
        return Ok(());
    }
    let name = |recipe: &Recipe| recipe.timezone.clone().unwrap_or_else(|| recipe.local_zone());
    let (before, now, run) = (name(&began), name(&job.recipe), run.spec.name.clone());
    Err(Code::ZoneChanged.cannot_start(text!(
        "{run} çalışması saatleri {before} diliminde okuyarak başladı; şimdi {now} okunurdu. Profile timezone = \"{before}\" yazın ya da TZ={before} ile çalıştırın. Hiçbir şey gönderilmedi.",
        "Run {run} began with times read in {before}; now they would be read in {now}. Write timezone = \"{before}\" into the profile, or run with TZ={before}. Nothing was sent."
    )))
}
