//! The whole file, read, mapped and checked, before anything is sent.

mod checked_file;
mod decimals;
mod notes;
mod opening;
mod pass;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use jiff::tz::TimeZone;

use self::checked_file::{Before, Reading};
use self::decimals::Decimals;
use self::notes::{of_examples, of_hidden};
use self::opening::{Planned, of_file, planned};
use self::pass::Pass;
use super::earlier::{Origins, take_guards_away};
use super::event::{Caller, Event, Stage};
use super::known::Known;
use crate::account::Places;
use crate::coerce::Coerce;
use crate::contract::Operation;
use crate::error::{Code, Error};
use crate::example::Example;
use crate::identity::RowKeyers;
use crate::job::{Job, Output, SheetMends};
use crate::keyed::{KeyedHasher, hex};
use crate::ledger::Ledger;
use crate::map::Draft;
use crate::message::Text;
use crate::notice::Notice;
use crate::read::{Input, Totals, Warning};
use crate::row::{Row, Sheet};
use crate::spool::Spool;
use crate::text;
use crate::validate::Rules;
use crate::validate::across::Across;

pub use self::checked_file::{CheckedFile, Fed};
pub use self::opening::{looks, opened, plan, unguarded};

/// Batches of rows that may wait between the reader and the checks.
const BATCHES: usize = 8;

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
    pass.decimals.agree(&sheets).map_err(|stop| of_file(stop, &job.name_of(path)))?;
    let warnings = with_those_of_rows(warnings, &pass, &totals, &sheets, caller);
    let Pass { verdicts, across, places, valid, invalid, examples, before, .. } = pass;
    Ok(CheckedFile {
        path: path.to_owned(),
        file_name: job.name_of(path),
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

fn rules<'a>(operations: &'a [Operation], job: &Job, keyers: Vec<RowKeyers>) -> Result<Vec<Rules<'a>>, Error> {
    let mut rules = Vec::with_capacity(operations.len());
    for ((index, operation), keyers) in operations.iter().enumerate().zip(keyers) {
        if let Some(contract) = job.contracts.iter().find(|contract| contract.name == operation.system) {
            rules.push(Rules::new(index, operation, contract, keyers, job.recipe.strict)?);
        }
    }
    Ok(rules)
}

fn reader_failed() -> Error {
    Code::FileUnreadable.cannot_start(text!(
        "Dosya okunurken beklenmeyen bir hata oldu. Dosyayı Excel'de açıp yeniden .xlsx olarak kaydedin.",
        "Something unexpected happened while the file was read. Open it in Excel and save it as .xlsx again."
    ))
}
