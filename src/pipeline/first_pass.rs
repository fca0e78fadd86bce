//! The whole file, read, mapped and checked, before anything is sent.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use compact_str::CompactString;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::account::{Places, base_name};
use crate::coerce::Coerce;
use crate::contract::{Contract, Operation};
use crate::exit::Stop;
use crate::fold::fold;
use crate::job::Job;
use crate::keyed::Keyer;
use crate::map::{SheetMap, check_wishes, sheet_map};
use crate::message::{Lang, Text, shown};
use crate::outcome::Word;
use crate::progress::{Progress, Terminal};
use crate::read::{self, Input, Totals};
use crate::report;
use crate::row::{Cell, Row, Sheet};
use crate::spool::{Spool, Spooled};
use crate::text;
use crate::validate::across::{Across, Findings};
use crate::validate::{Context, Rules, Verdict, unknown_operation};

/// Batches of rows that may wait between the reader and the checks.
const BATCHES: usize = 8;

/// A file that was checked.
pub struct Checked {
    pub path: PathBuf,
    pub file_name: String,
    /// In hexadecimal.
    pub sha256: String,
    pub is_csv: bool,
    pub sheets: Vec<Sheet>,
    pub formats: Vec<String>,
    pub warnings: Vec<String>,
    /// The operations that the file's rows become.
    pub operations: Vec<Operation>,
    pub rows: Spooled<Row>,
    pub verdicts: Spooled<Verdict>,
    pub findings: Findings,
    pub places: Places,
    pub valid: u64,
    pub invalid: u64,
    /// Makes the keys of each operation.
    pub keyers: Vec<Keyer>,
}

impl Checked {
    /// The operations as `--to` takes them, joined by commas.
    pub fn target(&self) -> String {
        self.operations.iter().map(Operation::full_name).collect::<Vec<_>>().join(",")
    }
}

/// Reads, maps and checks a file. `secret` is the key of the keyed hashes.
pub fn first_pass(path: &Path, job: &Job, secret: &[u8; 32], terminal: Terminal) -> Result<Checked, Stop> {
    let known = |headers: &[CompactString]| known_headers(&job.operations, headers);
    let recipe = &job.recipe;
    let options = read::Options { sheet: recipe.sheet.as_deref(), encoding: recipe.encoding.as_deref(), known: &known };
    let input = read::open(path, &options)?;
    let sheets = input.sheets.clone();
    let earlier: Vec<_> = sheets.iter().map(EarlierResult::of).collect();
    let (operations, maps) = plan(&without_results(&sheets, &earlier), job).map_err(|stop| of_file(stop, path))?;
    let mut warnings = told(&input.warnings, job.lang);
    warnings.extend(unknown_columns(&sheets, &maps, job.lang));
    say_target(&operations, job, terminal);
    let zone = TimeZone::system();
    let formats = input.formats.clone();
    let coerce = Coerce { formats: &formats, lang: job.lang, zone: &zone };
    let references: Vec<&Operation> = operations.iter().collect();
    let keyers: Vec<Keyer> = operations.iter().map(|o| Keyer::new(secret, &job.host_of(o), &o.full_name())).collect();
    let rules = rules(&operations, &keyers, &job.contracts)?;
    let (sha256, is_csv) = (hex(&input.sha256), input.encoding.is_some());
    let mut pass = Pass {
        job,
        operations: &references,
        maps: &maps,
        earlier: &earlier,
        is_csv,
        rules: &rules,
        coerce: &coerce,
        rows: Spool::new()?,
        verdicts: Spool::new()?,
        across: Across::default(),
        places: Places::default(),
        valid: 0,
        invalid: 0,
    };
    let totals = run(&mut pass, input, terminal.checking())?;
    warnings.extend(told(&totals.warnings, job.lang));
    for warning in &warnings {
        terminal.note(&shown(warning));
    }
    let Pass { rows, verdicts, across, places, valid, invalid, .. } = pass;
    Ok(Checked {
        path: path.to_owned(),
        file_name: base_name(&path.to_string_lossy()),
        sha256,
        is_csv,
        formats,
        warnings,
        rows: rows.finish()?,
        verdicts: verdicts.finish()?,
        // A key of the nth equal row does not depend on the operation: the row's own key does.
        findings: across.resolve(|_, key, nth| keyers[0].occurrence(key, nth)),
        places,
        valid,
        invalid,
        keyers,
        operations,
        sheets,
    })
}

