//! The desk where a person says what became of unknown rows.

use caseload_engine::outcome::Status;
use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::frame::{Nav, Page, current};
use super::parts::notice::{Notice, Tone};
use super::parts::outcome::tag;
use super::run_head::{RunHead, Step};
use super::words::Mark;
use super::{Frame, query, turkish};

/// The page at `…/unknown?row=`.
#[derive(Debug, Clone)]
pub struct UnknownScreen {
    /// The head.
    pub run: RunHead,
    /// Every row that is or was unknown: the open ones first, then the closed ones, each by its number.
    pub rows: Vec<UnknownRow>,
    /// The row to decide about; nothing where none is open.
    pub open: Option<OpenRow>,
    /// Whether this person may decide.
    pub may_resolve: bool,
}

/// A row in the list of the desk.
#[derive(Debug, Clone)]
pub struct UnknownRow {
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// A cell that tells it; empty for none.
    pub key: String,
    /// What happened, in a few words ("60 sn yanıt yok").
    pub why: String,
    /// What a person said.
    pub closed: Option<Resolved>,
}

/// What a person said of an unknown row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// It was done, and got this number.
    Done(String),
    /// It was not done; the row can be sent again.
    NotDone,
}

/// The row to decide about.
#[derive(Debug, Clone)]
pub struct OpenRow {
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// What the row is, in a few words ("Kurulum, FU00004254").
    pub title: String,
    /// What happened, as sentences of the engine.
    pub what: String,
    /// When it was sent last.
    pub sent_at: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// The reference that the request carried; empty for none.
    pub reference: String,
    /// The cells that tell it, as header and value.
    pub cells: Vec<(String, String)>,
    /// The rows that wait for it.
    pub waiting: Vec<u32>,
    /// The system's name ("HuginOps").
    pub system: String,
    /// The value to search there for; empty where nothing tells the row.
    pub search: String,
    /// What else has to agree, as header and value.
    pub compare: Vec<(String, String)>,
    /// Between when and when it was made if it was.
    pub between: (Timestamp, Timestamp),
    /// What the server answered when it was asked, as a sentence; nothing where it cannot be asked.
    pub looked_up: Option<String>,
    /// What the number is called ("Talep numarası").
    pub id_title: String,
    /// What was wrong with the answer that came back, as a sentence; and what was typed.
    pub fault: Option<(String, String)>,
    /// The open row after this one, which "later" leads to.
    pub next: Option<(String, u32)>,
}

impl UnknownScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            div class="row row-apart" {
                h2 class="big" { (say!(lang, "Belirsiz satırlar", "Unknown rows")) " " span class="muted" { "· " (self.tally(frame)) } }
                a class="btn" href=(self.run.at("result")) { (frame.icon("left")) (say!(lang, "Sonuca dön", "Back to the result")) }
            }
            div class="unk desk-top" data-test="unknown" {
                (self.list(frame))
                @match &self.open {
                    Some(open) => (open.render(frame, self)),
                    None => (self.all_closed(frame)),
                }
            }
        };
        frame.page(Page {
            title: say!(lang, "Belirsiz satırlar: {file}", "Unknown rows: {file}", file = self.run.file_name),
            nav: Nav::Send,
            class: "page",
            above: Some(self.run.render(frame, Step::Result)),
            body,
            scripts: &[],
            refresh: None,
        })
    }

    fn tally(&self, frame: &Frame) -> String {
        let closed = self.rows.iter().filter(|row| row.closed.is_some()).count() as u64;
        let (all, left) = (frame.n(self.rows.len() as u64), frame.n(self.rows.len() as u64 - closed));
        let closed = frame.n(closed);
        say!(frame.lang, "toplam {all}, kapanan {closed}, kalan {left}", "{all} in all, {closed} closed, {left} left")
    }

    fn address(&self, sheet: &str, row: u32) -> String {
        let address = query::with(&self.run.at("unknown"), "row", &row.to_string());
        if sheet.is_empty() { address } else { query::with(&address, "sheet", sheet) }
    }

    fn list(&self, frame: &Frame) -> Markup {
        html! {
            nav class="panel" aria-label=(say!(frame.lang, "Belirsiz satırlar", "Unknown rows")) {
                ul class="unk-list" { @for row in &self.rows { li { (self.line(frame, row)) } } }
            }
        }
    }

    fn line(&self, frame: &Frame, row: &UnknownRow) -> Markup {
        let lang = frame.lang;
        let is_open = self.open.as_ref().is_some_and(|open| open.row == row.row && open.sheet == row.sheet);
        let (icon, class, word) = match row.closed {
            None => ("unknown", "is-unknown", frame.say(Mark::Is(Status::Unknown).word())),
            Some(_) => ("check", "is-done", say!(lang, "Kapandı", "Closed")),
        };
        let small = match &row.closed {
            None => row.why.clone(),
            Some(Resolved::Done(id)) => say!(lang, "Açılmış: {id}", "Opened: {id}"),
            Some(Resolved::NotDone) => say!(lang, "Açılmamış", "Not opened"),
        };
        html! {
            a href=(self.address(&row.sheet, row.row)) class=(class) aria-current=[current(is_open)] {
                span class={ "word " (class) } { (frame.icon(icon)) span class="vh" { (word) } }
                span { @if !row.sheet.is_empty() { (row.sheet) " · " } (say!(lang, "{row}. satır", "row {row}", row = row.row)) }
                span class="num-id" { (row.key) }
                small { (small) }
            }
        }
    }

    fn all_closed(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let title = say!(lang, "Belirsiz satır kalmadı", "No unknown rows are left");
        let text = say!(
            lang,
            "Açılmamış dediğiniz satırlar sonuç sayfasından gönderilebilir; kendiliğinden gitmez.",
            "Rows that you said were not opened can be sent from the result page; they do not go by themselves."
        );
        let notice = Notice::new(Tone::Done, title, text);
        html! { div { (notice.with(say!(lang, "Sonuca dön", "Back to the result"), self.run.at("result")).render(frame)) } }
    }
}

