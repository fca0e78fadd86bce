//! One cell to one JSON value, by what the contract takes the field for.
//!
//! The look of a cell never decides its type. What cannot be taken without a guess is refused, with
//! the place and what to do.

mod date_format;
mod decimal;
mod formats;
mod moment;
mod seen;

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde_json::Value;

pub use self::decimal::{DecimalSign, decimal_sign};
pub use self::formats::Formats;

use self::decimal::decimal_text;
use self::moment::{civil_of_serial, parse_civil};
use crate::contract::{EnumValue, Field, Kind};
use crate::fold::{composed, fold};
use crate::message::{Text, shown};
use crate::number_format::exact;
use crate::outcome::{CellFault, NoSingleTime, NotListed, Wanted};
use crate::row::{BadCell, Cell, hidden_char, is_plain, trimmed};

/// Digits that a spreadsheet keeps of a number; what has more is already wrong in the file.
const EXACT_DIGITS: f64 = 1e15;
/// A spreadsheet shows what is closer to zero with an exponent.
const SMALLEST: f64 = 1e-9;

/// What cells are read with: the file's number formats, and the zone of times.
pub struct Coerce<'a> {
    /// The number formats to which cells refer.
    pub formats: &'a Formats,
    /// The zone of times that name none.
    pub zone: &'a TimeZone,
}

