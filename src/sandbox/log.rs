//! The sandbox's record of what it received and did: one JSON object a line, written before the answer leaves. Tests
//! take it as the truth about a run.

use std::io::{self, Write};

use caseload_sheet::message::write_json;
use serde::Serialize;
use serde_json::Value;

/// One request, fully received.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    /// The first request is 1.
    pub n: u64,
    /// When the request had arrived: milliseconds of Unix time.
    pub at_ms: u64,
    pub method: &'a str,
    pub path: &'a str,
    /// What follows the question mark; left out where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<&'a str>,
    /// The request's `X-Request-Id`.
    pub reference: Option<&'a str>,
    /// Null for a body that is not JSON.
    pub body: Option<&'a Value>,
    /// The status in the answer; null where no status line leaves.
    pub status: Option<u16>,
    /// Whether the request was carried out.
    pub committed: bool,
    /// The action of the script, or `limit`.
    pub fault: Option<&'a str>,
    /// The id that was given out, whether or not the answer carries it.
    pub id: Option<&'a Value>,
}

/// Where the entries go.
pub struct Log {
    to: Box<dyn Write + Send>,
    line: Vec<u8>,
}

impl Log {
    pub fn new(to: Box<dyn Write + Send>) -> Self {
        Self { to, line: Vec::new() }
    }

    /// Hands the whole line over in one write, so that a process killed right after it loses nothing.
    pub fn write(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        self.line.clear();
        write_json(&mut self.line, entry)?;
        self.line.push(b'\n');
        self.to.write_all(&self.line)?;
        self.to.flush()
    }
}
