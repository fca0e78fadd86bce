//! How the sandbox behaves.

use std::io::Write;
use std::time::Duration;

use super::script::Script;

/// How the sandbox behaves. By default it gives good answers at once.
#[derive(Default)]
pub struct Options {
    pub script: Script,
    /// Requests a second. A request above it is answered with 429 and not carried out.
    pub limit_per_s: Option<f64>,
    /// How long each answer waits. The request is carried out before.
    pub latency: Duration,
    /// Takes one JSON object a line for each request, before its answer leaves. Give it a `File`
    /// as it is: a buffer would be lost with the process.
    pub log: Option<Box<dyn Write + Send>>,
    /// The only bearer token that is accepted. Without it, any token will do that is not empty.
    pub token: Option<String>,
    /// How long the sandbox's tokens live; an hour by default. Their answer tells whole seconds, so a client cannot go by
    /// a shorter life.
    pub token_lifetime: Option<Duration>,
}
