//! The hostile texts.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1254};

use super::Case;
use crate::workdir::HEADER;

const FILE: &str = "list.csv";
const FINE: &str = "\"result\":\"valid\"";
const GOOD: &str = "upgrade,psu,FU00000002,,,one";
const WORDS: &str = "Şişli, İğneci Çıkmazı ğüşiöç";

fn text(name: impl Into<String>, text: impl AsRef<[u8]>, code: i32, said: &'static str) -> Case {
    Case::new(FILE, name, text.as_ref().to_vec(), code, said)
}

/// The header, a good row and these lines.
fn list(name: impl Into<String>, lines: &str, code: i32, said: &'static str) -> Case {
    text(name, format!("{HEADER}\n{GOOD}\n{lines}"), code, said)
}

/// A row whose detail is this field as it stands.
fn field(name: impl Into<String>, field: &str, code: i32, said: &'static str) -> Case {
    list(name, &format!("upgrade,psu,FU00000003,,,{field}\n"), code, said)
}

/// Those that take a moment each.
pub fn quick() -> Vec<Case> {
    let mut cases = Vec::new();
    for set in [encodings, delimiters, quotes, lines, widths, contents] {
        cases.extend(set());
    }
    cases.extend(cut(16));
    cases
}

/// Those that take longer, in debug builds at least.
pub fn dear() -> Vec<Case> {
    let mut cases = cut(1);
    cases.extend(floods());
    cases
}

fn turkish() -> String {
    format!("caseType;defectCode;deviceId;detail\r\nupgrade;psu;FU00000001;{WORDS}\r\n")
}

fn encodings() -> Vec<Case> {
    let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain(turkish().encode_utf16().flat_map(bytes)).collect()
    };
    let (le, be) = (utf16(b"\xff\xfe", u16::to_le_bytes), utf16(b"\xfe\xff", u16::to_be_bytes));
    let coded = |encoding: &'static Encoding, text: &str| encoding.encode(text).0.into_owned();
    let latin = "caseType;defectCode;deviceId;detail\r\nupgrade;psu;FU00000001;ça été ñandú\r\n";
    let mixed = [turkish().as_bytes(), b"upgrade;psu;FU00000002;", &coded(WINDOWS_1254, WORDS), b"\r\n"].concat();
    let behind = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    let many = [turkish().into_bytes(), turkish().into_bytes()[37..].repeat(40)].concat();
    let half = |bytes: &[u8]| bytes[..bytes.len() - 1].to_vec();
    vec![
        text("UTF-8", turkish(), 0, WORDS).cells(),
        text("UTF-8 with a mark", format!("\u{feff}{}", turkish()), 0, WORDS).cells(),
        text("UTF-8 with two marks", format!("\u{feff}\u{feff}{}", turkish()), 0, WORDS).cells(),
        text("a mark alone", "\u{feff}", 2, "is empty").tr("boş"),
        text("UTF-16 LE", &le, 0, WORDS).cells(),
        text("UTF-16 BE", &be, 0, WORDS).cells(),
        text("UTF-16 LE cut within a letter", half(&le), 2, "line 3: it has 1 cells"),
        text("UTF-16 BE without a mark", &be[2..], 2, "--encoding utf-16be").tr("--encoding utf-16be"),
        text("UTF-16 LE without a mark", &le[2..], 2, "--encoding utf-16le"),
        text("UTF-16 LE, named", &le[2..], 0, WORDS).cells().more(&["--encoding", "utf-16le"]),
        text("UTF-16 LE behind the mark of BE", behind(b"\xfe\xff", &le[2..]), 2, "list.csv"),
        text("UTF-16 LE behind the mark of UTF-8", behind(b"\xef\xbb\xbf", &le[2..]), 2, "list.csv"),
        text("UTF-8 behind the mark of UTF-16", behind(b"\xff\xfe", turkish().as_bytes()), 2, "list.csv"),
        text("UTF-32 LE", behind(b"\xff\xfe\0\0", &[b'a', 0, 0, 0]), 2, "list.csv"),
        text("half a surrogate pair", behind(&le, &[0x00, 0xd8, b'\n', 0]), 2, "list.csv"),
        text("windows-1254", coded(WINDOWS_1254, &turkish()), 0, WORDS).cells(),
        text("windows-1252", coded(WINDOWS_1252, latin), 2, "--encoding windows-1254").tr("--encoding windows-1254"),
        text("windows-1252, named", coded(WINDOWS_1252, latin), 0, "ça été ñandú")
            .cells()
            .more(&["--encoding", "windows-1252"]),
        text(
            "UTF-8 with a row of windows-1254",
            [many, mixed[turkish().len()..].to_vec()].concat(),
            1,
            "\"result\":\"invalid\"",
        ),
        text("an encoding nobody knows", turkish(), 2, "no encoding called")
            .more(&["--encoding", "klingon\u{1b}[2J"])
            .tr("diye bir kodlama yok"),
        text("an encoding that decodes nothing", turkish(), 2, "no encoding called")
            .more(&["--encoding", "replacement"]),
        text("an encoding of state", turkish(), 1, "letters that cannot be read").more(&["--encoding", "iso-2022-jp"]),
        text("letters that are too long for their value", [GOOD.as_bytes(), b"\xc0\xaf\n"].concat(), 2, "list.csv"),
        text("UTF-7", "+AGEAYg-;x\n", 2, "list.csv"),
        text("random bytes", noise(4000, 1), 2, "list.csv"),
        text(
            "random bytes without a zero",
            noise(4000, 2).into_iter().filter(|byte| *byte != 0).collect::<Vec<_>>(),
            2,
            "list.csv",
        ),
        text(
            "random letters",
            noise(4000, 3).into_iter().map(|byte| b' ' + byte % 95).collect::<Vec<_>>(),
            2,
            "list.csv",
        ),
    ]
}

