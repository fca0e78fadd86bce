//! Makes columns of the schema of a request body: one for every value that a cell can hold, however deep.
//!
//! | in the schema | columns |
//! |---|---|
//! | a text, number, date … | one, called like the property; below an object `object.property` |
//! | a list of those | one, its values separated by `;`, or `list.1`, `list.2` … |
//! | a list of objects with one property | `list`, `list.2` …, each that property of one item |
//! | a list of other objects | one with the whole list as JSON, or `list.1.property` … |
//! | an object with names of the user's own | `object.NAME`, or `object.NAME:decimal` |
//! | a choice of objects | the columns of each; which fit together, the schema says row by row |
//! | an `allOf` of one of these and of constraints | those of that one |
//!
//! A property with columns below it and no column of its own is noted too. A sheet with a column of that name is refused,
//! because its author means something by it.

use serde_json::{Map, Value};

use super::composition::{is_object, parts, types};
use super::family::{Family, Shape};
use super::field::{Field, Kind, Object, Slot, Step, body_steps};
use super::kinds::cell_kind;
use super::refs::{At, Refs};
use super::said::{Said, field};
use super::texts::{strings, words};
use crate::message::Text;

/// What the body of an operation has columns for.
#[derive(Debug, Default)]
pub struct Columns {
    pub fields: Vec<Field>,
    pub families: Vec<Family>,
    pub objects: Vec<Object>,
}

/// Reads the schema of a body.
///
/// # Errors
/// The schema is not an object, contains itself, or leads nowhere. The text names the place.
pub fn of_body(refs: Refs, schema: &str) -> Result<Columns, String> {
    let mut reader = Reader { refs, trail: Vec::new(), columns: Columns::default() };
    let root = refs.at(schema)?;
    if !is_object(root.value) {
        return Err(format!("{schema}: the body is no object, and a row has named columns"));
    }
    reader.object(&root, "", &[], true)?;
    Ok(reader.columns)
}

struct Reader<'d> {
    refs: Refs<'d>,
    /// The schemas that are being read, one in the other.
    trail: Vec<String>,
    columns: Columns,
}

impl<'d> Reader<'d> {
    fn object(&mut self, schema: &At<'d>, prefix: &str, path: &[Step], required: bool) -> Result<(), String> {
        if self.trail.contains(&schema.pointer) {
            let column = prefix.trim_end_matches('.');
            return Err(format!(
                "{}: {column:?} contains itself, and a sheet has no columns for that; take the property out of the contract",
                schema.pointer
            ));
        }
        self.trail.push(schema.pointer.clone());
        for (part, counts) in parts(self.refs, schema)? {
            let needed = if counts { strings(part.value.get("required")) } else { Vec::new() };
            for name in part.value["properties"].as_object().into_iter().flat_map(|map| map.keys()) {
                let property = self.refs.below(&part, &["properties", name])?;
                let column = format!("{prefix}{name}");
                let known = self.columns.fields.iter().any(|field| field.name == column)
                    || self.columns.families.iter().any(|family| family.name == column);
                if !known && property.value["readOnly"] != true {
                    let step = [path, &[Step::Name(name.clone())]].concat();
                    self.property(&property, column, step, required && needed.contains(name))?;
                }
            }
        }
        self.trail.pop();
        Ok(())
    }

    fn property(&mut self, schema: &At<'d>, name: String, path: Vec<Step>, required: bool) -> Result<(), String> {
        if let Some(kind) = cell_kind(self.refs, schema)? {
            let said = Said::of(self.refs, schema)?;
            self.columns.fields.push(field(name, vec![Slot::Body(path)], &said, kind, required));
            return Ok(());
        }
        if types(schema.value).contains(&"array") || schema.value.get("items").is_some() {
            return self.list(schema, name, path, required);
        }
        let said = Said::of(self.refs, schema)?;
        let label = words(said.get("x-label")).map(|Text { tr, en }| [tr, en]);
        let names = [name.clone()].into_iter().chain(label.into_iter().flatten()).chain(said.aliases()).collect();
        self.columns.objects.push(Object::new(name.clone(), names));
        if let Some(shape) = open_object(self.refs, schema)? {
            self.columns.families.push(family(&name, schema.value, path.clone(), shape));
        }
        self.object(schema, &format!("{name}."), &path, required)
    }

