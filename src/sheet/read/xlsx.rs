//! Workbooks (.xlsx, .xlsm): chooses the sheets, and reads their rows.

use std::io::BufReader;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use calamine::{Reader, Xlsx};
use zip::ZipArchive;

use super::archive::Archive;
use super::cells::{Book, Formats, Rows, Where, cannot_read};
use super::header::{self, HEAD_ROWS, HeadRow, HeaderChoice};
use super::mend;
use super::metered::metered;
use super::options::Options;
use super::parts::{self, Layout, Tab};
use super::scanner::{Part, Scanner};
use super::slice::CHUNK;
use super::source::Source;
use super::stream::Stream;
use super::trouble::Trouble;
use super::warning::{Warning, WarningKind};
use super::weight::Budget;
use crate::error::{ChoiceFault, Error};
use crate::fold::fold;
use crate::panics::parsing;
use crate::row::{Place, Row, Sheet};

/// An opened workbook.
pub(super) struct Workbook {
    book: Book,
    formats: Formats,
    scanner: Scanner,
    /// The index of each sheet's part among those that are scanned.
    parts: Vec<usize>,
}

/// What was found by opening: the workbook, its sheets to read, and warnings.
pub(super) struct Opened {
    pub workbook: Workbook,
    pub sheets: Vec<Sheet>,
    pub warnings: Vec<Warning>,
}

/// Opens the workbook and chooses its sheets; an error if none has a row below its header row.
pub(super) fn open(source: &Source, options: &Options) -> Result<Opened, Error> {
    let name = &source.name;
    let Package { copy, archive, reached, budget, layout } = Package::of(source).map_err(|trouble| trouble.of(name))?;
    let source = copy.as_ref().unwrap_or(source);
    let wanted = wanted_sheets(name, &layout.sheets, options.sheet)?;
    let Some(first) = wanted.first() else { return Err(Error::new(name, ChoiceFault::NoVisibleSheet)) };

    let sheets = wanted.iter().map(|tab| Part::Sheet(tab.path.clone()));
    let scanned: Vec<Part> = layout.texts.into_iter().map(Part::Texts).chain(sheets).collect();
    let first_sheet = scanned.len() - wanted.len();
    let scanner = Scanner::begin(archive, budget, reached, scanned).map_err(|trouble| trouble.of(name))?;
    let handle = BufReader::with_capacity(CHUNK, scanner.gated(source.slice(0, source.len())));
    let book = parsing(|| Xlsx::new(handle)).map_err(|error| cannot_read(name, "", &error));
    let mut book = book.map_err(|stumbled| scanner.cause(0, name, stumbled))?;

    let place = |(sheet, part)| Where { file: name, sheet, scanner: &scanner, part };
    let formats = Formats::of(&mut book, place((&first.name, first_sheet)))?;
    let mut choice = Choice::default();
    for (tab, part) in wanted.iter().zip(first_sheet..) {
        choice.consider(&mut book, &formats, place((&tab.name, part)), options)?;
    }
    let mut workbook = Workbook { book, formats, scanner, parts: Vec::new() };
    let (sheets, mut warnings) = choice.decide(&mut workbook, name, layout.uncalculated)?;
    warnings.extend(layout.empty.iter().map(|sheet| Warning::new(sheet, WarningKind::NoCells)));
    Ok(Opened { workbook, sheets, warnings })
}

/// A workbook's parts, and what they are read from.
struct Package {
    /// Where the file itself is not what the workbook reader reads.
    copy: Option<Source>,
    archive: Archive,
    reached: Arc<AtomicU64>,
    budget: Budget,
    layout: Layout,
}

impl Package {
    fn of(source: &Source) -> Result<Self, Trouble> {
        let (mut copy, mut empty): (Option<Source>, Vec<String>) = (None, Vec::new());
        // Once for UTF-16, once for what can be seen then.
        for _ in 0..3 {
            let from = copy.as_ref().unwrap_or(source);
            let (handle, reached) = metered(from.slice(0, from.len()));
            let mut archive = ZipArchive::new(handle)?;
            let mut budget = Budget::of(source.len());
            let mut edits = mend::of_encoding(&mut archive);
            if edits.is_empty() {
                let mut layout = parts::layout(&mut archive, &mut budget)?;
                // In the copy these are no more.
                empty.append(&mut layout.empty);
                edits = mend::of_layout(&mut archive, &layout)?;
                if edits.is_empty() {
                    layout.empty = empty;
                    return Ok(Self { copy, archive, reached, budget, layout });
                }
            }
            let mended = mend::copy(&mut archive, &edits, &mut Budget::of(source.len()), &source.scratch)?;
            copy = Some(source.with_copy(mended)?);
        }
        Err(Trouble::Damaged("zip".to_owned()))
    }
}

