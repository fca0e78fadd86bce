//! The hostile workbooks.

use std::fs::File;
use std::io::{Cursor, Write as _};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Case;
use super::package::{
    BOOK, BOOK_RELS, Package, RELS, SHEET, STRINGS, STYLES, cells, central, good, header, put, sheet, styles,
};

const FILE: &str = "list.xlsx";
const DAMAGED: &str = "list.xlsx is cut short or damaged";
const UNREADABLE: &str = "sheet \"List\" could not be read";
const PLACE: &str = "is out of place; the file is damaged";
const FINE: &str = "\"result\":\"valid\"";
const MIB: usize = 1024 * 1024;

fn case(name: impl Into<String>, package: Package, code: i32, said: &'static str) -> Case {
    Case::new(FILE, name, package.zip(), code, said)
}

fn bytes(name: impl Into<String>, bytes: Vec<u8>, code: i32, said: &'static str) -> Case {
    Case::new(FILE, name, bytes, code, said)
}

/// Those that take a moment each.
pub fn quick() -> Vec<Case> {
    let mut cases = Vec::new();
    for set in [lies, archives, broken_xml, relations, kinds, places, sheets, values, texts, errors, headers, floods] {
        cases.extend(set());
    }
    cases.extend(cut(16));
    cases
}

/// Those that take longer, in debug builds at least.
pub fn dear() -> Vec<Case> {
    let mut cases = cut(1);
    cases.extend(bombs());
    cases
}

fn lies() -> Vec<Case> {
    // What the file says of itself beside its cells is nobody's loss where it is not true.
    let mut cases: Vec<Case> = [
        "4294967296",
        "1099511627776",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "many",
        "0",
        "",
    ]
    .into_iter()
    .map(|count| {
        let strings = Package::list("").swap(STRINGS, "uniqueCount=\"1\"", &format!("uniqueCount=\"{count}\""));
        case(format!("uniqueCount {count}"), strings, 0, FINE)
    })
    .collect();
    for reference in [
        "A1",
        "A1:XFD1048576",
        "1:4",
        "C3:B2",
        "A1:B2:C3",
        "",
        "A0",
        "A1:ZZZZZZZZZZ9",
        "A1:A99999999999999999999",
        "\u{15e}1",
    ] {
        let package = Package::list("").swap(SHEET, "A1:F2", reference);
        cases.push(case(format!("dimension {reference}"), package, 0, FINE));
    }
    let corner = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    cases.push(case("two corners", Package::list(corner), 1, "\"row\":1048576"));
    cases
}

fn archives() -> Vec<Case> {
    let whole = Package::list("").zip();
    let list = Package::list("");
    let content = list.0.iter().find(|(name, _)| name == SHEET).unwrap().1.clone();
    let other = Package::of(&(header() + &good(3) + &good(4))).0.pop().unwrap().1;
    let mut cases = Vec::new();
    let mut changed = |name: &str, code, said, change: &dyn Fn(&mut Vec<u8>)| {
        let mut file = whole.clone();
        change(&mut file);
        cases.push(bytes(name, file, code, said));
    };
    let at = central(&whole, SHEET);
    changed("a size of 1 in the directory", 2, DAMAGED, &|file| put(file, at + 24, &[1, 0, 0, 0]));
    changed("a size of 4 GiB in the directory", 0, FINE, &|file| put(file, at + 24, &[0xfe, 0xff, 0xff, 0xff]));
    changed("a packed size of 10 in the directory", 2, DAMAGED, &|file| put(file, at + 20, &[10, 0, 0, 0]));
    changed("a packed size of 4 GiB in the directory", 0, FINE, &|file| put(file, at + 20, &[0xfe, 0xff, 0xff, 0xff]));
    changed("a checksum that is none", 2, DAMAGED, &|file| put(file, at + 16, &[1, 2, 3, 4]));
    changed("a method nobody knows", 2, DAMAGED, &|file| put(file, at + 10, &[99, 0]));
    changed("an entry said to be encrypted", 2, DAMAGED, &|file| put(file, at + 8, &[1, 0]));
    changed("an entry that begins behind the end", 2, DAMAGED, &|file| put(file, at + 42, &[0, 0, 0, 0x7f]));
    let strings = central(&whole, STRINGS);
    let offset = whole[at + 42..at + 46].to_vec();
    changed("two entries that share their bytes", 2, DAMAGED, &|file| put(file, strings + 42, &offset));
    let end = whole.len() - 22;
    changed("a directory of 65,535 entries that has 7", 2, DAMAGED, &|file| put(file, end + 8, &[0xff; 4]));
    changed("a directory that begins nowhere", 2, DAMAGED, &|file| put(file, end + 16, &[0xf0, 0xff, 0xff, 0x7f]));
    changed("a directory of a size of its own", 0, FINE, &|file| put(file, end + 12, &[1, 0, 0, 0]));
    changed("bytes behind the end", 0, FINE, &|file| file.extend([b'x'; 100]));
    changed("bytes before the start", 2, "list.xlsx", &|file| _ = file.splice(0..0, [b'x'; 100]));
    changed("a second archive behind the first", 0, FINE, &|file| file.extend(whole.clone()));
    changed("zeros where the sheet was packed", 2, DAMAGED, &|file| {
        let start = u32::from_le_bytes(offset.clone().try_into().unwrap()) as usize + 30 + SHEET.len();
        file[start..start + 40].fill(0);
    });
    let twice = |second: Vec<u8>| {
        let mut package = list.clone();
        package.0.push((SHEET.to_owned(), second));
        package
    };
    cases.push(case("the same part twice, alike", twice(content.clone()), 0, FINE));
    cases.push(case("the same part twice, the last counts", twice(other.clone()), 0, "\"row\":4"));
    for name in ["../../../../tmp/evil.xml", "/etc/evil.xml", "..\\evil.xml", "C:\\evil.xml", "xl/\u{202e}lmx.xml"] {
        cases.push(case(format!("a part called {name:?}"), list.clone().with(name, "x"), 0, FINE));
    }
    cases.push(case("backslashes in names", list.clone().renamed(SHEET, "xl\\worksheets\\sheet1.xml"), 0, FINE));
    cases.push(case("names in capitals", list.clone().renamed(SHEET, "XL/WORKSHEETS/SHEET1.XML"), 0, FINE));
    cases.push(case("a twin in capitals", list.clone().with("xl/worksheets/SHEET1.xml", other), 0, "\"row\":4"));
    cases.push(case("a part without a name", list.clone().with("", "x"), 0, FINE));
    cases.push(case("a folder among the parts", list.with("xl/worksheets/", ""), 0, FINE));
    cases
}

