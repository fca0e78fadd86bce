//! What an attempt proves, and what follows. A pure function: no clock, no socket, no ledger.
//!
//! The program sends a request again only if the first one provably did nothing: it never left, or the server said
//! "not now". A request without an answer is unknown.
//!
//! If the contract proves that a second request does no harm (`PUT`, `DELETE`, `reconcile: conflict`), the program
//! sends an unknown row again, and reads the answer knowing that the first request may have worked.

use std::time::Duration;

use serde_json::Value;

use crate::contract::{Operation, Reconcile};
use crate::ledger::{Settlement, State};
use crate::outcome::{Answer, Attempt, Cause, Failure, Reason};

use super::exact;
use super::halt::Halt;
use super::page::{is_markup, is_page};
use super::said::{cause, error_in, said};
use super::status::{OfBefore, Proof, meaning};

/// Requests for one row at most, unless it was the whole run that had to wait.
pub const MOST_ATTEMPTS: u32 = 5;

/// The same where the server asked for patience by `Retry-After`, or could not be reached.
pub const MOST_ASKED_ATTEMPTS: u32 = 50;

/// What happens next to a row, and to the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What the ledger keeps of the attempt.
    pub settlement: Settlement,
    /// Send the row again: it is pending, or unknown and may be repeated.
    pub again: Option<Again>,
    /// Why the run halts, where it does.
    pub stop: Option<Halt>,
    /// Waits for all rows, as the server asked.
    pub hold: Option<Duration>,
}

impl Decision {
    /// The server was not ready for the request, whatever becomes of the row: that is for the pace to heed.
    pub fn asks_for_patience(&self) -> bool {
        self.hold.is_some() || self.again.is_some() || self.settlement.state == State::Pending
    }
}

/// When a row that proved to have done nothing may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// After a pause that doubles with each attempt.
    Backoff,
    /// As soon as the run's hold is over.
    AfterHold,
}

/// What is known of a row when an attempt of it ends.
#[derive(Debug, Clone, Copy, Default)]
pub struct Before {
    /// Attempts made, this one included.
    pub nth: u32,
    /// An earlier one may have been carried out.
    pub doubtful: bool,
    /// It was made with a token that the program can renew, and has not renewed for this row yet.
    pub renewable: bool,
}

/// Decides what `attempt` means under `operation`.
pub fn decide(attempt: &Attempt, operation: &Operation, before: Before) -> Decision {
    let decision = match attempt {
        Attempt::Answered(answer) if attempt.is_unauthorised() && before.renewable => {
            Decision { again: Some(Again::AfterHold), ..not_now(answer, operation) }
        }
        Attempt::NotSent(failure) => not_sent(*failure, before.nth),
        Attempt::Lost(failure) => lost(*failure, operation, before.nth),
        Attempt::Answered(answer) => answered(answer, operation, before.nth),
    };
    match attempt {
        _ if !before.doubtful => decision,
        Attempt::Answered(answer) => after_doubt(decision, answer, operation),
        _ => in_doubt_still(decision, operation),
    }
}

/// What an answer means if an earlier attempt may have been carried out. A conflict, or a thing that is gone, may be
/// the trace of that attempt. A right that the user lacks now says nothing about then.
fn after_doubt(decision: Decision, answer: &Answer, operation: &Operation) -> Decision {
    match decision.settlement.state {
        State::Rejected if operation.reconcile == Some(Reconcile::Conflict(answer.status)) => {
            // Somebody was there before: this row's first attempt, or another, long ago.
            let conflict = Reason::ConflictAfterUnknown { status: answer.status };
            settled(State::Unknown, Some(answer.status), Cause::beside(conflict, said(answer, operation)))
        }
        State::Rejected if tells_nothing_of_before(answer.status, operation) => {
            Decision { settlement: unknown(answer, operation).settlement, ..decision }
        }
        State::Pending => in_doubt_still(decision, operation),
        _ => decision,
    }
}

/// Whether a refusal leaves open what became of an earlier attempt. A refusal of the content would have met that one
/// too. One that says how things stand now leaves it open where the program sent the row again; where a person gave
/// the row back, the person's word counts. A possible trace of the earlier attempt speaks against that word too.
fn tells_nothing_of_before(status: u16, operation: &Operation) -> bool {
    match meaning(status).before {
        OfBefore::MayBeItsTrace => true,
        OfBefore::RefusedToo => false,
        OfBefore::Silent => operation.may_repeat(),
    }
}

/// This attempt did nothing, so the row is what it was before. If the row may not be repeated, a person gave it back
/// and said that the earlier attempt did nothing either.
fn in_doubt_still(decision: Decision, operation: &Operation) -> Decision {
    match decision.settlement.state {
        State::Pending if !operation.may_repeat() => decision,
        _ => Decision { settlement: Settlement { state: State::Unknown, ..decision.settlement }, ..decision },
    }
}

/// Longer than this nobody waits: the run stops and says when to come back.
pub const LONGEST_HOLD: Duration = Duration::from_secs(15 * 60);

