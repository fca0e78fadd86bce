//! The whole file, read, mapped and checked, before anything is sent.

mod decimals;
mod notes;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use compact_str::CompactString;
use jiff::tz::TimeZone;

use self::decimals::Decimals;
use self::notes::{of_columns, of_examples, of_hidden};
use super::earlier::{EarlierResult, Origin, Origins, Settled};
use super::earlier::{take_guards_away, take_guards_of_headers_away, without_results};
use super::event::{Caller, Event, Stage};
use super::known::Known;
use super::past::KnownAs;
use super::zone::{self, on_the_systems_clock};
use crate::account::Places;
use crate::coerce::{Coerce, Formats};
use crate::contract::Operation;
use crate::error::{Code, Error};
use crate::example::Example;
use crate::files::base_name;
use crate::fold::fold;
use crate::identity::RowKeyers;
use crate::job::{Job, Output, SheetMends};
use crate::keyed::{Key, KeyedHasher, hex};
use crate::ledger::{EntryId, Ledger};
use crate::map::{Draft, SheetMap, check_overrides, sheet_map};
use crate::message::{Text, shown};
use crate::notice::Notice;
use crate::read::{self, Doubtful, Input, ReadAs, Totals, Warning};
use crate::row::{Place, Row, Sheet};
use crate::spool::{Spool, Spooled};
use crate::text;
use crate::validate::across::{Across, Findings};
use crate::validate::{Context, Rules, Verdict, unknown_operation};

/// Batches of rows that may wait between the reader and the checks.
const BATCHES: usize = 8;

/// A file that was checked.
pub struct CheckedFile {
    pub path: PathBuf,
    pub file_name: String,
    /// In hexadecimal.
    pub sha256: String,
    pub is_csv: bool,
    pub reading: Reading,
    pub sheets: Vec<Sheet>,
    /// What the columns of each sheet are.
    pub maps: Vec<SheetMap>,
    pub formats: Vec<String>,
    pub warnings: Vec<Text>,
    /// The operations that the file's rows become.
    pub operations: Vec<Operation>,
    /// The cells; kept only where a result is written.
    pub rows: Option<Spooled<Row>>,
    pub verdicts: Spooled<Verdict>,
    pub findings: Findings,
    pub places: Places,
    pub valid: u64,
    pub invalid: u64,
    /// The rows that are the template's example, by ordinal: no rows of the list.
    pub examples: Vec<u32>,
    /// Tells equal rows apart that are no duplicates.
    pub occurrences: KeyedHasher,
    /// Times are read in this computer's zone, for nobody names another.
    pub has_local_times: bool,
    /// How the ledger may know the file's rows.
    pub known_as: Vec<KnownAs>,
    pub before: Before,
}

/// What a file's rows have of the time before.
#[derive(Default)]
pub struct Before {
    /// Valid rows that the file itself, an earlier result, calls settled by this server.
    pub fed: Vec<Fed>,
    /// Rows that it calls settled by another server, or in a run that the ledger does not know.
    pub fed_elsewhere: Vec<u32>,
    /// Order keys behind which unknown rows of a ledger of an older form hold the file's rows.
    pub held: Vec<(Key, EntryId)>,
}

/// A valid row that an earlier result calls settled by this server.
#[derive(Debug, Clone, Copy)]
pub struct Fed {
    pub ordinal: u32,
    /// The run that settled it, by a number of the ledger, and where the row stood in that run's file.
    pub run: u32,
    pub place: Place,
}

/// How the file was read.
pub struct Reading {
    pub read_as: ReadAs,
    /// The encoding that the user agreed to, where none was named.
    pub agreed_encoding: Option<&'static str>,
    /// Rows that repeat the header row, skipped.
    pub repeated_headers: u64,
}

impl Reading {
    /// Before its rows are read.
    fn of(input: &Input) -> Self {
        Self { read_as: input.read_as(), agreed_encoding: input.agreed, repeated_headers: 0 }
    }
}

impl CheckedFile {
    /// The operations as `--to` takes them, joined by commas.
    pub fn target(&self) -> String {
        self.operations.iter().map(Operation::full_name).collect::<Vec<_>>().join(",")
    }
}

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// It is only looked at.
    Check,
    /// Its rows are to be sent.
    Send,
    /// What was sent is read once more, and nothing is asked.
    Again,
    /// Every row is read for, whatever an earlier result says of it, and the template's example too.
    Fetch,
}

