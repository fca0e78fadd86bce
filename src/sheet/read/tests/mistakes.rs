//! Tables written with the mistakes that people and programs make: every value is read right, or the file is refused
//! with the place. What is taken is compared with the table that was meant, and with what the parser alone reads.

use encoding_rs::{WINDOWS_1253, WINDOWS_1254};

use super::{Read, open_bytes, options, rows};
use crate::row::{Cell, trimmed};

const HEADERS: [&str; 6] = ["Ad", "Tutar", "Cihaz No", "Tarih", "Bölge", "Not"];
const DELIMITERS: [&str; 4] = [";", ",", "\t", "|"];
const CELLS: [&str; 14] = [
    "",
    "",
    "a",
    "12",
    "ığşü",
    "x y",
    "5\"",
    " önce",
    "a;b",
    "p,q, r",
    "t|u",
    "satır\nsonu",
    "\u{200e}m\u{202c}",
    "der \"ki\" z",
];
const BLOCK: usize = 16;

/// The same sequence for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn pick<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mistake {
    None,
    /// D1: one delimiter too many in one row.
    Surplus,
    /// D1, D4: one too few, before a quote or not.
    Missing,
    /// D4: a quote within a cell is never closed.
    OpenQuote,
    /// D10: the header row once more.
    Header,
    /// D10: a value right of the last header.
    Beyond,
    /// D6: letters of another alphabet.
    Greek,
}

const MISTAKES: [Mistake; 7] = [
    Mistake::None,
    Mistake::Surplus,
    Mistake::Missing,
    Mistake::OpenQuote,
    Mistake::Header,
    Mistake::Beyond,
    Mistake::Greek,
];

/// How a program writes its texts.
struct Style {
    delimiter: &'static str,
    quotes_all: bool,
    end: &'static str,
    /// Blank cells at the end of all rows of a block are left out.
    blocks: bool,
    /// A delimiter at the end of the header row, and of every other row.
    trailing: (bool, bool),
}

impl Style {
    fn of(random: &mut Random) -> Self {
        let blocks = random.below(3) == 0;
        let trailing = [(false, false), (true, true), (false, true), (true, false)][random.below(4)];
        Self {
            delimiter: random.pick(&DELIMITERS),
            quotes_all: random.below(4) == 0,
            end: random.pick(&["\n", "\r\n"]),
            blocks,
            trailing: if blocks { (false, false) } else { trailing },
        }
    }

    fn field(&self, cell: &str) -> String {
        let bare = !cell.contains(['"', '\n']) && !cell.contains(self.delimiter);
        if !self.quotes_all && (bare || cell == "5\"") {
            return cell.to_owned();
        }
        format!("\"{}\"", cell.replace('"', "\"\""))
    }
}

/// A file, and what was meant by it.
struct Made {
    text: String,
    meant: Vec<Vec<String>>,
    mistake: Mistake,
    delimiter: u8,
}

fn table(random: &mut Random) -> Vec<Vec<String>> {
    let (columns, rows) = (2 + random.below(5), 1 + random.below(50));
    let sparse = random.below(2) == 0;
    let cell = |random: &mut Random, row: usize, column: usize| match column {
        0 => format!("r{row}"),
        _ if sparse && column + 1 == columns && row > 3 => String::new(),
        _ => random.pick(&CELLS).to_owned(),
    };
    (0..rows).map(|row| (0..columns).map(|column| cell(random, row, column)).collect()).collect()
}

fn made(seed: u64) -> Made {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut mistake = MISTAKES[random.below(MISTAKES.len())];
    let (style, mut meant) = (Style::of(&mut random), table(&mut random));
    let columns = meant[0].len();
    let at = random.below(meant.len());
    if mistake == Mistake::Greek {
        meant[at][1] = "Αθήνα".to_owned();
    }
    let mut lines = vec![HEADERS[..columns].iter().map(|header| style.field(header)).collect::<Vec<_>>()];
    lines.extend(meant.iter().map(|row| row.iter().map(|cell| style.field(cell)).collect()));
    if style.blocks {
        leave_out(&mut lines);
    }
    // In a block of one row nothing tells a slip from what Excel writes.
    let alone = style.blocks && (at + 1) / BLOCK == meant.len() / BLOCK && meant.len().is_multiple_of(BLOCK);
    if alone && matches!(mistake, Mistake::Surplus | Mistake::Missing) {
        mistake = Mistake::None;
    }
    // A quote that another one in the same column closes takes in rows that are hardly told from text: those of a few
    // columns, and those whose last cells are left out.
    // A header line that is put in afterwards moves the blocks.
    let moves = mistake == Mistake::Header && style.blocks;
    if moves || (mistake == Mistake::OpenQuote && (style.blocks || columns < 4)) {
        mistake = Mistake::None;
    }
    let (header_ends, rows_end) = style.trailing;
    // The only row below a header row that ends with a delimiter may have a value there: it is told, as any other.
    if mistake == Mistake::Surplus && meant.len() == 1 && header_ends {
        mistake = Mistake::None;
    }
    for (nth, line) in lines.iter_mut().enumerate() {
        if if nth == 0 { header_ends } else { rows_end } {
            line.push(String::new());
        }
    }
    mistake = err(mistake, &mut lines, at, columns, &mut random);
    let text = lines.iter().map(|line| line.join(style.delimiter) + style.end).collect::<String>();
    Made { text, meant, mistake, delimiter: style.delimiter.as_bytes()[0] }
}

