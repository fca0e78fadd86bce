//! What stands around every screen: head, navigation, language, person, foot.

use caseload_sheet::message::{Lang, Text};
use caseload_sheet::{say, text};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::parts::notice::Notice;
use super::query;
use crate::gate::Theme;
use crate::path;
use crate::person::{Deed, Person};

/// Who looks at a page, how, and when.
#[derive(Clone)]
pub struct Frame<'a> {
    /// The reader's language.
    pub lang: Lang,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// Who looks; nobody before the sign-in.
    pub person: Option<&'a Person>,
    /// How that person came in, which says whether the page can sign out.
    pub signed_in: SignedIn,
    /// The token that every form carries.
    pub csrf: &'a str,
    /// The path and query of this page: forms come back to it.
    pub path: &'a str,
    /// The address of a file of the page by its name: `style.css`, `icons.svg`, `page.js`.
    pub assets: &'a (dyn Fn(&str) -> String + Sync),
    /// Now.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// How many runs wait for this person's approval; shown beside the link to history.
    pub awaiting: u64,
    /// What happened just now ("Geri alındı"): shown above the screen, once.
    pub notices: Vec<Notice>,
}

/// How a person came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedIn {
    /// Not at all.
    No,
    /// With the key of a page on this machine.
    ByKey,
    /// With a password, or at a provider of identities.
    ByPassword,
    /// A proxy says who it is; signing out is the proxy's.
    ByProxy,
}

/// Where in the navigation a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nav {
    /// Sending lists.
    Send,
    /// History.
    History,
    /// Administration.
    Admin,
    /// Nowhere.
    Nowhere,
}

/// A page without what stands around it.
pub(super) struct Page {
    /// For the window's title.
    pub title: String,
    /// Where it stands in the navigation.
    pub nav: Nav,
    /// The class of `main`.
    pub class: &'static str,
    /// What stands between the head and `main`: the head of a run.
    pub above: Option<Markup>,
    /// What stands in `main`.
    pub body: Markup,
    /// The modules of script that it uses.
    pub scripts: &'static [&'static str],
    /// After how many seconds a browser without script asks for it again.
    pub refresh: Option<u32>,
}

/// What htmx may not do: write styles, make code of attributes, ask other servers, scroll by itself.
const HTMX: &str = r#"{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"scrollIntoViewOnBoost":false,"historyCacheSize":0,"attributesToSettle":["class","width","height"],"refreshOnHistoryMiss":true}"#;