/// Reads, maps and checks a file. The ledger gives the key of the keyed hashes; without one any key will do.
pub fn first_pass(
    path: &Path,
    job: &Job,
    aim: Aim,
    ledger: Option<&Ledger>,
    caller: Caller,
) -> Result<CheckedFile, Error> {
    let Planned { input, sheets, guarded, earlier, operations, maps, zones, has_local_times, warnings } =
        planned(path, job, aim, caller)?;
    let (formats, looks) = (input.formats.clone(), looks(&input));
    let (sha256, is_csv, reading) = (hex(&input.sha256), input.encoding.is_some(), Reading::of(&input));
    let coerces: Vec<Coerce> = zones.iter().map(|zone| Coerce { formats: &looks, zone }).collect();
    let coerce = Coerce { formats: &looks, zone: const { &TimeZone::UTC } };
    let references: Vec<&Operation> = operations.iter().collect();
    let occurrences = KeyedHasher::of_occurrences(ledger.map_or(&[0; 32], |ledger| ledger.secret()));
    let known = Known::of(&operations, job, ledger)?;
    let mut rules = rules(&operations, job, known.keyers)?;
    let mut pass = Pass {
        job,
        mends: mends_of(job, &sheets),
        decimals: Decimals::new(&maps, &references),
        operations: &references,
        maps: &maps,
        earlier: &earlier,
        origins: Origins::new(job, ledger, &known.servers),
        held: known.held,
        before: Before::default(),
        rules: &mut rules,
        coerce: &coerce,
        coerces: &coerces,
        sending: aim != Aim::Check,
        draft: Draft::default(),
        verdicts: Spool::new(&job.scratch)?,
        across: Across::default(),
        places: Places::default(),
        valid: 0,
        invalid: 0,
        example: examples_of(&operations, &coerces, aim),
        examples: Vec::new(),
    };
    let (totals, rows) = run(&mut pass, input, guarded, caller)?;
    pass.decimals.agree(&sheets).map_err(|stop| of_file(stop, path))?;
    let warnings = with_those_of_rows(warnings, &pass, &totals, &sheets, caller);
    let Pass { verdicts, across, places, valid, invalid, examples, before, .. } = pass;
    Ok(CheckedFile {
        path: path.to_owned(),
        file_name: base_name(&path.to_string_lossy()),
        sha256,
        is_csv,
        reading: Reading { repeated_headers: totals.repeated_headers, ..reading },
        formats,
        warnings,
        rows: rows.map(Spool::finish).transpose()?,
        verdicts: verdicts.finish()?,
        findings: across.resolve(|key, nth| occurrences.occurrence(key, nth)),
        places,
        valid,
        invalid,
        examples,
        occurrences,
        has_local_times,
        known_as: known.namings,
        before,
        operations,
        sheets,
        maps,
    })
}

/// What people changed, by sheet.
fn mends_of<'a>(job: &'a Job, sheets: &[Sheet]) -> Vec<Option<&'a SheetMends>> {
    sheets.iter().map(|sheet| job.mends.of_sheet(&sheet.name)).collect()
}

/// The example row of each operation, read as its rows are.
fn examples_of(operations: &[Operation], coerces: &[Coerce], aim: Aim) -> Vec<Option<Example>> {
    let example = |(operation, coerce)| Example::of(operation, coerce).filter(|_| aim != Aim::Fetch);
    operations.iter().zip(coerces).map(example).collect()
}

/// A file that was opened, and what its columns mean.
struct Planned {
    input: Input,
    sheets: Vec<Sheet>,
    /// The file is a CSV result, whose cells are guarded.
    guarded: bool,
    earlier: Vec<Option<EarlierResult>>,
    operations: Vec<Operation>,
    maps: Vec<SheetMap>,
    /// The zone of local times, by operation.
    zones: Vec<TimeZone>,
    has_local_times: bool,
    warnings: Vec<Text>,
}

fn planned(path: &Path, job: &Job, aim: Aim, caller: Caller) -> Result<Planned, Error> {
    let input = opened(path, job, aim, caller)?;
    let (sheets, guarded) = unguarded(&input);
    let earlier: Vec<_> = sheets.iter().map(|sheet| EarlierResult::of(sheet).filter(|_| aim != Aim::Fetch)).collect();
    let (operations, maps) = plan(&without_results(&sheets, &earlier), job).map_err(|stop| of_file(stop, path))?;
    let mut warnings = input.warnings.iter().map(Warning::text).collect::<Vec<_>>();
    warnings.extend(of_columns(&sheets, &operations, &maps, job, caller));
    let zones = operations.iter().map(|operation| job.zone_of(operation)).collect();
    let has_local_times = on_the_systems_clock(&operations, &maps, job);
    warnings.extend(has_local_times.then(|| zone::warning(job)));
    Ok(Planned { input, sheets, guarded, earlier, operations, maps, zones, has_local_times, warnings })
}

