//! The door.

use caseload_sheet::say;
use maud::{Markup, html};

use super::Frame;
use super::frame::BRAND;
use super::parts::notice::{Notice, Tone};
use crate::path;

/// The page at `/sign-in`.
#[derive(Debug, Clone, Default)]
pub struct SignInScreen {
    /// The address as typed before.
    pub email: String,
    /// Where to go afterwards, as the form sends it back; empty for the start.
    pub next: String,
    /// What was wrong.
    pub fault: Option<SignInFault>,
    /// After how many minutes without work a person is signed out.
    pub idle_minutes: u32,
    /// Where to sign in at a provider of identities: its name and the address.
    pub provider: Option<(String, String)>,
    /// The page has no people: a link with a key is the way in. The form is left out.
    pub by_key_only: bool,
}

/// Why a person is not in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInFault {
    /// Email or password is wrong. How many tries are left before a wait, where it is near.
    Wrong {
        /// Tries that are left.
        left: Option<u32>,
    },
    /// Too many tries: how many seconds to wait.
    Wait {
        /// Seconds.
        seconds: u64,
    },
    /// The session has ended.
    Ended,
    /// The link's key was used, or is of an earlier start.
    KeyUsed,
}

impl SignInScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let title = say!(frame.lang, "Giriş", "Sign in");
        frame.document(
            &title,
            &[],
            None,
            None,
            html! {
                div class="door" {
                    main id="main" {
                        div class="door-brand" { span class="brand" { (BRAND) "caseload" } (frame.languages()) }
                        div class="panel stack" {
                            h1 { (title) }
                            @for notice in &frame.notices { (notice.render(frame)) }
                            @if let Some(fault) = self.fault { div id="fault" { (fault.render(frame)) } }
                            @if self.by_key_only { (by_key(frame)) } @else { (self.form(frame)) }
                        }
                    }
                    footer { span { "caseload" } }
                }
            },
        )
    }

    fn form(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let is_wrong = matches!(self.fault, Some(SignInFault::Wrong { .. }));
        let minutes = frame.n(u64::from(self.idle_minutes));
        html! {
            form class="stack-s" method="post" action=(path::SIGN_IN) {
                (frame.csrf())
                input type="hidden" name="next" value=(self.next);
                div class="field" {
                    label for="email" { (say!(lang, "E-posta", "Email")) }
                    input class="input" id="email" name="email" type="email" autocomplete="username" required value=(self.email)
                        autofocus[self.email.is_empty()];
                }
                div class="field" {
                    label for="password" { (say!(lang, "Parola", "Password")) }
                    input class="input" id="password" name="password" type="password" autocomplete="current-password" required
                        aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some("fault")]
                        autofocus[!self.email.is_empty()];
                }
                button class="btn btn-primary btn-lg wide" data-test="sign-in" { (say!(lang, "Gir", "Sign in")) }
            }
            @if let Some((name, address)) = &self.provider {
                p { a class="btn btn-lg wide" href=(address) { (say!(lang, "{name} ile gir", "Sign in with {name}")) } }
            }
            p class="small muted" {
                (say!(lang, "Parolanızı unuttuysanız yöneticiniz yenisini verir.", "If you forgot your password, your administrator gives you a new one.")) " "
                (say!(
                    lang,
                    "{minutes} dakika işlem yapmazsanız çıkarılırsınız; süren gönderim durmaz.",
                    "You are signed out after {minutes} minutes without work; a running submission goes on."
                ))
            }
        }
    }
}

impl SignInFault {
    fn render(self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let (title, text) = match self {
            SignInFault::Wrong { left } => {
                let text = match left {
                    None => String::new(),
                    Some(left) => {
                        say!(lang, "Kalan deneme: {left}. Sonra beklenir.", "Tries left: {left}. Then there is a wait.")
                    }
                };
                (say!(lang, "E-posta ya da parola yanlış", "Email or password is wrong"), text)
            }
            SignInFault::Wait { seconds } => (
                say!(lang, "Çok sayıda yanlış deneme oldu", "There were too many wrong tries"),
                say!(
                    lang,
                    "{span} sonra yeniden deneyin.",
                    "Try again after {span}.",
                    span = frame.span(std::time::Duration::from_secs(seconds))
                ),
            ),
            SignInFault::Ended => (
                say!(
                    lang,
                    "Oturumunuz bitti. Yazdıklarınız duruyor; girip sürdürün.",
                    "Your session has ended. What you typed is kept; sign in and go on."
                ),
                String::new(),
            ),
            SignInFault::KeyUsed => (
                say!(lang, "Bu bağlantı bir kez işler", "This link works once"),
                say!(lang, "Programın yazdığı yeni bağlantıyı açın.", "Open the new link that the program printed."),
            ),
        };
        let tone = if matches!(self, SignInFault::Ended) { Tone::Info } else { Tone::Stop };
        Notice::new(tone, title, text).render(frame)
    }
}

/// How to come in on a page without people.
fn by_key(frame: &Frame) -> Markup {
    html! {
        p {
            (say!(
                frame.lang,
                "Bu sayfanın kullanıcıları yok. Programı başlatan pencerede “sign in:” diye başlayan bağlantıyı açın.",
                "This page has no users. Open the link that begins with “sign in:” in the window where the program was started."
            ))
        }
    }
}
