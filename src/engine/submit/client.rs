//! One request over the wire. The only file that sees the HTTP library's errors: what they prove is
//! decided here, once.
//!
//! The client follows no redirect, retries nothing and uses no proxy but the profile's: each call is one
//! attempt, and the ledger has seen it.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::address;
use super::auth::{self, Secrets};
use super::mask::Mask;
use super::network::Network;
use super::renewal::Tokens;
use super::token::{Source, place_of};
use super::vault::Promise;
use super::wire::Wire;
use crate::contract::{Operation, endpoint_at};
use crate::error::{Code, Error};
use crate::fail;
use crate::outcome::{Answer, Attempt, Failure};
use crate::text;
use crate::validate::Request;

/// Well under every sensible request timeout, so that a slow connect is told from a slow answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Shorter than servers keep idle connections: a request on a dying connection is an unknown row.
const POOL_IDLE: Duration = Duration::from_secs(3);

/// The longest answer that is read.
const LONGEST_BODY: usize = 1024 * 1024;

/// The same of an operation that reads: its answer is what was asked for.
pub const LONGEST_READ: usize = 64 * 1024 * 1024;

/// Sends requests of a run's operations.
pub struct Sender {
    client: Client,
    targets: Vec<Target>,
    sources: Vec<Source>,
    mask: Mask,
}

struct Target {
    method: reqwest::Method,
    /// The base and the operation's own path.
    url: Url,
    base: String,
    headers: HeaderMap,
    query: Vec<(String, SecretString)>,
    /// Where the token comes from that goes with each request.
    source: Option<usize>,
    /// The longest answer that is read of it.
    longest: usize,
}

/// Where a run's requests go.
pub struct Places<'a> {
    /// The base URL in use, by operation.
    pub base: &'a dyn Fn(&Operation) -> String,
    /// Nothing may leave this machine, tokens and what is paid for them neither.
    pub sandbox: bool,
    /// The profile takes plain http on a network, secrets and all.
    pub allow_http: bool,
}

impl Sender {
    /// # Errors
    /// A base URL or token address that is none, or that would carry secrets in the clear over a network.
    pub fn new(
        operations: &[&Operation],
        places: &Places<'_>,
        secrets: &Secrets,
        network: &Network,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let mut sources = Vec::new();
        let mut targets = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            let base = (places.base)(operation);
            let source = source(operation, index, &base, places, secrets, &mut sources)?;
            targets.push(Target { source, ..target(operation, index, &base, places.allow_http, secrets)? });
        }
        let mut mask = secrets.mask();
        network.hide(&mut mask);
        Ok(Self { client: client(timeout, network, secrets.has_sessions())?, targets, sources, mask })
    }
}

/// Where something of a run goes to.
pub struct Address {
    /// The address, as a person reads it.
    pub text: String,
    /// It is on this machine.
    pub here: bool,
}

/// The addresses that requests go to, and those that secrets may go to for a token; told without reading a secret.
///
/// # Errors
/// An address that is none or that would carry secrets in the clear; a secret that is not there.
pub fn addresses(
    operations: &[&Operation],
    places: &Places<'_>,
    promise: impl Fn(&str) -> Promise,
) -> Result<Vec<Address>, Error> {
    let (mut servers, mut tokens) = (Vec::new(), Vec::new());
    for operation in operations {
        let base = (places.base)(operation);
        let url = address::of_operation(&base, &operation.path, places.allow_http)?;
        servers.push(Address { here: address::is_loopback(&url), text: base.clone() });
        for scheme in auth::likely(operation, &promise)?.into_iter().flatten() {
            let Some(endpoint) = scheme.token_endpoint() else { continue };
            let at = endpoint_at(endpoint, &operation.base_url, &base, places.sandbox);
            let url = address::of_token(&at, places.allow_http)?;
            tokens.push(Address { here: address::is_loopback(&url), text: place_of(&url) });
        }
    }
    servers.append(&mut tokens);
    Ok(servers)
}

impl Wire for Sender {
    fn tokens(&self) -> Tokens {
        Tokens::new(self.sources.len(), self.mask.clone())
    }

    fn source_of(&self, operation: usize) -> Option<usize> {
        self.targets[operation].source
    }

