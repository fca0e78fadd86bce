//! What is known of a file once all of it was checked.

use std::path::PathBuf;

use crate::account::Places;
use crate::contract::Operation;
use crate::keyed::{Key, KeyedHasher};
use crate::ledger::EntryId;
use crate::map::SheetMap;
use crate::message::Text;
use crate::read::{Input, ReadAs};
use crate::row::{Place, Row, Sheet};
use crate::run::past::KnownAs;
use crate::spool::Spooled;
use crate::validate::Verdict;
use crate::validate::across::Findings;

/// A file that was checked.
pub struct CheckedFile {
    pub path: PathBuf,
    pub file_name: String,
    /// In hexadecimal.
    pub sha256: String,
    pub is_csv: bool,
    pub reading: Reading,
    pub sheets: Vec<Sheet>,
    /// What the columns of each sheet are.
    pub maps: Vec<SheetMap>,
    pub formats: Vec<String>,
    pub warnings: Vec<Text>,
    /// The operations that the file's rows become.
    pub operations: Vec<Operation>,
    /// The cells; kept only where a result is written.
    pub rows: Option<Spooled<Row>>,
    pub verdicts: Spooled<Verdict>,
    pub findings: Findings,
    pub places: Places,
    pub valid: u64,
    pub invalid: u64,
    /// The rows that are the template's example, by ordinal: no rows of the list.
    pub examples: Vec<u32>,
    /// Tells equal rows apart that are no duplicates.
    pub occurrences: KeyedHasher,
    /// Times are read in this computer's zone, for nobody names another.
    pub has_local_times: bool,
    /// How the ledger may know the file's rows.
    pub known_as: Vec<KnownAs>,
    pub before: Before,
}

/// What a file's rows have of the time before.
#[derive(Default)]
pub struct Before {
    /// Valid rows that the file itself, an earlier result, calls settled by this server.
    pub fed: Vec<Fed>,
    /// Rows that it calls settled by another server, or in a run that the ledger does not know.
    pub fed_elsewhere: Vec<u32>,
    /// Order keys behind which unknown rows of a ledger of an older form hold the file's rows.
    pub held: Vec<(Key, EntryId)>,
}

/// A valid row that an earlier result calls settled by this server.
#[derive(Debug, Clone, Copy)]
pub struct Fed {
    pub ordinal: u32,
    /// The run that settled it, by a number of the ledger, and where the row stood in that run's file.
    pub run: u32,
    pub place: Place,
}

/// How the file was read.
pub struct Reading {
    pub read_as: ReadAs,
    /// The encoding that the user agreed to, where none was named.
    pub agreed_encoding: Option<&'static str>,
    /// Rows that repeat the header row, skipped.
    pub repeated_headers: u64,
}

impl Reading {
    /// Before its rows are read.
    pub fn of(input: &Input) -> Self {
        Self { read_as: input.read_as(), agreed_encoding: input.agreed, repeated_headers: 0 }
    }
}

impl CheckedFile {
    /// The operations as `--to` takes them, joined by commas.
    pub fn target(&self) -> String {
        self.operations.iter().map(Operation::full_name).collect::<Vec<_>>().join(",")
    }
}