/// As Excel writes sixteen rows.
fn leave_out(lines: &mut [Vec<String>]) {
    for block in lines.chunks_mut(BLOCK) {
        let filled = |line: &Vec<String>| line.iter().rposition(|field| !field.is_empty()).map_or(0, |last| last + 1);
        let width = block.iter().map(filled).max().unwrap_or(0);
        for line in block {
            line.truncate(width);
        }
    }
}

/// Makes the mistake in the row `at`, if it can be made there; else none.
fn err(mistake: Mistake, lines: &mut Vec<Vec<String>>, at: usize, columns: usize, random: &mut Random) -> Mistake {
    let line = &mut lines[at + 1];
    match mistake {
        Mistake::Surplus => line.insert(random.below(line.len() + 1), String::new()),
        Mistake::Missing if line.len() > 1 => {
            let before = random.below(line.len() - 1);
            let moved = line.remove(before + 1);
            line[before].push_str(&moved);
        }
        Mistake::OpenQuote => {
            let column = random.below(columns);
            if line[column].contains('"') {
                return Mistake::None;
            }
            line[column].insert(0, '"');
        }
        Mistake::Header => {
            let header = lines[0].clone();
            lines.insert(at + 1, header);
        }
        Mistake::Beyond => {
            for line in lines.iter_mut() {
                line.resize(columns + 2, String::new());
            }
            lines[at + 1][columns + 1] = "dışarıda".to_owned();
        }
        Mistake::None | Mistake::Greek => {}
        Mistake::Missing => return Mistake::None,
    }
    mistake
}

fn bytes(made: &Made, seed: u64) -> Vec<u8> {
    if made.mistake == Mistake::Greek {
        let is_greek = |c: char| c.is_ascii() || ('\u{370}'..'\u{400}').contains(&c);
        let text: String = made.text.chars().map(|c| if is_greek(c) { c } else { 'x' }).collect();
        return WINDOWS_1253.encode(&text).0.into_owned();
    }
    match (seed % 4, WINDOWS_1254.encode(&made.text)) {
        (0, (bytes, _, false)) => bytes.into_owned(),
        (1, _) => [&b"\xff\xfe"[..], &made.text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
        (2, _) => format!("\u{feff}{}", made.text).into_bytes(),
        _ => made.text.clone().into_bytes(),
    }
}

/// The cells that were read, blanks at their ends dropped, as wide as the table.
fn cells(read: &Read, columns: usize) -> Vec<Vec<String>> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => trimmed(text).to_owned(),
        Cell::Empty => String::new(),
        other => format!("{other:?}"),
    };
    read.rows.iter().map(|row| row.cells[..columns].iter().map(text).collect()).collect()
}

/// The same by the parser alone, without blank rows and header rows.
fn plainly(made: &Made, columns: usize) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(made.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(made.text.as_bytes());
    let rows = reader.records().map(|record| {
        let mut cells: Vec<String> = record.unwrap().iter().map(|cell| trimmed(cell).to_owned()).collect();
        cells.resize(columns.max(cells.len()), String::new());
        cells.truncate(columns);
        cells
    });
    rows.filter(|row| row[..] != HEADERS[..columns]).collect()
}

#[test]
fn every_value_of_a_table_with_a_mistake_is_read_right_or_refused_with_its_place() {
    let mut taken = [0; MISTAKES.len()];
    for seed in 1..2500 {
        let made = made(seed);
        let columns = made.meant[0].len();
        let kind = MISTAKES.iter().position(|mistake| *mistake == made.mistake).unwrap();
        let told = |what: &str| format!("seed {seed}, {:?}: {what}\n{}", made.mistake, made.text);
        let opened = open_bytes("liste.csv", &bytes(&made, seed), &options());
        if opened.as_ref().is_ok_and(|input| input.sheets[0].headers.len() != columns) {
            // A head that is no table by its own delimiter: no header is known, and the map refuses the file.
            assert_eq!(made.mistake, Mistake::OpenQuote, "{}", told("the delimiter"));
            continue;
        }
        match opened.and_then(rows) {
            Err(stop) => {
                let sentence = stop.text().en;
                assert!(sentence.contains(", line "), "{}", told(&sentence));
                let may_be = !matches!(made.mistake, Mistake::None | Mistake::Header | Mistake::Beyond);
                // A single row that differs from its header proves nothing, whoever wrote it.
                assert!(
                    may_be || made.meant.len() == 1 || made.meant.len().is_multiple_of(BLOCK),
                    "{}",
                    told(&sentence)
                );
            }
            Ok(read) => {
                taken[kind] += 1;
                let meant: Vec<Vec<String>> =
                    made.meant.iter().map(|row| row.iter().map(|cell| trimmed(cell).to_owned()).collect()).collect();
                let found = cells(&read, columns);
                assert_eq!(found, meant, "{}", told("misread"));
                assert_eq!(found, plainly(&made, columns), "{}", told("not as the parser alone reads it"));
                let warned = read.totals.warnings.len();
                let tells = matches!(made.mistake, Mistake::Header | Mistake::Beyond);
                assert_eq!(warned > 0, tells, "{}", told("what was left out is told"));
            }
        }
    }
    assert!(taken[0] > 200 && taken[4] > 100 && taken[5] > 200, "{taken:?}");
    assert_eq!((taken[1] > 30, taken[6]), (false, 0), "{taken:?}");
}
