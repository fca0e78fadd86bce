//! Several files in one command: each in its turn, with a word and an object for each, and the worst end as that of
//! the command.

use std::path::{Path, PathBuf};

use caseload_engine::error::Error;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::say;
use caseload_sheet::write::is_untouched;
use serde_json::{Value, json};

use super::worse;
use crate::cli::arguments::FileArgs;
use crate::cli::exit::Exit;
use crate::cli::progress::Terminal;

/// Why a file was not done, and what was found about it before.
pub struct NotDone {
    pub error: Error,
    /// The object that `--json` prints of it, where more is known than the error.
    pub found: Option<Box<Value>>,
}

impl From<Error> for NotDone {
    fn from(error: Error) -> Self {
        Self { error, found: None }
    }
}

/// The files of a command, and how it tells of them.
pub struct Files<'a> {
    paths: &'a [PathBuf],
    json: bool,
    terminal: Terminal,
}

impl<'a> Files<'a> {
    pub fn new(files: &'a [PathBuf], args: &FileArgs, lang: Lang) -> Self {
        Self { paths: files, json: args.json, terminal: Terminal::new(lang, args.quiet, args.verbose) }
    }

    /// Does something with each file by the job that is the same for all. A file that cannot be read does not keep
    /// the next from its turn; an end that `stops` does.
    ///
    /// # Errors
    /// The job itself failed. With `--json`, each file still gets its object.
    pub fn each<J>(
        &self,
        job: Result<J, Error>,
        stops: impl Fn(Exit) -> bool,
        mut go: impl FnMut(&Path, &J, Terminal) -> Result<Exit, NotDone>,
    ) -> Result<Exit, Error> {
        let job =
            job.inspect_err(|stop| self.paths.iter().for_each(|file| self.tell(&self.not_done(file, stop, None))))?;
        let (mut worst, mut over, mut untried) = (Exit::Done, None, Vec::new());
        for file in self.paths {
            if let Some(exit) = over {
                untried.push(shown(&file.display().to_string()));
                self.tell(&self.not_tried(file, exit));
                continue;
            }
            if self.paths.len() > 1 && is_untouched(file) {
                self.leave_out(file);
                continue;
            }
            let exit = go(file, &job, self.terminal).unwrap_or_else(|NotDone { error, found }| {
                self.terminal.error(error.sentence(self.terminal.lang));
                self.tell(&self.not_done(file, &error, found));
                error.kind.into()
            });
            worst = worse(worst, exit);
            over = Some(exit).filter(|exit| stops(*exit));
        }
        if !untried.is_empty() {
            let files = untried.join(", ");
            self.terminal.error(&say!(
                self.terminal.lang,
                "Sıra gelmeyen dosyalar: {files}. Aynı komut onlarla da sürer.",
                "Files whose turn did not come: {files}. The same command goes on with them."
            ));
        }
        Ok(worst)
    }

    /// What this program wrote and nobody changed is no list of a person's: a pattern or a folder has it by chance.
    fn leave_out(&self, file: &Path) {
        let name = shown(&file.display().to_string());
        self.terminal.note(&say!(
            self.terminal.lang,
            "{name} atlandı: bu programın yazdığı, o günden beri değişmemiş bir sonuç. Göndermek için tek başına verin.",
            "{name} is left out: it is a result that this program wrote, unchanged since. To submit it, give it alone."
        ));
        self.tell(&json!({"run": null, "file": file.to_string_lossy(), "left_out": "own-result", "exit": 0}));
    }

    fn tell(&self, object: &Value) {
        if self.json {
            self.terminal.json(object);
        }
    }

    fn not_done(&self, file: &Path, stop: &Error, found: Option<Box<Value>>) -> Value {
        let error = json!({"code": Exit::from(stop.kind).word(), "title": stop.sentence(self.terminal.lang)});
        // What was found before it could not begin is told where there is something.
        if let Some(Value::Object(mut found)) = found.map(|found| *found) {
            found.insert("error".to_owned(), error);
            return Value::Object(found);
        }
        json!({"run": null, "file": file.to_string_lossy(), "result": null, "exit": Exit::from(stop.kind).code(), "error": error})
    }

    fn not_tried(&self, file: &Path, exit: Exit) -> Value {
        let title = say!(
            self.terminal.lang,
            "Komut daha önceki bir dosyada durdu; bu dosyaya sıra gelmedi.",
            "The command stopped at an earlier file, before the turn of this one."
        );
        let error = json!({"code": "not-tried", "title": title});
        json!({"run": null, "file": file.to_string_lossy(), "result": null, "exit": exit.code(), "error": error})
    }
}
