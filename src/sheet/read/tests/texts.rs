//! Delimited text.

use super::{Read, open_bytes, options, refusal, rows};
use crate::read::{Input, Options};

fn opened(bytes: &[u8]) -> Input {
    open_bytes("liste.csv", bytes, &options()).unwrap()
}

fn read(bytes: &[u8]) -> Read {
    rows(opened(bytes)).unwrap()
}

fn refused(bytes: &[u8]) -> String {
    refusal(open_bytes("liste.csv", bytes, &options()).and_then(rows))
}

#[test]
fn encodings_and_delimiters_of_every_kind_give_the_same_cells() {
    let text = "Ad;Tutar\r\nIğdır Şubesi;1,5\r\n";
    let utf16 = |mark: &[u8], units: fn(u16) -> [u8; 2]| {
        [mark, &text.encode_utf16().flat_map(units).collect::<Vec<_>>()].concat()
    };
    let files: [(Vec<u8>, &str); 7] = [
        (text.as_bytes().to_vec(), "UTF-8"),
        (["\u{feff}", text].concat().into_bytes(), "UTF-8"),
        (encoding_rs::WINDOWS_1254.encode(text).0.into_owned(), "windows-1254"),
        (utf16(b"\xff\xfe", u16::to_le_bytes), "UTF-16LE"),
        (utf16(b"\xfe\xff", u16::to_be_bytes), "UTF-16BE"),
        (text.replace(';', "\t").into_bytes(), "UTF-8"),
        (format!("sep=|\r\n{}", text.replace(';', "|")).into_bytes(), "UTF-8"),
    ];
    for (bytes, encoding) in files {
        let input = opened(&bytes);
        assert_eq!(input.encoding, Some(encoding));
        assert_eq!(input.sheets[0].headers, ["Ad", "Tutar"]);
        assert_eq!(rows(input).unwrap().line(0), "Iğdır Şubesi|1,5");
    }
}

#[test]
fn the_encoding_that_the_user_names_is_used() {
    let options = Options { encoding: Some("utf-16le"), ..options() };
    let bytes: Vec<u8> = "Ad;Tutar\nİ;1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(rows(open_bytes("a.csv", &bytes, &options).unwrap()).unwrap().line(0), "İ|1");
}

#[test]
fn a_row_has_the_number_of_the_line_on_which_it_begins() {
    let text = "sep=;\n\nListe;;\n\nAd;\"Tutar\n(TL)\";Cihaz No\n\na;\"1\n\n2\";x\nb;\"\";y\n\n\n;;\nc;3;z";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let input = opened(text.as_bytes());
        assert_eq!((input.sheets[0].header_row, &input.sheets[0].headers[2][..]), (5, "Cihaz No"));
        assert_eq!(input.sheets[0].above.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3]);
        let read = rows(input).unwrap();
        assert_eq!(read.numbers(), [8, 11, 15]);
        assert_eq!((read.totals.rows, read.totals.blank), (3, 4));
    }
    assert_eq!(read(b"Ad;Tutar\ra;1\r\rb;2").numbers(), [2, 4]);
}

#[test]
fn nothing_in_a_cell_is_trimmed_or_interpreted() {
    let read = read("Ad;Tutar;Tarih\n\" a \u{a0}\";00123; \n=1+1;5\" ekran;\"\"\"x\"\"\"\n".as_bytes());
    assert_eq!(read.line(0), " a \u{a0}|00123| ");
    assert_eq!(read.line(1), "=1+1|5\" ekran|\"x\"");
}

