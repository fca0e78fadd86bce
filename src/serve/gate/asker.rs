//! Who asks, as a route of the page gets it.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use caseload_sheet::message::{Lang, Text};
use caseload_sheet::text;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::arrival::Arrival;
use super::cookie::{self, LANGUAGE, THEME};
use super::forgery::FormSecret;
use super::secret::Hash;
use crate::path;
use crate::person::{Deed, Person};
use crate::problem::Problem;
use crate::show::{BY_KEY, SIGN_IN_BY};

/// By what somebody is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A session of a browser.
    Cookie,
    /// A token or a key, which a program sends on purpose.
    Bearer,
    /// The word of the proxy before the page.
    Proxy,
}

/// The appearance that a reader chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system of the reader has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every appearance, in the order of the menu.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// As the cookie and the form spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The appearance of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == name)
    }
}

/// How a reader wants the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The language.
    pub lang: Lang,
    /// The appearance.
    pub theme: Theme,
}

impl Reader {
    /// By the reader's own choice, else by the browser's, else as the server is set.
    pub fn of(headers: &HeaderMap, usual: Lang) -> Self {
        let chosen = cookie::value(headers, LANGUAGE).and_then(named).or_else(|| accepted(headers));
        let theme = cookie::value(headers, THEME).and_then(Theme::named).unwrap_or_default();
        Self { lang: chosen.unwrap_or(usual), theme }
    }
}

fn named(tag: &str) -> Option<Lang> {
    match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "tr" => Some(Lang::Tr),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The language that the browser likes best of the two.
fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let weighed = list.split(',').filter_map(|part| {
        let mut parts = part.trim().split(';');
        let lang = named(parts.next()?.trim())?;
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then_some((lang, weight))
    });
    // Of equal weights the first counts.
    weighed.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(lang, _)| lang)
}

/// Who asks, and how they read.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The person.
    pub person: Person,
    /// By what they are known.
    pub by: By,
    /// The language.
    pub lang: Lang,
    /// The appearance.
    pub theme: Theme,
    /// The token against forgery that every form of this page carries, as the field `csrf`; a script sends it as the
    /// header `X-CSRF-Token`. It is another one in every answer, so that compression tells nothing about it.
    pub csrf: String,
    /// The address that asks.
    pub from: IpAddr,
    /// What they showed.
    pub(super) proof: Proof,
}

/// What somebody showed to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// The id of a session.
    Session(Hash),
    /// A bearer token of a person.
    Token(Hash),
    /// A key of the page.
    Key,
    /// The proxy's word.
    Word,
}

impl Asker {
    /// Sees that this person may do something at all.
    ///
    /// # Errors
    /// They may not.
    pub fn may(&self, deed: Deed) -> Result<(), Problem> {
        if self.person.may(deed) { Ok(()) } else { Err(not_allowed(deed)) }
    }
}

/// What the gate found out about a request.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub asker: Option<Asker>,
    pub reader: Reader,
    pub arrival: Arrival,
    /// Nobody signs in here: a key opens the page.
    pub is_keyed: bool,
    /// The form is still to show its token: it comes in its body, which is read later.
    pub owes_token: Option<FormSecret>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let Some(seen) = parts.extensions.get::<Seen>() else { return Err(Problem::internal().into_response()) };
        if seen.owes_token.is_some() {
            return Err(super::forgery::no_token().into_response());
        }
        seen.asker.clone().ok_or_else(|| turned_away(parts, seen))
    }
}

/// A page leads to where one signs in; a program, and a form, get a problem.
fn turned_away(parts: &Parts, seen: &Seen) -> Response {
    let is_page = parts.method == Method::GET && !parts.headers.contains_key("hx-request") && wants_page(parts);
    if is_page && !seen.is_keyed {
        let here = parts.uri.path_and_query().map_or(path::START, |path| path.as_str());
        let next = utf8_percent_encode(here, NON_ALPHANUMERIC);
        return Redirect::to(&format!("{}?next={next}", path::SIGN_IN)).into_response();
    }
    not_signed_in(seen.is_keyed).into_response()
}

