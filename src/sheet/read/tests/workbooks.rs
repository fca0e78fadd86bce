//! Workbooks.

use std::io::{Cursor, Read as _, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Read, open_bytes, options, refusal, rows};
use crate::read::{Input, Options};
use crate::row::{BadCell, Cell};

/// A workbook with one sheet, `Liste`, that `fill` fills.
fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("Liste").unwrap());
    book.save_to_buffer().unwrap()
}

fn header(sheet: &mut Worksheet, row: u32) {
    for (column, text) in ["Ad", "Cihaz No", "Tutar", "Tarih"].into_iter().enumerate() {
        sheet.write_string(row, column as u16, text).unwrap();
    }
}

fn opened(bytes: &[u8]) -> Input {
    open_bytes("liste.xlsx", bytes, &options()).unwrap()
}

fn read(bytes: &[u8]) -> Read {
    rows(opened(bytes)).unwrap()
}

fn refused(bytes: &[u8]) -> String {
    refusal(open_bytes("liste.xlsx", bytes, &options()).and_then(rows))
}

/// The same workbook with one text in one of its parts replaced.
fn patched(bytes: &[u8], part: &str, from: &str, to: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = false;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        if name == part {
            found = text.contains(from);
            text = text.replacen(from, to, 1);
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    assert!(found, "{from} is not in {part}");
    writer.finish().unwrap().into_inner()
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn cells_keep_their_kind_their_place_and_their_number_format() {
    let bytes = book(|sheet| {
        sheet.write_string(0, 1, "Kurulum listesi").unwrap();
        header(sheet, 3);
        sheet.write_string(4, 0, " Iğdır \u{a0}").unwrap();
        sheet.write_with_format(4, 1, 1234, &Format::new().set_num_format("00000000")).unwrap();
        sheet.write_number(4, 2, 1.5).unwrap();
        let date = ExcelDateTime::from_ymd(2026, 5, 4).unwrap();
        sheet.write_with_format(4, 3, &date, &Format::new().set_num_format("dd.mm.yyyy")).unwrap();
        sheet.write_boolean(7, 1, true).unwrap();
        sheet.write_string(7, 5, "fazla").unwrap();
    });
    let input = opened(&bytes);
    assert_eq!(input.sheets[0].header_row, 4);
    assert_eq!(input.sheets[0].above, [(1, vec![Cell::Empty, Cell::Text("Kurulum listesi".into())])]);
    assert_eq!(input.formats[0], "General");
    let formats = input.formats.clone();
    let read = rows(input).unwrap();
    assert_eq!(read.numbers(), [5, 8]);
    let cells = &read.rows[0].cells;
    assert_eq!(cells[0], Cell::Text(" Iğdır \u{a0}".into()));
    assert!(matches!(cells[1], Cell::Number { value: 1234.0, format } if formats[usize::from(format)] == "00000000"));
    assert_eq!(cells[2], Cell::Number { value: 1.5, format: 0 });
    assert!(matches!(cells[3], Cell::Date { serial: 46146.0, format } if formats[usize::from(format)] == "dd.mm.yyyy"));
    assert_eq!(read.line(1), "|Bool(true)||||fazla");
}

#[test]
fn dates_of_old_macs_count_from_the_same_day() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        let format = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(1, 3, 44684, &format).unwrap();
        sheet.write_with_format(2, 3, 0.5, &Format::new().set_num_format("hh:mm")).unwrap();
    });
    let bytes = patched(&bytes, "xl/workbook.xml", "<workbookPr ", "<workbookPr date1904=\"1\" ");
    let serials: Vec<f64> = read(&bytes)
        .rows
        .iter()
        .map(|row| if let Cell::Date { serial, .. } = row.cells[3] { serial } else { f64::NAN })
        .collect();
    assert_eq!(serials, [46146.0, 0.5]);
}

