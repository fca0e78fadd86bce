//! The name of a file that somebody sent: shown to people, and never a path.

use caseload_sheet::message::one_line;

/// The longest name, in bytes, as file systems have it.
const LONGEST: usize = 255;

/// The part after the last slash of either kind, without what steers a terminal or a page, and not too long. What has no
/// name is called `list`.
pub fn clean(name: &str) -> String {
    let own = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let mut clean = one_line(own).into_owned();
    if clean.len() > LONGEST {
        clean.truncate(clean.floor_char_boundary(LONGEST));
    }
    if matches!(clean.as_str(), "" | "." | "..") { "list".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_steers_nothing() {
        for (name, expected) in [
            ("../../x", "x"),
            ("C:\\Users\\Elif\\Kurulum Mart.xlsx", "Kurulum Mart.xlsx"),
            ("/etc/passwd", "passwd"),
            ("a\r\nSet-Cookie: x", "a\\u{d}\\u{a}Set-Cookie: x"),
            ("a\u{202e}xslx.exe", "a\\u{202e}xslx.exe"),
            ("", "list"),
            ("..", "list"),
            ("x/", "list"),
            ("İş \"Listesi\".csv", "İş \"Listesi\".csv"),
        ] {
            assert_eq!(clean(name), expected);
        }
        let long = clean(&"ş".repeat(500));
        assert!(long.len() <= LONGEST && long.chars().all(|c| c == 'ş'));
    }
}
