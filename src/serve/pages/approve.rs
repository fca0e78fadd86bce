//! Four eyes: what the second person sees before the rows go.

use caseload_engine::outcome::Status;
use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::confirm::{ConfirmFault, InDoubt, Kinds, Ticket, changed};
use super::frame::{Nav, Page};
use super::only::Only;
use super::parts::notice::{Notice, Tone};
use super::parts::outcome::word;
use super::parts::ticket;
use super::run_head::{RunHead, Step};
use super::words::Mark;
use super::{Frame, query};

/// The page at `…/approve`.
#[derive(Debug, Clone)]
pub struct ApproveScreen {
    /// The head.
    pub run: RunHead,
    /// What goes, and where.
    pub ticket: Ticket,
    /// The digest of what was asked for; the form sends it back.
    pub digest: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// What that person wrote; empty for nothing.
    pub note: String,
    /// What the asking person said yes to.
    pub agreed: Vec<InDoubt>,
    /// Rows to look at: the first two, two from the middle, the last.
    pub samples: Samples,
    /// What is worth a look.
    pub look: Look,
    /// What goes, by kind.
    pub kinds: Kinds,
    /// What was wrong with the form that came back.
    pub fault: Option<ConfirmFault>,
    /// Why this person may not approve it: that person had a hand in it. Nothing where they may.
    pub not_by_you: Option<Hands>,
}

/// How a person had a hand in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// Uploaded it.
    Uploaded,
    /// Mended a cell, or left a row out.
    Mended,
    /// Said what a column is.
    Mapped,
    /// Answered what was in question, or asked for the approval.
    Answered,
    /// Has no role that approves.
    NotApprover,
}

/// A few rows that go.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// The headers.
    pub titles: Vec<String>,
    /// The row's number, and a cell a header.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// What is worth a look before a yes.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// How many rows the last list of this kind had, and when it went.
    pub last: Option<(u64, Timestamp)>,
    /// Cells that were mended here.
    pub mended: u64,
    /// Rows with a warning; they go.
    pub warned: u64,
    /// Rows that stay, for they were sent before.
    pub duplicate: u64,
    /// Rows that stay, for the contract does not accept them.
    pub invalid: u64,
    /// Rows that stay, for a person left them out.
    pub left_out: u64,
}

