//! What the columns are: shown only where a header did not say it.

use caseload_sheet::say;
use maud::{Markup, html};

use super::Frame;
use super::frame::{Nav, Page};
use super::parts::notice::{Notice, Tone};
use super::parts::outcome::worded;
use super::run_head::{RunHead, Step};
use super::words::Look;
use crate::path;

/// The page at `…/columns`.
#[derive(Debug, Clone)]
pub struct ColumnsScreen {
    /// The head.
    pub run: RunHead,
    /// Where the headers stand, as the spreadsheet numbers its rows.
    pub header_row: u32,
    /// The columns that a person has to name, in the order of the sheet.
    pub open: Vec<OpenColumn>,
    /// The columns whose headers say it.
    pub known: Vec<KnownColumn>,
    /// Every field that a column may be.
    pub fields: Vec<FieldName>,
    /// The fields that each row needs, in the order of the contract.
    pub required: Vec<RequiredField>,
    /// The fields that only some rows need, as sentences of the contract ("Kurulum ve banka silmede Terminal No ve
    /// Üye İşyeri No.").
    pub required_sometimes: Vec<String>,
    /// Whether the choices are kept for the next files; how the box stands.
    pub remember: bool,
    /// What was wrong with the form that came back; the page says it at the column or the field.
    pub faults: Vec<ColumnFault>,
    /// Whether this person may answer.
    pub may_prepare: bool,
}

/// A column that nobody has named.
#[derive(Debug, Clone)]
pub struct OpenColumn {
    /// As the spreadsheet letters it.
    pub letter: String,
    /// The header as it stands; empty for none.
    pub header: String,
    /// The first values, three at most.
    pub samples: Vec<String>,
    /// What it may be.
    pub suggestion: Option<Suggestion>,
    /// What was chosen: a field's name, `-` for a column that is not sent, empty for nothing yet.
    pub chosen: String,
}

/// What a column may be, and why.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The field's name.
    pub field: String,
    /// How sure it is.
    pub strength: Strength,
    /// Why, as a sentence without a full stop ("1.240 değerden mali numara biçiminde olan: 1.231").
    pub why: String,
}

/// How sure a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Only a hint.
    Low,
    /// Worth a look.
    Middle,
    /// Nearly certain.
    High,
}

/// A column whose header says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownColumn {
    /// As the spreadsheet letters it.
    pub letter: String,
    /// The header as it stands.
    pub header: String,
    /// The field's name for people.
    pub label: String,
}

/// A field of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName {
    /// As forms spell it (`deviceId`).
    pub name: String,
    /// As people read it ("Mali No").
    pub label: String,
}

/// A field that each row needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredField {
    /// The field.
    pub field: FieldName,
    /// Where its values come from.
    pub source: FieldSource,
}

/// Where a field's values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldSource {
    /// The column with this letter.
    Column(String),
    /// One value for all rows.
    Fixed(String),
    /// Nothing yet: an open column may be it.
    NotChosen,
    /// No column of the file is left for it: one value for all rows may be written.
    NotInFile,
}

/// What was wrong with the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnFault {
    /// Two columns were given one field: the letters, and the field's label.
    Twice {
        /// The letters of both columns.
        letters: (String, String),
        /// The field as people read it.
        label: String,
    },
    /// A field that each row needs has no column and no value: its name.
    Missing(FieldName),
    /// The value that was to stand in all rows is not accepted: the field's name, and why.
    Refused {
        /// The field.
        field: FieldName,
        /// Why, as a sentence.
        why: String,
    },
}

