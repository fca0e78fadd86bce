//! What becomes of a row: one word, one icon and one colour, always together.

use caseload_engine::outcome::Status;

/// What a page says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// An outcome of the engine.
    Is(Status),
    /// A person left the row out of a list that is not sent yet. In the result it is [`Status::NotSent`].
    LeftOut,
    /// Valid, with something to look at.
    Warned,
}
