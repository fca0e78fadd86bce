//! Administration: what is set and where, people and their roles, mappings that are remembered, the ledger, who did
//! what. Targets, secrets and retention are matters of the settings file; this page shows them.

use std::time::Duration;

use caseload_sheet::say;
use jiff::Timestamp;
use maud::{Markup, html};

use super::Frame;
use super::frame::{Nav, Page};
use super::parts::notice::{Notice, Tone};
use super::parts::outcome::worded;
use super::parts::plate::plate;
use super::run_head::Place;
use super::words::Look;
use crate::path;
use crate::person::Role;

/// The page at `/admin`.
#[derive(Debug, Clone)]
pub struct AdminScreen {
    /// The targets.
    pub targets: Vec<TargetRow>,
    /// People; empty on a page without people.
    pub people: Vec<PersonRow>,
    /// Mappings that are remembered for the next files.
    pub mappings: Vec<MappingRow>,
    /// How the ledger is.
    pub ledger: LedgerHealth,
    /// What was done last, the newest first.
    pub deeds: Vec<AuditRow>,
    /// Whether this person may change people and mappings.
    pub may_manage: bool,
    /// What was wrong with the form for a new person, as a sentence.
    pub fault: Option<String>,
    /// The form for a new person, as it was typed.
    pub typed: NewPerson,
    /// The one-time password of the person who was just added, as email and password: shown once.
    pub added: Option<(String, String)>,
}

/// A target as the settings have it.
#[derive(Debug, Clone)]
pub struct TargetRow {
    /// Its title, and whether it is TEST.
    pub place: Place,
    /// The servers.
    pub servers: Vec<String>,
    /// Requests a second at most, as the settings write it; empty for the gentle rate.
    pub rate: String,
    /// A second person has to approve.
    pub four_eyes: bool,
    /// The secrets that it takes, and whether each is set.
    pub secrets: Vec<(String, bool)>,
    /// How long an upload is kept after its run has ended.
    pub keeps: Duration,
    /// The settings file that says so; empty for what is built in.
    pub settings: String,
}

/// A person.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// The number in the store.
    pub id: i64,
    /// As others are shown that person.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// When that person came last.
    pub last_seen: Option<Timestamp>,
    /// Whether it is the person who looks, who cannot remove himself.
    pub is_you: bool,
}

/// The form for a new person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPerson {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// The roles.
    pub roles: Vec<Role>,
}

