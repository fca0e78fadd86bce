//! What keeps a store from doing what it is asked.

use std::path::PathBuf;

use super::failure::Failure;

/// The ledger cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program holds the ledger for itself.
    #[error("another program holds the ledger")]
    Busy,
    /// Another process is sending the run.
    #[error("another process is sending the run")]
    UnderWay,
    /// The store fails: of what kind that is, and what the store says of it.
    #[error("{said}")]
    Store {
        /// The kind.
        why: Failure,
        /// The store's words.
        said: String,
    },
    /// The file cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Its folder lies on a network, on this file system.
    #[error("its folder is on a network ({0})")]
    Remote(&'static str),
    /// There is a hard link to it.
    #[error("the file has two names")]
    TwoNames,
    /// A link stands where a file of the ledger's own belongs.
    #[error("{} is a link", .0.display())]
    Link(PathBuf),
    /// The ledger is a link that leads nowhere, or that is somebody else's or leads to somebody else's file.
    #[error("{} is a link that is not followed", .0.display())]
    StrangeLink(PathBuf),
    /// It is an older copy of a ledger that has gone on since.
    #[error("it is an older copy")]
    Older(super::sqlite::Newer),
    /// It was closed, sent again or given back since somebody looked at it.
    #[error("the row has changed")]
    Changed,
    /// Something of the row's request may still be under way, for so long.
    #[error("the row's request may still be under way for {} s", .0.as_secs() + 1)]
    Unripe(std::time::Duration),
    /// It cannot be used, for this reason.
    #[error("{0}")]
    Unfit(String),
}

impl Error {
    /// Whether somebody else writes at this moment: the same may do a little later.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy | Self::Store { why: Failure::Busy, .. })
    }
}