    fn list(&mut self, schema: &At<'d>, name: String, path: Vec<Step>, required: bool) -> Result<(), String> {
        let said = Said::of(self.refs, schema)?;
        let whole = |kind| field(name.clone(), vec![Slot::Body(path.clone())], &said, kind, required);
        if schema.value["items"].as_object().is_none_or(Map::is_empty) {
            self.columns.fields.push(whole(Kind::Json));
            return Ok(());
        }
        let item = self.refs.below(schema, &["items"])?;
        if let Some(kind) = cell_kind(self.refs, &item)? {
            let said = Said::of(self.refs, &item)?;
            let one = field(String::new(), vec![Slot::Body(Vec::new())], &said, kind.clone(), false);
            self.columns.families.push(family(&name, schema.value, path.clone(), Shape::Items(vec![one])));
            self.columns.fields.push(whole(Kind::List(Box::new(kind))));
            return Ok(());
        }
        let mut below = Reader { refs: self.refs, trail: self.trail.clone(), columns: Columns::default() };
        below.trail.push(schema.pointer.clone());
        if is_object(item.value) {
            below.object(&item, "", &[], true)?;
        }
        let inner = below.columns.fields;
        if let ([only], true) = (inner.as_slice(), below.columns.families.is_empty()) {
            let first = [path.as_slice(), &[Step::Item(0)], body_steps(only)].concat();
            let property = field(name.clone(), vec![Slot::Body(first)], &said, only.kind.clone(), required);
            let property =
                Field { max_length: only.max_length, check: only.check, warn: only.warn.clone(), ..property };
            self.columns.fields.push(property);
        } else {
            self.columns.fields.push(whole(Kind::Json));
        }
        if !inner.is_empty() {
            self.columns.families.push(family(&name, schema.value, path, Shape::Items(inner)));
        }
        Ok(())
    }
}

fn family(name: &str, schema: &Value, path: Vec<Step>, shape: Shape) -> Family {
    Family {
        name: name.to_owned(),
        label: words(schema.get("x-label")).unwrap_or_else(|| Text::same(name)),
        aliases: strings(schema.get("x-aliases")),
        path,
        shape,
    }
}