#[test]
fn errors_and_formulas_without_a_result_are_bad_cells() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        sheet.write_formula(1, 0, Formula::new("=A9").set_result("Iğdır")).unwrap();
        sheet.write_formula(1, 1, Formula::new("=A10").set_result("7")).unwrap();
        sheet.write_formula(1, 2, Formula::new("=A11").set_result("987")).unwrap();
        sheet.write_formula(1, 3, Formula::new("=A12").set_result("#N/A")).unwrap();
    });
    let bytes = patched(&bytes, SHEET, "<v>987</v>", "");
    let read = read(&bytes);
    let cells = &read.rows[0].cells;
    assert_eq!(cells[..2], [Cell::Text("Iğdır".into()), Cell::Number { value: 7.0, format: 0 }]);
    assert_eq!(cells[2..], [Cell::Bad(BadCell::NoCachedValue), Cell::Bad(BadCell::Error("#N/A".into()))]);
}

#[test]
fn formulas_that_no_spreadsheet_calculated_are_warned_of() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        sheet.write_formula(1, 2, "=1+1").unwrap();
    });
    assert!(opened(&bytes).warnings[0].text().en.contains("were not calculated by Excel"));
    let saved = patched(&bytes, "xl/workbook.xml", "fullCalcOnLoad=\"1\"", "");
    assert!(opened(&saved).warnings.is_empty());
}

#[test]
fn hidden_rows_are_marked_and_warned_of() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        (1..7).for_each(|row| _ = sheet.write_string(row, 0, "x").unwrap());
        for row in [2, 3, 5, 9] {
            sheet.set_row_hidden(row).unwrap();
        }
        sheet.set_column_hidden(2).unwrap();
    });
    let read = read(&bytes);
    let hidden: Vec<u32> = read.rows.iter().filter(|row| row.hidden).map(|row| row.place.row).collect();
    assert_eq!(hidden, [3, 4, 6]);
    assert_eq!(read.totals.hidden[0].to_string(), "3-4, 6");
    assert_eq!(read.totals.warnings[0].text().en, "Sheet \"Liste\", hidden or filtered rows (3): 3-4, 6.");
}

#[test]
fn a_total_row_is_left_out_and_named() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        sheet.write_string(1, 0, "a").unwrap();
        sheet.write_string(2, 1, "Genel Toplam").unwrap();
        sheet.write_number(2, 2, 5).unwrap();
        sheet.write_string(4, 0, "  ").unwrap();
    });
    let read = read(&bytes);
    assert_eq!((read.numbers(), read.totals.total_rows[0].row), (vec![2], 3));
    assert!(read.totals.warnings[0].text().en.contains("row 3 is a total row"));
}

