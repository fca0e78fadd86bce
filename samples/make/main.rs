//! Makes the sample files that the README and the tests use: `cargo run --example make-samples`.
//! The same bytes each time, so a difference in a sample is a difference in `tables.rs`.

mod cell;
mod systems;
mod tables;
mod workbook;

use std::error::Error;
use std::path::Path;

use encoding_rs::WINDOWS_1254;

use cell::Row;
use workbook::Sheet;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let list = Sheet { name: "Aralık 2026", title: Some(tables::INSTALL_LIST_TITLE), rows: tables::INSTALL_LIST };
    workbook::write(&directory.join("kurulum-listesi.xlsx"), &[list])?;
    write_turkish_csv(&directory.join("kurulum-listesi.csv"), tables::INSTALL_LIST)?;
    workbook::write(&directory.join("rezervasyon.xlsx"), &[plain("Rezervasyon", tables::RESERVATIONS)])?;
    workbook::write(&directory.join("karma.xlsx"), &[plain("Karma", tables::MIXED)])?;
    let sheets = [
        plain("Talepler", tables::CASES_SHEET),
        plain("Rezervasyonlar", tables::RESERVATIONS_SHEET),
        plain("Notlar", tables::NOTES_SHEET),
    ];
    workbook::write(&directory.join("karma-sayfalar.xlsx"), &sheets)?;
    write_systems(&directory)
}

/// The files of the other systems, one for each operation, and those of an API of one's own.
fn write_systems(directory: &Path) -> Result<(), Box<dyn Error>> {
    let workbooks = [
        ("thalamus-vakalar", "Vakalar", systems::THALAMUS_CASES),
        ("banka-hizmet-talepleri", "Talepler", systems::SERVICE_REQUESTS),
        ("banka-geri-arama", "Geri arama", systems::CALLBACKS),
        ("banka-belgeler", "Belgeler", systems::DOCUMENTS),
        ("banka-guncelleme", "Güncelleme", systems::UPDATES),
        ("banka-kapatma", "Kapatma", systems::CLOSINGS),
        ("banka-belge-cikarma", "Belge çıkarma", systems::DETACHMENTS),
        ("banka-okuma", "Başvurular", systems::CASE_NUMBERS),
        ("netahsilat-musteriler", "Müşteriler", systems::CUSTOMERS),
    ];
    for (file, sheet, rows) in workbooks {
        workbook::write(&directory.join(file).with_extension("xlsx"), &[plain(sheet, rows)])?;
    }
    write_turkish_csv(&directory.join("banka-sikayetler.csv"), systems::COMPLAINTS)?;
    std::fs::write(directory.join("own-api/loans.csv"), csv_of(systems::LOANS, b',', csv::Terminator::Any(b'\n'))?)?;
    Ok(())
}

fn plain<'a>(name: &'a str, rows: &'a [&'a str]) -> Sheet<'a> {
    Sheet { name, title: None, rows }
}

/// As a Turkish Excel saves it: semicolons, Windows-1254, CRLF, and no trace of what was hidden.
fn write_turkish_csv(path: &Path, rows: &[&str]) -> Result<(), Box<dyn Error>> {
    let text = csv_of(rows, b';', csv::Terminator::CRLF)?;
    let (bytes, _, unmappable) = WINDOWS_1254.encode(&text);
    if unmappable {
        return Err("a sample holds a character that Windows-1254 does not have".into());
    }
    std::fs::write(path, bytes)?;
    Ok(())
}

fn csv_of(rows: &[&str], delimiter: u8, end: csv::Terminator) -> Result<String, Box<dyn Error>> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(end).from_writer(Vec::new());
    for line in rows {
        writer.write_record(Row::parse(line).cells.iter().map(cell::Cell::shown))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}