/// The named sheet, or every visible one.
fn wanted_sheets<'l>(file: &str, tabs: &'l [Tab], named: Option<&str>) -> Result<Vec<&'l Tab>, Error> {
    let Some(named) = named else {
        return Ok(tabs.iter().filter(|tab| tab.visible).collect());
    };
    let found = tabs.iter().find(|tab| tab.name == named).or_else(|| {
        let key = fold(named);
        tabs.iter().find(|tab| !key.is_empty() && fold(&tab.name) == key)
    });
    found.map(|tab| vec![tab]).ok_or_else(|| no_such_sheet(file, named, tabs))
}

fn no_such_sheet(file: &str, named: &str, tabs: &[Tab]) -> Error {
    let names = || tabs.iter().map(|tab| &tab.name);
    let close = names()
        .map(|name| (strsim::jaro_winkler(&fold(name), &fold(named)), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let (sheets, close) = (names().cloned().collect(), close.map(|(_, name)| name.clone()));
    Error::new(file, ChoiceFault::NoSuchSheet { named: named.to_owned(), sheets, close })
}

/// The sheets that may be read.
#[derive(Default)]
struct Choice {
    recognised: Vec<(Sheet, usize)>,
    /// The first that has rows, if none is recognised.
    plausible: Option<(Sheet, usize)>,
    without_header: Vec<String>,
    without_rows: Vec<String>,
}

impl Choice {
    fn consider(&mut self, book: &mut Book, formats: &Formats, place: Where, options: &Options) -> Result<(), Error> {
        let head = head_of(book, formats, place)?;
        let name = place.sheet.to_owned();
        match header::find(&head, options.known) {
            None => self.without_rows.push(name),
            Some(HeaderChoice::Recognised(at)) => self.recognised.push((header::sheet(name, head, at), place.part)),
            Some(HeaderChoice::Plausible(at)) => {
                self.without_header.push(name.clone());
                self.plausible.get_or_insert_with(|| (header::sheet(name, head, at), place.part));
            }
        }
        Ok(())
    }

    fn decide(
        mut self,
        workbook: &mut Workbook,
        file: &str,
        uncalculated: bool,
    ) -> Result<(Vec<Sheet>, Vec<Warning>), Error> {
        let mut sheets = Vec::new();
        if self.recognised.is_empty() {
            self.without_header.clear();
            self.recognised.extend(self.plausible);
        }
        let mut warnings: Vec<Warning> =
            self.without_header.iter().map(|sheet| Warning::new(sheet, WarningKind::NoKnownHeader)).collect();
        for (sheet, part) in self.recognised {
            if workbook.has_rows(file, &sheet, part)? {
                if uncalculated && workbook.scanner.marks(part).map_err(|trouble| trouble.of(file))?.formulas {
                    warnings.push(Warning::new(&sheet.name, WarningKind::NotCalculated));
                }
                sheets.push(sheet);
                workbook.parts.push(part);
            } else {
                self.without_rows.push(sheet.name);
            }
        }
        if sheets.is_empty() {
            return Err(Error::new(file, ChoiceFault::NoData));
        }
        Ok((sheets, warnings))
    }
}

/// The first rows that are not blank.
fn head_of(book: &mut Book, formats: &Formats, place: Where) -> Result<Vec<HeadRow>, Error> {
    let mut rows = Rows::open(book, formats, place, 0)?;
    let mut head: Vec<HeadRow> = Vec::new();
    while head.len() < HEAD_ROWS
        && let Some((number, cells)) = rows.next()?
    {
        if cells.iter().any(|cell| !cell.is_blank()) {
            head.push((number, cells));
        }
    }
    Ok(head)
}

impl Workbook {
    pub fn formats(&self) -> &[String] {
        &self.formats.codes
    }

    fn has_rows(&mut self, file: &str, sheet: &Sheet, part: usize) -> Result<bool, Error> {
        let place = Where { file, sheet: &sheet.name, scanner: &self.scanner, part };
        let mut rows = Rows::open(&mut self.book, &self.formats, place, 0)?;
        while let Some((number, cells)) = rows.next()? {
            if number > sheet.header_row && cells.iter().any(|cell| !cell.is_blank()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the rows below the header row of every sheet into `stream`.
    pub fn rows(&mut self, file: &str, sheets: &[Sheet], stream: &mut Stream) -> Result<(), Error> {
        for (index, (sheet, part)) in sheets.iter().zip(&self.parts).enumerate() {
            let place = Where { file, sheet: &sheet.name, scanner: &self.scanner, part: *part };
            let mut rows = Rows::open(&mut self.book, &self.formats, place, sheet.headers.len())?;
            while !stream.is_over()
                && let Some((number, cells)) = rows.next()?
            {
                if number > sheet.header_row {
                    let place = Place { sheet: index as u16, row: number };
                    stream.push(Row { place, hidden: rows.is_hidden(), cells }, file)?;
                }
            }
            drop(rows);
            if !stream.is_over() {
                // What stands behind the last row may be wrong too.
                self.scanner.marks(*part).map_err(|trouble| trouble.of(file))?;
            }
            stream.end_of_sheet(sheet);
        }
        Ok(())
    }
}
