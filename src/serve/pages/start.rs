//! The start: where to, the area for the list, what happens next, and the last runs.

use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::Frame;
use super::frame::{Nav, Page};
use super::parts::notice::{Notice, Tone};
use super::parts::plate::{place, plate};
use super::parts::{drop, outcome};
use super::run_head::Place;
use crate::path;
use crate::state::RunState;

/// The page at `/`.
#[derive(Debug, Clone)]
pub struct StartScreen {
    /// Where lists may go, the usual one first. With none the page says that the settings have none.
    pub targets: Vec<TargetChoice>,
    /// The [`name`](TargetChoice::name) of the chosen one.
    pub chosen: String,
    /// The largest file that is taken, in bytes.
    pub limit: u64,
    /// The workbooks to fill in: the address and the operation's name.
    pub templates: Vec<(String, String)>,
    /// The address of a sample list for the first day, where the page has one.
    pub sample: Option<String>,
    /// The last runs that this person may see, the newest first.
    pub runs: Vec<RunRow>,
    /// Whether this person may bring a list; others see the runs alone.
    pub may_prepare: bool,
    /// What is to be said first: a secret that is missing, a run that went on by itself.
    pub notices: Vec<Notice>,
}

/// A place to send to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChoice {
    /// As the form sends it; empty for what is in force without a profile.
    pub name: String,
    /// Its title, and whether it is TEST.
    pub place: Place,
    /// The server's name; empty for the built-in server to rehearse with.
    pub server: String,
    /// A second person has to approve.
    pub four_eyes: bool,
}

/// A run in a list of runs.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// The run as addresses name it.
    pub name: String,
    /// The file as it was called when it came.
    pub file_name: String,
    /// Where it goes or went.
    pub place: Place,
    /// How far it has come.
    pub state: RunState,
    /// Why it stopped, in a word or two ("token"); empty else.
    pub why: String,
    /// Its rows by what became of them.
    pub rows: RunCounts,
    /// Who brought it.
    pub by: String,
    /// Who approved it, or is asked to.
    pub approval: Approval,
    /// When its sending began, or when it came.
    pub at: Timestamp,
}

/// Who approved a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Its place asks for none.
    NotNeeded,
    /// Its place asks for one, and nobody was asked yet.
    NotAsked,
    /// Somebody is asked.
    Awaited,
    /// This person did.
    By(String),
}

/// The rows of a run by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Rows read.
    pub read: u64,
    /// Rows that can go, or were to go.
    pub to_send: u64,
    /// Done, with a number or without.
    pub done: u64,
    /// Refused by the server.
    pub rejected: u64,
    /// The contract does not accept them.
    pub invalid: u64,
    /// Sent before.
    pub duplicate: u64,
    /// Done or not: nobody knows.
    pub unknown: u64,
    /// Not sent: the run stopped, a person left them out, or they wait for an unknown one.
    pub not_sent: u64,
}