fn broken_xml() -> Vec<Case> {
    let rows = header() + &good(2);
    let whole = sheet(&rows);
    let with = |name: &str, xml: String, code, said| case(name, Package::list("").with(SHEET, xml), code, said);
    let utf16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    vec![
        with("no sheet data", whole.replace("sheetData", "other"), 2, UNREADABLE),
        with("an empty sheet", String::new(), 2, DAMAGED),
        with("no XML", "a;b;c".to_owned(), 2, DAMAGED),
        with("a wrong end tag of a row", whole.replacen("</row>", "</raw>", 1), 2, DAMAGED),
        with("a wrong end tag of a cell", whole.replacen("</c>", "</d>", 1), 2, DAMAGED),
        with("a wrong end tag of a text", whole.replacen("</t>", "</u>", 1), 2, DAMAGED),
        with("an end tag left out", whole.replacen("</is></c>", "</c>", 1), 2, DAMAGED),
        with("an end tag too many", whole.replacen("</row>", "</row></row>", 1), 2, DAMAGED),
        with("the end left out", whole.replace("</worksheet>", ""), 2, DAMAGED),
        with("the end of the rows left out", whole.replace("</sheetData></worksheet>", ""), 2, DAMAGED),
        with("cut within a tag", whole.split("<c r=\"F2\"").next().unwrap().to_owned() + "<c r=\"F", 2, DAMAGED),
        with("a comment without end", whole.replacen("<row r=\"2\"", "<!-- <row r=\"2\"", 1), 2, DAMAGED),
        with("CDATA without end", whole.replacen("fine", "<![CDATA[fine", 1), 2, DAMAGED),
        with("CDATA", whole.replacen("fine", "<![CDATA[fi<ne]]>", 1), 0, "fi<ne").cells(),
        with("a comment within a text", whole.replacen("fine", "fi<!-- </t> -->ne", 1), 0, "fine").cells(),
        with("an instruction among the rows", whole.replacen("<row r=\"2\"", "<?x y?><row r=\"2\"", 1), 0, FINE),
        with("a quote without end", whole.replacen("r=\"F2\"", "r=\"F2", 1), 2, "list.xlsx"),
        with("an entity nobody knows", whole.replacen("fine", "&euro;", 1), 2, UNREADABLE),
        with("a character 0", whole.replacen("fine", "&#0;", 1), 2, "list.xlsx"),
        with("half a surrogate pair", whole.replacen("fine", "&#xD800;", 1), 2, UNREADABLE),
        with("a bare ampersand", whole.replacen("fine", "a & b", 1), 2, UNREADABLE),
        with("a zero byte", whole.replacen("fine", "fi\0ne", 1), 2, DAMAGED),
        with(
            "entities of a DOCTYPE",
            whole.replacen("<worksheet", "<!DOCTYPE w [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]><worksheet", 1),
            2,
            DAMAGED,
        ),
        with(
            "a DOCTYPE from elsewhere",
            whole.replacen("<worksheet", "<!DOCTYPE w SYSTEM \"file:///etc/passwd\"><worksheet", 1),
            2,
            DAMAGED,
        ),
        case(
            "entities in the shared texts",
            Package::list("").swap(STRINGS, "<sst", "<!DOCTYPE s [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><sst"),
            2,
            DAMAGED,
        ),
        case("UTF-16", Package::list("").with(SHEET, utf16(&whole.replace("UTF-8", "UTF-16"))), 0, FINE),
        with("a byte order mark", format!("\u{feff}{whole}"), 0, FINE),
        case("bytes that are no UTF-8", Package::list("").with(SHEET, latin(&whole)), 2, "list.xlsx"),
        with("a namespace prefix", prefixed(&whole), 0, FINE),
        case("shared texts that are no XML", Package::list("").with(STRINGS, "\0\0\0"), 2, DAMAGED),
        case("shared texts cut", Package::list("").swap(STRINGS, "</sst>", ""), 2, DAMAGED),
        case("styles cut", Package::list("").swap(STYLES, "</styleSheet>", ""), 2, DAMAGED),
        case("styles that are no XML", Package::list("").with(STYLES, "<<<<"), 2, DAMAGED),
        case("no styles", Package::list("").without(STYLES), 0, FINE),
        case("no shared texts", Package::list("").without(STRINGS), 0, FINE),
        case("a workbook that is no XML", Package::list("").with(BOOK, "\u{1}"), 2, "list.xlsx"),
        case("an empty workbook part", Package::list("").with(BOOK, ""), 2, "list.xlsx"),
        case("a workbook part cut", Package::list("").swap(BOOK, "</sheets></workbook>", ""), 2, "list.xlsx"),
    ]
}