/// Whether an object takes names of the user's own; and their kind, where they have one in common.
fn open_object(refs: Refs, schema: &At) -> Result<Option<Shape>, String> {
    match schema.value.get("additionalProperties") {
        Some(Value::Bool(false)) => Ok(None),
        Some(Value::Object(more)) if !more.is_empty() => {
            let more = refs.below(schema, &["additionalProperties"])?;
            let several = types(more.value).len() > 1 || more.value.get("oneOf").or(more.value.get("anyOf")).is_some();
            let none = types(more.value).is_empty() && more.value.get("enum").is_none();
            Ok(Some(Shape::Open(if several || none { None } else { cell_kind(refs, &more)? })))
        }
        Some(_) => Ok(Some(Shape::Open(None))),
        None => {
            let plain = parts(refs, schema)?.iter().all(|(part, _)| part.value.get("properties").is_none());
            Ok(plain.then_some(Shape::Open(None)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;
    use serde_json::json;

    fn columns(schema: Value) -> Result<Columns, String> {
        let document = json!({"s": schema, "node": {"type": "object", "properties": {"next": {"$ref": "#/node"}}}});
        of_body(Refs(&document), "/s")
    }

    fn names(schema: Value) -> Vec<String> {
        let columns = columns(schema).unwrap();
        let fields = columns.fields.iter().map(|f| format!("{}{}", f.name, if f.required { "!" } else { "" }));
        fields.chain(columns.families.iter().map(|family| format!("{}*", family.name))).collect()
    }

    #[test]
    fn nested_objects_become_dotted_columns_and_are_required_only_all_the_way_down() {
        let address = json!({"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}, "no": {"type": ["integer", "null"]}}});
        let schema = json!({"required": ["a", "home"], "properties": {"a": {"type": "string"}, "home": address, "work": address}});
        assert_eq!(names(schema), ["a!", "home.city!", "home.no", "work.city", "work.no"]);
    }

    #[test]
    fn lists_and_open_objects_have_as_many_columns_as_a_sheet_needs() {
        let schema = json!({"properties": {
            "tags": {"type": "array", "items": {"type": "string"}},
            "comments": {"type": "array", "items": {"properties": {"description": {"type": "string"}}}},
            "lines": {"type": "array", "items": {"properties": {"sku": {"type": "string"}, "qty": {"type": "integer"}}}},
            "files": {"type": "array"},
            "data": {"type": "object", "additionalProperties": true}}});
        assert_eq!(
            names(schema.clone()),
            ["tags", "comments", "lines", "files", "tags*", "comments*", "lines*", "data*"]
        );
        let columns = columns(schema).unwrap();
        assert_eq!(columns.fields[0].kind, Kind::List(Box::new(Kind::Text)));
        assert_eq!(columns.fields[1].slots[0].pointer(), "/comments/0/description");
        assert_eq!((&columns.fields[2].kind, &columns.fields[3].kind), (&Kind::Json, &Kind::Json));
    }

    #[test]
    fn composed_schemas_have_the_columns_of_all_their_parts_but_what_is_read_only() {
        let schema = json!({"allOf": [{"required": ["a"], "properties": {"a": {"type": "string"}, "id": {"readOnly": true, "type": "integer"}}}],
            "oneOf": [{"required": ["b"], "properties": {"b": {"type": "integer"}}}, {"properties": {"c": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}}]});
        assert_eq!(names(schema), ["a!", "b", "c"]);
    }

    #[test]
    fn a_scalar_in_an_all_of_is_a_column_with_all_that_is_said_of_it() {
        let schema = json!({"properties": {
            "status": {"allOf": [{"enum": ["open", "shut"], "x-label": {"en": "State"}}], "description": "how it stands"},
            "code": {"allOf": [{"type": "string"}, {"allOf": [{"maxLength": 5}]}], "title": "Key"},
            "day": {"allOf": [{"type": "string"}, {"type": "string", "format": "date"}]},
            "free": {"allOf": [{"minLength": 1}]}}});
        let fields = columns(schema).unwrap().fields;
        let kinds: Vec<_> = fields.iter().map(|field| &field.kind).collect();
        assert!(matches!(kinds[..], [Kind::Enum(_), Kind::Text, Kind::Date, Kind::Text]), "{kinds:?}");
        assert_eq!((fields[0].label.en.as_str(), fields[1].max_length), ("State", Some(5)));
        assert_eq!(fields[1].aliases, ["Key"]);
    }

    #[test]
    fn a_property_that_no_cell_can_hold_is_noted_by_all_its_names() {
        let schema = json!({"properties": {
            "a": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"b": {"type": "string"}}}], "x-aliases": ["Alpha"]},
            "c": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "d": {"allOf": [{"type": "object", "properties": {"e": {"type": "string"}}, "x-label": {"en": "Delta"}}]}}});
        let columns = columns(schema).unwrap();
        let answer = |name: &str| columns.objects.iter().any(|object| object.answers_to(&fold(name)));
        assert!(["a", "Alpha", "c", "D", "delta"].into_iter().all(answer) && !answer("a.b") && !answer(""));
    }

    #[test]
    fn a_schema_that_contains_itself_is_told_by_its_place() {
        let why = columns(json!({"properties": {"first": {"$ref": "#/node"}}})).unwrap_err();
        assert!(why.contains("/node") && why.contains("first.next"), "{why}");
        assert!(columns(json!({"allOf": [{"$ref": "#/s"}]})).is_err());
        assert!(columns(json!({"type": "array"})).is_err());
    }

    #[test]
    fn digits_or_text_is_a_kind_of_its_own() {
        let kinds = columns(json!({"properties": {"c": {"type": ["integer", "string"]}, "d": {"oneOf": [{"type": "number"}, {"type": "string"}]}, "e": {}}})).unwrap();
        let kinds: Vec<_> = kinds.fields.into_iter().map(|field| field.kind).collect();
        assert_eq!(kinds, [Kind::NumberOrText, Kind::NumberOrText, Kind::Text]);
    }
}