impl Frame<'_> {
    /// The sentence in the reader's language.
    pub(super) fn say(&self, text: Text) -> String {
        text.into_string(self.lang)
    }

    /// Whether the person who looks may do something at all.
    pub(super) fn may(&self, deed: Deed) -> bool {
        self.person.is_some_and(|person| person.may(deed))
    }

    /// An icon that says nothing by itself: a word stands beside it.
    pub(super) fn icon(&self, name: &str) -> Markup {
        self.icon_as(name, "i")
    }

    /// An icon of another class.
    pub(super) fn icon_as(&self, name: &str, class: &str) -> Markup {
        let href = format!("{}#i-{name}", (self.assets)("icons.svg"));
        html! { svg class=(class) aria-hidden="true" { use href=(href) {} } }
    }

    /// The field against forged forms, which stands first in every form.
    pub(super) fn csrf(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.csrf); }
    }

    /// The field that brings a form back to this page, without an open editor.
    pub(super) fn back(&self) -> Markup {
        html! { input type="hidden" name="back" value=(query::without(self.path, "edit")); }
    }

    /// The whole page of a person who is in.
    pub(super) fn page(&self, page: Page) -> Markup {
        let wide = page.class.contains("page-wide").then_some("wide");
        self.document(&page.title, page.scripts, page.refresh, wide, html! {
            (self.top(page.nav))
            @if let Some(above) = &page.above { (above) }
            main id="main" class=(page.class) {
                div id="flash" class="stack-s no-print" {
                    @for notice in &self.notices { (notice.flash(self)) }
                }
                p id="said" class="vh" role="status" {}
                (page.body)
            }
            footer class="foot no-print" {
                p { "caseload · " (say!(self.lang, "Her satır en çok bir kez gider.", "Each row is sent at most once.")) }
            }
        })
    }

    /// A document around a body.
    pub(super) fn document(
        &self,
        title: &str,
        scripts: &[&str],
        refresh: Option<u32>,
        class: Option<&str>,
        body: Markup,
    ) -> Markup {
        let theme = (self.theme != Theme::System).then(|| self.theme.as_str());
        html! {
            (DOCTYPE)
            html lang=(self.tag()) data-theme=[theme] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="htmx-config" content=(HTMX);
                    title { (title) " · caseload" }
                    link rel="stylesheet" href=((self.assets)("style.css"));
                    link rel="icon" href=((self.assets)("caseload.svg")) type="image/svg+xml";
                    script type="module" src=((self.assets)("page.js")) {}
                    (self.scripts(scripts))
                    @if let Some(seconds) = refresh {
                        noscript { meta http-equiv="refresh" content=(seconds); }
                    }
                }
                body class=[class] {
                    a class="skip" href="#main" { (say!(self.lang, "İçeriğe geç", "Skip to content")) }
                    (body)
                }
            }
        }
    }

    fn scripts(&self, names: &[&str]) -> Markup {
        html! {
            @for name in names {
                @if name.starts_with("vendor/") {
                    script src=((self.assets)(name)) defer {}
                } @else {
                    script type="module" src=((self.assets)(name)) {}
                }
            }
        }
    }

    /// The reader's language as a tag.
    pub(super) fn tag(&self) -> &'static str {
        match self.lang {
            Lang::Tr => "tr",
            Lang::En => "en",
        }
    }

    fn top(&self, nav: Nav) -> Markup {
        html! {
            header class="top no-print" {
                a class="brand" href=(path::START) { (BRAND) "caseload" }
                nav class="nav" aria-label=(say!(self.lang, "Ana menü", "Main menu")) {
                    a href=(path::START) aria-current=[current(nav == Nav::Send)] { (say!(self.lang, "Gönder", "Send")) }
                    a href=(path::RUNS) aria-current=[current(nav == Nav::History)]
                        data-test=[(nav != Nav::History).then_some("history")] {
                        (say!(self.lang, "Geçmiş", "History"))
                    }
                    @if self.awaiting > 0 {
                        a href={ (path::RUNS) "?state=waiting-approval" } {
                            (say!(self.lang, "Onayınızı bekleyen", "Awaiting you")) " "
                            span class="count" { (self.n(self.awaiting)) }
                        }
                    }
                    @if self.may(Deed::Manage) {
                        a href=(path::ADMIN) aria-current=[current(nav == Nav::Admin)] {
                            (say!(self.lang, "Yönetim", "Administration"))
                        }
                    }
                }
                @if nav == Nav::History { span class="find" {} } @else { (self.find()) }
                div class="who" { (self.languages()) (self.account()) }
            }
        }
    }

    fn find(&self) -> Markup {
        html! {
            form class="find" role="search" action=(path::RUNS) {
                (self.icon("search"))
                label class="vh" for="q" {
                    (say!(self.lang, "Mali numara ya da talep numarası ara", "Search for a device or case number"))
                }
                input id="q" name="q" type="search" autocomplete="off" data-test="find"
                    placeholder=(say!(self.lang, "Mali no ya da talep no", "Device or case number"));
            }
        }
    }

    /// The switch between the languages, each named in itself.
    pub(super) fn languages(&self) -> Markup {
        let one = |lang: Lang, tag: &'static str, name: &'static str, short: &'static str| {
            html! {
                button type="submit" name="lang" value=(tag) lang=(tag) aria-current=[current(lang == self.lang)] {
                    span class="vh" { (name) " " } (short)
                }
            }
        };
        html! {
            form class="lang" method="post" action="/language" aria-label=(say!(self.lang, "Dil", "Language")) {
                (self.csrf()) (self.back())
                (one(Lang::Tr, "tr", "Türkçe", "TR")) (one(Lang::En, "en", "English", "EN"))
            }
        }
    }

    fn account(&self) -> Markup {
        let Some(person) = self.person else { return html! {} };
        html! {
            details class="menu" {
                summary {
                    (self.icon("user")) span class="who-name" { (person.name) } (self.icon("down"))
                    span class="vh" { ", " (say!(self.lang, "hesap", "account")) }
                }
                div class="pop" {
                    p class="small muted" { (self.roles(person)) }
                    (self.themes())
                    @if matches!(self.signed_in, SignedIn::ByKey | SignedIn::ByPassword) {
                        form method="post" action="/sign-out" {
                            (self.csrf())
                            button class="btn btn-quiet" { (say!(self.lang, "Çık", "Sign out")) }
                        }
                    }
                }
            }
        }
    }

    fn roles(&self, person: &Person) -> String {
        if self.signed_in == SignedIn::ByKey {
            return say!(self.lang, "Bu bilgisayarın anahtarıyla", "With this computer's key");
        }
        person.roles.iter().map(|role| self.say(role.word())).collect::<Vec<_>>().join(", ")
    }

    fn themes(&self) -> Markup {
        html! {
            form method="post" action="/theme" aria-label=(say!(self.lang, "Görünüm", "Appearance")) {
                (self.csrf()) (self.back())
                @for theme in Theme::ALL {
                    button class="btn btn-quiet" name="theme" value=(theme.as_str())
                        aria-pressed=(if theme == self.theme { "true" } else { "false" }) {
                        (say!(self.lang, "Görünüm", "Appearance")) ": " (self.say(theme_word(theme)))
                    }
                }
            }
        }
    }
}

/// An appearance as people read it.
fn theme_word(theme: Theme) -> Text {
    match theme {
        Theme::System => text!("sistem gibi", "as the system"),
        Theme::Light => text!("açık", "light"),
        Theme::Dark => text!("koyu", "dark"),
    }
}

/// The value of `aria-current` for one of several.
pub(super) fn current(is: bool) -> Option<&'static str> {
    is.then_some("true")
}

/// The sign of the program.
pub(super) const BRAND: PreEscaped<&str> = PreEscaped(
    r#"<svg viewBox="0 0 22 22" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><path d="M2 5h8M2 11h8M2 17h8"></path><path d="M13 11h5.5M15.8 8.2L18.6 11l-2.8 2.8" stroke-width="2.2"></path></svg>"#,
);
