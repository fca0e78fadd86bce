//! Whether a result may take the place of what stands at its path: only of nothing, of an empty file,
//! or of an earlier result of this program. A person's own file is never written over.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::{Form, columns};
use crate::error::{Code, Error};
use crate::message::shown;
use crate::text;

/// The custom property by which a workbook is known as a result; its value is the run's name.
pub const PROPERTY: &str = "caseload_run";

/// How much of a file is looked at.
const LOOK: u64 = 1 << 20;

/// # Errors
/// The path names the input itself, a file that this program did not write, or something other than a file.
pub fn may_replace(path: &Path, input: &Path, form: Form) -> Result<(), Error> {
    may_replace_or(path, input, form, |_| false)
}

/// As [`may_replace`], where a text file that begins with a line that is `ours` may be replaced too.
pub fn may_replace_or(path: &Path, input: &Path, form: Form, ours: impl Fn(&str) -> bool) -> Result<(), Error> {
    let shown_path = shown(&path.to_string_lossy());
    if is_same(path, input) {
        return Err(Code::ResultIsInput.cannot_start(text!(
            "{shown_path} okunan dosyanın kendisi; sonuç onun üzerine yazılmaz. -o ile başka bir ad seçin.",
            "{shown_path} is the file that is read; a result is never written over it. Choose another name with -o."
        )));
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // A link that leads nowhere: the rename takes its place.
        Ok(found) if found.is_symlink() && !path.exists() => return Ok(()),
        _ => {}
    }
    if is_result(path, form, ours).unwrap_or(false) {
        return Ok(());
    }
    Err(Code::ResultInTheWay.cannot_start(text!(
        "{shown_path} var ve bu programın yazdığı bir sonuç değil; üzerine yazılmadı. -o ile başka bir ad seçin.",
        "{shown_path} is there already and is not a result of this program; it was left as it is. Choose another name with -o."
    )))
}

fn is_same(path: &Path, input: &Path) -> bool {
    match (path.canonicalize(), input.canonicalize()) {
        (Ok(path), Ok(input)) => path == input || is_same_inode(&path, &input),
        _ => path == input,
    }
}

/// Hard links, and other spellings of a name where case does not count.
#[cfg(unix)]
fn is_same_inode(path: &Path, input: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::metadata(path), fs::metadata(input)) {
        (Ok(path), Ok(input)) => (path.dev(), path.ino()) == (input.dev(), input.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_inode(_: &Path, _: &Path) -> bool {
    false
}

fn is_result(path: &Path, form: Form, ours: impl Fn(&str) -> bool) -> io::Result<bool> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok(false);
    }
    if metadata.len() == 0 {
        return Ok(true);
    }
    let file = File::open(path)?;
    match form {
        Form::Workbook => has_property(file),
        Form::Table => first_line(file).map(|line| has_our_headers(&line) || ours(&line)),
        Form::JsonLines => first_line(file).map(|line| has_our_keys(&line) || ours(&line)),
    }
}

fn has_property(file: File) -> io::Result<bool> {
    Ok(properties(file)?.contains(&format!("name=\"{PROPERTY}\"")))
}

fn properties(file: File) -> io::Result<String> {
    let mut archive = zip::ZipArchive::new(file)?;
    let part = archive.by_name("docProps/custom.xml")?;
    let mut properties = String::new();
    part.take(LOOK).read_to_string(&mut properties)?;
    Ok(properties)
}

/// The run whose result a workbook is, if it is one and can be read.
pub fn run_of(path: &Path) -> Option<String> {
    let properties = properties(crate::files::open(path).ok()?).ok()?;
    let (_, own) = properties.split_once(&format!("name=\"{PROPERTY}\""))?;
    let (_, value) = own.split_once("<vt:lpwstr>")?;
    Some(value.split_once('<')?.0.to_owned())
}

fn first_line(file: File) -> io::Result<String> {
    let mut line = Vec::new();
    BufReader::new(file).take(LOOK).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn has_our_headers(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}').trim_end();
    let headers: Vec<_> = line.split(';').map(|header| header.trim_matches('"')).collect();
    !columns::of_earlier_result(&headers).is_empty()
}

fn has_our_keys(line: &str) -> bool {
    let Ok(serde_json::Value::Object(line)) = serde_json::from_str(line) else { return false };
    ["file", "sheet", "row", "result", "problems", "duplicate_of"].iter().all(|key| line.contains_key(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(content: &[u8], name: &str) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        may_replace(&path, Path::new("input.xlsx"), Form::of(&path).unwrap()).is_ok()
    }

    #[test]
    fn only_an_empty_file_or_an_earlier_result_is_replaced() {
        assert!(verdict(b"", "a.xlsx"));
        assert!(!verdict(b"PK\x03\x04 not ours", "a.xlsx"));
        assert!(verdict("\u{feff}Mali No;Result;caseId;Error;Error code\r\n".as_bytes(), "a.csv"));
        assert!(!verdict(b"Mali No;Result\r\n", "a.csv"));
        let line = br#"{"file":"a","sheet":null,"row":2,"result":"done","problems":[],"duplicate_of":null}"#;
        assert!(verdict(line, "a.jsonl"));
        assert!(!verdict(br#"{"row":2}"#, "a.jsonl"));
    }

    #[test]
    fn the_input_is_never_replaced_not_even_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in.csv");
        fs::write(&input, "").unwrap();
        assert!(may_replace(&input, &input, Form::Table).is_err());
        #[cfg(unix)]
        {
            let link = folder.path().join("link.csv");
            std::os::unix::fs::symlink(&input, &link).unwrap();
            assert!(may_replace(&link, &input, Form::Table).is_err());
        }
    }

    #[test]
    fn a_folder_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(may_replace(folder.path(), Path::new("in.csv"), Form::Table).is_err());
    }
}
