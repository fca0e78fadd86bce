//! Decimals as people write them: with a comma or a point, and with signs between thousands.

use crate::row::{Cell, trimmed};

/// The sign that stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalSign {
    /// `12,5`, as Turkish offices write it.
    Comma,
    /// `12.5`.
    Point,
}

/// The sign before the decimals in a cell's text. `None` if the cell is not a decimal text, or has no decimals.
pub fn decimal_sign(cell: &Cell) -> Option<DecimalSign> {
    let Cell::Text(text) = cell else { return None };
    let text = trimmed(text);
    decimal_text(text)?;
    match text.rfind([',', '.']).map(|at| text.as_bytes()[at]) {
        Some(b',') => Some(DecimalSign::Comma),
        Some(_) => Some(DecimalSign::Point),
        None => None,
    }
}

/// A decimal with a comma or a point to one with a point: `1.234,50` and `1,234.50` too. What could as well be
/// thousands (`1.234`) is not taken, nor what has more digits than a number keeps.
pub(super) fn decimal_text(text: &str) -> Option<String> {
    let (sign, unsigned) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (if text.starts_with('-') { "-" } else { "" }, rest),
        None => ("", text),
    };
    let (whole, fraction) = match unsigned.rfind([',', '.']) {
        Some(at) => (&unsigned[..at], &unsigned[at + 1..]),
        None => (unsigned, ""),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let decimal = unsigned.as_bytes().get(whole.len()).copied();
    let grouped = whole.contains([',', '.']);
    let whole = if grouped { ungrouped(whole, decimal?)? } else { whole.to_owned() };
    let ambiguous = !grouped && fraction.len() == 3 && whole != "0";
    let exact = whole.len() + fraction.len() <= 15;
    let fits = digits(&whole) && digits(fraction) && !whole.is_empty() && !ambiguous && exact;
    let dot = if fraction.is_empty() { "" } else { "." };
    fits.then(|| format!("{sign}{whole}{dot}{fraction}"))
}

/// `1.234.567` before a decimal comma to `1234567`: groups of three, between them the sign that is not the decimals'.
fn ungrouped(whole: &str, decimal: u8) -> Option<String> {
    let between = if decimal == b',' { '.' } else { ',' };
    let mut groups = whole.split(between);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    groups.try_fold(first.to_owned(), |number, group| (group.len() == 3).then(|| number + group))
}
