//! Tokens that the program gets itself: what is asked for one, and what the answer gives. Nothing here
//! waits or sends; which token is in force is [`renewal`](super::renewal)'s business.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::Url;
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde_json::Value;

use super::auth::{Secrets, sensitive, with_prefix};
use super::halt::{NoToken, TokenFault};
use super::mask::{Mask, basic};
use super::page::is_page;
use super::retry::LONGEST_HOLD;
use super::status::{TokenAnswer, meaning};
use crate::contract::{Scheme, SchemeKind, secret_in_braces};
use crate::message::shown;
use crate::outcome::{Answer, Attempt, Failure};

/// A token lives no longer than anybody counts.
const LONGEST_LIFE: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Where tokens are got, and how.
pub struct Source {
    scheme: Scheme,
    pub(super) url: Url,
    /// None for a JSON request.
    pub(super) authorization: Option<HeaderValue>,
    pub(super) media: &'static str,
    pub(super) body: SecretString,
}

/// A token, as it travels.
pub struct Token {
    pub(super) header: HeaderValue,
    /// The token alone.
    pub(super) text: SecretString,
    /// How long it lives from when it was asked for, if the server tells.
    pub(super) lifetime: Option<Duration>,
}

/// Why there is no token.
#[derive(Debug, PartialEq)]
pub enum Refused {
    /// Not now; perhaps after so many seconds.
    Later {
        /// The server's pause, if it named one.
        retry_after_s: Option<u64>,
        /// Why there is none now.
        why: NoToken,
    },
    /// Asking again will not help.
    Never(NoToken),
}

impl Source {
    /// `url`: where the scheme's tokens are got. None for a scheme whose tokens the program does not get.
    pub fn new(scheme: &Scheme, url: Url, secrets: &Secrets) -> Option<Self> {
        let (authorization, media, body) = match &scheme.kind {
            SchemeKind::ClientCredentials { scopes, .. } => {
                // Each half is form-encoded before it is put behind `Basic` (RFC 6749, 2.3.1).
                let [id, secret] = ["client_id", "client_secret"].map(|name| encoded(secrets.text(name)));
                let header = sensitive(&format!("Basic {}", basic(&id, &secret)))?;
                let mut body = "grant_type=client_credentials".to_owned();
                if !scopes.is_empty() {
                    body.push_str(&format!("&scope={}", encoded(&scopes.join(" "))));
                }
                (Some(header), "application/x-www-form-urlencoded", body)
            }
            SchemeKind::ExchangedToken(exchange) => {
                (None, "application/json", filled(&exchange.body, secrets).to_string())
            }
            _ => return None,
        };
        Some(Self { scheme: scheme.clone(), url, authorization, media, body: body.into() })
    }

    /// Whether this source gives the tokens of a scheme, from this place.
    pub fn is_for(&self, scheme: &Scheme, url: &Url) -> bool {
        self.scheme == *scheme && self.url == *url
    }

    /// Where the tokens come from.
    pub fn place(&self) -> String {
        place_of(&self.url)
    }

    /// What the attempt to get a token gave.
    pub fn read(&self, attempt: &Attempt, mask: &Mask) -> Result<Token, Refused> {
        match attempt {
            Attempt::Answered(answer) => self.answered(answer, mask),
            Attempt::NotSent(failure @ (Failure::CannotBuild | Failure::Certificate | Failure::ProxyLogin)) => {
                Err(self.never(TokenFault::Failed(*failure)))
            }
            Attempt::NotSent(failure) | Attempt::Lost(failure) => Err(self.later(None, TokenFault::Failed(*failure))),
        }
    }

    fn answered(&self, answer: &Answer, mask: &Mask) -> Result<Token, Refused> {
        let status = answer.status;
        match meaning(status).token {
            TokenAnswer::Moved => Err(self.never(TokenFault::Moved { status })),
            TokenAnswer::Later => Err(match answer.retry_after_s {
                Some(seconds) if Duration::from_secs(seconds) > LONGEST_HOLD => {
                    self.never(TokenFault::ComeBack { seconds })
                }
                pause => self.later(pause, TokenFault::NotNow { status }),
            }),
            TokenAnswer::Granted | TokenAnswer::Never if is_page(answer) => {
                Err(self.never(TokenFault::WebPage { status }))
            }
            TokenAnswer::Granted if answer.cut => Err(self.later(None, TokenFault::NotJson)),
            TokenAnswer::Granted => self.granted(&answer.body),
            TokenAnswer::Never => Err(self.refused(answer, mask)),
        }
    }

