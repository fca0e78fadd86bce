//! What is wrong with a row, as rules and parameters. [`words`](crate::words) makes sentences of them.

use serde::{Deserialize, Serialize};

use crate::message::Text;

/// What a contract or a cell has against a row: where, what was found, which rule, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The letter above the column; empty when the problem is the row's.
    pub column: String,
    /// The contract's name of the field; empty when the problem is the row's.
    pub field: String,
    /// The cell as it was found.
    pub value: String,
    /// The rule's keyword: `required`, `maxLength`, `enum`, `same`, `type`, …
    pub rule: String,
    pub complaint: Complaint,
    /// The row goes all the same: the cell is likely wrong, and the contract does not refuse it.
    pub warning: bool,
}

/// What breaks a rule, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Complaint {
    /// In the contract's own words, with `{value}` where the cell's is meant.
    Contract(Text),
    /// The cell cannot be taken for what the contract says, or shows something else.
    Cell(CellFault),
    /// The value of the field of this name breaks a rule.
    Rule { name: Text, fault: RuleFault },
    /// The cell names no operation that the columns of the sheet serve.
    Operation { known: Vec<String> },
    /// The value disagrees with that of another row; in the contract's words, why that is wrong.
    Contradicts { row: u32, why: Option<Text> },
}

/// Why a cell is not taken, or is doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellFault {
    /// A date stands where a text is needed.
    DateForText,
    /// A character that nobody sees, by its place from 1.
    HiddenCharacter { place: usize, character: char },
    /// None of the values that the field may have.
    NotListed(Box<NotListed>),
    /// Not what the field takes.
    NotA { wanted: Wanted, found: String },
    /// The sheet shows something else than what is sent.
    ShownOtherwise { seen: String, sent: String },
    /// The format hides a part of what is sent.
    PartlyShown { format: String, sent: String },
    /// The format shows something else on every computer.
    Format { format: String },
    /// A formula's error.
    Error { error: String },
    /// The file does not carry the formula's result.
    NoResult,
    /// Letters that cannot be read.
    Undecodable,
    /// A number that has lost digits.
    DigitsLost,
    /// More digits than a number keeps.
    TooManyDigits { found: String, digits: usize },
    /// A time that clocks skip, or show twice.
    NoSingleTime(Box<NoSingleTime>),
}

/// A value that is not in the contract's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotListed {
    pub found: String,
    /// The values, as a person would write them.
    pub list: Text,
    /// The one that may be meant.
    pub near: Option<Text>,
}

/// What a cell is read for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    YesOrNo,
    Integer,
    Decimal,
    Date,
    /// The parser's own words say why it is none.
    Json {
        why: String,
    },
}

/// A local time that is no moment, or two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoSingleTime {
    /// As a person writes it.
    pub time: String,
    /// The same in ISO 8601, to which an offset can be added.
    pub iso: String,
    pub zone: String,
    /// Clocks are put forward over it; else they are put back, and it comes twice.
    pub missing: bool,
}

/// How a value breaks a rule of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleFault {
    Required,
    MaxLength {
        limit: u64,
        length: usize,
    },
    MinLength {
        limit: u64,
    },
    Enum {
        list: String,
    },
    Pattern {
        pattern: String,
    },
    Format {
        format: String,
    },
    /// A number on the wrong side of its limit.
    Beyond {
        bound: Bound,
        limit: String,
    },
    Type,
    /// A keyword that has no sentence of its own.
    Other {
        keyword: String,
    },
    /// A part of the address that is empty, or leads to another address.
    PathPart,
    /// A header that holds more than ASCII.
    Header,
    /// Digits that do not fit each other.
    CheckDigits {
        digits: u32,
    },
    /// Not what the contract expects (`x-warn`).
    NotExpected,
}

/// Which limit a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    Minimum,
    Maximum,
    /// More than the limit.
    Above,
    /// Less than the limit.
    Below,
}

impl CellFault {
    /// The rule's keyword.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::DateForText | Self::NotA { .. } => "type",
            Self::HiddenCharacter { .. } => "hidden-character",
            Self::NotListed(_) => "enum",
            Self::ShownOtherwise { .. } | Self::PartlyShown { .. } => "shown",
            Self::Format { .. } => "format",
            Self::Error { .. } | Self::NoResult | Self::Undecodable => "cell",
            Self::DigitsLost | Self::TooManyDigits { .. } => "digits",
            Self::NoSingleTime(_) => "time",
        }
    }
}
