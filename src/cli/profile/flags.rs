//! What the commands that a message names have to carry, to mean the ledger and the settings in hand.

use std::path::Path;

use caseload_engine::hint::quoted;

use super::{How, Origin, default_ledger};

/// What a command has to carry to mean this ledger and these settings; nothing where it means them anyway.
pub fn flags(ledger: Option<&Path>, settings: &Origin) -> String {
    let mut flags = String::new();
    let mut put = |flag: &str, path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        flags.push_str(&format!(" {flag} {}", quoted(path.as_os_str())));
    };
    if let (How::Named, Some(file)) = (settings.how, &settings.file) {
        put("--config", file);
    }
    match ledger {
        Some(path) if is_default(path, true) => flags.push_str(" --sandbox"),
        Some(path) if !is_default(path, false) => put("--ledger", path),
        _ => {}
    }
    flags
}

fn is_default(path: &Path, sandbox: bool) -> bool {
    let own = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    default_ledger(sandbox).is_some_and(|known| own(&known) == own(path))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use caseload_engine::hint::command;

    #[test]
    fn the_ledger_and_the_settings_in_hand_are_named_where_they_are_not_those_of_every_day() {
        let none = Origin::default();
        assert_eq!(command(&["resolve", "r1"], &flags(None, &none)), "caseload resolve r1");
        assert_eq!(flags(Some(Path::new("/x/my ledger.db")), &none), " --ledger '/x/my ledger.db'");
        let named = Origin { file: Some("/c/caseload.toml".into()), how: How::Named, ..Origin::default() };
        assert_eq!(flags(None, &named), " --config /c/caseload.toml");
        assert_eq!(flags(None, &Origin { how: How::Upwards, ..named }), "");
    }
}