/// Sheets: notes, two lists, a hidden list, one with a header alone.
fn many_sheets() -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in [("Notlar", 0), ("Mayıs", 2), ("Eski", 1), ("Haziran", 1), ("Temmuz", 0)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        if name == "Notlar" {
            sheet.write_string(0, 0, "şu").unwrap().write_string(0, 1, "bu").unwrap();
            sheet.write_string(1, 0, "o").unwrap();
            continue;
        }
        header(sheet, 0);
        (0..rows).for_each(|row| _ = sheet.write_string(row + 1, 0, name).unwrap());
        sheet.set_hidden(name == "Eski");
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn every_visible_sheet_with_a_known_header_and_rows_is_read() {
    let input = opened(&many_sheets());
    let names: Vec<&str> = input.sheets.iter().map(|sheet| &sheet.name[..]).collect();
    assert_eq!(names, ["Mayıs", "Haziran"]);
    assert_eq!(input.warnings[0].text().tr, "\"Notlar\" sayfasında bilinen bir başlık satırı yok; sayfa atlandı.");
    let places: Vec<_> = rows(input).unwrap().rows.iter().map(|row| (row.place.sheet, row.place.row)).collect();
    assert_eq!(places, [(0, 2), (0, 3), (1, 2)]);
}

#[test]
fn the_named_sheet_alone_is_read_hidden_or_not() {
    let bytes = many_sheets();
    let open = |sheet| open_bytes("liste.xlsx", &bytes, &Options { sheet: Some(sheet), ..options() });
    assert_eq!(open("eski").unwrap().sheets[0].name, "Eski");
    assert_eq!(open("Notlar").unwrap().sheets[0].headers, ["şu", "bu"]);
    let sentence = refusal(open("Hazira"));
    assert!(sentence.contains("Its sheets: \"Notlar\", \"Mayıs\""), "{sentence}");
    assert!(sentence.ends_with("Did you mean \"Haziran\"?"), "{sentence}");
    assert!(refusal(open("Temmuz")).contains("has no data below its header row"));
}

#[test]
fn without_a_known_header_the_first_plausible_sheet_is_taken() {
    let bytes = book(|sheet| {
        sheet.write_string(0, 0, "Rapor").unwrap();
        sheet.write_string(1, 0, "Bir").unwrap().write_string(1, 1, "İki").unwrap();
        sheet.write_string(2, 0, "a").unwrap();
    });
    let input = opened(&bytes);
    assert_eq!((input.sheets[0].header_row, input.warnings.len()), (2, 0));
}

#[test]
fn an_empty_workbook_has_nothing_to_send() {
    assert!(refused(&book(|_| {})).contains("has no data below its header row"));
    assert!(refused(&book(|sheet| header(sheet, 0))).contains("has no data below its header row"));
}

#[test]
fn a_workbook_that_was_cut_short_is_refused_wherever_it_was_cut() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        (1..200).for_each(|row| _ = sheet.write_string(row, 0, format!("metin {row}")).unwrap());
    });
    for percent in 1..100 {
        let sentence = refused(&bytes[..bytes.len() * percent / 100]);
        assert!(sentence.contains("cut short or damaged"), "{percent}: {sentence}");
    }
}

#[test]
fn archives_that_are_no_workbooks_are_told_by_their_kind() {
    let archive = |names: &[&str]| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    assert!(refused(&archive(&["mimetype", "content.xml"])).contains("(.ods)"));
    assert!(refused(&archive(&["_rels/.rels", "xl/workbook.bin"])).contains("(.xlsb)"));
    assert!(refused(&archive(&["_rels/.rels", "word/document.xml"])).contains("Word"));
    assert!(refused(&archive(&["liste.csv"])).contains("is a zip archive"));
}

#[test]
fn a_table_of_texts_that_lies_about_its_size_costs_no_memory() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        sheet.write_string(1, 0, "a").unwrap();
    });
    for lie in ["4294967296", "9223372036854775807", "18446744073709551615"] {
        let to = format!("uniqueCount=\"{lie}\"");
        let bytes = patched(&bytes, "xl/sharedStrings.xml", "uniqueCount=\"5\"", &to);
        assert_eq!(read(&bytes).line(0), "a|||", "{lie}");
    }
}

#[test]
fn cells_out_of_their_order_are_refused() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        sheet.write_number(1, 0, 41).unwrap().write_number(2, 0, 42).unwrap().write_number(2, 1, 43).unwrap();
    });
    for (from, to) in
        [("r=\"B3\"", "r=\"A3\""), ("r=\"A3\"", "r=\"A1\""), ("r=\"B3\"", "r=\"XFE3\""), ("r=\"A3\"", "r=\"A1048577\"")]
    {
        let sentence = refused(&patched(&bytes, SHEET, from, to));
        assert!(sentence.contains("is out of place"), "{to}: {sentence}");
    }
}

#[test]
fn two_cells_at_opposite_corners_cost_no_memory() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        sheet.write_string(1_048_575, 16_383, "x").unwrap();
    });
    assert_eq!(read(&bytes).numbers(), [1_048_576]);
}

