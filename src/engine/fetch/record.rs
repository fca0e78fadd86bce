//! A JSON object as cells: nested properties under dotted names, lists as JSON text.

use std::collections::HashMap;

use serde_json::Value;

use crate::row::Cell;

/// More columns than this become of no answer: a sheet has 16,384, and those of the input stand beside them.
const MOST_COLUMNS: usize = 12_000;

/// The column of an item that is no object.
const VALUE: &str = "value";

/// From this on a number has more digits than a spreadsheet keeps.
const EXACT: u64 = 1_000_000_000_000_000;

/// The columns of all that was read, in the order in which they were first seen.
#[derive(Debug)]
pub struct Columns {
    names: Vec<String>,
    index: HashMap<String, usize>,
    most: usize,
    left_out: bool,
}

impl Columns {
    /// Begins with the columns that the contract knows.
    pub fn new(known: Vec<String>) -> Self {
        let mut columns = Self { names: Vec::new(), index: HashMap::new(), most: MOST_COLUMNS, left_out: false };
        for name in known {
            columns.add(&name);
        }
        columns
    }

    /// Their headers, from the left.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there were more properties than there can be columns.
    pub fn left_out(&self) -> bool {
        self.left_out
    }

    /// Takes note of the properties of an item.
    pub fn note(&mut self, item: &Value) {
        each(item, &mut |name, _| self.add(name));
    }

    fn add(&mut self, name: &str) {
        if self.index.contains_key(name) {
            return;
        }
        if self.names.len() == self.most {
            self.left_out = true;
            return;
        }
        self.index.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
    }

    /// The cells of an item, one a column. `whole` is the number format of whole numbers.
    pub fn cells(&self, item: &Value, whole: u16) -> Vec<Cell> {
        let mut cells = vec![Cell::Empty; self.names.len()];
        each(item, &mut |name, value| {
            if let Some(at) = self.index.get(name) {
                cells[*at] = cell(value, whole);
            }
        });
        cells
    }
}

/// Every value of an item that has a column, with the column's name. Two properties whose names come to
/// the same are told apart by a number.
fn each(item: &Value, take: &mut impl FnMut(&str, &Value)) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    below(item, "", &mut |name, value| {
        let nth = seen.entry(name.to_owned()).and_modify(|nth| *nth += 1).or_insert(1);
        if *nth == 1 { take(name, value) } else { take(&format!("{name} ({nth})"), value) }
    });
}

fn below(value: &Value, prefix: &str, take: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(properties) => {
            for (name, value) in properties {
                let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                below(value, &name, take);
            }
        }
        value if prefix.is_empty() => take(VALUE, value),
        value => take(prefix, value),
    }
}

/// A text stays a text, whatever it looks like; a number that a spreadsheet cannot keep becomes one.
fn cell(value: &Value, whole: u16) -> Cell {
    match value {
        Value::Null => Cell::Empty,
        Value::Bool(flag) => Cell::Bool(*flag),
        Value::String(text) => Cell::Text(text.as_str().into()),
        Value::Number(number) => {
            let integer = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            match (integer, number.as_f64()) {
                (Some(integer), Some(value)) if integer < EXACT => Cell::Number { value, format: whole },
                (None, Some(value)) if value.abs() < EXACT as f64 => Cell::Number { value, format: 0 },
                _ => Cell::Text(number.to_string().into()),
            }
        }
        list => Cell::Text(list.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn laid_out(columns: &Columns, item: &Value) -> Vec<(String, Cell)> {
        columns.names().iter().cloned().zip(columns.cells(item, 7)).collect()
    }

    #[test]
    fn nested_properties_are_dotted_lists_are_json_and_texts_stay_texts() {
        let item = json!({"no": "00123", "a": {"b": {"c": 1.5}, "list": [1, {"x": "ş"}]}, "ok": true, "none": null});
        let mut columns = Columns::new(vec!["ok".into(), "later".into()]);
        columns.note(&item);
        let text = |text: &str| Cell::Text(text.into());
        assert_eq!(
            laid_out(&columns, &item),
            [
                ("ok".to_owned(), Cell::Bool(true)),
                ("later".to_owned(), Cell::Empty),
                ("no".to_owned(), text("00123")),
                ("a.b.c".to_owned(), Cell::Number { value: 1.5, format: 0 }),
                ("a.list".to_owned(), text(r#"[1,{"x":"ş"}]"#)),
                ("none".to_owned(), Cell::Empty),
            ]
        );
    }

    #[test]
    fn numbers_keep_their_digits_or_become_texts() {
        let columns = Columns::new(vec!["value".into()]);
        let of = |item: Value| columns.cells(&item, 7).remove(0);
        assert_eq!(of(json!(-42)), Cell::Number { value: -42.0, format: 7 });
        assert_eq!(of(json!(123_456_789_012_345_678_u64)), Cell::Text("123456789012345678".into()));
        assert_eq!(of(json!("x")), Cell::Text("x".into()));
    }

    #[test]
    fn names_that_come_to_the_same_are_told_apart() {
        let item = json!({"a.b": 1, "a": {"b": 2}});
        let mut columns = Columns::new(Vec::new());
        columns.note(&item);
        assert_eq!(columns.names(), ["a.b", "a.b (2)"]);
        assert_eq!(columns.cells(&item, 0)[1], Cell::Number { value: 2.0, format: 0 });
    }

    #[test]
    fn a_server_that_never_ends_inventing_names_fills_no_memory() {
        let mut columns = Columns { most: 2, ..Columns::new(Vec::new()) };
        for n in 0..5 {
            columns.note(&json!({ format!("p{n}"): n }));
        }
        assert_eq!((columns.names().len(), columns.left_out()), (2, true));
    }
}
