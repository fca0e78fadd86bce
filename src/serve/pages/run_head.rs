//! The head of every page of a run: which file, which system, whose, how far.

use caseload_sheet::message::Text;
use caseload_sheet::{say, text};
use jiff::Timestamp;
use maud::{Markup, html};

use super::Frame;
use super::parts::plate::plate;
use crate::path;
use crate::state::RunState;

/// What the head of a run's pages says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHead {
    /// The run as addresses name it.
    pub name: String,
    /// The file as it was called when it came.
    pub file_name: String,
    /// Where it goes.
    pub place: Place,
    /// What its rows become, as the contract calls it in the reader's language ("Talep açma"); empty while it is not
    /// known. Several operations are joined by commas.
    pub operation: String,
    /// The sheet, where the file is a workbook and only one of its sheets is read.
    pub sheet: Option<String>,
    /// How many sheets are read.
    pub sheets: usize,
    /// Rows read so far.
    pub rows: u64,
    /// Who brought it, as others are shown that person.
    pub by: String,
    /// When it came.
    pub at: Timestamp,
    /// How far it has come.
    pub state: RunState,
    /// A header did not say what its column is, so that the run has a page of columns.
    pub asks_columns: bool,
}

/// Where a list goes, as a plate and a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The system's name.
    pub title: String,
    /// TEST; every other place is LIVE.
    pub is_test: bool,
}

/// The steps of a run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// The file came.
    File,
    /// What its columns are.
    Columns,
    /// What is wrong.
    Check,
    /// The question.
    Confirm,
    /// Under way.
    Sending,
    /// What became of it.
    Result,
}

impl Step {
    const ALL: [Step; 6] = [Step::File, Step::Columns, Step::Check, Step::Confirm, Step::Sending, Step::Result];

    fn word(self) -> Text {
        match self {
            Step::File => text!("Dosya", "File"),
            Step::Columns => text!("Sütunlar", "Columns"),
            Step::Check => text!("Denetim", "Check"),
            Step::Confirm => text!("Onay", "Confirm"),
            Step::Sending => text!("Gönderim", "Sending"),
            Step::Result => text!("Sonuç", "Result"),
        }
    }
}

impl RunHead {
    /// The page or the form of this run.
    pub(super) fn at(&self, what: &str) -> String {
        path::of_run(&self.name, what)
    }

    /// The head, standing at a step.
    pub(super) fn render(&self, frame: &Frame, here: Step) -> Markup {
        let lang = frame.lang;
        let rows = frame.n(self.rows);
        html! {
            section class="run" aria-label=(say!(lang, "Gönderim", "Run")) {
                div class="run-in" {
                    div class="run-line" {
                        h1 { (self.file_name) }
                        span class="target" {
                            (plate(frame, self.place.is_test)) " " (self.place.title)
                            @if !self.operation.is_empty() { " · " (self.operation) }
                        }
                    }
                    p class="run-meta" {
                        span {
                            @match &self.sheet {
                                Some(sheet) => (say!(lang, "Sayfa “{sheet}”, {rows} satır", "Sheet “{sheet}”, {rows} rows")),
                                None if self.sheets > 1 => (say!(lang, "{count} sayfa, {rows} satır", "{count} sheets, {rows} rows", count = self.sheets)),
                                None => (say!(lang, "{rows} satır", "{rows} rows")),
                            }
                        }
                        span { (self.by) }
                        span { (frame.in_full(self.at)) }
                        span { (say!(lang, "Gönderim", "Run")) " " span class="num-id" { (self.name) } }
                    }
                    (self.steps(frame, here))
                }
            }
        }
    }

    fn steps(&self, frame: &Frame, here: Step) -> Markup {
        html! {
            nav aria-label=(say!(frame.lang, "Adımlar", "Steps")) class="no-print" {
                ol class="steps" {
                    @for step in Step::ALL {
                        li { (self.step(frame, step, here)) }
                    }
                }
            }
        }
    }

    fn step(&self, frame: &Frame, step: Step, here: Step) -> Markup {
        let word = frame.say(step.word());
        let behind = html! { (word) span class="vh" { " (" (say!(frame.lang, "tamam", "done")) ")" } };
        match self.page_of(step).filter(|_| step <= here) {
            _ if step > here => html! { span { (word) } },
            Some(page) if step == here => html! { a href=(page) aria-current="step" { (word) } },
            None if step == here => html! { span aria-current="step" { (word) } },
            Some(page) => html! { a class="past" href=(page) { (behind) } },
            None => html! { span class="past" { (behind) } },
        }
    }

    /// The page of a step, where a person can still go to it.
    fn page_of(&self, step: Step) -> Option<String> {
        let is_draft = !self.state.has_begun();
        match step {
            Step::File => None,
            Step::Columns => (is_draft && self.asks_columns).then(|| self.at("columns")),
            Step::Check => is_draft.then(|| self.at("check")),
            Step::Confirm => is_draft.then(|| self.at("confirm")),
            Step::Sending => self.state.has_begun().then(|| self.at("progress")),
            Step::Result => self.state.has_begun().then(|| self.at("result")),
        }
    }
}