    fn source(&self, source: usize) -> &Source {
        &self.sources[source]
    }

    async fn send(&self, request: &Request, reference: &str, token: Option<HeaderValue>) -> Attempt {
        let target = &self.targets[request.operation()];
        let Some(mut url) = target.url_of(request.path()) else { return Attempt::NotSent(Failure::CannotBuild) };
        for (name, secret) in &target.query {
            url.query_pairs_mut().append_pair(name, secret.expose_secret());
        }
        let mut headers = target.headers.clone();
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, token);
        }
        let mut call = self.client.request(target.method.clone(), url).headers(headers);
        for (name, value) in request.headers() {
            call = call.header(name, value);
        }
        if let Some(body) = request.body() {
            call = call.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body.to_owned());
        }
        ended(call.header("x-request-id", reference), target.longest).await
    }

    async fn ask(&self, source: usize) -> Attempt {
        let source = &self.sources[source];
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(source.media));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &source.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let request = self.client.post(source.url.clone()).headers(headers);
        ended(request.body(source.body.expose_secret().to_owned()), LONGEST_BODY).await
    }
}

impl Target {
    /// The address of a request whose path has values of its own.
    fn url_of(&self, path: Option<&str>) -> Option<Url> {
        let Some(path) = path else { return Some(self.url.clone()) };
        Url::parse(&format!("{}{path}", self.base)).ok()
    }
}

async fn ended(request: RequestBuilder, longest: usize) -> Attempt {
    match request.send().await {
        Ok(response) => {
            fail::point("status-read");
            let answer = read(response, longest).await;
            fail::point("body-read");
            Attempt::Answered(answer)
        }
        Err(error) => failure(&error),
    }
}

fn client(timeout: Duration, network: &Network, sessions: bool) -> Result<Client, Error> {
    // A second call finds the provider installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    network
        .apply(Client::builder())
        .http1_only()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .cookie_store(sessions)
        .connect_timeout(CONNECT_TIMEOUT.min(timeout / 2))
        .timeout(timeout)
        .pool_idle_timeout(POOL_IDLE)
        .tcp_nodelay(true)
        .user_agent(concat!("caseload/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| {
            let error = error.without_url();
            Code::System.cannot_start(text!(
                "Bağlantı kurucu hazırlanamadı: {error}. Sistemin sertifika deposunu denetleyin.",
                "The HTTP client could not be set up: {error}. Check the system's certificate store."
            ))
        })
}

/// The source of an operation's token, among those of the run.
fn source(
    operation: &Operation,
    index: usize,
    base: &str,
    places: &Places,
    secrets: &Secrets,
    sources: &mut Vec<Source>,
) -> Result<Option<usize>, Error> {
    let Some(scheme) = secrets.exchanged(index) else { return Ok(None) };
    let Some(endpoint) = scheme.token_endpoint() else { return Ok(None) };
    let address = endpoint_at(endpoint, &operation.base_url, base, places.sandbox);
    let url = address::of_token(&address, places.allow_http)?;
    if let Some(known) = sources.iter().position(|source| source.is_for(scheme, &url)) {
        return Ok(Some(known));
    }
    sources.extend(Source::new(scheme, url, secrets));
    Ok(Some(sources.len() - 1))
}

fn target(
    operation: &Operation,
    index: usize,
    base: &str,
    allow_http: bool,
    secrets: &Secrets,
) -> Result<Target, Error> {
    let url = address::of_operation(base, &operation.path, allow_http)?;
    let credentials = secrets.credentials(index)?;
    let method =
        reqwest::Method::from_bytes(operation.method.as_str().as_bytes()).map_err(|_| address::no_url(base))?;
    let base = base.trim_end_matches('/').to_owned();
    let longest = if operation.only_reads() { LONGEST_READ } else { LONGEST_BODY };
    Ok(Target { method, url, base, headers: credentials.headers, query: credentials.query, source: None, longest })
}