fn latin(text: &str) -> Vec<u8> {
    let at = text.find("fine").unwrap();
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = 0xfd;
    bytes
}

fn prefixed(xml: &str) -> String {
    let xml = xml.replace("</", "\u{1}").replace("<?", "\u{2}").replace('<', "<x:");
    xml.replace('\u{1}', "</x:").replace('\u{2}', "<?").replace("xmlns=", "xmlns:x=")
}

fn relations() -> Vec<Case> {
    let target = |to: &str| Package::list("").swap(BOOK_RELS, "worksheets/sheet1.xml", to);
    let moved = Package::list("").swap(BOOK_RELS, "worksheets/sheet1.xml", "/sheet1.xml").renamed(SHEET, "sheet1.xml");
    let root = Package::list("").swap(RELS, "xl/workbook.xml", "workbook.xml");
    let bare = "xl/worksheets/sheet1.xml\" Target=\"worksheets/sheet1.xml";
    vec![
        case("a sheet without a folder", moved, 0, FINE),
        case("a workbook that is not there", root, 2, "list.xlsx"),
        case("a sheet that is not there", target("worksheets/none.xml"), 2, "list.xlsx"),
        case("a sheet elsewhere", target("http://127.0.0.1:1/sheet1.xml\" TargetMode=\"External"), 2, "list.xlsx"),
        case("a sheet in the file system", target("file:///etc/passwd"), 2, "list.xlsx"),
        case("a sheet above the archive", target("../../../../etc/passwd"), 2, "list.xlsx"),
        case("a sheet that is the workbook", target("workbook.xml"), 2, "list.xlsx"),
        case("a sheet that is its own relations", target("_rels/workbook.xml.rels"), 2, "list.xlsx"),
        case("an absolute target", target("/xl/worksheets/sheet1.xml"), 0, FINE),
        case("an empty target", target(""), 2, "list.xlsx"),
        case("two targets in one relation", target(bare), 2, "list.xlsx"),
        case("no relations of the workbook", Package::list("").without(BOOK_RELS), 2, "list.xlsx"),
        case("no relations of the archive", Package::list("").without(RELS), 2, "is a zip archive"),
        case(
            "a relation that nobody has",
            Package::list("").swap(BOOK, "r:id=\"rId1\"", "r:id=\"rId9\""),
            2,
            "list.xlsx",
        ),
        case("a sheet without a relation", Package::list("").swap(BOOK, " r:id=\"rId1\"", ""), 2, "list.xlsx"),
        case("a sheet that is the shared texts", target("sharedStrings.xml"), 2, "list.xlsx"),
    ]
}

