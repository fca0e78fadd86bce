//! Why a row is not done, and what to do.

use super::{Reader, failure};
use crate::doubt::Doubt;
use crate::hint;
use crate::message::{Lang, Text, shown};
use crate::outcome::{Failure, ListDoubt, ListEnd, Reason, Unread, Unsent};
use crate::{say, text};

/// The program's own words about a row.
pub fn reason(why: &Reason, reader: Reader) -> String {
    let lang = reader.lang;
    match why {
        Reason::Failed(found) => failure(*found).into_string(lang),
        Reason::Answered { status } => {
            say!(lang, "Sunucu HTTP {status} ile yanıtladı.", "The server answered HTTP {status}.")
        }
        Reason::MayBeDone { status } => say!(
            lang,
            "Satır işlenmiş olabilir (HTTP {status}). Sistemden bakın, sonra \"caseload resolve\" ile kapatın.",
            "The row may have been carried out (HTTP {status}). Look in the system, then close it by \"caseload resolve\"."
        ),
        Reason::ConflictAfterUnknown { status } => say!(
            lang,
            "İlk gönderimin yanıtı kaybolmuştu, sunucu ikincisini reddetti (HTTP {status}). Sistemdeki kayıt bu satırın da olabilir, başkasının da. Sistemden bakın, sonra \"caseload resolve\" ile kapatın.",
            "The answer to the first was lost, and the server refused the second (HTTP {status}). What is in the system may be this row's or somebody else's. Look in the system, then close the row by \"caseload resolve\"."
        ),
        Reason::NoId => say!(
            lang,
            "Sunucu kabul etti ama yanıtta numara yok. Numarayı sistemden bulup \"caseload resolve\" ile yazın.",
            "The server accepted, but its answer holds no id. Look the id up in the system and enter it by \"caseload resolve\"."
        ),
        Reason::InFlight => say!(
            lang,
            "Şu anda gönderiliyor, yanıtı bekleniyor. Çalışma bitince raporu yeniden yazın.",
            "Being sent at this moment; its answer is awaited. Write the report again when the run has ended."
        ),
        Reason::NotSent(why) => unsent(why, lang),
        Reason::HeldBehind { run, row, order_name } => held_behind(run, *row, order_name, reader),
        Reason::HeldByRefused { row } => say!(
            lang,
            "Bu satırdan önce yapılması gereken {row}. satırı sunucu reddetti; bu satır gönderilmedi, yoksa aynı iş iki kez yapılırdı. {row}. satırı düzeltip dosyayı yeniden gönderin.",
            "The server refused row {row}, which has to be done before this one. This row was not sent: the same would be done twice. Correct row {row} and submit the file again."
        ),
        Reason::Hidden => say!(
            lang,
            "Satır tabloda gizli; --hidden skip ile gönderilmedi.",
            "The row is hidden in the spreadsheet; --hidden skip left it out."
        ),
        Reason::LeftOut => say!(
            lang,
            "Satır sayfada elle dışarıda bırakıldı; gönderilmedi.",
            "A person left the row out on the page; it was not sent."
        ),
        Reason::InQuestion(doubt) => in_question(*doubt, lang),
        Reason::Unread(why) => unread(why, lang),
    }
}

fn unsent(why: &Unsent, lang: Lang) -> String {
    match why {
        Unsent::Unsaid => say!(
            lang,
            "Gönderilmedi. Aynı komutu yeniden çalıştırın; kaldığı yerden sürer.",
            "Not sent. Run the same command again; it goes on from here."
        ),
        Unsent::Stopped { why } => {
            let why = why.get(lang);
            say!(lang, "Gönderilmedi: {why}", "Not sent: {why}")
        }
        Unsent::Left => say!(lang, "Gönderilmedi. Aynı komut gönderir.", "Not sent. The same command sends it."),
        Unsent::RequireValid => say!(
            lang,
            "Dosyada geçersiz satır var ve --require-valid verildi: hiçbir şey gönderilmedi.",
            "The file has invalid rows and --require-valid was given: nothing was sent."
        ),
        Unsent::NotYet => say!(
            lang,
            "Henüz gönderilmedi. Aynı submit komutu gönderir.",
            "Not sent yet. The same submit command sends it."
        ),
    }
}

fn held_behind(run: &str, row: u32, order_name: &Text, reader: Reader) -> String {
    let command = hint::command(&["resolve", run, "--row", &row.to_string()], reader.flags);
    let (run, what) = (shown(run), order_name.get(reader.lang));
    say!(
        reader.lang,
        "{row}. satırın ({run}) sonucu belirsiz; bu satır onun arkasında bekliyor ({what}). Önce onu \"{command}\" ile kapatın, sonra aynı komutu yeniden çalıştırın.",
        "The outcome of row {row} ({run}) is unknown, and this row waits behind it ({what}). Close that one first by \"{command}\", then run the same command again."
    )
}

