//! Decisions that a person wrote into a workbook: the list of `resolve RUN -o FILE`, or a result with a column
//! `Decision` added. A row is known by its `Reference`.

use std::ops::ControlFlow;
use std::path::Path;

use caseload_engine::coerce::{Coerce, Formats};
use caseload_engine::error::Error;
use caseload_engine::job::{Job, Locale, Output};
use caseload_engine::ledger::{Entry, Ledger, Run};
use caseload_engine::outcome::CellFault;
use caseload_engine::submit::event::reference;
use caseload_engine::words;
use caseload_engine::zone::LocalZone;
use caseload_sheet::fold::fold;
use caseload_sheet::message::{Lang, Text, shown};
use caseload_sheet::read::{self, Doubtful, Options};
use caseload_sheet::row::{Cell, Row, Sheet};
use caseload_sheet::text;
use compact_str::CompactString;
use jiff::tz::TimeZone;

use crate::cli::progress::Terminal;

/// The headers, folded, of what is read.
const REFERENCE: [&str; 2] = ["reference", "referans"];
const DECISION: [&str; 2] = ["decision", "karar"];
const ID: [&str; 2] = ["id", "numara"];
const WHY: [&str; 2] = ["why", "neden"];
const ATTEMPT: [&str; 2] = ["attempt", "deneme"];

const DONE: [&str; 4] = ["done", "tamam", "yapildi", "yes"];
const NOT_DONE: [&str; 4] = ["notdone", "yapilmadi", "tamamdegil", "no"];

/// At most so many faults are told at once.
const MOST_TOLD: usize = 10;

/// What a person says of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub entry: Entry,
    pub done: bool,
    /// As it was written; empty where nobody knows it.
    pub id: String,
    pub why: Option<String>,
}

/// Reads the decisions of a workbook or CSV file. Rows without one are left as they are.
///
/// # Errors
/// A file without the two columns; a decision that is none, has an id that lost digits, is for a row that is not of this run, or is not
/// unknown: all of them together, and nothing is closed.
pub fn decisions(path: &Path, ledger: &Ledger, run: &Run, lang: Lang) -> Result<Vec<Decision>, Error> {
    let known = |headers: &[CompactString]| {
        headers.iter().filter(|header| is_one(header, &REFERENCE) || is_one(header, &DECISION)).count()
    };
    let agree = |question: &Text| Terminal::new(lang, false, false).confirm(question.get(lang)) == Some(true);
    let (doubtful, scratch) = (Doubtful::Ask(&agree), &std::env::temp_dir());
    let options = Options { sheet: None, encoding: None, known: &known, doubtful, scratch };
    let input = read::open(path, &options)?;
    let ids = id_headers(run, lang);
    let columns: Vec<Option<Columns>> = input.sheets.iter().map(|sheet| Columns::of(sheet, &ids)).collect();
    if columns.iter().all(Option::is_none) {
        return Err(no_columns(path));
    }
    let formats = Formats::of(&input.formats);
    let coerce = Coerce { formats: &formats, zone: &TimeZone::UTC };
    let entries = super::entries(ledger, run, super::is_closable)?;
    let (mut decisions, mut faults) = (Vec::new(), Vec::new());
    input.rows(|rows| {
        for row in &rows {
            let Some(columns) = &columns[usize::from(row.place.sheet)] else { continue };
            match columns.decision(row, &coerce, &entries, run) {
                Ok(None) => {}
                Ok(Some(decision)) => decisions.push(decision),
                Err(fault) => faults.push(fault),
            }
        }
        ControlFlow::Continue(())
    })?;
    if faults.is_empty() { Ok(decisions) } else { Err(refused(path, &faults)) }
}

/// The id may stand under the API's own name, as in a result.
fn id_headers(run: &Run, lang: Lang) -> Vec<String> {
    // A contract that is gone only means that its own name of the id is not known.
    let locale = Locale { lang, zone: LocalZone::default(), scratch: std::env::temp_dir(), flags: String::new() };
    let job = Job::again(run, Output::None, &locale);
    let names = job.iter().flat_map(|job| &job.operations).map(|operation| fold(operation.id_column()));
    ID.iter().map(|name| (*name).to_owned()).chain(names).collect()
}

struct Columns {
    reference: usize,
    decision: usize,
    ids: Vec<usize>,
    why: Option<usize>,
    /// In a list of this program.
    attempt: Option<usize>,
}

