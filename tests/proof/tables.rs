//! Any table in, the same table out (T18): what stands in the input's cells stands in the result's, letter for
//! letter, and no text of theirs has become a formula. Read back by another reader than the program's way in.

use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;

use crate::oracle::{Random, for_seeds};
use crate::workdir::Workdir;

const CONTRACT: &str = include_str!("../support/notes.yaml");

/// Pieces of which cells are made.
const PIECES: [&str; 48] = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "'",
    "\"",
    "\"\"",
    ";",
    ",",
    "|",
    "\n",
    "\r\n",
    " ",
    "  ",
    "\u{a0}",
    "\u{200b}",
    "\u{feff}",
    "\u{ad}",
    "\u{202e}",
    "\u{200f}",
    "\u{2028}",
    "\u{1b}[31m",
    "\u{7}",
    "_x000D_",
    "_x005F_",
    "_x0041_",
    "<t>",
    "&amp;",
    "]]>",
    "0",
    "00123",
    "1234567890123456789",
    "1,5",
    "1.5",
    "1E+15",
    "31.12.2026",
    "TRUE",
    "#N/A",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "http://x.example",
    "mailto:a@b",
    "ığüşöçİ",
    "e\u{301}",
    "😀",
    "\u{10ffff}",
    "nan",
];

/// Rows of texts; the first cell of each is never blank, so that no row is left out.
fn table(random: &mut Random) -> Vec<Vec<String>> {
    let (rows, columns) = (1 + random.below(12), 2 + random.below(8));
    let cell = |random: &mut Random| -> String {
        (0..random.below(5)).map(|_| PIECES[random.below(PIECES.len() as u64) as usize]).collect()
    };
    let first = |random: &mut Random, row: u64| format!("r{row}{}", cell(random));
    (0..rows)
        .map(|row| (0..columns).map(|column| if column == 0 { first(random, row) } else { cell(random) }).collect())
        .collect()
}

fn headers(columns: usize) -> Vec<String> {
    let free = (2..columns).map(|column| format!("free {column}"));
    ["note", "title"].map(str::to_owned).into_iter().chain(free).collect()
}

fn as_csv(table: &[Vec<String>]) -> Vec<u8> {
    let quoted = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        cells.join(";") + "\r\n"
    };
    let rows: String = table.iter().map(|row| quoted(row)).collect();
    (quoted(&headers(table[0].len())) + &rows).into_bytes()
}

fn as_xlsx(tables: &[Vec<Vec<String>>]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (at, table) in tables.iter().enumerate() {
        let sheet = book.add_worksheet().set_name(format!("T{at}")).unwrap();
        for (row, cells) in (0..).zip([&headers(table[0].len())].into_iter().chain(table)) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// Checks the file into a workbook, and compares its sheets with the tables.
fn same(dir: &Workdir, file: &str, tables: &[Vec<Vec<String>>]) {
    let ended = dir.run(&["check", file, "--contract", "notes.yaml", "-o", "out.xlsx"]);
    assert!(ended.code <= 1, "{file}: {ended:?}");
    let path = dir.path("out.xlsx");
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    for (at, table) in tables.iter().enumerate() {
        let name = if tables.len() == 1 { book.sheet_names()[0].clone() } else { format!("T{at}") };
        let formulas = book.worksheet_formula(&name).unwrap();
        let formulas: Vec<&String> = formulas.used_cells().map(|(_, _, formula)| formula).collect();
        assert!(formulas.iter().all(|formula| formula.is_empty()), "{file}: born from data: {formulas:?}");
        assert_eq!(table, &found(&mut book, &name, table[0].len()), "{file}, {name}");
    }
    no_links(&path);
}

fn found(book: &mut Xlsx<std::io::BufReader<std::fs::File>>, sheet: &str, columns: usize) -> Vec<Vec<String>> {
    let range = book.worksheet_range(sheet).unwrap();
    let (bottom, _) = range.end().unwrap();
    let cell = |row, column| range.get_value((row, column)).map(Data::to_string).unwrap_or_default();
    let rows = (1..=bottom).map(|row| (0..columns as u32).map(|column| cell(row, column)).collect::<Vec<_>>());
    rows.filter(|row| !row[0].is_empty()).collect()
}

/// A text that looks like an address becomes no link.
fn no_links(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let links = (0..archive.len()).any(|at| archive.by_index(at).unwrap().name().unwrap().contains("worksheets/_rels"));
    assert!(!links, "links were born from data");
}

fn tables(seeds: u64) {
    for_seeds(seeds, |seed| {
        let mut random = Random::new(seed);
        let dir = Workdir::new();
        dir.write("notes.yaml", CONTRACT);
        let one = table(&mut random);
        dir.write("one.csv", as_csv(&one));
        same(&dir, "one.csv", &[one]);
        let many: Vec<_> = (0..20).map(|_| table(&mut random)).collect();
        dir.write("many.xlsx", as_xlsx(&many));
        same(&dir, "many.xlsx", &many);
    });
}

#[test]
fn any_table_comes_back_letter_for_letter() {
    tables(8);
}

#[test]
#[ignore = "long form"]
fn any_table_comes_back_letter_for_letter_long() {
    tables(960);
}
