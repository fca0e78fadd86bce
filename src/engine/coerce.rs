//! One cell to one JSON value, by what the contract takes the field for.
//!
//! The look of a cell never decides its type. What cannot be taken without a guess is refused, with
//! the place and what to do.

mod date_format;
mod decimal;
mod formats;
mod moment;

use std::borrow::Cow;

use compact_str::CompactString;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde_json::Value;

pub use self::decimal::{DecimalSign, decimal_sign};
pub use self::formats::Formats;

use self::decimal::decimal_text;
use self::moment::{civil_of_serial, parse_civil, shows_another_moment, time_of_serial};
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

    /// The cell as a person sees it, for messages and templates.
    pub fn shown(&self, cell: &Cell) -> CompactString {
        match cell {
            Cell::Empty | Cell::Bad(BadCell::NoCachedValue) => CompactString::default(),
            Cell::Text(text) | Cell::Bad(BadCell::Error(text) | BadCell::Undecodable(text)) => text.clone(),
            Cell::Number { value, format } => {
                self.formats.shown(*value, *format).map_or_else(|| exact(*value), |shown| shown.text).into()
            }
            Cell::Bool(flag) => CompactString::new(if *flag { "true" } else { "false" }),
            Cell::Date { serial, format } if !self.formats.date(*format).is_date() => time_of_serial(*serial).into(),
            Cell::Date { serial, .. } => match civil_of_serial(*serial) {
                Some(civil) if civil.time() == jiff::civil::Time::midnight() => {
                    civil.strftime("%d.%m.%Y").to_string().into()
                }
                Some(civil) => civil.strftime("%d.%m.%Y %H:%M").to_string().into(),
                None => serial.to_string().into(),
            },
        }
    }

    /// What is sent although the sheet shows something else, and why that is likely wrong.
    pub fn doubt(&self, kind: &Kind, cell: &Cell) -> Option<CellFault> {
        // What is sent of a text is what the sheet shows.
        if !matches!(cell, Cell::Number { .. } | Cell::Date { .. }) {
            return None;
        }
        match (kind, cell) {
            (Kind::List(kind), Cell::Number { .. } | Cell::Date { .. }) => self.doubt(kind, cell),
            (Kind::Integer | Kind::Number, Cell::Number { value, format }) => {
                self.formats.number(*format).filter(|format| format.differs(*value))?;
                Some(self.shown_otherwise(cell, &value.to_string()))
            }
            (Kind::Boolean, Cell::Number { value, format }) => {
                let seen = self.formats.shown(*value, *format).and_then(|shown| yes_or_no(&shown.text))?;
                (Some(seen) != yes_or_no(&exact(*value))).then(|| self.shown_otherwise(cell, &exact(*value)))
            }
            (Kind::Date | Kind::DateTime, Cell::Date { serial, format }) => {
                let (moment, parts) = (civil_of_serial(*serial)?, self.formats.date(*format));
                let sent = if *kind == Kind::Date { moment.date().to_string() } else { moment.to_string() };
                shows_another_moment(kind, moment, parts).then(|| self.partly_shown(*format, &sent))
            }
            _ => None,
        }
    }

    fn shown_otherwise(&self, cell: &Cell, sent: &str) -> CellFault {
        CellFault::ShownOtherwise { seen: shown(&self.shown(cell)), sent: sent.to_owned() }
    }

    fn partly_shown(&self, format: u16, sent: &str) -> CellFault {
        CellFault::PartlyShown { format: shown(self.formats.code(format)), sent: sent.to_owned() }
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
mod tests {
    use super::*;

    fn take(kind: Kind, cell: Cell) -> Result<Option<Value>, CellFault> {
        let field = Field {
            name: "f".into(),
            label: Text::same("f"),
            aliases: vec![],
            kind,
            slots: vec![],
            check: None,
            warn: vec![],
            untyped: false,
            free: false,
            required: false,
            max_length: None,
            example: None,
        };
        let codes = ["General", "00000000", "#,##0.00", "\"FU\"00000000", "dd.mm.yyyy", "h:mm", "mmm-yy", "0.00"];
        let formats = Formats::of(&codes.map(String::from));
        Coerce { formats: &formats, zone: &TimeZone::UTC }.value(&field, &cell)
    }

    fn text(value: &str) -> Cell {
        Cell::Text(value.into())
    }

    #[test]
    fn a_decimal_keeps_its_digits_or_is_refused() {
        let number = |found: &str| take(Kind::Number, text(found)).map(|value| value.unwrap().to_string());
        for (found, wanted) in
            [("10,10", "10.1"), ("1.234,50", "1234.5"), ("1,234.50", "1234.5"), ("-0,125", "-0.125"), ("7", "7")]
        {
            assert_eq!(number(found).unwrap(), wanted, "{found}");
        }
        assert_eq!(number("12345678901234,5").unwrap(), "12345678901234.5");
        assert_eq!(number("123456789012345,6").unwrap_err().rule(), "digits");
        for ambiguous in ["1.234", "1,234", "1.23.45", "1.2345,6", "12,34,5"] {
            assert_eq!(number(ambiguous).unwrap_err().rule(), "type", "{ambiguous}");
        }
    }

    #[test]
    fn a_number_in_a_text_field_keeps_its_digits_and_the_zeros_of_its_format() {
        let number = |value, format| take(Kind::Text, Cell::Number { value, format });
        assert_eq!(number(1234.0, 1).unwrap().unwrap(), "00001234");
        assert_eq!(number(1234.0, 0).unwrap().unwrap(), "1234");
        assert_eq!(number(1234.0, 2).unwrap_err().rule(), "format");
        assert_eq!(number(123.0, 2).unwrap().unwrap(), "123.00");
        assert_eq!(number(359.0, 3).unwrap().unwrap(), "FU00000359");
        assert_eq!(number(1e-10, 0).unwrap_err().rule(), "digits");
        assert_eq!(number(123_456_789_012_345.0, 0).unwrap().unwrap(), "123456789012345");
        assert_eq!(number(1e15, 0).unwrap_err().rule(), "digits");
        assert_eq!(take(Kind::Text, text("1,23457E+11")).unwrap().unwrap(), "1,23457E+11");
        let csv = Formats::of_text_file();
        let coerce = Coerce { formats: &csv, zone: &TimeZone::UTC };
        assert_eq!(coerce.text(&text("1,23457E+11")).unwrap_err().rule(), "digits");
        assert_eq!(take(Kind::Text, text("HE+1")).unwrap().unwrap(), "HE+1");
    }

    #[test]
    fn characters_that_nobody_sees_are_trimmed_at_the_ends_and_refused_inside() {
        assert_eq!(take(Kind::Text, text("\u{202a}FU 1\u{202c}\u{200e}\u{1a}")).unwrap().unwrap(), "FU 1");
        assert_eq!(take(Kind::Integer, text("\u{200e}12\u{200f}")).unwrap().unwrap(), 12);
        for inside in ["FU\u{202a}1", "a\u{9b}b", "a\u{b}b", "a\u{c}b", "a\u{85}b", "a\u{1a}b", "a\u{7f}b"] {
            let refused = take(Kind::Text, text(inside)).unwrap_err();
            assert_eq!(refused.rule(), "hidden-character", "{inside:?}");
        }
        let fault = take(Kind::Text, text("FU\u{202a}1")).unwrap_err();
        assert_eq!(fault, CellFault::HiddenCharacter { place: 3, character: '\u{202a}' });
        let words = crate::words::cell(&fault, crate::message::Lang::En);
        assert!(words.contains("Character 3") && words.contains("U+202A"), "{words}");
    }

    #[test]
    fn a_text_that_became_a_date_is_refused_and_not_guessed() {
        assert_eq!(take(Kind::Text, Cell::Date { serial: 46_000.0, format: 0 }).unwrap_err().rule(), "type");
    }

    #[test]
    fn what_the_sheet_shows_otherwise_is_doubted() {
        let formats = Formats::of(&["0.00", "dd.mm.yyyy", "dd.mm.yyyy hh:mm", "mmm-yy"].map(String::from));
        let coerce = Coerce { formats: &formats, zone: &TimeZone::UTC };
        let doubt = |kind: &Kind, cell| coerce.doubt(kind, &cell);
        let number = |value| Cell::Number { value, format: 0 };
        let shown = CellFault::ShownOtherwise { seen: "12.35".to_owned(), sent: "12.345".to_owned() };
        assert_eq!(doubt(&Kind::Number, number(12.345)), Some(shown));
        assert_eq!(doubt(&Kind::Number, number(12.5)), None);
        assert_eq!(doubt(&Kind::Text, number(12.345)), None);
        let date = |serial, format| Cell::Date { serial, format };
        for (kind, serial, format, doubted) in [
            (Kind::Date, 46_022.0, 1, false),
            (Kind::Date, 46_022.5, 1, false),
            (Kind::Date, 46_022.5, 2, true),
            (Kind::Date, 46_022.0, 3, true),
            (Kind::DateTime, 46_022.0, 1, false),
            (Kind::DateTime, 46_022.5, 1, true),
            (Kind::DateTime, 46_022.5, 2, false),
            (Kind::DateTime, 46_022.0 + 1.0 / 86_400.0, 2, true),
        ] {
            assert_eq!(doubt(&kind, date(serial, format)).is_some(), doubted, "{kind:?} {serial} {format}");
        }
    }

    #[test]
    fn a_date_needs_a_date_format() {
        let date = |cell| take(Kind::Date, cell).map(|value| value.unwrap().as_str().unwrap().to_owned());
        assert_eq!(date(Cell::Number { value: 2024.0, format: 0 }).unwrap_err().rule(), "type");
        assert_eq!(date(Cell::Date { serial: 46_022.5, format: 5 }).unwrap_err().rule(), "type");
        assert_eq!(date(Cell::Date { serial: 46_022.0, format: 6 }).unwrap(), "2025-12-31");
    }

    #[test]
    fn booleans_are_read_in_turkish_and_in_english() {
        for yes in ["EVET", "x", "Doğru", "1", "true", "Yes"] {
            assert_eq!(take(Kind::Boolean, text(yes)).unwrap().unwrap(), true, "{yes}");
        }
        for no in ["Hayır", "HAYIR", "yanlış", "0", "no"] {
            assert_eq!(take(Kind::Boolean, text(no)).unwrap().unwrap(), false, "{no}");
        }
        assert_eq!(take(Kind::Boolean, text("\u{a0}")).unwrap(), None);
        assert_eq!(take(Kind::Boolean, text("belki")).unwrap_err().rule(), "type");
    }

    #[test]
    fn whole_numbers_are_whole_and_thousands_are_not_guessed() {
        assert_eq!(take(Kind::Integer, Cell::Number { value: 2.0, format: 0 }).unwrap().unwrap(), 2);
        assert_eq!(take(Kind::Integer, text(" 2 ")).unwrap().unwrap(), 2);
        for bad in ["1.000", "2,5", "iki", "99999999999999999999"] {
            assert_eq!(take(Kind::Integer, text(bad)).unwrap_err().rule(), "type", "{bad}");
        }
        assert_eq!(take(Kind::Number, text("1234,50")).unwrap().unwrap(), 1234.5);
        assert_eq!(take(Kind::Number, text("1.234")).unwrap_err().rule(), "type");
    }

    #[test]
    fn dates_come_from_cells_iso_and_the_turkish_way_and_never_from_a_guess() {
        let date = |cell| take(Kind::Date, cell).map(|v| v.unwrap().as_str().unwrap().to_owned());
        assert_eq!(date(Cell::Date { serial: 46_022.0, format: 0 }).unwrap(), "2025-12-31");
        assert_eq!(date(text("31.12.2026")).unwrap(), "2026-12-31");
        assert_eq!(date(text("2026-12-31")).unwrap(), "2026-12-31");
        for bad in ["31.02.2026", "12/31/2026", "31122026", "yarın"] {
            assert!(date(text(bad)).is_err(), "{bad}");
        }
        let stamp = take(Kind::DateTime, text("31.12.2026 09:30")).unwrap().unwrap();
        assert_eq!(stamp, "2026-12-31T09:30:00+00:00");
    }
}
