//! The value that a schema judges: a body with its fields in their places, and the parameters beside it.
//!
//! A file has few kinds of rows: a [`Shape`] is made once for each set of fields that rows have, and then
//! only filled in. Making a map anew for each row would cost most of the check.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::contract::{Operation, Slot, Step, pointer};

/// Where body and parameters stand in what is judged, for operations that have parameters.
pub const BODY: &str = "body";
pub const PARAMETERS: &str = "parameters";

/// A value with room for certain fields of an operation.
pub struct Shape {
    pub value: Value,
    /// The ways to each field. A field that is not there has none.
    ways: Vec<Vec<Vec<Step>>>,
    /// Where the whole value is one flat body: the position of each field in it.
    flat: Option<Vec<usize>>,
}

impl Shape {
    /// Room for the fields that are `present`.
    pub fn new(operation: &Operation, present: &[bool]) -> Self {
        let mut value = Value::Object(Map::new());
        if has_parts(operation) {
            value[PARAMETERS] = Value::Object(Map::new());
            if operation.body_schema.is_some() {
                value[BODY] = Value::Object(Map::new());
            }
        }
        let mut items = HashMap::new();
        let mut ways = Vec::with_capacity(present.len());
        for (field, present) in operation.fields.iter().zip(present) {
            let slots = if *present { field.slots.as_slice() } else { &[] };
            ways.push(slots.iter().map(|slot| close_up(way(operation, slot), &mut items)).collect::<Vec<_>>());
        }
        for way in ways.iter().flatten() {
            *room(&mut value, way) = Value::Null;
        }
        let flat = ways.iter().all(|ways| ways.iter().all(|way| way.len() == 1) && ways.len() < 2);
        let mut next = 0;
        let positions = ways.iter().map(|ways| {
            next += ways.len();
            next.wrapping_sub(1)
        });
        let flat = flat.then(|| positions.collect());
        Self { value, ways, flat }
    }

    /// Moves the values of a row into their places. `values` holds one for each field that is present.
    pub fn put(&mut self, values: &mut [Option<Value>]) {
        if self.flat.is_some() {
            let slots = self.value.as_object_mut().into_iter().flat_map(Map::values_mut);
            for (slot, value) in slots.zip(values.iter_mut().filter_map(Option::take)) {
                *slot = value;
            }
            return;
        }
        for (ways, value) in self.ways.iter().zip(values) {
            let Some(value) = value.take() else { continue };
            if let Some((last, others)) = ways.split_last() {
                for way in others {
                    *room(&mut self.value, way) = value.clone();
                }
                *room(&mut self.value, last) = value;
            }
        }
    }

    /// The value of a field, where it is present.
    pub fn get(&self, field: usize) -> Option<&Value> {
        let way = self.ways.get(field)?.first()?;
        match &self.flat {
            Some(positions) => self.value.as_object()?.values().nth(positions[field]),
            None => way.iter().try_fold(&self.value, |value, step| match step {
                Step::Name(name) => value.get(name),
                Step::Item(at) => value.get(at),
            }),
        }
    }

    /// The field that stands at a pointer, or above it.
    pub fn field_at(&self, place: &str) -> Option<usize> {
        let holds = |way: &Vec<Step>| {
            let way = pointer(way);
            place.strip_prefix(&way).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.ways.iter().position(|ways| ways.iter().any(holds))
    }
}

/// Whether an operation has more than a body.
pub fn has_parts(operation: &Operation) -> bool {
    !operation.parameters.is_empty() || operation.body_schema.is_none()
}

/// The way to a slot within what is judged.
pub fn way(operation: &Operation, slot: &Slot) -> Vec<Step> {
    let part = |name: &str| Step::Name(name.to_owned());
    match slot {
        Slot::Body(steps) if has_parts(operation) => [&[part(BODY)], steps.as_slice()].concat(),
        Slot::Body(steps) => steps.clone(),
        Slot::Parameter { name, .. } => vec![part(PARAMETERS), part(name)],
    }
}

/// Items of a list that are there move up to where the ones before them are not.
fn close_up(way: Vec<Step>, seen: &mut HashMap<Vec<Step>, Vec<usize>>) -> Vec<Step> {
    let mut closed = Vec::with_capacity(way.len());
    for step in way {
        closed.push(match step {
            Step::Item(at) => {
                let known = seen.entry(closed.clone()).or_default();
                let place = known.iter().position(|item| *item == at).unwrap_or_else(|| {
                    known.push(at);
                    known.len() - 1
                });
                Step::Item(place)
            }
            name @ Step::Name(_) => name,
        });
    }
    closed
}

/// The place at the end of a way; what is on the way is made.
fn room<'v>(value: &'v mut Value, way: &[Step]) -> &'v mut Value {
    way.iter().fold(value, |value, step| match step {
        Step::Name(name) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            // Looked up before it is put in: the name is copied once, when the shape is made.
            if value.get(name).is_none() {
                value[name.as_str()] = Value::Null;
            }
            &mut value[name.as_str()]
        }
        Step::Item(at) => {
            if !value.is_array() {
                *value = Value::Array(Vec::new());
            }
            let Value::Array(list) = value else { unreachable!("made a list above") };
            if list.len() <= *at {
                list.resize(at + 1, Value::Null);
            }
            &mut list[*at]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::from_yaml;
    use serde_json::json;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a/{id}:
    put:
      operationId: change
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {
        id: {type: string}, home: {type: object, properties: {city: {type: string}}},
        notes: {type: array, items: {properties: {text: {type: string}}}}}}}}}
      responses: {}
"#;

    #[test]
    fn values_stand_in_their_places_and_items_close_up() {
        let contract = from_yaml("t", DOCUMENT, &[]).unwrap();
        let operation = contract.operations[0].widened(["notes.2", "notes.3"]).unwrap();
        let names: Vec<_> = operation.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["id", "home.city", "notes", "notes.2", "notes.3"]);
        let mut shape = Shape::new(&operation, &[true, true, false, true, true]);
        for text in ["x", "y"] {
            let mut values = [Some(json!("7")), Some(json!("Ankara")), None, Some(json!(text)), Some(json!("z"))];
            shape.put(&mut values);
            assert_eq!(
                shape.value,
                json!({"parameters": {"id": "7"}, "body": {"id": "7", "home": {"city": "Ankara"}, "notes": [{"text": text}, {"text": "z"}]}})
            );
        }
        assert_eq!(shape.get(3), Some(&json!("y")));
        assert_eq!((shape.get(2), shape.field_at("/body/notes/1/text")), (None, Some(4)));
        assert_eq!(shape.field_at("/parameters/id"), Some(0));
    }
}
