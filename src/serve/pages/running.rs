//! The run under way.

use std::time::Duration;

use caseload_engine::outcome::Status;
use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::frame::{Nav, Page};
use super::parts::balance::{Balance, Tile, figures, tiles};
use super::parts::bar::bar;
use super::parts::notice::{Notice, Tone};
use super::parts::outcome::word;
use super::run_head::{RunHead, Step};
use super::times::percent;
use super::words::Mark;
use super::{Frame, turkish};
use crate::path;

/// The page at `…/progress`. Its inner part is also what `…/events` sends.
#[derive(Debug, Clone)]
pub struct RunningScreen {
    /// The head.
    pub run: RunHead,
    /// What goes on.
    pub phase: Phase,
    /// How far it is.
    pub figures: Figures,
    /// How fast it is.
    pub pace: Pace,
    /// The last answers, the newest first.
    pub answers: Vec<Answer>,
    /// What the column of [`Answer::key`] is called ("Mali No").
    pub key_title: String,
    /// Whether this person may hold it and let it go on.
    pub may_send: bool,
    /// What is to be said first: the server was restarted and the run went on.
    pub notices: Vec<Notice>,
}

/// What goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The first row is under way, alone: its number.
    First(u32),
    /// Rows go.
    Sending,
    /// The server asked for a pause.
    Waiting {
        /// How long it asked for.
        asked: Duration,
        /// When it is over.
        until: Timestamp,
    },
    /// A person asked for a pause, and rows under way are waited for.
    Pausing,
    /// A person holds it: who, if it is known.
    Paused(Option<String>),
    /// A person ends it, and rows under way are waited for.
    Stopping,
    /// It stopped by itself.
    Stopped {
        /// What stopped it, as a title without a full stop ("HuginOps tokenı kabul etmedi").
        title: String,
        /// What is so and what to do, as sentences of the engine.
        text: String,
        /// When.
        at: Timestamp,
        /// The HTTP status that stopped it.
        status: Option<u16>,
        /// Whether an administrator has to act first: secrets, settings, the ledger.
        is_for_administrator: bool,
    },
}

/// How far a run is. `to_send` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Rows that were to go.
    pub to_send: u64,
    /// Done, with a number.
    pub done: u64,
    /// Done, without a number.
    pub done_without_id: u64,
    /// Refused by the server.
    pub rejected: u64,
    /// Done or not: nobody knows.
    pub unknown: u64,
    /// Under way: sent, and not answered yet.
    pub in_flight: u64,
    /// Not sent yet.
    pub waiting: u64,
}

impl Figures {
    /// Rows that have come to an outcome.
    pub fn answered(&self) -> u64 {
        self.done + self.done_without_id + self.rejected + self.unknown
    }

    /// Whether no row is lost.
    pub fn adds_up(&self) -> bool {
        self.answered() + self.in_flight + self.waiting == self.to_send
    }
}

/// How fast a run is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pace {
    /// Requests a second, over the last seconds.
    pub per_second: Option<f64>,
    /// Requests a second at most.
    pub limit: Option<f64>,
    /// How long it will still take.
    pub left: Option<Duration>,
    /// When sending began.
    pub began: Option<Timestamp>,
    /// How often the server asked for a pause, and how long in all.
    pub pauses: (u64, Duration),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The row.
    pub row: u32,
    /// A cell that tells the row (a device's number); empty for none.
    pub key: String,
    /// What became of it.
    pub mark: Mark,
    /// The number that it got; empty for none.
    pub id: String,
    /// Why it is not done; empty where it is.
    pub why: String,
    /// When it was answered.
    pub at: Timestamp,
}

