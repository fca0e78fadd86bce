//! A screen as the answer to a request: with who looks, in which language, and the way back.

use axum::response::{Html, IntoResponse, Response};
use caseload_sheet::message::Lang;
use maud::Markup;

use crate::gate::asker::By;
use crate::gate::session::Lifetime;
use crate::gate::{Asker, Reader};
use crate::house::House;
use crate::pages::Frame;
use crate::pages::frame::SignedIn;
use crate::pages::parts::notice::Notice;
use crate::pages::problem::{ProblemPage, ProblemScreen};
use crate::pages::sign_in::{SignInFault, SignInScreen};
use crate::problem::Problem;

/// Who looks at which page.
pub struct Look<'a> {
    /// How they read.
    pub reader: Reader,
    /// Who they are; nobody before the sign-in.
    pub asker: Option<&'a Asker>,
    /// The path and query of the page.
    pub path: &'a str,
    /// How many runs wait for this person's approval.
    pub awaiting: u64,
    /// What happened just now.
    pub notices: Vec<Notice>,
}

impl<'a> Look<'a> {
    /// Somebody who is in looks at a page.
    pub fn of(asker: &'a Asker, path: &'a str) -> Self {
        let reader = Reader { lang: asker.lang, theme: asker.theme };
        Self { reader, asker: Some(asker), path, awaiting: 0, notices: Vec::new() }
    }
}

/// The answer with a screen.
pub fn show(house: &House, look: Look, render: impl FnOnce(&Frame) -> Markup) -> Response {
    Html(framed(house, look, render).into_string()).into_response()
}

/// A screen, or a part of one, as it is framed for whoever looks.
pub(crate) fn framed(house: &House, look: Look, render: impl FnOnce(&Frame) -> Markup) -> Markup {
    let assets = |name: &str| house.assets.url(name);
    let signed_in = match look.asker {
        None => SignedIn::No,
        Some(asker) if asker.by == By::Proxy => SignedIn::ByProxy,
        Some(asker) if asker.person.id.is_none() => SignedIn::ByKey,
        Some(_) => SignedIn::ByPassword,
    };
    let frame = Frame {
        lang: look.reader.lang,
        theme: look.reader.theme,
        person: look.asker.map(|asker| &asker.person),
        signed_in,
        csrf: look.asker.map_or("", |asker| asker.csrf.as_str()),
        path: look.path,
        assets: &assets,
        now: house.gate.now(),
        zone: house.zone.clone(),
        awaiting: look.awaiting,
        notices: look.notices,
    };
    render(&frame)
}

/// The sign-in, with nothing typed yet.
pub(crate) fn sign_in_screen() -> SignInScreen {
    let idle_minutes = Lifetime::OF_PEOPLE.idle.as_mins().unsigned_abs() as u32;
    SignInScreen { idle_minutes, ..SignInScreen::default() }
}

/// Under which key a problem says how one signs in, and what it says where a key is the way.
pub(crate) const SIGN_IN_BY: &str = "sign_in_by";
pub(crate) const BY_KEY: &str = "key";

/// The answer with the page of a problem.
pub(crate) fn show_problem(house: &House, look: Look, problem: &Problem) -> Response {
    let lang = look.reader.lang;
    if let Some(way) = problem.more.get(SIGN_IN_BY) {
        let by_key_only = way == BY_KEY;
        let fault = match problem.code {
            "key-used" if by_key_only => Some(SignInFault::KeyUsed),
            _ if by_key_only => None,
            _ => Some(SignInFault::Ended),
        };
        let screen = SignInScreen { fault, by_key_only, ..sign_in_screen() };
        return show(house, look, |frame| screen.render(frame));
    }
    let screen =
        ProblemScreen { status: problem.status.as_u16(), code: problem.code.to_owned(), kind: kind_of(problem, lang) };
    show(house, look, |frame| screen.render(frame))
}

/// The page that a problem has of its own, or its own words.
fn kind_of(problem: &Problem, lang: Lang) -> ProblemPage {
    let text_of = |key: &str| problem.more.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let number = |key: &str| problem.more.get(key).and_then(serde_json::Value::as_u64);
    match problem.code {
        "too-large" => ProblemPage::TooLarge {
            file_name: text_of("name"),
            bytes: None,
            limit: number("limit").unwrap_or_default(),
        },
        "cut-off" => ProblemPage::CutOff,
        "not-found" => ProblemPage::NotFound,
        "forged-origin" | "form-token" => ProblemPage::Forged,
        "sign-in-slowed" => ProblemPage::TooMany { seconds: number("retry_after").unwrap_or(1) },
        "disk-full" => ProblemPage::DiskFull,
        "internal" => ProblemPage::Internal,
        _ => ProblemPage::Said {
            title: problem.title.get(lang).to_owned(),
            text: problem.detail.get(lang).to_owned(),
            act: None,
        },
    }
}
