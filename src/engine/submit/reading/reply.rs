//! What a read came to.

use serde_json::Value;

use super::Reply;
use crate::contract::Operation;
use crate::ledger::State;
use crate::outcome::{Answer, Attempt, Failure, Status, Unread};
use crate::submit::client::LONGEST_READ;
use crate::submit::exact;
use crate::submit::retry::Decision;
use crate::submit::said::cause;
use crate::submit::status::{Proof, meaning};

/// A good answer that breaks off is none, and may be asked for again.
pub fn unbroken(attempt: Attempt) -> Attempt {
    match attempt {
        Attempt::Answered(answer) if answer.cut && !is_too_long(&answer) && is_accepted(&answer) => {
            Attempt::Lost(Failure::Broken)
        }
        other => other,
    }
}

fn is_accepted(answer: &Answer) -> bool {
    meaning(answer.status).proof == Proof::Accepted
}

fn is_too_long(answer: &Answer) -> bool {
    answer.cut && answer.body.len() >= LONGEST_READ
}

/// What a read came to that is not made again.
pub fn reply(attempt: &Attempt, operation: &Operation, decision: Decision, nth: u32) -> Reply {
    if decision.stop.is_some() {
        return Reply::Stopped;
    }
    let http_status = decision.settlement.http_status;
    let error = decision.settlement.error.unwrap_or_default();
    let failed = |status, error| Reply::Failed { status, http_status, error };
    match (attempt, decision.settlement.state) {
        (Attempt::Lost(failure), _) => {
            failed(Status::Unknown, Unread::NoReply { failure: *failure, tries: nth }.into())
        }
        (Attempt::Answered(answer), State::Done | State::DoneWithoutId) => good(answer),
        // Without an id that the contract names, nothing tells an error from what was asked for but the status.
        (Attempt::Answered(answer), State::Rejected)
            if is_accepted(answer) && operation.id.as_ref().is_none_or(|id| id.guessed) =>
        {
            good(answer)
        }
        (_, State::Rejected) => failed(Status::Rejected, error),
        // The server's own words, without the advice for what may have been carried out.
        (Attempt::Answered(answer), State::Unknown) => failed(Status::Unknown, cause(answer, operation)),
        (_, _) => failed(Status::NotSent, error),
    }
}

fn good(answer: &Answer) -> Reply {
    let status = answer.status;
    let failed =
        |why: Unread| Reply::Failed { status: Status::Unknown, http_status: Some(answer.status), error: why.into() };
    if is_too_long(answer) {
        return failed(Unread::TooLong { mib: (LONGEST_READ >> 20) as u64 });
    }
    if answer.body.iter().all(u8::is_ascii_whitespace) {
        return Reply::Answer { status, body: Value::Null };
    }
    match exact::parse(&answer.body) {
        Ok(body) => Reply::Answer { status, body },
        Err(error) => failed(Unread::NotJson { why: crate::message::shown(&error.to_string()) }),
    }
}
