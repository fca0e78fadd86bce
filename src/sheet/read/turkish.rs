//! Decides whether a text that is not UTF-8 reads as Turkish in Windows-1254, as offices write it. Bytes of another
//! encoding make letters too, but not those of Turkish. The user sees such a place and decides before any row is sent.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1254};

use super::encoding::spoken;
use super::options::Doubtful;
use super::slice::CHUNK;
use super::source::Source;
use crate::error::{EncodingFault, Error, NotTurkish};

/// So many letters of Turkish for each that is not, or more, and the detector has no other opinion: foreign names.
const TURKISH_ENOUGH: u64 = 20;
/// Bytes that the detector is shown, and of a doubtful place.
const SHOWN_TO_DETECTOR: u64 = 4 * 1024 * 1024;
const SAMPLE: u64 = 24;

/// What a byte is in Windows-1254.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Ascii,
    /// A letter of the Turkish alphabet.
    Turkish,
    /// â, î, û, which Turkish has too.
    Circumflex,
    /// A letter of another language.
    Foreign,
    /// A mark that may stand within a word: an apostrophe, a hyphen, a blank that does not break.
    Joining,
    /// A mark that may stand before a word: a quote, a bullet, the degree of °C.
    Opening,
    /// A mark that may stand behind a word: a quote, a trade mark, an exponent.
    Closing,
    /// A sign that stands apart from words.
    Sign,
    /// No character at all.
    Nothing,
}

fn class(byte: u8) -> Class {
    match byte {
        0..=0x7f => Class::Ascii,
        0xc7 | 0xe7 | 0xd0 | 0xf0 | 0xdd | 0xfd | 0xd6 | 0xf6 | 0xde | 0xfe | 0xdc | 0xfc => Class::Turkish,
        0xc2 | 0xe2 | 0xce | 0xee | 0xdb | 0xfb => Class::Circumflex,
        0xd7 | 0xf7 => Class::Sign,
        0x8a | 0x8c | 0x9a | 0x9c | 0x9f | 0xc0..=0xff => Class::Foreign,
        0x81 | 0x8d | 0x8e | 0x8f | 0x90 | 0x9d | 0x9e => Class::Nothing,
        0x85 | 0x91 | 0x92 | 0x96 | 0x97 | 0xa0 | 0xad | 0xb4 => Class::Joining,
        0x82 | 0x84 | 0x8b | 0x93 | 0x95 | 0xa9 | 0xab | 0xb0 | 0xb7 => Class::Opening,
        0x94 | 0x99 | 0x9b | 0xaa | 0xae | 0xb2 | 0xb3 | 0xb9 | 0xba | 0xbb => Class::Closing,
        0x80..=0xbf => Class::Sign,
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(class(byte), Class::Turkish | Class::Circumflex | Class::Foreign)
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte >= 0xe0
}

fn is_vowel(byte: u8) -> bool {
    let ascii = matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u');
    ascii || matches!(byte | 0x20, 0xf6 | 0xfc | 0xfd | 0xe2 | 0xee | 0xfb)
}

/// What is seen of a text's bytes above ASCII.
#[derive(Debug, Default)]
struct Survey {
    turkish: u64,
    doubtful: u64,
    /// The offset of the first doubtful byte.
    first: Option<u64>,
}

impl Survey {
    /// Takes in a byte with its neighbours.
    fn look(&mut self, before: u8, byte: u8, after: u8, offset: u64) {
        let (behind, ahead) = (is_letter(before), is_letter(after));
        let fits = match class(byte) {
            Class::Ascii | Class::Joining => return,
            Class::Opening if !(behind && ahead) => return,
            Class::Closing if !ahead => return,
            Class::Sign if !behind && !ahead => return,
            Class::Turkish | Class::Circumflex => fits_its_word(before, byte, after),
            _ => false,
        };
        if fits {
            self.turkish += 1;
        } else {
            self.doubtful += 1;
            self.first.get_or_insert(offset);
        }
    }
}

/// In a word ğ follows a vowel, a capital no small letter, and a circumflex stands beside another letter of Turkish.
fn fits_its_word(before: u8, byte: u8, after: u8) -> bool {
    if is_letter(before) && is_lower(before) && !is_lower(byte) {
        return false;
    }
    match class(byte) {
        Class::Circumflex => {
            let apart = !is_letter(before) && !is_letter(after);
            !apart && class(before) != Class::Foreign && class(after) != Class::Foreign
        }
        _ if matches!(byte, 0xd0 | 0xf0) => is_vowel(before) || !is_letter(before),
        _ => true,
    }
}

/// Windows-1254 where the text reads as Turkish by it, else what the user agrees to.
///
/// # Errors
/// Nobody agreed; the file cannot be read.
pub(super) fn agree(source: &Source, doubtful: &Doubtful) -> Result<&'static Encoding, Error> {
    let Doubtful::Ask(ask) = doubtful else { return Ok(WINDOWS_1254) };
    let survey = survey(source)?;
    let Some(first) = survey.first else { return Ok(WINDOWS_1254) };
    let proposed = detected(source, first)?;
    if survey.doubtful * TURKISH_ENOUGH <= survey.turkish && proposed == WINDOWS_1254 {
        return Ok(WINDOWS_1254);
    }
    let place = Place::of(source, first)?.judged(proposed);
    if ask(&place.question(&source.name)) {
        return Ok(proposed);
    }
    Err(Error::new(&source.name, EncodingFault::NotTurkish(Box::new(place))))
}

