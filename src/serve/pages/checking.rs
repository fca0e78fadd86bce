//! A list that is being read and checked: seconds for most, a minute for a million rows.

use super::run_head::RunHead;

/// The page of a run whose rows are being checked. It asks for itself again until they are.
#[derive(Debug, Clone)]
pub struct CheckingScreen {
    /// The head; its rows are those read so far.
    pub run: RunHead,
}
