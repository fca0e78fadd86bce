//! The parts of a workbook, by their paths in the zip archive: which one holds which sheet, and
//! whether they are small enough to be opened.

use std::collections::HashMap;
use std::io::{self, BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;
use zip::result::ZipError;

use super::look::Metered;
use super::source::CHUNK;
use super::xml::{Scan, Seen};
use crate::exit::Stop;
use crate::text;

pub(super) type Archive = ZipArchive<BufReader<Metered>>;

/// Inflated bytes of a part that is read whole: structure, styles.
const LARGEST_PART: u64 = 64 * 1024 * 1024;
/// Inflated bytes of any part.
const LARGEST: u64 = 4 * 1024 * 1024 * 1024;
/// What all parts together may inflate to, however small the file; and, for more, how many times the file.
const FREE: u64 = 128 * 1024 * 1024;
const TIMES: u64 = 100;
/// Elements of a part that is read whole: relations, sheets, names.
const MOST_ELEMENTS: u64 = 500_000;
/// Parts of an archive.
const MOST_PARTS: usize = 10_000;
/// Bytes in memory of all shared texts, and beside each one's own letters.
const MOST_OF_TEXTS: u64 = 400 * 1024 * 1024;
const BESIDE_A_TEXT: u64 = 40;
/// Cell formats: a third more than Excel itself allows. And bytes in memory of all of them, each as long as can be.
const MOST_FORMATS: u64 = 87_000;
const MOST_OF_FORMATS: u64 = 256 * 1024 * 1024;

/// What keeps a workbook from being read.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// The archive or a part of it is cut or damaged.
    Damaged(String),
    /// A part is larger than is read.
    TooLarge(String),
    /// A cell stands where none can, by its reference.
    OutOfPlace(String),
    /// More formulas without a result than are noted.
    Uncalculated,
    /// The archive is no workbook: `ods`, `xlsb`, `docx` or any `zip`.
    Other(&'static str),
}

impl From<ZipError> for Trouble {
    fn from(error: ZipError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<quick_xml::Error> for Trouble {
    fn from(error: quick_xml::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl Trouble {
    pub fn stop(self, name: &str) -> Stop {
        Stop::cannot_start(match self {
            Trouble::Damaged(why) => {
                let why = crate::message::shown(&why);
                text!(
                    "{name} eksik ya da bozuk ({why}). Dosyayı yeniden indirin ya da kopyalayın; Excel açabiliyorsa orada yeniden kaydedin.",
                    "{name} is cut short or damaged ({why}). Download or copy it again; if Excel can open it, save it again there."
                )
            }
            Trouble::TooLarge(part) => {
                let part = crate::message::shown(&part);
                text!(
                    "{name} okunamayacak kadar büyük bir bölüm içeriyor ({part}). Sayfayı .csv olarak kaydedip onu verin.",
                    "{name} has a part that is too large to be read ({part}). Save the sheet as .csv and give that."
                )
            }
            Trouble::OutOfPlace(cell) => {
                let cell = crate::message::shown(&cell);
                text!(
                    "{name}: {cell} hücresi yerinde değil; dosya bozuk. Excel'de açıp yeniden kaydedin.",
                    "{name}: cell {cell} is out of place; the file is damaged. Open it in Excel and save it again."
                )
            }
            Trouble::Uncalculated => text!(
                "{name} içindeki formüller hiç hesaplanmamış. Dosyayı Excel'de açıp kaydedin.",
                "The formulas in {name} were never calculated. Open it in Excel and save it."
            ),
            Trouble::Other("ods") => text!(
                "{name} bir OpenDocument tablosu (.ods). LibreOffice'te açıp .xlsx olarak kaydedin.",
                "{name} is an OpenDocument spreadsheet (.ods). Open it in LibreOffice and save it as .xlsx."
            ),
            Trouble::Other("xlsb") => text!(
                "{name} ikili türde (.xlsb) bir çalışma kitabı. Excel'de açıp .xlsx olarak kaydedin.",
                "{name} is a binary workbook (.xlsb). Open it in Excel and save it as .xlsx."
            ),
            Trouble::Other("docx") => text!(
                "{name} bir Word belgesi. İçindeki tabloyu Excel'e kopyalayıp .xlsx olarak kaydedin.",
                "{name} is a Word document. Copy its table into Excel and save it as .xlsx."
            ),
            Trouble::Other(_) => text!(
                "{name} bir zip arşivi, çalışma kitabı değil. Arşivi açıp içindeki .xlsx ya da .csv dosyasını verin.",
                "{name} is a zip archive, not a workbook. Unpack it and give the .xlsx or .csv file that is in it."
            ),
        })
    }
}

/// How a workbook is laid out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Sheet name → path of its part.
    pub sheets: HashMap<String, String>,
    /// The program that wrote the file left all formulas to be calculated when it is opened.
    pub uncalculated: bool,
}

/// How much the parts of a file have inflated to: a small file that inflates to much is made to harm.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    spent: u64,
}

impl Budget {
    /// For a file of so many bytes.
    pub fn of(file: u64) -> Self {
        Self { most: FREE.max(file.saturating_mul(TIMES)), spent: 0 }
    }

    /// Looks at every byte of a part, and tells from chunk to chunk what was seen until then; nothing is known of a
    /// part that is not there.
    pub fn survey(
        &mut self,
        archive: &mut Archive,
        path: &str,
        mut tell: impl FnMut(&Seen) -> Result<(), Trouble>,
    ) -> Result<Option<Seen>, Trouble> {
        let Some(index) = find(archive, path) else { return Ok(None) };
        let mut part = archive.by_index(index)?;
        let mut scan = Scan::new(path);
        let mut chunk = vec![0; CHUNK];
        let mut size = 0;
        loop {
            let count = part.read(&mut chunk)? as u64;
            if count == 0 {
                return scan.end().map(Some);
            }
            scan.look(&chunk[..count as usize])?;
            size += count;
            self.spent += count;
            if size > LARGEST || self.spent > self.most {
                return Err(Trouble::TooLarge(path.to_owned()));
            }
            tell(scan.seen())?;
        }
    }
}

/// Refuses what is no workbook, weighs the parts that are read whole, and finds the sheets' parts.
pub(super) fn layout(archive: &mut Archive, budget: &mut Budget) -> Result<Layout, Trouble> {
    if archive.len() > MOST_PARTS {
        return Err(Trouble::TooLarge(format!("zip: {}", archive.len())));
    }
    let names: Vec<String> = archive.file_names().map(|name| name.map(Into::into)).collect::<Result<_, _>>()?;
    let has = |start: &str| names.iter().any(|name| name.to_ascii_lowercase().starts_with(start));
    if has("xl/workbook.bin") {
        return Err(Trouble::Other("xlsb"));
    }
    if has("word/") {
        return Err(Trouble::Other("docx"));
    }
    if !has("_rels/.rels") {
        return Err(Trouble::Other(if has("content.xml") && has("mimetype") { "ods" } else { "zip" }));
    }
    let package = relations(&text_of(archive, budget, "_rels/.rels")?)?;
    let is_workbook = |relation: &&Relation| relation.kind.ends_with("/relationships/officeDocument");
    let Some(workbook) = package.iter().rfind(is_workbook) else { return Err(Trouble::Other("zip")) };
    let workbook = workbook.target.trim_start_matches('/').to_owned();
    let (folder, file) = workbook.split_at(workbook.rfind('/').map_or(0, |slash| slash + 1));
    weigh_texts(archive, budget, &format!("{folder}sharedStrings.xml"))?;
    weigh_formats(archive, budget, &format!("{folder}styles.xml"))?;
    weigh(archive, budget, &format!("{folder}theme/theme1.xml"))?;
    let relations = relations(&text_of(archive, budget, &format!("{folder}_rels/{file}.rels"))?)?;
    let xml = text_of(archive, budget, &workbook)?;
    sheets(&xml, folder, &relations)
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

fn relations(xml: &str) -> Result<Vec<Relation>, Trouble> {
    let mut relations = Vec::new();
    each_element(xml, |element| {
        if element.local_name().as_ref() == "Relationship" {
            let get = |name| attribute(element, name).map(Option::unwrap_or_default);
            relations.push(Relation { id: get("Id")?, kind: get("Type")?, target: get("Target")? });
        }
        Ok(())
    })?;
    Ok(relations)
}

fn sheets(xml: &str, folder: &str, relations: &[Relation]) -> Result<Layout, Trouble> {
    let mut layout = Layout::default();
    each_element(xml, |element| {
        match element.local_name().as_ref() {
            "sheet" => {
                let name = attribute(element, "name")?.unwrap_or_default();
                let id = attribute(element, "id")?.unwrap_or_default();
                if let Some(relation) = relations.iter().rfind(|relation| relation.id == id) {
                    let path = match relation.target.strip_prefix('/') {
                        Some(absolute) => absolute.to_owned(),
                        None => format!("{folder}{}", relation.target),
                    };
                    layout.sheets.entry(name).or_insert(path);
                }
            }
            "calcPr" => {
                layout.uncalculated = matches!(attribute(element, "fullCalcOnLoad")?.as_deref(), Some("1" | "true"));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(layout)
}

fn each_element(xml: &str, mut see: impl FnMut(&BytesStart) -> Result<(), Trouble>) -> Result<(), Trouble> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    loop {
        match reader.read_event()? {
            Event::Start(element) | Event::Empty(element) => see(&element)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The value of the attribute with this name, whatever its namespace.
pub(super) fn attribute(element: &BytesStart, name: &str) -> Result<Option<String>, Trouble> {
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(quick_xml::Error::from)?;
        if attribute.key.local_name().as_ref() == name {
            return Ok(Some(attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned()));
        }
    }
    Ok(None)
}

/// The index of a part, found as the workbook reader finds it: without regard to case and to the
/// direction of slashes.
pub(super) fn find(archive: &Archive, path: &str) -> Option<usize> {
    let wanted = path.to_ascii_lowercase();
    let same = |name: &str| name.replace('\\', "/").to_ascii_lowercase() == wanted;
    (0..archive.len()).rev().find(|at| archive.name_for_index(*at).and_then(Result::ok).is_some_and(|name| same(&name)))
}

fn text_of(archive: &mut Archive, budget: &mut Budget, path: &str) -> Result<String, Trouble> {
    weigh(archive, budget, path)?.ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
    let index = find(archive, path).ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
    let mut bytes = Vec::new();
    archive.by_index(index)?.take(LARGEST_PART).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Refuses a part that would not fit into memory whole, whatever the archive says of its size.
fn weigh(archive: &mut Archive, budget: &mut Budget, path: &str) -> Result<Option<Seen>, Trouble> {
    let seen = budget.survey(archive, path, |_| Ok(()))?;
    match &seen {
        Some(part) if part.bytes > LARGEST_PART || part.elements > MOST_ELEMENTS => {
            Err(Trouble::TooLarge(path.to_owned()))
        }
        _ => Ok(seen),
    }
}

/// The workbook reader makes a format with a font of its own for each style.
fn weigh_formats(archive: &mut Archive, budget: &mut Budget, path: &str) -> Result<(), Trouble> {
    let Some(seen) = weigh(archive, budget, path)? else { return Ok(()) };
    if seen.formats > MOST_FORMATS || seen.formats * seen.longest as u64 > MOST_OF_FORMATS {
        return Err(Trouble::TooLarge(path.to_owned()));
    }
    Ok(())
}

/// The workbook reader keeps all shared texts in memory, and reserves room for as many as the part says it has.
fn weigh_texts(archive: &mut Archive, budget: &mut Budget, path: &str) -> Result<(), Trouble> {
    let Some(seen) = budget.survey(archive, path, |_| Ok(()))? else { return Ok(()) };
    // Of the part's bytes, all but the tags of each text may be letters.
    let letters = seen.bytes.saturating_sub(seen.texts * "<si><t></t></si>".len() as u64);
    if seen.texts * BESIDE_A_TEXT + letters > MOST_OF_TEXTS {
        return Err(Trouble::TooLarge(path.to_owned()));
    }
    let index = find(archive, path).ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
    let mut head = Vec::new();
    archive.by_index(index)?.take(CHUNK as u64).read_to_end(&mut head)?;
    let said = said_count(&String::from_utf8_lossy(&head))?;
    if said > seen.texts { Err(Trouble::Damaged(format!("{path}: uniqueCount={said}"))) } else { Ok(()) }
}

fn said_count(head: &str) -> Result<u64, Trouble> {
    let mut reader = Reader::from_str(head);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == "sst" => {
                let said = attribute(&element, "uniqueCount")?;
                // What is no number is not reserved for either.
                return Ok(said.and_then(|said| said.parse().ok()).unwrap_or(0));
            }
            Ok(Event::Eof) | Err(_) => return Err(Trouble::Damaged("sharedStrings.xml".to_owned())),
            Ok(_) => {}
        }
    }
}
