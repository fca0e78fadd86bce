//! Panics of the libraries that parse and write workbooks, as errors.
//!
//! A parser that panics has met a damaged file, and a writer whose temporary file cannot grow panics over a full disk.
//! Neither is a bug of the program. The panic hook still runs first and prints its report; [`become_errors`] lets the
//! hook of a program leave such a report out.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind};

use rust_xlsxwriter::XlsxError as WriteError;
use zip::result::ZipError;

/// Whether this crate returns the panic as an error: the parser of workbooks panics, or their writer panics over an
/// error of the system.
pub fn become_errors(panic: &PanicHookInfo) -> bool {
    let Some(place) = panic.location() else { return false };
    is_within("calamine", place.file())
        || (is_within("rust_xlsxwriter", place.file()) && disk_words(panic.payload()).is_some())
}

/// Whether a source file belongs to a crate, as registries and vendored copies name its folder.
fn is_within(name: &str, file: &str) -> bool {
    let is_version =
        |rest: &str| rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    file.split(['/', '\\'])
        .any(|folder| folder.strip_prefix(name).is_some_and(|rest| rest.is_empty() || is_version(rest)))
}

/// Runs a step of the parser; its panic becomes an error with the words of the panic.
pub(crate) fn parsing<T>(step: impl FnOnce() -> Result<T, calamine::XlsxError>) -> Result<T, calamine::XlsxError> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        let words =
            panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(calamine::XlsxError::Io(io::Error::other(words.unwrap_or("panic").to_owned())))
    })
}

/// Runs a step of the writer; its panic over an error of the system becomes that error.
///
/// # Errors
/// As the step.
///
/// # Panics
/// Any other panic of the step goes on.
pub fn writing<T>(step: impl FnOnce() -> Result<T, WriteError>) -> io::Result<T> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(
            WriteError::IoError(error)
            | WriteError::TempFileError(_, error)
            | WriteError::ZipError(ZipError::Io(error)),
        )) => Err(error),
        Ok(Err(error)) => Err(io::Error::other(error)),
        Err(panic) => match disk_words(panic.as_ref()) {
            Some(words) => Err(disk_error(words)),
            None => resume_unwind(panic),
        },
    }
}

/// The words of a panic over an error of the system: `…: Os { code: 28, kind: StorageFull, … }`.
fn disk_words(panic: &(dyn Any + Send)) -> Option<&str> {
    panic.downcast_ref::<String>().map(String::as_str).filter(|words| words.contains("Os { code: "))
}

fn disk_error(words: &str) -> io::Error {
    let code = words.split("Os { code: ").nth(1).and_then(|rest| rest.split(',').next());
    match code.and_then(|code| code.parse().ok()) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::other(words.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_parser_is_an_error_with_its_words() {
        let words = |step: fn() -> Result<(), calamine::XlsxError>| parsing(step).unwrap_err().to_string();
        assert!(words(|| panic!("should be in a folder")).contains("should be in a folder"));
        assert!(words(|| panic!("at {}", 7)).contains("at 7"));
        assert!(parsing(|| Ok(())).is_ok());
    }

    #[test]
    fn a_full_disk_is_told_from_other_failures_even_where_the_library_panics() {
        let caught = writing::<()>(|| Err(WriteError::IoError(io::ErrorKind::StorageFull.into())));
        assert_eq!(caught.unwrap_err().kind(), io::ErrorKind::StorageFull);
        // An error of the system, as the library gets it: its Debug form names the code.
        let raw = if cfg!(windows) { 112 } else { 28 };
        let caught = writing::<()>(|| {
            let grown: io::Result<()> = std::hint::black_box(Err(io::Error::from_raw_os_error(raw)));
            grown.expect("Couldn't write to xml file");
            Ok(())
        });
        assert_eq!(caught.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_bug_stays_a_panic() {
        let bug = || writing::<()>(|| panic!("a bug"));
        assert!(catch_unwind(AssertUnwindSafe(bug)).is_err());
    }

    #[test]
    fn a_crate_is_known_by_its_folder_wherever_its_source_lies() {
        for file in [
            "/home/a/.cargo/registry/src/index.crates.io-1949/calamine-0.38.0/src/xlsx/mod.rs",
            "C:\\Users\\a\\.cargo\\registry\\src\\x\\calamine-0.38.0\\src\\lib.rs",
            "vendor/calamine/src/lib.rs",
        ] {
            assert!(is_within("calamine", file), "{file}");
        }
        for file in ["src/sheet/read/cells.rs", "/x/calamine-like-1.0.0/src/lib.rs", "/x/calamine2-1.0.0/src/lib.rs"] {
            assert!(!is_within("calamine", file), "{file}");
        }
    }
}
