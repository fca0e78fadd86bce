//! The routes of the gate: in, out, and how the page is read.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Form, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use caseload_sheet::message::Lang;
use caseload_sheet::text;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::asker::{Reader, Seen, Theme, is_page};
use super::cookie::{self, LANGUAGE, THEME};
use super::let_in::{CLEAR, with_session};
use super::people::{Entry, What};
use crate::house::House;
use crate::pages::sign_in::{SignInFault, SignInScreen};
use crate::path;
use crate::problem::Problem;
use crate::show::{Look, show, sign_in_screen};

/// In, out, and how the page is read.
pub fn routes() -> Router<Arc<House>> {
    Router::new()
        .route(path::SIGN_IN, get(sign_in_form).post(sign_in))
        .route(path::SIGN_OUT, post(sign_out))
        .route(path::LANGUAGE, post(language))
        .route(path::THEME, post(theme))
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

async fn sign_in_form(
    State(house): State<Arc<House>>,
    Extension(seen): Extension<Seen>,
    Query(query): Query<Next>,
) -> Response {
    let next = local(query.next.as_deref());
    if seen.asker.is_some() || seen.is_keyed {
        return Redirect::to(&next).into_response();
    }
    page(&house, &seen, &next, "", None)
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
    next: Option<String>,
}

/// A new session has a new id, and the one before it ends: nobody goes on by an id that they had a browser take.
async fn sign_in(
    State(house): State<Arc<House>>,
    Extension(seen): Extension<Seen>,
    headers: axum::http::HeaderMap,
    Form(form): Form<Credentials>,
) -> Response {
    let next = local(form.next.as_deref());
    let from = seen.arrival.from;
    match house.gate.sign_in(form.email.clone(), SecretString::from(form.password), from).await {
        Ok(person) => {
            let (gate, arrival) = (Arc::clone(&house.gate), seen.arrival.clone());
            let begun = crate::blocking(move || {
                gate.end(&headers, &arrival)?;
                let kept = person.id.map(|number| gate.opening.people.reader(number)).transpose()?.flatten();
                Ok((gate.begin(person.id)?, kept))
            });
            match begun.await {
                Ok((id, kept)) => {
                    let name = house.gate.cookie_name(&seen.arrival);
                    let is_https = seen.arrival.is_https;
                    let mut response = with_session(Redirect::to(&next).into_response(), &name, &id, is_https);
                    if let Some(kept) = kept {
                        choose(&mut response, LANGUAGE, tag(kept.lang), is_https);
                        choose(&mut response, THEME, kept.theme.as_str(), is_https);
                    }
                    response
                }
                Err(problem) => problem.into_response(),
            }
        }
        Err(problem) if is_page(path::SIGN_IN, &headers) => page(&house, &seen, &next, &form.email, Some(problem)),
        Err(problem) => problem.into_response(),
    }
}

async fn sign_out(
    State(house): State<Arc<House>>,
    Extension(seen): Extension<Seen>,
    headers: axum::http::HeaderMap,
) -> Response {
    let (gate, arrival) = (Arc::clone(&house.gate), seen.arrival.clone());
    let person = seen.asker.and_then(|asker| asker.person.id);
    let ended = crate::blocking(move || {
        gate.end(&headers, &arrival)?;
        Ok(gate.opening.people.note(&Entry { what: What::SignedOut, person, from: arrival.from })?)
    });
    if let Err(problem) = ended.await {
        return problem.into_response();
    }
    let mut response = Redirect::to(path::SIGN_IN).into_response();
    let name = house.gate.cookie_name(&seen.arrival);
    if let Some(gone) = cookie::gone(&name, seen.arrival.is_https) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response.headers_mut().append(CLEAR.0, CLEAR.1);
    response
}

#[derive(Deserialize)]
struct Language {
    lang: String,
    back: Option<String>,
}

async fn language(
    State(house): State<Arc<House>>,
    Extension(seen): Extension<Seen>,
    Form(form): Form<Language>,
) -> Response {
    let Some(lang) = [Lang::Tr, Lang::En].into_iter().find(|lang| tag(*lang) == form.lang) else {
        return Problem::not_understood(text!("Seçilebilecekler: tr, en.", "The choices are: tr, en.")).into_response();
    };
    let reader = Reader { lang, ..seen.reader };
    chosen(&house, &seen, reader, (LANGUAGE, tag(lang)), form.back.as_deref()).await
}

#[derive(Deserialize)]
struct Appearance {
    theme: String,
    back: Option<String>,
}

async fn theme(
    State(house): State<Arc<House>>,
    Extension(seen): Extension<Seen>,
    Form(form): Form<Appearance>,
) -> Response {
    let Some(theme) = Theme::named(&form.theme) else {
        let known = Theme::ALL.map(Theme::as_str).join(", ");
        return Problem::not_understood(text!("Seçilebilecekler: {known}.", "The choices are: {known}."))
            .into_response();
    };
    chosen(&house, &seen, Reader { theme, ..seen.reader }, (THEME, theme.as_str()), form.back.as_deref()).await
}

/// Keeps a choice in this browser, and with the person for others.
async fn chosen(
    house: &House,
    seen: &Seen,
    reader: Reader,
    (name, value): (&str, &str),
    back: Option<&str>,
) -> Response {
    if let Some(number) = seen.asker.as_ref().and_then(|asker| asker.person.id) {
        let gate = Arc::clone(&house.gate);
        if let Err(problem) = crate::blocking(move || Ok(gate.opening.people.keep_reader(number, reader)?)).await {
            return problem.into_response();
        }
    }
    let back = back.map_or(path::START, inside);
    let mut response = Redirect::to(back).into_response();
    choose(&mut response, name, value, seen.arrival.is_https);
    response
}

fn choose(response: &mut Response, name: &str, value: &str, is_https: bool) {
    let cookie = cookie::choice(name, value, is_https);
    response.headers_mut().extend(cookie.map(|value| (header::SET_COOKIE, value)));
}

fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Tr => "tr",
        Lang::En => "en",
    }
}

fn page(house: &House, seen: &Seen, next: &str, email: &str, problem: Option<Problem>) -> Response {
    let fault = problem.as_ref().map(|problem| match problem.more.get("retry_after").and_then(Value::as_u64) {
        Some(seconds) => SignInFault::Wait { seconds },
        None => SignInFault::Wrong { left: None },
    });
    let (email, next) = (email.to_owned(), next.to_owned());
    let screen = SignInScreen { email, next, fault, ..sign_in_screen() };
    let look = Look { reader: seen.reader, asker: None, path: path::SIGN_IN, awaiting: 0, notices: Vec::new() };
    let mut response = show(house, look, |frame| screen.render(frame));
    if let Some(problem) = problem {
        *response.status_mut() = problem.status;
        response.headers_mut().extend(problem.headers.clone());
    }
    response
}

/// An address of this page; whatever leads elsewhere becomes the start.
fn inside(address: &str) -> &str {
    let mut chars = address.chars();
    let is_inside = chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && address.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if is_inside { address } else { path::START }
}

/// Where to go after the gate: not to the gate again.
fn local(next: Option<&str>) -> String {
    next.map(inside).filter(|next| !next.starts_with(path::SIGN_IN)).unwrap_or(path::START).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_gate_nobody_is_led_elsewhere() {
        for next in ["/runs/r1?only=invalid", "/", "/admin"] {
            assert_eq!(local(Some(next)), next);
        }
        for next in ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nX: y", "/sign-in", "runs"]
        {
            assert_eq!(local(Some(next)), "/", "{next}");
        }
        assert_eq!(local(None), "/");
    }
}