impl Columns {
    fn of(sheet: &Sheet, ids: &[String]) -> Option<Self> {
        let find = |names: &[&str]| sheet.headers.iter().rposition(|header| is_one(header, names));
        let is_id = |header: &CompactString| ids.contains(&fold(header));
        Some(Self {
            reference: find(&REFERENCE)?,
            decision: find(&DECISION)?,
            ids: (0..sheet.headers.len()).filter(|column| is_id(&sheet.headers[*column])).collect(),
            why: find(&WHY),
            attempt: find(&ATTEMPT),
        })
    }

    fn decision(&self, row: &Row, coerce: &Coerce, entries: &[Entry], run: &Run) -> Result<Option<Decision>, Fault> {
        let text = |column: usize| {
            let shown = coerce.shown(row.cells.get(column).unwrap_or(&Cell::Empty));
            caseload_sheet::row::trimmed(&shown).to_owned()
        };
        let word = text(self.decision);
        if word.is_empty() {
            return Ok(None);
        }
        let failed = |kind| Err(Fault { row: row.place.row, kind });
        let done = match fold(&word) {
            word if DONE.contains(&word.as_str()) => true,
            word if NOT_DONE.contains(&word.as_str()) => false,
            _ => return failed(Kind::NoDecision(word)),
        };
        let name = text(self.reference);
        let Some(entry) = entries.iter().find(|entry| reference(&run.spec.name, entry.place) == name) else {
            return failed(Kind::NotUnknown(name));
        };
        let attempt = self.attempt.map(text).unwrap_or_default();
        if !attempt.is_empty() && attempt != super::list::attempt(entry) {
            return failed(Kind::SentSince(name));
        }
        let mut ids = self.ids.iter().map(|column| coerce.sure_text(row.cells.get(*column).unwrap_or(&Cell::Empty)));
        let id = match ids.find(|id| id.as_ref().map_or(true, |id| !id.is_empty())) {
            Some(Err(fault)) if done => return failed(Kind::BadId(fault)),
            Some(Ok(id)) => id,
            _ => String::new(),
        };
        let why = self.why.map(text).filter(|why| !why.is_empty());
        Ok(Some(Decision { entry: entry.clone(), done, id, why }))
    }
}

fn is_one(header: &str, names: &[&str]) -> bool {
    names.contains(&fold(header).as_str())
}

struct Fault {
    row: u32,
    kind: Kind,
}

enum Kind {
    NoDecision(String),
    NotUnknown(String),
    /// The row has another attempt than the list is about.
    SentSince(String),
    /// Why the id is not certain.
    BadId(CellFault),
}

fn no_columns(path: &Path) -> Error {
    let path = shown(&path.display().to_string());
    Error::cannot_start(text!(
        "{path} içinde Reference (Referans) ve Decision (Karar) sütunları yok. \"caseload resolve ÇALIŞMA -o liste.xlsx\" doldurulacak bir liste yazar.",
        "{path} has no columns Reference and Decision. \"caseload resolve RUN -o list.xlsx\" writes a list to fill in."
    ))
}

fn refused(path: &Path, faults: &[Fault]) -> Error {
    let path = shown(&path.display().to_string());
    let (mut tr, mut en) = (Vec::new(), Vec::new());
    for Fault { row, kind } in faults.iter().take(MOST_TOLD) {
        let said = match kind {
            Kind::NoDecision(word) => {
                let word = shown(word);
                text!(
                    "{row}. satır: \"{word}\" bir karar değil; done ya da not-done yazın",
                    "row {row}: \"{word}\" is no decision; write done or not-done"
                )
            }
            Kind::NotUnknown(name) => {
                let name = shown(name);
                text!(
                    "{row}. satır: \"{name}\" bu çalışmanın belirsiz bir satırı değil",
                    "row {row}: \"{name}\" is no unknown row of this run"
                )
            }
            Kind::SentSince(name) => {
                let name = shown(name);
                text!(
                    "{row}. satır: \"{name}\" listeden sonra yeniden gönderilmiş; yeni bir liste alın",
                    "row {row}: \"{name}\" was sent again after the list was written; write a new list"
                )
            }
            Kind::BadId(why) => {
                let [tr, en] = [Lang::Tr, Lang::En].map(|lang| shown(words::cell(why, lang).trim_end_matches('.')));
                text!("{row}. satırın numarası: {tr}", "the id of row {row}: {en}")
            }
        };
        tr.push(said.tr);
        en.push(said.en);
    }
    let (tr, en, count) = (tr.join("; "), en.join("; "), faults.len());
    Error::cannot_start(text!(
        "{path}: {count} karar kullanılamıyor, hiçbir satır kapatılmadı. {tr}.",
        "{path}: {count} decisions cannot be used, and no row was closed. {en}."
    ))
}
