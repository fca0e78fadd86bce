//! Why a run halts by itself, as codes and parameters.

use crate::error::{Code, Error};
use crate::outcome::Failure;
use crate::words;

/// Why no further row is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// No request of this run can leave.
    Failed(Failure),
    /// The server does not accept the credentials.
    Unauthorised,
    /// The server redirects to another address.
    Moved {
        /// The HTTP status.
        status: u16,
        /// Where to, without what may be secret.
        to: String,
    },
    /// A web page answered in place of the API.
    WebPage {
        /// The HTTP status.
        status: u16,
    },
    /// The server cannot perform the operation at all.
    NotAble {
        /// The HTTP status.
        status: u16,
    },
    /// The server asks for a longer pause than the run makes.
    ComeBack {
        /// How long it is.
        seconds: u64,
    },
    /// The first rows were all refused for what is wrong with the user or the address.
    AllRefused {
        /// The HTTP status.
        status: u16,
    },
    /// So many rows in a row ended unknown.
    AllUnknown {
        /// How many.
        rows: u32,
    },
    /// So many tries in a row did not reach the server.
    Unreachable {
        /// How many.
        tries: u32,
    },
    /// More rows failed than `--max-errors` allows.
    TooManyErrors {
        /// How many failed.
        errors: u64,
    },
    /// No token can be got, and requests need one.
    NoToken(NoToken),
}

/// Why there is no token, and where it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoToken {
    /// The token's address, without what may be secret.
    pub place: String,
    /// What went wrong.
    pub fault: TokenFault,
}

/// What went wrong when a token was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenFault {
    /// The server refused.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its words, where it has some that hold no secret.
        said: String,
        /// The names of the secrets that it was asked with.
        secrets: Vec<String>,
    },
    /// A web page answered.
    WebPage {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is not JSON.
    NotJson,
    /// The answer holds no token that can be used at this place.
    Missing {
        /// The place: a JSON pointer.
        pointer: String,
    },
    /// The server redirects to another address.
    Moved {
        /// The HTTP status.
        status: u16,
    },
    /// The server is not ready, and asking again did not help.
    NotNow {
        /// The HTTP status.
        status: u16,
    },
    /// The server asks for a longer pause than the run makes.
    ComeBack {
        /// How long it is.
        seconds: u64,
    },
    /// No answer came.
    Failed(Failure),
}

impl Halt {
    /// The stable name.
    pub fn code(&self) -> Code {
        match self {
            Self::Failed(Failure::CannotBuild) => Code::BadRequest,
            Self::Failed(Failure::Certificate) => Code::Certificate,
            Self::Failed(Failure::ProxyLogin) => Code::ProxyLogin,
            Self::Failed(_) | Self::Unreachable { .. } => Code::Unreachable,
            Self::Unauthorised => Code::Unauthorised,
            Self::Moved { .. } => Code::Moved,
            Self::WebPage { .. } => Code::WebPage,
            Self::NotAble { .. } => Code::NotAble,
            Self::ComeBack { .. } => Code::ComeBack,
            Self::AllRefused { .. } => Code::AllRefused,
            Self::AllUnknown { .. } => Code::AllUnknown,
            Self::TooManyErrors { .. } => Code::TooManyErrors,
            Self::NoToken(_) => Code::NoToken,
        }
    }

    /// The words of a server that the sentence repeats.
    pub fn said_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Moved { to, .. } => Some(to),
            _ => None,
        }
    }
}

impl From<Halt> for Error {
    fn from(halt: Halt) -> Self {
        halt.code().early(words::halt(&halt))
    }
}
