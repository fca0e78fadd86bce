//! The shapes that the rows of an operation have, each made once.

use std::collections::HashMap;

use serde_json::Value;

use super::shape::Shape;
use crate::contract::Operation;

/// Fields that a mask has room for.
const MASKED: usize = 64;

/// Shapes by which fields they have: a row's values are put into the one that fits.
#[derive(Default)]
pub struct Shapes {
    all: Vec<Shape>,
    /// Where each shape stands, by the mask of its fields.
    places: HashMap<u64, usize>,
    /// The mask and the place of the shape that was filled last: most rows have the fields of the row before.
    last: (u64, usize),
}

impl Shapes {
    /// Moves a row's values into the shape that has just these fields.
    pub fn fill(&mut self, operation: &Operation, values: &mut [Option<Value>]) {
        if values.len() > MASKED {
            // Too many fields for a mask: one shape, made anew each time.
            *self = Self::default();
        }
        let present = |(at, value): (usize, &Option<Value>)| u64::from(value.is_some()) << at;
        let mask = values.iter().take(MASKED).enumerate().map(present).fold(0, |mask, bit| mask | bit);
        if self.all.is_empty() || self.last.0 != mask {
            let place = *self.places.entry(mask).or_insert_with(|| {
                self.all.push(Shape::new(operation, &values.iter().map(Option::is_some).collect::<Vec<_>>()));
                self.all.len() - 1
            });
            self.last = (mask, place);
        }
        self.all[self.last.1].put(values);
    }

    /// The shape that was filled last.
    pub fn filled(&self) -> &Shape {
        &self.all[self.last.1]
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::contract::from_yaml;
    use serde_json::json;

    fn operation(fields: usize) -> Operation {
        let mut document = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {type: object, properties: {"
            .to_owned();
        for field in 0..fields {
            write!(document, "f{field}: {{type: string}}, ").unwrap();
        }
        document.push_str("}}}}}\n      responses: {}\n");
        from_yaml("t", &document, &[]).unwrap().operations.remove(0)
    }

    #[test]
    fn each_row_fills_the_shape_of_its_own_fields() {
        let operation = operation(3);
        let mut shapes = Shapes::default();
        for (row, wanted) in [
            ([Some(1), Some(2), None], json!({"f0": 1, "f1": 2})),
            ([Some(3), Some(4), None], json!({"f0": 3, "f1": 4})),
            ([None, Some(5), Some(6)], json!({"f1": 5, "f2": 6})),
            ([None, None, None], json!({})),
            ([Some(7), Some(8), None], json!({"f0": 7, "f1": 8})),
        ] {
            shapes.fill(&operation, &mut row.map(|value| value.map(Value::from)));
            assert_eq!(shapes.filled().value, wanted);
        }
        assert_eq!(shapes.all.len(), 3);
    }

    #[test]
    fn rows_with_more_fields_than_a_mask_has_room_for_are_told_apart_too() {
        let operation = operation(70);
        let mut shapes = Shapes::default();
        for present in [[0, 65], [0, 66], [1, 65]] {
            let mut values = vec![None; 70];
            for at in present {
                values[at] = Some(json!(at));
            }
            shapes.fill(&operation, &mut values);
            let wanted: Value = present.iter().map(|at| (format!("f{at}"), json!(at))).collect();
            assert_eq!(shapes.filled().value, wanted);
        }
    }
}
