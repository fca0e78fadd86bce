//! The two suffixes that sentences need: "in" after a name (`HuginOps’ta`, `Banka’da`), "from" after a number
//! (`15.31’den`).

/// The name with the suffix of place, by its last vowel and its last letter; nothing where the name does not end in a
/// letter, or has no vowel to go by.
pub(super) fn at(name: &str) -> Option<String> {
    let lower: Vec<char> = name.replace('I', "ı").replace('İ', "i").to_lowercase().chars().collect();
    let last = *lower.last().filter(|last| last.is_alphabetic())?;
    let vowel = lower.iter().rev().find(|letter| "aıoueiöüâî".contains(**letter))?;
    let consonant = if "fstkçşhp".contains(last) { 't' } else { 'd' };
    let suffix = if "aıouâ".contains(*vowel) { 'a' } else { 'e' };
    Some(format!("{name}’{consonant}{suffix}"))
}

/// The suffix of "from" after a number below a hundred, as it is read aloud.
pub(super) fn from(number: u8) -> &'static str {
    match (number / 10 % 10, number % 10) {
        (_, 1 | 2 | 7 | 8) | (2 | 5 | 8, 0) => "’den",
        (_, 3..=5) | (7, 0) => "’ten",
        (4 | 6, 0) => "’tan",
        _ => "’dan",
    }
}

#[cfg(test)]
mod tests {
    use super::{at, from};

    #[test]
    fn the_suffix_follows_the_sound_of_the_number() {
        let read = [
            (0, "sıfır", "’dan"),
            (1, "bir", "’den"),
            (2, "iki", "’den"),
            (3, "üç", "’ten"),
            (4, "dört", "’ten"),
            (5, "beş", "’ten"),
            (6, "altı", "’dan"),
            (7, "yedi", "’den"),
            (8, "sekiz", "’den"),
            (9, "dokuz", "’dan"),
            (10, "on", "’dan"),
            (20, "yirmi", "’den"),
            (30, "otuz", "’dan"),
            (40, "kırk", "’tan"),
            (50, "elli", "’den"),
            (60, "altmış", "’tan"),
            (70, "yetmiş", "’ten"),
            (80, "seksen", "’den"),
            (90, "doksan", "’dan"),
            (31, "otuz bir", "’den"),
            (44, "kırk dört", "’ten"),
            (56, "elli altı", "’dan"),
        ];
        for (number, word, suffix) in read {
            assert_eq!(from(number), suffix, "{number} {word}");
        }
    }

    #[test]
    fn the_suffix_follows_the_sound_of_the_name() {
        let cases = [
            ("HuginOps", "HuginOps’ta"),
            ("Banka", "Banka’da"),
            ("Netahsilat", "Netahsilat’ta"),
            ("Thalamus", "Thalamus’ta"),
            ("Servis", "Servis’te"),
            ("Deneme", "Deneme’de"),
            ("KÖŞK", "KÖŞK’te"),
            ("IŞIL", "IŞIL’da"),
        ];
        for (name, with) in cases {
            assert_eq!(at(name).as_deref(), Some(with));
        }
        assert_eq!(at("Sistem 7"), None);
        assert_eq!(at("HTTP"), None);
        assert_eq!(at(""), None);
    }
}
