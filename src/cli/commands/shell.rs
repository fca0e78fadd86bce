//! `caseload completions`, `caseload man`

use caseload_engine::error::Error;
use caseload_sheet::message::Lang;
use caseload_sheet::text;
use clap_complete::Shell;

use crate::cli::exit::Exit;
use crate::cli::progress::Terminal;

/// Prints completions.
pub fn completions(shell: Shell, lang: Lang) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::help::command(lang), "caseload", &mut script);
    print(&script, lang)
}

/// Prints the manual page.
pub fn man(lang: Lang) -> Result<Exit, Error> {
    let mut page = Vec::new();
    clap_mangen::Man::new(super::help::command(lang)).render(&mut page).map_err(|error| {
        Error::cannot_start(text!(
            "Kılavuz sayfası yazılamadı: {error}.",
            "The manual page could not be written: {error}."
        ))
    })?;
    Ok(print(&page, lang))
}

fn print(bytes: &[u8], lang: Lang) -> Exit {
    Terminal::new(lang, false, false).own(String::from_utf8_lossy(bytes).trim_end());
    Exit::Done
}
