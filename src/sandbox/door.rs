//! The door: gives tokens, keeps sessions, and checks that a request has everything that one alternative of its
//! operation's security asks for.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, COOKIE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use caseload_engine::contract::{Contract, Operation, Scheme, SchemeKind, endpoint_at, secret_in_braces};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{Refusal, plain_error, set};
use super::asked::Received;
use super::draft::Draft;

/// How long a token lives, in seconds, where nothing else was asked for.
const LIFETIME: Duration = Duration::from_secs(3600);

/// How the tokens begin that are given here.
const TOKEN: &str = "sandbox-token-";

/// How sessions begin.
const SESSION: &str = "sandbox-session-";

/// A secret that begins so is refused.
const WRONG: &str = "wrong";

/// What the door knows; it begins with nobody known.
pub struct Door {
    /// The only ready token that is accepted. Without it, any token will do that is not empty.
    only: Option<String>,
    lifetime: Option<Duration>,
    /// By path.
    endpoints: HashMap<String, Scheme>,
    /// When each token was given, since the start.
    given: HashMap<String, Duration>,
    sessions: u64,
}

/// A request that may come in.
#[derive(Debug, PartialEq)]
pub struct Guest<'r> {
    /// Its bearer token; empty where it needs none.
    pub token: &'r str,
    /// The session that begins with it.
    pub session: Option<String>,
}

impl Door {
    pub fn new(contracts: &[Contract], only: Option<String>, lifetime: Option<Duration>) -> Self {
        let mut endpoints = HashMap::new();
        for operation in contracts.iter().flat_map(|contract| &contract.operations) {
            for scheme in operation.security.iter().flatten() {
                if let Some(endpoint) = scheme.token_endpoint() {
                    let path = endpoint_at(endpoint, &operation.base_url, "", true);
                    let path = path.split(['?', '#']).next().unwrap_or_default().to_owned();
                    endpoints.entry(path).or_insert_with(|| scheme.clone());
                }
            }
        }
        Self { only, lifetime, endpoints, given: HashMap::new(), sessions: 0 }
    }

    /// The scheme whose tokens are given at a path.
    pub fn gives_tokens_at(&self, request: &Received<'_>) -> Option<Scheme> {
        let scheme = self.endpoints.get(request.path).filter(|_| request.method == "POST");
        scheme.cloned()
    }

    /// Gives a token, or says that the secrets are not accepted.
    pub fn give(&mut self, scheme: &Scheme, request: &Received<'_>, at: Duration) -> Draft {
        let bytes = request.body.unwrap_or_default();
        let accepted = match &scheme.kind {
            SchemeKind::ExchangedToken(exchange) => {
                serde_json::from_slice(bytes).is_ok_and(|body| fits(&exchange.body, &body))
            }
            _ => is_client(request.headers, bytes),
        };
        if !accepted {
            return refused(scheme);
        }
        let token = format!("{TOKEN}{}", self.given.len() + 1);
        self.given.insert(token.clone(), at);
        let seconds = self.lifetime.unwrap_or(LIFETIME).as_secs();
        let SchemeKind::ExchangedToken(exchange) = &scheme.kind else {
            let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds});
            return Draft::json(200, &body);
        };
        let mut body = json!({"type": "Bearer"});
        set(&mut body, &exchange.token, Value::from(token));
        if let Some(pointer) = &exchange.expiry {
            let end = Timestamp::now().as_second() + seconds.cast_signed();
            set(&mut body, pointer, Value::from(Timestamp::from_second(end).unwrap_or_default().to_string()));
        }
        Draft::json(200, &body)
    }

    /// Lets a request in that has all that one alternative asks for.
    pub fn enter<'r>(
        &mut self,
        operation: &Operation,
        request: &Received<'r>,
        at: Duration,
    ) -> Result<Guest<'r>, Refusal> {
        let mut lacking = String::new();
        for alternative in &operation.security {
            match alternative.iter().find(|scheme| !self.has(scheme, request, at)) {
                None => return Ok(self.guest(alternative, request)),
                Some(scheme) => lacking = place(scheme),
            }
        }
        if operation.security.is_empty() {
            return Ok(Guest { token: "", session: None });
        }
        let why = format!("The {lacking} is missing, or what it says is not accepted.");
        Err(Refusal::new(401, "UNAUTHORIZED", "Not authorised", why))
    }

    fn guest<'r>(&mut self, alternative: &[Scheme], request: &Received<'r>) -> Guest<'r> {
        let begins =
            alternative.iter().any(|scheme| scheme.kind == SchemeKind::Basic) && !self.is_session(request.headers);
        self.sessions += u64::from(begins);
        let session = begins.then(|| format!("session={SESSION}{}; Path=/; HttpOnly", self.sessions));
        Guest {
            token: alternative
                .iter()
                .map(|scheme| token(scheme, request.headers))
                .find(|token| !token.is_empty())
                .unwrap_or_default(),
            session,
        }
    }

    fn has(&self, scheme: &Scheme, request: &Received<'_>, at: Duration) -> bool {
        let token = token(scheme, request.headers);
        match &scheme.kind {
            SchemeKind::Bearer { .. } if token.starts_with(TOKEN) => self.is_alive(token, at),
            SchemeKind::Bearer { .. } => !token.is_empty() && self.only.as_deref().is_none_or(|only| only == token),
            SchemeKind::ClientCredentials { .. } | SchemeKind::ExchangedToken(_) => self.is_alive(token, at),
            SchemeKind::Header(name) => request.headers.get(name).is_some_and(|value| !value.is_empty()),
            SchemeKind::Query(name) => {
                let pairs = form_urlencoded::parse(request.query.as_bytes());
                pairs.into_iter().any(|(given, value)| given == *name && !value.is_empty())
            }
            SchemeKind::Basic => self.is_session(request.headers) || user(request.headers).is_some(),
        }
    }

    /// A token that was given here, and not too long ago.
    fn is_alive(&self, token: &str, at: Duration) -> bool {
        let age = self.given.get(token).map(|given| at.saturating_sub(*given));
        age.is_some_and(|age| age < self.lifetime.unwrap_or(LIFETIME))
    }

    fn is_session(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let named = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().strip_prefix("session="));
        let mut numbers = named.filter_map(|session| session.strip_prefix(SESSION)?.parse::<u64>().ok());
        numbers.any(|number| (1..=self.sessions).contains(&number))
    }
}

