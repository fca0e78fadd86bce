//! Rows as files that somebody takes away.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use caseload_engine::error::Code;
use caseload_engine::{contract, template};
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;
use tempfile::TempDir;

use super::{Desk, Fault, now};
use crate::office::{Act, Actor, List};
use crate::state::RunState;
use crate::target::{Reading, Target};

/// A file that is there until it was taken away.
#[derive(Debug)]
pub struct Export {
    file: File,
    /// As whoever takes it away finds it.
    pub name: String,
    /// Its size, in bytes.
    pub bytes: u64,
    _folder: TempDir,
}

impl Read for Export {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Desk {
    /// The result of a list, or of its check, as `xlsx`, `csv` or `jsonl`.
    ///
    /// # Errors
    /// It was not checked yet, its file is gone, or the result cannot be written.
    pub fn export(&self, list: &List, form: &str, by: &Actor) -> Result<Export, Fault> {
        self.taken(list, ("result", form), by, |to| self.write(list, to))
    }

    /// The rows of a list that a person has to mend, as a workbook with the columns of the list.
    ///
    /// # Errors
    /// As [`Desk::export`].
    pub fn to_fix(&self, list: &List, by: &Actor) -> Result<Export, Fault> {
        self.taken(list, ("to-fix", "xlsx"), by, |to| {
            self.with_rows(list, |rows| Ok(rows.table.write_to_fix(rows.ledger.as_ref(), &to)?))
        })
    }

    fn taken(
        &self,
        list: &List,
        (what, form): (&str, &str),
        by: &Actor,
        write: impl FnOnce(PathBuf) -> Result<PathBuf, Fault>,
    ) -> Result<Export, Fault> {
        if matches!(list.state, RunState::Checking | RunState::Columns) {
            return Err(Fault::NotNow(list.state));
        }
        let folder = self.folder()?;
        let written = write(folder.path().join(format!("{what}.{form}")))?;
        self.office().note(by, Some(&list.name), &Act::Exported { file: what.to_owned() }, now())?;
        opened(&written, folder, named(&list.file_name, what, form))
    }

    /// A workbook to fill in for an operation.
    ///
    /// # Errors
    /// There is no such operation, or the workbook cannot be written.
    pub fn template(&self, target: &Target, to: &str, lang: Lang) -> Result<Export, Fault> {
        let (job, _) = self.0.targets.job(&target.name, &Reading::default(), lang)?;
        let operation = contract::find(&job.contracts, to)?;
        let folder = self.folder()?;
        let path = folder.path().join("template.xlsx");
        template::write(&path, operation, lang)?;
        opened(&path, folder, format!("{}.xlsx", operation.name))
    }

    /// A folder of its own for a file, for this user alone.
    fn folder(&self) -> Result<TempDir, Fault> {
        tempfile::Builder::new().prefix("caseload-").tempdir_in(&self.0.places.scratch).map_err(unwritten)
    }
}

/// `list.csv` gives `list.result.xlsx`.
fn named(file: &str, what: &str, form: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}.{what}.{form}")
}

fn opened(path: &Path, folder: TempDir, name: String) -> Result<Export, Fault> {
    let file = File::open(path).map_err(unwritten)?;
    let bytes = file.metadata().map_err(unwritten)?.len();
    Ok(Export { file, name, bytes, _folder: folder })
}

fn unwritten(error: io::Error) -> Fault {
    let why = shown(&error.to_string());
    Fault::Engine(Code::ResultUnwritable.early(text!(
        "Dosya hazırlanamadı: {why}. Sunucunun disk alanına bakın; sonra yeniden indirin.",
        "The file could not be made: {why}. Check the room on the server's disk, then download it again."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_for_its_list() {
        assert_eq!(named("liste.xlsx", "result", "csv"), "liste.result.csv");
        assert_eq!(named("liste", "to-fix", "xlsx"), "liste.to-fix.xlsx");
    }
}