impl Coerce<'_> {
    /// The field's value in this cell, or nothing where the cell is blank.
    ///
    /// # Errors
    /// The cell does not hold a value of the field's kind.
    pub fn value(&self, field: &Field, cell: &Cell) -> Result<Option<Value>, CellFault> {
        if cell.is_blank() {
            return Ok(None);
        }
        if let Cell::Bad(bad) = cell {
            return Err(bad_cell(bad));
        }
        self.of_kind(&field.kind, cell).map(Some)
    }

    /// The text of a cell, whatever it is for; empty where it is blank.
    ///
    /// # Errors
    /// A cell whose text is not certain, as a number that has lost digits.
    pub fn sure_text(&self, cell: &Cell) -> Result<String, CellFault> {
        match cell {
            Cell::Bad(bad) => Err(bad_cell(bad)),
            cell if cell.is_blank() => Ok(String::new()),
            cell => self.text(cell),
        }
    }

    fn of_kind(&self, kind: &Kind, cell: &Cell) -> Result<Value, CellFault> {
        Ok(match kind {
            Kind::Text => Value::String(self.text(cell)?),
            Kind::Enum(values) => self.choice(values, cell)?,
            Kind::Boolean => Value::Bool(self.boolean(cell)?),
            Kind::Integer => self.integer(cell)?,
            Kind::Number => self.number(cell)?,
            Kind::Date => Value::String(self.date(cell)?.to_string()),
            Kind::DateTime => Value::String(self.date_time(cell)?),
            Kind::NumberOrText => number_or_text(self.text(cell)?),
            Kind::List(kind) => self.list(kind, cell)?,
            Kind::Json => self.json(cell)?,
        })
    }

    /// Values separated by semicolons or line breaks; blanks between them are none.
    fn list(&self, kind: &Kind, cell: &Cell) -> Result<Value, CellFault> {
        let Cell::Text(text) = cell else { return Ok(Value::Array(vec![self.of_kind(kind, cell)?])) };
        let items = text.split([';', '\n']).map(|item| Cell::Text(item.into())).filter(|item| !item.is_blank());
        items.map(|item| self.of_kind(kind, &item)).collect::<Result<_, _>>().map(Value::Array)
    }

    fn json(&self, cell: &Cell) -> Result<Value, CellFault> {
        let text = self.text(cell)?;
        serde_json::from_str(&text)
            .map_err(|error| CellFault::NotA { wanted: Wanted::Json { why: error.to_string() }, found: text })
    }

    /// A text: blanks at its ends dropped; a number as the sheet shows it.
    pub fn text(&self, cell: &Cell) -> Result<String, CellFault> {
        self.plain(cell).map(Cow::into_owned)
    }

    /// The same, without a copy of what stands in the cell already.
    fn plain<'c>(&self, cell: &'c Cell) -> Result<Cow<'c, str>, CellFault> {
        match cell {
            Cell::Text(text) => {
                let text = trimmed(text);
                if self.formats.is_text_file && is_e_notation(text) {
                    return Err(CellFault::DigitsLost);
                }
                // Most texts are what they seem to be.
                if is_plain(text) { Ok(Cow::Borrowed(text)) } else { visible(composed(text)) }
            }
            Cell::Number { value, .. } if !has_exact_digits(*value) => Err(CellFault::DigitsLost),
            Cell::Number { value, format } => match self.formats.shown(*value, *format) {
                Some(shown) if !shown.grouped && !shown.hides_sign => Ok(shown.text.into()),
                _ => Err(self.not_to_be_told(*format)),
            },
            Cell::Bool(flag) => Ok(Cow::Borrowed(if *flag { "true" } else { "false" })),
            Cell::Date { .. } => Err(CellFault::DateForText),
            Cell::Empty => Ok(Cow::Borrowed("")),
            Cell::Bad(bad) => Err(bad_cell(bad)),
        }
    }

    /// What stands in the cell, whatever its format shows of it.
    fn stored<'c>(&self, cell: &'c Cell) -> Result<Cow<'c, str>, CellFault> {
        match cell {
            Cell::Number { value, .. } if has_exact_digits(*value) => Ok(exact(*value).into()),
            other => self.plain(other),
        }
    }

    fn choice(&self, values: &[EnumValue], cell: &Cell) -> Result<Value, CellFault> {
        let meant = |text: &Cow<str>| Kind::enum_value(values, text).map(|at| values[at].json.clone());
        let seen = self.plain(cell);
        if let Some(value) = seen.as_ref().ok().and_then(meant) {
            return Ok(value);
        }
        let stored = self.stored(cell);
        if let Some(value) = stored.as_ref().ok().and_then(meant) {
            return Ok(value);
        }
        let text = seen.or(stored)?.into_owned();
        let all: Vec<Text> = values.iter().map(named).collect();
        let joined = |of: fn(&Text) -> &String| all.iter().map(|name| of(name).as_str()).collect::<Vec<_>>().join(", ");
        let list = Text { tr: joined(|name| &name.tr), en: joined(|name| &name.en) };
        let near = nearest(values, &text).map(named);
        Err(CellFault::NotListed(Box::new(NotListed { found: text, list, near })))
    }

    fn boolean(&self, cell: &Cell) -> Result<bool, CellFault> {
        let text = match cell {
            Cell::Bool(flag) => return Ok(*flag),
            other => self.stored(other)?,
        };
        yes_or_no(&text).ok_or_else(|| not_a(Wanted::YesOrNo, text.into_owned()))
    }

    fn integer(&self, cell: &Cell) -> Result<Value, CellFault> {
        match cell {
            Cell::Number { value, .. } if value.fract() == 0.0 && value.abs() < EXACT_DIGITS => {
                Ok(Value::from(*value as i64))
            }
            Cell::Number { value, .. } => Err(not_a(Wanted::Integer, value.to_string())),
            other => {
                let text = self.plain(other)?;
                text.parse::<i64>().map(Value::from).map_err(|_| not_a(Wanted::Integer, text.into_owned()))
            }
        }
    }

    fn number(&self, cell: &Cell) -> Result<Value, CellFault> {
        match cell {
            Cell::Number { value, .. } if value.abs() < EXACT_DIGITS => Ok(exact_number(*value)),
            Cell::Number { .. } => Err(CellFault::DigitsLost),
            other => {
                let text = self.plain(other)?;
                let parsed = decimal_text(&text).and_then(|plain| plain.parse::<f64>().ok());
                parsed.map(exact_number).ok_or_else(|| match text.bytes().filter(u8::is_ascii_digit).count() {
                    digits @ 16.. => CellFault::TooManyDigits { found: text.into_owned(), digits },
                    _ => not_a(Wanted::Decimal, text.into_owned()),
                })
            }
        }
    }

    fn date(&self, cell: &Cell) -> Result<Date, CellFault> {
        self.civil(cell).map(DateTime::date)
    }

    fn date_time(&self, cell: &Cell) -> Result<String, CellFault> {
        if let Cell::Text(text) = cell
            && let Ok(stamp) = trimmed(text).parse::<jiff::Timestamp>()
        {
            return Ok(stamp.to_string());
        }
        let civil = self.civil(cell)?;
        let found = self.zone.to_ambiguous_zoned(civil);
        if found.is_ambiguous() {
            return Err(self.no_single_time(civil, matches!(found.offset(), AmbiguousOffset::Gap { .. })));
        }
        let zoned = found.unambiguous().map_err(|_| no_date(civil.to_string()))?;
        Ok(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    fn civil(&self, cell: &Cell) -> Result<DateTime, CellFault> {
        match cell {
            Cell::Date { serial, format } if self.formats.date(*format).is_date() => {
                civil_of_serial(*serial).ok_or_else(|| no_date(serial.to_string()))
            }
            // A number that is not formatted as a date may be a year, or a date without its points.
            Cell::Number { .. } | Cell::Date { .. } => Err(no_date(self.shown(cell).into_string())),
            other => {
                let text = self.plain(other)?;
                parse_civil(&text).ok_or_else(|| no_date(text.into_owned()))
            }
        }
    }

    fn not_to_be_told(&self, format: u16) -> CellFault {
        CellFault::Format { format: shown(self.formats.code(format)) }
    }

    /// Where clocks are put forward an hour is missing, where they are put back one is there twice.
    fn no_single_time(&self, civil: DateTime, missing: bool) -> CellFault {
        CellFault::NoSingleTime(Box::new(NoSingleTime {
            time: civil.strftime("%d.%m.%Y %H:%M").to_string(),
            iso: civil.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            zone: self.zone.iana_name().unwrap_or("-").to_owned(),
            missing,
        }))
    }
}

/// Takes a text that shows every character it has, and refuses one with a hidden character.
fn visible(text: Cow<str>) -> Result<Cow<str>, CellFault> {
    let Some((at, hidden)) = hidden_char(&text) else { return Ok(text) };
    Err(CellFault::HiddenCharacter { place: at + 1, character: hidden })
}

fn not_a(wanted: Wanted, found: String) -> CellFault {
    CellFault::NotA { wanted, found }
}

fn no_date(found: String) -> CellFault {
    not_a(Wanted::Date, found)
}

fn bad_cell(bad: &BadCell) -> CellFault {
    match bad {
        BadCell::Error(error) => CellFault::Error { error: error.to_string() },
        BadCell::NoCachedValue => CellFault::NoResult,
        BadCell::Undecodable(_) => CellFault::Undecodable,
    }
}

/// `Kurulum (install)`, or the value alone where it has no other name.
fn named(value: &EnumValue) -> Text {
    let name = |label: &str| {
        if fold(label) == fold(&value.value) { value.value.clone() } else { format!("{label} ({})", value.value) }
    };
    Text { tr: name(&value.label.tr), en: name(&value.label.en) }
}

/// Whether a number is one whose digits a spreadsheet keeps, and writes without an exponent.
fn has_exact_digits(value: f64) -> bool {
    value == 0.0 || (SMALLEST..EXACT_DIGITS).contains(&value.abs())
}

fn yes_or_no(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "true" | "1" | "yes" | "evet" | "dogru" | "x" => Some(true),
        "false" | "0" | "no" | "hayir" | "yanlis" => Some(false),
        _ => None,
    }
}

