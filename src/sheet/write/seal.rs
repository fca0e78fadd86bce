//! The seal of a workbook that this program wrote and nobody has changed since. It is known wherever the file was copied
//! and whatever it is called.
//!
//! The seal is a part of the package with a digest of the names and checksums of all other parts. A spreadsheet does not
//! know the part and drops it on saving: from then on the file is a person's. A tool that changes a part and keeps the
//! seal breaks it, with the same effect.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Seek, Write as _};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The part; the package's own list of types covers it by its ending.
const PART: &str = "docProps/caseload.xml";

/// The longest mark there is.
const LONGEST: u64 = 1024;

/// Adds the mark to a finished workbook.
///
/// # Errors
/// A disk that is full or gone.
pub fn seal(file: File) -> io::Result<()> {
    let mark = mark(&mut ZipArchive::new(file.try_clone()?)?)?;
    let mut package = ZipWriter::new_append(file)?;
    package.start_file(PART, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
    package.write_all(mark.as_bytes())?;
    package.finish()?.flush()
}

/// Whether a file is a workbook that this program wrote and nobody changed since.
pub fn is_untouched(path: &Path) -> bool {
    let read = || -> io::Result<bool> {
        // Only a file can be asked without waiting.
        if !path.metadata()?.is_file() {
            return Ok(false);
        }
        let mut package = ZipArchive::new(File::open(path)?)?;
        let mut known = String::new();
        package.by_name(PART)?.take(LONGEST).read_to_string(&mut known)?;
        Ok(known == mark(&mut package)?)
    };
    read().unwrap_or(false)
}

/// What the mark of a package says. No part is read: the directory of the archive has their checksums.
fn mark<R: Read + Seek>(package: &mut ZipArchive<R>) -> io::Result<String> {
    let mut parts = Vec::with_capacity(package.len());
    for at in 0..package.len() {
        let part = package.by_index_raw(at)?;
        let name = part.name_raw().to_vec();
        if name != PART.as_bytes() {
            parts.push((name, part.crc32(), part.size()));
        }
    }
    parts.sort();
    let mut digest = Sha256::new();
    for (name, checksum, size) in parts {
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name);
        digest.update(checksum.to_le_bytes());
        digest.update(size.to_le_bytes());
    }
    let hex = digest.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<unchanged sha256=\"{hex}\"/>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::Workbook;
    use std::fs;

    fn book(words: &str) -> Vec<u8> {
        let mut book = Workbook::new();
        book.add_worksheet().write_string(0, 0, words).unwrap();
        book.save_to_buffer().unwrap()
    }

    /// The package packed anew, its parts as they are but for one.
    fn repacked(bytes: &[u8], change: impl Fn(&str, String) -> Option<String>) -> Vec<u8> {
        let mut from = ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut to = ZipWriter::new(io::Cursor::new(Vec::new()));
        for at in 0..from.len() {
            let mut part = from.by_index(at).unwrap();
            let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
            part.read_to_string(&mut text).unwrap();
            let Some(text) = change(&name, text) else { continue };
            to.start_file(name, SimpleFileOptions::default()).unwrap();
            to.write_all(text.as_bytes()).unwrap();
        }
        to.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_is_known_as_untouched_under_any_name_until_somebody_saves_it() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let path = put("a.xlsx", &book("x"));
        assert!(!is_untouched(&path), "a person's own");
        seal(File::options().read(true).write(true).open(&path).unwrap()).unwrap();
        assert!(is_untouched(&path));
        let bytes = fs::read(&path).unwrap();
        assert!(is_untouched(&put("copy of it", &bytes)));
        // Packed anew, as a mail gate does it: nothing in it is another.
        assert!(is_untouched(&put("b.xlsx", &repacked(&bytes, |_, text| Some(text)))));
        // A spreadsheet saves the parts that it knows.
        assert!(!is_untouched(&put("c.xlsx", &repacked(&bytes, |name, text| (name != PART).then_some(text)))));
        // A tool that changes a cell, or adds a part, and keeps what it does not know.
        let mended =
            |name: &str, text: String| Some(if name.contains("haredStrings") { text.replace('x', "y") } else { text });
        assert!(!is_untouched(&put("d.xlsx", &repacked(&bytes, mended))));
        for no in
            [put("e.xlsx", b"PK no workbook"), put("f.xlsx", b""), folder.path().to_owned(), folder.path().join("none")]
        {
            assert!(!is_untouched(&no), "{}", no.display());
        }
        let book: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
        assert_eq!(calamine::Reader::sheet_names(&book), ["Sheet1"]);
    }
}