/// The same bytes for the same seed.
fn noise(count: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..count).map(|_| next()).collect()
}

fn delimiters() -> Vec<Case> {
    let with = |delimiter: &str| format!("{HEADER}\n{GOOD}\n").replace(',', delimiter);
    let mut cases: Vec<Case> = [";", ",", "\t", "|"]
        .into_iter()
        .flat_map(|delimiter| {
            [
                text(format!("parted by {delimiter:?}"), with(delimiter), 0, FINE),
                text(format!("sep={delimiter:?}"), format!("sep={delimiter}\r\n{}", with(delimiter)), 0, FINE),
                text(format!("quoted sep={delimiter:?}"), format!("\"sep={delimiter}\"\n{}", with(delimiter)), 0, FINE),
            ]
        })
        .collect();
    cases.extend([
        text("parted by a colon", with(":"), 2, "list.csv"),
        text("parted by sep=:", format!("sep=:\n{}", with(":")), 0, FINE),
        text("parted by blanks", with(" "), 2, "list.csv"),
        text("parted by \\x1f", with("\u{1f}"), 2, "list.csv"),
        text("a sep line that lies", format!("sep=;\n{}", with(",")), 2, "list.csv"),
        text("sep=\"", format!("sep=\"\n{}", with(",")), 2, "list.csv"),
        text("sep=\\n", format!("sep=\n\n{}", with(",")), 0, FINE),
        text("sep=\\0", format!("sep=\0\n{}", with(",")), 2, "list.csv"),
        text("sep=a", format!("sep=a\n{}", with(",")), 2, "list.csv"),
        text("sep of two bytes", format!("sep=ş\n{}", with(",")), 0, FINE),
        text("a sep line alone", "sep=;\n", 2, "has no data"),
        text("two delimiters, by turns", format!("{HEADER}\n{}\n", GOOD.replace(',', ";")), 2, "list.csv"),
    ]);
    cases
}

