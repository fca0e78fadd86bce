//! History: all runs, and the search over their rows.

use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::frame::{Nav, Page};
use super::parts::bar::bar;
use super::parts::outcome::{self, word};
use super::parts::plate::{place, plate};
use super::run_head::Place;
use super::start::{Approval, RunRow};
use super::words::Mark;
use super::{Frame, query};
use crate::path;

/// The page at `/runs`.
#[derive(Debug, Clone)]
pub struct HistoryScreen {
    /// What is looked for and shown.
    pub query: HistoryQuery,
    /// The targets to choose from, as the form's value and its words.
    pub targets: Vec<(String, String)>,
    /// The people to choose from, as the form's value and the name.
    pub people: Vec<(String, String)>,
    /// What was found.
    pub found: Found,
    /// How long rows are remembered, in days, where they are forgotten at all.
    pub kept_days: Option<u32>,
}

/// What a person asked for: the fields of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// `q`: the whole number of a device, a terminal, a case; empty lists the runs.
    pub text: String,
    /// `state`: `unknown`, `stopped`, `waiting-approval`, `sending`; empty for all.
    pub state: String,
    /// `target`; empty for all.
    pub target: String,
    /// `by`; empty for everyone.
    pub by: String,
    /// `days`: `30`, `90`, `365`; empty for all.
    pub days: String,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Found {
    /// No text was looked for: runs, the newest first.
    Runs {
        /// Those of this page.
        rows: Vec<RunRow>,
        /// All that match.
        all: u64,
        /// The run to go on after: `?after=`.
        next: Option<String>,
    },
    /// Rows of runs that the text is an identifier of, the newest first; none where it is nowhere.
    Rows(Vec<FoundRow>),
}

/// A row that was found.
#[derive(Debug, Clone)]
pub struct FoundRow {
    /// When its run began.
    pub at: Timestamp,
    /// The run as addresses name it.
    pub run: String,
    /// Its file.
    pub file_name: String,
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// Where it went.
    pub place: Place,
    /// What became of it.
    pub mark: Mark,
    /// The number that it got; empty for none.
    pub id: String,
    /// Who brought the list.
    pub by: String,
}

