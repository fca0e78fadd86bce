//! What an attempt proves, and what follows. A pure function: no clock, no socket, no ledger.
//!
//! A request is sent again only where it is proven that the first one did nothing: it never left, or
//! the server said "not now". Everything else that is no answer is unknown.

use std::time::Duration;

use serde_json::Value;

use crate::contract::{ErrorForm, Operation};
use crate::ledger::{Settlement, State};
use crate::message::{Lang, Text};
use crate::outcome::{Answer, ApiError, Attempt, Failure};
use crate::text;

/// Requests for one row at most, unless it was the whole run that had to wait.
pub const MOST_ATTEMPTS: u32 = 5;

/// The same where the server asked for patience by `Retry-After`, or could not be reached.
pub const MOST_ASKED_ATTEMPTS: u32 = 50;

/// Characters of a server's words that are kept.
const LONGEST_WORDS: usize = 2_000;

/// What happens next to a row, and to the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub settlement: Settlement,
    /// Send the row again; only with a pending settlement.
    pub again: Option<Again>,
    /// Stop the run, and why.
    pub stop: Option<Text>,
    /// Waits for all rows, as the server asked.
    pub hold: Option<Duration>,
}

/// When a row that proved to have done nothing may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// After a pause that doubles with each attempt.
    Backoff,
    /// As soon as the run's hold is over.
    AfterHold,
}

/// Decides what `attempt`, the `nth` (from 1) for its row, means under `operation`. `renewable`: it was made with a
/// token that the program can renew, and has not renewed for this row before.
pub fn decide(attempt: &Attempt, operation: &Operation, nth: u32, renewable: bool, lang: Lang) -> Decision {
    match attempt {
        Attempt::Answered(answer) if answer.status == 401 && renewable => {
            Decision { again: Some(Again::AfterHold), ..pending(Some(401), said(answer, operation, lang)) }
        }
        Attempt::NotSent(failure) => not_sent(*failure, nth, lang),
        Attempt::Lost(failure) => lost(*failure, operation, nth, lang),
        Attempt::Answered(answer) => answered(answer, operation, nth, lang),
    }
}

/// Longer than this nobody waits: the run stops and says when to come back.
pub const LONGEST_HOLD: Duration = Duration::from_secs(15 * 60);

fn not_sent(failure: Failure, nth: u32, lang: Lang) -> Decision {
    let words = failure_words(failure);
    let mut decision = pending(None, note(failure_code(failure), &words, lang));
    match failure {
        Failure::CannotBuild | Failure::Certificate => decision.stop = Some(words),
        // That the server cannot be reached says nothing of the row: the run's breaker ends this.
        _ => decision.again = (nth < MOST_ASKED_ATTEMPTS).then_some(Again::AfterHold),
    }
    decision
}

fn lost(failure: Failure, operation: &Operation, nth: u32, lang: Lang) -> Decision {
    let words = failure_words(failure);
    if operation.method.is_idempotent() && nth < MOST_ATTEMPTS {
        return Decision { again: Some(Again::Backoff), ..pending(None, note(failure_code(failure), &words, lang)) };
    }
    settled(State::Unknown, None, note(failure_code(failure), &words, lang))
}

fn answered(answer: &Answer, operation: &Operation, nth: u32, lang: Lang) -> Decision {
    if operation.not_applied.contains(&answer.status) {
        return temporary(answer, operation, nth, lang);
    }
    match answer.status {
        200..=299 => success(answer, operation, lang),
        307 | 308 => {
            Decision { stop: Some(moved(answer)), ..pending(Some(answer.status), said(answer, operation, lang)) }
        }
        300..=399 => Decision { stop: Some(moved(answer)), ..unknown(answer, operation, lang) },
        401 => Decision { stop: Some(unauthorised()), ..pending(Some(401), said(answer, operation, lang)) },
        408 | 421 | 425 | 429 => temporary(answer, operation, nth, lang),
        413 | 503 if answer.retry_after_s.is_some() => temporary(answer, operation, nth, lang),
        400..=499 if is_page(answer) => Decision {
            stop: Some(a_page(answer.status)),
            ..pending(Some(answer.status), said(answer, operation, lang))
        },
        400..=499 => rejected(answer, operation, lang),
        501 | 505 => Decision { stop: Some(not_able(answer.status)), ..rejected(answer, operation, lang) },
        _ if operation.method.is_idempotent() && nth < MOST_ATTEMPTS => {
            Decision { again: Some(Again::Backoff), ..pending(Some(answer.status), said(answer, operation, lang)) }
        }
        _ => unknown(answer, operation, lang),
    }
}