fn in_question(doubt: Doubt, lang: Lang) -> String {
    match doubt {
        Doubt::PastWindow => say!(
            lang,
            "Bu satır yineleme süresinden daha önce yapılmış; yeniden gönderilmedi. Yeniden gerekiyorsa aynı komuta --past-window send ekleyin.",
            "This row was done longer ago than its rule's window; it was not sent again. If it is needed anew, add --past-window send to the same command."
        ),
        Doubt::Changed => say!(
            lang,
            "Bu satır yapıldıktan sonra değiştirilmiş; yeniden gönderilmedi. Yeni bir kayıt isteniyorsa aynı komuta --changed send ekleyin.",
            "This row was edited after it was done; it was not sent again. If a new record is wanted, add --changed send to the same command."
        ),
        Doubt::OtherServer => say!(
            lang,
            "Bu satır başka bir sunucuda yapılmış; yeniden gönderilmedi.",
            "This row was done at another server; it was not sent again."
        ),
        Doubt::OtherFlags => say!(
            lang,
            "Bu dosya başka seçeneklerle gönderilmişti; satır yeniden gönderilmedi.",
            "This file was submitted under other flags; the row was not sent again."
        ),
    }
}

fn unread(why: &Unread, lang: Lang) -> String {
    match why {
        Unread::NoReply { failure, tries } => no_reply(*failure, *tries, lang),
        Unread::TooLong { mib } => say!(
            lang,
            "Yanıt {mib} MiB'den uzun; okunmadı. API destekliyorsa --set ile daha küçük sayfalar isteyin.",
            "The answer is longer than {mib} MiB and was not read. Ask for smaller pages by --set, if the API knows them."
        ),
        Unread::NotJson { why } => say!(
            lang,
            "Yanıt JSON değil ({why}). Adresi ve sözleşmeyi denetleyin.",
            "The answer is no JSON ({why}). Check the address and the contract."
        ),
        Unread::NoList { pointer } => say!(
            lang,
            "Yanıtta {pointer} yerinde bir liste yok. Adresi ve sözleşmedeki x-caseload.pages değerini denetleyin.",
            "The answer has no list at {pointer}. Check the address, and x-caseload.pages in the contract."
        ),
        Unread::ListChanged(doubt) => list_doubt(doubt).into_string(lang),
        Unread::Partly { pages, .. } => say!(
            lang,
            "Yalnız ilk {pages} sayfa okundu; gerisi için aynı komutu yeniden çalıştırın.",
            "Only the first {pages} pages were read; for the rest run the same command again."
        ),
        Unread::Stopped => say!(
            lang,
            "Okunmadı: çalışma daha önce durdu. Aynı komutu yeniden çalıştırın.",
            "Not read: the run stopped before. Run the same command again."
        ),
        Unread::Hidden => say!(
            lang,
            "Satır tabloda gizli; --hidden skip ile okunmadı.",
            "The row is hidden in the spreadsheet; --hidden skip left it out."
        ),
    }
}

fn no_reply(failure: Failure, tries: u32, lang: Lang) -> String {
    let Text { tr, en } = match failure {
        Failure::Timeout => text!("süre doldu", "the time was over"),
        Failure::Garbled => text!("gelen yanıt okunamadı", "what came cannot be read"),
        _ => text!("bağlantı koptu", "the connection broke"),
    };
    say!(
        lang,
        "{tries} denemede de yanıt alınamadı: {tr}. Okumak bir şeyi değiştirmez; aynı komutu yeniden çalıştırın.",
        "No answer in {tries} tries: {en}. Reading changes nothing; run the same command again."
    )
}

/// What is doubtful of a list, and what to do.
pub fn list_doubt(doubt: &ListDoubt) -> Text {
    let ListDoubt { end, read, first_total, total } = doubt;
    let counted = match (first_total, total) {
        (Some(first), Some(total)) if first != total => Some(text!(
            "Okunurken liste değişti: sunucu önce {first}, sonra {total} kayıt saydı; {read} kayıt okundu.",
            "The list changed while it was read: the server counted {first} records at first and {total} later; {read} were read."
        )),
        (_, Some(total)) if total != read => Some(text!(
            "Sunucu {total} kayıt sayıyor, okunan ise {read}: liste okunurken değişti ya da sayfalar eksik.",
            "The server counts {total} records, and {read} were read: the list changed meanwhile, or pages are missing."
        )),
        _ => None,
    };
    let parts: Vec<Text> = end.as_ref().map(list_end).into_iter().chain(counted).collect();
    let joined = |of: fn(&Text) -> &String| parts.iter().map(|part| of(part).as_str()).collect::<Vec<_>>().join(" ");
    let (tr, en) = (joined(|part| &part.tr), joined(|part| &part.en));
    text!(
        "{tr} Tam bir liste için aynı komutu yeniden çalıştırın.",
        "{en} For a whole list run the same command again."
    )
}

fn list_end(end: &ListEnd) -> Text {
    match end {
        ListEnd::Empty { page, last } => text!(
            "{page}. sayfa boş geldi; sunucu ise {last} sayfa olduğunu söylüyor. Okuma orada bitti.",
            "Page {page} is empty, and the server says that there are {last} pages. Reading ended there."
        ),
        ListEnd::Repeated { page } => text!(
            "{page}. sayfa bir öncekinin aynısı geldi; okuma orada bitti.",
            "Page {page} is the same as the one before; reading ended there."
        ),
        ListEnd::TooMany { pages } => text!(
            "{pages} sayfa okundu ve liste bitmedi; okuma orada bitti. Bir süzgeç ekleyerek (--set) daha az okuyun.",
            "{pages} pages were read and there was no end; reading ended there. Read less, with a filter (--set)."
        ),
    }
}
