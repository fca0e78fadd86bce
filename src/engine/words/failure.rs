//! What a failure below HTTP means to the person who reads the row.

use crate::message::Text;
use crate::outcome::Failure;
use crate::text;

/// What happened, and what to do.
pub fn failure(failure: Failure) -> Text {
    match failure {
        Failure::CannotBuild => text!(
            "İstek kurulamadı: adres ya da başlıklar geçersiz. --base-url ve gizli bilgileri denetleyin.",
            "The request could not be built: the address or a header is not valid. Check --base-url and the secrets."
        ),
        Failure::Dns => text!(
            "Sunucunun adı bulunamadı. Adresi ve ağ bağlantısını denetleyin.",
            "The server's name was not found. Check the address and the network."
        ),
        Failure::Connect => text!(
            "Sunucuya bağlanılamadı. Adresi, ağı, vekil sunucuyu ve güvenlik duvarını denetleyin.",
            "The server could not be reached. Check the address, the network, the proxy and the firewall."
        ),
        Failure::ConnectTimeout => text!(
            "Sunucu bağlantıya zamanında yanıt vermedi. Ağı ve güvenlik duvarını denetleyin.",
            "The server did not take the connection in time. Check the network and the firewall."
        ),
        Failure::Certificate => text!(
            "Sunucunun sertifikası uymuyor: adres yanlış olabilir ya da araya biri girmiş olabilir. Hiçbir şey gönderilmedi; adresi ve sertifikayı denetleyin.",
            "The server's certificate does not fit: the address may be wrong, or somebody stands between. Nothing was sent; check the address and the certificate."
        ),
        Failure::ProxyLogin => text!(
            "Vekil sunucu kullanıcı adı ve parola istiyor ya da verilenleri kabul etmedi (HTTP 407). Hiçbir şey gönderilmedi; CASELOAD_PROXY_USER ve CASELOAD_PROXY_PASSWORD değerlerini denetleyin.",
            "The proxy wants a user and a password, or does not take those given (HTTP 407). Nothing was sent; check CASELOAD_PROXY_USER and CASELOAD_PROXY_PASSWORD."
        ),
        Failure::NeverStarted => {
            text!("Bağlantı, istek yola çıkmadan koptu.", "The connection was lost before the request left.")
        }
        Failure::Timeout => text!(
            "Gönderildi, süre dolana kadar yanıt gelmedi: işlenmiş olabilir. Sistemden bakın, sonra \"caseload resolve\" ile kapatın.",
            "Sent, and no answer came in time: it may have been carried out. Look in the system, then close it by \"caseload resolve\"."
        ),
        Failure::Broken => text!(
            "Gönderildi, yanıt gelmeden bağlantı koptu: işlenmiş olabilir. Sistemden bakın, sonra \"caseload resolve\" ile kapatın.",
            "Sent, and the connection broke before an answer: it may have been carried out. Look in the system, then close it by \"caseload resolve\"."
        ),
        Failure::Garbled => text!(
            "Gönderildi, gelen yanıt okunamadı: işlenmiş olabilir. Sistemden bakın, sonra \"caseload resolve\" ile kapatın.",
            "Sent, and the answer cannot be read: it may have been carried out. Look in the system, then close it by \"caseload resolve\"."
        ),
        Failure::Interrupted => text!(
            "Gönderilirken program kesildi: işlenmiş olabilir. Sistemden bakın, sonra \"caseload resolve\" ile kapatın.",
            "The program was cut off while sending: it may have been carried out. Look in the system, then close it by \"caseload resolve\"."
        ),
    }
}
