//! A list: a file that somebody brought, and how far it has come. The page calls it a run.

use caseload_sheet::message::{Lang, one_line};
use caseload_sheet::text;
use serde_json::Value;

use super::{Actor, Error};
use crate::state::RunState;
use crate::target::Reading;

/// The longest name of a file, in bytes: what file systems take.
const LONGEST_NAME: usize = 255;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A workbook.
    Xlsx,
    /// Delimited text.
    Csv,
    /// Text that was pasted into the page.
    Pasted,
}

impl Kind {
    /// As the office spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Xlsx => "xlsx",
            Kind::Csv => "csv",
            Kind::Pasted => "pasted",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Kind::Xlsx, Kind::Csv, Kind::Pasted].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a list is made of, when its file has arrived.
#[derive(Debug, Clone)]
pub struct NewList {
    /// The day as in the name of a run, by the clock of the caller: `20261126`.
    pub day: String,
    /// The list is for the sandbox, and its name says so.
    pub is_sandbox: bool,
    /// The file's name, as it was sent; [`List::file_name`] is what is shown of it.
    pub file_name: String,
    /// What the file is.
    pub kind: Kind,
    /// The target, by its name in the settings.
    pub target: String,
    /// How it is read.
    pub reading: Reading,
    /// The language of its result.
    pub lang: Lang,
    /// How long the target keeps uploads, in milliseconds: what counts when the settings no longer have the target.
    pub keep_ms: i64,
}

/// A list as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Its number in the office. It says in which order lists came, and no number is given twice.
    pub id: i64,
    /// Its name, in the form of the names of runs.
    pub name: String,
    /// The name of the file as it is shown.
    pub file_name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The file's size.
    pub bytes: u64,
    /// What the file is.
    pub kind: Kind,
    /// Who brought it.
    pub by: Actor,
    /// When.
    pub uploaded_ms: i64,
    /// The target, by its name in the settings.
    pub target: String,
    /// How it is read.
    pub reading: Reading,
    /// The language of its result.
    pub lang: Lang,
    /// How far it has come.
    pub state: RunState,
    /// Since when.
    pub state_ms: i64,
    /// The last sign of life: a change, or progress while rows are sent.
    pub touched_ms: i64,
    /// Who paused it. A paused list without this was paused by a server that ended, and goes on by itself.
    pub paused_by: Option<Actor>,
    /// Counts its changes: mends, columns, target.
    pub revision: u64,
    /// The run in the ledger, once it began.
    pub run: Option<Started>,
    /// The digest of what was proposed or approved. A change of the list takes it away.
    pub digest: Option<String>,
    /// What was counted, as its caller wrote it.
    pub counts: Option<Value>,
    /// Who mends it.
    pub editor: Option<Editor>,
    /// When its run ended.
    pub ended_ms: Option<i64>,
    /// How long its target kept uploads when it came, in milliseconds.
    pub keep_ms: i64,
    /// When somebody deleted it.
    pub deleted_ms: Option<i64>,
    /// When its file and mends were destroyed.
    pub destroyed_ms: Option<i64>,
}

/// A run in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: String,
}

/// Who mends a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// The person.
    pub by: Actor,
    /// When the person began, or took over.
    pub since_ms: i64,
    /// When the person last changed something.
    pub seen_ms: i64,
}

/// Which lists are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only in these states; all where there is none.
    pub states: Vec<RunState>,
    /// Only those that this person brought.
    pub by: Option<i64>,
    /// Only those that came before the list of this number: the last of the page before.
    pub before: Option<i64>,
}

impl List {
    /// Whether its cells, rows and columns may change now.
    pub fn may_change(&self) -> bool {
        may_change(self.state)
    }
}

/// While rows may leave nothing is changed, and of a list that a person ended neither.
pub(super) fn may_change(state: RunState) -> bool {
    !matches!(state, RunState::Sending | RunState::Paused | RunState::Cancelled)
}

/// What is shown of a file's name: the part after the last slash of either kind, with what steers a terminal or a
/// reading direction escaped.
///
/// # Errors
/// [`Error::Refused`] where nothing is left, or too much.
pub(super) fn shown_name(name: &str) -> Result<String, Error> {
    let own = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let own = if name.len() > 4 * LONGEST_NAME { "" } else { own };
    let clean = one_line(own).into_owned();
    if clean.is_empty() || clean.len() > LONGEST_NAME || clean == "." || clean == ".." {
        return Err(Error::Refused(text!(
            "Dosyanın adı kullanılamıyor. En çok 255 baytlık bir ad verip yeniden yükleyin.",
            "The name of the file cannot be used. Give it a name of at most 255 bytes, and upload it again."
        )));
    }
    Ok(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_shown_without_folders_and_without_what_steers() {
        let shown = |name: &str| shown_name(name).ok();
        assert_eq!(shown("../../liste.xlsx").as_deref(), Some("liste.xlsx"));
        assert_eq!(shown("C:\\Users\\elif\\liste.xlsx").as_deref(), Some("liste.xlsx"));
        assert_eq!(shown("a\nb\u{202e}.csv").as_deref(), Some("a\\u{a}b\\u{202e}.csv"));
        for bad in ["", "..", "x/", "/", " ", &"x".repeat(256), &"\n".repeat(200), &"ş/".repeat(1 << 20)] {
            assert_eq!(shown(bad), None);
        }
    }
}
