//! An operation with the columns that a sheet calls for: the members of its families.

use super::family::{Family, Shape};
use super::field::{Field, Kind, Slot, Step, body_steps};
use super::operation::Operation;
use super::said::{Said, field};
use crate::error::{Code, Error};
use crate::fold::fold;
use crate::message::{Text, shown};
use crate::text;

/// More items of a list than this are no columns.
const MOST_ITEMS: usize = 100;

impl Operation {
    /// The operation with the columns that these names call for: headers of a sheet, fields of `--set`.
    ///
    /// # Errors
    /// A type that nobody knows, or two columns that mean one field.
    pub fn widened<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<Self, Error> {
        let mut wide = self.clone();
        let mut taken: Vec<(String, &str)> = Vec::new();
        for header in names {
            let answers = wide.field_for_header(&fold(header)).is_some();
            let Some(member) = self.families.iter().find_map(|family| family.member(header)) else { continue };
            let member = member?;
            match taken.iter().find(|(name, _)| *name == member.name) {
                Some((_, other)) if fold(other) == fold(header) => continue,
                Some((name, other)) => return Err(two_columns(name, other, header)),
                None => taken.push((member.name.clone(), header)),
            }
            if let Some(known) = wide.fields.iter_mut().find(|field| field.name == member.name) {
                known.aliases.push(header.to_owned());
            } else if !answers {
                wide.add(member);
            }
        }
        wide.fields[self.fields.len()..].sort_by_key(|field| item_number(body_steps(field)));
        Ok(wide)
    }

    /// Adds a field; an item takes over from the list that it is in what is required.
    fn add(&mut self, mut member: Field) {
        let path = body_steps(&member).to_vec();
        if let Some(at) = path.iter().rposition(|step| matches!(step, Step::Item(_))) {
            let list = self.fields.iter_mut().find(|field| body_steps(field) == &path[..at]);
            member.required |= list.is_some_and(|list| std::mem::take(&mut list.required));
        }
        self.fields.push(member);
    }
}

fn item_number(steps: &[Step]) -> usize {
    steps.iter().find_map(|step| if let Step::Item(at) = step { Some(*at) } else { None }).unwrap_or_default()
}

impl Family {
    /// The field that a header means, if it is one of this family.
    fn member(&self, header: &str) -> Option<Result<Field, Error>> {
        let header = header.trim();
        let (at, rest) = header
            .char_indices()
            .filter(|(_, c)| *c == '.' || c.is_whitespace())
            .map(|(at, c)| (at, &header[at + c.len_utf8()..]))
            .find(|(at, _)| self.is_called(&header[..*at]))?;
        match &self.shape {
            Shape::Items(fields) => self.item(fields, rest).map(Ok),
            Shape::Open(kind) if header[at..].starts_with('.') => self.named(kind.as_ref(), rest, header),
            Shape::Open(_) => None,
        }
    }

    fn is_called(&self, name: &str) -> bool {
        let key = fold(name);
        let names = [self.name.as_str(), &self.label.tr, &self.label.en];
        !key.is_empty() && names.into_iter().chain(self.aliases.iter().map(String::as_str)).any(|n| fold(n) == key)
    }

    /// `2`, or `2.sku`.
    fn item(&self, fields: &[Field], rest: &str) -> Option<Field> {
        let (number, name) = rest.split_once('.').unwrap_or((rest, ""));
        let number: usize = number.trim().parse().ok().filter(|n| (1..=MOST_ITEMS).contains(n))?;
        let found = match fields {
            [only] if name.is_empty() => only,
            several => several.iter().find(|field| field.answers_to(&fold(name)))?,
        };
        let path = [self.path.as_slice(), &[Step::Item(number - 1)], body_steps(found)].concat();
        let whole = fields.len() == 1;
        // The first of a list of objects with one property has the list's own column.
        let first = whole && number == 1 && !body_steps(found).is_empty();
        let name = match (first, whole) {
            (true, _) => self.name.clone(),
            (false, true) => format!("{}.{number}", self.name),
            (false, false) => format!("{}.{number}.{}", self.name, found.name),
        };
        let label = |label: &str, found: &str| {
            if whole { format!("{label} {number}") } else { format!("{label} {number} {found}") }
        };
        Some(Field {
            label: Text { tr: label(&self.label.tr, &found.label.tr), en: label(&self.label.en, &found.label.en) },
            aliases: vec![
                format!("{}.{rest}", self.name),
                format!("{}.{rest}", self.label.tr),
                format!("{}.{rest}", self.label.en),
            ]
            .into_iter()
            .chain(self.aliases.iter().map(|alias| format!("{alias}.{rest}")))
            .collect(),
            slots: vec![Slot::Body(path)],
            required: false,
            name,
            ..found.clone()
        })
    }

