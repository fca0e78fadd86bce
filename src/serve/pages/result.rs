//! What became of every row.

use std::time::Duration;

use caseload_engine::outcome::Status;
use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::frame::{Nav, Page};
use super::parts::balance::{Balance, Tile, adds, tiles};
use super::parts::notice::{Notice, Tone};
use super::parts::outcome::word;
use super::run_head::{RunHead, Step};
use super::words::Mark;
use super::{Frame, query};

/// The page at `…/result`.
#[derive(Debug, Clone)]
pub struct ResultScreen {
    /// The head.
    pub run: RunHead,
    /// The rows by their outcomes, in the order of [`Status::ALL`]. Their sum has to be the rows read.
    pub counts: Vec<(Status, u64)>,
    /// Rows of `not-sent` that wait for an unknown one.
    pub behind_unknown: u64,
    /// Rows that can be sent now: reopened at the desk, or left by a run that ended early. The page leads to the question.
    pub can_go: u64,
    /// Which rows are shown.
    pub filter: ResultFilter,
    /// The rows of this page.
    pub rows: Vec<ResultRow>,
    /// The headers of [`ResultRow::cells`]: the columns that tell a row ("Talep Tipi", "Mali No").
    pub titles: Vec<String>,
    /// What a row's number is called ("Talep no").
    pub id_title: String,
    /// Rows that the filter lets through.
    pub matching: u64,
    /// The row to go on after: `?after=`.
    pub next: Option<u32>,
    /// How the run went.
    pub record: Record,
    /// Whether this person may close unknown rows and send the rest.
    pub may_send: bool,
    /// What is to be said first.
    pub notices: Vec<Notice>,
}

/// Which rows of a result are shown, as `?only=` spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResultFilter {
    /// `to-do`: every row that is not done, and those done without a number.
    #[default]
    ToDo,
    /// `all`
    All,
    /// The name of an outcome.
    Only(Status),
}

impl ResultFilter {
    /// As the query spells it.
    pub fn name(self) -> &'static str {
        match self {
            ResultFilter::ToDo => "to-do",
            ResultFilter::All => "all",
            ResultFilter::Only(status) => status.as_str(),
        }
    }

    /// The filter of a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "to-do" => Some(ResultFilter::ToDo),
            "all" => Some(ResultFilter::All),
            _ => Status::from_name(name).map(ResultFilter::Only),
        }
    }
}

/// A row and its outcome.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The number that the spreadsheet shows beside it.
    pub number: u32,
    /// What became of it.
    pub status: Status,
    /// The cells that tell it, a title each.
    pub cells: Vec<String>,
    /// The number that it got, or that the row it repeats got; empty for none.
    pub id: String,
    /// Why, and what to do, as sentences of the engine.
    pub why: String,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
}

/// How the run went.
#[derive(Debug, Clone)]
pub struct Record {
    /// When its sending began.
    pub began: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How long rows were sent.
    pub took: Option<Duration>,
    /// The servers.
    pub servers: Vec<String>,
    /// Who brought it.
    pub prepared_by: String,
    /// Who sent it; nothing where the approver did by saying yes.
    pub sent_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// What was done when, by whom ("G. Misal 12. satırı düzeltti"), the oldest first.
    pub deeds: Vec<RecordDeed>,
    /// When the upload, and with it the cells of this page, is destroyed.
    pub kept_until: Option<Timestamp>,
}

/// Something that a person did with a run.
#[derive(Debug, Clone)]
pub struct RecordDeed {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, as a sentence without the actor.
    pub what: String,
}