impl OpenRow {
    fn render(&self, frame: &Frame, screen: &UnknownScreen) -> Markup {
        let (lang, row, title) = (frame.lang, self.row, &self.title);
        html! {
            section class="panel" aria-labelledby="row-title" {
                div class="panel-head" {
                    h3 id="row-title" tabindex="-1" autofocus[self.fault.is_none()] { (say!(lang, "{row}. satır: {title}", "Row {row}: {title}")) }
                    (tag(frame, Mark::Is(Status::Unknown).look(), &frame.say(Mark::Is(Status::Unknown).word())))
                }
                div class="panel-body stack" {
                    (self.facts(frame))
                    (self.look(frame))
                    @if screen.may_resolve { (self.answers(frame, screen)) } @else { (not_yours(frame)) }
                    p class="small muted" {
                        (say!(lang, "Kararınız adınız ve saatle kaydedilir.", "Your decision is recorded with your name and the time."))
                    }
                }
            }
        }
    }

    fn facts(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let (at, times) = (frame.in_full(self.sent_at), frame.n(u64::from(self.attempts)));
        html! {
            dl class="kv kv-s" {
                dt { (say!(lang, "Ne oldu", "What happened")) } dd { (self.what) }
                dt { (say!(lang, "Gönderildi", "Sent")) }
                dd { (at) ", " @if self.attempts == 1 { (say!(lang, "1 kez", "once")) } @else { (say!(lang, "{times} kez", "{times} times")) } }
                @if !self.reference.is_empty() {
                    dt { (say!(lang, "Referans", "Reference")) }
                    dd { (copy(frame, &self.reference)) " " span class="hint" { (say!(lang, "destek bu numarayla bulur", "support finds it by this")) } }
                }
                @if !self.cells.is_empty() {
                    dt { (say!(lang, "Satır", "Row")) }
                    dd { @for (at, (header, value)) in self.cells.iter().enumerate() { @if at > 0 { ", " } (header) " " b { (value) } } }
                }
                @if !self.waiting.is_empty() {
                    dt { (say!(lang, "Onu bekleyen", "Waits for it")) }
                    dd { @for (at, row) in self.waiting.iter().enumerate() { @if at > 0 { ", " } (say!(lang, "{row}. satır", "row {row}")) } }
                }
            }
        }
    }

    fn look(&self, frame: &Frame) -> Markup {
        let (lang, system) = (frame.lang, &self.system);
        let there = turkish::at(system).unwrap_or_else(|| format!("{system}:"));
        let (from, to) = (frame.clock(self.between.0), frame.clock(self.between.1));
        let day = frame.day(self.between.0);
        html! {
            div class="look" {
                h4 { (say!(lang, "{there} neye bakmalı", "What to look for in {system}")) }
                @if let Some(said) = &self.looked_up { p { (say!(lang, "Sunucuya soruldu:", "The server was asked:")) " " (said) } }
                ol {
                    @if !self.search.is_empty() {
                        li { (say!(lang, "{there} arayın:", "Search in {system} for")) " " (copy(frame, &self.search)) }
                    }
                    li {
                        (say!(lang, "{day} {from} ile {to} arasında açılmış bir kayıt var mı?", "Is there a record that was opened between {from} and {to}, {day}?"))
                    }
                    @if !self.compare.is_empty() {
                        li {
                            (say!(lang, "Varsa şunlar da aynı mı:", "If so, do these agree too:")) " "
                            @for (at, (header, value)) in self.compare.iter().enumerate() { @if at > 0 { ", " } (header) " " (copy(frame, value)) }
                            ". " (say!(lang, "Değilse bu satırın kaydı değildir.", "If not, it is not this row's record."))
                        }
                    }
                }
            }
        }
    }