/// `1,23457E+11`: what a spreadsheet leaves of a long number in a CSV file.
fn is_e_notation(text: &str) -> bool {
    // Most texts differ from such a number in their first or last byte already.
    if !matches!(text.as_bytes(), [b'0'..=b'9', .., b'0'..=b'9']) {
        return false;
    }
    let Some(at) = text.bytes().position(|byte| matches!(byte, b'E' | b'e')) else { return false };
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once([',', '.']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits)
}

/// Digits as a number, as long as none is lost by it; anything else as it stands.
fn number_or_text(text: String) -> Value {
    let exact = text.len() <= 15 && !(text.starts_with('0') && text.len() > 1);
    match text.parse::<u64>() {
        Ok(number) if exact && text.bytes().all(|byte| byte.is_ascii_digit()) => number.into(),
        _ => text.into(),
    }
}

/// A whole number as an integer, so that `12` is not sent as `12.0`.
fn exact_number(value: f64) -> Value {
    if value.fract() == 0.0 { Value::from(value as i64) } else { Value::from(value) }
}

fn nearest<'v>(values: &'v [EnumValue], text: &str) -> Option<&'v EnumValue> {
    let key = fold(text);
    let likeness = |value: &EnumValue| value.keys.iter().map(|k| strsim::jaro_winkler(k, &key)).fold(0.0, f64::max);
    let (likeness, best) = values.iter().map(|value| (likeness(value), value)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness > 0.85).then_some(best)
}

#[cfg(test)]
mod tests;