impl HistoryScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let body = html! {
            h1 { (self.heading(frame)) }
            (self.form(frame))
            @match &self.found {
                Found::Runs { rows, all, next } => (self.runs(frame, rows, *all, next.as_deref())),
                Found::Rows(rows) if rows.is_empty() => (self.nothing(frame)),
                Found::Rows(rows) => (found_rows(frame, rows)),
            }
        };
        frame.page(Page {
            title: self.heading(frame),
            nav: Nav::History,
            class: "page page-wide stack",
            above: None,
            body,
            scripts: &[],
            refresh: None,
        })
    }

    fn heading(&self, frame: &Frame) -> String {
        let (lang, text) = (frame.lang, &self.query.text);
        match &self.found {
            Found::Rows(rows) if rows.len() == 1 => say!(lang, "{text} için 1 satır", "1 row for {text}"),
            Found::Rows(rows) if !rows.is_empty() => {
                say!(lang, "{text} için {count} satır", "{count} rows for {text}", count = frame.n(rows.len() as u64))
            }
            _ => say!(lang, "Geçmiş", "History"),
        }
    }

    fn form(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            section class="panel" aria-label=(say!(lang, "Ara ve süz", "Search and filter")) {
                form class="filters" role="search" action=(path::RUNS) {
                    div class="field" {
                        label for="q" { (say!(lang, "Mali no ya da talep no", "Device or case number")) }
                        input class="input" id="q" name="q" type="search" value=(self.query.text) aria-describedby="q-hint" data-test="find";
                    }
                    (select("state", say!(lang, "Durum", "State"), &states(frame), &self.query.state))
                    (select("target", say!(lang, "Hedef", "Target"), &with_all(say!(lang, "Hepsi", "All"), &self.targets), &self.query.target))
                    (select("by", say!(lang, "Kim", "Who"), &with_all(say!(lang, "Herkes", "Everyone"), &self.people), &self.query.by))
                    (select("days", say!(lang, "Tarih", "When"), &spans(frame), &self.query.days))
                    button class="btn btn-primary" { (frame.icon("search")) (say!(lang, "Ara", "Search")) }
                }
                p class="panel-foot" id="q-hint" {
                    (say!(lang, "Numaranın tamamını yazın.", "Type the whole number.")) " "
                    (say!(
                        lang,
                        "Defterde hücreler durmaz, yalnız izleri durur; bu yüzden numaranın bir parçasıyla ya da adla aranmaz.",
                        "The ledger keeps no cells, only their traces; so a part of a number or a name cannot be searched for."
                    ))
                }
            }
        }
    }

    fn runs(&self, frame: &Frame, rows: &[RunRow], all: u64, next: Option<&str>) -> Markup {
        let lang = frame.lang;
        let label = say!(lang, "Gönderimler", "Runs");
        html! {
            section class="panel" aria-label=(label) {
                @if rows.is_empty() {
                    p class="table-empty" { (say!(lang, "Bu süzgeçte gönderim yok.", "No runs in this filter.")) }
                } @else {
                    div class="scroll" tabindex="0" role="group" aria-label=(say!(lang, "Gönderim listesi", "List of runs")) {
                        table class="table" data-test="history" {
                            thead { tr {
                                th scope="col" { (say!(lang, "No", "No.")) }
                                th scope="col" { (say!(lang, "Dosya", "File")) }
                                th scope="col" { (say!(lang, "Hedef", "Target")) }
                                th scope="col" { (say!(lang, "Durum", "State")) }
                                th scope="col" class="r" { (say!(lang, "Satır", "Rows")) }
                                th scope="col" class="r" { (say!(lang, "Yapıldı", "Done")) }
                                th scope="col" { (say!(lang, "Hazırlayan", "Prepared by")) }
                                th scope="col" { (say!(lang, "Onaylayan", "Approved by")) }
                                th scope="col" aria-sort="descending" { (say!(lang, "Ne zaman", "When")) " ↓" }
                            } }
                            tbody { @for run in rows { (run_row(frame, run)) } }
                        }
                    }
                    (self.pager(frame, rows.len(), all, next))
                }
            }
        }
    }

    fn pager(&self, frame: &Frame, shown: usize, all: u64, next: Option<&str>) -> Markup {
        let lang = frame.lang;
        let (shown, all) = (frame.n(shown as u64), frame.n(all));
        html! {
            div class="pager" {
                span { (say!(lang, "{all} gönderimden gösterilen: {shown}", "{shown} of {all} runs")) }
                @if let Some(run) = next {
                    nav aria-label=(say!(lang, "Sayfalar", "Pages")) {
                        ol { li { a rel="next" href=(query::with(&self.address(), "after", run)) { (say!(lang, "Sonraki", "Next")) } } }
                    }
                }
            }
        }
    }

    /// This search again, from its beginning.
    fn address(&self) -> String {
        let it = &self.query;
        let pairs = [("q", &it.text), ("state", &it.state), ("target", &it.target), ("by", &it.by), ("days", &it.days)];
        let set = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        set.fold(path::RUNS.to_owned(), |address, (name, value)| query::with(&address, name, value))
    }

    fn nothing(&self, frame: &Frame) -> Markup {
        let (lang, text) = (frame.lang, &self.query.text);
        let every =
            HistoryScreen { query: HistoryQuery { text: text.clone(), ..HistoryQuery::default() }, ..self.clone() };
        html! {
            section class="panel" aria-label=(say!(lang, "Bulunan satırlar", "Rows that were found")) {
                div class="table-empty stack-s" {
                    p class="strong" { (say!(lang, "“{text}” hiçbir gönderimde yok", "“{text}” is in no run")) }
                    p {
                        (say!(lang, "Numarayı eksiksiz yazdığınızdan emin olun.", "Make sure that you typed the whole number.")) " "
                        @if let Some(days) = self.kept_days {
                            (say!(
                                lang,
                                "{days} günden eski gönderimlerin satırları silinmiş olabilir.",
                                "Rows of runs older than {days} days may have been deleted."
                            ))
                        }
                    }
                    @if every.query != self.query {
                        p { a class="btn" href=(every.address()) { (say!(lang, "Her yerde ve bütün tarihlerde ara", "Search everywhere and at all times")) } }
                    }
                }
            }
        }
    }
}