    /// The three answers. None is the primary one: the habit of pressing it would answer for the person.
    fn answers(&self, frame: &Frame, screen: &UnknownScreen) -> Markup {
        let lang = frame.lang;
        html! {
            div class="answers" role="group" aria-label=(say!(lang, "Karar", "Decision")) {
                (self.done(frame, screen))
                form method="post" action=(screen.run.at("resolve")) {
                    (self.row_fields(frame))
                    h4 { (say!(lang, "Açılmamış", "It was not opened")) }
                    p class="hint" {
                        (say!(lang, "Satır gönderilebilir duruma gelir. Kendiliğinden gitmez.", "The row can be sent again. It does not go by itself."))
                    }
                    button class="btn" name="answer" value="not-done" data-test="resolve-not-done" {
                        (frame.icon("close")) (say!(lang, "Açılmamış", "It was not opened"))
                    }
                }
                div {
                    h4 { (say!(lang, "Sonra", "Later")) }
                    p class="hint" {
                        (say!(lang, "Satır belirsiz kalır, sıradaki satıra geçilir. Bekleyen satırlar beklemeyi sürdürür.", "The row stays unknown, and the next one opens. Rows that wait go on waiting."))
                    }
                    a class="btn" href=(self.after(screen)) { (say!(lang, "Sonra", "Later")) " " (frame.icon("right")) }
                }
            }
        }
    }

    fn after(&self, screen: &UnknownScreen) -> String {
        self.next.as_ref().map_or_else(|| screen.run.at("result"), |(sheet, row)| screen.address(sheet, *row))
    }

    fn done(&self, frame: &Frame, screen: &UnknownScreen) -> Markup {
        let lang = frame.lang;
        let typed = self.fault.as_ref().map_or("", |(_, typed)| typed);
        html! {
            form method="post" action=(screen.run.at("resolve")) {
                (self.row_fields(frame))
                input type="hidden" name="answer" value="done";
                h4 { (say!(lang, "Açılmış", "It was opened")) }
                div class={ "field" @if self.fault.is_some() { " field-bad" } } {
                    label for="id" { (self.id_title) }
                    input class="input" id="id" name="id" autocomplete="off" required value=(typed) autofocus[self.fault.is_some()]
                        placeholder=(say!(lang, "Sistemde gördüğünüz", "As you see it in the system"))
                        aria-describedby=[self.fault.as_ref().map(|_| "id-error")]
                        aria-invalid=[self.fault.as_ref().map(|_| "true")];
                    @if let Some((why, _)) = &self.fault { p class="error" id="id-error" role="alert" { (frame.icon("invalid")) (why) } }
                }
                p class="hint" { (say!(lang, "Satır “Yapıldı” olur, numarası sonuca yazılır.", "The row becomes “Done”, and its number is written into the result.")) }
                button class="btn" data-test="resolve-done" { (frame.icon("check")) (say!(lang, "Açılmış, kaydet", "It was opened, save")) }
            }
        }
    }

    fn row_fields(&self, frame: &Frame) -> Markup {
        html! {
            (frame.csrf())
            input type="hidden" name="sheet" value=(self.sheet);
            input type="hidden" name="row" value=(self.row);
        }
    }
}

/// A value with a button that copies it, which needs script.
fn copy(frame: &Frame, value: &str) -> Markup {
    html! {
        span class="copy" {
            (value)
            button class="btn btn-quiet scripted" type="button" data-copy=(value) {
                (frame.icon("copy")) span class="vh" { (say!(frame.lang, "{value}: kopyala", "copy {value}")) }
            }
        }
    }
}

fn not_yours(frame: &Frame) -> Markup {
    let title = say!(frame.lang, "Bu satırı siz kapatamazsınız", "You cannot close this row");
    let text = say!(
        frame.lang,
        "Listeyi hazırlayan ya da hazırlayan rolü olan biri kapatır.",
        "Who prepared the list closes it, or another person with the role of a preparer."
    );
    html! { div { (Notice::new(Tone::Info, title, text).render(frame)) } }
}
