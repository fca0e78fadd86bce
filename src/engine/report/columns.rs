//! Where the columns that a result adds stand among those of the input.

use std::ops::Range;

use caseload_sheet::write::{Head, Header};

use super::added::Added;
use crate::contract::Operation;
use crate::row::Sheet;

/// The added columns of one run, in order.
#[derive(Debug)]
pub struct Columns {
    pub added: Vec<Added>,
    /// The distinct id columns of the operations.
    pub ids: Vec<String>,
    /// For each operation, its index in `ids`.
    id_of: Vec<usize>,
}

impl Columns {
    /// Nothing is added.
    pub fn none() -> Self {
        Self { added: Vec::new(), ids: Vec::new(), id_of: Vec::new() }
    }

    pub fn new(operations: &[Operation], checking: bool) -> Self {
        if checking {
            let added = vec![Added::Result, Added::Error, Added::ErrorCode];
            return Self { added, ids: Vec::new(), id_of: Vec::new() };
        }
        let mut ids: Vec<String> = Vec::new();
        let mut id_of = Vec::new();
        for operation in operations {
            let name = operation.id_column();
            let known = ids.iter().position(|id| id == name);
            id_of.push(known.unwrap_or(ids.len()));
            if known.is_none() {
                ids.push(name.to_owned());
            }
        }
        let mut added = vec![Added::Result];
        added.extend((0..ids.len()).map(Added::Id));
        added.extend([
            Added::Error,
            Added::ErrorCode,
            Added::HttpStatus,
            Added::Attempts,
            Added::SentAt,
            Added::Reference,
        ]);
        Self { added, ids, id_of }
    }

    /// The header of an added column: an id's is the contract's own name for it.
    pub fn header(&self, column: Added) -> &str {
        match column {
            Added::Id(id) => &self.ids[id],
            other => other.header(),
        }
    }

    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.added.iter().map(|&column| self.header(column))
    }

    /// Whether an id of this operation stands in the column `id`. An id without an operation goes to the first.
    pub fn holds(&self, id: usize, operation: Option<usize>) -> bool {
        operation.and_then(|operation| self.id_of.get(operation)).copied().unwrap_or(0) == id
    }

    /// The name of the id of an operation.
    pub fn id_name(&self, operation: Option<usize>) -> Option<&str> {
        let id = operation.and_then(|operation| self.id_of.get(operation)).copied().unwrap_or(0);
        self.ids.get(id).map(String::as_str)
    }
}

/// The columns of a sheet that an earlier result added, where the input is one: they are the past's,
/// and this result writes its own in their place.
pub fn of_earlier_result<S: AsRef<str>>(headers: &[S]) -> Range<usize> {
    let is = |at: usize, column: Added| headers.get(at).is_some_and(|header| header.as_ref() == column.header());
    let error = (1..headers.len()).find(|&at| is(at, Added::Error) && is(at + 1, Added::ErrorCode));
    let start = error.and_then(|error| (0..error).rev().find(|&at| is(at, Added::Result)));
    let (Some(start), Some(error)) = (start, error) else { return 0..0 };
    let mut end = error + 2;
    for column in [Added::HttpStatus, Added::Attempts, Added::SentAt, Added::Reference] {
        end += usize::from(is(end, column));
    }
    start..end
}

/// Where the columns of one input sheet stand in the result.
#[derive(Debug, Clone)]
pub struct Places {
    dropped: Range<usize>,
    /// Columns of the input that have a header and are kept.
    pub kept: usize,
    headers: usize,
    added: usize,
}

impl Places {
    pub fn new(sheet: &Sheet, columns: &Columns) -> Self {
        let dropped = of_earlier_result(&sheet.headers);
        let headers = sheet.headers.len();
        Self { kept: headers - dropped.len(), dropped, headers, added: columns.added.len() }
    }

    /// The result's column for a column of the input. Cells beyond the last header stand behind the added columns.
    pub fn of(&self, input: usize) -> Option<usize> {
        if self.dropped.contains(&input) {
            None
        } else if input >= self.headers {
            Some(input - self.dropped.len() + self.added)
        } else if input >= self.dropped.end {
            Some(input - self.dropped.len())
        } else {
            Some(input)
        }
    }

    /// The header of this sheet's result: at its own row, under what stands above it there, or in the first row.
    pub fn head<'h>(&self, sheet: &'h Sheet, columns: &'h Columns, at_own_row: bool) -> Head<'h> {
        let own = sheet
            .headers
            .iter()
            .enumerate()
            .filter_map(|(column, text)| self.of(column).map(|column| Header { column, text, added: false }));
        let added = (self.kept..).zip(columns.headers()).map(|(column, text)| Header { column, text, added: true });
        let (at, above) =
            if at_own_row { (sheet.header_row.saturating_sub(1), &sheet.above[..]) } else { (0, &[][..]) };
        Head { at, above, headers: own.chain(added).collect(), width: self.width() }
    }

    /// Every column with a header, the added ones too.
    pub fn width(&self) -> usize {
        self.kept + self.added
    }
}

/// The index of a column from the letters that a spreadsheet shows above it: `A` is 0, `AA` is 26.
pub fn column_index(letters: &str) -> Option<usize> {
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    Some(letters.bytes().fold(0, |index, b| index * 26 + usize::from(b - b'A') + 1) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lead_back_to_the_column() {
        for index in [0, 25, 26, 701, 702, 16_383] {
            assert_eq!(column_index(&crate::row::column_letter(index)), Some(index));
        }
        assert_eq!(column_index(""), None);
        assert_eq!(column_index("a1"), None);
    }

    #[test]
    fn the_columns_of_an_earlier_result_are_replaced_and_columns_behind_them_kept() {
        let headers = ["Mali No", "Result", "caseId", "Error", "Error code", "HTTP status", "Attempts", "Sent at"];
        assert_eq!(of_earlier_result(&headers), 1..8);
        assert_eq!(of_earlier_result(&["Result", "Error"]), 0..0, "a header of the input's own");
        let columns = Columns::new(&[], true);
        let headers = ["A", "Result", "Error", "Error code", "Note"].map(Into::into).to_vec();
        let places = Places::new(&Sheet { headers, ..Sheet::default() }, &columns);
        let result: Vec<_> = (0..6).map(|input| places.of(input)).collect();
        assert_eq!(result, [Some(0), None, None, None, Some(1), Some(5)]);
        assert_eq!((places.kept, places.width()), (2, 5));
    }
}
