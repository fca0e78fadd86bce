//! What cells are taken for, and what is refused.

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