/// "Not now": refused before anything was done.
fn temporary(answer: &Answer, operation: &Operation, nth: u32, lang: Lang) -> Decision {
    let mut decision = pending(Some(answer.status), said(answer, operation, lang));
    let Some(seconds) = answer.retry_after_s else {
        decision.again = (nth < MOST_ATTEMPTS).then_some(Again::Backoff);
        return decision;
    };
    let hold = Duration::from_secs(seconds);
    if hold > LONGEST_HOLD {
        decision.stop = Some(come_back(seconds));
        return decision;
    }
    decision.hold = Some(hold);
    decision.again = (nth < MOST_ASKED_ATTEMPTS).then_some(Again::AfterHold);
    decision
}

fn success(answer: &Answer, operation: &Operation, lang: Lang) -> Decision {
    if is_page(answer) {
        return Decision { stop: Some(a_page(answer.status)), ..unknown(answer, operation, lang) };
    }
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let id = operation.id.as_ref().and_then(|form| body.as_ref()?.pointer(&form.pointer).cloned());
    let id = id.filter(is_usable).or_else(|| id_in_location(answer));
    if id.is_some() {
        return settled_with(State::Done, answer.status, id, None);
    }
    let error = body.as_ref().and_then(|body| error_in(body, &operation.error));
    if error.as_ref().is_some_and(|error| error.code.is_some()) {
        return settled_with(State::Rejected, answer.status, None, error);
    }
    let words = text!(
        "Sunucu kabul etti ama yanıtta numara yok. Numarayı sistemden bulup \"caseload resolve\" ile yazın.",
        "The server accepted, but its answer holds no id. Look the id up in the system and enter it by \"caseload resolve\"."
    );
    settled_with(State::DoneWithoutId, answer.status, None, Some(note("no-id", &words, lang)))
}

/// An id that names something: not null, not empty.
fn is_usable(id: &Value) -> bool {
    match id {
        Value::Null | Value::Bool(_) | Value::Object(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(ids) => !ids.is_empty() && ids.iter().all(is_usable),
        Value::Number(_) => true,
    }
}

/// The last segment of `Location`, where a 201 says what it made and its body does not.
fn id_in_location(answer: &Answer) -> Option<Value> {
    let location = answer.location.as_deref().filter(|_| answer.status == 201)?;
    let last = location.trim_end_matches('/').rsplit('/').next()?;
    (!last.is_empty()).then(|| Value::from(last))
}

fn rejected(answer: &Answer, operation: &Operation, lang: Lang) -> Decision {
    settled(State::Rejected, Some(answer.status), said(answer, operation, lang))
}

fn unknown(answer: &Answer, operation: &Operation, lang: Lang) -> Decision {
    let mut error = said(answer, operation, lang);
    let status = answer.status;
    let advice = text!(
        "Satır işlenmiş olabilir (HTTP {status}). Sistemden bakın, sonra \"caseload resolve\" ile kapatın.",
        "The row may have been carried out (HTTP {status}). Look in the system, then close it by \"caseload resolve\"."
    );
    error.title = Some(match error.title.take() {
        Some(title) => format!("{} {title}", advice.get(lang)),
        None => advice.into_string(lang),
    });
    settled(State::Unknown, Some(status), error)
}

fn pending(http_status: Option<u16>, error: ApiError) -> Decision {
    settled(State::Pending, http_status, error)
}

fn settled(state: State, http_status: Option<u16>, error: ApiError) -> Decision {
    let settlement = Settlement { state, http_status, id: None, error: Some(error) };
    Decision { settlement, again: None, stop: None, hold: None }
}

fn settled_with(state: State, status: u16, id: Option<Value>, error: Option<ApiError>) -> Decision {
    let settlement = Settlement { state, http_status: Some(status), id, error };
    Decision { settlement, again: None, stop: None, hold: None }
}

/// The server's own words, by the contract's form, or the status where there are none.
fn said(answer: &Answer, operation: &Operation, lang: Lang) -> ApiError {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if let Some(error) = body.as_ref().and_then(|body| error_in(body, &operation.error)) {
        return error;
    }
    let status = answer.status;
    let words = match std::str::from_utf8(&answer.body) {
        Ok(body) if !body.trim().is_empty() && !is_page(answer) => Text::same(clipped(body.trim())),
        _ => text!("Sunucu HTTP {status} ile yanıtladı.", "The server answered HTTP {status}."),
    };
    note(&format!("HTTP {status}"), &words, lang)
}

fn error_in(body: &Value, form: &ErrorForm) -> Option<ApiError> {
    let word = |pointer: &Option<String>| {
        let found = body.pointer(pointer.as_deref()?)?;
        let text = crate::outcome::id_text(found);
        (!text.is_empty()).then(|| clipped(&text))
    };
    let error = ApiError { code: word(&form.code), title: word(&form.title), description: word(&form.description) };
    (error != ApiError::default()).then_some(error)
}

fn clipped(words: &str) -> String {
    words.chars().take(LONGEST_WORDS).collect()
}

/// HTML is a portal, a firewall or a login page, and not the API.
/// A page for people, where the API was asked.
pub(super) fn is_page(answer: &Answer) -> bool {
    matches!(answer.content_type.as_deref(), Some("text/html" | "application/xhtml+xml"))
}

fn note(code: &str, words: &Text, lang: Lang) -> ApiError {
    ApiError { code: Some(code.to_owned()), title: Some(words.get(lang).to_owned()), description: None }
}

fn failure_code(failure: Failure) -> &'static str {
    match failure {
        Failure::CannotBuild => "bad-request",
        Failure::Dns => "dns",
        Failure::Connect => "connect",
        Failure::ConnectTimeout => "connect-timeout",
        Failure::Certificate => "certificate",
        Failure::NeverStarted => "never-started",
        Failure::Timeout => "timeout",
        Failure::Broken => "connection-broken",
        Failure::Garbled => "not-http",
        Failure::Interrupted => "interrupted",
    }
}