fn quotes() -> Vec<Case> {
    let never = "opens with a quote (\") that is never closed";
    let after = "has text after its closing quote";
    vec![
        field("a quote open on the last row", "\"open", 2, never).tr("tırnak (\") ile açılıyor ve kapanmıyor"),
        list("a quote open on the last row, without an end of line", "upgrade,psu,FU00000003,,,\"open", 2, never),
        list("a lone quote at the end", "upgrade,psu,FU00000003,,,\"", 2, never),
        list(
            "a quote open in the middle",
            &format!("upgrade,psu,FU00000003,,,\"open\n{}", "upgrade,psu,FU4,,,x\n".repeat(60)),
            2,
            never,
        ),
        list(
            "a quote open over 40 rows and closed by the next cell that has one",
            &format!(
                "upgrade,psu,FU00000003,,,\"open\n{}upgrade,psu,FU5,,,\"x\"\n",
                "upgrade,psu,FU4,,,x\n".repeat(40)
            ),
            2,
            after,
        ),
        field("nothing in quotes", "\"\"", 1, "\"column\":\"F\""),
        field("a quote in quotes", "\"\"\"\"", 0, "\"\"\"\"").cells(),
        field("two quotes in quotes", "\"a\"\"b\"", 0, "a\"\"b").cells(),
        field("three quotes", "\"\"\"", 2, never),
        field("five quotes", "\"\"\"\"\"", 2, never),
        field("text after a closing quote", "\"a\" b", 2, after).tr("kapanış tırnağından (\") sonra metin"),
        field("blanks after a closing quote", "\"a\"  ", 0, FINE),
        list("a header line once more", &format!("{HEADER}\nupgrade,psu,FU00000003,,,x\n"), 0, "repeat the header row"),
        field("a delimiter missing before a quote", "x\"a,b\"", 2, "opens within a cell"),
        field("blanks before an opening quote", "  \"a\"", 0, FINE),
        field("a quote within a text", "5\" ekran", 0, "5\"\" ekran").cells(),
        field("a quote escaped by a backslash", "\"a\\\"b\"", 2, after),
        field("quotes in single quotes", "'a \"b\" c'", 0, FINE),
        field("round quotes", "\u{201c}a\u{201d}", 0, FINE),
        field("a line feed in quotes", "\"a\nb\"", 0, "a\nb").cells(),
        // Alone it would begin the terminal's line anew: it stands escaped in a result that is a text.
        field("a carriage return in quotes", "\"a\rb\"", 0, "a\\u{d}b").cells(),
        field("both in quotes", "\"a\r\nb\"", 0, "a\r\nb").cells(),
        field("sixty lines in quotes", &format!("\"{}\"", "a\n".repeat(60)), 0, FINE),
        field("forty lines in quotes", &format!("\"{}\"", "a\n".repeat(40)), 0, FINE),
        field("sixty lines by carriage returns in quotes", &format!("\"{}\"", "a\r".repeat(60)), 0, FINE),
        text("a quote open in the header", format!("\"{HEADER}\n{GOOD}\n"), 2, never),
        text("the header in quotes", format!("\"{HEADER}\"\n{GOOD}\n"), 2, "list.csv"),
        list("a quote after an empty field", ",\"\n", 2, never),
    ]
}

fn lines() -> Vec<Case> {
    let rows = |end: &str| format!("{HEADER}{end}{GOOD}{end}");
    let between = |lines: &str| format!("{HEADER}\n{GOOD}\n{lines}upgrade,psu,FU00000009,,,last\n");
    vec![
        text("ends by LF", rows("\n"), 0, FINE),
        text("ends by CRLF", rows("\r\n"), 0, FINE),
        text("ends by CR", rows("\r"), 0, FINE),
        text("ends by LFCR", rows("\n\r"), 0, FINE),
        text("ends by CRCRLF", rows("\r\r\n"), 0, FINE),
        text("ends by U+2028", rows("\u{2028}"), 2, "list.csv"),
        text("ends by U+0085", rows("\u{85}"), 2, "list.csv"),
        text("ends by FF", rows("\u{c}"), 2, "list.csv"),
        text("no end of the last line", format!("{HEADER}\n{GOOD}"), 0, FINE),
        text("empty lines", between("\n\n\r\n\n"), 0, "\"row\":7"),
        text("lines of blanks", between("   \n\u{a0}\n\t\n"), 0, "\"row\":6"),
        text("lines of delimiters", between(",,,,,\n,,,,,\n"), 0, "\"row\":5"),
        text("a thousand empty lines", between(&"\n".repeat(1000)), 0, "\"row\":1003"),
        text("a trailing Ctrl-Z", format!("{HEADER}\r\n{GOOD}\r\n\u{1a}"), 0, FINE),
        text("a Ctrl-Z within", between("\u{1a}\n"), 0, "\"row\":4"),
        text("Ctrl-Z alone", "\u{1a}", 2, "list.csv"),
        text("a zero byte", between("upgrade,psu,FU\0,,,x\n"), 2, "binary").tr("ikili (binary)"),
        text("a zero byte at the end", format!("{HEADER}\n{GOOD}\n\0"), 2, "binary"),
        text("zero bytes alone", [0; 5000], 2, "binary"),
        text("a zero byte, and the encoding is named", between("upgrade,psu,FU\0,,,x\n"), 2, "zero (NUL) byte")
            .more(&["--encoding", "utf-8"])
            .tr("sıfır (NUL) baytı"),
        text("header alone", format!("{HEADER}\n"), 2, "has no data below its header row")
            .tr("başlık satırının altında veri yok"),
        text("header without an end", HEADER, 2, "has no data below its header row"),
        text("header and blank rows", format!("{HEADER}\n,,,,,\n \n"), 2, "has no data below its header row"),
        text("nothing", "", 2, "is empty"),
        text("one line end", "\n", 2, "is empty"),
        text("blanks alone", " \t\u{a0}\u{200b}\r\n".repeat(2000), 2, "list.csv"),
        text("one letter", "x", 2, "list.csv"),
        text("one delimiter", ";", 2, "list.csv"),
        text("one quote", "\"", 2, "list.csv"),
    ]
}