impl StartScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            div {
                h1 { (say!(lang, "Liste gönder", "Send a list")) }
                p class="lead" {
                    (say!(
                        lang,
                        "Listedeki her satır, seçtiğiniz sistemde bir kayıt olur. Aynı satır iki kez gönderilmez.",
                        "Each row of the list becomes a record in the system that you choose. No row is sent twice."
                    ))
                }
            }
            @for notice in &self.notices { (notice.render(frame)) }
            @if self.may_prepare { (self.form(frame)) } @else { (looks_only(frame)) }
            (self.last_runs(frame))
        };
        frame.page(Page {
            title: say!(lang, "Liste gönder", "Send a list"),
            nav: Nav::Send,
            class: "page stack",
            above: None,
            body,
            scripts: &["drop.js"],
            refresh: None,
        })
    }

    fn form(&self, frame: &Frame) -> Markup {
        if self.targets.is_empty() {
            return no_targets(frame);
        }
        html! {
            form method="post" action=(path::RUNS) enctype="multipart/form-data" class="split split-wide" {
                (frame.csrf())
                div class="stack" {
                    (self.choices(frame))
                    (drop::area(frame, self.limit))
                    (paste(frame))
                    noscript { button class="btn btn-primary btn-lg" { (say!(frame.lang, "Denetle", "Check")) } }
                }
                (self.what_next(frame))
            }
        }
    }

    fn choices(&self, frame: &Frame) -> Markup {
        html! {
            fieldset {
                legend { (say!(frame.lang, "Hangi sisteme?", "To which system?")) }
                div class="choose" {
                    @for target in &self.targets {
                        label class="pick" {
                            input type="radio" name="target" value=(target.name) checked[target.name == self.chosen];
                            span class="t" { (target.place.title) " " (plate(frame, target.place.is_test)) }
                            span class="d" { (target.meaning(frame)) }
                            @if !target.server.is_empty() { span class="d" { (target.server) } }
                        }
                    }
                }
            }
        }
    }

    fn what_next(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            aside class="panel" aria-labelledby="next-title" {
                div class="panel-head" { h2 id="next-title" { (say!(lang, "Bundan sonra ne olur", "What happens next")) } }
                div class="panel-body" { ol class="next" {
                    li {
                        h3 { (say!(lang, "Denetlenir", "It is checked")) }
                        p { (say!(
                            lang,
                            "Her satır kurallara göre okunur. Yanlış hücreler işaretlenir, yanına nedeni yazılır.",
                            "Each row is read by the rules. Wrong cells are marked, with the reason beside them."
                        )) }
                    }
                    li {
                        h3 { (say!(lang, "Düzeltir, onaylarsınız", "You correct and confirm")) }
                        p { (say!(
                            lang,
                            "Burada ya da Excel’de. Neyin nereye gideceğini görüp onaylarsınız.",
                            "Here or in Excel. You see what goes where, and confirm it."
                        )) }
                    }
                    li {
                        h3 { (say!(lang, "Gönderilir", "It is sent")) }
                        p { (say!(
                            lang,
                            "Her satır en çok bir kez gider. Sonunda numaralarla dolu sonuç dosyasını indirirsiniz.",
                            "Each row is sent at most once. At the end you download the result workbook with the numbers."
                        )) }
                    }
                } }
                @if !self.templates.is_empty() {
                    p class="panel-foot" {
                        (frame.icon("download")) " " (say!(lang, "Boş şablon:", "Empty template:")) " "
                        @for (at, (address, name)) in self.templates.iter().enumerate() {
                            @if at > 0 { ", " }
                            a href=(address) { (name) }
                        }
                    }
                }
            }
        }
    }

    fn last_runs(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            section class="panel" aria-labelledby="last-title" {
                div class="panel-head" {
                    h2 id="last-title" { (say!(lang, "Son gönderimler", "Last runs")) }
                    @if !self.runs.is_empty() { a href=(path::RUNS) { (say!(lang, "Tüm geçmiş", "All of history")) } }
                }
                @if self.runs.is_empty() { (self.no_runs(frame)) } @else {
                    div class="scroll" tabindex="0" role="group" aria-labelledby="last-title" {
                        table class="table cards" {
                            thead { tr {
                                th scope="col" { (say!(lang, "Dosya", "File")) }
                                th scope="col" { (say!(lang, "Hedef", "Target")) }
                                th scope="col" { (say!(lang, "Durum", "State")) }
                                th scope="col" { (say!(lang, "Denge", "Balance")) }
                                th scope="col" { (say!(lang, "Ne zaman", "When")) }
                                th scope="col" { (say!(lang, "Sıradaki iş", "Next step")) }
                            } }
                            tbody { @for run in &self.runs { (run.render(frame)) } }
                        }
                    }
                }
            }
        }
    }

    fn no_runs(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            div class="table-empty" {
                p class="strong" { (say!(lang, "Henüz gönderim yok", "No runs yet")) }
                p { (say!(lang, "İlk listenizi yukarıya bırakın.", "Drop your first list above.")) }
                @if let Some(sample) = &self.sample {
                    p {
                        (say!(
                            lang,
                            "Denemek isterseniz TEST hedefini seçip örnek listeyi kullanın; gerçek kayıt açılmaz.",
                            "To try it, choose the TEST target and use the sample list; no real record is opened."
                        ))
                        " " a href=(sample) { (say!(lang, "Örnek listeyi indir", "Download the sample list")) }
                    }
                }
            }
        }
    }
}

impl TargetChoice {
    fn meaning(&self, frame: &Frame) -> String {
        let lang = frame.lang;
        match (self.place.is_test, self.four_eyes) {
            (true, _) if self.server.is_empty() => {
                say!(lang, "Bu bilgisayardaki deneme sunucusu", "The rehearsal server on this computer")
            }
            (true, _) => say!(lang, "Deneme kaydı açar", "Opens trial records"),
            (false, false) => say!(lang, "Gerçek kayıt açar", "Opens real records"),
            (false, true) => {
                say!(lang, "Gerçek kayıt açar, ikinci kişi onaylar", "Opens real records, a second person approves")
            }
        }
    }
}

