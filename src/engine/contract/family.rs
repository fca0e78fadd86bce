//! Families of columns. A sheet may have as many members of one as it needs: `comments.2`, `lines.1.sku`,
//! `caseData.Amount:decimal`.

use super::field::{Field, Kind, Step, body_steps};
use crate::message::{Lang, Text};
use crate::say;

/// A list or an open object of the body.
#[derive(Debug, Clone)]
pub struct Family {
    /// How its columns begin.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Other beginnings of its columns.
    pub aliases: Vec<String>,
    /// The way to the list or the object.
    pub path: Vec<Step>,
    /// What its columns hold.
    pub shape: Shape,
}

/// What a family's columns hold.
#[derive(Debug, Clone)]
pub enum Shape {
    /// The values of one item; their ways begin at the item.
    Items(Vec<Field>),
    /// Names of the user's own; their kind where the contract says it.
    Open(Option<Kind>),
}

impl Family {
    /// How its columns are called and what they hold, as a person reads it.
    pub fn explained(&self, lang: Lang) -> String {
        let name = &self.name;
        match &self.shape {
            Shape::Items(fields) if fields.len() == 1 && body_steps(&fields[0]).is_empty() => say!(
                lang,
                "{name}.1, {name}.2 …: listenin her değeri için bir sütun ({name} sütununun yerine)",
                "{name}.1, {name}.2 …: a column for each value of the list (in place of {name})"
            ),
            Shape::Items(fields) if fields.len() == 1 => say!(
                lang,
                "{name}.2, {name}.3 …: {name} için birden çok değer varsa",
                "{name}.2, {name}.3 …: where there is more than one {name}"
            ),
            Shape::Items(fields) => {
                let first =
                    fields.iter().map(|field| format!("{name}.1.{}", field.name)).collect::<Vec<_>>().join(", ");
                say!(
                    lang,
                    "{first}, {name}.2.… : listenin her öğesi için ({name} sütununun yerine)",
                    "{first}, {name}.2.… : for each item of the list (in place of {name})"
                )
            }
            Shape::Open(Some(_)) => {
                say!(lang, "{name}.AD: adı size ait alanlar", "{name}.NAME: fields with names of your own")
            }
            Shape::Open(None) => say!(
                lang,
                "{name}.AD ya da {name}.AD:tür: adı size ait alanlar; tür decimal, number, boolean, date ya da text",
                "{name}.NAME or {name}.NAME:TYPE: fields with names of your own; the type is decimal, number, boolean, date or text"
            ),
        }
    }
}
