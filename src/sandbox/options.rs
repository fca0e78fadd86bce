//! How the sandbox behaves.

use std::io::Write;
use std::time::Duration;

use super::script::Script;

/// How the sandbox behaves; by default it answers well and at once.
#[derive(Default)]
pub struct Options {
    pub script: Script,
    /// Requests a second; what is above is answered with 429 and not carried out.
    pub limit_per_s: Option<f64>,
    /// How long each answer waits. What the request asks for is done before.
    pub latency: Duration,
    /// Takes one JSON object a line for each request, before its answer leaves. Give it a `File`
    /// as it is: a buffer of one's own would be lost with the process.
    pub log: Option<Box<dyn Write + Send>>,
    /// The only bearer token that is accepted; without it, any one that is not empty.
    pub token: Option<String>,
    /// How long the tokens live that the sandbox gives, an hour if not said. It tells whole seconds: of a life below
    /// one, nothing that a client could go by.
    pub token_lifetime: Option<Duration>,
}
