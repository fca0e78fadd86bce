//! `caseload init`

use std::io::Write;
use std::path::Path;

use caseload_engine::error::Error;
use caseload_sheet::message::Lang;
use caseload_sheet::{files, say, text};

use crate::cli::exit::Exit;
use crate::cli::profile::FILE;
use crate::cli::progress::Terminal;

/// Writes a commented `caseload.toml` into the current folder; never over one that is there.
pub fn run(lang: Lang) -> Result<Exit, Error> {
    let example = match lang {
        Lang::Tr => include_str!("init.tr.toml"),
        Lang::En => include_str!("init.en.toml"),
    };
    let written = files::create_new(Path::new(FILE)).and_then(|mut file| file.write_all(example.as_bytes()));
    written.map_err(|error| {
        Error::cannot_start(text!(
            "{FILE} yazılamadı: {error}. Varsa o dosyayı düzenleyin.",
            "{FILE} could not be written: {error}. If it is there already, edit it."
        ))
    })?;
    Terminal::new(lang, false, false).answer(&say!(lang, "{FILE} yazıldı.", "Wrote {FILE}."));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use crate::cli::profile::{Profile, Settings};
    use caseload_engine::contract::catalogue;
    use caseload_engine::submit::auth::ways;

    const EXAMPLES: [&str; 2] = [include_str!("init.tr.toml"), include_str!("init.en.toml")];

    fn in_force(example: &str) -> Settings {
        let text = example.replace("#: ", "");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn both_examples_are_settings_that_the_program_reads() {
        for example in EXAMPLES {
            toml::from_str::<Settings>(example).unwrap_or_else(|error| panic!("{error}\n{example}"));
            in_force(example);
        }
    }

    #[test]
    fn both_examples_show_each_built_in_system_with_all_of_its_secrets() {
        let contracts = catalogue(None, &[]).unwrap();
        for settings in EXAMPLES.map(in_force) {
            for contract in &contracts {
                let is_for = |profile: &&Profile| {
                    let to = profile.to.as_deref().unwrap_or_default();
                    contract.operations.iter().any(|operation| operation.full_name() == to)
                };
                let profile = settings.profiles.values().find(is_for).unwrap_or_else(|| panic!("{}", contract.name));
                let mut secrets: Vec<&str> = contract.operations.iter().flat_map(ways).flatten().collect();
                secrets.sort_unstable();
                secrets.dedup();
                let shown: Vec<&str> = profile.auth.keys().map(String::as_str).collect();
                assert_eq!(shown, secrets, "{}", contract.name);
                let nowhere = contract.operations.iter().any(|operation| operation.base_url.contains(".invalid"));
                assert!(!nowhere || profile.base_url.is_some(), "{}: its server is one's own", contract.name);
            }
        }
    }

    #[test]
    fn the_examples_have_the_same_lines_in_both_languages() {
        let shape = |example: &str| {
            let key = |line: &str| line.split([' ', '=', '"']).nth(1).unwrap_or_default().to_owned();
            let lines = example.lines().filter(|line| line.starts_with("#: ") && !line.starts_with("#: ["));
            lines.map(key).collect::<Vec<_>>()
        };
        assert_eq!(shape(EXAMPLES[0]), shape(EXAMPLES[1]));
        assert!(EXAMPLES.iter().all(|example| example.lines().all(|line| line.chars().count() <= 125)));
    }
}
