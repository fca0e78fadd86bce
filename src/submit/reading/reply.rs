//! What a read came to.

use serde_json::Value;

use super::Reply;
use crate::contract::Operation;
use crate::ledger::State;
use crate::message::{Lang, Text};
use crate::outcome::{Answer, ApiError, Attempt, Failure, Status};
use crate::submit::client::LONGEST_READ;
use crate::submit::exact;
use crate::submit::retry::Decision;
use crate::submit::words::{failure_code, note, said};
use crate::text;

/// A good answer that breaks off is none, and may be asked for again.
pub fn unbroken(attempt: Attempt) -> Attempt {
    match attempt {
        Attempt::Answered(answer) if answer.cut && !is_too_long(&answer) && (200..300).contains(&answer.status) => {
            Attempt::Lost(Failure::Broken)
        }
        other => other,
    }
}

fn is_too_long(answer: &Answer) -> bool {
    answer.cut && answer.body.len() >= LONGEST_READ
}

/// What a read came to that is not made again.
pub fn reply(attempt: &Attempt, operation: &Operation, decision: Decision, nth: u32, lang: Lang) -> Reply {
    if decision.stop.is_some() {
        return Reply::Stopped;
    }
    let http_status = decision.settlement.http_status;
    let words = decision.settlement.error.unwrap_or_default();
    let failed = |status, error| Reply::Failed { status, http_status, error };
    match (attempt, decision.settlement.state) {
        (Attempt::Lost(failure), _) => failed(Status::Unknown, no_answer(*failure, nth, lang)),
        (Attempt::Answered(answer), State::Done | State::DoneWithoutId) => good(answer, lang),
        // Without an id that the contract names, nothing tells an error from what was asked for but the status.
        (Attempt::Answered(answer), State::Rejected)
            if answer.status < 300 && operation.id.as_ref().is_none_or(|id| id.guessed) =>
        {
            good(answer, lang)
        }
        (_, State::Rejected) => failed(Status::Rejected, words),
        // The server's own words, without the advice for what may have been carried out.
        (Attempt::Answered(answer), State::Unknown) => failed(Status::Unknown, said(answer, operation, lang)),
        (_, _) => failed(Status::NotSent, words),
    }
}

fn good(answer: &Answer, lang: Lang) -> Reply {
    let (status, failed) = (answer.status, |code: &str, words: Text| Reply::Failed {
        status: Status::Unknown,
        http_status: Some(answer.status),
        error: note(code, &words, lang),
    });
    if is_too_long(answer) {
        let mib = LONGEST_READ >> 20;
        return failed(
            "too-long",
            text!(
                "Yanıt {mib} MiB'den uzun; okunmadı. API destekliyorsa --set ile daha küçük sayfalar isteyin.",
                "The answer is longer than {mib} MiB and was not read. Ask for smaller pages by --set, if the API knows them."
            ),
        );
    }
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Reply::Answer { status, body: Value::Null };
    }
    match exact::parse(&answer.body) {
        Ok(body) => Reply::Answer { status, body },
        Err(error) => {
            let why = crate::message::shown(&error.to_string());
            failed(
                "not-json",
                text!(
                    "Yanıt JSON değil ({why}). Adresi ve sözleşmeyi denetleyin.",
                    "The answer is no JSON ({why}). Check the address and the contract."
                ),
            )
        }
    }
}

fn no_answer(failure: Failure, tries: u32, lang: Lang) -> ApiError {
    let Text { tr, en } = match failure {
        Failure::Timeout => text!("süre doldu", "the time was over"),
        Failure::Garbled => text!("gelen yanıt okunamadı", "what came cannot be read"),
        _ => text!("bağlantı koptu", "the connection broke"),
    };
    note(
        failure_code(failure),
        &text!(
            "{tries} denemede de yanıt alınamadı: {tr}. Okumak bir şeyi değiştirmez; aynı komutu yeniden çalıştırın.",
            "No answer in {tries} tries: {en}. Reading changes nothing; run the same command again."
        ),
        lang,
    )
}