fn kinds() -> Vec<Case> {
    let compound = |word: &str| {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.resize(2048, 0xff);
        bytes.extend(word.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(4096, 0);
        bytes
    };
    let archive = |parts: &[(&str, &str)]| {
        Package(parts.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()).zip()
    };
    let empty = archive(&[]);
    let page = b"<html><body><table><tr><td>caseType</td></tr></table></body></html>".to_vec();
    let macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
    let xlsm = Package::list("").with("xl/vbaProject.bin", "\u{1}").with("[Content_Types].xml", macros);
    vec![
        bytes("encrypted", compound("EncryptedPackage"), 2, "is password-protected").tr("parolayla korunuyor"),
        bytes("an old workbook", compound("Workbook"), 2, "of the old kind (.xls)").tr("eski türde (.xls)"),
        bytes("the head of a compound file alone", compound("")[..8].to_vec(), 2, "of the old kind (.xls)"),
        bytes("a web page", page, 2, "is really a web page").tr("bir web sayfası"),
        bytes("an empty archive", empty, 2, "is a zip archive"),
        bytes("a zipped text", archive(&[("list.csv", "a;b")]), 2, "is a zip archive").tr("bir zip arşivi"),
        bytes("a binary workbook", archive(&[(RELS, "x"), ("xl/workbook.bin", "x")]), 2, "(.xlsb)"),
        bytes("an OpenDocument table", archive(&[("mimetype", "x"), ("content.xml", "x")]), 2, "(.ods)"),
        bytes("a document", archive(&[(RELS, "x"), ("word/document.xml", "x")]), 2, "Word document"),
        bytes("nothing", Vec::new(), 2, "is empty").tr("boş"),
        bytes("the first bytes of an archive", b"PK\x03\x04".to_vec(), 2, DAMAGED).tr("eksik ya da bozuk"),
        bytes("the end of an archive alone", b"PK\x05\x06".to_vec(), 2, DAMAGED),
        bytes("a text that is called a workbook", b"caseType,detail\nupgrade,x\n".to_vec(), 2, "lack"),
        case("a workbook with macros", xlsm, 0, FINE),
    ]
}

/// Rows and cells that stand where none can.
fn places() -> Vec<Case> {
    let row = |number: &str, cell: &str| {
        format!("<row r=\"{number}\"><c r=\"{cell}\" t=\"inlineStr\"><is><t>upgrade</t></is></c></row>")
    };
    let f = |reference: &str| Package::list("").swap(SHEET, "r=\"F2\"", &format!("r=\"{reference}\""));
    vec![
        case("rows out of order", Package::list(&(good(4) + &good(3))), 2, PLACE).tr("yerinde değil"),
        case("a row twice", Package::list(&good(2)), 2, PLACE),
        case("the same cell twice", f("C2"), 2, PLACE),
        case("cells out of order", f("B2"), 2, PLACE),
        case("row 0", Package::list(&row("0", "A0")), 2, UNREADABLE),
        case("row 1048577", Package::list(&row("1048577", "A1048577")), 2, PLACE),
        case("row 2^32", Package::list(&row("4294967296", "A4294967296")), 2, PLACE),
        case("row 2^32 + 3", Package::list(&row("4294967299", "A4294967299")), 2, PLACE),
        case("row 2^64 + 3", Package::list(&row("18446744073709551619", "A18446744073709551619")), 2, PLACE),
        case(
            "a row of a thousand digits",
            Package::list(&row(&"9".repeat(1000), &format!("A{}", "9".repeat(1000)))),
            2,
            PLACE,
        ),
        case("column XFE", f("XFE2"), 2, PLACE),
        case("column ZZZZZZZ", f("ZZZZZZZ2"), 2, PLACE),
        case("column 2^32 + 6", f("MWLQKWZ2"), 2, PLACE),
        case("a column of a thousand letters", f(&("Z".repeat(1000) + "2")), 2, PLACE),
        case("a reference without a row", f("F"), 2, UNREADABLE),
        case("a reference without a column", f("2"), 2, UNREADABLE),
        case("an empty reference", f(""), 2, UNREADABLE),
        case("small letters", f("f2"), 0, FINE),
        case("an absolute reference", f("$F$2"), 2, UNREADABLE),
        case("a reference that is a word", f("\u{15f}ube"), 2, UNREADABLE),
        case("a negative row", Package::list(&row("-3", "A3")), 2, UNREADABLE),
        case("no references at all", plain(), 0, FINE),
        case("a cell of another row", f("F9"), 1, "\"row\":9"),
        case("a cell outside a row", Package::list("<c r=\"A3\"><v>1</v></c>"), 1, "\"row\":3"),
    ]
}

fn plain() -> Package {
    let mut package = Package::list("");
    let found = package.0.iter_mut().find(|(name, _)| name == SHEET).unwrap();
    let mut xml = String::from_utf8(found.1.clone()).unwrap();
    for (row, column) in [1, 2].into_iter().flat_map(|row| ('A'..='F').map(move |column| (row, column))) {
        xml = xml.replace(&format!(" r=\"{column}{row}\""), "");
    }
    xml = xml.replace("<is><t>FU00000002</t></is></c>", "<is><t>FU00000002</t></is></c><c/><c/>");
    found.1 = xml.replace("<row r=\"1\">", "<row>").replace("<row r=\"2\">", "<row>").into_bytes();
    package
}

fn sheets() -> Vec<Case> {
    let entry = "<sheet name=\"List\" sheetId=\"1\" r:id=\"rId1\"/>";
    let named = |name: &str| Package::list("").swap(BOOK, "name=\"List\"", &format!("name=\"{name}\""));
    let state = |state: &str| Package::list("").swap(BOOK, "name=", &format!("state=\"{state}\" name="));
    let kind = |kind: &str| Package::list("").swap(BOOK_RELS, "/worksheet\"", &format!("/{kind}\""));
    let twins = Package::list("").swap(BOOK, entry, &format!("{entry}{entry}"));
    let of = |entries: &str| Package::list("").swap(BOOK, entry, entries);
    let other = Package::list(&good(3)).0.into_iter().find(|(name, _)| name == SHEET).unwrap().1;
    let two_ids = of(&entry.replace("r:id=\"rId1\"", "x:id=\"rId1\" r:id=\"rId9\""))
        .swap(BOOK_RELS, "</R", "<Relationship Id=\"rId9\" Type=\"x/worksheet\" Target=\"worksheets/other.xml\"/></R")
        .with("xl/worksheets/other.xml", other);
    let many: String = (0..1000).map(|n| entry.replace("\"List\"", &format!("\"List {n}\""))).collect();
    vec![
        case("hidden", state("hidden"), 2, "has no visible sheet").tr("görünür sayfa yok"),
        case("very hidden", state("veryHidden"), 2, "has no visible sheet"),
        case("hidden, but named", state("hidden"), 0, FINE).more(&["--sheet", "list"]),
        case("hidden in a way nobody knows", state("maybe"), 2, "list.xlsx"),
        case("a chart", kind("chartsheet"), 2, "list.xlsx"),
        case("a dialog", kind("dialogsheet"), 2, "list.xlsx"),
        case("a kind nobody knows", kind("poem"), 2, "list.xlsx"),
        case("no sheets", Package::list("").swap(BOOK, entry, ""), 2, "has no visible sheet"),
        case("two sheets of one name", twins, 2, DAMAGED),
        case("a thousand sheets that are one", of(&many), 2, DAMAGED),
        case("a sheet that is another for its parser", two_ids, 2, UNREADABLE),
        case("a sheet without a relation", of(&entry.replace("rId1", "rId7")), 2, DAMAGED),
        case("a name that steers", named("Li&#27;[31m&#10;st&#x202e;"), 0, FINE),
        case("a name of line ends and directions", named("Li&#10;&#x202e;&#x200f;st"), 0, FINE),
        case("a name of 4,000 characters", named(&"n".repeat(4000)), 0, FINE),
        case("no name", named(""), 0, FINE),
        case("a sheet that is not there", Package::list(""), 2, "has no sheet called")
            .more(&["--sheet", "Evil\u{1b}[2J"]),
    ]
}

/// What a cell may hold.
fn values() -> Vec<Case> {
    let number = |value: &str| Package::cell(&format!("<c r=\"F2\"><v>{value}</v></c>"));
    let date = |value: &str| {
        Package::cell(&format!("<c r=\"F2\" s=\"1\"><v>{value}</v></c>"))
            .with(STYLES, styles(&["General", "yyyy-mm-dd", "00000"]))
    };
    let kind = |kind: &str, value: &str| Package::cell(&format!("<c r=\"F2\" t=\"{kind}\"><v>{value}</v></c>"));
    let mut cases: Vec<Case> = ["1234567890123456", "12345678901234567", "123456789012345678", "12345678901234567890"]
        .into_iter()
        .map(|digits| case(format!("{} digits", digits.len()), number(digits), 1, "15 digits"))
        .collect();
    cases.extend(
        ["0", "60", "-1", "2958466", "1e300", "-1e300", "1E-320"]
            .map(|serial| case(format!("date {serial}"), date(serial), 1, "\"column\":\"F\"")),
    );
    let old = date("44000").swap(BOOK, "<workbookPr/>", "<workbookPr date1904=\"1\"/>");
    cases.extend([
        case("a date of 1904", old, 1, "19.06.2024"),
        case("1E+15", number("1E+15"), 1, "\"column\":\"F\""),
        case("1e999", number("1e999"), 1, "\"column\":\"F\""),
        case("NaN", number("NaN"), 1, "\"column\":\"F\""),
        case("infinity", number("-inf"), 1, "\"column\":\"F\""),
        case("a number in two pieces", number("12<!-- -->34"), 2, "damaged"),
        case("a number by an entity", number("&#49;234"), 2, "damaged"),
        case("-0", number("-0"), 0, FINE),
        case("a number that is a word", number("twelve"), 0, "twelve").cells(),
        case("a number in Turkish", number("1,5"), 0, "1,5").cells(),
        case(
            "zeros by a format",
            number("42").with(STYLES, styles(&["00000"])).swap(SHEET, "r=\"F2\"", "r=\"F2\" s=\"0\""),
            0,
            "00042",
        )
        .cells(),
        case("a style out of range", number("42").swap(SHEET, "r=\"F2\"", "r=\"F2\" s=\"99999999\""), 0, FINE),
        case("a style below zero", number("42").swap(SHEET, "r=\"F2\"", "r=\"F2\" s=\"-1\""), 0, FINE),
        case("a style of 2^64", number("42").swap(SHEET, "r=\"F2\"", "r=\"F2\" s=\"18446744073709551616\""), 0, FINE),
        case("a shared text out of range", kind("s", "7"), 2, UNREADABLE),
        case("a shared text below zero", kind("s", "-1"), 2, "damaged"),
        case("a shared text of 2^64", kind("s", "18446744073709551616"), 2, "damaged"),
        case("a shared text that is a word", kind("s", "one"), 2, "damaged"),
        case("a kind nobody knows", kind("poem", "x"), 2, UNREADABLE),
        case("a boolean", kind("b", "1"), 0, FINE),
        case("a boolean of 2", kind("b", "2"), 2, UNREADABLE),
        case("a number said to be one that is none", kind("n", "x"), 2, UNREADABLE),
        case("a date as text", kind("d", "2026-05-04T00:00:00"), 1, "has become a date").cells(),
        case("a formula without a value", Package::cell("<c r=\"F2\"><f>A1</f></c>"), 1, "\"column\":\"F\""),
        case("a formula with an old value", Package::cell("<c r=\"F2\" t=\"str\"><f>A1</f><v>old</v></c>"), 0, "old")
            .cells(),
        case("a value twice", Package::cell("<c r=\"F2\"><v>1</v><v>2</v></c>"), 2, "damaged"),
        case("an element nobody knows in a cell", Package::cell("<c r=\"F2\"><w>1</w></c>"), 2, UNREADABLE),
        case("a cell within a cell", Package::cell("<c r=\"F2\"><c r=\"G2\"><v>1</v></c></c>"), 2, UNREADABLE),
        case(
            "a million empty formats",
            Package::list("")
                .with(STYLES, styles(&["General"]).replace("<xf numFmtId=\"164\"/>", &"<xf/>".repeat(1_000_000))),
            2,
            "too large",
        ),
    ]);
    cases
}

fn texts() -> Vec<Case> {
    let inline = |xml: &str| Package::cell(&format!("<c r=\"F2\" t=\"inlineStr\"><is>{xml}</is></c>"));
    let shared = |xml: &str| {
        Package::cell("<c r=\"F2\" t=\"s\"><v>0</v></c>").swap(
            STRINGS,
            "<si><t>shared</t></si>",
            &format!("<si>{xml}</si>"),
        )
    };
    let long = "\u{15f}".repeat(32_768);
    let limit = "\u{15f}".repeat(32_767);
    let deep = |depth: usize| format!("{}<t>x</t>{}", "<r>".repeat(depth), "</r>".repeat(depth));
    vec![
        case("rich text", shared("<r><rPr><b/></rPr><t>bo</t></r><r><t>ld</t></r>"), 0, "bold").cells(),
        case("rich text with phonetics", shared("<r><t>kan</t></r><rPh sb=\"0\" eb=\"1\"><t>KANA</t></rPh>"), 0, "kan")
            .cells(),
        case("an escaped carriage return", shared("<t>a_x000D_b</t>"), 0, "a\\u{d}b").cells(),
        case("an escape that is escaped", shared("<t>a_x005F_x000D_b</t>"), 0, "a_x000D_b").cells(),
        case("a text of escapes", inline("<t>_x001B_[31m_x202E_x_x0000_</t>"), 1, "U+202E"),
        case("half a pair, escaped", inline("<t>_xD800_</t>"), 0, FINE),
        case("blanks of every kind", inline("<t>\u{a0}\u{200b}\u{feff}a\u{ad}b\u{200f}\u{3000}</t>"), 0, FINE),
        case("nothing but blanks", inline("<t xml:space=\"preserve\"> \u{a0}\u{200b} </t>"), 1, "\"column\":\"F\""),
        case("32,768 characters", inline(&format!("<t>{long}</t>")), 2, "holds more than 32767 characters")
            .tr("32767 karakterden uzun"),
        case("32,768 shared characters", shared(&format!("<t>{long}</t>")), 2, "holds more than 32767 characters"),
        case("32,767 characters", inline(&format!("<t>{limit}</t>")), 1, "\"column\":\"F\""),
        case("an element in an element, 100 deep", shared(&deep(100)), 0, FINE),
        case("an element in an element, 100,000 deep", shared(&deep(100_000)), 2, DAMAGED),
        case("a formula as text", inline("<t>=cmd|' /C calc'!A0</t>"), 0, "=cmd|").cells(),
        case("an element nobody knows", inline("<foo><t>x</t></foo>"), 0, FINE),
        case("no text element", inline(""), 1, "\"column\":\"F\""),
    ]
}

fn errors() -> Vec<Case> {
    let known = ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#GETTING_DATA"];
    let young =
        ["#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#BUSY!", "#CONNECT!", "#PYTHON!", "#EXTERNAL!"];
    let odd = ["", "x", "#\u{202e}!", "42"];
    let cell = |error: &str| Package::cell(&format!("<c r=\"F2\" t=\"e\"><v>{error}</v></c>"));
    let mut cases: Vec<Case> =
        known.into_iter().chain(young).map(|error| case(format!("the error {error}"), cell(error), 1, error)).collect();
    cases.extend(odd.into_iter().map(|error| case(format!("the error {error:?}"), cell(error), 1, "\"column\":\"F\"")));
    let after = cell("#SPILL!").swap(SHEET, "</sheetData>", &(good(3) + "</sheetData>"));
    cases.push(case("a good row after an error that is young", after, 1, FINE));
    let hashed = Package::cell("<c r=\"F2\" t=\"e\"><f>X()</f><v>#SPILL!</v></c>");
    cases.push(case("a formula that spills", hashed, 1, "#SPILL!"));
    cases
}

fn headers() -> Vec<Case> {
    let head = |texts: &[&str]| {
        Package::of(&format!(
            "<row r=\"1\">{}</row><row r=\"2\">{}</row>",
            cells(1, texts),
            cells(2, &["upgrade", "psu", "FU1", "x", "x", "x"])
        ))
    };
    let merged = Package::list("").swap(
        SHEET,
        "</sheetData>",
        "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>",
    );
    let hidden = Package::list("<row r=\"3\" hidden=\"1\"><c r=\"A3\"><v>1</v></c></row>");
    let wide: Vec<String> = (0..16_384).map(|n| format!("h{n}")).collect();

    let wide: String = wide.iter().map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")).collect();
    vec![
        case(
            "duplicate headers",
            head(&["caseType", "defectCode", "deviceId", "detail", "detail", "detail"]),
            2,
            "both mean detail",
        ),
        case("empty headers between", head(&["caseType", "", "deviceId", "", "", "detail"]), 2, "lack"),
        case("headers of numbers", head(&["1", "2", "3", "4", "5", "6"]), 2, "none of its headers is known"),
        case(
            "headers that steer",
            head(&["caseType", "defectCode", "deviceId", "\u{1b}[2J\n\u{202e}x", "detail"]),
            0,
            "not sent",
        ),
        case(
            "headers of directions",
            head(&["caseType", "defectCode", "deviceId", "\u{202e}\u{200f}\u{2028}x", "detail"]),
            0,
            FINE,
        ),
        case(
            "a header of 32,767 characters",
            head(&["caseType", "defectCode", "deviceId", &"h".repeat(32_767), "detail"]),
            0,
            FINE,
        ),
        case("merged over all", merged, 0, FINE),
        case("a hidden row", hidden, 1, "hidden or filtered rows"),
        case(
            "16,384 headers",
            Package::of(&format!("<row>{wide}</row>{}", good(2))),
            2,
            "none of its headers is known",
        ),
    ]
}

/// Much of one thing, of which there may be a little.
fn floods() -> Vec<Case> {
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    let spaces: String = (0..50_000).map(|n| format!(" xmlns:a{n}=\"u\"")).collect();
    let tag = |more: &str| Package::list("").swap(SHEET, "<row r=\"2\"", &format!("<row{more} r=\"2\""));
    let zeros = |part: &str| Package::list("").with(part, vec![0; 2 * MIB]);
    let filled = |part: &str, before: &str, with: &str, after: &str| {
        let from = format!("{before}{after}");
        Package::list("").swap(part, &from, &format!("{before}{}{after}", with.repeat(2 * MIB / with.len())))
    };
    vec![
        case("100,000 attributes", tag(&attributes), 0, FINE),
        case("50,000 namespaces", tag(&spaces), 0, FINE),
        case("an attribute of 2 MiB", tag(&format!(" a=\"{}\"", "x".repeat(2 * MIB))), 2, "list.xlsx"),
        case("a sheet of zeros", zeros(SHEET), 2, "list.xlsx"),
        case("shared texts of zeros", zeros(STRINGS), 2, DAMAGED),
        case("styles of zeros", zeros(STYLES), 2, "list.xlsx"),
        case("a workbook part of zeros", zeros(BOOK), 2, "list.xlsx"),
        case("relations of zeros", zeros(BOOK_RELS), 2, "list.xlsx"),
        case("blanks before the rows", filled(SHEET, "<sheetData>", " ", ""), 2, "list.xlsx"),
        case("a comment of 2 MiB", filled(SHEET, "<sheetData>", "<!-- x -->", ""), 0, FINE),
        case("many shared texts of nothing", filled(STRINGS, "</si>", "<si/>", "</sst>"), 0, FINE),
        case("a shared text of 2 MiB", filled(STRINGS, "shared", "x", "</t>"), 2, "list.xlsx"),
        case("a shared text of many pieces", filled(STRINGS, "<si>", "<r><t>x</t></r>", "<t>shared"), 0, FINE),
        case("many empty rows", filled(SHEET, "</row>", "<row/>", "</sheetData>"), 0, FINE),
        case("many empty cells", filled(SHEET, "</row>", "<row><c/></row>", "</sheetData>"), 0, FINE),
        case("300 rows that reach to the last column", wide(300), 1, "\"row\":299"),
        case("10,001 parts", parts(10_001), 2, "list.xlsx"),
    ]
}

/// Rows of one cell, in the last column.
fn wide(count: u32) -> Package {
    let row = |row| format!("<row r=\"{row}\"><c r=\"XFD{row}\"><v>1</v></c></row>");
    Package::list(&(3..count).map(row).collect::<String>())
}

fn parts(count: u32) -> Package {
    let mut package = Package::list("");
    package.0.extend((0..count).map(|n| (format!("xl/media/image{n}.x"), Vec::new())));
    package
}

/// The archive cut at each so many per cent.
fn cut(step: usize) -> Vec<Case> {
    let rows: String = (3..60).map(good).collect();
    let whole = Package::list(&rows).zip();
    let upto = |percent: usize| whole[..whole.len() * percent / 100].to_vec();
    (1..100).step_by(step).map(|percent| bytes(format!("cut at {percent} %"), upto(percent), 2, DAMAGED)).collect()
}

/// A part that unpacks to this many MiB of a text, between what stands before and after it.
fn inflated(
    part: &'static str,
    before: &'static str,
    with: &'static str,
    after: &'static str,
    mib: usize,
) -> impl Fn(&Path) {
    move |path| {
        let package = Package::list("").without(part);
        let mut writer = ZipWriter::new(File::create(path).unwrap());
        for (name, content) in &package.0 {
            writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.start_file(part, SimpleFileOptions::default()).unwrap();
        writer.write_all(before.as_bytes()).unwrap();
        let piece = with.repeat(MIB / with.len());
        for _ in 0..mib {
            writer.write_all(piece.as_bytes()).unwrap();
        }
        writer.write_all(after.as_bytes()).unwrap();
        writer.finish().unwrap();
    }
}

fn bombs() -> Vec<Case> {
    const SST: &str = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">";
    let bomb = |name: &str, part, before, with, after, mib, said| {
        Case::written(FILE, name, inflated(part, before, with, after, mib), 2, said)
    };
    vec![
        bomb("512 MiB of zeros in a sheet", SHEET, "", "\0", "", 512, "list.xlsx"),
        bomb("512 MiB of blanks in UTF-16", SHEET, "<\0", " \0", "", 512, "too large"),
        bomb("512 MiB of zeros in the shared texts", STRINGS, "", "\0", "", 512, "list.xlsx"),
        bomb("512 MiB of zeros in the styles", STYLES, "", "\0", "", 512, "list.xlsx"),
        bomb("512 MiB of zeros in the workbook part", BOOK, "", "\0", "", 512, "list.xlsx"),
        bomb(
            "512 MiB of blanks in a sheet",
            SHEET,
            "<worksheet><sheetData>",
            " ",
            "</sheetData></worksheet>",
            512,
            "list.xlsx",
        ),
        bomb(
            "512 MiB of empty rows",
            SHEET,
            "<worksheet><sheetData>",
            "<row/>",
            "</sheetData></worksheet>",
            512,
            "too large",
        ),
        bomb(
            "512 MiB of empty cells",
            SHEET,
            "<worksheet><sheetData><row>",
            "<c/>",
            "</row></sheetData></worksheet>",
            512,
            "too large",
        ),
        bomb("512 MiB of empty shared texts", STRINGS, SST, "<si/>", "</sst>", 512, "too large"),
        bomb("512 MiB of shared texts of a byte", STRINGS, SST, "<si><t>x</t></si>", "</sst>", 512, "too large"),
        bomb("a shared text of 100 MiB", STRINGS, "<sst><si><t>", "x", "</t></si></sst>", 100, "list.xlsx"),
        bomb(
            "a shared text of 400 MiB in pieces",
            STRINGS,
            "<sst><si>",
            "<r><t>0123456789</t></r>",
            "</si></sst>",
            400,
            "list.xlsx",
        ),
        bomb("60 MiB of formats", STYLES, "<styleSheet><cellXfs>", "<xf/>", "</cellXfs></styleSheet>", 60, "too large"),
        bomb("60 MiB of sheets", BOOK, "<workbook><sheets>", "<sheet/>", "</sheets></workbook>", 60, "list.xlsx"),
        bomb(
            "60 MiB of relations",
            BOOK_RELS,
            "<Relationships>",
            "<Relationship/>",
            "</Relationships>",
            60,
            "list.xlsx",
        ),
        Case::written(
            FILE,
            "4,000 rows that reach to the last column",
            |path| std::fs::write(path, wide(4000).zip()).unwrap(),
            1,
            "\"row\":3999",
        ),
        Case::written(
            FILE,
            "20,000 rows that reach to the last column",
            |path| std::fs::write(path, wide(20_000).zip()).unwrap(),
            2,
            "more than 200 million cells",
        )
        .tr("200 milyondan çok hücre"),
        Case::written(
            FILE,
            "100,000 parts",
            |path| std::fs::write(path, parts(100_000).zip()).unwrap(),
            2,
            "list.xlsx",
        ),
        Case::written(
            FILE,
            "a million shared texts of a byte, each in a cell",
            |path| std::fs::write(path, each_shared(1_000_000)).unwrap(),
            1,
            "\"row\":1000002",
        ),
    ]
}

/// A workbook with so many shared texts, one in a cell of each row.
fn each_shared(count: u32) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let package = Package::list("\u{1}").swap(STRINGS, "<si><t>shared</t></si>", "\u{1}");
    for (name, content) in &package.0 {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        let mut halves = content.split(|byte| *byte == 1);
        writer.write_all(halves.next().unwrap()).unwrap();
        let Some(end) = halves.next() else { continue };
        for n in 0..count {
            let text = match name.as_str() {
                STRINGS => "<si><t>x</t></si>".to_owned(),
                _ => format!("<row><c r=\"A{}\" t=\"s\"><v>{n}</v></c></row>", n + 3),
            };
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.write_all(end).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
