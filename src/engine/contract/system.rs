//! A system, as its contract describes it.

use super::operation::Operation;

/// One system: its document and its operations.
#[derive(Debug)]
pub struct Contract {
    /// The name of its file: the first half of `--to`.
    pub name: String,
    /// What the document calls it.
    pub title: String,
    /// The document as it was loaded; `$ref`s in it stay as they are.
    pub document: serde_json::Value,
    /// The operations that rows can become, in the order of the document.
    pub operations: Vec<Operation>,
    /// The others.
    pub unusable: Vec<Unusable>,
}

/// An operation of the document that rows cannot become.
#[derive(Debug)]
pub struct Unusable {
    /// Its `operationId`, or its method and path.
    pub name: String,
    /// The place in the document, and why.
    pub why: String,
}