/// What a failure means to the person who reads the row.
pub fn failure_words(failure: Failure) -> Text {
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
            "Sunucuya bağlanılamadı. Adresi, ağı ve güvenlik duvarını denetleyin.",
            "The server could not be reached. Check the address, the network and the firewall."
        ),
        Failure::ConnectTimeout => text!(
            "Sunucu bağlantıya zamanında yanıt vermedi. Ağı ve güvenlik duvarını denetleyin.",
            "The server did not take the connection in time. Check the network and the firewall."
        ),
        Failure::Certificate => text!(
            "Sunucunun sertifikası uymuyor: adres yanlış olabilir ya da araya biri girmiş olabilir. Hiçbir şey gönderilmedi; adresi ve sertifikayı denetleyin.",
            "The server's certificate does not fit: the address may be wrong, or somebody stands between. Nothing was sent; check the address and the certificate."
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

fn unauthorised() -> Text {
    text!(
        "Sunucu kimlik bilgisini kabul etmedi (HTTP 401). Token'ı yenileyip aynı komutu yeniden çalıştırın; gönderilmeyen satırlar o zaman gider.",
        "The server does not accept the credentials (HTTP 401). Renew the token and run the same command again; the rows not sent go then."
    )
}

fn moved(answer: &Answer) -> Text {
    let (status, to) = (answer.status, answer.location.as_deref().map(crate::message::shown).unwrap_or_default());
    text!(
        "Sunucu başka bir adrese yönlendiriyor (HTTP {status} {to}). Yönlendirme izlenmez; --base-url adresini düzeltip aynı komutu yeniden çalıştırın.",
        "The server redirects elsewhere (HTTP {status} {to}). Redirects are not followed; correct --base-url and run the same command again."
    )
}

fn a_page(status: u16) -> Text {
    text!(
        "API yerine bir web sayfası yanıt verdi (HTTP {status}): bir oturum açma sayfası ya da güvenlik duvarı olabilir. Adresi ve ağı denetleyip aynı komutu yeniden çalıştırın.",
        "A web page answered in place of the API (HTTP {status}): a login page or a firewall, perhaps. Check the address and the network, then run the same command again."
    )
}

fn not_able(status: u16) -> Text {
    text!(
        "Sunucu bu işlemi hiç yapamıyor (HTTP {status}). Adresi ve sözleşmeyi denetleyin.",
        "The server cannot perform this operation at all (HTTP {status}). Check the address and the contract."
    )
}

fn come_back(seconds: u64) -> Text {
    let minutes = seconds.div_ceil(60);
    text!(
        "Sunucu {minutes} dakika beklemeyi istiyor. Gönderilmeyen satırlar için aynı komutu o zaman yeniden çalıştırın.",
        "The server asks to wait {minutes} minutes. Run the same command again then; the rows not sent go on."
    )
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