impl ApproveScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            @if self.fault == Some(ConfirmFault::Changed) { (changed(frame)) }
            div class="split" {
                div class="stack" { (self.ticket(frame)) (self.samples(frame)) }
                div class="stack" { (self.look(frame)) (ticket::kinds(frame, &self.run, self.ticket.rows, &self.kinds)) }
            }
        };
        frame.page(Page {
            title: say!(lang, "Onayınız: {file}", "Your approval: {file}", file = self.run.file_name),
            nav: Nav::Nowhere,
            class: "page stack",
            above: Some(self.run.render(frame, Step::Confirm)),
            body,
            scripts: &[],
            refresh: None,
        })
    }

    fn ticket(&self, frame: &Frame) -> Markup {
        let (lang, rows) = (frame.lang, frame.n(self.ticket.rows));
        let (by, at) = (&self.asked_by, frame.when(self.asked_at));
        let head = say!(lang, "Onay isteyen: {by}, {at}", "{by} asked for approval, {at}");
        let heading = html! {
            (say!(lang, "{rows} talep açılmasını onaylıyor musunuz?", "Do you approve that {rows} cases are opened?"))
        };
        let body = html! {
            @if !self.note.is_empty() { blockquote class="quote" { "“" (self.note) "”" } }
            (ticket::details(frame, &self.ticket, &self.run.place))
            @if !self.agreed.is_empty() { (self.agreed(frame)) }
            @match self.not_by_you {
                Some(hands) => (not_by_you(frame, hands)),
                None => { (self.approve(frame)) (self.turn_back(frame)) }
            }
        };
        ticket::ticket(frame, &self.run.place, &head, heading, body)
    }

    fn agreed(&self, frame: &Frame) -> Markup {
        let by = &self.asked_by;
        html! {
            div class="notice is-warn" {
                (frame.icon("warn"))
                div {
                    h3 { (say!(frame.lang, "Şüpheli olanlara evet diyen: {by}", "{by} said yes to what is in doubt")) }
                    @for it in &self.agreed { p { (it.text) } }
                }
            }
        }
    }

    fn approve(&self, frame: &Frame) -> Markup {
        let (lang, rows) = (frame.lang, frame.n(self.ticket.rows));
        let (class, icon) =
            if self.run.place.is_test { ("btn btn-primary btn-lg", "test") } else { ("btn btn-live btn-lg", "live") };
        html! {
            form class="stack-s" method="post" action=(self.run.at("approve")) {
                (frame.csrf())
                input type="hidden" name="digest" value=(self.digest);
                @if self.run.place.is_test { input type="hidden" name="rows" value=(self.ticket.rows); }
                @else { (ticket::typed_count(frame, self.fault.as_ref())) }
                div class="row" {
                    button class=(class) data-test="approve" {
                        (frame.icon(icon)) (say!(lang, "Onayla ve {rows} talebi gönder", "Approve and send {rows} cases"))
                    }
                }
            }
        }
    }

    fn turn_back(&self, frame: &Frame) -> Markup {
        let (lang, by) = (frame.lang, &self.asked_by);
        html! {
            details {
                summary class="link" { (say!(lang, "Geri çevir", "Turn it back")) }
                form class="stack-s" method="post" action=(self.run.at("turn-back")) {
                    (frame.csrf())
                    div class="field" {
                        label for="why" { (say!(lang, "Neden", "Why")) }
                        span class="hint" id="why-hint" { (say!(lang, "Bunu {by} görür. Liste geri döner.", "{by} sees this. The list goes back.")) }
                        textarea class="area" id="why" name="why" rows="2" required aria-describedby="why-hint" {}
                    }
                    button class="btn" { (say!(lang, "Geri çevir", "Turn it back")) }
                }
            }
        }
    }

    fn samples(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        if self.samples.rows.is_empty() {
            return html! {};
        }
        html! {
            section class="panel" aria-labelledby="samples-title" {
                div class="panel-head" {
                    h2 id="samples-title" { (say!(lang, "Gidecek satırlardan örnekler", "Some of the rows that go")) }
                    a href=(self.run.at("check")) { (say!(lang, "Bütün satırlar", "All rows")) }
                }
                div class="scroll" tabindex="0" role="group" aria-labelledby="samples-title" {
                    table class="table" {
                        thead { tr {
                            th scope="col" class="r" { (say!(lang, "Satır", "Row")) }
                            @for title in &self.samples.titles { th scope="col" { (title) } }
                        } }
                        tbody {
                            @for (row, cells) in &self.samples.rows {
                                tr { td class="r" { (row) } @for cell in cells { td { (cell) } } }
                            }
                        }
                    }
                }
                p class="panel-foot" {
                    (say!(
                        lang,
                        "İlk iki, son bir ve aradan iki satır; seçim her açılışta aynıdır.",
                        "The first two, the last one, and two from between; they are the same each time."
                    ))
                }
            }
        }
    }

    fn look(&self, frame: &Frame) -> Markup {
        let (lang, look) = (frame.lang, &self.look);
        let rows = |rows: u64| say!(lang, "{rows} satır", "{rows} rows", rows = frame.n(rows));
        let stays = |count: u64| say!(lang, "{rows} satır, gitmez", "{rows} rows, they stay", rows = frame.n(count));
        let link = |only: Only, words: String| html! { a href=(query::with(&self.run.at("check"), "only", &only.name())) { (words) } };
        let item = |name: Markup, to: Markup| html! { li { span { (name) } span class="to" { (to) } } };
        html! {
            section class="panel" aria-labelledby="look-title" {
                div class="panel-head" { h2 id="look-title" { (say!(lang, "Bakmaya değer", "Worth a look")) } }
                div class="panel-body" { ul class="must" {
                    @if let Some((count, at)) = look.last {
                        (item(html! { (say!(lang, "Bir önceki liste", "The last such list")) }, html! { (rows(count)) br; (frame.day(at)) }))
                    }
                    @if look.mended > 0 {
                        @let cells = say!(lang, "{count} hücre", "{count} cells", count = frame.n(look.mended));
                        (item(html! { (say!(lang, "Burada elle düzeltilen", "Corrected here by hand")) }, link(Only::Mended, cells)))
                    }
                    (item(word(frame, Mark::Warned), link(Only::Warned, rows(look.warned))))
                    (item(word(frame, Mark::Is(Status::Duplicate)), link(Only::Duplicate, stays(look.duplicate))))
                    (item(word(frame, Mark::Is(Status::Invalid)), link(Only::Invalid, stays(look.invalid))))
                    @if look.left_out > 0 { (item(word(frame, Mark::LeftOut), link(Only::LeftOut, stays(look.left_out)))) }
                } }
            }
        }
    }
}

/// Why this person may not approve the list.
fn not_by_you(frame: &Frame, hands: Hands) -> Markup {
    let lang = frame.lang;
    let text = match hands {
        Hands::Uploaded => say!(lang, "Listeyi siz yüklediniz.", "You uploaded the list."),
        Hands::Mended => say!(
            lang,
            "Listede bir hücreyi ya da satırı siz değiştirdiniz.",
            "You changed a cell or a row of the list."
        ),
        Hands::Mapped => say!(lang, "Sütunların ne olduğunu siz söylediniz.", "You said what the columns are."),
        Hands::Answered => say!(
            lang,
            "Onayı siz istediniz ya da şüpheli olana siz karar verdiniz.",
            "You asked for the approval, or decided what was in doubt."
        ),
        Hands::NotApprover => say!(lang, "Onaylayan rolünüz yok.", "You do not have the role of an approver."),
    };
    let title = say!(lang, "Bu listeyi siz onaylayamazsınız", "You cannot approve this list");
    let rest = say!(lang, "Başka bir onaylayan bakmalı.", "Another approver has to look at it.");
    Notice::new(Tone::Info, title, format!("{text} {rest}")).render(frame)
}
