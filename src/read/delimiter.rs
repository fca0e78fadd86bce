//! Which character parts the cells of a text: what a `sep=` line says, else the one with which the
//! head makes the best table.

use crate::row::Cell;

use super::header::{self, Found, HEAD_ROWS, HeadRow, Known};

/// The delimiters that are tried, the likeliest first.
const CANDIDATES: [u8; 4] = [b';', b',', b'\t', b'|'];

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

/// The delimiter with which the head's best row has the most known headers; then the one with which
/// the rows below have most steadily as many cells as that row.
pub(super) fn guess(head: &[u8], known: Known) -> u8 {
    let mut best = ((0, false, 0, 0), CANDIDATES[0]);
    for delimiter in CANDIDATES {
        let score = score(&parse(head, delimiter), known);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
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

/// Known headers; whether there are several columns; how steady their number is, in thousandths; columns.
fn score(rows: &[HeadRow], known: Known) -> (usize, bool, usize, usize) {
    let (at, count) = match header::find(rows, known) {
        Some(Found::Recognised(at)) => (at, known(&header::header_texts(&rows[at].1))),
        Some(Found::Plausible(at)) => (at, 0),
        None => return (0, false, 0, 0),
    };
    let columns = rows[at].1.len();
    let body = &rows[at..];
    let steady = body.iter().filter(|(_, cells)| cells.len() == columns).count() * 1000 / body.len();
    (count, columns > 1, steady, columns)
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
    fn a_sep_line_names_the_delimiter() {
        assert_eq!(sep_line(b"sep=;\r\na;b"), Some(b';'));
        assert_eq!(sep_line(b"\"SEP=|\"\na|b"), Some(b'|'));
        assert_eq!(sep_line(b"sep=\t\n"), Some(b'\t'));
        assert_eq!(sep_line(b"separator;b\n"), None);
    }
}
