//! The layers that every answer passes on its way out: words for problems, headers that guard the reader, packing.

use std::sync::Arc;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::assets::{packed, takes_gzip};
use crate::gate::Reader;
use crate::gate::arrival::{Arrival, Peer};
use crate::gate::asker::{Seen, is_page};
use crate::house::House;
use crate::path;
use crate::problem::Problem;
use crate::show::{Look, show_problem};

/// What a page may load, and where its forms may go: from here, to here.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What goes with every answer.
const GUARDS: [(&str, &str); 11] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // No other site learns an address of this one. `no-referrer` would make a browser hide the origin of our own forms too.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    ("origin-agent-cluster", "?1"),
    ("x-permitted-cross-domain-policies", "none"),
    ("x-dns-prefetch-control", "off"),
    (
        "permissions-policy",
        "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), sync-xhr=(), usb=(), web-share=(), xr-spatial-tracking=()",
    ),
];

/// Two years, as browsers ask for.
const ONLY_HTTPS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
/// Rows of people stay in no cache.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");

/// The shortest and the longest body that is packed on its way.
const PACKED: std::ops::RangeInclusive<u64> = 1024..=(4 << 20);

/// Says problems, guards and packs the answer.
pub(crate) async fn dress(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<Peer>().copied();
    let is_https = peer.is_some_and(|peer| Arrival::of(&parts, peer, house.gate.options()).is_https);
    let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    let response = say(response, &house, &uri, &headers);
    house.metrics.answered(known(&method), response.status().as_u16());
    pack(guard(response, is_https), &headers).await
}

/// Puts a problem into the reader's words.
fn say(mut response: Response, house: &House, uri: &Uri, headers: &HeaderMap) -> Response {
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| unsaid(&response));
    let Some(problem) = problem else { return response };
    let reader = Reader::of(headers, house.lang);
    let mut said = if is_page(uri.path(), headers) {
        let seen = response.extensions_mut().remove::<Seen>();
        let asker = seen.as_ref().and_then(|seen| seen.asker.as_ref());
        // The way back from a form that failed is not the form's own address.
        let path = if problem.code == "not-found" { path::START } else { uri.path() };
        show_problem(house, Look { reader, asker, path, awaiting: 0, notices: Vec::new() }, &problem)
    } else {
        let mut document = Response::new(Body::from(problem.document(reader.lang).to_string()));
        let kind = HeaderValue::from_static("application/problem+json");
        document.headers_mut().insert(header::CONTENT_TYPE, kind);
        document
    };
    *said.status_mut() = problem.status;
    for (name, value) in &problem.headers {
        said.headers_mut().append(name, value.clone());
    }
    said
}

/// A route's own part refused a request before the route saw it: it has a status, and English words for programmers.
fn unsaid(response: &Response) -> Option<Problem> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_unsaid = response.status().is_client_error() && (kind.is_empty() || kind.starts_with("text/plain"));
    is_unsaid.then(|| Problem::form_refused(response.status()))
}

fn guard(mut response: Response, is_https: bool) -> Response {
    let headers = response.headers_mut();
    for (name, value) in GUARDS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(NOT_KEPT);
    response
}

/// Packs pages and documents. A stream goes out as it comes.
async fn pack(response: Response, headers: &HeaderMap) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_text = kind.starts_with("text/html") || kind.contains("json");
    let length = response.body().size_hint().exact();
    let is_whole = length.is_some_and(|length| PACKED.contains(&length));
    if !is_text || !is_whole || !takes_gzip(headers) || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, *PACKED.end() as usize).await else {
        return Problem::internal().status.into_response();
    };
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let Some(packed) = packed(&plain) else { return Response::from_parts(parts, Body::from(plain)) };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(packed))
}

/// A method by its own name, or as another: what is typed by strangers is no label.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