impl ResultScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            @for notice in &self.notices { (notice.render(frame)) }
            (self.head(frame))
            (self.record.printed(frame, &self.run))
            (self.tiles(frame))
            (self.unknown(frame))
            (self.rest(frame))
            (self.table(frame))
            (self.record(frame))
            (self.foot(frame))
            (self.record.signatures(frame))
        };
        frame.page(Page {
            title: say!(lang, "Sonuç: {file}", "Result: {file}", file = self.run.file_name),
            nav: Nav::Send,
            class: "page stack",
            above: Some(self.run.render(frame, Step::Result)),
            body,
            scripts: &[],
            refresh: None,
        })
    }

    fn count(&self, status: Status) -> u64 {
        self.counts.iter().filter(|(of, _)| *of == status).map(|(_, rows)| rows).sum()
    }

    /// The balance; done, rejected, unknown stand in it even with no rows.
    fn balance(&self) -> Balance {
        let always = [Status::Done, Status::Rejected, Status::Unknown];
        let shown = |(status, rows): &&(Status, u64)| *rows > 0 || always.contains(status);
        let terms = self.counts.iter().filter(shown).map(|(status, rows)| (Mark::Is(*status), *rows)).collect();
        Balance { whole: self.run.rows, terms }
    }

    fn head(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let balance = self.balance();
        let rows = frame.n(self.run.rows);
        html! {
            div class="row row-apart no-print" {
                div {
                    h2 class="big" { (self.headline(frame)) }
                    @if balance.adds_up() {
                        (adds(frame, &say!(
                            lang,
                            "Denge tutuyor: okunan {rows} satırın her birinin bir sonucu var",
                            "The balance adds up: each of the {rows} rows that were read has an outcome"
                        )))
                    }
                }
                div class="row" {
                    a class="btn btn-primary btn-lg wide-s" href=(self.run.at("result.xlsx")) download data-test="result" {
                        (frame.icon("download")) (say!(lang, "Sonuç dosyası", "Result workbook"))
                    }
                    @if self.not_done() > 0 {
                        a class="btn btn-lg wide-s" href=(self.run.at("to-fix.xlsx")) download data-test="to-fix" {
                            (frame.icon("download")) (say!(lang, "Yalnız yapılmayanlar", "Only what was not done"))
                        }
                    }
                }
            }
        }
    }

    /// Rows that are not done, and are not known to be done elsewhere.
    fn not_done(&self) -> u64 {
        let is_done = |status: Status| matches!(status, Status::Done | Status::DoneWithoutId | Status::Valid);
        self.counts.iter().filter(|(status, _)| !is_done(*status)).map(|(_, rows)| rows).sum()
    }

    fn headline(&self, frame: &Frame) -> String {
        let lang = frame.lang;
        let done = frame.n(self.count(Status::Done));
        let look = frame.n(self.count(Status::Unknown));
        let opened = match self.count(Status::Done) {
            0 => say!(lang, "Hiçbir talep açılmadı.", "No case was opened."),
            1 => say!(lang, "1 talep açıldı.", "1 case was opened."),
            _ => say!(lang, "{done} talep açıldı.", "{done} cases were opened."),
        };
        match self.count(Status::Unknown) {
            0 => opened,
            1 => say!(lang, "{opened} 1 satıra bakmanız gerekiyor.", "{opened} 1 row needs you to look."),
            _ => say!(lang, "{opened} {look} satıra bakmanız gerekiyor.", "{opened} {look} rows need you to look."),
        }
    }

    fn address(&self, filter: ResultFilter) -> String {
        query::with(&self.run.at("result"), "only", filter.name())
    }

    fn tiles(&self, frame: &Frame) -> Markup {
        let balance = self.balance();
        if !balance.adds_up() {
            return balance.fault(frame);
        }
        let tile = |mark: Option<Mark>, rows: u64, filter: ResultFilter| Tile {
            mark,
            name: say!(frame.lang, "Okunan", "Read"),
            rows,
            sub: String::new(),
            href: Some(self.address(filter)),
            is_current: self.filter == filter,
        };
        let mut all = vec![tile(None, balance.whole, ResultFilter::All)];
        for (mark, rows) in &balance.terms {
            if let Mark::Is(status) = mark {
                all.push(tile(Some(*mark), *rows, ResultFilter::Only(*status)));
            }
        }
        tiles(frame, "sum sum-s", &say!(frame.lang, "Denge", "Balance"), &all, &[])
    }

    fn unknown(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let (count, behind) = (frame.n(self.count(Status::Unknown)), frame.n(self.behind_unknown));
        let title = match self.count(Status::Unknown) {
            0 => return html! {},
            1 => say!(lang, "1 satırın yapılıp yapılmadığı belli değil", "It is not known whether 1 row was done"),
            _ => say!(
                lang,
                "{count} satırın yapılıp yapılmadığı belli değil",
                "It is not known whether {count} rows were done"
            ),
        };
        let mut text = say!(
            lang,
            "Gönderildiler ama yanıt gelmedi. Kendiliğinden yeniden gönderilmezler: sisteme siz bakıp kapatırsınız.",
            "They were sent, and no answer came. They are not sent again by themselves: you look into the system and close them."
        );
        if self.behind_unknown > 0 {
            text += &say!(lang, " Onları bekleyen satır: {behind}.", " Rows that wait for them: {behind}.");
        }
        let act = html! {
            a class="btn" href=(self.run.at("unknown")) data-test="unknown" {
                (say!(lang, "Belirsizleri kapat", "Close the unknown rows")) " " (frame.icon("right"))
            }
        };
        html! { div class="no-print" { (Notice::new(Tone::Unknown, title, text).framed(frame, act)) } }
    }

    fn rest(&self, frame: &Frame) -> Markup {
        if self.can_go == 0 || !self.may_send {
            return html! {};
        }
        let (lang, rows) = (frame.lang, frame.n(self.can_go));
        let title = say!(lang, "Gönderilebilecek satır: {rows}", "Rows that can be sent: {rows}");
        let text = say!(
            lang,
            "Kendiliğinden gitmezler. Gönderilmiş satırlar yeniden gitmez.",
            "They do not go by themselves. Rows already sent are not sent again."
        );
        let act = html! {
            a class="btn btn-primary" href=(self.run.at("confirm")) data-test="send" {
                (say!(lang, "Kalan {rows} satırı gönder", "Send the remaining {rows}"))
            }
        };
        html! { div class="no-print" { (Notice::new(Tone::Info, title, text).framed(frame, act)) } }
    }

    fn table(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let row = say!(lang, "Satır", "Row");
        html! {
            section class="panel" aria-labelledby="rows-title" {
                div class="panel-head" {
                    h2 id="rows-title" { (self.filter_words(frame, self.filter)) }
                    (self.filters(frame))
                }
                @if self.rows.is_empty() {
                    p class="table-empty" { (say!(lang, "Bu süzgeçte satır yok.", "No rows in this filter.")) }
                } @else {
                    div class="scroll" tabindex="0" role="group" aria-labelledby="rows-title" {
                        table class="table cards" {
                            thead { tr {
                                th scope="col" class="r" { (row) }
                                th scope="col" { (say!(lang, "Sonuç", "Result")) }
                                @for title in &self.titles { th scope="col" { (title) } }
                                th scope="col" { (self.id_title) }
                                th scope="col" { (say!(lang, "Neden, ne yapmalı", "Why, and what to do")) }
                                th scope="col" { (say!(lang, "Gönderildi", "Sent at")) }
                            } }
                            tbody { @for it in &self.rows { (it.render(frame, &row)) } }
                        }
                    }
                    (self.pager(frame))
                }
            }
        }
    }

    fn filters(&self, frame: &Frame) -> Markup {
        let only = |(status, rows): &(Status, u64)| (*rows > 0).then_some(ResultFilter::Only(*status));
        let filters = [ResultFilter::ToDo, ResultFilter::All].into_iter().chain(self.counts.iter().filter_map(only));
        html! {
            form class="row no-print" action=(self.run.at("result")) {
                label class="vh" for="only" { (say!(frame.lang, "Sonuca göre süz", "Filter by result")) }
                select class="select mid" id="only" name="only" data-submits {
                    @for filter in filters {
                        option value=(filter.name()) selected[filter == self.filter] { (self.filter_words(frame, filter)) }
                    }
                }
                noscript { button class="btn btn-s" { (say!(frame.lang, "Göster", "Show")) } }
            }
        }
    }

    fn filter_words(&self, frame: &Frame, filter: ResultFilter) -> String {
        let lang = frame.lang;
        match filter {
            ResultFilter::ToDo => {
                let rows = frame.n(self.not_done() + self.count(Status::DoneWithoutId));
                say!(lang, "Yapılmayan ve numarasız: {rows} satır", "Not done, or without id: {rows} rows")
            }
            ResultFilter::All => {
                say!(lang, "Bütün satırlar: {rows}", "All rows: {rows}", rows = frame.n(self.run.rows))
            }
            ResultFilter::Only(status) => {
                let (word, rows) = (frame.say(Mark::Is(status).word()), frame.n(self.count(status)));
                say!(lang, "{word}: {rows} satır", "{word}: {rows} rows")
            }
        }
    }

    fn pager(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let (all, shown) = (frame.n(self.matching), frame.n(self.rows.len() as u64));
        html! {
            div class="pager" {
                span { (say!(lang, "{all} satırdan gösterilen: {shown}", "{shown} of {all} rows")) }
                @if let Some(row) = self.next {
                    nav aria-label=(say!(lang, "Sayfalar", "Pages")) {
                        ol { li { a rel="next" href=(query::with(&self.address(self.filter), "after", &row.to_string())) { (say!(lang, "Sonraki", "Next")) } } }
                    }
                }
            }
        }
    }

    fn record(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let record = &self.record;
        html! {
            details class="panel no-print" {
                summary class="panel-head" {
                    span class="strong" { (frame.icon("down")) " " (say!(lang, "Gönderimin kaydı", "Record of the run")) }
                    span class="small muted" { (record.in_short(frame)) }
                }
                div class="panel-body stack-s" {
                    dl class="kv kv-s" {
                        dt { (say!(lang, "Sunucu", "Server")) } dd { (record.servers.join(", ")) }
                        @if let Some(began) = record.began { dt { (say!(lang, "Başladı", "Began")) } dd { (frame.in_full(began)) } }
                        @if let Some(ended) = record.ended { dt { (say!(lang, "Bitti", "Ended")) } dd { (frame.in_full(ended)) } }
                        @if let Some(by) = &record.sent_by { dt { (say!(lang, "Gönderen", "Sent by")) } dd { (by) } }
                        dt { (say!(lang, "Dosyanın SHA-256 değeri", "SHA-256 of the file")) } dd { span class="num-id" { (record.sha256) } }
                    }
                    @if !record.deeds.is_empty() { (record.deeds(frame)) }
                }
            }
        }
    }

    fn foot(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            p class="row no-print" {
                button class="btn scripted" type="button" data-print { (frame.icon("print")) (say!(lang, "Yazdır", "Print")) }
                @if let Some(until) = self.record.kept_until {
                    @let day = frame.whole_day(until);
                    span class="small muted" {
                        (say!(lang, "Yüklenen dosya ve satırların hücreleri şu güne kadar saklanır: {day}.", "The uploaded file and the cells of its rows are kept until {day}."))
                    }
                }
            }
        }
    }
}

