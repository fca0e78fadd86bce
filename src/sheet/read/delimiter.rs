//! Chooses the character between the cells of a text: the one that a `sep=` line names, else the one with which the head
//! makes the best table.

use crate::row::Cell;

use super::header::{self, HEAD_ROWS, HeadRow, HeaderChoice, Known};

/// The delimiters that are tried, the likeliest first.
const CANDIDATES: [u8; 4] = [b';', b',', b'\t', b'|'];

/// The share of rows with the same number of cells in a table, in thousandths. The head holds two or three blocks of a
/// spreadsheet's rows, and each block may leave out its own last columns.
const STEADY: usize = 300;

/// Bytes of the head that are looked at.
pub(super) const HEAD: usize = 64 * 1024;

/// The delimiter that a first line like `sep=;` names.
pub(super) fn sep_line(head: &[u8]) -> Option<u8> {
    let line = head.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let line = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && delimiter.is_ascii() => {
            Some(*delimiter)
        }
        _ => None,
    }
}

/// The delimiter with which the head makes a table, and its header row has the most known headers; then the one with
/// which the rows have most steadily as many cells.
pub(super) fn guess(head: &[u8], known: Known) -> u8 {
    let mut best = (Score::default(), CANDIDATES[0]);
    for delimiter in CANDIDATES {
        let score = score(&parse(head, delimiter), known);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// How well a delimiter fits: what is compared first stands first.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Enough of the rows below the header row have the same number of cells.
    is_table: bool,
    /// Known headers in the header row.
    known: usize,
    /// The header row has several columns.
    several: bool,
    /// The share of the rows that have the same number of cells, in thousandths.
    steady: usize,
    columns: usize,
}

fn parse(head: &[u8], delimiter: u8) -> Vec<HeadRow> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(head);
    let mut rows: Vec<HeadRow> = reader
        .byte_records()
        .map_while(Result::ok)
        .map(|record| record.iter().map(|cell| Cell::Text(String::from_utf8_lossy(cell).into())).collect::<Vec<_>>())
        .filter(|cells| !cells.iter().all(Cell::is_blank))
        .take(HEAD_ROWS + 1)
        .map(|cells| (0, cells))
        .collect();
    // The head may end in the middle of a row.
    if rows.len() > 1 {
        rows.pop();
    }
    rows
}

fn score(rows: &[HeadRow], known: Known) -> Score {
    let (at, known) = match header::find(rows, known) {
        Some(HeaderChoice::Recognised(at)) if is_split(&rows[at].1) => (at, known(&header::header_texts(&rows[at].1))),
        Some(HeaderChoice::Recognised(at) | HeaderChoice::Plausible(at)) => (at, 0),
        None => return Score::default(),
    };
    let columns = rows[at].1.len();
    let steady = steadiness(&rows[at..]);
    Score { is_table: steady >= STEADY, known, several: columns > 1, steady, columns }
}

/// Whether this delimiter splits a header row. A line that it leaves whole and another delimiter would split is not a
/// header row, whatever its letters spell.
fn is_split(cells: &[Cell]) -> bool {
    let [Cell::Text(line)] = cells else { return true };
    !line.bytes().any(|byte| CANDIDATES.contains(&byte))
}

/// The share of the rows below the first that have the commonest number of cells, in thousandths.
fn steadiness(rows: &[HeadRow]) -> usize {
    let counts = || rows.iter().skip(1).map(|(_, cells)| cells.len());
    let alike = |count: usize| counts().filter(|other| *other == count).count();
    counts().map(alike).max().map_or(1000, |most| most * 1000 / (rows.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str) -> char {
        guess(text.as_bytes(), &|texts| texts.iter().filter(|text| ["Ad", "Tutar"].contains(&text.as_str())).count())
            .into()
    }

    #[test]
    fn known_headers_tell_the_delimiter() {
        assert_eq!(guessed("Liste, Mayıs, 2026\nAd;Tutar\nA, B;1,5\nC, D;2,5\n"), ';');
        assert_eq!(guessed("Ad,Tutar\n\"a;b;c\",1\n"), ',');
        assert_eq!(guessed("Ad\tTutar\na,b\t1;2\n"), '\t');
        assert_eq!(guessed("Ad|Tutar\nx|1\n"), '|');
    }

    #[test]
    fn without_known_headers_the_steadiest_table_tells_it() {
        assert_eq!(guessed("x;y\n1,5;2\n3,25;4\n1;1\n"), ';');
        assert_eq!(guessed("x,y,z\n1,2,3;4\n5,6,7\n8,9,0\n"), ',');
    }

    #[test]
    fn a_single_column_with_commas_in_it_stays_one() {
        assert_eq!(guessed("Ad\nAnkara, Çankaya\nIzmir, Konak\n"), ';');
    }

    #[test]
    fn a_line_that_a_delimiter_does_not_split_is_no_header_whatever_it_spells() {
        assert_eq!(guessed("Ad,,,,\nx,y,z,p,q\n1,2,3,4,5\n6,7,8,9,0\n"), ',');
        assert_eq!(guessed("Tutar;;\nx;y;z\n1,5;2;3\n"), ';');
    }

    #[test]
    fn known_words_in_a_title_do_not_choose_a_delimiter_by_which_the_rows_are_no_table() {
        let rows = (1..20).fold(String::new(), |rows, n| rows + &"a;".repeat(n) + &format!(",{n}\n"));
        assert_eq!(guessed(&format!("Ad;Tutar\nx,y\n{rows}")), ',');
    }

    #[test]
    fn blocks_of_rows_that_leave_out_their_last_columns_are_a_table() {
        let text = "Ad|Tutar\n".to_owned() + &"x|1\n".repeat(14) + "x||\n" + &"x\n".repeat(14);
        assert_eq!(guessed(&text), '|');
    }

    #[test]
    fn rows_that_leave_out_the_last_columns_are_a_table_all_the_same() {
        assert_eq!(guessed("Ad,Tutar,c,d,e\nx,1\ny,2\nz,3\n"), ',');
    }

    #[test]
    fn a_sep_line_names_the_delimiter() {
        assert_eq!(sep_line(b"sep=;\r\na;b"), Some(b';'));
        assert_eq!(sep_line(b"\"SEP=|\"\na|b"), Some(b'|'));
        assert_eq!(sep_line(b"sep=\t\n"), Some(b'\t'));
        assert_eq!(sep_line(b"separator;b\n"), None);
    }
}