/// Where a scheme's secret is looked for.
fn place(scheme: &Scheme) -> String {
    match &scheme.kind {
        SchemeKind::Header(name) => format!("header {name}"),
        SchemeKind::Query(name) => format!("query parameter {name}"),
        _ => "header Authorization".to_owned(),
    }
}

/// The answer to a request for a token above the limit.
pub fn come_later(retry_after_s: u64) -> Draft {
    let refusal = Refusal::new(429, "RATE_LIMITED", "Too many requests", "The sandbox's --limit.");
    let mut draft = Draft::json(429, &plain_error(&refusal));
    draft.headers.push((RETRY_AFTER, retry_after_s.into()));
    draft
}

fn refused(scheme: &Scheme) -> Draft {
    let body = match &scheme.kind {
        SchemeKind::ClientCredentials { .. } => {
            json!({"error": "invalid_client", "error_description": "The sandbox does not accept this client."})
        }
        _ => {
            plain_error(&Refusal::new(401, "UNAUTHORIZED", "Not authorised", "The sandbox does not accept these keys."))
        }
    };
    Draft::json(401, &body)
}

/// Whether a body has the form of a template, with a secret in each of its places.
fn fits(template: &Value, body: &Value) -> bool {
    match (template, body) {
        (Value::String(wanted), Value::String(found)) => match secret_in_braces(wanted) {
            Some(_) => is_accepted(found),
            None => wanted == found,
        },
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| fits(wanted, found))
        }
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(name, wanted)| found.get(name).is_some_and(|found| fits(wanted, found)))
        }
        _ => template == body,
    }
}

fn is_client(headers: &HeaderMap, body: &[u8]) -> bool {
    form_urlencoded::parse(body).any(|(name, value)| name == "grant_type" && value == "client_credentials")
        && user(headers).is_some()
}

fn is_accepted(secret: &str) -> bool {
    !secret.is_empty() && !secret.starts_with(WRONG)
}

/// The name in an `Authorization: Basic …` header whose user and password are accepted.
fn user(headers: &HeaderMap) -> Option<String> {
    let given = STANDARD.decode(after(headers, "basic")).ok()?;
    let given = String::from_utf8(given).ok()?;
    let (user, password) = given.split_once(':')?;
    (is_accepted(user) && is_accepted(password)).then(|| user.to_owned())
}

/// The token of a request for a scheme, after the scheme's own word. Empty if the request has no token.
fn token<'h>(scheme: &Scheme, headers: &'h HeaderMap) -> &'h str {
    match &scheme.kind {
        SchemeKind::Bearer { prefix } | SchemeKind::ClientCredentials { prefix, .. } => after(headers, prefix),
        SchemeKind::ExchangedToken(exchange) => after(headers, &exchange.prefix),
        SchemeKind::Header(_) | SchemeKind::Query(_) | SchemeKind::Basic => "",
    }
}

/// What follows a word in the `Authorization` header. All of the header if the word is empty.
fn after<'h>(headers: &'h HeaderMap, word: &str) -> &'h str {
    let value = headers.get(AUTHORIZATION).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    if word.is_empty() {
        return value.trim();
    }
    match value.split_once(' ') {
        Some((scheme, given)) if scheme.eq_ignore_ascii_case(word) => given.trim(),
        _ => "",
    }
}