fn survey(source: &Source) -> Result<Survey, Error> {
    let mut survey = Survey::default();
    let mut bytes = source.slice(0, source.len());
    // The last two bytes of what came before, so that each byte has both of its neighbours.
    let mut window = vec![b'\n'];
    let mut at = 0;
    loop {
        let read = bytes.by_ref().take(CHUNK as u64).read_to_end(&mut window);
        let ended = read.map_err(|error| source.unreadable(&error))? == 0;
        if ended {
            window.push(b'\n');
        }
        for middle in 1..window.len().saturating_sub(1) {
            if window[middle] >= 0x80 {
                survey.look(window[middle - 1], window[middle], window[middle + 1], at + middle as u64 - 1);
            }
        }
        if ended {
            return Ok(survey);
        }
        let keep = window.len().saturating_sub(2);
        at += keep as u64;
        window.drain(..keep);
    }
}

/// What the detector takes the text for. Where it says Windows-1252, every letter that is there is the same in 1254.
fn detected(source: &Source, doubt: u64) -> Result<&'static Encoding, Error> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for start in [0, doubt.saturating_sub(SAMPLE)] {
        let mut part = Vec::new();
        let read = source.slice(start, source.len()).take(SHOWN_TO_DETECTOR).read_to_end(&mut part);
        read.map_err(|error| source.unreadable(&error))?;
        detector.feed(&part, false);
        if doubt < SHOWN_TO_DETECTOR {
            break;
        }
    }
    detector.feed(b"", true);
    let guess = detector.guess(Some(b"tr"), Utf8Detection::Deny);
    Ok(if guess == WINDOWS_1252 { WINDOWS_1254 } else { guess })
}

/// The first doubtful place: its line, and the bytes around it.
struct Place {
    line: u64,
    bytes: Vec<u8>,
}

impl Place {
    fn of(source: &Source, offset: u64) -> Result<Self, Error> {
        let mut line = 1;
        let (mut above, mut chunk) = (source.slice(0, offset), Vec::new());
        while above.by_ref().take(CHUNK as u64).read_to_end(&mut chunk).map_err(|error| source.unreadable(&error))? > 0
        {
            line += memchr::memchr_iter(b'\n', &chunk).count() as u64;
            chunk.clear();
        }
        let start = offset.saturating_sub(SAMPLE);
        let mut bytes = Vec::new();
        let read = source.slice(start, source.len()).take(2 * SAMPLE).read_to_end(&mut bytes);
        read.map_err(|error| source.unreadable(&error))?;
        let here = (offset - start) as usize;
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r' | b';' | b',' | b'\t' | b'|' | b'"');
        let from = bytes[..here].iter().rposition(ends).map_or(0, |at| at + 1);
        let to = bytes[here..].iter().position(ends).map_or(bytes.len(), |at| here + at);
        Ok(Self { line, bytes: bytes[from..to].to_vec() })
    }

    fn by(&self, encoding: &'static Encoding) -> String {
        encoding.decode_without_bom_handling(&self.bytes).0.trim().to_owned()
    }

