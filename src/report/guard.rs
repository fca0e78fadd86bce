//! Failures of the library that writes workbooks, as errors of input and output.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_xlsxwriter::XlsxError;
use zip::result::ZipError;

/// Runs a step of the workbook's writer, which panics where its temporary file cannot grow.
pub fn guarded<T>(step: impl FnOnce() -> Result<T, XlsxError>) -> io::Result<T> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(
            XlsxError::IoError(error) | XlsxError::TempFileError(_, error) | XlsxError::ZipError(ZipError::Io(error)),
        )) => Err(error),
        Ok(Err(error)) => Err(io::Error::other(error)),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map_or("", String::as_str);
            let full = ["StorageFull", "QuotaExceeded", "FileTooLarge"].iter().any(|kind| words.contains(kind));
            Err(if full { io::ErrorKind::StorageFull.into() } else { io::Error::other(words.to_owned()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_failures_even_where_the_library_panics() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let caught = guarded::<()>(|| Err(XlsxError::IoError(full())));
        assert_eq!(caught.unwrap_err().kind(), io::ErrorKind::StorageFull);
        // An error of the system, as the library gets it: its Debug form names the kind.
        let raw = if cfg!(windows) { 112 } else { 28 };
        let caught = guarded::<()>(|| {
            Err::<(), _>(io::Error::from_raw_os_error(raw)).expect("Couldn't write to xml file");
            Ok(())
        });
        assert_eq!(caught.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
