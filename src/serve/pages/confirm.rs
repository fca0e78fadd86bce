//! The question: what goes where, how many, how fast, what stays and why, what is doubtful.

use std::time::Duration;

use caseload_engine::doubt::Doubt;
use caseload_engine::outcome::Status;
use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::check::SameRow;
use super::frame::{Nav, Page};
use super::only::Only;
use super::parts::notice::{Notice, Tone};
use super::parts::outcome::{tag, word};
use super::parts::sheet::same_row;
use super::parts::ticket;
use super::run_head::{RunHead, Step};
use super::words::{Mark, of_state};
use super::{Frame, query};
use crate::state::RunState;

/// The page at `…/confirm`.
#[derive(Debug, Clone)]
pub struct ConfirmScreen {
    /// The head.
    pub run: RunHead,
    /// What goes, and where.
    pub ticket: Ticket,
    /// The digest of exactly this list; the form sends it back.
    pub digest: String,
    /// What is asked of this person.
    pub stage: Stage,
    /// What is in question, each with a box.
    pub doubts: Vec<InDoubt>,
    /// What stays.
    pub staying: Staying,
    /// What goes, by kind.
    pub kinds: Kinds,
    /// What was wrong with the form that came back.
    pub fault: Option<ConfirmFault>,
    /// What is to be said first: an approver turned it back, and why.
    pub notices: Vec<Notice>,
}

/// What is asked of the person at the question.
#[derive(Debug, Clone)]
pub enum Stage {
    /// This person may send it.
    Send,
    /// This person may ask for approval.
    Ask {
        /// Who may approve, as name and email.
        approvers: Vec<(String, String)>,
        /// The note, as typed before.
        note: String,
    },
    /// Approval was asked for.
    Waiting {
        /// Who may give it, by name.
        approvers: Vec<String>,
        /// Who asked.
        by: String,
        /// When.
        at: Timestamp,
        /// Whether this person may take the request back.
        may_withdraw: bool,
        /// Whether this person may give it: the page leads to `…/approve`.
        may_approve: bool,
    },
    /// This person looks only.
    Looks,
    /// Nothing can go: no row is valid.
    Nothing,
}

/// What would go, where and how.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Rows that go if nobody says otherwise.
    pub rows: u64,
    /// What one row becomes, as the contract calls it ("Talep açma"); empty for several operations.
    pub operation: String,
    /// The servers, as the ledger knows them.
    pub servers: Vec<String>,
    /// By whose right: which secrets of the settings are used ("token"), as names.
    pub secrets: Vec<String>,
    /// The row that goes first, alone.
    pub first_row: u32,
    /// What rows are kept in order by ("aynı cihaz"); empty where no order is kept.
    pub order: String,
    /// Requests a second at most, as the settings write it ("10/s"); empty where there is no limit.
    pub rate: String,
    /// How long it will take, where it can be said.
    pub takes: Option<Duration>,
}

/// Something that a person has to decide.
#[derive(Debug, Clone)]
pub struct InDoubt {
    /// What.
    pub doubt: Doubt,
    /// What is so, as sentences of the engine.
    pub text: String,
    /// Rows that go only with a yes; for a doubt of the whole file, all of them.
    pub rows: u64,
    /// Whether the box was ticked in the form that came back.
    pub agreed: bool,
}

/// Rows that stay.
#[derive(Debug, Clone, Default)]
pub struct Staying {
    /// The contract does not accept them.
    pub invalid: u64,
    /// Sent before, or twice in this list.
    pub duplicate: u64,
    /// A person left them out.
    pub left_out: u64,
    /// The contract's rule of what is the same, as a sentence; empty for none.
    pub rule: String,
    /// The first of the duplicates, a few.
    pub same: Vec<Same>,
    /// What the two columns before the place of the same row are called ("Mali No", "Terminal No").
    pub key_titles: Vec<String>,
}

/// A duplicate, and what it is the same as.
#[derive(Debug, Clone)]
pub struct Same {
    /// Its own row.
    pub row: u32,
    /// The cells that tell it, as many as [`Staying::key_titles`].
    pub keys: Vec<String>,
    /// The row that it is the same as.
    pub of: SameRow,
}

/// Rows that go, by kind.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    /// What tells the kinds apart ("Talep tipi"); empty where nothing does.
    pub title: String,
    /// Each kind and its rows, the commonest first.
    pub rows: Vec<(String, u64)>,
    /// Rows with a warning among them.
    pub warned: u64,
}

/// What was wrong with the form that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmFault {
    /// The number that was typed is not the number of rows; what was typed.
    WrongCount(String),
    /// The list is another by now: a cell was mended elsewhere.
    Changed,
}

