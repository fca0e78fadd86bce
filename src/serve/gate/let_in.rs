//! The layer that every page and all of JSON is behind.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use caseload_sheet::text;

use super::arrival::{Arrival, Peer};
use super::asker::{Asker, By, Reader, Seen};
use super::cookie;
use super::forgery::{check_origin, check_token, is_changing};
use super::{Gate, Known};
use crate::house::House;
use crate::path;
use crate::problem::Problem;
use crate::show::{BY_KEY, SIGN_IN_BY};

/// Finds out who asks, keeps out what another site makes a browser ask, and hands the rest on.
pub(crate) async fn let_in(
    State(house): State<Arc<House>>,
    Extension(peer): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    match enter(&house, peer, request).await {
        Ok(request) => {
            let seen = request.extensions().get::<Seen>().cloned();
            let mut response = next.run(request).await;
            // A page that tells of a problem has a head that names the reader.
            if let Some(seen) = seen {
                response.extensions_mut().insert(seen);
            }
            response
        }
        Err(response) => *response,
    }
}

async fn enter(house: &Arc<House>, peer: Peer, request: Request) -> Result<Request, Box<Response>> {
    let (parts, body) = request.into_parts();
    let refused = |problem: Problem| Box::new(problem.into_response());
    let arrival = Arrival::of(&parts, peer, house.gate.options());
    check_host(&house.gate, &arrival).map_err(refused)?;
    let (gate, headers, at) = (Arc::clone(&house.gate), parts.headers.clone(), arrival.clone());
    let (is_keyed, known) = crate::blocking(move || {
        let is_keyed = gate.is_keyed()?;
        Ok((is_keyed, gate.recognise(&headers, &at, is_keyed)?))
    })
    .await
    .map_err(refused)?;
    if let Some(query) = parts.uri.query() {
        let is_start = parts.method == Method::GET && parts.uri.path() == path::START;
        if let Some(key) = key_of(query).filter(|_| is_start) {
            return Err(Box::new(by_key(&house.gate, key, &arrival, known.is_some(), is_keyed)));
        }
        if names(query).any(|name| SECRET_NAMES.contains(&name)) {
            return Err(refused(token_in_address()));
        }
    }
    let reader = Reader::of(&parts.headers, house.lang);
    let request = Request::from_parts(parts, body);
    let (mut request, owes_token) = check_forgery(request, &arrival, known.as_ref()).await.map_err(refused)?;
    let asker = known.map(|known| asker(known, reader, &arrival)).transpose().map_err(refused)?;
    request.extensions_mut().insert(Seen { asker, reader, arrival, is_keyed, owes_token });
    Ok(request)
}

/// A site that lets its own name lead to this machine gets nothing by that name.
fn check_host(gate: &Gate, arrival: &Arrival) -> Result<(), Problem> {
    let options = gate.options();
    let is_here = options.listen.ip().to_canonical().is_loopback();
    if options.proxy.is_some() && options.tls.is_none() && !arrival.by_proxy {
        return Err(only_by_proxy());
    }
    let is_good = if is_here && !arrival.by_proxy { arrival.is_own_name() } else { !arrival.host.is_empty() };
    if is_good { Ok(()) } else { Err(host_unknown()) }
}

async fn check_forgery(
    request: Request,
    arrival: &Arrival,
    known: Option<&Known>,
) -> Result<(Request, Option<super::forgery::FormSecret>), Problem> {
    let by = known.map(|known| known.by);
    if by == Some(By::Bearer) || !is_changing(request.method()) {
        return Ok((request, None));
    }
    check_origin(request.headers(), arrival)?;
    match known {
        Some(known) => check_token(request, known.forms.clone()).await,
        None => Ok((request, None)),
    }
}

fn asker(known: Known, reader: Reader, arrival: &Arrival) -> Result<Asker, Problem> {
    let csrf = known.forms.token().map_err(|_| Problem::internal())?;
    let Reader { lang, theme } = reader;
    Ok(Asker { person: known.person, by: known.by, lang, theme, csrf, from: arrival.from, proof: known.proof })
}

/// The key of an address opens a session once, and leaves the address at once.
fn by_key(gate: &Gate, key: &str, arrival: &Arrival, is_in: bool, is_keyed: bool) -> Response {
    let home = Redirect::to(path::START).into_response();
    if is_in {
        return home;
    }
    if !is_keyed || !gate.keys().spend(key) {
        return key_used(is_keyed).into_response();
    }
    match gate.begin(None) {
        Ok(id) => with_session(home, &gate.cookie_name(arrival), &id, arrival.is_https),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The answer with the cookie of a session.
pub(super) fn with_session(mut response: Response, name: &str, id: &str, is_https: bool) -> Response {
    match cookie::session(name, id, is_https) {
        Some(value) => {
            response.headers_mut().append(header::SET_COOKIE, value);
            response
        }
        None => Problem::internal().into_response(),
    }
}

impl From<getrandom::Error> for Problem {
    fn from(_: getrandom::Error) -> Self {
        super::no_chance().into()
    }
}

/// What no address may carry: it lands in histories and in logs.
const SECRET_NAMES: [&str; 5] = ["key", "token", "access_token", "csrf", "password"];

fn key_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("key="))
}

fn names(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').map(|pair| pair.split('=').next().unwrap_or_default())
}

fn key_used(is_keyed: bool) -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "key-used",
        text!("Bu bağlantı artık geçmiyor", "This link is used up"),
        text!(
            "Her bağlantı bir kez açılır. Programın terminalde yazdığı son bağlantıyı kullanın.",
            "Each link opens the page once. Use the last one that the program printed in the terminal."
        ),
    )
    .with(SIGN_IN_BY, if is_keyed { BY_KEY } else { "password" })
}

fn token_in_address() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "token-in-address",
        text!("Adreste gizli bilgi var", "The address carries a secret"),
        text!(
            "Adresler geçmişe ve günlüklere yazılır; token oradan kabul edilmez. Authorization: Bearer başlığıyla gönderin ve bu tokenı geri alın.",
            "Addresses land in histories and logs, and no token is taken from there. Send it by the header Authorization: Bearer, and take this token back."
        ),
    )
}

fn host_unknown() -> Problem {
    Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "host-unknown",
        text!("Bu ad bu sayfanın değil", "This name is not the page's"),
        text!(
            "Sayfayı programın yazdığı adresle açın: 127.0.0.1 ya da localhost.",
            "Open the page by the address that the program printed: 127.0.0.1 or localhost."
        ),
    )
}

fn only_by_proxy() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "only-by-proxy",
        text!("Buradan girilmez", "There is no way in here"),
        text!(
            "Bu sayfa yalnız önündeki proxy üzerinden açılır. Size verilen adresi kullanın.",
            "This page is opened through its proxy alone. Use the address that you were given."
        ),
    )
}

/// The header by which the page tells a browser to forget what it kept.
pub(super) const CLEAR: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));
