//! Opens a file, and finds what its columns mean: which operations its rows become, and where each field comes from.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use compact_str::CompactString;
use jiff::tz::TimeZone;

use super::Aim;
use super::notes::of_columns;
use crate::coerce::Formats;
use crate::contract::Operation;
use crate::error::Error;
use crate::files::base_name;
use crate::fold::fold;
use crate::job::Job;
use crate::map::{SheetMap, check_overrides, sheet_map};
use crate::message::{Text, shown};
use crate::read::{self, Doubtful, Input, Warning};
use crate::row::Sheet;
use crate::run::earlier::{EarlierResult, take_guards_of_headers_away, without_results};
use crate::run::event::Caller;
use crate::run::zone::{self, on_the_systems_clock};
use crate::text;

/// A file that was opened, and what its columns mean.
pub struct Planned {
    pub input: Input,
    pub sheets: Vec<Sheet>,
    /// The file is a CSV result, whose cells are guarded.
    pub guarded: bool,
    pub earlier: Vec<Option<EarlierResult>>,
    pub operations: Vec<Operation>,
    pub maps: Vec<SheetMap>,
    /// The zone of local times, by operation.
    pub zones: Vec<TimeZone>,
    pub has_local_times: bool,
    pub warnings: Vec<Text>,
}

pub fn planned(path: &Path, job: &Job, aim: Aim, caller: Caller) -> Result<Planned, Error> {
    let input = opened(path, job, aim, caller)?;
    let (sheets, guarded) = unguarded(&input);
    let earlier: Vec<_> = sheets.iter().map(|sheet| EarlierResult::of(sheet).filter(|_| aim != Aim::Fetch)).collect();
    let (operations, maps) =
        plan(&without_results(&sheets, &earlier), job).map_err(|stop| of_file(stop, &job.name_of(path)))?;
    let mut warnings = input.warnings.iter().map(Warning::text).collect::<Vec<_>>();
    warnings.extend(of_columns(&sheets, &operations, &maps, job, caller));
    let zones = operations.iter().map(|operation| job.zone_of(operation)).collect();
    let has_local_times = on_the_systems_clock(&operations, &maps, job);
    warnings.extend(has_local_times.then(|| zone::warning(job)));
    Ok(Planned { input, sheets, guarded, earlier, operations, maps, zones, has_local_times, warnings })
}

/// Opens the file as the job says it is to be read.
pub fn opened(path: &Path, job: &Job, aim: Aim, caller: Caller) -> Result<Input, Error> {
    let names: Vec<HashMap<String, usize>> = job.operations.iter().map(field_names).collect();
    let known = |headers: &[CompactString]| known_headers(&names, headers);
    let recipe = &job.recipe;
    let agree = |question: &Text| caller.observer.agrees(question);
    let doubtful = if aim == Aim::Again { Doubtful::Trust } else { Doubtful::Ask(&agree) };
    let (sheet, encoding) = (recipe.sheet.as_deref(), recipe.encoding.as_deref());
    let options = read::Options { sheet, encoding, known: &known, doubtful, scratch: &job.scratch };
    read::open(path, &options).map_err(|error| by_its_name(error.into(), path, job))
}

pub fn looks(input: &Input) -> Formats {
    if input.encoding.is_some() { Formats::of_text_file() } else { Formats::of(&input.formats) }
}

/// The sheets as they were before a CSV result was made of them, and whether one was: then its cells are guarded too.
pub fn unguarded(input: &Input) -> (Vec<Sheet>, bool) {
    let mut sheets = input.sheets.clone();
    let guarded = input.encoding.is_some() && is_result(&sheets);
    if guarded {
        take_guards_of_headers_away(&mut sheets);
    }
    (sheets, guarded)
}

/// Whether this program wrote the file: then it guarded what looks like a formula or steers a terminal.
fn is_result(sheets: &[Sheet]) -> bool {
    sheets.iter().any(|sheet| !crate::report::of_earlier_result(&sheet.headers).is_empty())
}

/// Finds each sheet's routes, and numbers the operations that are used.
pub fn plan(sheets: &[Sheet], job: &Job) -> Result<(Vec<Operation>, Vec<SheetMap>), Error> {
    let overrides = job.recipe.overrides();
    let names: Vec<&str> = overrides.sets.iter().chain(&overrides.maps).map(|(name, _)| name.as_str()).collect();
    let headers = || sheets.iter().flat_map(|sheet| &sheet.headers).map(CompactString::as_str);
    let wide = job.operations.iter().map(|operation| operation.widened(headers().chain(names.iter().copied())));
    let wide: Vec<Operation> = wide.collect::<Result<_, _>>()?;
    let all: Vec<&Operation> = wide.iter().collect();
    check_overrides(sheets, &all, &overrides)?;
    let mut maps = sheets.iter().map(|sheet| sheet_map(sheet, &all, &overrides)).collect::<Result<Vec<_>, _>>()?;
    let mut used: Vec<usize> = maps.iter().flat_map(|map| map.routes.iter().map(|route| route.operation)).collect();
    used.sort_unstable();
    used.dedup();
    for route in maps.iter_mut().flat_map(|map| &mut map.routes) {
        route.operation = used.iter().position(|index| *index == route.operation).unwrap_or_default();
    }
    Ok((used.into_iter().map(|index| wide[index].clone()).collect(), maps))
}

/// Calls the file in a sentence what people call it.
fn by_its_name(stop: Error, path: &Path, job: &Job) -> Error {
    let Some(name) = &job.file_name else { return stop };
    let (known, name) = (shown(&base_name(&path.to_string_lossy())), shown(name));
    let Text { tr, en } = &stop.message;
    Error { message: Text { tr: tr.replace(&known, &name), en: en.replace(&known, &name) }, ..stop }
}

/// Says first in which file it is, for several may be given.
pub fn of_file(stop: Error, name: &str) -> Error {
    let name = shown(name);
    let Text { tr, en } = &stop.message;
    Error { message: text!("{name}: {tr}", "{name}: {en}"), ..stop }
}

/// Every folded name of an operation's fields, with the field's index: as `Operation::field_for_header` finds it.
fn field_names(operation: &Operation) -> HashMap<String, usize> {
    let mut names = HashMap::new();
    for (index, field) in operation.fields.iter().enumerate() {
        names.entry(fold(&field.name)).or_insert(index);
    }
    for (index, field) in operation.fields.iter().enumerate() {
        for name in field.names() {
            names.entry(fold(name)).or_insert(index);
        }
    }
    names.remove("");
    names
}

/// How many fields of one operation these headers name, at most. Two names of one field count once: a
/// row of a template's explanation has both.
fn known_headers(operations: &[HashMap<String, usize>], headers: &[CompactString]) -> usize {
    let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    let count = |names: &HashMap<String, usize>| {
        folded.iter().filter_map(|header| names.get(header)).collect::<BTreeSet<_>>().len()
    };
    operations.iter().map(count).max().unwrap_or_default()
}
