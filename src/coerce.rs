//! One cell to one JSON value, by what the contract takes the field for.
//!
//! The look of a cell never decides its type. What cannot be taken without a guess is refused, with
//! the place and what to do.

use std::fmt::Write as _;

use compact_str::CompactString;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::contract::{EnumValue, Field, Kind};
use crate::fold::fold;
use crate::message::Lang;
use crate::row::{BadCell, Cell, trimmed};
use crate::say;

/// Digits that a spreadsheet keeps of a number; what has more is already wrong in the file.
const EXACT_DIGITS: f64 = 1e15;

/// The day before 1900-03-01 as spreadsheets count days: they believe in a 29 February 1900, so the
/// count from 1899-12-30 is right only from there on.
const FIRST_SURE_DAY: f64 = 61.0;
const LAST_DAY: f64 = 2_958_466.0;

/// Why a cell is not taken: the rule it breaks and the sentence about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub rule: &'static str,
    pub message: String,
}

/// What cells are read with: the workbook's number formats, the reader's language, the zone of times.
pub struct Coerce<'a> {
    pub formats: &'a [String],
    pub lang: Lang,
    pub zone: &'a TimeZone,
}

impl Coerce<'_> {
    /// The field's value in this cell, or nothing where the cell is blank.
    ///
    /// # Errors
    /// A cell that is no value of the field's kind.
    pub fn value(&self, field: &Field, cell: &Cell) -> Result<Option<Value>, Refusal> {
        if cell.is_blank() {
            return Ok(None);
        }
        if let Cell::Bad(bad) = cell {
            return Err(self.bad(bad));
        }
        self.of_kind(&field.kind, cell).map(Some)
    }

    fn of_kind(&self, kind: &Kind, cell: &Cell) -> Result<Value, Refusal> {
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
    fn list(&self, kind: &Kind, cell: &Cell) -> Result<Value, Refusal> {
        let Cell::Text(text) = cell else { return Ok(Value::Array(vec![self.of_kind(kind, cell)?])) };
        let items = text.split([';', '\n']).map(|item| Cell::Text(item.into())).filter(|item| !item.is_blank());
        items.map(|item| self.of_kind(kind, &item)).collect::<Result<_, _>>().map(Value::Array)
    }

    fn json(&self, cell: &Cell) -> Result<Value, Refusal> {
        let text = self.text(cell)?;
        serde_json::from_str(&text).map_err(|error| {
            let advice = say!(
                self.lang,
                "hücreye JSON yazın, örneğin [\"a\", \"b\"] ({error})",
                "write JSON into the cell, as in [\"a\", \"b\"] ({error})"
            );
            self.wrong_type(&text, advice)
        })
    }

    /// A text: blanks at its ends dropped; a number as its exact digits, with the zeros of its format.
    fn text(&self, cell: &Cell) -> Result<String, Refusal> {
        match cell {
            Cell::Text(text) if is_e_notation(trimmed(text)) => Err(self.too_long_a_number()),
            Cell::Text(text) => Ok(trimmed(text).to_owned()),
            Cell::Number { value, .. } if value.abs() >= EXACT_DIGITS => Err(self.too_long_a_number()),
            Cell::Number { value, format } => Ok(digits(*value, self.format(*format))),
            Cell::Bool(flag) => Ok(flag.to_string()),
            Cell::Date { .. } => Err(Refusal {
                rule: "type",
                message: say!(
                    self.lang,
                    "Hücre bir tarih olmuş, burada ise metin gerekiyor. Sütunu Metin olarak biçimlendirip değeri yeniden yazın.",
                    "The cell has become a date, and a text is needed. Format the column as Text and write the value again."
                ),
            }),
            Cell::Empty | Cell::Bad(_) => Ok(String::new()),
        }
    }

    fn choice(&self, values: &[EnumValue], cell: &Cell) -> Result<Value, Refusal> {
        let text = self.text(cell)?;
        if let Some(at) = Kind::enum_value(values, &text) {
            return Ok(values[at].json.clone());
        }
        let list = values.iter().map(|value| self.named(value)).collect::<Vec<_>>().join(", ");
        let mut message = say!(
            self.lang,
            "\"{text}\" burada geçerli bir değer değil. Şunlardan birini yazın: {list}.",
            "\"{text}\" is not a value that may stand here. Write one of: {list}."
        );
        if let Some(near) = nearest(values, &text) {
            let near = self.named(near);
            message.push_str(&say!(self.lang, " Şunu mu demek istediniz: {near}?", " Did you mean {near}?"));
        }
        Err(Refusal { rule: "enum", message })
    }

    /// `Kurulum (install)`, or the value alone where it has no other name.
    fn named(&self, value: &EnumValue) -> String {
        let label = value.label.get(self.lang);
        if fold(label) == fold(&value.value) { value.value.clone() } else { format!("{label} ({})", value.value) }
    }

    fn boolean(&self, cell: &Cell) -> Result<bool, Refusal> {
        let text = match cell {
            Cell::Bool(flag) => return Ok(*flag),
            other => self.text(other)?,
        };
        match fold(&text).as_str() {
            "true" | "1" | "yes" | "evet" | "dogru" | "x" => Ok(true),
            "false" | "0" | "no" | "hayir" | "yanlis" => Ok(false),
            _ => Err(self.wrong_type(&text, say!(self.lang, "evet ya da hayır yazın", "write yes or no"))),
        }
    }

    fn integer(&self, cell: &Cell) -> Result<Value, Refusal> {
        let whole = || {
            say!(
                self.lang,
                "ayırıcısız bir tam sayı yazın, örneğin 12",
                "write a whole number without separators, as in 12"
            )
        };
        match cell {
            Cell::Number { value, .. } if value.fract() == 0.0 && value.abs() < EXACT_DIGITS => {
                Ok(Value::from(*value as i64))
            }
            Cell::Number { value, .. } => Err(self.wrong_type(&value.to_string(), whole())),
            other => {
                let text = self.text(other)?;
                text.parse::<i64>().map(Value::from).map_err(|_| self.wrong_type(&text, whole()))
            }
        }
    }

    fn number(&self, cell: &Cell) -> Result<Value, Refusal> {
        let decimal = || {
            say!(
                self.lang,
                "binlik ayırıcısız bir sayı yazın, örneğin 1234,50",
                "write a number without thousands separators, as in 1234.50"
            )
        };
        match cell {
            Cell::Number { value, .. } if value.abs() < EXACT_DIGITS => Ok(exact_number(*value)),
            Cell::Number { .. } => Err(self.too_long_a_number()),
            other => {
                let text = self.text(other)?;
                let parsed = decimal_text(&text).and_then(|plain| plain.parse::<f64>().ok());
                parsed.map(exact_number).ok_or_else(|| match text.bytes().filter(u8::is_ascii_digit).count() {
                    digits @ 16.. => self.too_many_digits(&text, digits),
                    _ => self.wrong_type(&text, decimal()),
                })
            }
        }
    }

    fn date(&self, cell: &Cell) -> Result<Date, Refusal> {
        self.civil(cell).map(DateTime::date)
    }

    fn date_time(&self, cell: &Cell) -> Result<String, Refusal> {
        if let Cell::Text(text) = cell
            && let Ok(stamp) = trimmed(text).parse::<jiff::Timestamp>()
        {
            return Ok(stamp.to_string());
        }
        let civil = self.civil(cell)?;
        let zoned = civil.to_zoned(self.zone.clone()).map_err(|_| self.no_date(&civil.to_string()))?;
        Ok(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    fn civil(&self, cell: &Cell) -> Result<DateTime, Refusal> {
        match cell {
            Cell::Date { serial, .. } | Cell::Number { value: serial, .. } => {
                civil_of_serial(*serial).ok_or_else(|| self.no_date(&serial.to_string()))
            }
            other => {
                let text = self.text(other)?;
                parse_civil(&text).ok_or_else(|| self.no_date(&text))
            }
        }
    }

    /// The cell as a person sees it, for messages and templates.
    pub fn shown(&self, cell: &Cell) -> CompactString {
        match cell {
            Cell::Empty | Cell::Bad(BadCell::NoCachedValue) => CompactString::default(),
            Cell::Text(text) | Cell::Bad(BadCell::Error(text) | BadCell::Undecodable(text)) => text.clone(),
            Cell::Number { value, format } => digits(*value, self.format(*format)).into(),
            Cell::Bool(flag) => CompactString::new(if *flag { "true" } else { "false" }),
            Cell::Date { serial, .. } => match civil_of_serial(*serial) {
                Some(civil) if civil.time() == jiff::civil::Time::midnight() => {
                    civil.strftime("%d.%m.%Y").to_string().into()
                }
                Some(civil) => civil.strftime("%d.%m.%Y %H:%M").to_string().into(),
                None => serial.to_string().into(),
            },
        }
    }

    fn format(&self, format: u16) -> &str {
        self.formats.get(usize::from(format)).map_or("General", String::as_str)
    }

    fn bad(&self, bad: &BadCell) -> Refusal {
        let message = match bad {
            BadCell::Error(error) => say!(
                self.lang,
                "Hücrede {error} hatası var. Formülü düzeltin ya da değeri yazın.",
                "The cell holds the error {error}. Mend the formula or write the value."
            ),
            BadCell::NoCachedValue => say!(
                self.lang,
                "Formülün sonucu dosyada yok. Dosyayı Excel'de açıp kaydedin ya da değeri yazın.",
                "The file does not carry the formula's result. Open and save it in Excel, or write the value."
            ),
            BadCell::Undecodable(_) => say!(
                self.lang,
                "Hücrede okunamayan harfler var. Dosyayı UTF-8 CSV ya da .xlsx olarak kaydedin.",
                "The cell has letters that cannot be read. Save the file as CSV UTF-8 or as .xlsx."
            ),
        };
        Refusal { rule: "cell", message }
    }

    fn too_long_a_number(&self) -> Refusal {
        Refusal {
            rule: "digits",
            message: say!(
                self.lang,
                "Sayı 15 basamaktan uzun ya da 1,2E+15 biçiminde: basamakları kaybolmuş olabilir. Sütunu Metin olarak biçimlendirip değeri yeniden yazın.",
                "The number has more than 15 digits or stands as 1.2E+15: digits may be lost. Format the column as Text and write the value again."
            ),
        }
    }

    /// More than a number keeps: what is sent would not be what stands in the cell.
    fn too_many_digits(&self, found: &str, digits: usize) -> Refusal {
        Refusal {
            rule: "digits",
            message: say!(
                self.lang,
                "\"{found}\" {digits} basamaklı; bir sayı en çok 15 basamağı eksiksiz taşır. Kısaltın ya da yuvarlayın.",
                "\"{found}\" has {digits} digits; a number keeps 15 at most. Shorten or round it."
            ),
        }
    }

    fn wrong_type(&self, found: &str, advice: String) -> Refusal {
        Refusal {
            rule: "type",
            message: say!(self.lang, "\"{found}\" okunamadı: {advice}.", "\"{found}\" cannot be read: {advice}."),
        }
    }

    fn no_date(&self, found: &str) -> Refusal {
        self.wrong_type(
            found,
            say!(
                self.lang,
                "tarihi 31.12.2026 ya da 2026-12-31 biçiminde yazın",
                "write the date as 31.12.2026 or 2026-12-31"
            ),
        )
    }
}

/// The exact digits of a number, with the leading zeros that its format shows.
fn digits(value: f64, format: &str) -> String {
    let mut text = String::new();
    if value.fract() == 0.0 && value.abs() < EXACT_DIGITS {
        let least = if value < 0.0 { 0 } else { leading_zeros(format) };
        let _ = write!(text, "{:0least$}", value as i64);
    } else {
        let _ = write!(text, "{value}");
    }
    text
}

/// How many digits a number format shows at least: `00000000` is 8, `General` and `#,##0` at most 1.
fn leading_zeros(format: &str) -> usize {
    let section = format.split(';').next().unwrap_or_default();
    if section.eq_ignore_ascii_case("general") || section.contains(['E', '%', 'y', 'd', 'h']) {
        return 0;
    }
    let mut zeros = 0;
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '0' => zeros += 1,
            '.' => break,
            '\\' | '_' | '*' => drop(chars.next()),
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '[' => drop(chars.by_ref().find(|c| *c == ']')),
            _ => {}
        }
    }
    zeros
}