    fn granted(&self, body: &[u8]) -> Result<Token, Refused> {
        let body: Value = serde_json::from_slice(body).map_err(|_| self.never(TokenFault::NotJson))?;
        let (pointer, prefix) = match &self.scheme.kind {
            SchemeKind::ExchangedToken(exchange) => (exchange.token.as_str(), &exchange.prefix),
            SchemeKind::ClientCredentials { prefix, .. } => ("/access_token", prefix),
            _ => return Err(self.never(TokenFault::Missing { pointer: String::new() })),
        };
        let token = body.pointer(pointer).and_then(Value::as_str).map(str::trim).filter(|token| !token.is_empty());
        let header = token.and_then(|token| sensitive(&with_prefix(prefix, token)));
        let (Some(token), Some(header)) = (token, header) else {
            return Err(self.never(TokenFault::Missing { pointer: pointer.to_owned() }));
        };
        let lifetime = self.lifetime(&body, SystemTime::now()).map(|life| life.min(LONGEST_LIFE));
        Ok(Token { header, text: token.to_owned().into(), lifetime })
    }

    /// None where it is not told, cannot be read, or is over already: the token is used until it is refused.
    fn lifetime(&self, body: &Value, now: SystemTime) -> Option<Duration> {
        let life = match &self.scheme.kind {
            SchemeKind::ExchangedToken(exchange) => {
                let end = moment(body.pointer(exchange.expiry.as_deref()?)?)?;
                end - now.duration_since(UNIX_EPOCH).ok()?.as_secs_f64()
            }
            _ => number(body.get("expires_in")?)?,
        };
        (life > 0.0).then(|| Duration::try_from_secs_f64(life).unwrap_or(LONGEST_LIFE))
    }
}

/// As a form has it (`application/x-www-form-urlencoded`).
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A token's address without what may be nobody's business.
pub fn place_of(url: &Url) -> String {
    shown(&format!("{}{}", url.origin().ascii_serialization(), url.path()))
}

/// The body of an exchange with the secrets in it.
fn filled(body: &Value, secrets: &Secrets) -> Value {
    match body {
        Value::String(text) => match secret_in_braces(text) {
            Some(name) => Value::from(secrets.text(name)),
            None => body.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, secrets)).collect(),
        Value::Object(items) => items.iter().map(|(name, item)| (name.clone(), filled(item, secrets))).collect(),
        _ => body.clone(),
    }
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

/// Seconds since 1970 of a time: a number, or RFC 3339, in UTC where it names no zone.
fn moment(value: &Value) -> Option<f64> {
    if let Some(seconds) = number(value) {
        return Some(seconds);
    }
    let text = value.as_str()?.trim();
    let zoned = text.parse::<jiff::Timestamp>();
    let time = zoned.or_else(|_| {
        let plain = text.parse::<jiff::civil::DateTime>()?;
        plain.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp())
    });
    time.ok().map(|time| time.as_millisecond() as f64 / 1000.0)
}

impl Source {
    fn no_token(&self, fault: TokenFault) -> NoToken {
        NoToken { place: self.place(), fault }
    }

    fn never(&self, fault: TokenFault) -> Refused {
        Refused::Never(self.no_token(fault))
    }

    fn later(&self, retry_after_s: Option<u64>, fault: TokenFault) -> Refused {
        Refused::Later { retry_after_s, why: self.no_token(fault) }
    }

    fn refused(&self, answer: &Answer, mask: &Mask) -> Refused {
        let secrets = self.scheme.secrets().into_iter().map(str::to_owned).collect();
        self.never(TokenFault::Refused { status: answer.status, said: said_of(answer, mask), secrets })
    }
}

/// The server's own words on a refusal: only what is meant for people, and nothing that repeats a secret.
fn said_of(answer: &Answer, mask: &Mask) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let names = ["error", "error_description", "message"];
    let words = names.iter().filter_map(|name| body.get(name)?.as_str()).map(str::trim);
    let mut told: Vec<&str> = words.filter(|words| !words.is_empty() && !mask.finds_in(words)).collect();
    told.dedup();
    told.join(", ")
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
