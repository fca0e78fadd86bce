//! Rows as files that somebody takes away.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use caseload_engine::error::Code;
use caseload_engine::{contract, template};
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;
use tempfile::TempDir;

use super::{Desk, Fault};
use crate::office::List;
use crate::state::RunState;
use crate::target::{Reading, Target};

/// A file that is there until it was taken away.
#[derive(Debug)]
pub struct Export {
    file: File,
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
    pub fn export(&self, list: &List, form: &str) -> Result<Export, Fault> {
        self.taken(list, &format!("result.{form}"), |to| self.write(list, to))
    }

    /// The rows of a list that a person has to mend, as a workbook with the columns of the list.
    ///
    /// # Errors
    /// As [`Desk::export`].
    pub fn to_fix(&self, list: &List) -> Result<Export, Fault> {
        self.taken(list, "to-fix.xlsx", |to| {
            self.with_rows(list, |rows| Ok(rows.table.write_to_fix(rows.ledger.as_ref(), &to)?))
        })
    }

    fn taken(
        &self,
        list: &List,
        name: &str,
        write: impl FnOnce(PathBuf) -> Result<PathBuf, Fault>,
    ) -> Result<Export, Fault> {
        if matches!(list.state, RunState::Checking | RunState::Columns) {
            return Err(Fault::NotNow(list.state));
        }
        let folder = self.folder()?;
        let written = write(folder.path().join(name))?;
        opened(&written, folder)
    }

    /// A workbook to fill in for an operation, and the operation's name.
    ///
    /// # Errors
    /// There is no such operation, or the workbook cannot be written.
    pub fn template(&self, target: &Target, to: &str, lang: Lang) -> Result<(String, Export), Fault> {
        let (job, _) = self.0.targets.job(&target.name, &Reading::default(), lang)?;
        let operation = contract::find(&job.contracts, to)?;
        let folder = self.folder()?;
        let path = folder.path().join("template.xlsx");
        template::write(&path, operation, lang)?;
        Ok((operation.name.clone(), opened(&path, folder)?))
    }

    /// A folder of its own for a file, for this user alone.
    fn folder(&self) -> Result<TempDir, Fault> {
        tempfile::Builder::new().prefix("caseload-").tempdir_in(&self.0.places.scratch).map_err(unwritten)
    }
}

fn opened(path: &Path, folder: TempDir) -> Result<Export, Fault> {
    let file = File::open(path).map_err(unwritten)?;
    let bytes = file.metadata().map_err(unwritten)?.len();
    Ok(Export { file, bytes, _folder: folder })
}

fn unwritten(error: io::Error) -> Fault {
    let why = shown(&error.to_string());
    Fault::Engine(Code::ResultUnwritable.early(text!(
        "Dosya hazırlanamadı: {why}. Sunucunun disk alanına bakın; sonra yeniden indirin.",
        "The file could not be made: {why}. Check the room on the server's disk, then download it again."
    )))
}