/// Whether the answer is for a person.
pub(crate) fn wants_page(parts: &Parts) -> bool {
    is_page(parts.uri.path(), &parts.headers)
}

/// Whether an answer to this request is for a person: not below the root of JSON, and not where JSON is asked for.
pub(crate) fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let is_api = path.starts_with("/api/") || path == "/openapi.json";
    !is_api && (accepts.contains("text/html") || !accepts.contains("json")) && accepts.contains("text/")
}

fn not_signed_in(is_keyed: bool) -> Problem {
    let detail = if is_keyed {
        text!(
            "Bu sayfa, programın terminalde yazdığı bağlantıyla açılır; her bağlantı bir kez geçer. Oradaki son bağlantıyı kullanın.",
            "This page is opened by the link that the program prints in the terminal; each link works once. Use the last one there."
        )
    } else {
        text!("Oturumunuz yok ya da bitti. Girip sürdürün.", "You have no session, or it has ended. Sign in and go on.")
    };
    Problem::new(StatusCode::UNAUTHORIZED, "sign-in-needed", text!("Önce girin", "Sign in first"), detail)
        .with(SIGN_IN_BY, if is_keyed { BY_KEY } else { "password" })
        .with_header(header::WWW_AUTHENTICATE, "Bearer")
}

fn not_allowed(deed: Deed) -> Problem {
    let detail: Text = match deed {
        Deed::Look => text!(
            "Size henüz bir rol verilmemiş. Yöneticinizden isteyin.",
            "You have no role yet. Ask your administrator for one."
        ),
        Deed::Prepare | Deed::Send | Deed::Resolve => text!(
            "Bunu yalnız Hazırlayan rolü yapabilir. Gerekiyorsa rolü yöneticinizden isteyin.",
            "Only a Preparer may do this. If you need to, ask your administrator for the role."
        ),
        Deed::Approve => text!(
            "Bunu yalnız Onaylayan rolü yapabilir. Gerekiyorsa rolü yöneticinizden isteyin.",
            "Only an Approver may do this. If you need to, ask your administrator for the role."
        ),
        Deed::Manage => {
            text!("Bunu yalnız Yönetici rolü yapabilir.", "Only an Administrator may do this.")
        }
    };
    Problem::new(StatusCode::FORBIDDEN, "role-missing", text!("Bunu yapma yetkiniz yok", "You may not do this"), detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn reader(headers: &[(&'static str, &'static str)]) -> Reader {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        Reader::of(&map, Lang::En)
    }

    #[test]
    fn the_language_is_the_readers_choice_then_the_browsers_then_the_servers() {
        assert_eq!(reader(&[]).lang, Lang::En);
        assert_eq!(reader(&[("accept-language", "de, tr-TR;q=0.8, en;q=0.7")]).lang, Lang::Tr);
        assert_eq!(reader(&[("accept-language", "en;q=0.1, tr;q=0")]).lang, Lang::En);
        assert_eq!(reader(&[("accept-language", "tr"), ("cookie", "caseload-lang=en")]).lang, Lang::En);
        assert_eq!(reader(&[("cookie", "caseload-lang=xx; caseload-theme=dark")]).theme, Theme::Dark);
        assert_eq!(reader(&[("cookie", "caseload-theme=\"><script>")]).theme, Theme::System);
    }

    #[test]
    fn a_program_gets_a_document_and_a_person_a_page() {
        let page = |path: &str, accept: &'static str| {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            is_page(path, &headers)
        };
        assert!(page("/runs", "text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(!page("/api/v1/runs", "text/html"));
        assert!(!page("/runs", "application/json"));
        assert!(!page("/runs", ""));
        assert!(!page("/runs", "*/*"));
    }
}