fn run_row(frame: &Frame, run: &RunRow) -> Markup {
    let rows = &run.rows;
    let parts = [
        ("b-done", rows.done),
        ("b-rejected", rows.rejected),
        ("b-unknown", rows.unknown),
        ("b-invalid", rows.invalid),
        ("b-duplicate", rows.duplicate),
        ("b-off", if run.state.has_begun() { rows.not_sent } else { 0 }),
    ];
    html! {
        tr {
            td class="num-id" { (run.name) }
            th scope="row" { a class="file-name nowrap" href=(path::run(&run.name)) { (run.file_name) } }
            td { (place(frame, &run.place)) }
            td { (outcome::state(frame, run)) }
            td class="r" { (frame.n(rows.read)) }
            td class="r" { (frame.n(rows.done)) (bar("bar bar-s", &parts, rows.read)) }
            td class="nowrap" { (run.by) }
            td class="nowrap" { (approval(frame, &run.approval)) }
            td class="nowrap" { (frame.when(run.at)) }
        }
    }
}

fn approval(frame: &Frame, approval: &Approval) -> String {
    match approval {
        Approval::NotNeeded => say!(frame.lang, "gerekmez", "not needed"),
        Approval::NotAsked => say!(frame.lang, "istenmedi", "not asked for"),
        Approval::Awaited => say!(frame.lang, "bekliyor", "awaited"),
        Approval::By(name) => name.clone(),
    }
}

fn found_rows(frame: &Frame, rows: &[FoundRow]) -> Markup {
    let lang = frame.lang;
    let label = say!(lang, "Bulunan satırlar", "Rows that were found");
    html! {
        section class="panel" aria-label=(label) {
            div class="scroll" tabindex="0" role="group" aria-label=(say!(lang, "Bulunan satırların listesi", "List of rows that were found")) {
                table class="table" data-test="history" {
                    thead { tr {
                        th scope="col" { (say!(lang, "Ne zaman", "When")) }
                        th scope="col" { (say!(lang, "Dosya", "File")) }
                        th scope="col" { (say!(lang, "Gönderim", "Run")) }
                        th scope="col" class="r" { (say!(lang, "Satır", "Row")) }
                        th scope="col" { (say!(lang, "Hedef", "Target")) }
                        th scope="col" { (say!(lang, "Sonuç", "Result")) }
                        th scope="col" { (say!(lang, "Numara", "Number")) }
                        th scope="col" { (say!(lang, "Kim", "Who")) }
                    } }
                    tbody { @for row in rows { (found_row(frame, row)) } }
                }
            }
        }
    }
}

fn found_row(frame: &Frame, row: &FoundRow) -> Markup {
    html! {
        tr {
            td class="nowrap" { (frame.whole_day(row.at)) " " (frame.clock(row.at)) }
            th scope="row" { a href=(path::run(&row.run)) { (row.file_name) } }
            td class="num-id" { (row.run) }
            td class="r" { @if !row.sheet.is_empty() { (row.sheet) " · " } (row.row) }
            td { (plate(frame, row.place.is_test)) " " (row.place.title) }
            td { (word(frame, row.mark)) }
            td class="num-id" { (row.id) }
            td { (row.by) }
        }
    }
}

fn states(frame: &Frame) -> Vec<(String, String)> {
    let lang = frame.lang;
    let named = |name: &str, words: String| (name.to_owned(), words);
    vec![
        named("", say!(lang, "Hepsi", "All")),
        named("unknown", say!(lang, "Belirsizi olan", "With unknown rows")),
        named("stopped", say!(lang, "Durdu", "Stopped")),
        named("waiting-approval", say!(lang, "Onay bekliyor", "Awaits approval")),
        named("sending", say!(lang, "Sürüyor", "Running")),
    ]
}

fn spans(frame: &Frame) -> Vec<(String, String)> {
    let lang = frame.lang;
    let last = |days: u32| (days.to_string(), say!(lang, "Son {days} gün", "The last {days} days"));
    let all = (String::new(), say!(lang, "Bütün tarihler", "All times"));
    vec![all, last(30), last(90), last(365)]
}

fn with_all(all: String, rest: &[(String, String)]) -> Vec<(String, String)> {
    std::iter::once((String::new(), all)).chain(rest.iter().cloned()).collect()
}

fn select(name: &str, label: String, options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        div class="field" {
            label for={ "f-" (name) } { (label) }
            select class="select" id={ "f-" (name) } name=(name) {
                @for (value, words) in options { option value=(value) selected[value == chosen] { (words) } }
            }
        }
    }
}