fn widths() -> Vec<Case> {
    let cells = "is larger than can be read";
    vec![
        list("a row that is short", "upgrade,psu\n", 2, "it has 2 cells, but the header row has 6")
            .tr("2 hücre var, başlık satırında ise 6 sütun"),
        list("a row that is long", "upgrade,psu,FU3,,,Main street, No. 5\n", 2, "it has 7 cells").tr("7 hücre var"),
        list("a row that is long by blanks", "upgrade,psu,FU3,,,x,,, ,\n", 2, "it has 10 cells").tr("10 hücre var"),
        list("a word alone", "psu\n", 2, "it has 1 cells"),
        list("20,000 delimiters", &",".repeat(20_000), 2, "at most 16384 columns").tr("en çok 16384 sütun"),
        list("a million delimiters", &",".repeat(1_000_000), 2, cells),
        text("20,000 headers", format!("{}\n{GOOD}\n", "h,".repeat(20_000)), 2, cells),
        text("16,384 headers", format!("{}\n{GOOD}\n", vec!["h"; 16_384].join(",")), 2, "list.csv"),
        text("duplicate headers", format!("{HEADER},detail\n{GOOD},two\n"), 2, "both mean detail").tr("detail"),
        text("the same header in other letters", format!("{HEADER},DETAİL\n{GOOD},two\n"), 2, "both mean detail"),
        text("empty headers", format!("{HEADER},,\n{GOOD},x,y\n"), 0, "without a header"),
        text("an empty header within", format!(",{HEADER}\nx,{GOOD}\n"), 0, FINE),
        text("headers that steer", format!("{HEADER},\u{1b}[2J\u{7},\u{202e}b\n{GOOD},x,y\n"), 0, FINE),
        text("a header of 100,000 characters", format!("{HEADER},{}\n{GOOD},x\n", "h".repeat(100_000)), 0, FINE),
        text(
            "4,000 rows under 2,000 headers",
            format!("{HEADER},{}\n{}", ["h"; 2000].join(","), "upgrade,psu,FU1,,,x\n".repeat(15) + &"a\n".repeat(10)),
            2,
            "it has 1 cells",
        ),
    ]
}

fn contents() -> Vec<Case> {
    let mut cases: Vec<Case> = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "=HYPERLINK(\"\"x\"\")"]
        .into_iter()
        .map(|cell| field(format!("the prefix of a formula: {cell:?}"), &format!("\"{cell}\""), 0, FINE))
        .collect();
    let long = |length: usize| format!("\"{}\"", "ş".repeat(length));
    cases.extend([
        field("32,768 characters", &long(32_768), 1, "\"column\":\"F\""),
        field("32,767 characters", &long(32_767), 1, "\"column\":\"F\""),
        field("500,000 characters", &long(500_000), 1, "\"column\":\"F\""),
        field("600,000 characters of two bytes", &long(600_000), 2, "longer than 1 MiB").tr("1 MiB'den uzun"),
        list("leading zeros", "upgrade,psu,FU3,00004171,000000000000042,x\n", 0, "00004171").cells(),
        list("a number of 16 digits", "upgrade,psu,FU3,,1234567890123456,x\n", 0, "1234567890123456").cells(),
        list("a number that a spreadsheet crippled", "upgrade,psu,FU3,,\"1,23457E+11\",x\n", 1, "as Text").tr("Metin"),
        field("a decimal comma", "\"1,5\"", 0, "1,5").cells(),
        field("ESC", "red\u{1b}]0;title\u{7}", 1, "U+001B"),
        field("marks of direction", "\u{202e}abc\u{202c}\u{2066}\u{200f}", 0, FINE),
        field("line separators", "a\u{2028}b\u{2029}c", 0, FINE),
        field("C1 controls", "a\u{9b}31mb", 1, "U+009B"),
        field("letters with a thousand marks", &format!("a{}", "\u{301}".repeat(400)), 0, FINE),
        field("noncharacters", "a\u{ffff}b\u{10ffff}", 0, FINE),
        field("a replacement character", "a\u{fffd}b", 0, FINE),
        list("a device that steers", "upgrade,psu,\u{1b}[2JFU\u{202e},,,x\n", 1, "\"column\":\"C\""),
        list("a case type that steers", "\u{1b}[2Jup\u{202e},psu,FU1,,,x\n", 1, "\"column\":\"A\""),
        list("a template in a cell", "upgrade,psu,FU00000003,,,{{7*7}}${jndi:ldap://x}\n", 0, FINE),
        field("JSON in a cell", "\"\"\"},{\"\"caseType\"\":\"\"x\"\"\"", 0, FINE),
        list("a total row that is none", "Toplam,psu,FU3,,,x\n", 1, "\"column\":\"A\""),
        list("a total row", "Toplam,,,,,5\n", 0, "is a total row").tr("toplam satırı"),
    ]);
    cases
}

