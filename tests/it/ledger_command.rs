//! `caseload ledger`: a copy of the ledger, and the word of a person about an older one.

use std::fs;

use crate::workdir::{Workdir, sandbox};

#[test]
fn a_backup_of_the_ledger_knows_what_the_ledger_knows_and_writes_over_nothing() {
    let (dir, server) = (Workdir::new(), sandbox(""));
    dir.write_cases("list.csv", 3);
    assert_eq!(dir.submit(&server, "list.csv", &["--ledger", "l.db"]).0.code, 0);
    let ended = dir.run(&["ledger", "backup", "copy.db", "--ledger", "l.db"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains("copy.db"), "{ended:?}");
    let runs = |ledger: &str| dir.run(&["runs", "--ledger", ledger, "--json"]).stdout;
    assert_eq!(runs("copy.db"), runs("l.db"));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(dir.path("copy.db")).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    dir.write("precious.txt", "precious");
    let ended = dir.run(&["ledger", "backup", "precious.txt", "--ledger", "l.db"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(fs::read_to_string(dir.path("precious.txt")).unwrap(), "precious");
}
