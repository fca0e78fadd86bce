//! What can become of a row.
//!
//! A request ends on the wire as an [`Attempt`]. What an attempt proves, and so what happens next, is
//! decided in one pure function, [`decide`](crate::submit::retry::decide). The row ends as exactly one
//! [`Outcome`], and a [`Tally`] of outcomes must add up to the rows read.
//!
//! A row whose request timed out: the request may have been carried out, so the attempt is
//! [`Attempt::Lost`], the row is [`Status::Unknown`] and is never sent again by the program. A look-up
//! or a person closes it (`caseload resolve`).

mod complaint;
mod reason;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::complaint::{Bound, CellFault, Complaint, NoSingleTime, NotListed, Problem, RuleFault, Wanted};
pub use self::reason::{Cause, ListDoubt, ListEnd, Reason, Unread, Unsent};

/// How one request ended, as far as this side of the wire can know.
#[derive(Debug, Clone)]
pub enum Attempt {
    /// Proven never to have reached the server: safe to send again.
    NotSent(Failure),
    /// The server answered with a status line. The body may be cut.
    Answered(Answer),
    /// Handed to the network, and no answer came: done or not, nobody here knows. Never sent again.
    Lost(Failure),
}

impl Attempt {
    /// The server did not accept who asked.
    pub fn is_unauthorised(&self) -> bool {
        matches!(self, Attempt::Answered(answer) if answer.status == 401)
    }
}

/// What went wrong below HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The address or a header is not valid: nothing of this run can be sent.
    #[serde(rename = "bad-request")]
    CannotBuild,
    /// The host's name has no address.
    Dns,
    /// Refused, unreachable, or broken before TLS stood.
    Connect,
    /// No connection within the connect timeout.
    ConnectTimeout,
    /// The server's certificate does not fit: will not heal, and may be an attack.
    Certificate,
    /// The proxy wants a user and a password, or does not take those given.
    ProxyLogin,
    /// A dead connection was found before the request was taken from the queue.
    NeverStarted,
    /// Sent; no answer within the timeout.
    Timeout,
    /// Sent; the connection broke before a status line came.
    #[serde(rename = "connection-broken")]
    Broken,
    /// Sent; what came back is not HTTP.
    #[serde(rename = "not-http")]
    Garbled,
    /// The program ended between the send and the answer.
    Interrupted,
}

impl Failure {
    /// All of them, from the address to the end of the answer.
    pub const ALL: [Failure; 11] = [
        Failure::CannotBuild,
        Failure::Dns,
        Failure::Connect,
        Failure::ConnectTimeout,
        Failure::Certificate,
        Failure::ProxyLogin,
        Failure::NeverStarted,
        Failure::Timeout,
        Failure::Broken,
        Failure::Garbled,
        Failure::Interrupted,
    ];

    /// As results and the ledger spell it.
    pub fn code(self) -> &'static str {
        match self {
            Failure::CannotBuild => "bad-request",
            Failure::Dns => "dns",
            Failure::Connect => "connect",
            Failure::ConnectTimeout => "connect-timeout",
            Failure::Certificate => "certificate",
            Failure::ProxyLogin => "proxy-login",
            Failure::NeverStarted => "never-started",
            Failure::Timeout => "timeout",
            Failure::Broken => "connection-broken",
            Failure::Garbled => "not-http",
            Failure::Interrupted => "interrupted",
        }
    }
}

/// An answer of the server, cut to what the program uses.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, resolved to seconds from the answer's own `Date`.
    pub retry_after_s: Option<u64>,
    /// The header `Location`.
    pub location: Option<String>,
    /// The media type without its parameters, in lower case.
    pub content_type: Option<String>,
    /// The bytes of the body, as far as they were read.
    pub body: Vec<u8>,
    /// The body ended before it should, or was longer than the program reads.
    pub cut: bool,
}