/// The text cut at each so many per cent: never read as whole but where the cut falls between two rows.
fn cut(step: usize) -> Vec<Case> {
    let rows: String = (2..40).map(|row| format!("upgrade;psu;FU{row:08};;;\"satır; {row} \"\"ğ\"\"\"\r\n")).collect();
    let whole = format!("{}\r\n{rows}", HEADER.replace(',', ";"));
    let upto = |percent: usize| &whole.as_bytes()[..whole.len() * percent / 100];
    let within = |part: &[u8]| !part.ends_with(b"\"") && !part.ends_with(b"\r") && !part.ends_with(b"\n");
    (1..100)
        .step_by(step)
        .map(|percent| {
            let part = upto(percent);
            let refused = within(part)
                || part.len() < HEADER.len() + 5
                || (part.ends_with(b"\"\"") && !part.ends_with(b"\"\"\""))
                || part.ends_with(b";\"");
            let (code, said) = if refused { (2, "list.csv") } else { (0, FINE) };
            text(format!("cut at {percent} %"), part, code, said)
        })
        .collect()
}

/// Writes a piece again and again.
fn repeated(before: &'static str, piece: &'static str, mib: usize) -> impl Fn(&Path) {
    move |path| {
        let mut file = File::create(path).unwrap();
        file.write_all(before.as_bytes()).unwrap();
        let chunk = piece.repeat(1024 * 1024 / piece.len());
        (0..mib).for_each(|_| file.write_all(chunk.as_bytes()).unwrap());
    }
}

fn floods() -> Vec<Case> {
    let flood = |name: &str, before, piece, mib, said| Case::written(FILE, name, repeated(before, piece, mib), 2, said);
    let sparse = |path: &Path| File::create(path).unwrap().set_len(1 << 30).unwrap();
    let head = "caseType,defectCode,deviceId,terminalId,merchantId,detail\n";
    vec![
        Case::written(FILE, "a gigabyte of zeros", sparse, 2, "binary"),
        flood("a line of 256 MiB", head, "x", 256, "longer than 1 MiB"),
        flood("a field in quotes of 256 MiB", "caseType,detail\nupgrade,\"", "x", 256, "longer than 1 MiB"),
        flood("64 MiB of empty lines", head, "\n", 64, "has no data"),
        flood("64 MiB of delimiters", head, ",", 64, "list.csv"),
        flood("64 MiB of quotes", head, "\"", 64, "list.csv"),
        flood("64 MiB of carriage returns", head, "\r", 64, "has no data"),
        flood("64 MiB of zero-width blanks", "", "\u{200b}", 64, "list.csv"),
        Case::written(FILE, "records of a megabyte", records, 1, "\"column\":\"F\""),
        Case::written(FILE, "short rows under 16,384 headers", wide, 1, "list.csv"),
    ]
}

/// 600 rows of nearly a mebibyte.
fn records(path: &Path) {
    let mut file = File::create(path).unwrap();
    writeln!(file, "{HEADER}").unwrap();
    let long = "x".repeat(1_000_000);
    for row in 0..600 {
        writeln!(file, "upgrade,psu,FU{row},,,{long}").unwrap();
    }
}

/// Rows of two bytes that are 16,384 cells wide.
fn wide(path: &Path) {
    let mut file = File::create(path).unwrap();
    writeln!(file, "{HEADER},{}", vec!["h"; 16_378].join(",")).unwrap();
    for _ in 0..15 {
        writeln!(file, "{GOOD}{}", ",".repeat(16_378)).unwrap();
    }
    for _ in 0..4000 {
        writeln!(file, "a").unwrap();
    }
}