async fn read(mut response: Response, longest: usize) -> Answer {
    let headers = response.headers();
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
    let mut answer = Answer {
        status: response.status().as_u16(),
        retry_after_s: retry_after(headers),
        location: text(LOCATION),
        content_type: text(CONTENT_TYPE).map(|t| t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()),
        body: Vec::new(),
        cut: false,
    };
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => answer.body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(_) => {
                answer.cut = true;
                break;
            }
        }
        if answer.body.len() > longest {
            answer.body.truncate(longest);
            answer.cut = true;
            break;
        }
    }
    answer
}

/// `Retry-After` (RFC 9110, 10.2.3) in seconds from now: digits, or a date less the answer's own
/// `Date`. What is neither counts as absent; of several, the longest valid one counts.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let now = headers
        .get(DATE)
        .and_then(|value| httpdate::parse_http_date(value.to_str().ok()?).ok())
        .unwrap_or_else(SystemTime::now);
    let seconds = |value: &HeaderValue| {
        let text = value.to_str().ok()?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text.parse().unwrap_or(u64::MAX));
        }
        let date = httpdate::parse_http_date(text).ok()?;
        Some(date.duration_since(now).unwrap_or_default().as_secs())
    };
    headers.get_all(RETRY_AFTER).iter().filter_map(seconds).max()
}

/// The same for the proofs, which throw anything at it.
#[cfg(feature = "proof")]
pub fn retry_after_of(headers: &HeaderMap) -> Option<u64> {
    retry_after(headers)
}

/// What a failed `send` proves. Connecting comes before the first byte of a request, and hyper calls
/// a request cancelled only if it was never taken from the queue; after that nothing is proven.
fn failure(error: &reqwest::Error) -> Attempt {
    if error.is_builder() {
        return Attempt::NotSent(Failure::CannotBuild);
    }
    if error.is_connect() {
        return Attempt::NotSent(connect_failure(error));
    }
    let hyper = in_chain::<hyper::Error>(error);
    if hyper.is_some_and(hyper::Error::is_canceled) {
        return Attempt::NotSent(Failure::NeverStarted);
    }
    if error.is_timeout() {
        return Attempt::Lost(Failure::Timeout);
    }
    if hyper.is_some_and(hyper::Error::is_parse) {
        return Attempt::Lost(Failure::Garbled);
    }
    Attempt::Lost(Failure::Broken)
}

fn connect_failure(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::ConnectTimeout
    } else if error.is_dns() {
        Failure::Dns
    } else if is_certificate(error) {
        Failure::Certificate
    } else if wants_a_login(error) {
        Failure::ProxyLogin
    } else {
        Failure::Connect
    }
}

/// rustls stands inside `io::Error`s, one in the other, which hide it from the chain of sources.
fn is_certificate(error: &reqwest::Error) -> bool {
    let unfit =
        |error: &rustls::Error| !matches!(error, rustls::Error::InvalidMessage(_) | rustls::Error::AlertReceived(_));
    let mut next = error.source();
    while let Some(source) = next {
        let mut inner = source;
        while let Some(wrapped) = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            inner = wrapped;
        }
        if inner.downcast_ref::<rustls::Error>().is_some_and(unfit) {
            return true;
        }
        next = source.source();
    }
    false
}

/// A proxy that answers 407 has opened no way to the server. The error's type is private; a test holds its words.
fn wants_a_login(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(source) = next {
        if source.to_string().contains("proxy authorization required") {
            return true;
        }
        next = source.source();
    }
    false
}

fn in_chain<E: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(found) = source.downcast_ref::<E>() {
            return Some(found);
        }
        next = source.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let pair =
            |(name, value): &(&'static str, &str)| ((*name).parse().unwrap(), HeaderValue::from_str(value).unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in list.iter().map(pair) {
            let name: reqwest::header::HeaderName = name;
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_servers_own_clock() {
        let wait = |list: &[(&'static str, &str)]| retry_after(&headers(list));
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("retry-after", "99999999999999999999999")]), Some(u64::MAX));
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait(&[date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(30));
        assert_eq!(wait(&[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0));
        for garbage in ["-1", "+5", "1.5", "soon", ""] {
            assert_eq!(wait(&[("retry-after", garbage)]), None, "{garbage:?}");
        }
        assert_eq!(wait(&[("retry-after", "x"), ("retry-after", "3"), ("retry-after", "9")]), Some(9));
    }
}