fn not_sent(failure: Failure, nth: u32) -> Decision {
    let mut decision = pending(None, Reason::Failed(failure).into());
    match failure {
        Failure::CannotBuild | Failure::Certificate | Failure::ProxyLogin => {
            decision.stop = Some(Halt::Failed(failure));
        }
        // That the server cannot be reached says nothing of the row: the run's breaker ends this.
        _ => decision.again = (nth < MOST_ASKED_ATTEMPTS).then_some(Again::AfterHold),
    }
    decision
}

fn lost(failure: Failure, operation: &Operation, nth: u32) -> Decision {
    let decision = settled(State::Unknown, None, Reason::Failed(failure).into());
    Decision { again: repeat(operation, nth), ..decision }
}

fn answered(answer: &Answer, operation: &Operation, nth: u32) -> Decision {
    if operation.not_applied.contains(&answer.status) {
        return temporary(answer, operation, nth);
    }
    let asked_to_wait = answer.retry_after_s.is_some();
    match meaning(answer.status).proof {
        Proof::Accepted => success(answer, operation),
        Proof::Elsewhere => Decision { stop: Some(moved(answer)), ..not_now(answer, operation) },
        Proof::Redirected => Decision { stop: Some(moved(answer)), ..unknown(answer, operation) },
        Proof::Unauthorised => Decision { stop: Some(Halt::Unauthorised), ..not_now(answer, operation) },
        Proof::NotNow => temporary(answer, operation, nth),
        Proof::NotNowOrRefused | Proof::NotNowOrNothing if asked_to_wait => temporary(answer, operation, nth),
        Proof::Refused | Proof::NotNowOrRefused if is_page(answer) => {
            Decision { stop: Some(Halt::WebPage { status: answer.status }), ..not_now(answer, operation) }
        }
        Proof::Refused | Proof::NotNowOrRefused => rejected(answer, operation),
        Proof::NotAble => {
            Decision { stop: Some(Halt::NotAble { status: answer.status }), ..rejected(answer, operation) }
        }
        Proof::Nothing | Proof::NotNowOrNothing => {
            Decision { again: repeat(operation, nth), ..unknown(answer, operation) }
        }
    }
}

/// The server did nothing, and the row may go another time.
fn not_now(answer: &Answer, operation: &Operation) -> Decision {
    pending(Some(answer.status), cause(answer, operation))
}

/// Whether what is unknown is sent again.
fn repeat(operation: &Operation, nth: u32) -> Option<Again> {
    (operation.may_repeat() && nth < MOST_ATTEMPTS).then_some(Again::Backoff)
}

/// "Not now": refused before anything was done.
fn temporary(answer: &Answer, operation: &Operation, nth: u32) -> Decision {
    let mut decision = not_now(answer, operation);
    let Some(seconds) = answer.retry_after_s else {
        decision.again = (nth < MOST_ATTEMPTS).then_some(Again::Backoff);
        return decision;
    };
    let hold = Duration::from_secs(seconds);
    if hold > LONGEST_HOLD {
        decision.stop = Some(Halt::ComeBack { seconds });
        return decision;
    }
    decision.hold = Some(hold);
    decision.again = (nth < MOST_ASKED_ATTEMPTS).then_some(Again::AfterHold);
    decision
}

fn success(answer: &Answer, operation: &Operation) -> Decision {
    if is_markup(answer) {
        return Decision { stop: Some(Halt::WebPage { status: answer.status }), ..unknown(answer, operation) };
    }
    let body = exact::parse(&answer.body).ok();
    let id = operation.id.as_ref().and_then(|form| body.as_ref()?.pointer(&form.pointer).cloned());
    let id = id.filter(is_usable).or_else(|| id_in_location(answer));
    if id.is_some() {
        return settled_with(State::Done, answer.status, id, None);
    }
    let error = body.as_ref().and_then(|body| error_in(body, &operation.error));
    if error.as_ref().is_some_and(|error| error.code.is_some()) {
        return settled_with(State::Rejected, answer.status, None, error.map(Cause::from));
    }
    // Where the contract knows of no id, none is missing.
    if operation.id.is_none() {
        return settled_with(State::Done, answer.status, None, None);
    }
    settled_with(State::DoneWithoutId, answer.status, None, Some(Reason::NoId.into()))
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

fn rejected(answer: &Answer, operation: &Operation) -> Decision {
    settled(State::Rejected, Some(answer.status), cause(answer, operation))
}

fn unknown(answer: &Answer, operation: &Operation) -> Decision {
    let reason = Reason::MayBeDone { status: answer.status };
    settled(State::Unknown, Some(answer.status), Cause::beside(reason, said(answer, operation)))
}

fn pending(http_status: Option<u16>, error: Cause) -> Decision {
    settled(State::Pending, http_status, error)
}

fn settled(state: State, http_status: Option<u16>, error: Cause) -> Decision {
    let settlement = Settlement { state, http_status, id: None, error: Some(error) };
    Decision { settlement, again: None, stop: None, hold: None }
}

fn settled_with(state: State, status: u16, id: Option<Value>, error: Option<Cause>) -> Decision {
    let settlement = Settlement { state, http_status: Some(status), id, error };
    Decision { settlement, again: None, stop: None, hold: None }
}

fn moved(answer: &Answer) -> Halt {
    Halt::Moved { status: answer.status, to: answer.location.clone().unwrap_or_default() }
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
