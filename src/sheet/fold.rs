//! Compares names: headers with field names, cells with the labels of an enum.
//!
//! `T.C. KİMLİK NO`, `tc_kimlik_no` and `TC Kimlik No` fold to the same key. `to_lowercase` alone would not do: it turns
//! `İ` into two characters and `I` into `i`, whatever the language.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

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

/// The one form (NFC) in which a text is sent and its keys are made: macOS writes `ş` as two characters, Windows as one,
/// and both mean one row. Keys that an earlier version made of the other form are not found again.
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{composed, fold};

    #[test]
    fn a_text_has_one_form_however_its_accents_were_typed() {
        let (one, other) = ("Şişli ağ geçidi", "S\u{327}is\u{327}li ag\u{306} gec\u{327}idi");
        assert_eq!(composed(other), one);
        assert!(matches!(composed(one), std::borrow::Cow::Borrowed(_)));
        assert_eq!(composed("plain"), "plain");
    }

    #[test]
    fn spellings_of_one_header_fold_to_one_key() {
        for header in ["T.C. KİMLİK NO", "tc_kimlik_no", " TC Kimlik\u{a0}No ", "t.c. kımlık no"] {
            assert_eq!(fold(header), "tckimlikno", "{header:?}");
        }
        assert_eq!(fold("Üye İşyeri No"), fold("UYE ISYERI NO"));
        assert_ne!(fold("model"), fold("marka"));
    }
}