impl RunningScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            @for notice in &self.notices { (notice.render(frame)) }
            div id="live" data-events=(self.run.at("events")) data-run=(path::run(&self.run.name)) { (self.live(frame)) }
            template id="lost" { (lost(frame)) }
            p class="small muted" {
                (say!(lang, "Bu sayfayı kapatabilirsiniz; gönderim sunucuda sürer.", "You can close this page; the run goes on at the server.")) " "
                a href=(path::RUNS) { (say!(lang, "Geçmişten yeniden açılır", "History opens it again")) } "."
            }
        };
        frame.page(Page {
            title: say!(lang, "Gönderim: {file}", "Sending: {file}", file = self.run.file_name),
            nav: Nav::Send,
            class: "page stack",
            above: Some(self.run.render(frame, Step::Sending)),
            body,
            scripts: &["live.js"],
            refresh: (!self.phase.is_over()).then_some(10),
        })
    }

    /// What changes while rows are sent: what each server-sent event carries, to stand in place of the one before.
    pub fn live(&self, frame: &Frame) -> Markup {
        html! {
            div class="stack" data-said=(self.said(frame)) data-state=(self.run.state.as_str()) data-lost=(lost_sentence(frame)) {
                (self.phase_notice(frame))
                section class="panel panel-body" aria-labelledby="progress-title" {
                    div class="row row-apart" {
                        h2 id="progress-title" { (self.phase_word(frame)) }
                        div class="row run-acts" { (self.buttons(frame)) }
                    }
                    (self.progress(frame))
                    (self.pace(frame))
                }
                (self.tiles(frame))
                (self.answers(frame))
            }
        }
    }

    /// What a screen reader hears: the state, and every tenth percent.
    fn said(&self, frame: &Frame) -> String {
        let tenth = percent(self.figures.answered(), self.figures.to_send) / 10 * 10;
        let share = say!(frame.lang, "%{tenth}", "{tenth}%");
        format!("{}, {share}", self.phase.word(frame))
    }

    fn phase_word(&self, frame: &Frame) -> Markup {
        let (icon, class, svg) = match &self.phase {
            Phase::First(_) | Phase::Sending => ("turn", "word is-accent", "i turn"),
            Phase::Waiting { .. } => ("hand", "word is-warn", "i"),
            Phase::Pausing | Phase::Paused(_) => ("pause", "word is-warn", "i"),
            Phase::Stopping => ("square", "word is-warn", "i"),
            Phase::Stopped { .. } => ("stop", "word is-invalid", "i"),
        };
        html! { span class=(class) { (frame.icon_as(icon, svg)) (self.phase.word(frame)) } }
    }

    fn phase_notice(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let flight = frame.n(self.figures.in_flight);
        match &self.phase {
            Phase::First(row) => Notice::new(
                Tone::Info,
                say!(lang, "İlk satır yolda", "The first row is under way"),
                say!(
                    lang,
                    "Önce {row}. satır tek başına gider. Kabul edilirse öbürleri başlar.",
                    "Row {row} goes alone first. If it is accepted, the others start."
                ),
            )
            .render(frame),
            Phase::Sending => html! {},
            Phase::Waiting { asked, until } => waiting(frame, *asked, *until),
            Phase::Pausing | Phase::Stopping if self.figures.in_flight > 0 => Notice::new(
                Tone::Info,
                self.phase.word(frame),
                say!(
                    lang,
                    "Yoldaki {flight} satır beklenir, sonra durur.",
                    "The {flight} rows under way are waited for, then it stops."
                ),
            )
            .render(frame),
            Phase::Pausing | Phase::Stopping => html! {},
            Phase::Paused(by) => paused(frame, by.as_deref()),
            Phase::Stopped { title, text, is_for_administrator, .. } => {
                stopped(frame, title, text, *is_for_administrator)
            }
        }
    }

    fn buttons(&self, frame: &Frame) -> Markup {
        if !self.may_send {
            return html! {};
        }
        let lang = frame.lang;
        html! {
            @match self.phase {
                Phase::First(_) | Phase::Sending | Phase::Waiting { .. } => {
                    (self.button(frame, "pause", "pause", &say!(lang, "Duraklat", "Pause")))
                    (self.stop(frame))
                }
                Phase::Pausing | Phase::Paused(_) | Phase::Stopped { .. } => {
                    (self.button(frame, "resume", "play", &say!(lang, "Sürdür", "Go on")))
                    (self.stop(frame))
                }
                Phase::Stopping => {}
            }
        }
    }

    fn button(&self, frame: &Frame, what: &str, icon: &str, words: &str) -> Markup {
        html! {
            form method="post" action=(self.run.at(what)) {
                (frame.csrf())
                button class="btn" data-test=(what) { (frame.icon(icon)) (words) }
            }
        }
    }

    /// Ending a run asks once: the button stands behind a summary, without script too.
    fn stop(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            details class="menu" {
                summary class="btn" data-test="stop" { (frame.icon("square")) (say!(lang, "Durdur", "Stop")) }
                form class="pop stack-s" method="post" action=(self.run.at("cancel")) {
                    (frame.csrf())
                    p {
                        (say!(
                            lang,
                            "Yoldaki satırlar beklenir, kalanlar gönderilmez, sonuç yazılır. Hiçbir satır kaybolmaz.",
                            "Rows under way are waited for, the rest is not sent, the result is written. No row is lost."
                        ))
                    }
                    button class="btn" { (say!(lang, "Burada bitir, sonucu al", "End it here and take the result")) }
                }
            }
        }
    }

    fn progress(&self, frame: &Frame) -> Markup {
        let (lang, it) = (frame.lang, &self.figures);
        let (answered, all) = (frame.n(it.answered()), frame.n(it.to_send));
        let share = frame.percent(it.answered(), it.to_send);
        let parts = [
            ("b-done", it.done + it.done_without_id),
            ("b-rejected", it.rejected),
            ("b-unknown", it.unknown),
            ("b-fly", it.in_flight),
        ];
        html! {
            p class="live-n" aria-live="off" {
                (answered) " " small { (say!(lang, "/ {all} satır yanıtlandı, {share}", "of {all} rows answered, {share}")) }
            }
            div role="progressbar" aria-labelledby="progress-title" aria-valuemin="0" aria-valuemax=(it.to_send)
                aria-valuenow=(it.answered()) data-test="progress"
                aria-valuetext=(say!(lang, "{all} satırdan yanıtlanan: {answered}", "{answered} of {all} rows answered")) {
                (bar("bar", &parts, it.to_send))
            }
        }
    }

    fn pace(&self, frame: &Frame) -> Markup {
        let (lang, pace) = (frame.lang, &self.pace);
        let item = |name: String, value: String, small: String| {
            html! { div { dt { (name) } dd { (value) @if !small.is_empty() { " " small { (small) } } } } }
        };
        let limit = pace.limit.map(|limit| frame.decimal(limit));
        html! {
            dl class="pace" {
                @if let Phase::Stopped { at, status, .. } = &self.phase {
                    (item(say!(lang, "Durdu", "Stopped"), frame.clock_s(*at), status.map(|status| format!("HTTP {status}")).unwrap_or_default()))
                    (item(say!(lang, "Gönderilmeyen", "Not sent"), frame.n(self.figures.waiting), say!(lang, "satır", "rows")))
                } @else {
                    @if let Some(rate) = pace.per_second {
                        @let small = limit.map_or_else(|| say!(lang, "/ sn", "/ s"), |limit| say!(lang, "/ sn, sınır {limit}", "/ s, limit {limit}"));
                        (item(say!(lang, "Hız", "Rate"), frame.decimal(rate), small))
                    }
                }
                @if let Some(left) = pace.left {
                    (item(say!(lang, "Kalan süre", "Time left"), frame.span(left), String::new()))
                    @if !self.phase.is_over() {
                        (item(say!(lang, "Bitiş", "Ends"), frame.clock(frame.now + left), say!(lang, "sularında", "or so")))
                    }
                }
                @if let Some(began) = pace.began { (item(say!(lang, "Başladı", "Began"), frame.clock(began), String::new())) }
                @if pace.pauses.0 > 0 {
                    @let small = say!(lang, "toplam {span}", "{span} in all", span = frame.span(pace.pauses.1));
                    (item(say!(lang, "Sunucu bekletti", "Waits asked for"), say!(lang, "{n} kez", "{n} times", n = frame.n(pace.pauses.0)), small))
                }
            }
        }
    }

    fn tiles(&self, frame: &Frame) -> Markup {
        if !self.figures.adds_up() {
            return self.sum().fault(frame);
        }
        if self.phase.is_over() { self.end_tiles(frame) } else { self.live_tiles(frame) }
    }

    /// The balance of what was to go.
    fn sum(&self) -> Balance {
        let it = &self.figures;
        let is = Mark::Is;
        let mut terms = vec![(is(Status::Done), it.done)];
        if it.done_without_id > 0 {
            terms.push((is(Status::DoneWithoutId), it.done_without_id));
        }
        terms.extend([(is(Status::Rejected), it.rejected), (is(Status::Unknown), it.unknown)]);
        terms.push((is(Status::NotSent), it.in_flight + it.waiting));
        Balance { whole: it.to_send, terms }
    }

    fn live_tiles(&self, frame: &Frame) -> Markup {
        let (lang, it) = (frame.lang, &self.figures);
        let mut all = self.answered_tiles(frame);
        all.push(plain(
            say!(lang, "Yolda", "Under way"),
            it.in_flight,
            say!(lang, "yanıt bekleniyor", "waiting for an answer"),
        ));
        all.push(plain(say!(lang, "Bekleyen", "Waiting"), it.waiting, say!(lang, "sırada", "in line")));
        figures(frame, &say!(lang, "Şu ana kadar", "So far"), &all)
    }

    fn end_tiles(&self, frame: &Frame) -> Markup {
        let (lang, it) = (frame.lang, &self.figures);
        let mut all =
            vec![plain(say!(lang, "Gidecek", "To go"), it.to_send, say!(lang, "gönderilecekti", "were to be sent"))];
        all.extend(self.answered_tiles(frame));
        let sub = say!(lang, "sürdürünce gider", "go once it is resumed");
        all.push(marked(Status::NotSent, it.in_flight + it.waiting, sub));
        tiles(frame, "sum", &say!(lang, "Denge", "Balance"), &all, &[])
    }

    fn answered_tiles(&self, frame: &Frame) -> Vec<Tile> {
        let (lang, it) = (frame.lang, &self.figures);
        let mut all = vec![marked(Status::Done, it.done, say!(lang, "numarası alındı", "with a number"))];
        if it.done_without_id > 0 {
            all.push(marked(Status::DoneWithoutId, it.done_without_id, say!(lang, "sistemde arayın", "look for them")));
        }
        all.push(marked(Status::Rejected, it.rejected, say!(lang, "sunucu geri çevirdi", "refused by the server")));
        all.push(marked(Status::Unknown, it.unknown, say!(lang, "siz bakacaksınız", "yours to look at")));
        all
    }

    fn answers(&self, frame: &Frame) -> Markup {
        if self.answers.is_empty() {
            return html! {};
        }
        let lang = frame.lang;
        let (row, clock) = (say!(lang, "Satır", "Row"), say!(lang, "Saat", "Time"));
        html! {
            section class="panel" aria-labelledby="answers-title" {
                div class="panel-head" {
                    h2 id="answers-title" { (say!(lang, "Son yanıtlar", "Last answers")) }
                    span class="small muted" { (say!(lang, "En yenisi üstte", "The newest first")) }
                }
                div class="scroll" tabindex="0" role="group" aria-labelledby="answers-title" {
                    table class="table cards" {
                        thead { tr {
                            th scope="col" class="r" { (row) }
                            @if !self.key_title.is_empty() { th scope="col" { (self.key_title) } }
                            th scope="col" { (say!(lang, "Sonuç", "Result")) }
                            th scope="col" { (say!(lang, "Numara ya da neden", "Number or reason")) }
                            th scope="col" { (clock) }
                        } }
                        tbody {
                            @for answer in &self.answers {
                                tr {
                                    td class="r" data-th=(row) { (answer.row) }
                                    @if !self.key_title.is_empty() { td class="num-id e" { (answer.key) } }
                                    td { (word(frame, answer.mark)) }
                                    td class="e" {
                                        @if answer.why.is_empty() { span class="num-id" { (answer.id) } } @else { (answer.why) }
                                    }
                                    td class="span" data-th=(clock) { (frame.clock_s(answer.at)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Phase {
    /// Whether nothing more happens by itself.
    fn is_over(&self) -> bool {
        matches!(self, Phase::Paused(_) | Phase::Stopped { .. })
    }

    fn word(&self, frame: &Frame) -> String {
        let lang = frame.lang;
        match self {
            Phase::First(_) => say!(lang, "İlk satır yolda", "First row under way"),
            Phase::Sending => say!(lang, "Gönderiliyor", "Sending"),
            Phase::Waiting { .. } => say!(lang, "Bekliyor", "Waiting"),
            Phase::Pausing => say!(lang, "Duraklatılıyor", "Pausing"),
            Phase::Paused(_) => say!(lang, "Bekletildi", "Paused"),
            Phase::Stopping => say!(lang, "Durduruluyor", "Stopping"),
            Phase::Stopped { .. } => say!(lang, "Durdu", "Stopped"),
        }
    }
}

fn marked(status: Status, rows: u64, sub: String) -> Tile {
    Tile { mark: Some(Mark::Is(status)), name: String::new(), rows, sub, href: None, is_current: false }
}

fn plain(name: String, rows: u64, sub: String) -> Tile {
    Tile { mark: None, name, rows, sub, href: None, is_current: false }
}

/// That the server asked for a pause.
fn waiting(frame: &Frame, asked: Duration, until: Timestamp) -> Markup {
    let (lang, seconds, until) = (frame.lang, frame.n(asked.as_secs().max(1)), frame.clock_s(until));
    let title = say!(
        lang,
        "Sunucu {seconds} saniye beklememizi istedi. Yapacağınız bir şey yok.",
        "The server asked us to wait {seconds} seconds. There is nothing for you to do."
    );
    let text = say!(
        lang,
        "Kendiliğinden sürer: {until}. Hiçbir satır kaybolmaz.",
        "It goes on by itself at {until}. No row is lost."
    );
    Notice::new(Tone::Warn, title, text).render(frame)
}

/// That a person holds the run.
fn paused(frame: &Frame, by: Option<&str>) -> Markup {
    let lang = frame.lang;
    let title = match by {
        Some(by) => say!(lang, "Gönderimi bekleten: {by}", "{by} holds the run"),
        None => say!(lang, "Gönderim bekletiliyor", "The run is held"),
    };
    let text = say!(
        lang,
        "Yolda satır yok; sürdürülünce kalanlar gider. Gönderilmiş satırlar yeniden gitmez.",
        "No row is under way; the rest goes once it is resumed. Rows already sent are not sent again."
    );
    Notice::new(Tone::Warn, title, text).render(frame)
}

/// That the run stopped by itself, and what to do.
fn stopped(frame: &Frame, title: &str, text: &str, is_for_administrator: bool) -> Markup {
    let lang = frame.lang;
    let heading = say!(lang, "Gönderim durdu: {title}", "The run has stopped: {title}");
    let again = say!(lang, "Gönderilmiş satırlar yeniden gitmez.", "Rows already sent are not sent again.");
    let notice = Notice::new(Tone::Stop, heading, format!("{text} {again}"));
    if is_for_administrator && frame.may(crate::person::Deed::Manage) {
        return notice.with(say!(lang, "Yönetimi aç", "Open administration"), path::ADMIN).render(frame);
    }
    notice.render(frame)
}

/// What script shows when no event came for a while; it writes the sentence of the last figures into it.
fn lost(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        div class="notice is-warn" {
            (frame.icon("plug"))
            div {
                h2 data-lost {}
                p { (say!(lang, "Gönderim sunucuda sürüyor. Bağlantı kendiliğinden yeniden denenir.", "The run goes on at the server. The connection is tried again by itself.")) }
            }
            div class="act" { a class="btn" href=(frame.path) { (frame.icon("turn")) (say!(lang, "Yenile", "Refresh")) } }
        }
    }
}

/// The sentence that these figures are the last that came.
fn lost_sentence(frame: &Frame) -> String {
    let clock = frame.clock(frame.now);
    let from = turkish::from(frame.minute(frame.now));
    say!(
        frame.lang,
        "Canlı bağlantı koptu; sayılar {clock}{from}.",
        "The live connection was lost; figures are from {clock}."
    )
}