/// A mapping that is remembered.
#[derive(Debug, Clone)]
pub struct MappingRow {
    /// The number in the store.
    pub id: i64,
    /// The header.
    pub header: String,
    /// The field as people read it; empty where the column is not sent.
    pub label: String,
    /// For which operation.
    pub operation: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How the ledger is.
#[derive(Debug, Clone, Default)]
pub struct LedgerHealth {
    /// Where it is.
    pub path: String,
    /// What is wrong with it, as a sentence; nothing where it is sound.
    pub fault: Option<String>,
    /// Rows that it knows.
    pub rows: u64,
    /// Runs that it knows.
    pub runs: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// What is free beside it, in bytes.
    pub free: Option<u64>,
    /// When it was copied last.
    pub backed_up: Option<Timestamp>,
    /// Unknown rows of all runs, and the oldest one's time.
    pub unknown: (u64, Option<Timestamp>),
    /// Runs under way now, by name.
    pub under_way: Vec<String>,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, as a sentence without the actor.
    pub what: String,
    /// From which address.
    pub from: String,
}

const SOUND: Look = Look { icon: "done", class: "is-done" };
const WRONG: Look = Look { icon: "invalid", class: "is-invalid" };
const OPEN: Look = Look { icon: "warn", class: "is-warn" };

impl AdminScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let body = html! {
            h1 { (say!(lang, "Yönetim", "Administration")) }
            @if let Some((email, password)) = &self.added { (added(frame, email, password)) }
            div class="admin" {
                (self.side(frame))
                div class="stack" {
                    (self.targets(frame))
                    @if !self.people.is_empty() { (self.people(frame)) }
                    @if !self.mappings.is_empty() { (self.mappings(frame)) }
                    (self.ledger.render(frame))
                    (self.audit(frame))
                }
            }
        };
        frame.page(Page {
            title: say!(lang, "Yönetim", "Administration"),
            nav: Nav::Admin,
            class: "page stack",
            above: None,
            body,
            scripts: &[],
            refresh: None,
        })
    }

    fn side(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let item = |id: &str, words: String| html! { li { a href={ "#" (id) } { (words) } } };
        html! {
            nav class="side" aria-label=(say!(lang, "Yönetim bölümleri", "Parts of administration")) {
                ul {
                    (item("targets", say!(lang, "Hedefler", "Targets")))
                    @if !self.people.is_empty() { (item("people", say!(lang, "Kişiler ve roller", "People and roles"))) }
                    @if !self.mappings.is_empty() { (item("mappings", say!(lang, "Sütun eşleşmeleri", "Column mappings"))) }
                    (item("ledger", say!(lang, "Defter", "Ledger")))
                    (item("audit", say!(lang, "Değişiklik kaydı", "Audit trail")))
                }
            }
        }
    }

    fn targets(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let head = html! { tr {
            th scope="col" { (say!(lang, "Sistem", "System")) }
            th scope="col" { (say!(lang, "Sunucu", "Server")) }
            th scope="col" { (say!(lang, "Gizli bilgi", "Secrets")) }
            th scope="col" { (say!(lang, "Yüklenenler saklanır", "Uploads are kept")) }
            th scope="col" { (say!(lang, "Ayar dosyası", "Settings file")) }
        } };
        let foot = html! {
            (say!(lang, "Gizli bilgiler ayar dosyasında durur; burada yalnız var ya da yok diye görünür.", "Secrets stand in the settings file; here they are only set or not set."))
        };
        let rows = html! { @for target in &self.targets { (target.render(frame)) } };
        panel(&Panel { id: "targets", title: say!(lang, "Hedefler", "Targets") }, head, rows, foot)
    }

    fn people(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let head = html! { tr {
            th scope="col" { (say!(lang, "Kişi", "Person")) }
            th scope="col" { (say!(lang, "Rol", "Role")) }
            th scope="col" { (say!(lang, "Son giriş", "Last sign-in")) }
            th scope="col" { span class="vh" { (say!(lang, "İşlem", "Action")) } }
        } };
        let rows = html! { @for person in &self.people { (person.render(frame, self.may_manage)) } };
        let foot = html! { (say!(lang, "Kimse kendi hazırladığını onaylayamaz, onaylayan rolü olsa da.", "Nobody approves what they prepared, even with the role of an approver.")) };
        html! {
            (panel(&Panel { id: "people", title: say!(lang, "Kişiler ve roller", "People and roles") }, head, rows, foot))
            @if self.may_manage { (self.new_person(frame)) }
        }
    }

    fn new_person(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        html! {
            details class="panel" open[self.fault.is_some()] {
                summary class="panel-head" { span class="strong" { (frame.icon("plus")) " " (say!(lang, "Kişi ekle", "Add a person")) } }
                form class="panel-body stack-s" method="post" action={ (path::ADMIN) "/people" } {
                    (frame.csrf())
                    @if let Some(fault) = &self.fault { p class="error" role="alert" { (frame.icon("invalid")) (fault) } }
                    div class="split-2" {
                        div class="field" {
                            label for="new-name" { (say!(lang, "Ad", "Name")) }
                            input class="input" id="new-name" name="name" required value=(self.typed.name) autocomplete="off";
                        }
                        div class="field" {
                            label for="new-email" { (say!(lang, "E-posta", "Email")) }
                            input class="input" id="new-email" name="email" type="email" required value=(self.typed.email) autocomplete="off";
                        }
                    }
                    fieldset {
                        legend class="label" { (say!(lang, "Roller", "Roles")) }
                        div class="stack-s" {
                            @for role in Role::ALL {
                                p class="check" {
                                    input type="checkbox" name="role" value=(role.as_str()) id={ "role-" (role.as_str()) } checked[self.typed.roles.contains(&role)];
                                    label for={ "role-" (role.as_str()) } { b { (frame.say(role.word())) } ": " (may(frame, role)) }
                                }
                            }
                        }
                    }
                    p class="hint" { (say!(lang, "İlk parola bir kez gösterilir; kişi girince değiştirir.", "The first password is shown once; the person changes it after the sign-in.")) }
                    button class="btn btn-primary" { (say!(lang, "Ekle", "Add")) }
                }
            }
        }
    }

    fn mappings(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let head = html! { tr {
            th scope="col" { (say!(lang, "Başlık", "Header")) }
            th scope="col" { (say!(lang, "Alan", "Field")) }
            th scope="col" { (say!(lang, "İşlem türü", "Operation")) }
            th scope="col" { (say!(lang, "Kim, ne zaman", "Who, when")) }
            th scope="col" { span class="vh" { (say!(lang, "İşlem", "Action")) } }
        } };
        let rows = html! { @for mapping in &self.mappings { (mapping.render(frame, self.may_manage)) } };
        let foot = html! { (say!(lang, "Unutulan başlık bir sonraki dosyada yeniden sorulur.", "A header that is forgotten is asked about again with the next file.")) };
        panel(&Panel { id: "mappings", title: say!(lang, "Sütun eşleşmeleri", "Column mappings") }, head, rows, foot)
    }

    fn audit(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let head = html! { tr {
            th scope="col" { (say!(lang, "Ne zaman", "When")) }
            th scope="col" { (say!(lang, "Kim", "Who")) }
            th scope="col" { (say!(lang, "Ne yaptı", "What")) }
            th scope="col" { (say!(lang, "Nereden", "From where")) }
        } };
        let rows = html! {
            @for deed in &self.deeds {
                tr {
                    th scope="row" class="nowrap" { (frame.when(deed.at)) }
                    td { (deed.by) } td { (deed.what) } td class="num-id" { (deed.from) }
                }
            }
        };
        let foot = html! { (say!(lang, "Tamamını komut yazar:", "The command prints all of it:")) " " code { "caseload audit" } };
        panel(&Panel { id: "audit", title: say!(lang, "Değişiklik kaydı", "Audit trail") }, head, rows, foot)
    }
}

