//! Names that a workbook accepts: at most 31 UTF-16 units, without `[]:*?/\`, no two alike.

use std::collections::HashSet;

const LONGEST: usize = 31;

/// Gives the sheets of one workbook their names.
#[derive(Debug, Default)]
pub struct SheetNames {
    /// In lower case: two names that differ in case alone are one.
    taken: HashSet<String>,
}

impl SheetNames {
    /// Takes `wanted`, or the next free of `wanted (2)`, `wanted (3)`, …. The further parts of a
    /// sheet, from 2, begin at their own number.
    pub fn take(&mut self, wanted: &str, part: usize) -> String {
        let wanted = cleaned(wanted);
        let mut number = part;
        loop {
            let suffix = if number == 1 { String::new() } else { format!(" ({number})") };
            let name = format!("{}{suffix}", cut(&wanted, LONGEST - suffix.len()));
            if self.taken.insert(name.to_lowercase()) {
                return name;
            }
            number += 1;
        }
    }
}

fn cleaned(name: &str) -> String {
    let name = name.replace(['[', ']', ':', '*', '?', '/', '\\'], "_");
    let name = name.trim_matches('\'').trim();
    if name.is_empty() { "Sheet".to_owned() } else { name.to_owned() }
}

fn cut(name: &str, most: usize) -> &str {
    let mut units = 0;
    let end = name.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > most
    });
    name[..end.map_or(name.len(), |(at, _)| at)].trim_end_matches('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_free_short_and_legal() {
        let mut names = SheetNames::default();
        assert_eq!(names.take("Özet", 1), "Özet");
        assert_eq!(names.take("özet", 1), "özet (2)");
        assert_eq!(names.take("Özet", 2), "Özet (3)");
        assert_eq!(names.take("'a/b:c'", 1), "a_b_c");
        assert_eq!(names.take("?", 1), "_");
        assert_eq!(names.take("", 1), "Sheet");
        let long = "ş".repeat(40);
        assert_eq!(names.take(&long, 1).chars().count(), 31);
        let second = names.take(&long, 1);
        assert!(second.chars().count() == 31 && second.ends_with(" (2)"), "{second}");
    }
}
