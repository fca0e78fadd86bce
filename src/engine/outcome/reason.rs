//! Why a row is not done, as codes and parameters. [`words`](crate::words) makes sentences of them, in the
//! reader's language, whenever somebody reads.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{ApiError, Failure};
use crate::doubt::Doubt;
use crate::message::Text;

/// Why a row is not done: the program's reason, the server's words, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The program's reason; `None` where the server's words are all there is.
    pub reason: Option<Reason>,
    /// The server's words. In a ledger of an older version, also the sentence that the program kept.
    pub said: ApiError,
}

impl Cause {
    /// The reason, beside the words of a server.
    pub fn beside(reason: Reason, said: ApiError) -> Self {
        Self { reason: Some(reason), said }
    }

    /// The code that results show: the server's where it gave one.
    pub fn code(&self) -> Option<Cow<'_, str>> {
        match (&self.reason, &self.said.code) {
            (Some(reason @ Reason::ConflictAfterUnknown { .. }), _) => Some(reason.code()),
            (_, Some(code)) => Some(Cow::Borrowed(code)),
            (reason, None) => reason.as_ref().map(Reason::code),
        }
    }
}

impl From<Reason> for Cause {
    fn from(reason: Reason) -> Self {
        Self { reason: Some(reason), said: ApiError::default() }
    }
}

impl From<ApiError> for Cause {
    fn from(said: ApiError) -> Self {
        Self { reason: None, said }
    }
}

/// Why a row is not done, in the program's own terms. The ledger keeps it as JSON: a variant or a field that was
/// released keeps its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No answer came.
    Failed(Failure),
    /// The server answered with this status, and said nothing else.
    Answered {
        /// The HTTP status.
        status: u16,
    },
    /// The answer does not tell whether the row was done.
    MayBeDone {
        /// The HTTP status.
        status: u16,
    },
    /// The server refused a second request, and the answer to the first was lost.
    ConflictAfterUnknown {
        /// The HTTP status.
        status: u16,
    },
    /// The server accepted the row, and its answer holds no id.
    NoId,
    /// Another process is sending the row at this moment.
    InFlight,
    /// The run did not come to the row.
    NotSent(Unsent),
    /// The row waits behind one whose outcome is unknown.
    HeldBehind {
        /// The run in which that row was sent.
        run: String,
        /// The number that the spreadsheet shows beside it.
        row: u32,
        /// What the two rows have in common: "the same device".
        order_name: Text,
    },
    /// The row that has to be done first was refused.
    HeldByRefused {
        /// The number that the spreadsheet shows beside that row.
        row: u32,
    },
    /// Hidden in the spreadsheet, and left out.
    Hidden,
    /// Left out by a person, on the page.
    LeftOut,
    /// Left out, because nobody answered what is in question about it.
    InQuestion(Doubt),
    /// Nothing was read for the row, or not all of it.
    Unread(Unread),
}

/// Why a run did not come to a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsent {
    /// Nothing is known but that it was not sent.
    #[default]
    Unsaid,
    /// The run stopped first.
    Stopped {
        /// What stopped it.
        why: Text,
    },
    /// The run ended, and the row is left for the next.
    Left,
    /// The file has invalid rows, and `--require-valid` was given.
    RequireValid,
    /// A report of a run that goes on later.
    NotYet,
}

/// Why a row's reading gave nothing, or not all there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unread {
    /// No answer came, however often it was tried.
    NoReply {
        /// How the last try ended.
        failure: Failure,
        /// How often it was tried.
        tries: u32,
    },
    /// The answer is longer than the program takes.
    TooLong {
        /// The most that it takes, in MiB.
        mib: u64,
    },
    /// The answer is not JSON.
    NotJson {
        /// The parser's words.
        why: String,
    },
    /// The answer has no list where the contract says one stands.
    NoList {
        /// Where it should stand: a JSON pointer.
        pointer: String,
    },
    /// The list changed while it was read, or lacks pages.
    ListChanged(ListDoubt),
    /// Only the first pages were read: why, where the program knows.
    Partly {
        /// How many pages were read.
        pages: u64,
        /// Why no more.
        why: Option<Box<Reason>>,
    },
    /// The run stopped before it came to the row.
    Stopped,
    /// The row is hidden in the spreadsheet, and left out.
    Hidden,
}

/// What is doubtful of a list that was read to its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListDoubt {
    /// Where the reading ended before the list did.
    pub end: Option<ListEnd>,
    /// Records that were read.
    pub read: u64,
    /// How many records the server counted on the first page, and on the latest.
    pub first_total: Option<u64>,
    /// The latest of the two counts.
    pub total: Option<u64>,
}

/// Why the reading of a list ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListEnd {
    /// A page is empty, and the server says that there are more.
    Empty {
        /// The page, counted from 1.
        page: u64,
        /// The last page, as the server counts.
        last: u64,
    },
    /// A page is the same as the one before.
    Repeated {
        /// The page, counted from 1.
        page: u64,
    },
    /// The list has more pages than the program reads.
    TooMany {
        /// The most that it reads.
        pages: u64,
    },
}

impl Reason {
    /// The stable name, as the Error code column and `error.code` show it.
    pub fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Failed(failure) => failure.code(),
            Self::Answered { status } | Self::MayBeDone { status } => return format!("HTTP {status}").into(),
            Self::ConflictAfterUnknown { .. } => "conflict-after-unknown",
            Self::NoId => "no-id",
            Self::InFlight => "in-flight",
            Self::NotSent(Unsent::RequireValid) => "invalid-rows",
            Self::NotSent(_) => "not-sent",
            Self::HeldBehind { .. } | Self::HeldByRefused { .. } => "held",
            Self::Hidden => "hidden",
            Self::LeftOut => "left-out",
            Self::InQuestion(doubt) => doubt.as_str(),
            Self::Unread(why) => return why.code(),
        })
    }
}

impl Unread {
    fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NoReply { failure, .. } => failure.code(),
            Self::TooLong { .. } => "too-long",
            Self::NotJson { .. } => "not-json",
            Self::NoList { .. } => "no-list",
            Self::ListChanged(_) => "changed",
            Self::Partly { why: Some(why), .. } => return why.code(),
            Self::Partly { why: None, .. } => "partly",
            Self::Stopped => "not-sent",
            Self::Hidden => "hidden",
        })
    }
}

impl From<Unread> for Cause {
    fn from(why: Unread) -> Self {
        Reason::Unread(why).into()
    }
}