impl ConfirmScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            @for notice in &self.notices { (notice.render(frame)) }
            @if self.fault == Some(ConfirmFault::Changed) { (changed(frame)) }
            div class="split" {
                div class="stack" { (self.ticket(frame)) (self.staying(frame)) }
                (ticket::kinds(frame, &self.run, self.ticket.rows, &self.kinds))
            }
        };
        frame.page(Page {
            title: say!(lang, "Onay: {file}", "Confirm: {file}", file = self.run.file_name),
            nav: Nav::Send,
            class: "page stack",
            above: Some(self.run.render(frame, Step::Confirm)),
            body,
            scripts: &[],
            refresh: None,
        })
    }

    fn ticket(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let place = &self.run.place;
        let head = match &self.stage {
            Stage::Waiting { .. } => say!(lang, "Henüz hiçbir şey gönderilmedi", "Nothing has been sent yet"),
            _ => ticket::warning(frame, place.is_test),
        };
        let body = match &self.stage {
            Stage::Send => html! { (ticket::details(frame, &self.ticket, place)) (self.send(frame)) },
            Stage::Ask { approvers, note } => html! {
                (four_eyes(frame)) (ticket::details(frame, &self.ticket, place)) (self.ask(frame, approvers, note))
            },
            Stage::Waiting { by, at, may_withdraw, may_approve, .. } => {
                self.waiting(frame, by, *at, (*may_withdraw, *may_approve))
            }
            Stage::Looks => html! { (ticket::details(frame, &self.ticket, place)) (self.back_to_check(frame)) },
            Stage::Nothing => self.back_to_check(frame),
        };
        ticket::ticket(frame, place, &head, self.heading(frame), body)
    }

    fn heading(&self, frame: &Frame) -> Markup {
        let (lang, rows) = (frame.lang, frame.n(self.ticket.rows));
        let (title, is_test) = (&self.run.place.title, self.run.place.is_test);
        match &self.stage {
            Stage::Nothing => html! { (say!(lang, "Gidecek satır yok.", "No row would go.")) },
            Stage::Waiting { approvers, .. } => {
                let look = of_state(RunState::WaitingApproval, 0);
                let names = one_of(frame, approvers);
                html! {
                    (tag(frame, look, &frame.say(RunState::WaitingApproval.word()))) " "
                    (say!(lang, "{rows} talep onay bekliyor. Onaylayabilecek: {names}.", "{rows} cases await approval. Who can give it: {names}."))
                }
            }
            Stage::Ask { .. } if is_test => html! {
                (say!(lang, "{rows} talep, onaylanınca TEST {title} sunucusunda açılacak.", "{rows} cases will be opened on the TEST {title} server once approved."))
            },
            Stage::Ask { .. } => html! {
                (say!(lang, "{rows} talep, onaylanınca CANLI {title} sunucusunda açılacak.", "{rows} cases will be opened on the LIVE {title} server once approved."))
            },
            _ if is_test => html! {
                (say!(lang, "{rows} talep, TEST {title} sunucusunda açılacak.", "{rows} cases will be opened on the TEST {title} server."))
            },
            _ => html! {
                (say!(lang, "{rows} talep, CANLI {title} sunucusunda açılacak.", "{rows} cases will be opened on the LIVE {title} server."))
            },
        }
    }

    fn send(&self, frame: &Frame) -> Markup {
        let (lang, rows) = (frame.lang, frame.n(self.ticket.rows));
        let is_test = self.run.place.is_test;
        html! {
            form class="stack-s" method="post" action=(self.run.at("confirm")) {
                (self.bound(frame))
                (self.doubts(frame))
                @if is_test { input type="hidden" name="rows" value=(self.ticket.rows); }
                @else { (ticket::typed_count(frame, self.fault.as_ref())) }
                div class="row" {
                    @if is_test {
                        button class="btn btn-primary btn-lg" data-test="confirm" {
                            (frame.icon("test")) (say!(lang, "TEST sunucusuna {rows} talep gönder", "Send {rows} cases to the TEST server"))
                        }
                    } @else {
                        button class="btn btn-live btn-lg" data-test="confirm" {
                            (frame.icon("live")) (say!(lang, "CANLI sunucuya {rows} talep gönder", "Send {rows} cases to the LIVE server"))
                        }
                    }
                    a class="btn btn-lg" href=(self.run.at("check")) { (say!(lang, "Denetime dön", "Back to the check")) }
                }
            }
        }
    }

    fn ask(&self, frame: &Frame, approvers: &[(String, String)], note: &str) -> Markup {
        let lang = frame.lang;
        let names: Vec<String> = approvers.iter().map(|(name, _)| name.clone()).collect();
        html! {
            form class="stack-s" method="post" action=(self.run.at("confirm")) {
                (self.bound(frame))
                (self.doubts(frame))
                input type="hidden" name="rows" value=(self.ticket.rows);
                fieldset {
                    legend class="label" { (say!(lang, "Kim onaylasın", "Who should approve")) }
                    div class="stack-s" {
                        p class="check" {
                            input type="radio" name="who" id="who-any" value="" checked;
                            label for="who-any" { (say!(lang, "Yetkili herkes", "Anyone who may")) " (" (names.join(", ")) ")" }
                        }
                        @for (at, (name, email)) in approvers.iter().enumerate() {
                            p class="check" {
                                input type="radio" name="who" id={ "who-" (at) } value=(email);
                                label for={ "who-" (at) } { (name) }
                            }
                        }
                    }
                }
                div class="field" {
                    label for="note" { (say!(lang, "Onaylayana not", "A note to the approver")) }
                    span class="hint" id="note-hint" { (say!(lang, "İsteğe bağlı", "Optional")) }
                    textarea class="area" id="note" name="note" rows="2" aria-describedby="note-hint" { (note) }
                }
                div class="row" {
                    button class="btn btn-primary btn-lg" data-test="confirm" { (frame.icon("hand")) (say!(lang, "Onaya gönder", "Ask for approval")) }
                    a class="btn btn-lg" href=(self.run.at("check")) { (say!(lang, "Denetime dön", "Back to the check")) }
                }
            }
        }
    }

    fn waiting(&self, frame: &Frame, by: &str, at: Timestamp, (withdraw, approve): (bool, bool)) -> Markup {
        let (lang, at) = (frame.lang, frame.when(at));
        html! {
            p {
                (say!(lang, "İsteyen: {by}, {at}.", "Asked for by {by}, {at}.")) " "
                (say!(
                    lang,
                    "Onaylanınca gönderim kendiliğinden başlar; sayfayı kapatabilirsiniz.",
                    "The run starts by itself once it is approved; you can close the page."
                ))
            }
            div class="row" {
                @if approve {
                    a class="btn btn-primary btn-lg" href=(self.run.at("approve")) { (say!(lang, "Onaylamak için bak", "Look at it to approve")) }
                }
                @if withdraw {
                    form method="post" action=(self.run.at("withdraw")) {
                        (frame.csrf())
                        button class="btn" { (frame.icon("undo")) (say!(lang, "İsteği geri çek", "Take the request back")) }
                    }
                }
            }
            @if withdraw {
                p class="hint" { (say!(lang, "Geri çekerseniz liste yine sizde olur ve değiştirilebilir.", "If you take it back, the list is yours again and can be changed.")) }
            }
        }
    }

    fn back_to_check(&self, frame: &Frame) -> Markup {
        html! {
            p { a class="btn btn-lg" href=(self.run.at("check")) { (say!(frame.lang, "Denetime dön", "Back to the check")) } }
        }
    }

    fn bound(&self, frame: &Frame) -> Markup {
        html! { (frame.csrf()) input type="hidden" name="digest" value=(self.digest); }
    }

    fn doubts(&self, frame: &Frame) -> Markup {
        if self.doubts.is_empty() {
            return html! {};
        }
        html! {
            fieldset class="doubts stack-s" {
                legend { (say!(frame.lang, "Şüpheli olan, sizin kararınız", "What is in doubt is yours to decide")) }
                @for it in &self.doubts { (it.render(frame)) }
            }
        }
    }

    fn staying(&self, frame: &Frame) -> Markup {
        let (lang, staying) = (frame.lang, &self.staying);
        let all = staying.invalid + staying.duplicate + staying.left_out;
        if all == 0 {
            return html! {};
        }
        html! {
            section class="panel" aria-labelledby="staying-title" {
                div class="panel-head" {
                    h2 id="staying-title" { (say!(lang, "Gitmeyecek {count} satır", "{count} rows that stay", count = frame.n(all))) }
                    @if staying.invalid > 0 {
                        a href=(self.run.at("to-fix.xlsx")) download { (frame.icon("download")) " " (say!(lang, "Düzeltilecekleri indir", "Download what is to fix")) }
                    }
                }
                div class="panel-body stack-s" { (self.reasons(frame)) }
                @if !staying.same.is_empty() { (self.same(frame)) }
            }
        }
    }

    fn reasons(&self, frame: &Frame) -> Markup {
        let (lang, staying) = (frame.lang, &self.staying);
        let line =
            |mark, rows: u64, text: String| html! { p { (word(frame, mark)) " " b { (frame.n(rows)) } " " (text) } };
        html! {
            @if staying.invalid > 0 {
                (line(Mark::Is(Status::Invalid), staying.invalid, say!(
                    lang,
                    "satır kurallara uymuyor. Sonra düzeltip gönderebilirsiniz; yalnız onlar gider.",
                    "rows do not keep the rules. You can correct and send them later; only they will go."
                )))
            }
            @if staying.duplicate > 0 {
                (line(Mark::Is(Status::Duplicate), staying.duplicate, say!(lang, "satır daha önce gönderilmiş ya da listede iki kez.", "rows were sent before, or stand in the list twice.")))
                @if !staying.rule.is_empty() { p class="hint" { (staying.rule) } }
            }
            @if staying.left_out > 0 {
                (line(Mark::LeftOut, staying.left_out, say!(lang, "satırı bir kişi dışarıda bıraktı.", "rows were left out by a person.")))
            }
        }
    }

    fn same(&self, frame: &Frame) -> Markup {
        let (lang, staying) = (frame.lang, &self.staying);
        let label = say!(lang, "Yinelenen satırlar", "Duplicate rows");
        html! {
            div class="scroll" tabindex="0" role="group" aria-label=(label) {
                table class="table" {
                    thead { tr {
                        th scope="col" class="r" { (say!(lang, "Satır", "Row")) }
                        @for title in &staying.key_titles { th scope="col" { (title) } }
                        th scope="col" { (say!(lang, "Aynısı nerede", "Where the same one is")) }
                    } }
                    tbody {
                        @for same in &staying.same {
                            tr {
                                td class="r" { (same.row) }
                                @for key in &same.keys { td class="num-id" { (key) } }
                                td { (same_row(frame, &same.of)) }
                            }
                        }
                    }
                }
            }
            p class="panel-foot" {
                (say!(
                    lang,
                    "{all} yinelenen satırdan gösterilen: {shown}.",
                    "{shown} of {all} duplicate rows.",
                    all = frame.n(staying.duplicate),
                    shown = frame.n(staying.same.len() as u64)
                ))
                " " a href=(query::with(&self.run.at("check"), "only", &Only::Duplicate.name())) { (say!(lang, "Hepsini gör", "See all")) }
            }
        }
    }
}