/// Adds what is to be told of the rows as they were read, and says all of it.
fn with_those_of_rows(
    mut warnings: Vec<Text>,
    pass: &Pass,
    totals: &Totals,
    sheets: &[Sheet],
    caller: Caller,
) -> Vec<Text> {
    warnings.extend(totals.warnings.iter().map(Warning::text));
    warnings.extend(of_hidden(totals, pass.job));
    warnings.extend(of_examples(&pass.examples, &pass.places, sheets));
    for warning in &warnings {
        caller.note(Notice::OfFile(warning.clone()));
    }
    warnings
}

/// Opens the file as the job says it is to be read.
pub(super) fn opened(path: &Path, job: &Job, aim: Aim, caller: Caller) -> Result<Input, Error> {
    let names: Vec<HashMap<String, usize>> = job.operations.iter().map(field_names).collect();
    let known = |headers: &[CompactString]| known_headers(&names, headers);
    let recipe = &job.recipe;
    let agree = |question: &Text| caller.observer.agrees(question);
    let doubtful = if aim == Aim::Again { Doubtful::Trust } else { Doubtful::Ask(&agree) };
    let (sheet, encoding) = (recipe.sheet.as_deref(), recipe.encoding.as_deref());
    Ok(read::open(path, &read::Options { sheet, encoding, known: &known, doubtful, scratch: &job.scratch })?)
}

pub(super) fn looks(input: &Input) -> Formats {
    if input.encoding.is_some() { Formats::of_text_file() } else { Formats::of(&input.formats) }
}

/// The sheets as they were before a CSV result was made of them, and whether one was: then its cells are guarded too.
pub(super) fn unguarded(input: &Input) -> (Vec<Sheet>, bool) {
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

/// Reads and spools the cells on a thread of its own, checks on this one.
fn run(pass: &mut Pass, input: Input, quoted: bool, caller: Caller) -> Result<(Totals, Option<Spool<Row>>), Error> {
    let job = pass.job;
    let rows = (job.output != Output::None).then(|| Spool::new(&job.scratch)).transpose()?;
    caller.tell(Event::Began(Stage::Reading));
    let totals = thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Vec<Row>>(BATCHES);
        let (done_with, to_drop) = channel::<Vec<Row>>();
        let reader = scope.spawn(move || read_into(input, rows, quoted, &sender, &to_drop));
        let mut checked = Ok(());
        for batch in receiver {
            checked = caller.still_wants().and_then(|()| batch.iter().try_for_each(|row| pass.take(row)));
            if checked.is_err() {
                break;
            }
            // Memory goes back where it came from: two threads on one heap wait for each other.
            let _ = done_with.send(batch);
            caller.tell(Event::Read { rows: u64::from(pass.places.len()) });
        }
        let read = reader.join().unwrap_or_else(|_| Err(reader_failed()));
        checked.and(read)
    });
    caller.tell(Event::Ended);
    totals
}

fn read_into(
    input: Input,
    mut rows: Option<Spool<Row>>,
    quoted: bool,
    sender: &SyncSender<Vec<Row>>,
    to_drop: &Receiver<Vec<Row>>,
) -> Result<(Totals, Option<Spool<Row>>), Error> {
    let mut spooled = Ok(());
    let totals = input.rows(|mut batch| {
        to_drop.try_iter().for_each(drop);
        if quoted {
            batch.iter_mut().for_each(take_guards_away);
        }
        if let Some(rows) = &mut rows {
            spooled = batch.iter().try_for_each(|row| rows.push(row));
        }
        if spooled.is_ok() && sender.send(batch).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    spooled.map(|()| (totals, rows))
}

/// One reading of a file.
struct Pass<'a> {
    job: &'a Job,
    /// What people changed, by sheet.
    mends: Vec<Option<&'a SheetMends>>,
    operations: &'a [&'a Operation],
    maps: &'a [SheetMap],
    earlier: &'a [Option<EarlierResult>],
    origins: Origins<'a>,
    /// Unknown rows of a ledger from before, by their order keys.
    held: HashMap<Key, EntryId>,
    before: Before,
    rules: &'a mut [Rules<'a>],
    /// For what has no times.
    coerce: &'a Coerce<'a>,
    /// By operation: each has the zone of its times.
    coerces: &'a [Coerce<'a>],
    sending: bool,
    draft: Draft,
    decimals: Decimals,
    verdicts: Spool<Verdict>,
    across: Across,
    places: Places,
    valid: u64,
    invalid: u64,
    /// One an operation.
    example: Vec<Option<Example>>,
    examples: Vec<u32>,
}