impl RunRow {
    fn render(&self, frame: &Frame) -> Markup {
        let (step, address) = self.next_step(frame);
        html! {
            tr {
                th scope="row" { a class="file-name nowrap-l" href=(path::run(&self.name)) { (self.file_name) } }
                td { (place(frame, &self.place)) }
                td class="e" { (outcome::state(frame, self)) }
                td class="span few" { (self.balance(frame)) }
                td class="nowrap" { (frame.when(self.at)) }
                td class="e" { a href=(address) { (step) span class="vh" { ": " (self.file_name) } } }
            }
        }
    }

    /// What matters most of its rows, in a few words.
    fn balance(&self, frame: &Frame) -> String {
        let (lang, rows) = (frame.lang, &self.rows);
        let (done, to_send, valid) = (frame.n(rows.done), frame.n(rows.to_send), frame.n(rows.to_send));
        let (invalid, duplicate) = (frame.n(rows.invalid), frame.n(rows.duplicate));
        if self.state.has_begun() {
            return say!(lang, "{done} / {to_send} yapıldı", "{done} of {to_send} done");
        }
        match (rows.invalid, rows.duplicate) {
            (0, 0) if matches!(self.state, RunState::Checking | RunState::Columns) => String::new(),
            (0, 0) => say!(lang, "{valid} geçerli", "{valid} valid"),
            (0, _) => say!(lang, "{valid} geçerli, {duplicate} yinelenen", "{valid} valid, {duplicate} duplicate"),
            (_, 0) => say!(lang, "{invalid} hatalı", "{invalid} invalid"),
            (_, _) => say!(lang, "{invalid} hatalı, {duplicate} yinelenen", "{invalid} invalid, {duplicate} duplicate"),
        }
    }

    fn next_step(&self, frame: &Frame) -> (String, String) {
        let lang = frame.lang;
        let (words, what) = match self.state {
            RunState::Checking => (say!(lang, "İzle", "Watch"), "check"),
            RunState::Columns => (say!(lang, "Sütunları seç", "Name the columns"), "columns"),
            RunState::Checked if self.rows.invalid > 0 => (say!(lang, "Düzelt", "Correct"), "check"),
            RunState::Checked => (say!(lang, "Gönder", "Send"), "confirm"),
            RunState::WaitingApproval => (say!(lang, "Gör", "Look"), "confirm"),
            RunState::Sending => (say!(lang, "İzle", "Watch"), "progress"),
            RunState::Paused | RunState::Stopped => (say!(lang, "Sürdür", "Go on"), "progress"),
            RunState::Cancelled | RunState::Finished if self.rows.unknown > 0 => {
                (say!(lang, "Belirsizleri kapat", "Close the unknown"), "unknown")
            }
            RunState::Cancelled | RunState::Finished => (say!(lang, "Sonuç", "Result"), "result"),
        };
        (words, path::of_run(&self.name, what))
    }
}

/// The area for cells copied from a spreadsheet.
fn paste(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        details class="panel" {
            summary class="panel-head" {
                span class="strong" { (frame.icon("down")) " " (say!(lang, "Dosya yerine tablodan yapıştır", "Paste from a spreadsheet instead")) }
            }
            div class="panel-body stack-s" {
                div class="field" {
                    label for="text" { (say!(lang, "Hücreler", "Cells")) }
                    span class="hint" id="text-hint" {
                        (say!(
                            lang,
                            "Excel’de başlıklarıyla birlikte seçip kopyalayın, buraya yapıştırın.",
                            "Select the cells in Excel with their headers, copy them, and paste them here."
                        ))
                    }
                    textarea class="area" id="text" name="text" rows="5" aria-describedby="text-hint" {}
                }
                button class="btn" { (say!(lang, "Yapıştırılanı denetle", "Check what was pasted")) }
            }
        }
    }
}

fn no_targets(frame: &Frame) -> Markup {
    let title = say!(frame.lang, "Gönderilecek bir hedef yok", "There is no target to send to");
    let text = say!(
        frame.lang,
        "Ayar dosyasında profil yok. Yöneticiniz caseload.toml dosyasına bir hedef yazsın.",
        "The settings file has no profile. Ask your administrator to write a target into caseload.toml."
    );
    Notice::new(Tone::Warn, title, text).render(frame)
}

fn looks_only(frame: &Frame) -> Markup {
    let title = say!(frame.lang, "Rolünüz liste göndermiyor", "Your role does not send lists");
    let text = say!(
        frame.lang,
        "Gönderimleri ve sonuçlarını görebilirsiniz. Liste göndermek için yöneticinizden hazırlayan rolünü isteyin.",
        "You can look at runs and their results. To send lists, ask your administrator for the role of a preparer."
    );
    Notice::new(Tone::Info, title, text).render(frame)
}
