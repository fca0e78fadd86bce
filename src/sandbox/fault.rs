//! What a script does to a request and to its answer.

use std::time::{Duration, SystemTime};

use axum::http::HeaderValue;

/// What a rule does to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// As the script spells it.
    pub name: String,
    pub effect: Effect,
    /// Whether the request is carried out first.
    pub commits: bool,
    /// How long the answer waits.
    pub slow: Duration,
    pub retry_after: Option<RetryAfter>,
    /// The body in place of the contract's error, and its media type.
    pub body: Option<(String, HeaderValue)>,
}

/// What becomes of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: it is only late.
    Good,
    Status(u16),
    Reset,
    Hang,
    Garbage,
    Half,
    Html,
    NoId,
    CloseIdle,
}

impl Effect {
    /// Whether the client gets to see a status.
    pub fn tells_status(self) -> bool {
        !matches!(self, Effect::Reset | Effect::Hang | Effect::Garbage)
    }
}

/// The words of a `Retry-After` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryAfter {
    /// As the script has them.
    Words(HeaderValue),
    /// The HTTP date so long after the answer.
    DateIn(Duration),
}

impl RetryAfter {
    pub fn header(&self) -> HeaderValue {
        match self {
            RetryAfter::Words(words) => words.clone(),
            RetryAfter::DateIn(later) => {
                let date = httpdate::fmt_http_date(SystemTime::now() + *later);
                HeaderValue::try_from(date).unwrap_or_else(|_| HeaderValue::from_static("0"))
            }
        }
    }
}
