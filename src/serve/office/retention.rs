//! How long files and mends stay, and what is written down when they are destroyed.

use super::Actor;

/// Something was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// The name of the list.
    pub list: String,
    /// When.
    pub at_ms: i64,
    /// By which rule: `keep_uploads` with the time that it kept, or `deleted`.
    pub rule: String,
    /// The bytes of its file.
    pub bytes: u64,
    /// How many mended cells went with it.
    pub cells: u64,
    /// Who did it; nothing of what happened by the rule.
    pub by: Option<Actor>,
}