impl ColumnsScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            form method="post" action=(self.run.at("columns")) class="stack" data-test="columns" {
                (frame.csrf())
                (self.head(frame))
                @for fault in &self.faults { (fault.render(frame)) }
                div class="split" {
                    div class="stack" {
                        (self.table(frame))
                        (self.known(frame))
                        (self.remembered(frame))
                        (self.foot(frame))
                    }
                    (self.required(frame))
                }
            }
        };
        frame.page(Page {
            title: say!(lang, "Sütunlar: {file}", "Columns: {file}", file = self.run.file_name),
            nav: Nav::Send,
            class: "page stack",
            above: Some(self.run.render(frame, Step::Columns)),
            body,
            scripts: &[],
            refresh: None,
        })
    }

    fn head(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let (open, known) = (frame.n(self.open.len() as u64), frame.n(self.known.len() as u64));
        let title = if self.open.len() == 1 {
            say!(lang, "1 sütunun ne olduğu başlığından anlaşılmadı", "The headers do not say what 1 column is")
        } else {
            say!(
                lang,
                "{open} sütunun ne olduğu başlığından anlaşılmadı",
                "The headers do not say what {open} columns are"
            )
        };
        let advice = say!(
            lang,
            "Önerilere bakıp seçin; öneriler kendiliğinden uygulanmaz.",
            "Look at the suggestions and choose; none is taken by itself."
        );
        let text = match self.known.len() {
            0 => advice,
            1 => say!(lang, "Öbür 1 sütun tanındı. {advice}", "The other column is known. {advice}"),
            _ => say!(lang, "Öbür {known} sütun tanındı. {advice}", "The other {known} columns are known. {advice}"),
        };
        let strong = self.strong();
        let act = html! {
            @if strong > 0 && self.may_prepare {
                button class="btn" name="suggest" value="yes" {
                    @if strong == 1 { (say!(lang, "Güçlü öneriyi uygula", "Take the strong suggestion")) }
                    @else { (say!(lang, "{count} güçlü öneriyi uygula", "Take {count} strong suggestions", count = frame.n(strong))) }
                }
            }
        };
        Notice::new(Tone::Warn, title, text).framed(frame, act)
    }

    fn strong(&self) -> u64 {
        let is_strong = |column: &&OpenColumn| {
            column.chosen.is_empty() && column.suggestion.as_ref().is_some_and(|it| it.strength == Strength::High)
        };
        self.open.iter().filter(is_strong).count() as u64
    }

    fn table(&self, frame: &Frame) -> Markup {
        let (lang, row) = (frame.lang, frame.n(u64::from(self.header_row)));
        html! {
            section class="panel" aria-labelledby="maps-title" {
                div class="panel-head" {
                    h2 id="maps-title" { (say!(lang, "Sizin sütununuz, bizim alanımız", "Your column, our field")) }
                    span class="small muted" { (say!(lang, "Başlıkların satırı: {row}", "Headers found in row {row}")) }
                }
                div class="scroll" tabindex="0" role="group" aria-labelledby="maps-title" {
                    table class="table maps cards" {
                        thead { tr {
                            th scope="col" class="r" { (say!(lang, "Sütun", "Column")) }
                            th scope="col" { (say!(lang, "Başlığınız", "Your header")) }
                            th scope="col" { (say!(lang, "İlk değerler", "First values")) }
                            th scope="col" { (say!(lang, "Öneri ve nedeni", "Suggestion and reason")) }
                            th scope="col" { (say!(lang, "Alanımız", "Our field")) }
                        } }
                        tbody { @for column in &self.open { (self.column(frame, column)) } }
                    }
                }
                p class="panel-foot" {
                    (say!(
                        lang,
                        "Aynı alan iki sütuna verilemez; verilirse burada söylenir.",
                        "One field cannot be given to two columns; if it is, this page says so."
                    ))
                }
            }
        }
    }

    fn column(&self, frame: &Frame, column: &OpenColumn) -> Markup {
        let lang = frame.lang;
        let id = format!("map-{}", column.letter);
        html! {
            tr {
                td class="r muted" data-th=(say!(lang, "Sütun", "Column")) { (column.letter) }
                th scope="row" {
                    @if column.header.is_empty() { span class="muted" { (say!(lang, "(başlıksız)", "(no header)")) } }
                    @else { (column.header) }
                }
                td class="sample span" {
                    @for (at, sample) in column.samples.iter().enumerate() { @if at > 0 { br; } span { (sample) } }
                }
                td class="span" { (self.suggestion(frame, column)) }
                td class="span alan" {
                    label class="vh" for=(id) {
                        (say!(lang, "{column} hangi alan?", "Which field is {column}?", column = column.called()))
                    }
                    select class="select" id=(id) name={ "map." (column.letter) } disabled[!self.may_prepare] {
                        option value="" selected[column.chosen.is_empty()] { (say!(lang, "Seçin…", "Choose…")) }
                        @for field in &self.fields {
                            option value=(field.name) selected[field.name == column.chosen] { (field.label) }
                        }
                        option value="-" selected[column.chosen == "-"] { (say!(lang, "Gönderme", "Do not send")) }
                    }
                    @if column.chosen == "-" {
                        span class="hint" { (say!(lang, "Sonuç dosyasında kalır", "Stays in the result workbook")) }
                    }
                }
            }
        }
    }

    fn suggestion(&self, frame: &Frame, column: &OpenColumn) -> Markup {
        let lang = frame.lang;
        let Some(suggestion) = &column.suggestion else {
            return html! {
                span class="nowrap strong" { (meter(0)) (say!(lang, "Öneri yok", "No suggestion")) } br;
                span class="small muted" { (say!(lang, "Hiçbir alana benzemiyor", "Like none of the fields")) }
            };
        };
        let label = self.label(&suggestion.field);
        let (on, word) = match suggestion.strength {
            Strength::Low => (1, say!(lang, "Düşük", "Low")),
            Strength::Middle => (2, say!(lang, "Orta", "Middle")),
            Strength::High => (3, say!(lang, "Yüksek", "High")),
        };
        html! {
            span class="strong" { (label) "?" } br;
            span class="nowrap" { (meter(on)) (word) } br;
            span class="small muted" { (suggestion.why) }
        }
    }

    fn label<'a>(&'a self, name: &'a str) -> &'a str {
        self.fields.iter().find(|field| field.name == name).map_or(name, |field| &field.label)
    }

    fn known(&self, frame: &Frame) -> Markup {
        if self.known.is_empty() {
            return html! {};
        }
        let count = frame.n(self.known.len() as u64);
        html! {
            details class="panel" {
                summary class="panel-head" {
                    span class="strong" {
                        (frame.icon("down")) " "
                        (say!(frame.lang, "Tanınan sütunlar: {count}", "Columns that are known: {count}"))
                    }
                }
                ul class="panel-body must" {
                    @for column in &self.known {
                        li { span { (column.letter) " · " (column.header) } span class="to" { (column.label) } }
                    }
                }
            }
        }
    }

    fn remembered(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            section class="panel" aria-label=(say!(lang, "Sonraki dosyalar", "The next files")) {
                div class="panel-body check" {
                    input type="checkbox" id="remember" name="remember" value="yes" checked[self.remember]
                        aria-describedby="remember-hint" disabled[!self.may_prepare];
                    div {
                        label class="strong" for="remember" {
                            (say!(lang, "Sonraki dosyalarda da böyle yap", "Do the same with the next files"))
                        }
                        p class="hint" id="remember-hint" {
                            (say!(
                                lang,
                                "Bu başlıklar bir daha sorulmaz. Yönetimden geri alınabilir.",
                                "These headers are not asked about again. Administration can take it back."
                            ))
                        }
                    }
                }
            }
        }
    }

    fn foot(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let missing = self.required.iter().filter(|it| it.is_missing()).count() as u64;
        html! {
            div class="row row-apart" {
                a class="btn" href=(path::START) { (frame.icon("left")) (say!(lang, "Başka dosya", "Another file")) }
                span class="row" {
                    @if missing > 0 {
                        span class="small muted" {
                            (say!(lang, "Eksik zorunlu alan: {count}", "Required fields missing: {count}", count = frame.n(missing)))
                        }
                    }
                    @if self.may_prepare {
                        button class="btn btn-primary btn-lg" { (say!(lang, "Denetle", "Check")) (frame.icon("right")) }
                    }
                }
            }
        }
    }

    fn required(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            aside class="panel" aria-labelledby="must-title" {
                div class="panel-head" { h2 id="must-title" { (say!(lang, "Zorunlu alanlar", "Required fields")) } }
                div class="panel-body stack-s" {
                    ul class="must" { @for it in &self.required { (it.render(frame)) } }
                    @for it in self.required.iter().filter(|it| it.takes_one_value()) { (self.fixed(frame, it)) }
                    @if !self.required_sometimes.is_empty() {
                        h3 { (say!(lang, "Bazı satırlarda zorunlu", "Required in some rows")) }
                        @for sentence in &self.required_sometimes { p class="hint" { (sentence) } }
                    }
                }
            }
        }
    }

    fn fixed(&self, frame: &Frame, it: &RequiredField) -> Markup {
        let (lang, label) = (frame.lang, &it.field.label);
        let id = format!("set-{}", it.field.name);
        let value = if let FieldSource::Fixed(value) = &it.source { value.as_str() } else { "" };
        let fault = self.faults.iter().find_map(|fault| match fault {
            ColumnFault::Refused { field, why } if field.name == it.field.name => Some(why),
            _ => None,
        });
        html! {
            div class={ "field" @if fault.is_some() { " field-bad" } } {
                label for=(id) { (say!(lang, "{label}, her satırda", "{label}, in every row")) }
                span class="hint" id={ (id) "-hint" } {
                    (say!(
                        lang,
                        "Dosyada bu sütun yoksa bütün satırlara aynı değer yazılır.",
                        "If the file has no such column, one value is written for all rows."
                    ))
                }
                input class="input" id=(id) name={ "set." (it.field.name) } value=(value)
                    aria-describedby={ (id) "-hint" @if fault.is_some() { " " (id) "-error" } }
                    aria-invalid=[fault.is_some().then_some("true")] disabled[!self.may_prepare];
                @if let Some(why) = fault {
                    p class="error" id={ (id) "-error" } { (frame.icon("invalid")) (why) }
                }
            }
        }
    }
}

