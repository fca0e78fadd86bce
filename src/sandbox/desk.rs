//! One request at the counter: whether it is in order, what its system does with it, and what a fault makes of the
//! answer.

use std::time::Duration;

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Refusal, plain_error, put_over, remove};
use super::asked::{Asked, Received, missing};
use super::door::{Door, Guest};
use super::draft::Draft;
use super::fault::{Effect, Fault};
use super::route::{Found, Route};
use super::systems::Systems;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in to this network</h1></body></html>\n";

/// What a request needs to be answered.
pub struct Desk<'a> {
    pub found: Found<'a>,
    /// What the request's path and query say.
    pub parameters: &'a [(String, String)],
    pub systems: &'a mut Systems,
    pub door: &'a mut Door,
    /// Since the sandbox started.
    pub at: Duration,
}

impl<'a> Desk<'a> {
    /// The answer to a request above the limit.
    pub fn over_limit(&self, retry_after_s: u64) -> Draft {
        let mut draft = self.refusal(&Refusal::new(429, "RATE_LIMITED", "Too many requests", "The sandbox's --limit."));
        draft.headers.push((RETRY_AFTER, retry_after_s.into()));
        draft
    }

    /// The answer to any other request.
    pub fn answer(&mut self, request: &Received<'_>, body: Option<&Value>, fault: Option<&Fault>) -> Draft {
        let Some(fault) = fault else { return self.carry_out(request, body, true) };
        let done = if fault.commits {
            let draft = self.carry_out(request, body, fault.effect != Effect::NoId);
            if !matches!(fault.effect, Effect::Status(_)) {
                return draft;
            }
            draft.done
        } else {
            None
        };
        Draft { done, ..self.faulty(fault) }
    }

    /// The answer that a script asked for.
    fn faulty(&self, fault: &Fault) -> Draft {
        let mut draft = match (fault.effect, &fault.body) {
            (Effect::Html, _) => Draft::new(200, HTML, PAGE.into()),
            (Effect::Status(status), Some((body, _))) if body.is_empty() => Draft::empty(status),
            (Effect::Status(status), Some((body, media))) => Draft::new(status, media.clone(), body.clone().into()),
            (Effect::Status(status), None) => {
                let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
                let why = "The script of the sandbox asked for this answer.";
                self.refusal(&Refusal::new(status, &format!("SANDBOX_{status}"), reason.unwrap_or("Fault"), why))
            }
            _ => Draft::empty(200),
        };
        if let Some(retry_after) = &fault.retry_after {
            draft.headers.push((RETRY_AFTER, retry_after.header()));
        }
        draft
    }

    fn carry_out(&mut self, request: &Received<'_>, body: Option<&Value>, with_id: bool) -> Draft {
        let now = now();
        let applied = self.checked(request, body).and_then(|(route, guest)| {
            let body = body.unwrap_or(&Value::Null);
            let (operation, path) = (&route.operation, request.path);
            let made_above = route.made_above;
            let parameters = self.parameters;
            let asked = Asked { operation, made_above, path, parameters, body, token: guest.token, now: &now };
            let (number, filled) = self.systems.apply(&asked)?;
            let mut answer = route.answers.success(number, &now);
            for (pointer, value) in filled {
                put_over(&mut answer, pointer, value);
            }
            let form = operation.id.as_ref();
            let id = form.and_then(|form| answer.pointer(&form.pointer)).cloned();
            if let Some(id) = &id {
                self.systems.keep(&asked, id);
            }
            if let (Some(form), false) = (form, with_id) {
                remove(&mut answer, &form.pointer);
            }
            // Whoever only reads has nothing done.
            let done = (!operation.only_reads()).then(|| id.unwrap_or_default());
            let mut draft = Draft::json(route.answers.status, &answer);
            draft.headers.extend(guest.session.and_then(|session| Some((SET_COOKIE, session.parse().ok()?))));
            Ok(Draft { done, ..draft })
        });
        applied.unwrap_or_else(|refusal| self.refusal(&refusal))
    }

    /// The route of a request that is in order, and who makes it.
    fn checked<'r>(&mut self, request: &Received<'r>, body: Option<&Value>) -> Result<(&'a Route, Guest<'r>), Refusal> {
        let refuse = |status, code: &str, title: &str, why: &str| Err(Refusal::new(status, code, title, why));
        let route = match &self.found {
            Found::Route(route) => *route,
            Found::OtherMethods(_, methods) => {
                let why = format!("This path is served for {}.", methods.join(", "));
                return refuse(405, "METHOD_NOT_ALLOWED", "Method not allowed", &why);
            }
            Found::Nowhere(_) => {
                let why = format!("No contract of the sandbox has the path {}.", request.path);
                return refuse(404, "NOT_FOUND", "Not found", &why);
            }
        };
        let guest = self.door.enter(&route.operation, request, self.at)?;
        if let Some(why) = missing(&route.operation, self.parameters, request.headers) {
            return refuse(route.answers.invalid, "INVALID_REQUEST", "The request does not fit the contract", &why);
        }
        let Some(bytes) = request.body else {
            return refuse(413, "TOO_LARGE", "Too large", "The body is longer than the sandbox reads.");
        };
        if !route.takes_body() || (bytes.is_empty() && !route.needs_body) {
            return Ok((route, guest));
        }
        if !is_json(request.headers) {
            return refuse(415, "NOT_JSON", "Unsupported media type", "The Content-Type must be application/json.");
        }
        let Some(body) = body else {
            let why = serde_json::from_slice::<Value>(bytes).err().map_or(String::new(), |error| error.to_string());
            return refuse(400, "INVALID_JSON", "The body is no JSON", &why);
        };
        match route.fault_in(body) {
            Some(why) => refuse(route.answers.invalid, "INVALID_REQUEST", "The body does not fit the contract", &why),
            None => Ok((route, guest)),
        }
    }

    /// The answer that refuses, with the headers that its status calls for.
    fn refusal(&self, refusal: &Refusal) -> Draft {
        let body = match self.found.written_by() {
            Some(route) => route.answers.error(refusal, &now()),
            None => plain_error(refusal),
        };
        let mut draft = Draft::json(refusal.status, &body);
        match (refusal.status, &self.found) {
            (401, _) => draft.headers.push((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            (405, Found::OtherMethods(_, methods)) => {
                draft.headers.extend(methods.iter().map(|method| (ALLOW, HeaderValue::from_static(method))));
            }
            _ => {}
        }
        draft
    }
}

/// The time of day, in whole seconds, as JSON has it.
fn now() -> String {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// Whether the body calls itself JSON: `application/json` or `application/…+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}
