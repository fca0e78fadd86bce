//! What the summary sheet says about result words, columns and next steps, so that a clerk needs
//! nobody to explain them.

use super::Facts;
use super::added::Added;
use super::columns::Columns;
use crate::ending::Ending;
use crate::error::ErrorKind;
use crate::hint;
use crate::message::Lang;
use crate::outcome::Status;
use crate::say;

/// What a result word means.
pub fn meaning(status: Status, lang: Lang) -> String {
    match status {
        Status::Done => say!(
            lang,
            "Yapıldı: sunucu satırı kabul etti. Yapacak bir şey yok.",
            "Done: the server accepted the row. Nothing is left to do."
        ),
        Status::DoneWithoutId => say!(
            lang,
            "Yapıldı ama numarasız: sunucu yapıldı dedi, yanıtında numara yok. Kaydı karşı sistemde arayın.",
            "Done without an id: the server says done, and its answer carries no id. Look for the record in its system."
        ),
        Status::Rejected => say!(
            lang,
            "Geri çevrildi: sunucu satırı reddetti, hiçbir şey yapmadı. Nedeni Error sütununda; düzeltip yeniden gönderin.",
            "Rejected: the server refused the row and did nothing. Error says why; correct the row and send it again."
        ),
        Status::Invalid => say!(
            lang,
            "Geçersiz: satır kurallara uymuyor, bu yüzden gönderilmez. Error sütununa göre düzeltin.",
            "Invalid: the row breaks a rule, so it is not sent. Correct it as Error says."
        ),
        Status::Duplicate => say!(
            lang,
            "Yinelenen: aynısı bu dosyada ya da daha önce gönderilmiş; bir daha gönderilmez. Hangi satır olduğu Error sütununda.",
            "Duplicate: the same row stands in this file or was sent before; it is not sent again. Error names that row."
        ),
        Status::Unknown => say!(
            lang,
            "Bilinmiyor: gönderildi ama yapılıp yapılmadığı belli değil. Kendiniz yeniden göndermeyin; karşı sisteme bakıp kapatın.",
            "Unknown: sent, and nobody here knows whether it was done. Do not send it again yourself; look in the server's system and close it."
        ),
        Status::NotSent => say!(
            lang,
            "Gönderilmedi: gönderim önce durdu ya da satır, sonucu bilinmeyen bir satırı bekliyor.",
            "Not sent: the run stopped first, or the row waits behind one whose result is unknown."
        ),
        Status::Valid => say!(lang, "Geçerli: satır gönderilebilir.", "Valid: the row can be sent."),
    }
}

/// What an added column holds.
pub fn column(column: Added, lang: Lang) -> String {
    match column {
        Added::Result => say!(
            lang,
            "Satırın sonucu; sözcükler yukarıda açıklanır.",
            "What became of the row; the words are explained above."
        ),
        Added::Id(_) => say!(lang, "Sunucunun verdiği numara.", "The id that the server gave."),
        Added::Error => {
            say!(lang, "Neden yapılmadığı ve ne yapmanız gerektiği.", "Why the row is not done, and what to do.")
        }
        Added::ErrorCode => say!(
            lang,
            "Sunucunun hata kodu ya da uyulmayan kural.",
            "The server's error code, or the rule that is broken."
        ),
        Added::HttpStatus => say!(lang, "Sunucunun HTTP yanıt kodu.", "The status of the server's answer."),
        Added::Attempts => {
            say!(lang, "Bu satır için yapılan istek sayısı.", "How many requests were made for the row.")
        }
        Added::SentAt => say!(
            lang,
            "Son gönderim zamanı, bu bilgisayarın saatiyle.",
            "When it was last sent, on this computer's clock."
        ),
        Added::Reference => say!(
            lang,
            "İstekle giden X-Request-Id değeri; destek isterken bildirin.",
            "The X-Request-Id that went with the request; quote it when you ask for support."
        ),
    }
}

/// What to do now, most urgent first.
pub fn next_steps(facts: &Facts, checking: bool, flags: &str, lang: Lang) -> Vec<String> {
    let count = |word| facts.tally.count(word);
    let mut steps = Vec::new();
    let stopped = [ErrorKind::StoppedEarly, ErrorKind::Interrupted, ErrorKind::Terminated];
    let goes_on = matches!(facts.ending, Ending::Stopped(kind) if stopped.contains(&kind));
    if goes_on || count(Status::NotSent) > 0 {
        steps.push(say!(
            lang,
            "Aynı komutu yeniden çalıştırın: kaldığı yerden sürer, gönderilmiş satırı yeniden göndermez.",
            "Run the same command again: it goes on where it stopped, and sends no row a second time."
        ));
    }
    if count(Status::Unknown) > 0 {
        let command = hint::command(&["resolve", facts.run.unwrap_or("RUN")], flags);
        steps.push(say!(
            lang,
            "Sonucu bilinmeyen (unknown) satırları karşı sistemde arayın, sonra `{command}` ile kapatın.",
            "Look for the unknown rows in the server's system, then close them with `{command}`."
        ));
    }
    if count(Status::Invalid) + count(Status::Rejected) > 0 {
        steps.push(if checking {
            say!(
                lang,
                "Geçersiz (invalid) satırları dosyada düzeltin, sonra yeniden denetleyin.",
                "Correct the invalid rows in the file, then check it again."
            )
        } else {
            say!(
                lang,
                "Geçersiz ve geri çevrilen satırları (invalid, rejected) dosyada düzeltip dosyayı yeniden gönderin: yalnız onlar gider.",
                "Correct the invalid and rejected rows in the file and submit it again: only they are sent."
            )
        });
    }
    if steps.is_empty() {
        steps.push(if checking && facts.ending == Ending::AllDone {
            say!(lang, "Dosya gönderilmeye hazır.", "The file is ready to be submitted.")
        } else {
            say!(lang, "Yapacak bir şey yok.", "Nothing is left to do.")
        });
    }
    steps
}

/// The words that the balance lists: those that can occur, and any that did.
pub fn listed(facts: &Facts, checking: bool) -> impl Iterator<Item = Status> {
    let expected = move |status| match status {
        Status::Valid => checking,
        Status::Invalid | Status::Duplicate => true,
        _ => !checking,
    };
    let tally = facts.tally.clone();
    Status::ALL.into_iter().filter(move |&word| expected(word) || tally.count(word) > 0)
}

/// Every added column with its header and meaning.
pub fn columns(columns: &Columns, lang: Lang) -> Vec<(String, String)> {
    columns.added.iter().map(|&added| (columns.header(added).to_owned(), column(added, lang))).collect()
}

/// A length of time: `1 sa 2 dk 3 sn`, `1 h 2 min 3 s`; below ten seconds with tenths.
pub fn duration(seconds: f64, lang: Lang) -> String {
    if seconds < 10.0 {
        let short = format!("{seconds:.1}");
        let turkish = short.replace('.', ",");
        return say!(lang, "{turkish} sn", "{short} s");
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match (hours, minutes) {
        (0, 0) => say!(lang, "{seconds} sn", "{seconds} s"),
        (0, _) => say!(lang, "{minutes} dk {seconds} sn", "{minutes} min {seconds} s"),
        _ => say!(lang, "{hours} sa {minutes} dk {seconds} sn", "{hours} h {minutes} min {seconds} s"),
    }
}
