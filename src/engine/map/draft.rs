//! Takes the cells of a row for the fields of an operation.

use compact_str::CompactString;
use serde_json::Value;

use super::{Piece, Route, Source};
use crate::coerce::Coerce;
use crate::contract::{Absent, Field, Operation, Slot};
use crate::outcome::CellFault;
use crate::row::{Cell, Row};

/// A request body in the making: the values that could be taken, and the cells that could not.
#[derive(Debug, Default)]
pub struct Draft {
    /// One a field, in the contract's order; nothing where the body leaves the field out.
    pub values: Vec<Option<Value>>,
    /// Index of the field, and why its cell was not taken.
    pub refused: Vec<(usize, CellFault)>,
    /// Index of the field, and why what was taken is likely wrong.
    pub doubts: Vec<(usize, CellFault)>,
}

impl Route {
    /// Takes the cells of a row for the fields of the operation into `draft`, whose room is used again.
    pub fn fill(&self, draft: &mut Draft, row: &Row, operation: &Operation, coerce: &Coerce) {
        draft.values.clear();
        draft.refused.clear();
        draft.doubts.clear();
        for (index, (field, source)) in operation.fields.iter().zip(&self.sources).enumerate() {
            let taken = match source {
                Source::Nowhere => Ok(None),
                Source::Column(column) => {
                    let cell = row.cells.get(*column).unwrap_or(&Cell::Empty);
                    let taken = coerce.value(field, cell);
                    let doubt = coerce.doubt(&field.kind, cell).filter(|_| taken.is_ok());
                    draft.doubts.extend(doubt.map(|doubt| (index, doubt)));
                    taken
                }
                Source::Set(pieces) => filled(pieces, row, coerce).and_then(|cell| coerce.value(field, &cell)),
            };
            draft.values.push(match taken {
                Ok(None) if operation.absent == Absent::Empty && !field.required && in_body(field) => {
                    Some(Value::String(String::new()))
                }
                Ok(value) => value,
                Err(refusal) => {
                    draft.refused.push((index, refusal));
                    None
                }
            });
        }
    }
}

fn in_body(field: &Field) -> bool {
    field.slots.iter().any(|slot| matches!(slot, Slot::Body(steps) if steps.len() == 1))
}

fn filled(pieces: &[Piece], row: &Row, coerce: &Coerce) -> Result<Cell, CellFault> {
    let mut words = CompactString::default();
    for piece in pieces {
        match piece {
            Piece::Words(text) => words.push_str(text),
            Piece::Column(column) => match row.cells.get(*column).unwrap_or(&Cell::Empty) {
                cell @ (Cell::Number { .. } | Cell::Bad(_)) => words.push_str(&coerce.text(cell)?),
                cell => words.push_str(&coerce.shown(cell)),
            },
        }
    }
    Ok(Cell::Text(words))
}
