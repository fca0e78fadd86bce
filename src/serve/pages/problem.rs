//! What went wrong, as a page: what is so, that nothing is lost, and what to do.

/// A page in place of the one that was asked for.
#[derive(Debug, Clone)]
pub struct ProblemScreen {
    /// The HTTP status.
    pub status: u16,
    /// The stable code, as JSON has it.
    pub code: String,
    /// What went wrong.
    pub kind: ProblemPage,
}

/// What can go wrong with a page.
#[derive(Debug, Clone)]
pub enum ProblemPage {
    /// The file is larger than is taken.
    TooLarge {
        /// As it was called.
        file_name: String,
        /// Its bytes, where they are known.
        bytes: Option<u64>,
        /// The largest that is taken, in bytes.
        limit: u64,
    },
    /// It is no spreadsheet that is read, or an old one.
    WrongKind {
        /// As it was called.
        file_name: String,
        /// What it is, as a sentence of the reader ("Eski Excel biçiminde."); empty for what nobody knows.
        what: String,
    },
    /// The upload ended early.
    CutOff,
    /// Another process is sending this run.
    Busy {
        /// The run as addresses name it, where it is known.
        run: Option<String>,
    },
    /// The list was changed in another window, and what was asked for no longer fits it.
    Changed {
        /// The run as addresses name it.
        run: String,
        /// What changed, as a sentence; empty where it cannot be said.
        what: String,
    },
    /// This person may not.
    Forbidden,
    /// There is no such page, run or row.
    NotFound,
    /// The form was old, or was sent from elsewhere.
    Forged,
    /// Too many requests.
    TooMany {
        /// Seconds to wait.
        seconds: u64,
    },
    /// The disk is full.
    DiskFull,
    /// The page is stopping, and comes again.
    Stopping,
    /// Something else, in the engine's words: a title without a full stop, and sentences.
    Said {
        /// The title.
        title: String,
        /// The sentences.
        text: String,
        /// The next step, as its words and its address.
        act: Option<(String, String)>,
    },
    /// A fault of the program itself.
    Internal,
}