#[test]
fn a_cell_with_bytes_that_are_no_text_is_bad_and_the_others_are_not() {
    let broken = "Bad(Undecodable(\"I\u{fffd}d\u{131}r\"))|1";
    assert_eq!(read(b"\xef\xbb\xbfAd;Tutar\nI\xf0d\xc4\xb1r;1\n").line(0), broken);
    let text = [b"Ad;Tutar\nI\xf0d\xc4\xb1r;1\n", "ığdır;ş\n".repeat(9).as_bytes()].concat();
    assert_eq!(read(&text).line(0), broken);
    assert_eq!(read(&text).line(1), "ığdır|ş");
    // Code page 857 of MS-DOS has the dotless i where Windows-1254 has nothing.
    let named = Options { encoding: Some("windows-1254"), ..options() };
    let read_as_named = rows(open_bytes("a.csv", b"Ad;Tutar\nk\x8dr\x8d;1\n", &named).unwrap()).unwrap();
    assert_eq!(read_as_named.line(0), "Bad(Undecodable(\"k\u{fffd}r\u{fffd}\"))|1");
    assert_eq!(
        read(b"\xff\xfeA\0d\0;\0T\0u\0t\0a\0r\0\n\0a\0\x00\xd8;\x001\0").line(0),
        "Bad(Undecodable(\"a\u{fffd}\"))|1"
    );
}

#[test]
fn a_sequence_cut_by_a_delimiter_is_not_joined_behind_it() {
    assert_eq!(
        read(b"\xef\xbb\xbfAd;Tutar\na\xc3;\xbcb\n").line(0),
        "Bad(Undecodable(\"a\u{fffd}\"))|Bad(Undecodable(\"\u{fffd}b\"))"
    );
}

#[test]
fn ragged_rows_are_refused_with_line_and_counts() {
    let sentence = refused(b"Ad;Tutar;Tarih\na;1;x\n\nb;2\n");
    assert!(sentence.starts_with("liste.csv, line 4: it has 2 cells, but the header row has 3 columns"), "{sentence}");
    assert!(refused(b"Ad;Tutar\na;1;;x\n").contains("line 2: it has 4 cells"));
}

#[test]
fn fields_that_a_spreadsheet_left_out_of_a_whole_block_are_blank() {
    let rows =
        |from: u32, to: u32, row: &str| (from..=to).map(|n| row.replace('N', &n.to_string())).collect::<String>();
    // Line 1 is the header; the first block ends with line 16, the next with line 32.
    let whole =
        format!("Ad;Tutar;Tarih\n{}{}{}", rows(2, 16, "aN;1;x\n"), rows(17, 32, "aN;1\n"), rows(33, 34, "aN\n"));
    let read = read(whole.as_bytes());
    assert_eq!(read.numbers(), (2..=34).collect::<Vec<_>>());
    assert_eq!((read.line(15), read.line(32)), ("a17|1|".to_owned(), "a34||".to_owned()));
    let one_short = whole.replace("a20;1\n", "a20\n");
    assert!(refused(one_short.as_bytes()).contains("line 17: it has 2 cells"));
    let one_whole = whole.replace("a20;1\n", "a20;1;x\n");
    assert!(refused(one_whole.as_bytes()).contains("line 17: it has 2 cells"));
    let cut = whole.trim_end();
    assert!(refused(cut.as_bytes()).contains("line 34: it has 1 cells"));
}

#[test]
fn blank_cells_beyond_the_header_are_no_cells_where_every_row_has_them() {
    for text in [&b"Ad;Tutar;;\na;1;;\nb;;;\n;\n"[..], b"Ad;Tutar\na;1;;\nb;;;\n", b"Ad;Tutar;\na;1\nb;2\n"] {
        let read = read(text);
        assert_eq!((read.line(0).as_str(), &read.line(1)[..2]), ("a|1", "b|"));
    }
}

#[test]
fn a_surplus_blank_cell_of_one_row_is_refused_for_the_others_may_stand_in_the_wrong_columns() {
    for (text, line, cells) in [
        (&b"Ad;Tutar;Tarih\na;1;x\nb;;2;\nc;3;z\n"[..], 3, 4),
        (b"Ad;Tutar;Tarih\nb;;2;\n", 2, 4),
        (b"Ad;Tutar;Tarih;\na;1;x;\nb2;y;\n", 3, 3),
        (b"Ad;Tutar;Tarih\na;1;x\nb;;2;;;\n", 3, 6),
    ] {
        let sentence = refused(text);
        assert!(sentence.contains(&format!("line {line}: it has {cells} cells")), "{sentence}");
    }
    let sentence = refused(b"Ad;Tutar\na;1;\nb;2;\nc;3\nd;4;\n");
    assert!(sentence.contains("line 4: it has 2 cells, but the rows above have 3"), "{sentence}");
}