#[test]
fn what_a_cell_cannot_hold_is_refused_with_its_place() {
    let bytes = book(|sheet| {
        header(sheet, 0);
        sheet.write_formula(1, 2, Formula::new("=A1").set_result("#N/A")).unwrap();
    });
    let young = patched(&bytes, SHEET, "<v>#N/A</v>", "<v>#SPILL!</v>");
    assert_eq!(read(&young).rows[0].cells[2], Cell::Bad(BadCell::Error("#SPILL!".into())));
    // Behind such a cell the reader would misplace one that does not say where it stands.
    let lost = patched(&young, SHEET, "</row></sheetData>", "<c><v>1</v></c></row></sheetData>");
    let sentence = refused(&lost);
    assert!(sentence.contains("row 1 or below: a cell holds the error #SPILL!"), "{sentence}");
    let with_text = |length| {
        let text = "ş".repeat(length);
        let cell = format!("<c r=\"D2\" t=\"inlineStr\"><is><t>{text}</t></is></c></row></sheetData>");
        patched(&bytes, SHEET, "</row></sheetData>", &cell)
    };
    assert!(refused(&with_text(32_768)).contains("cell D2 holds more than 32767 characters"));
    assert_eq!(read(&with_text(32_767)).numbers(), [2]);
}

#[test]
fn a_workbook_without_a_visible_sheet_asks_for_a_name() {
    let bytes = book(|sheet| header(sheet, 0));
    let bytes = patched(&bytes, "xl/workbook.xml", "<sheet name=", "<sheet state=\"hidden\" name=");
    assert!(refused(&bytes).contains("has no visible sheet"));
}

/// So long that the scanner and the parser pass many buffers; its texts hardly shrink.
fn long(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    book(|sheet| {
        many_rows(sheet);
        fill(sheet);
    })
}

fn many_rows(sheet: &mut Worksheet) {
    header(sheet, 0);
    for row in 1..=20_000_u32 {
        let text = format!("{:x}{:x}", row.wrapping_mul(0x9e37_79b1), row.wrapping_mul(0x85eb_ca6b));
        sheet.write_string(row, 0, text).unwrap().write_number(row, 2, row).unwrap();
    }
}

#[test]
fn what_is_special_is_seen_however_far_down_it_stands() {
    let plain = read(&long(|_| {}));
    assert_eq!((plain.rows.len(), plain.rows.iter().filter(|row| row.hidden).count()), (20_000, 0));
    let bytes = long(|sheet| {
        sheet.write_formula(15_000, 1, Formula::new("=A1").set_result("987654")).unwrap();
        sheet.set_row_hidden(20_000).unwrap();
    });
    let found = read(&patched(&bytes, SHEET, "<v>987654</v>", ""));
    let hidden: Vec<u32> = found.rows.iter().filter(|row| row.hidden).map(|row| row.place.row).collect();
    assert_eq!(hidden, [20_001]);
    let bad = found.rows.iter().position(|row| matches!(row.cells[1], Cell::Bad(BadCell::NoCachedValue)));
    assert_eq!(bad, Some(14_999));
}

#[test]
fn damage_behind_the_last_row_refuses_the_file() {
    let bytes = long(|_| {});
    assert!(refused(&patched(&bytes, SHEET, "</worksheet>", "</worksheet></x>")).contains("damaged"));
    assert!(refused(&patched(&bytes, SHEET, "</worksheet>", "")).contains("damaged"));
}

/// The parser is in the first sheet, or not even there, when the scanner finds what is wrong.
#[test]
fn damage_is_named_where_it_is_wherever_the_parser_stands() {
    let mut book = Workbook::new();
    many_rows(book.add_worksheet());
    many_rows(book.add_worksheet());
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(read(&bytes).rows.len(), 40_000);
    for (part, end) in [("xl/worksheets/sheet2.xml", "</worksheet>"), ("xl/sharedStrings.xml", "</sst>")] {
        let sentence = refused(&patched(&bytes, part, end, ""));
        assert!(sentence.contains(&format!("damaged ({part}: unexpected end)")), "{sentence}");
    }
}