    fn judged(&self, proposed: &'static Encoding) -> NotTurkish {
        NotTurkish {
            line: self.line,
            as_turkish: self.by(WINDOWS_1254),
            proposed: spoken(proposed),
            as_proposed: self.by(proposed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Text;
    use std::cell::RefCell;
    use std::io::Write;

    /// The encoding that is taken, and the question that is asked before.
    fn agreed(bytes: &[u8], yes: bool) -> (Result<&'static str, String>, Option<String>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let source = Source::open(file.path(), &std::env::temp_dir()).unwrap();
        let asked = RefCell::new(None);
        let ask = |question: &Text| {
            asked.replace(Some(question.en.clone()));
            yes
        };
        let taken = agree(&source, &Doubtful::Ask(&ask));
        (taken.map(Encoding::name).map_err(|stop| stop.text().en), asked.into_inner())
    }

    fn coded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn turkish_as_offices_write_it_is_read_without_a_question() {
        for text in [
            "Ad;Adres\r\nIğdır Şubesi;Çiğdem Sokağı No:5\r\n",
            "ÜNVAN;AÇIKLAMA\r\nÖZGÜÇ GIDA SAN. VE TİC. LTD. ŞTİ.;İĞDE ŞUBESİ’NİN MÜDÜRLÜĞÜ\r\n",
            "Ad\r\nkâğıt – “dükkân” … hâlâ; 25 m² • 3 ½ € 50 °C Acme® düşüğü büyüğü\r\n",
            "şşşş;ıııı;çağ;öğüt;âşık\n",
            "caf\u{e9}".replace('\u{e9}', "e").as_str(),
            "Ankara’nın 3° kuzeyi",
            "alfabe: ğüşiöç ĞÜŞİÖÇ",
        ] {
            assert_eq!(agreed(&coded(WINDOWS_1254, text), false), (Ok("windows-1254"), None), "{text}");
        }
        let list = "Şişli Şubesi;Çağrı Öğütçü;İğneci Çıkmazı\n".repeat(10) + "Nestlé Türkiye\n";
        assert_eq!(agreed(&coded(WINDOWS_1254, &list), false).0, Ok("windows-1254"), "a foreign name among many");
    }

    #[test]
    fn other_alphabets_are_asked_about_with_what_they_would_be() {
        use encoding_rs::{
            BIG5, IBM866, ISO_8859_5, KOI8_R, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1253, WINDOWS_1256,
        };
        let greek = "Όνομα;Διεύθυνση\nΓιώργος Παπαδόπουλος;Αθήνα, οδός Ερμού\n";
        let russian = "Имя;Адрес\nИван Петров;Москва, улица Ленина\n";
        let polish = "Imię;Adres\nŁukasz Żółć;Łódź, ulica Piękna\n";
        let arabic = "الاسم;العنوان\nمحمد علي;القاهرة شارع النيل\n";
        let chinese = "姓名;地址\n王小明;台北市中正區\n";
        let japanese = "名前;住所\n山田太郎;東京都千代田区\n";
        for (encoding, text) in [
            (WINDOWS_1253, greek),
            (WINDOWS_1251, russian),
            (KOI8_R, russian),
            (IBM866, russian),
            (ISO_8859_5, russian),
            (WINDOWS_1250, polish),
            (WINDOWS_1256, arabic),
            (BIG5, chinese),
            (SHIFT_JIS, japanese),
        ] {
            let bytes = coded(encoding, text);
            let (taken, asked) = agreed(&bytes, false);
            let refusal = taken.unwrap_err();
            assert!(refusal.contains("--encoding ") && refusal.contains("line 1"), "{}: {refusal}", encoding.name());
            assert!(asked.is_some());
        }
        let (taken, asked) = agreed(&coded(WINDOWS_1253, greek), true);
        assert_eq!(taken, Ok("windows-1253"));
        assert!(asked.unwrap().contains("Read the file as Windows-1253?"));
    }

    #[test]
    fn turkish_of_ms_dos_and_of_the_mac_is_asked_about() {
        for bytes in [
            &b"Ad\nk\x8drm\x8dz\x8d a\xa7a\x87 g\x94l\n"[..],
            b"Ad\nkm\xa7\n",
            b"Ad\nda\xa7\xa7i\n",
            b"Ad\nk\xddrm\xddz\xdd a\xdba\x8d\n",
            b"Ad\ng\x9azl\x9fk\n",
        ] {
            let (taken, _) = agreed(bytes, false);
            assert!(taken.as_ref().is_err_and(|refusal| refusal.contains("not Turkish")), "{bytes:?}: {taken:?}");
        }
    }

    #[test]
    fn a_place_is_told_by_its_line_wherever_it_is() {
        let mut bytes = coded(WINDOWS_1254, &"Şubesi;ığdır\n".repeat(20_000));
        bytes.extend(b"k\x8dz\n");
        let refusal = agreed(&bytes, false).0.unwrap_err();
        assert!(refusal.contains("line 20001"), "{refusal}");
    }
}