impl OpenColumn {
    fn called(&self) -> &str {
        if self.header.is_empty() { &self.letter } else { &self.header }
    }
}

impl RequiredField {
    fn is_missing(&self) -> bool {
        matches!(self.source, FieldSource::NotChosen | FieldSource::NotInFile)
    }

    fn takes_one_value(&self) -> bool {
        !matches!(self.source, FieldSource::Column(_))
    }

    fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let (icon, class, to) = match &self.source {
            FieldSource::Column(letter) => ("check", "is-done", say!(lang, "{letter} sütunu", "column {letter}")),
            FieldSource::Fixed(value) => {
                ("check", "is-done", say!(lang, "her satırda {value}", "{value} in every row"))
            }
            FieldSource::NotChosen => ("invalid", "is-invalid", say!(lang, "seçilmedi", "not chosen")),
            FieldSource::NotInFile => ("warn", "is-warn", say!(lang, "dosyada yok", "not in the file")),
        };
        html! { li { (worded(frame, Look { icon, class }, &self.field.label)) span class="to" { (to) } } }
    }
}

impl ColumnFault {
    fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let (title, text) = match self {
            ColumnFault::Twice { letters: (one, other), label } => (
                say!(
                    lang,
                    "{label} iki sütuna verilmiş: {one} ve {other}",
                    "{label} is given to two columns: {one} and {other}"
                ),
                say!(
                    lang,
                    "Birini başka bir alana çevirin ya da göndermeyin.",
                    "Give one of them another field, or do not send it."
                ),
            ),
            ColumnFault::Missing(field) => (
                say!(lang, "{label} eksik", "{label} is missing", label = field.label),
                say!(
                    lang,
                    "Bir sütun seçin ya da her satır için bir değer yazın.",
                    "Choose a column, or write one value for all rows."
                ),
            ),
            ColumnFault::Refused { field, why } => {
                (say!(lang, "{label} kabul edilmedi", "{label} was not accepted", label = field.label), why.clone())
            }
        };
        Notice::new(Tone::Stop, title, text).render(frame)
    }
}

/// How sure a suggestion is, as three small boxes. The word beside them says it too.
fn meter(on: usize) -> Markup {
    html! { span class="meter" aria-hidden="true" { @for at in 0..3 { i class=[(at < on).then_some("on")] {} } } }
}
