//! Where the reader of workbooks panics over a file, the file is damaged: a step of it that panics is an error
//! with the words of the panic, without the trace that a bug of ours deserves.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use calamine::XlsxError;

static QUIET: Once = Once::new();

thread_local! {
    static WITHIN: Cell<bool> = const { Cell::new(false) };
}

/// Runs a step of the reader of workbooks.
pub(super) fn shielded<T>(step: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, XlsxError> {
    QUIET.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if !WITHIN.get() {
                before(panic);
            }
        }));
    });
    WITHIN.set(true);
    let done = catch_unwind(AssertUnwindSafe(step));
    WITHIN.set(false);
    done.unwrap_or_else(|panic| {
        let words =
            panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(XlsxError::Io(std::io::Error::other(words.unwrap_or("panic").to_owned())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_reader_is_an_error_with_its_words() {
        let words = |step: fn() -> Result<(), XlsxError>| shielded(step).unwrap_err().to_string();
        assert!(words(|| panic!("should be in a folder")).contains("should be in a folder"));
        assert!(words(|| panic!("at {}", 7)).contains("at 7"));
        assert!(shielded(|| Ok(())).is_ok());
    }
}