impl Pass<'_> {
    fn take(&mut self, row: &Row) -> Result<(), Error> {
        let mends = self.mends[usize::from(row.place.sheet)];
        let mended = mends.map_or(Cow::Borrowed(row), |mends| mends.over(row));
        let row = mended.as_ref();
        let earlier = self.earlier[usize::from(row.place.sheet)].as_ref();
        let before = earlier.and_then(|earlier| earlier.settled(row));
        let ordinal = self.places.len();
        self.places.push(row.place);
        let verdict = self.judge(ordinal, row, before);
        match &verdict {
            Verdict::Invalid { .. } => self.invalid += 1,
            Verdict::Valid { .. } | Verdict::Accepted { .. } => self.valid += 1,
            Verdict::Example { .. } => self.examples.push(ordinal),
            // Nothing of these is going to be sent.
            Verdict::Hidden { .. } | Verdict::LeftOut { .. } | Verdict::Before { .. } => {}
        }
        self.verdicts.push(&verdict)
    }

    fn judge(&mut self, ordinal: u32, row: &Row, before: Option<Settled>) -> Verdict {
        let map = &self.maps[usize::from(row.place.sheet)];
        let route = match map.route(row, self.operations, self.coerce) {
            Ok(route) => route,
            Err(found) => {
                let known: Vec<String> =
                    map.routes.iter().map(|route| self.operations[route.operation].full_name()).collect();
                let problem = unknown_operation(&found, map.selector, known);
                return Verdict::Invalid { operation: None, problems: vec![problem] };
            }
        };
        let operation = route.operation;
        if self.job.recipe.skip_hidden && row.hidden {
            return Verdict::Hidden { operation };
        }
        if self.mends[usize::from(row.place.sheet)].is_some_and(|mends| mends.leaves_out(row.place.row)) {
            return Verdict::LeftOut { operation };
        }
        let rules = &mut self.rules[operation];
        let coerce = &self.coerces[operation];
        route.fill(&mut self.draft, row, rules.operation(), coerce);
        let is_example = |example: &Example| before.is_none() && example.is(row, route, &self.draft);
        if self.example[operation].as_ref().is_some_and(is_example) {
            return Verdict::Example { operation };
        }
        self.decimals.note(row);
        let origin = before.as_ref().and_then(|before| self.origins.of(&before.reference, rules.operation()));
        let accepted = match rules.check(&mut self.draft, &Context { row, route, coerce }) {
            Ok(accepted) => accepted,
            Err(problems) => {
                return match (before, origin) {
                    (Some(before), Some(Origin::Here { .. })) => before.verdict(operation, None),
                    _ => Verdict::Invalid { operation: Some(operation), problems },
                };
            }
        };
        for (_, key) in accepted.landed_orders() {
            if let (Some(id), Some(order)) = (self.held.get(&key), accepted.order()) {
                self.before.held.push((order, *id));
            }
        }
        let request = self.sending.then(|| accepted.request());
        match (before, origin) {
            (Some(before), Some(Origin::Here { run, place })) => {
                self.across.note_before(ordinal, &accepted.marks);
                self.before.fed.push(Fed { ordinal, run, place });
                return before.verdict(operation, request);
            }
            (_, Some(Origin::Elsewhere)) => self.before.fed_elsewhere.push(ordinal),
            _ => {}
        }
        self.across.note(ordinal, &accepted.marks, self.operations[operation]);
        let order = accepted.order_to_compare();
        let warnings = accepted.warnings;
        match request {
            Some(request) => Verdict::Valid { request, warnings },
            None => Verdict::Accepted { operation, order, warnings },
        }
    }
}

/// Finds each sheet's routes, and numbers the operations that are used.
pub(super) fn plan(sheets: &[Sheet], job: &Job) -> Result<(Vec<Operation>, Vec<SheetMap>), Error> {
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

/// Says first in which file it is, for several may be given.
fn of_file(stop: Error, path: &Path) -> Error {
    let name = shown(&base_name(&path.to_string_lossy()));
    let Text { tr, en } = &stop.message;
    Error { message: text!("{name}: {tr}", "{name}: {en}"), ..stop }
}

fn rules<'a>(operations: &'a [Operation], job: &Job, keyers: Vec<RowKeyers>) -> Result<Vec<Rules<'a>>, Error> {
    let mut rules = Vec::with_capacity(operations.len());
    for ((index, operation), keyers) in operations.iter().enumerate().zip(keyers) {
        if let Some(contract) = job.contracts.iter().find(|contract| contract.name == operation.system) {
            rules.push(Rules::new(index, operation, contract, keyers, job.recipe.strict)?);
        }
    }
    Ok(rules)
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

fn reader_failed() -> Error {
    Code::FileUnreadable.cannot_start(text!(
        "Dosya okunurken beklenmeyen bir hata oldu. Dosyayı Excel'de açıp yeniden .xlsx olarak kaydedin.",
        "Something unexpected happened while the file was read. Open it in Excel and save it as .xlsx again."
    ))
}