    /// `Amount`, or `Amount:decimal`.
    fn named(&self, kind: Option<&Kind>, rest: &str, header: &str) -> Option<Result<Field, Error>> {
        let (name, suffix) = match rest.rsplit_once(':') {
            Some((name, suffix)) => (name.trim(), Some(suffix)),
            None => (rest.trim(), None),
        };
        if name.is_empty() {
            return None;
        }
        let given = match suffix.map(|suffix| kind_named(suffix).ok_or(suffix)) {
            Some(Ok(kind)) => Some(kind),
            Some(Err(unknown)) => return Some(Err(unknown_type(header, unknown))),
            None => None,
        };
        let path = [self.path.as_slice(), &[Step::Name(name.to_owned())]].concat();
        let known = given.or_else(|| kind.cloned());
        let (untyped, kind) = (known.is_none(), known.unwrap_or(Kind::Text));
        let mut member = field(format!("{}.{name}", self.name), vec![Slot::Body(path)], &Said::default(), kind, false);
        member.aliases.push(header.to_owned());
        member.untyped = untyped;
        Some(Ok(member))
    }
}

/// The kind that a header's suffix names.
fn kind_named(suffix: &str) -> Option<Kind> {
    Some(match fold(suffix).as_str() {
        "decimal" | "number" | "ondalik" | "sayi" => Kind::Number,
        "integer" | "tamsayi" => Kind::Integer,
        "boolean" | "evethayir" => Kind::Boolean,
        "date" | "tarih" => Kind::Date,
        "text" | "string" | "metin" => Kind::Text,
        _ => return None,
    })
}

fn unknown_type(header: &str, suffix: &str) -> Error {
    let (header, suffix) = (shown(header), shown(suffix));
    Code::ColumnType.cannot_start(text!(
        "\"{header}\" sütunu: \"{suffix}\" bir tür değil. İki noktadan sonra decimal, number, boolean, date ya da text yazın.",
        "Column \"{header}\": \"{suffix}\" is no type. Write decimal, number, boolean, date or text behind the colon."
    ))
}

fn two_columns(name: &str, one: &str, other: &str) -> Error {
    let (name, one, other) = (shown(name), shown(one), shown(other));
    Code::TwoColumns.cannot_start(text!(
        "\"{one}\" ve \"{other}\" sütunlarının ikisi de {name} alanı demek. Birini silin ya da adını değiştirin.",
        "Columns \"{one}\" and \"{other}\" both mean {name}. Take one out, or rename it."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::from_yaml;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {type: object, required: [tags], properties: {
        tags: {type: array, items: {type: string}},
        comments: {type: array, x-label: {tr: Yorum, en: Comment}, items: {properties: {description: {type: string}}}},
        lines: {type: array, items: {properties: {sku: {type: string}, qty: {type: integer}}}},
        data: {type: object, additionalProperties: true, properties: {Known: {type: integer}}}}}}}}
      responses: {}
"#;

    fn wide(headers: &[&str]) -> Result<Vec<String>, Error> {
        let contract = from_yaml("t", DOCUMENT, &[]).unwrap();
        let before = contract.operations[0].fields.len();
        let wide = contract.operations[0].widened(headers.iter().copied())?;
        Ok(wide.fields[before..].iter().map(|f| format!("{} {} {:?}", f.name, f.slots[0].pointer(), f.kind)).collect())
    }

    #[test]
    fn headers_call_for_as_many_columns_as_they_name() {
        assert_eq!(
            wide(&["comments", "Yorum 3", "comments.2"]).unwrap(),
            ["comments.2 /comments/1/description Text", "comments.3 /comments/2/description Text"]
        );
        assert_eq!(
            wide(&["lines.1.qty", "lines.2.SKU"]).unwrap(),
            ["lines.1.qty /lines/0/qty Integer", "lines.2.sku /lines/1/sku Text"]
        );
        assert_eq!(
            wide(&["data.Amount:decimal", "data.Note", "data.Known:number"]).unwrap(),
            ["data.Amount /data/Amount Number", "data.Note /data/Note Text"]
        );
        assert!(wide(&["comments.1", "tags", "data"]).unwrap().is_empty());
    }

    #[test]
    fn an_item_is_required_in_place_of_its_list() {
        let contract = from_yaml("t", DOCUMENT, &[]).unwrap();
        let wide = contract.operations[0].widened(["tags.1", "tags.2"]).unwrap();
        let required: Vec<_> = wide.fields.iter().filter(|field| field.required).map(|f| f.name.as_str()).collect();
        assert_eq!(required, ["tags.1"]);
    }

    #[test]
    fn a_type_nobody_knows_and_two_columns_for_one_field_are_refused() {
        assert!(wide(&["data.Amount:money"]).unwrap_err().message.en.contains("money"));
        assert!(
            wide(&["data.Amount", "data.Amount:decimal"]).unwrap_err().message.en.contains("both mean data.Amount")
        );
    }
}