/// `1,23457E+11`: what a spreadsheet leaves of a long number in a CSV file.
fn is_e_notation(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
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

/// The sign that stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalSign {
    Comma,
    Point,
}

/// Which sign a cell's text uses before its decimals; none where it has no decimals, or is no such number.
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
fn decimal_text(text: &str) -> Option<String> {
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

/// A whole number as an integer, so that `12` is not sent as `12.0`.
fn exact_number(value: f64) -> Value {
    if value.fract() == 0.0 { Value::from(value as i64) } else { Value::from(value) }
}

/// Days since 1899-12-30 to a calendar date and time, to the second.
fn civil_of_serial(serial: f64) -> Option<DateTime> {
    if !(FIRST_SURE_DAY..LAST_DAY).contains(&serial) {
        return None;
    }
    let seconds = (serial * 86_400.0).round() as i64;
    jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0).checked_add(jiff::Span::new().seconds(seconds)).ok()
}

/// ISO, or day.month.year; never a guess between day and month.
fn parse_civil(text: &str) -> Option<DateTime> {
    for format in ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"] {
        if let Ok(found) = DateTime::strptime(format, text) {
            return Some(found);
        }
    }
    if let Ok(date) = Date::strptime("%d.%m.%Y", text) {
        return Some(date.at(0, 0, 0, 0));
    }
    text.parse::<DateTime>().ok().filter(|_| text.contains('-'))
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
    use crate::message::Text;

    fn take(kind: Kind, cell: Cell) -> Result<Option<Value>, Refusal> {
        let field = Field {
            name: "f".into(),
            label: Text::same("f"),
            aliases: vec![],
            kind,
            slots: vec![],
            check: None,
            untyped: false,
            required: false,
            max_length: None,
            example: None,
        };
        let formats: Vec<String> = ["General", "00000000", "#,##0.00"].map(String::from).to_vec();
        Coerce { formats: &formats, lang: Lang::En, zone: &TimeZone::UTC }.value(&field, &cell)
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
        assert_eq!(number("123456789012345,6").unwrap_err().rule, "digits");
        for ambiguous in ["1.234", "1,234", "1.23.45", "1.2345,6", "12,34,5"] {
            assert_eq!(number(ambiguous).unwrap_err().rule, "type", "{ambiguous}");
        }
    }

    #[test]
    fn a_number_in_a_text_field_keeps_its_digits_and_the_zeros_of_its_format() {
        let number = |value, format| take(Kind::Text, Cell::Number { value, format });
        assert_eq!(number(1234.0, 1).unwrap().unwrap(), "00001234");
        assert_eq!(number(1234.0, 0).unwrap().unwrap(), "1234");
        assert_eq!(number(1234.0, 2).unwrap().unwrap(), "1234");
        assert_eq!(number(123_456_789_012_345.0, 0).unwrap().unwrap(), "123456789012345");
        assert_eq!(number(1e15, 0).unwrap_err().rule, "digits");
        assert_eq!(take(Kind::Text, text("1,23457E+11")).unwrap_err().rule, "digits");
        assert_eq!(take(Kind::Text, text("HE+1")).unwrap().unwrap(), "HE+1");
    }

    #[test]
    fn a_text_that_became_a_date_is_refused_and_not_guessed() {
        assert_eq!(take(Kind::Text, Cell::Date { serial: 46_000.0, format: 0 }).unwrap_err().rule, "type");
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
        assert_eq!(take(Kind::Boolean, text("belki")).unwrap_err().rule, "type");
    }

    #[test]
    fn whole_numbers_are_whole_and_thousands_are_not_guessed() {
        assert_eq!(take(Kind::Integer, Cell::Number { value: 2.0, format: 0 }).unwrap().unwrap(), 2);
        assert_eq!(take(Kind::Integer, text(" 2 ")).unwrap().unwrap(), 2);
        for bad in ["1.000", "2,5", "iki", "99999999999999999999"] {
            assert_eq!(take(Kind::Integer, text(bad)).unwrap_err().rule, "type", "{bad}");
        }
        assert_eq!(take(Kind::Number, text("1234,50")).unwrap().unwrap(), 1234.5);
        assert_eq!(take(Kind::Number, text("1.234")).unwrap_err().rule, "type");
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
