//! Why a run halted, and what to do.

use super::{failure, token};
use crate::message::{Text, shown};
use crate::submit::halt::Halt;
use crate::text;

/// Why no further row was sent, and what to do about it.
pub fn halt(why: &Halt) -> Text {
    match why {
        Halt::Failed(found) => failure(*found),
        Halt::Unauthorised => text!(
            "Sunucu kimlik bilgisini kabul etmedi (HTTP 401). Token'ı yenileyip aynı komutu yeniden çalıştırın; gönderilmeyen satırlar o zaman gider.",
            "The server does not accept the credentials (HTTP 401). Renew the token and run the same command again; the rows not sent go then."
        ),
        Halt::Moved { status, to } => moved(*status, &shown(to)),
        Halt::WebPage { status } => text!(
            "API yerine bir web sayfası yanıt verdi (HTTP {status}): bir oturum açma sayfası ya da güvenlik duvarı olabilir. Adresi ve ağı denetleyip aynı komutu yeniden çalıştırın.",
            "A web page answered in place of the API (HTTP {status}): a login page or a firewall, perhaps. Check the address and the network, then run the same command again."
        ),
        Halt::NotAble { status } => text!(
            "Sunucu bu işlemi hiç yapamıyor (HTTP {status}). Adresi ve sözleşmeyi denetleyin.",
            "The server cannot perform this operation at all (HTTP {status}). Check the address and the contract."
        ),
        Halt::ComeBack { seconds } => {
            let minutes = seconds.div_ceil(60);
            text!(
                "Sunucu {minutes} dakika beklemeyi istiyor. Gönderilmeyen satırlar için aynı komutu o zaman yeniden çalıştırın.",
                "The server asks to wait {minutes} minutes. Run the same command again then; the rows not sent go on."
            )
        }
        Halt::AllRefused { status } => text!(
            "İlk satırların hepsi HTTP {status} aldı: kullanıcının yetkisi yok ya da adres yanlış. Bunları düzeltip aynı komutu yeniden çalıştırın; hiçbir satır kaybolmadı.",
            "The first rows all got HTTP {status}: the user lacks the right, or the address is wrong. Mend that and run the same command again; no row is lost."
        ),
        Halt::AllUnknown { rows } => text!(
            "Art arda {rows} satırın sonucu belirsiz kaldı; sunucu iyi değil. Sunucu düzelince aynı komutu yeniden çalıştırın; belirsiz satırlar yeniden gönderilmez.",
            "{rows} rows in a row ended unknown; the server is not well. Run the same command again when it is; unknown rows are not sent again."
        ),
        Halt::Unreachable { tries } => text!(
            "Sunucuya ulaşılamıyor: art arda {tries} deneme yola çıkamadı. Adresi ve ağı denetleyip aynı komutu yeniden çalıştırın.",
            "The server cannot be reached: {tries} tries in a row did not leave. Check the address and the network, then run the same command again."
        ),
        Halt::TooManyErrors { errors } => text!(
            "{errors} satır reddedildi ya da belirsiz kaldı; --max-errors sınırı aşıldı. Sonuç dosyasına bakın; aynı komut kalan satırlarla sürer.",
            "{errors} rows were rejected or ended unknown, more than --max-errors allows. See the result file; the same command goes on with the rest."
        ),
        Halt::NoToken(why) => token::no_token(why),
    }
}

fn moved(status: u16, to: &str) -> Text {
    text!(
        "Sunucu başka bir adrese yönlendiriyor (HTTP {status} {to}). Yönlendirme izlenmez. Sunucu taşındıysa önce bunu söyleyin: caseload ledger same ESKİ-ADRES YENİ-ADRES; sonra aynı komutu --base-url YENİ-ADRES ile çalıştırın. Yapılmış satırlar yapılmış sayılır.",
        "The server redirects elsewhere (HTTP {status} {to}). Redirects are not followed. If the server moved, say so first: caseload ledger same OLD-URL NEW-URL; then run the same command with --base-url NEW-URL. Rows that are done stay done."
    )
}
