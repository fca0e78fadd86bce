//! What the columns are: shown only where a header did not say it.

use super::run_head::RunHead;

/// The page at `…/columns`.
#[derive(Debug, Clone)]
pub struct ColumnsScreen {
    /// The head.
    pub run: RunHead,
    /// Where the headers stand, as the spreadsheet numbers its rows.
    pub header_row: u32,
    /// The columns that a person has to name, in the order of the sheet.
    pub open: Vec<OpenColumn>,
    /// The columns whose headers say it.
    pub known: Vec<KnownColumn>,
    /// Every field that a column may be.
    pub fields: Vec<FieldName>,
    /// The fields that each row needs, in the order of the contract.
    pub required: Vec<RequiredField>,
    /// The fields that only some rows need, as sentences of the contract ("Kurulum ve banka silmede Terminal No ve
    /// Üye İşyeri No.").
    pub required_sometimes: Vec<String>,
    /// Whether the choices are kept for the next files; how the box stands.
    pub remember: bool,
    /// What was wrong with the form that came back; the page says it at the column or the field.
    pub faults: Vec<ColumnFault>,
    /// Whether this person may answer.
    pub may_prepare: bool,
}

/// A column that nobody has named.
#[derive(Debug, Clone)]
pub struct OpenColumn {
    /// As the spreadsheet letters it.
    pub letter: String,
    /// The header as it stands; empty for none.
    pub header: String,
    /// The first values, three at most.
    pub samples: Vec<String>,
    /// What it may be.
    pub suggestion: Option<Suggestion>,
    /// What was chosen: a field's name, `-` for a column that is not sent, empty for nothing yet.
    pub chosen: String,
}

/// What a column may be, and why.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The field's name.
    pub field: String,
    /// How sure it is.
    pub strength: Strength,
    /// Why, as a sentence without a full stop ("1.240 değerden mali numara biçiminde olan: 1.231").
    pub why: String,
}

/// How sure a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Only a hint.
    Low,
    /// Worth a look.
    Middle,
    /// Nearly certain.
    High,
}

/// A column whose header says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownColumn {
    /// As the spreadsheet letters it.
    pub letter: String,
    /// The header as it stands.
    pub header: String,
    /// The field's name for people.
    pub label: String,
}

/// A field of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName {
    /// As forms spell it (`deviceId`).
    pub name: String,
    /// As people read it ("Mali No").
    pub label: String,
}

/// A field that each row needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredField {
    /// The field.
    pub field: FieldName,
    /// Where its values come from.
    pub source: FieldSource,
}

/// Where a field's values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldSource {
    /// The column with this letter.
    Column(String),
    /// One value for all rows.
    Fixed(String),
    /// Nothing yet: an open column may be it.
    NotChosen,
    /// No column of the file is left for it: one value for all rows may be written.
    NotInFile,
}

/// What was wrong with the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnFault {
    /// Two columns were given one field: the letters, and the field's label.
    Twice {
        /// The letters of both columns.
        letters: (String, String),
        /// The field as people read it.
        label: String,
    },
    /// A field that each row needs has no column and no value: its name.
    Missing(FieldName),
    /// The value that was to stand in all rows is not accepted: the field's name, and why.
    Refused {
        /// The field.
        field: FieldName,
        /// Why, as a sentence.
        why: String,
    },
}
