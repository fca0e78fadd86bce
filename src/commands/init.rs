//! `caseload init`

use std::fs::OpenOptions;
use std::io::Write;

use crate::exit::{Exit, Stop};
use crate::message::Lang;
use crate::profile::FILE;
use crate::progress::Terminal;
use crate::{say, text};

/// Writes a commented `caseload.toml` into the current folder; never over one that is there.
pub fn run(lang: Lang) -> Result<Exit, Stop> {
    let example = match lang {
        Lang::Tr => include_str!("init.tr.toml"),
        Lang::En => include_str!("init.en.toml"),
    };
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(FILE)
        .and_then(|mut file| file.write_all(example.as_bytes()));
    written.map_err(|error| {
        Stop::cannot_start(text!(
            "{FILE} yazılamadı: {error}. Varsa o dosyayı düzenleyin.",
            "{FILE} could not be written: {error}. If it is there already, edit it."
        ))
    })?;
    Terminal::new(lang, false, false).data(&say!(lang, "{FILE} yazıldı.", "Wrote {FILE}."));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use crate::profile::Settings;

    #[test]
    fn both_examples_are_settings_that_the_program_reads() {
        for example in [include_str!("init.tr.toml"), include_str!("init.en.toml")] {
            let uncommented = example.replace("#: ", "");
            for text in [example, &uncommented] {
                toml::from_str::<Settings>(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            }
        }
    }
}
