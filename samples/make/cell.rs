//! One cell of a sample, out of the notation of [`tables`](crate::tables).

/// A cell as the workbook stores it.
pub enum Cell<'a> {
    Blank,
    Text(&'a str),
    /// `digits`: shown with at least so many, zeros in front; 0 for a plain number.
    Number {
        value: u32,
        digits: usize,
    },
    /// `{row}` in the formula stands for the number of its row.
    Formula {
        formula: &'a str,
        value: &'a str,
    },
}

/// A row: whether it is hidden, and its cells.
pub struct Row<'a> {
    pub hidden: bool,
    pub cells: Vec<Cell<'a>>,
}

impl<'a> Row<'a> {
    pub fn parse(line: &'a str) -> Self {
        let visible = line.strip_prefix('~');
        Self { hidden: visible.is_some(), cells: visible.unwrap_or(line).split('|').map(Cell::parse).collect() }
    }
}

impl<'a> Cell<'a> {
    fn parse(text: &'a str) -> Self {
        if text.is_empty() {
            return Self::Blank;
        }
        if let Some((formula, value)) = text.strip_prefix('ƒ').and_then(|rest| rest.split_once('→')) {
            return Self::Formula { formula, value };
        }
        number(text).unwrap_or(Self::Text(text))
    }

    /// What the spreadsheet shows, and writes into a CSV file.
    pub fn shown(&self) -> String {
        match *self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Formula { value: text, .. } => text.to_owned(),
            Self::Number { value, digits } => format!("{value:0digits$}"),
        }
    }
}

/// `#2`, or `#8 4171` for 4171 shown with eight digits.
fn number(text: &str) -> Option<Cell<'static>> {
    let rest = text.strip_prefix('#')?;
    let (digits, value) = rest.split_once(' ').unwrap_or(("0", rest));
    Some(Cell::Number { value: value.parse().ok()?, digits: digits.parse().ok()? })
}