impl InDoubt {
    fn render(&self, frame: &Frame) -> Markup {
        let (lang, id) = (frame.lang, format!("agree-{}", self.doubt));
        let rows = frame.n(self.rows);
        html! {
            div class="check" {
                input type="checkbox" name="agree" value=(self.doubt) id=(id) checked[self.agreed] aria-describedby={ (id) "-text" };
                div {
                    label class="strong" for=(id) {
                        @if self.doubt.is_of_the_file() { (say!(lang, "Yine de gönder", "Send it all the same")) }
                        @else { (say!(lang, "Bu {rows} satırı da gönder", "Send these {rows} rows too")) }
                    }
                    p class="hint" id={ (id) "-text" } { (self.text) }
                }
            }
        }
    }
}

/// That nobody approves what they prepared.
fn four_eyes(frame: &Frame) -> Markup {
    let lang = frame.lang;
    html! {
        div class="notice is-accent" {
            (frame.icon("lock"))
            div {
                h3 { (say!(lang, "Bu hedefte ikinci kişinin onayı gerekir", "This target needs the approval of a second person")) }
                p { (say!(lang, "Hazırlayan onaylayamaz. Bir hücre değişirse onay düşer.", "Who prepared it cannot approve it. If a cell changes, the approval lapses.")) }
            }
        }
    }
}

/// That the list is another by now.
pub(super) fn changed(frame: &Frame) -> Markup {
    let title = say!(frame.lang, "Liste bu arada değişti", "The list has changed meanwhile");
    let text = say!(
        frame.lang,
        "Başka bir pencerede bir hücre düzeltildi ya da bir satır değişti. Sayılar yenilendi; bakıp yeniden onaylayın. Hiçbir şey gönderilmedi.",
        "A cell was corrected or a row changed in another window. The figures are new; look at them and confirm again. Nothing was sent."
    );
    Notice::new(Tone::Warn, title, text).render(frame)
}

/// Names, as "A, B ya da C".
fn one_of(frame: &Frame, names: &[String]) -> String {
    match names {
        [] => say!(frame.lang, "henüz kimse", "nobody yet"),
        [one] => one.clone(),
        [before @ .., last] => {
            let before = before.join(", ");
            say!(frame.lang, "{before} ya da {last}", "{before} or {last}")
        }
    }
}