/// A panel with a table.
struct Panel {
    id: &'static str,
    title: String,
}

fn panel(panel: &Panel, head: Markup, rows: Markup, foot: Markup) -> Markup {
    let title_id = format!("{}-title", panel.id);
    html! {
        section class="panel" id=(panel.id) aria-labelledby=(title_id) {
            div class="panel-head" { h2 id=(title_id) { (panel.title) } }
            div class="scroll" tabindex="0" role="group" aria-labelledby=(title_id) {
                table class="table" { thead { (head) } tbody { (rows) } }
            }
            p class="panel-foot" { (foot) }
        }
    }
}

impl TargetRow {
    fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let rate =
            if self.rate.is_empty() { say!(lang, "ölçülü hız", "the gentle rate") } else { self.rate.clone() };
        let eyes = if self.four_eyes {
            say!(lang, "iki kişi onayı", "a second person approves")
        } else {
            say!(lang, "onay gerekmez", "no approval")
        };
        html! {
            tr {
                th scope="row" { (self.place.title) br; (plate(frame, self.place.is_test)) }
                td {
                    @for server in &self.servers { span class="num-id" { (server) } br; }
                    span class="hint" { (rate) ", " (eyes) }
                }
                td {
                    @if self.secrets.is_empty() { span class="muted" { (say!(lang, "gerekmez", "none needed")) } }
                    @for (at, (name, is_set)) in self.secrets.iter().enumerate() {
                        @if at > 0 { br; }
                        @let (look, word) = if *is_set { (SOUND, say!(lang, "var", "set")) } else { (OPEN, say!(lang, "yok", "not set")) };
                        span class="num-id" { (name) } ": " (worded(frame, look, &word))
                    }
                }
                td class="nowrap" { (frame.days(self.keeps)) }
                td class="num-id" { @if self.settings.is_empty() { (say!(lang, "yerleşik", "built in")) } @else { (self.settings) } }
            }
        }
    }
}