/// The result words, as result files and `--json` spell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The server did it. Closing a case is done too.
    Done,
    /// The server says done, but its answer carries no id.
    DoneWithoutId,
    /// The server refused the row, and did nothing.
    Rejected,
    /// The contract does not accept the row. Never sent.
    Invalid,
    /// The same as a row that was sent before, in this file or in an earlier run. Not sent.
    Duplicate,
    /// May have been done or not. Never sent again; a look-up or a person closes it.
    Unknown,
    /// Valid, and not sent: the run stopped first, or the row waits behind an unknown one.
    NotSent,
    /// `check` only: the contract accepts the row.
    Valid,
}

impl Status {
    /// In the order in which summaries list them.
    pub const ALL: [Status; 8] = [
        Status::Done,
        Status::DoneWithoutId,
        Status::Rejected,
        Status::Invalid,
        Status::Duplicate,
        Status::Unknown,
        Status::NotSent,
        Status::Valid,
    ];

    /// As results and `--json` spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Done => "done",
            Status::DoneWithoutId => "done-without-id",
            Status::Rejected => "rejected",
            Status::Invalid => "invalid",
            Status::Duplicate => "duplicate",
            Status::Unknown => "unknown",
            Status::NotSent => "not-sent",
            Status::Valid => "valid",
        }
    }

    /// The status that [`as_str`](Self::as_str) spells so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.as_str() == name)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An error in the server's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// Its code of the error.
    pub code: Option<String>,
    /// Its short sentence.
    pub title: Option<String>,
    /// Its long one.
    pub description: Option<String>,
}

impl ApiError {
    /// The texts that there are.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.code, &mut self.title, &mut self.description].into_iter().flatten()
    }

    /// Title and description as one line.
    pub fn sentence(&self) -> String {
        match (&self.title, &self.description) {
            (Some(title), Some(description)) if title != description => format!("{title}: {description}"),
            (Some(words), _) | (None, Some(words)) => words.clone(),
            (None, None) => String::new(),
        }
    }
}

/// The row that a duplicate repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DuplicateOf {
    /// The run that sent it; the run in hand when both rows stand in one file.
    pub run: String,
    /// The name of its file.
    pub file: String,
    /// The name of its sheet; empty in a CSV file.
    pub sheet: String,
    /// The number that the spreadsheet shows beside it.
    pub row: u32,
    /// What became of that row.
    pub result: Option<Status>,
    /// The last time that it was sent.
    #[serde(skip)]
    pub sent_at_ms: Option<i64>,
}

/// What became of a row, as the result files show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What became of it, in a word.
    pub status: Status,
    /// The id(s) in the answer, as the server wrote them.
    pub id: Option<Value>,
    /// Why it is not done.
    pub error: Option<Cause>,
    /// What the contract has against it, and warnings.
    pub problems: Vec<Problem>,
    /// The status of the last answer; `None` without one.
    pub http_status: Option<u16>,
    /// Requests made for this row.
    pub attempts: u32,
    /// The last time it was sent: milliseconds since 1970-01-01 UTC.
    pub sent_at_ms: Option<i64>,
    /// Sent with the request as `X-Request-Id`, for the vendor's support desk.
    pub reference: Option<String>,
    /// The row that it repeats.
    pub duplicate_of: Option<DuplicateOf>,
}

impl Outcome {
    /// An outcome without an answer.
    pub fn of(status: Status) -> Self {
        Self {
            status,
            id: None,
            error: None,
            problems: Vec::new(),
            http_status: None,
            attempts: 0,
            sent_at_ms: None,
            reference: None,
            duplicate_of: None,
        }
    }

    /// Done, now or before: a duplicate of a row that was done is done.
    pub fn was_done(&self) -> bool {
        match self.status {
            Status::Done => true,
            Status::Duplicate => self.duplicate_of.as_ref().is_some_and(|of| of.result == Some(Status::Done)),
            _ => false,
        }
    }

    /// Done before a moment, be it this row or the one that it repeats. What no time is known of was done before.
    pub fn was_done_before(&self, ms: i64) -> bool {
        let sent = self.duplicate_of.as_ref().map_or(self.sent_at_ms, |of| of.sent_at_ms);
        self.was_done() && sent.is_none_or(|sent| sent < ms)
    }