/// Reads on a thread of its own, checks on this one.
fn run(pass: &mut Pass, input: Input, mut progress: Progress) -> Result<Totals, Stop> {
    let totals = thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Vec<Row>>(BATCHES);
        let reader = scope.spawn(move || {
            input.rows(
                |batch| if sender.send(batch).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) },
            )
        });
        let mut checked = Ok(());
        for batch in receiver {
            checked = batch.into_iter().try_for_each(|row| pass.take(row));
            if checked.is_err() {
                break;
            }
            progress.read(u64::from(pass.places.len()));
        }
        let read = reader.join().unwrap_or_else(|_| Err(reader_failed()));
        checked.and(read)
    });
    progress.finish();
    totals
}

/// One reading of a file.
struct Pass<'a> {
    job: &'a Job,
    operations: &'a [&'a Operation],
    maps: &'a [SheetMap],
    earlier: &'a [Option<EarlierResult>],
    is_csv: bool,
    rules: &'a [Rules<'a>],
    coerce: &'a Coerce<'a>,
    rows: Spool<Row>,
    verdicts: Spool<Verdict>,
    across: Across,
    places: Places,
    valid: u64,
    invalid: u64,
}

impl Pass<'_> {
    fn take(&mut self, mut row: Row) -> Result<(), Stop> {
        let earlier = self.earlier[usize::from(row.place.sheet)].as_ref();
        let before = earlier.and_then(|earlier| earlier.word(&row));
        if self.is_csv && earlier.is_some() {
            take_apostrophes_away(&mut row);
        }
        let ordinal = self.places.len();
        self.places.push(row.place);
        let verdict = self.judge(ordinal, &row, before);
        match &verdict {
            Verdict::Invalid { .. } => self.invalid += 1,
            Verdict::Valid(_) => self.valid += 1,
            // Nothing of these is going to be sent.
            Verdict::Hidden { .. } | Verdict::Before { .. } => {}
        }
        self.rows.push(&row)?;
        self.verdicts.push(&verdict)
    }

    fn judge(&mut self, ordinal: u32, row: &Row, before: Option<(Word, Option<String>)>) -> Verdict {
        let map = &self.maps[usize::from(row.place.sheet)];
        let route = match map.route(row, self.operations, self.coerce) {
            Ok(route) => route,
            Err(found) => {
                let known: Vec<String> =
                    map.routes.iter().map(|route| self.operations[route.operation].full_name()).collect();
                let problem = unknown_operation(&found, map.selector, &known, self.job.lang);
                return Verdict::Invalid { operation: None, problems: vec![problem] };
            }
        };
        let operation = route.operation;
        if self.job.recipe.skip_hidden && row.hidden {
            return Verdict::Hidden { operation };
        }
        if let Some((word, id)) = before {
            return Verdict::Before { operation, word, id };
        }
        let rules = &self.rules[operation];
        let draft = route.draft(row, rules.operation(), self.coerce);
        match rules.check(draft, &Context { row, route, coerce: self.coerce }) {
            Ok((request, marks)) => {
                self.across.note(ordinal, &request, &marks, rules.operation());
                Verdict::Valid(request)
            }
            Err(problems) => Verdict::Invalid { operation: Some(operation), problems },
        }
    }
}

/// The columns that an earlier result added to a sheet: what became of each row then.
struct EarlierResult {
    columns: Range<usize>,
    /// How many columns of ids follow the first.
    ids: usize,
}

impl EarlierResult {
    fn of(sheet: &Sheet) -> Option<Self> {
        let columns = report::of_earlier_result(&sheet.headers);
        let ids = columns.clone().skip(1).take_while(|&column| sheet.headers[column] != "Error").count();
        (!columns.is_empty()).then_some(Self { columns, ids })
    }

    /// What the row was settled as, and its id as JSON: such a row stays; the others are taken again.
    fn word(&self, row: &Row) -> Option<(Word, Option<String>)> {
        let Some(Cell::Text(word)) = row.cells.get(self.columns.start) else { return None };
        let word = Word::from_name(word)?;
        // Each operation has its column of ids; they stand before the column `Error`.
        let id = row.cells.iter().skip(self.columns.start + 1).take(self.ids).find_map(|cell| match cell {
            Cell::Text(text) if !cell.is_blank() => Some(Value::from(text.as_str()).to_string()),
            Cell::Number { value, .. } => Some(value.to_string()),
            _ => None,
        });
        matches!(word, Word::Done | Word::DoneWithoutId | Word::Unknown).then_some((word, id))
    }
}