impl PersonRow {
    fn render(&self, frame: &Frame, may_manage: bool) -> Markup {
        let lang = frame.lang;
        let roles: Vec<String> = self.roles.iter().map(|role| frame.say(role.word())).collect();
        html! {
            tr {
                th scope="row" { (self.name) br; span class="hint" { (self.email) } }
                td { (roles.join(", ")) }
                td class="nowrap" {
                    @match self.last_seen { Some(at) => (frame.when(at)), None => span class="muted" { (say!(lang, "hiç", "never")) } }
                }
                td {
                    @if may_manage && !self.is_you {
                        details {
                            summary class="link" { (say!(lang, "Kaldır", "Remove")) span class="vh" { ": " (self.name) } }
                            form method="post" action={ (path::ADMIN) "/people/" (self.id) "/remove" } {
                                (frame.csrf())
                                p class="hint" { (say!(lang, "Artık giremez; yaptıkları kayıtta kalır.", "They can no longer sign in; what they did stays in the record.")) }
                                button class="btn btn-s" { (say!(lang, "Kişiyi kaldır", "Remove the person")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl MappingRow {
    fn render(&self, frame: &Frame, may_manage: bool) -> Markup {
        let lang = frame.lang;
        html! {
            tr {
                th scope="row" { (self.header) }
                td { @if self.label.is_empty() { span class="muted" { (say!(lang, "gönderilmez", "not sent")) } } @else { (self.label) } }
                td { (self.operation) }
                td { (self.by) br; span class="hint" { (frame.when(self.at)) } }
                td {
                    @if may_manage {
                        form method="post" action={ (path::ADMIN) "/mappings/" (self.id) "/forget" } {
                            (frame.csrf())
                            button class="btn btn-s" { (say!(lang, "Unut", "Forget")) span class="vh" { ": " (self.header) } }
                        }
                    }
                }
            }
        }
    }
}

impl LedgerHealth {
    fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let item = |name: String, value: Markup, small: String| {
            html! { div { dt { (name) } dd { (value) @if !small.is_empty() { small { (small) } } } } }
        };
        let runs = say!(lang, "{runs} gönderim", "{runs} runs", runs = frame.n(self.runs));
        let free =
            self.free.map(|free| say!(lang, "diskte {free} boş", "{free} free on the disk", free = frame.bytes(free)));
        html! {
            section class="panel" id="ledger" aria-labelledby="ledger-title" {
                div class="panel-head" { h2 id="ledger-title" { (say!(lang, "Defter", "Ledger")) } span class="small muted num-id" { (self.path) } }
                @if let Some(fault) = &self.fault {
                    div class="panel-body" { (Notice::new(Tone::Stop, say!(lang, "Defterde bir sorun var", "Something is wrong with the ledger"), fault.as_str()).render(frame)) }
                }
                dl class="health" {
                    (item(say!(lang, "Durum", "State"), self.state(frame), String::new()))
                    (item(say!(lang, "Süren gönderimler", "Runs under way"), self.under_way(frame), String::new()))
                    (item(say!(lang, "Kayıtlar", "Records"), html! { (say!(lang, "{rows} satır", "{rows} rows", rows = frame.n(self.rows))) }, runs))
                    (item(say!(lang, "Yer", "Size"), html! { (frame.bytes(self.bytes)) }, free.unwrap_or_default()))
                    (item(say!(lang, "Son yedek", "Last backup"), self.backup(frame), String::new()))
                    (item(say!(lang, "Belirsiz satır", "Unknown rows"), self.unknown(frame), self.oldest(frame)))
                }
            }
        }
    }

    fn state(&self, frame: &Frame) -> Markup {
        match self.fault {
            None => worded(frame, SOUND, &say!(frame.lang, "Sağlam", "Sound")),
            Some(_) => worded(frame, WRONG, &say!(frame.lang, "Bozuk", "Not sound")),
        }
    }

    fn under_way(&self, frame: &Frame) -> Markup {
        html! {
            @if self.under_way.is_empty() { (say!(frame.lang, "yok", "none")) }
            @for (at, run) in self.under_way.iter().enumerate() { @if at > 0 { ", " } a href=(path::run(run)) { (run) } }
        }
    }

    fn backup(&self, frame: &Frame) -> Markup {
        let when = self.backed_up.map(|at| frame.when(at));
        html! { (when.unwrap_or_else(|| say!(frame.lang, "yok", "none"))) }
    }

    fn unknown(&self, frame: &Frame) -> Markup {
        let rows = frame.n(self.unknown.0);
        match self.unknown.0 {
            0 => html! { (say!(frame.lang, "yok", "none")) },
            _ => {
                html! { a href={ (path::RUNS) "?state=unknown" } { (say!(frame.lang, "{rows} satır açık", "{rows} rows open")) } }
            }
        }
    }

    fn oldest(&self, frame: &Frame) -> String {
        self.unknown
            .1
            .map(|at| say!(frame.lang, "en eskisi: {day}", "the oldest: {day}", day = frame.day(at)))
            .unwrap_or_default()
    }
}

/// What a role may do, in a few words.
fn may(frame: &Frame, role: Role) -> String {
    let lang = frame.lang;
    match role {
        Role::Preparer => say!(
            lang,
            "yükler, düzeltir, onay ister, TEST’e gönderir, kendi belirsizlerini kapatır",
            "uploads, corrects, asks for approval, sends to TEST, closes own unknown rows"
        ),
        Role::Approver => say!(
            lang,
            "başkasının hazırladığını onaylar ya da geri çevirir",
            "approves or turns back what others prepared"
        ),
        Role::Administrator => say!(
            lang,
            "kişileri ve eşleşmeleri yönetir; göndermez, onaylamaz",
            "manages people and mappings; sends and approves nothing"
        ),
        Role::Reader => say!(lang, "bütün gönderimleri görür, bir şey değiştirmez", "sees all runs, changes nothing"),
    }
}

/// The first password of a new person, shown once.
fn added(frame: &Frame, email: &str, password: &str) -> Markup {
    let lang = frame.lang;
    html! {
        div class="notice is-done" role="status" {
            (frame.icon("key"))
            div {
                h2 { (say!(lang, "{email} eklendi", "{email} was added")) }
                p {
                    (say!(lang, "İlk parolası:", "The first password:")) " " span class="num-id strong" { (password) } ". "
                    (say!(lang, "Bir daha gösterilmez; kişiye iletin.", "It is not shown again; give it to the person."))
                }
            }
        }
    }
}
