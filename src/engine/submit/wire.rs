//! What the loop needs of the way to the server: the real one is [`Sender`](super::client::Sender), the other a
//! simulation in which time is a number and every failure is drawn from a seed.

use reqwest::header::HeaderValue;

use super::renewal::Tokens;
use super::token::Source;
use crate::outcome::Attempt;
use crate::validate::Request;

/// Carries one request at a time, and tells how it ended.
pub trait Wire {
    /// The tokens of a run that begins: none yet.
    fn tokens(&self) -> Tokens;

    /// Where an operation's token comes from; none where it takes none, or one that the user gave.
    fn source_of(&self, operation: usize) -> Option<usize>;

    /// The source with an index that [`source_of`](Self::source_of) gave.
    fn source(&self, source: usize) -> &Source;

    /// Makes one request and tells how it ended. Never fails: every end is an [`Attempt`].
    fn send(&self, request: &Request, reference: &str, token: Option<HeaderValue>) -> impl Future<Output = Attempt>;

    /// Asks a source for a token. Never fails either.
    fn ask(&self, source: usize) -> impl Future<Output = Attempt>;
}