    /// The ids as one line of text: `456`, or `HT00001234, HT00001235`.
    pub fn id_text(&self) -> String {
        self.id.as_ref().map(id_text).unwrap_or_default()
    }
}

/// An id as one line of text.
pub fn id_text(id: &Value) -> String {
    match id {
        Value::String(text) => text.clone(),
        Value::Array(ids) => ids.iter().map(id_text).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The closing balance: how many rows ended as what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    counts: [u64; Status::ALL.len()],
    /// Rows read from the file.
    pub rows: u64,
    /// Rows that are done, now or before ([`Outcome::was_done`]).
    pub was_done: u64,
}

impl Tally {
    /// An empty account of so many rows.
    pub fn of_rows(rows: u64) -> Self {
        Self { rows, ..Self::default() }
    }

    /// An account of so many rows, none of them sent.
    pub fn of_unsent(rows: u64, invalid: u64, duplicate: u64) -> Self {
        let mut tally = Self::of_rows(rows);
        let not_sent = rows.saturating_sub(invalid + duplicate);
        for (status, count) in [(Status::Invalid, invalid), (Status::Duplicate, duplicate), (Status::NotSent, not_sent)]
        {
            tally.counts[status as usize] = count;
        }
        tally
    }

    /// Counts an outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        self.counts[outcome.status as usize] += 1;
        self.was_done += u64::from(outcome.was_done());
    }

    /// How many rows ended so.
    pub fn count(&self, status: Status) -> u64 {
        self.counts[status as usize]
    }

    /// Every row read ended in exactly one outcome.
    pub fn balances(&self) -> bool {
        self.counts.iter().sum::<u64>() == self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spelled_one_way_everywhere() {
        for word in Status::ALL {
            assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
            assert_eq!(Status::from_name(word.as_str()), Some(word));
        }
        for failure in Failure::ALL {
            assert_eq!(serde_json::to_value(failure).unwrap(), failure.code());
        }
    }

    #[test]
    fn a_tally_balances_only_when_every_row_is_in_it() {
        let mut tally = Tally::of_rows(2);
        tally.add(&Outcome::of(Status::Done));
        assert!(!tally.balances());
        tally.add(&Outcome::of(Status::Unknown));
        assert!(tally.balances());
        assert_eq!(tally.was_done, 1);
    }

    #[test]
    fn a_duplicate_of_what_was_done_is_done_and_no_other() {
        let duplicate = |result| {
            let (run, file, sheet) = (String::new(), String::new(), String::new());
            let of = DuplicateOf { run, file, sheet, row: 2, result, sent_at_ms: None };
            Outcome { duplicate_of: Some(of), ..Outcome::of(Status::Duplicate) }
        };
        assert!(duplicate(Some(Status::Done)).was_done());
        assert!(!duplicate(Some(Status::Unknown)).was_done() && !duplicate(None).was_done());
        assert!(!Outcome::of(Status::Duplicate).was_done() && !Outcome::of(Status::Unknown).was_done());
    }

    #[test]
    fn an_error_is_said_in_one_line_and_not_twice() {
        let said = |title: Option<&str>, description: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            ApiError { code: None, title: owned(title), description: owned(description) }.sentence()
        };
        assert_eq!(said(Some("Closed"), Some("the case is closed")), "Closed: the case is closed");
        assert_eq!(said(Some("Closed"), Some("Closed")), "Closed");
        assert_eq!((said(Some("Closed"), None), said(None, Some("closed"))), ("Closed".into(), "closed".into()));
        assert_eq!(said(None, None), "");
    }

    #[test]
    fn only_an_answer_says_who_is_not_accepted() {
        let answered = |status| Attempt::Answered(Answer { status, ..Answer::default() });
        assert!(answered(401).is_unauthorised() && !answered(403).is_unauthorised());
        assert!(!Attempt::Lost(Failure::Broken).is_unauthorised());
    }
}
