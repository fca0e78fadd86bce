//! A system, as its contract describes it.

use super::operation::Operation;

/// One system: its document and its operations.
#[derive(Debug)]
pub struct Contract {
    pub name: String,
    pub title: String,
    /// The document as it was loaded; `$ref`s in it stay as they are.
    pub document: serde_json::Value,
    pub operations: Vec<Operation>,
    pub unusable: Vec<Unusable>,
}

/// An operation of the document that rows cannot become.
#[derive(Debug)]
pub struct Unusable {
    pub name: String,
    /// The place in the document, and why.
    pub why: String,
}