/// The same workbook with each part's name and content changed.
pub(super) fn rewritten(bytes: &[u8], change: impl Fn(&str, String) -> (String, Vec<u8>)) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let (name, content) = change(&file.name().unwrap(), text);
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A list with two rows.
fn list() -> Vec<u8> {
    book(|sheet| {
        header(sheet, 0);
        sheet.write_string(1, 0, "Iğdır").unwrap();
        sheet.write_number(1, 1, 7).unwrap();
        sheet.write_string(2, 0, "Şişli").unwrap();
    })
}

fn is_the_list(bytes: &[u8]) {
    let read = read(bytes);
    assert_eq!((read.numbers(), read.line(0)), (vec![2, 3], "Iğdır|Number { value: 7.0, format: 0 }||".to_owned()));
    assert_eq!(read.line(1), "Şişli|||");
}

#[test]
fn parts_may_be_named_with_backslashes() {
    is_the_list(&rewritten(&list(), |name, text| (name.replace('/', "\\"), text.into_bytes())));
}

#[test]
fn xml_in_utf_16_is_read() {
    for (mark, bytes) in
        [("\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("\u{feff}", u16::to_be_bytes), ("", u16::to_le_bytes)]
    {
        is_the_list(&rewritten(&list(), |name, text| {
            let text = mark.to_owned() + &text.replace("UTF-8", "UTF-16");
            (name.to_owned(), text.encode_utf16().flat_map(bytes).collect())
        }));
    }
    let half = rewritten(&list(), |name, text| {
        let mut content: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        content.pop();
        (name.to_owned(), content)
    });
    assert!(refused(&half).contains("UTF-16"), "{}", refused(&half));
}

#[test]
fn modules_and_macro_sheets_are_no_tables_and_do_no_harm() {
    let with = |sheet: &str| patched(&list(), "xl/workbook.xml", "</sheets>", &format!("{sheet}</sheets>"));
    is_the_list(&with("<sheet name=\"Module1\" sheetId=\"7\" state=\"veryHidden\" r:id=\"\"/>"));
    let visible = with("<sheet name=\"Module2\" sheetId=\"8\" r:id=\"\"></sheet>");
    is_the_list(&visible);
    assert!(
        opened(&visible).warnings[0].text().en.contains("\"Module2\" has no cells"),
        "{:?}",
        opened(&visible).warnings
    );
    let macros = with("<sheet name=\"Macro1\" sheetId=\"9\" r:id=\"rId77\"/>");
    let relation = "<Relationship Id=\"rId77\" Type=\"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet\" Target=\"macrosheets/sheet1.xml\"/></Relationships>";
    is_the_list(&patched(&macros, "xl/_rels/workbook.xml.rels", "</Relationships>", relation));
    assert!(refused(&macros).contains("Macro1: rId77"), "a sheet whose part is lost: {}", refused(&macros));
}

#[test]
fn counts_and_extents_that_are_not_true_do_no_harm() {
    let strings = "xl/sharedStrings.xml";
    for count in ["3", "999", "4294967295", "18446744073709551615"] {
        is_the_list(&patched(&list(), strings, "uniqueCount=\"6\"", &format!("uniqueCount=\"{count}\"")));
    }
    for extent in ["1:4", "A:D", "D9:A1", "A1:B2:C3", ""] {
        is_the_list(&patched(&list(), SHEET, "<dimension ref=\"A1:D3\"/>", &format!("<dimension ref=\"{extent}\"/>")));
    }
}

#[test]
fn a_row_may_be_written_cell_by_cell() {
    is_the_list(&patched(&list(), SHEET, "<c r=\"B2\"", "</row><row r=\"2\"><c r=\"B2\""));
    let bare = rewritten(&list(), |name, text| {
        let text = text.replace("<c r=\"B2\"", "</row><row r=\"2\"><c r=\"B2\"").replace(" spans=\"1:4\"", "");
        (name.to_owned(), text.into_bytes())
    });
    is_the_list(&bare);
}
