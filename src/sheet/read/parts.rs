//! Finds the parts of a workbook by their paths in the zip archive: which one holds which sheet.

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::archive::{Archive, plain_path};
use super::elements::{attribute, each_element};
use super::trouble::Trouble;
use super::weight::{Budget, Texts, text_of, weigh, weigh_formats};
use crate::error::Foreign;

/// Parts of an archive.
const MOST_PARTS: usize = 10_000;

/// A sheet of cells. Sheets of charts or macros are not among them.
#[derive(Debug)]
pub(super) struct Tab {
    pub name: String,
    /// Where its part is.
    pub path: String,
    pub visible: bool,
}

/// How a workbook is laid out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// In the order of their tabs.
    pub sheets: Vec<Tab>,
    /// Visible sheets without cells in the file.
    pub empty: Vec<String>,
    /// The part that lists the sheets.
    pub workbook: String,
    /// The same part without modules and macros, if it lists any: the workbook reader would stop at them.
    pub mended: Option<String>,
    pub texts: Option<Texts>,
    /// The program that wrote the file left all formulas to be calculated when it is opened.
    pub uncalculated: bool,
}

/// Refuses an archive that is not a workbook, weighs the parts that are read whole, and finds the parts of the sheets.
pub(super) fn layout(archive: &mut Archive, budget: &mut Budget) -> Result<Layout, Trouble> {
    if archive.len() > MOST_PARTS {
        return Err(Trouble::TooLarge(format!("zip: {}", archive.len())));
    }
    let names: Vec<String> = archive.file_names().map(|name| name.map(Into::into)).collect::<Result<_, _>>()?;
    let has = |start: &str| names.iter().any(|name| plain_path(name).starts_with(start));
    if has("xl/workbook.bin") {
        return Err(Trouble::Other(Foreign::BinaryWorkbook));
    }
    if has("word/") {
        return Err(Trouble::Other(Foreign::WordDocument));
    }
    if !has("_rels/.rels") {
        return Err(Trouble::Other(if has("content.xml") && has("mimetype") {
            Foreign::OpenDocument
        } else {
            Foreign::Zip
        }));
    }
    let package = relations(&text_of(archive, budget, "_rels/.rels")?)?;
    let is_workbook = |relation: &&Relation| relation.kind.ends_with("/relationships/officeDocument");
    let Some(workbook) = package.iter().rfind(is_workbook) else { return Err(Trouble::Other(Foreign::Zip)) };
    let workbook = workbook.target.trim_start_matches('/').to_owned();
    let (folder, file) = workbook.split_at(workbook.rfind('/').map_or(0, |slash| slash + 1));
    weigh_formats(archive, budget, &format!("{folder}styles.xml"))?;
    weigh(archive, budget, &format!("{folder}theme/theme1.xml"))?;
    let relations = relations(&text_of(archive, budget, &format!("{folder}_rels/{file}.rels"))?)?;
    let xml = text_of(archive, budget, &workbook)?;
    let texts = Texts::of(archive, format!("{folder}sharedStrings.xml"))?;
    sheets(&xml, folder, &relations).map(|layout| Layout { texts, workbook: workbook.clone(), ..layout })
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    /// The last word of its type.
    fn sort(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }

    /// It leads to a sheet that the workbook reader knows, of cells or not.
    fn is_sheet(&self) -> bool {
        ["worksheet", "chartsheet", "dialogsheet"].contains(&self.sort())
    }
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
    let (mut names, mut paths) = (HashSet::new(), HashSet::new());
    each_element(xml, |element| {
        match element.local_name().as_ref() {
            "sheet" => {
                let get = |name| attribute(element, name).map(Option::unwrap_or_default);
                let (name, id, state) = (get("name")?, get("id")?, get("state")?);
                let visible = matches!(state.as_str(), "" | "visible");
                if id.is_empty() {
                    // A module of macros has no cells, and no part of its own.
                    layout.empty.extend(visible.then_some(name));
                    return Ok(());
                }
                let relation = relations.iter().rfind(|relation| relation.id == id);
                let relation = relation.ok_or_else(|| Trouble::Damaged(format!("{name}: {id}")))?;
                let path = match relation.target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("{folder}{}", relation.target),
                };
                // The rows of one of two such sheets would be read twice.
                if !names.insert(name.clone()) || !paths.insert(path.clone()) {
                    return Err(Trouble::Damaged(format!("2 x {name}: {path}")));
                }
                if relation.sort() == "worksheet" {
                    layout.sheets.push(Tab { name, path, visible });
                }
            }
            "calcPr" => {
                layout.uncalculated = matches!(attribute(element, "fullCalcOnLoad")?.as_deref(), Some("1" | "true"));
            }
            _ => {}
        }
        Ok(())
    })?;
    let known = |id: &str| relations.iter().any(|relation| relation.id == id && relation.is_sheet());
    layout.mended = without_sheets(xml, known)?;
    Ok(layout)
}

/// The list of sheets without those at which the workbook reader would stop. Nothing if the list has none.
fn without_sheets(xml: &str, known: impl Fn(&str) -> bool) -> Result<Option<String>, Trouble> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut kept, mut from, mut cut) = (String::new(), 0, None);
    loop {
        let before = reader.buffer_position() as usize;
        let event = reader.read_event()?;
        let after = reader.buffer_position() as usize;
        let leaves_out = |element: &BytesStart| -> Result<bool, Trouble> {
            let is_sheet = element.local_name().as_ref() == "sheet";
            Ok(is_sheet && !attribute(element, "id")?.is_some_and(|id| known(&id)))
        };
        match event {
            Event::Empty(element) if leaves_out(&element)? => {
                kept.push_str(&xml[from..before]);
                from = after;
            }
            Event::Start(element) if leaves_out(&element)? => cut = Some(before),
            Event::End(element) if element.local_name().as_ref() == "sheet" => {
                if let Some(begin) = cut.take() {
                    kept.push_str(&xml[from..begin]);
                    from = after;
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    kept.push_str(&xml[from..]);
    Ok((kept.len() < xml.len()).then_some(kept))
}
