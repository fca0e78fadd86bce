//! Failures of the library that writes workbooks, as errors of input and output.
//!
//! It panics where its temporary file cannot grow. A full disk is nobody's bug, so such a panic is
//! caught and told as what it is, without the trace that a bug deserves.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

use rust_xlsxwriter::XlsxError;
use zip::result::ZipError;

static QUIET: Once = Once::new();

/// Runs a step of the workbook's writer.
pub fn guarded<T>(step: impl FnOnce() -> Result<T, XlsxError>) -> io::Result<T> {
    QUIET.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if disk_words(panic.payload()).is_none() {
                before(panic);
            }
        }));
    });
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(
            XlsxError::IoError(error) | XlsxError::TempFileError(_, error) | XlsxError::ZipError(ZipError::Io(error)),
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
    fn a_full_disk_is_told_from_other_failures_even_where_the_library_panics() {
        let caught = guarded::<()>(|| Err(XlsxError::IoError(io::ErrorKind::StorageFull.into())));
        assert_eq!(caught.unwrap_err().kind(), io::ErrorKind::StorageFull);
        // An error of the system, as the library gets it: its Debug form names the code.
        let raw = if cfg!(windows) { 112 } else { 28 };
        let caught = guarded::<()>(|| {
            let grown: io::Result<()> = std::hint::black_box(Err(io::Error::from_raw_os_error(raw)));
            grown.expect("Couldn't write to xml file");
            Ok(())
        });
        assert_eq!(caught.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_bug_stays_a_panic() {
        let bug = || guarded::<()>(|| panic!("a bug"));
        assert!(catch_unwind(AssertUnwindSafe(bug)).is_err());
    }
}
