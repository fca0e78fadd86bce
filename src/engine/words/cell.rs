//! Why a cell is not taken, or is doubtful, and what to do.

use crate::message::{Lang, Text};
use crate::outcome::{CellFault, NoSingleTime, NotListed, Wanted};
use crate::{say, text};

/// What is wrong with a cell, without its place.
pub fn cell(fault: &CellFault, lang: Lang) -> String {
    match fault {
        CellFault::NotListed(fault) => not_listed(fault, lang),
        CellFault::NotA { wanted, found } => not_a(wanted, found, lang),
        CellFault::NoSingleTime(fault) => no_single_time(fault, lang),
        CellFault::Format { format } => no_certain_format(format, lang),
        CellFault::ShownOtherwise { seen, sent } => say!(
            lang,
            "Sayfada {seen} görünüyor, hücrede {sent} var; hücredeki gönderilir. Doğrusu görünense onu yazın.",
            "The sheet shows {seen}, the cell holds {sent}; what it holds is sent. If what is shown is right, write that."
        ),
        CellFault::PartlyShown { format, sent } => say!(
            lang,
            "Hücrenin biçimi ({format}) gönderilen {sent} değerini olduğu gibi göstermiyor. Değerin doğru olduğuna bakın.",
            "The cell's format ({format}) does not show {sent}, which is sent, as it is. See that it is right."
        ),
        CellFault::DateForText => say!(
            lang,
            "Hücre bir tarih olmuş, burada ise metin gerekiyor. Sütunu Metin olarak biçimlendirip değeri yeniden yazın.",
            "The cell has become a date, and a text is needed. Format the column as Text and write the value again."
        ),
        CellFault::HiddenCharacter { place, character } => {
            let code = u32::from(*character);
            say!(
                lang,
                "Değerin {place}. karakteri görünmeyen bir karakter (U+{code:04X}). Hücredeki değeri silip yeniden yazın.",
                "Character {place} of the value is one that nobody sees (U+{code:04X}). Delete the value and type it again."
            )
        }
        CellFault::Error { error } => say!(
            lang,
            "Hücrede {error} hatası var. Formülü düzeltin ya da değeri yazın.",
            "The cell holds the error {error}. Mend the formula or write the value."
        ),
        CellFault::NoResult => say!(
            lang,
            "Formülün sonucu dosyada yok. Dosyayı Excel'de açıp kaydedin ya da değeri yazın.",
            "The file does not carry the formula's result. Open and save it in Excel, or write the value."
        ),
        CellFault::Undecodable => say!(
            lang,
            "Hücrede okunamayan harfler var. Dosyayı UTF-8 CSV ya da .xlsx olarak kaydedin.",
            "The cell has letters that cannot be read. Save the file as CSV UTF-8 or as .xlsx."
        ),
        CellFault::DigitsLost => say!(
            lang,
            "Sayı 15 basamaktan uzun ya da 1,2E+15 biçiminde: basamakları kaybolmuş olabilir. Sütunu Metin olarak biçimlendirip değeri yeniden yazın.",
            "The number has more than 15 digits or stands as 1.2E+15: digits may be lost. Format the column as Text and write the value again."
        ),
        CellFault::TooManyDigits { found, digits } => say!(
            lang,
            "\"{found}\" {digits} basamaklı; bir sayı en çok 15 basamağı eksiksiz taşır. Kısaltın ya da yuvarlayın.",
            "\"{found}\" has {digits} digits; a number keeps 15 at most. Shorten or round it."
        ),
    }
}

fn not_listed(NotListed { found, list, near }: &NotListed, lang: Lang) -> String {
    let list = list.get(lang);
    let mut words = say!(
        lang,
        "\"{found}\" burada geçerli bir değer değil. Şunlardan birini yazın: {list}.",
        "\"{found}\" is not a value that may stand here. Write one of: {list}."
    );
    if let Some(near) = near {
        let near = near.get(lang);
        words.push_str(&say!(lang, " Şunu mu demek istediniz: {near}?", " Did you mean {near}?"));
    }
    words
}

fn not_a(wanted: &Wanted, found: &str, lang: Lang) -> String {
    let advice = match wanted {
        Wanted::YesOrNo => text!("evet ya da hayır yazın", "write yes or no"),
        Wanted::Integer => {
            text!("ayırıcısız bir tam sayı yazın, örneğin 12", "write a whole number without separators, as in 12")
        }
        Wanted::Decimal => text!(
            "binlik ayırıcısız bir sayı yazın, örneğin 1234,50",
            "write a number without thousands separators, as in 1234.50"
        ),
        Wanted::Date => {
            text!("tarihi 31.12.2026 ya da 2026-12-31 biçiminde yazın", "write the date as 31.12.2026 or 2026-12-31")
        }
        Wanted::Json { why } => text!(
            "hücreye JSON yazın, örneğin [\"a\", \"b\"] ({why})",
            "write JSON into the cell, as in [\"a\", \"b\"] ({why})"
        ),
    };
    let Text { tr, en } = advice;
    say!(lang, "\"{found}\" okunamadı: {tr}.", "\"{found}\" cannot be read: {en}.")
}

fn no_certain_format(format: &str, lang: Lang) -> String {
    let format = if format.is_empty() { String::new() } else { format!(" ({format})") };
    say!(
        lang,
        "Hücrenin sayı biçimi{format} her bilgisayarda aynı görünmez; ne gönderileceği kesin değil. Sütunu Metin olarak biçimlendirip değeri gönderileceği gibi yazın.",
        "The cell's number format{format} does not show the same everywhere, so what to send is not certain. Format the column as Text and write the value as it is to be sent."
    )
}

/// Where clocks are put forward an hour is missing, where they are put back one is there twice.
fn no_single_time(NoSingleTime { time, iso, zone, missing }: &NoSingleTime, lang: Lang) -> String {
    if *missing {
        return say!(
            lang,
            "{time} saati {zone} diliminde yok: saatler o gece ileri alınıyor. Başka bir saat ya da {iso}+03:00 gibi farkıyla yazın.",
            "The time {time} does not exist in {zone}: clocks are put forward that night. Write another time, or one with its offset, as in {iso}+03:00."
        );
    }
    say!(
        lang,
        "{time} saati {zone} diliminde iki kez var: saatler o gece geri alınıyor. {iso}+03:00 gibi farkıyla yazın.",
        "The time {time} comes twice in {zone}: clocks are put back that night. Write it with its offset, as in {iso}+03:00."
    )
}
