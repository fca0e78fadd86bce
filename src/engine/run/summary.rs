//! What a check or a run came to.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::first_pass::CheckedFile;
use super::propose::Proposal;
use crate::doubt::InQuestion;
use crate::ending::Ending;
use crate::error::{Code, Error, ErrorKind};
use crate::job::Job;
use crate::message::{Lang, Text};
use crate::outcome::{Cause, Status, Tally};
use crate::read::ReadAs;
use crate::submit::event::now_ms;

/// The end of a check or a run. Every row of the file is in the tally.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The file was only checked.
    pub checking: bool,
    /// The run's name. A check has none, and neither has a run that did not begin.
    pub run: Option<String>,
    /// The file as its caller named it.
    pub path: PathBuf,
    /// Its name, without the folder.
    pub file_name: String,
    /// Of the file, in hexadecimal.
    pub sha256: String,
    /// The operations as `system/operation`, joined by commas.
    pub to: String,
    /// Where the requests went, joined by commas; empty for a check.
    pub addresses: String,
    /// The name that the caller has for its settings.
    pub profile: Option<String>,
    /// How the file was understood.
    pub read_as: ReadAs,
    /// Milliseconds since 1970-01-01 UTC, as is `ended_ms`.
    pub started_ms: i64,
    /// When it ended.
    pub ended_ms: i64,
    /// How long it took.
    pub elapsed: Duration,
    /// How many rows ended how.
    pub tally: Tally,
    /// Rows that left now: the run may be older.
    pub sent: u64,
    /// Rows that were done before.
    pub done_before: u64,
    /// What was in question before anything was sent.
    pub in_question: InQuestion,
    /// What is to be known of the file beside its rows.
    pub warnings: Vec<Text>,
    /// How it ended.
    pub ending: Ending,
    /// What stopped the run, or kept its result from being written.
    pub stop: Option<Error>,
    /// Why the first of the rows that were not sent was not, unless the caller chose so.
    pub reason: Option<Cause>,
    /// Another process is sending the run; the numbers are those of this moment.
    pub under_way: bool,
    /// The result file, if one was written.
    pub result: Option<PathBuf>,
}

impl Summary {
    /// Of a file of so many rows whose outcomes are still to be counted.
    pub(super) fn of(checked: &CheckedFile, job: &Job, rows: u64) -> Self {
        Self {
            checking: false,
            run: None,
            path: checked.path.clone(),
            file_name: checked.file_name.clone(),
            sha256: checked.sha256.clone(),
            to: checked.target(),
            addresses: String::new(),
            profile: job.recipe.profile.clone(),
            read_as: checked.reading.read_as.clone(),
            started_ms: now_ms(),
            ended_ms: now_ms(),
            elapsed: Duration::ZERO,
            tally: Tally::of_rows(rows),
            sent: 0,
            done_before: 0,
            in_question: InQuestion::default(),
            warnings: checked.warnings.clone(),
            ending: Ending::AllDone,
            stop: None,
            reason: None,
            under_way: false,
            result: None,
        }
    }

    /// Of a file of which nothing was sent, for what is in question about it.
    pub(super) fn of_unsent(checked: &CheckedFile, job: &Job, proposal: &Proposal, elapsed: Duration) -> Self {
        let tally = Tally::of_unsent(
            u64::from(checked.places.len()) - checked.examples.len() as u64,
            checked.invalid + checked.findings.contradictions(),
            proposal.left_out.len() as u64 + checked.findings.repeats(),
        );
        Self {
            elapsed,
            done_before: tally.was_done,
            in_question: proposal.question.clone(),
            ending: Ending::Stopped(ErrorKind::CannotStart),
            tally,
            ..Self::of(checked, job, 0)
        }
    }

    /// As programs read it: the object of `--json` and of the page. `valid` is counted for a check alone.
    pub fn as_json(&self, lang: Lang) -> Value {
        let tally = &self.tally;
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("run", json!(self.run));
        put("file", json!(self.path.to_string_lossy()));
        put("sha256", json!(self.sha256));
        put("to", json!(self.to));
        put("rows", json!(tally.rows));
        if self.checking {
            put("valid", json!(tally.count(Status::Valid)));
        }
        for word in Status::ALL.into_iter().filter(|&word| word != Status::Valid) {
            put(&word.as_str().replace('-', "_"), json!(tally.count(word)));
        }
        put("balance", json!(tally.balances()));
        put("result", json!(self.result.as_ref().map(|path| path.to_string_lossy())));
        put("elapsed_s", json!((self.elapsed.as_secs_f64() * 1000.0).round() / 1000.0));
        put("exit", json!(self.ending.number()));
        put("sent", json!(self.sent));
        put("done_before", json!(self.done_before));
        put("in_question", self.in_question.as_json());
        put("read_as", json!(self.read_as));
        if let Some(stop) = &self.stop {
            put("error", json!({"code": Code::from(stop.kind).as_str(), "title": stop.sentence(lang)}));
        }
        Value::Object(object)
    }
}
