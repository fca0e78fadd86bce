//! Compares names: headers with field names, cells with the labels of an enum.
//!
//! `T.C. KİMLİK NO`, `tc_kimlik_no` and `TC Kimlik No` fold to the same key. `to_lowercase` alone would not do: it turns
//! `İ` into two characters and `I` into `i`, whatever the language.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How UTF-8 begins U+0300, the first of the marks that join the letter before them. Every character below it is composed.
const FIRST_MARK: u8 = 0xcc;

/// Accents dropped, case dropped, `ı` and `İ` taken as `i`, everything but letters and digits dropped.
pub fn fold(name: &str) -> String {
    if name.is_ascii() {
        let kept = name.bytes().filter(u8::is_ascii_alphanumeric);
        return kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
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
    // The highest byte alone settles most texts, Turkish ones too.
    if text.bytes().fold(0, u8::max) < FIRST_MARK || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_form_however_its_accents_were_typed() {
        let (one, other) = ("Şişli ağ geçidi", "S\u{327}is\u{327}li ag\u{306} gec\u{327}idi");
        assert_eq!(composed(other), one);
        assert!(matches!(composed(one), std::borrow::Cow::Borrowed(_)));
        assert_eq!(composed("plain"), "plain");
    }

    #[test]
    fn every_character_below_the_first_mark_is_composed() {
        for c in '\0'..'\u{300}' {
            let text = c.to_string();
            assert!(text.bytes().max() < Some(FIRST_MARK), "{c:?}");
            assert_eq!(text.nfc().collect::<String>(), text, "{c:?}");
            assert_eq!(is_nfc_quick(text.chars()), IsNormalized::Yes, "{c:?}");
        }
        assert_eq!('\u{300}'.to_string().as_bytes()[0], FIRST_MARK);
        assert_eq!(composed("e\u{301}"), "\u{e9}");
    }

    #[test]
    fn the_short_way_of_ascii_folds_as_the_long_one() {
        for c in '\0'..='\u{7f}' {
            // A letter beyond ASCII sends both down the long way.
            let (short, long) = (fold(&format!("a{c}")), fold(&format!("a{c}ö")));
            assert_eq!(format!("{short}o"), long, "{c:?}");
        }
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