impl ResultRow {
    fn render(&self, frame: &Frame, row: &str) -> Markup {
        html! {
            tr {
                td class="r" data-th=(row) {
                    @if !self.sheet.is_empty() { (self.sheet) " · " }
                    (self.number)
                }
                td class="e" { (word(frame, Mark::Is(self.status))) }
                @for (at, cell) in self.cells.iter().enumerate() {
                    td class=(if at > 1 { "hide-s" } else { "" }) { (cell) }
                }
                td class="num-id" { (self.id) }
                td class="span" { (self.why) }
                td class="nowrap hide-s" { @if let Some(at) = self.sent_at { (frame.clock_s(at)) } }
            }
        }
    }
}

impl Record {
    fn in_short(&self, frame: &Frame) -> String {
        let lang = frame.lang;
        let mut parts = vec![say!(lang, "hazırlayan {by}", "prepared by {by}", by = self.prepared_by)];
        if let Some(by) = &self.approved_by {
            parts.push(say!(lang, "onaylayan {by}", "approved by {by}"));
        }
        if let Some(took) = self.took {
            parts.push(frame.span(took));
        }
        parts.join(", ")
    }

    fn deeds(&self, frame: &Frame) -> Markup {
        html! {
            ul class="must" {
                @for deed in &self.deeds {
                    li { span { (deed.by) ": " (deed.what) } span class="to" { (frame.when(deed.at)) } }
                }
            }
        }
    }

    /// What stands at the head of the paper.
    fn printed(&self, frame: &Frame, run: &RunHead) -> Markup {
        let lang = frame.lang;
        let plate = super::parts::plate::word(frame, run.place.is_test);
        let times = match (self.began, self.ended) {
            (Some(began), Some(ended)) => {
                format!("{} {}–{}", frame.whole_day(began), frame.clock(began), frame.clock(ended))
            }
            (Some(began), None) => frame.in_full(began),
            _ => String::new(),
        };
        html! {
            div class="print-only" {
                p class="big" { (say!(lang, "Gönderim sonucu", "Result of the run")) }
                p { (times) " · " (self.servers.join(", ")) " (" (plate) ") · " (self.in_short(frame)) }
                p { (say!(lang, "Dosyanın SHA-256 değeri:", "SHA-256 of the file:")) " " (self.sha256) }
            }
        }
    }

    /// Where people sign on the paper.
    fn signatures(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            div class="print-only" {
                div class="sign" {
                    div { (say!(lang, "Hazırlayan:", "Prepared by:")) " " (self.prepared_by) }
                    @if let Some(by) = &self.approved_by { div { (say!(lang, "Onaylayan:", "Approved by:")) " " (by) } }
                }
            }
        }
    }
}
