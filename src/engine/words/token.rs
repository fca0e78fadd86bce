//! Why no token could be got, and what to do.

use super::failure;
use crate::message::{Text, shown};
use crate::outcome::Failure;
use crate::submit::auth::{joined, variable};
use crate::submit::halt::{NoToken, TokenFault};
use crate::text;

/// Why no token could be got, and what to do about it.
pub(super) fn no_token(NoToken { place, fault }: &NoToken) -> Text {
    match fault {
        TokenFault::Refused { status, said, secrets } => refused(place, *status, said, secrets),
        TokenFault::WebPage { status } => text!(
            "{place} token yerine bir web sayfası yanıt verdi (HTTP {status}). Sözleşmedeki token adresini ve ağı denetleyip aynı komutu yeniden çalıştırın.",
            "{place} answered with a web page in place of a token (HTTP {status}). Check the token address in the contract, and the network, then run the same command again."
        ),
        TokenFault::NotJson => text!(
            "{place} yanıtı JSON değil; içinden token alınamadı. Sözleşmedeki token adresini denetleyip aynı komutu yeniden çalıştırın.",
            "The answer of {place} is no JSON, so no token can be taken from it. Check the token address in the contract, then run the same command again."
        ),
        TokenFault::Missing { pointer } => {
            let pointer = shown(pointer);
            text!(
                "{place} yanıtında, {pointer} yerinde kullanılabilir bir token yok. Sözleşmedeki token adresini ve yerini denetleyip aynı komutu yeniden çalıştırın.",
                "The answer of {place} holds no token that can be used at {pointer}. Check the token address and the pointer in the contract, then run the same command again."
            )
        }
        TokenFault::Moved { status } => text!(
            "{place} başka bir adrese yönlendiriyor (HTTP {status}); gizli bilgiler oraya gönderilmez. Sözleşmedeki token adresini düzeltip aynı komutu yeniden çalıştırın.",
            "{place} redirects elsewhere (HTTP {status}), and secrets are not sent there. Correct the token address in the contract, then run the same command again."
        ),
        TokenFault::NotNow { status } => text!(
            "{place} şu anda token vermiyor (HTTP {status}). Aynı komutu daha sonra yeniden çalıştırın; gönderilmeyen satırlar o zaman gider.",
            "{place} gives no token at the moment (HTTP {status}). Run the same command again later; the rows not sent go then."
        ),
        TokenFault::ComeBack { seconds } => {
            let minutes = seconds.div_ceil(60);
            text!(
                "{place} token için {minutes} dakika beklemeyi istiyor. Aynı komutu o zaman yeniden çalıştırın; gönderilmeyen satırlar o zaman gider.",
                "{place} asks to wait {minutes} minutes for a token. Run the same command again then; the rows not sent go then."
            )
        }
        TokenFault::Failed(found) => unreachable(place, *found),
    }
}

fn refused(place: &str, status: u16, said: &str, secrets: &[String]) -> Text {
    let said = if said.is_empty() { String::new() } else { format!(": {}", shown(said)) };
    let Text { tr, en } = joined(&[secrets.iter().map(String::as_str).collect()], variable);
    text!(
        "{place} token vermiyor (HTTP {status}{said}). {tr} değerini denetleyip aynı komutu yeniden çalıştırın; gönderilmeyen satırlar o zaman gider.",
        "{place} gives no token (HTTP {status}{said}). Check {en}, then run the same command again; the rows not sent go then."
    )
}

fn unreachable(place: &str, found: Failure) -> Text {
    match found {
        Failure::ProxyLogin => failure(found),
        Failure::Certificate => text!(
            "{place} sertifikası geçerli değil; gizli bilgiler gönderilmedi. Adresi ve sertifikayı denetleyip aynı komutu yeniden çalıştırın.",
            "The certificate of {place} does not fit, and no secret was sent. Check the address and the certificate, then run the same command again."
        ),
        _ => text!(
            "Token için {place} adresine ulaşılamıyor ya da yanıt gelmiyor. Adresi ve ağı denetleyip aynı komutu yeniden çalıştırın.",
            "{place} cannot be reached for a token, or does not answer. Check the address and the network, then run the same command again."
        ),
    }
}
