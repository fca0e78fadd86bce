//! The list that the figures are measured with: as many rows as asked, each valid by the contract
//! of `create-case`, none a duplicate of another, and always the same.

use std::path::Path;

use rust_xlsxwriter::{Workbook, Worksheet};

use crate::Fallible;

pub const COLUMNS: [&str; 10] = [
    "caseType",
    "defectCode",
    "deviceId",
    "terminalId",
    "merchantId",
    "detail",
    "priority",
    "deviceBrand",
    "deviceModel",
    "isGmp3",
];

/// Where in [`COLUMNS`] the boolean stands; all others are text.
pub const IS_GMP3: usize = 9;

/// How large a list is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub rows: u32,
    /// How many rows in succession are about one device, on one terminal; at least 1.
    pub rows_a_device: u32,
}

/// How a workbook holds its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Strings {
    /// In the cells, as programs that write workbooks row by row do.
    Inline,
    /// In a table of their own, as Excel does.
    Shared,
}

impl Size {
    pub fn one_device_a_row(rows: u32) -> Self {
        Self { rows, rows_a_device: 1 }
    }

    fn row(self, index: u32) -> [String; 10] {
        const PREFIXES: [&str; 3] = ["FU", "HN", "00"];
        const PLACES: [&str; 5] = ["çarşı şubesi", "Göztepe şubesi", "iskele büfesi", "öğrenci yurdu", "sanayi girişi"];
        const PEOPLE: [&str; 4] = ["Ayşe Örnek", "Işıl Taslak", "Çiğdem Örnek", "Deniz Misal"];
        let device = index / self.rows_a_device;
        let of = |list: &[&str]| list[index as usize % list.len()].to_owned();
        [
            self.case_type(index).to_owned(),
            "psu".to_owned(),
            format!("{}{device:010}", PREFIXES[device as usize % PREFIXES.len()]),
            format!("{device:08}"),
            format!("7{device:09}"),
            format!("Kasa {}, {}, iş {index}, kontak {}", index % 9 + 1, of(&PLACES), of(&PEOPLE)),
            of(&["P1", "P2", "P3"]),
            "Örnek".to_owned(),
            of(&["S1", "Tiger"]),
            of(&["true", "false"]),
        ]
    }

    /// A second install of one device would be a duplicate, so the later rows of a device are visits.
    fn case_type(self, index: u32) -> &'static str {
        const TYPES: [&str; 6] = ["uninstall", "install", "upgrade", "training", "maintenance", "defect"];
        let nth = (index % self.rows_a_device) as usize;
        match (self.rows_a_device, nth) {
            (1, _) => TYPES[index as usize % 6],
            (_, 0 | 1) => TYPES[nth],
            _ => TYPES[2 + nth % 4],
        }
    }
}

pub fn write_csv(path: &Path, size: Size) -> Fallible<()> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(COLUMNS)?;
    for index in 0..size.rows {
        writer.write_record(size.row(index))?;
    }
    Ok(writer.flush()?)
}

pub fn write_xlsx(path: &Path, size: Size, strings: Strings) -> Fallible<()> {
    let mut workbook = Workbook::new();
    let worksheet = match strings {
        Strings::Inline => workbook.add_worksheet_with_constant_memory()?,
        Strings::Shared => workbook.add_worksheet_with_low_memory()?,
    };
    worksheet.write_row(0, 0, COLUMNS)?;
    for index in 0..size.rows {
        write_row(worksheet, index + 1, size.row(index))?;
    }
    Ok(workbook.save(path)?)
}

fn write_row(worksheet: &mut Worksheet, at: u32, row: [String; 10]) -> Fallible<()> {
    for (column, text) in (0..).zip(row) {
        if usize::from(column) == IS_GMP3 {
            worksheet.write_boolean(at, column, text == "true")?;
        } else {
            worksheet.write_string(at, column, text)?;
        }
    }
    Ok(())
}