#[test]
fn rows_that_all_leave_out_the_last_columns_are_whole() {
    let read = read(b"Ad;Tutar;Approve;Reject\na;1\nb;2\nc;3\n");
    assert_eq!((read.numbers(), read.line(2)), (vec![2, 3, 4], "c|3||".to_owned()));
    assert!(refused(b"Ad;Tutar;Approve;Reject\na;1\n").contains("line 2: it has 2 cells"));
}

#[test]
fn a_value_beyond_the_last_header_is_told_and_not_dropped_in_silence() {
    let read = read(b"Ad;Tutar;;\na;1;;x\nb;2;;\nc;3;;y\n");
    assert_eq!(read.line(0), "a|1||x");
    assert!(
        read.totals.warnings[0].text().en.contains("values in columns without a header are not sent: D (row 2, 4)")
    );
}

#[test]
fn a_header_line_repeated_in_the_middle_is_skipped_and_told() {
    let read = read(b"Ad;Tutar\na;1\n Ad ;Tutar\nb;2\nAd;5\n");
    assert_eq!((read.numbers(), read.totals.rows, read.totals.repeated_headers), (vec![2, 4, 5], 3, 1));
    assert!(read.totals.warnings[0].text().en.contains("rows that repeat the header row were skipped (1): 3"));
}

#[test]
fn a_delimiter_that_is_missing_before_a_quote_is_refused_and_an_inch_is_a_character() {
    let sentence = refused(b"Ad;Tutar;Tarih\na\"b; c\";1\n");
    assert!(sentence.contains("line 2: a quote (\") opens within a cell and another ends a later cell"), "{sentence}");
    assert!(refused(b"Ad;Tutar;Tarih\na\"b\";1\n").contains("line 2: it has 2 cells"));
    assert_eq!(read(b"Ad;Tutar\n5\" ekran;\"12\"\"\"\n15\";12\"\n").line(1), "15\"|12\"");
}

#[test]
fn a_cell_may_have_many_lines_but_not_the_rows_below_it() {
    let lines = "satir\n".repeat(300);
    let file = format!("Ad;Tutar\n\"{lines}\";1\nb;2\n");
    let whole = read(file.as_bytes());
    assert_eq!((whole.numbers(), whole.line(0)), (vec![2, 303], format!("{lines}|1")));
    let swallowed = "Ad;Tutar\na;\"1\nb;2\nc;3\nd;4\ne;\"\nf;5\n";
    assert!(refused(swallowed.as_bytes()).contains("line 2: a cell that opens with a quote (\") takes in the rows"));
}

#[test]
fn a_quote_that_would_swallow_rows_is_refused() {
    assert!(refused(b"Ad;Tutar\na;1\n\"b;2\nc;3\n").contains("line 3: a cell on this line opens with a quote"));
    assert!(refused(b"Ad;Tutar\n\"a\" b;1\n").contains("line 2: a cell has text after its closing quote"));
}

#[test]
fn a_header_without_rows_is_nothing_to_send() {
    for text in ["Ad;Tutar", "Ad;Tutar\n\n;;\n \n", "\u{feff}sep=;\nAd;Tutar\n"] {
        assert!(refused(text.as_bytes()).contains("has no data below its header row"), "{text:?}");
    }
}

#[test]
fn the_ctrl_z_of_old_programs_ends_the_text() {
    assert_eq!(read(b"Ad;Tutar\r\na;1\r\n\x1a").numbers(), [2]);
    assert_eq!(read(b"Ad;Tutar\r\na;1\x1a\r\n").line(0), "a|1");
}

#[test]
fn a_record_with_more_columns_than_a_sheet_is_refused() {
    let text = format!("Ad;Tutar\n{}\n", ";".repeat(20_000));
    assert!(refused(text.as_bytes()).contains("at most 16384 columns"));
}

#[test]
fn a_single_column_is_read() {
    let input = opened(b"Cihaz No\nF1\nF2\n");
    assert_eq!(rows(input).unwrap().numbers(), [2, 3]);
}