/// The cells of a CSV result as they were before they were guarded against spreadsheets.
fn take_apostrophes_away(row: &mut Row) {
    for cell in &mut row.cells {
        if let Cell::Text(text) = cell
            && text.starts_with('\'')
        {
            *text = report::without_apostrophe(text).into();
        }
    }
}

/// The sheets as columns are matched with fields: an earlier result's own columns feed nothing.
fn without_results(sheets: &[Sheet], earlier: &[Option<EarlierResult>]) -> Vec<Sheet> {
    let mut sheets = sheets.to_vec();
    for (sheet, earlier) in sheets.iter_mut().zip(earlier) {
        for column in earlier.iter().flat_map(|earlier| earlier.columns.clone()) {
            sheet.headers[column] = CompactString::default();
        }
    }
    sheets
}

/// Finds each sheet's routes, and numbers the operations that are used.
fn plan(sheets: &[Sheet], job: &Job) -> Result<(Vec<Operation>, Vec<SheetMap>), Stop> {
    let all: Vec<&Operation> = job.operations.iter().collect();
    let wishes = job.recipe.wishes();
    check_wishes(sheets, &all, &wishes)?;
    let mut maps = sheets.iter().map(|sheet| sheet_map(sheet, &all, &wishes)).collect::<Result<Vec<_>, _>>()?;
    let mut used: Vec<usize> = maps.iter().flat_map(|map| map.routes.iter().map(|route| route.operation)).collect();
    used.sort_unstable();
    used.dedup();
    for route in maps.iter_mut().flat_map(|map| &mut map.routes) {
        route.operation = used.iter().position(|index| *index == route.operation).unwrap_or_default();
    }
    Ok((used.into_iter().map(|index| job.operations[index].clone()).collect(), maps))
}

/// Says first in which file it is, for several may be given.
fn of_file(stop: Stop, path: &Path) -> Stop {
    let name = shown(&base_name(&path.to_string_lossy()));
    let Text { tr, en } = &stop.message;
    Stop { message: text!("{name}: {tr}", "{name}: {en}"), ..stop }
}

fn rules<'a>(operations: &'a [Operation], keyers: &[Keyer], contracts: &[Contract]) -> Result<Vec<Rules<'a>>, Stop> {
    let mut rules = Vec::with_capacity(operations.len());
    for (index, operation) in operations.iter().enumerate() {
        if let Some(contract) = contracts.iter().find(|contract| contract.name == operation.system) {
            rules.push(Rules::new(index, operation, contract, keyers[index].clone())?);
        }
    }
    Ok(rules)
}

/// How many fields of one operation these headers name, at most. Two names of one field count once: a
/// row of a template's explanation has both.
fn known_headers(operations: &[Operation], headers: &[CompactString]) -> usize {
    let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    let count = |operation: &Operation| {
        folded.iter().filter_map(|header| operation.field_for_header(header)).collect::<BTreeSet<_>>().len()
    };
    operations.iter().map(count).max().unwrap_or_default()
}

fn unknown_columns(sheets: &[Sheet], maps: &[SheetMap], lang: Lang) -> Vec<String> {
    let mut names: Vec<String> =
        maps.iter().flat_map(|map| map.unknown.iter().map(|name| format!("\"{name}\""))).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() || sheets.is_empty() {
        return Vec::new();
    }
    let names = names.join(", ");
    vec![crate::say!(
        lang,
        "Sözleşmenin tanımadığı sütunlar gönderilmez: {names}. Bir alanı gösteriyorsa --map ALAN=BAŞLIK kullanın.",
        "Columns that the contract does not know are not sent: {names}. If one means a field, use --map FIELD=HEADER."
    )]
}

fn say_target(operations: &[Operation], job: &Job, terminal: Terminal) {
    if job.recipe.to.is_none() {
        let names = operations.iter().map(Operation::full_name).collect::<Vec<_>>().join(", ");
        terminal.note(&crate::say!(
            job.lang,
            "Başlıklara göre işlem: {names}",
            "By the headers, the operation is: {names}"
        ));
    }
}

fn told(warnings: &[Text], lang: Lang) -> Vec<String> {
    warnings.iter().map(|warning| warning.get(lang).to_owned()).collect()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn reader_failed() -> Stop {
    Stop::cannot_start(text!(
        "Dosya okunurken beklenmeyen bir hata oldu. Dosyayı Excel'de açıp yeniden .xlsx olarak kaydedin.",
        "Something unexpected happened while the file was read. Open it in Excel and save it as .xlsx again."
    ))
}
