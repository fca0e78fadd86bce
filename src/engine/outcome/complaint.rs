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
    /// What breaks the rule.
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
    Rule {
        /// What people call the field.
        name: Text,
        /// How the value breaks the rule.
        fault: RuleFault,
    },
    /// The cell names no operation that the columns of the sheet serve.
    Operation {
        /// The operations that they do serve, as `system/operation`.
        known: Vec<String>,
    },
    /// The value disagrees with that of another row; in the contract's words, why that is wrong.
    Contradicts {
        /// The number that the spreadsheet shows beside the other row.
        row: u32,
        /// The contract's words.
        why: Option<Text>,
    },
}

/// Why a cell is not taken, or is doubtful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellFault {
    /// A date stands where a text is needed.
    DateForText,
    /// A character that nobody sees, by its place from 1.
    HiddenCharacter {
        /// Counted in characters, from 1.
        place: usize,
        /// The character.
        character: char,
    },
    /// None of the values that the field may have.
    NotListed(Box<NotListed>),
    /// Not what the field takes.
    NotA {
        /// What the field takes.
        wanted: Wanted,
        /// What the cell shows.
        found: String,
    },
    /// The sheet shows something else than what is sent.
    ShownOtherwise {
        /// What the sheet shows.
        seen: String,
        /// What is sent.
        sent: String,
    },
    /// The format hides a part of what is sent.
    PartlyShown {
        /// The code of the number format.
        format: String,
        /// What is sent.
        sent: String,
    },
    /// The format shows something else on every computer.
    Format {
        /// The code of the number format.
        format: String,
    },
    /// A formula's error.
    Error {
        /// As the sheet shows it: `#REF!`.
        error: String,
    },
    /// The file does not carry the formula's result.
    NoResult,
    /// Letters that cannot be read.
    Undecodable,
    /// A number that has lost digits.
    DigitsLost,
    /// More digits than a number keeps.
    TooManyDigits {
        /// What the cell shows.
        found: String,
        /// How many digits it has.
        digits: usize,
    },
    /// A time that clocks skip, or show twice.
    NoSingleTime(Box<NoSingleTime>),
}

/// A value that is not in the contract's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotListed {
    /// What the cell shows.
    pub found: String,
    /// The values, as a person would write them.
    pub list: Text,
    /// The one that may be meant.
    pub near: Option<Text>,
}

/// What a cell is read for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// Yes or no.
    YesOrNo,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A date, with a time or without.
    Date,
    /// The parser's own words say why it is none.
    Json {
        /// The parser's words.
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
    /// The name of the zone in which it was read.
    pub zone: String,
    /// Clocks are put forward over it; else they are put back, and it comes twice.
    pub missing: bool,
}

/// How a value breaks a rule of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleFault {
    /// The row does not have it.
    Required,
    /// Too long; lengths are in characters.
    MaxLength {
        /// The most that it may have.
        limit: u64,
        /// What it has.
        length: usize,
    },
    /// Too short.
    MinLength {
        /// The least that it must have, in characters.
        limit: u64,
    },
    /// None of the values that it may have.
    Enum {
        /// The values, joined by commas.
        list: String,
    },
    /// Not of the form that it must have.
    Pattern {
        /// A regular expression of ECMA-262.
        pattern: String,
    },
    /// Not of a form that JSON Schema names.
    Format {
        /// The name: `date`, `email`, …
        format: String,
    },
    /// A number on the wrong side of its limit.
    Beyond {
        /// Which limit it is.
        bound: Bound,
        /// The limit.
        limit: String,
    },
    /// Another kind of value.
    Type,
    /// A keyword that has no sentence of its own.
    Other {
        /// The keyword of JSON Schema.
        keyword: String,
    },
    /// A part of the address that is empty, or leads to another address.
    PathPart,
    /// A header that holds more than ASCII.
    Header,
    /// Digits that do not fit each other.
    CheckDigits {
        /// How many digits such a number has.
        digits: u32,
    },
    /// Not what the contract expects (`x-warn`).
    NotExpected,
}

/// Which limit a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// Less than the least that is allowed.
    Minimum,
    /// More than the most that is allowed.
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
