#![no_main]

#[allow(dead_code)]
#[path = "../targets.rs"]
mod targets;

/// libFuzzer's hook ends the process at every panic. Those that the reader returns as errors go by.
fn let_told_panics_by() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !caseload_sheet::panics::become_errors(panic) {
            report(panic);
        }
    }));
}

libfuzzer_sys::fuzz_target!(init: let_told_panics_by(), |bytes: &[u8]| targets::xlsx(bytes));
