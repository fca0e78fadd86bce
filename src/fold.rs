//! The one way names are compared: headers with field names, cells with the labels of an enum.
//!
//! `T.C. KİMLİK NO`, `tc_kimlik_no` and `TC Kimlik No` fold to the same key. `to_lowercase` alone
//! would not do: it turns `İ` into two characters and `I` into `i`, whatever the language.

use unicode_normalization::UnicodeNormalization;

/// Accents dropped, case dropped, `ı` and `İ` taken as `i`, everything but letters and digits dropped.
pub fn fold(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for c in name.nfkd() {
        match c {
            'ı' | 'İ' | 'I' => key.push('i'),
            c if c.is_ascii_alphanumeric() => key.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() => key.extend(c.to_lowercase().filter(|l| l.is_alphanumeric())),
            _ => {}
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spellings_of_one_header_fold_to_one_key() {
        for header in ["T.C. KİMLİK NO", "tc_kimlik_no", " TC Kimlik\u{a0}No ", "t.c. kımlık no"] {
            assert_eq!(fold(header), "tckimlikno", "{header:?}");
        }
        assert_eq!(fold("Üye İşyeri No"), fold("UYE ISYERI NO"));
        assert_ne!(fold("model"), fold("marka"));
    }
}
