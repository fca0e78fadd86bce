//! The pages that are shown before anything else can be: the sign-in, and what went wrong.

use caseload_sheet::message::Lang;
use caseload_sheet::say;
use maud::{DOCTYPE, Markup, html};

use crate::assets::Assets;
use crate::gate::{Reader, Theme};
use crate::path;
use crate::problem::Problem;

/// What the sign-in shows.
pub struct SignIn<'a> {
    /// Who reads it.
    pub reader: Reader,
    /// Style and icons.
    pub assets: &'a Assets,
    /// Where to go afterwards.
    pub next: &'a str,
    /// The email address as it was typed.
    pub email: &'a str,
    /// Why the attempt before failed.
    pub problem: Option<&'a Problem>,
}

/// The page where a person signs in.
pub fn sign_in_page(page: &SignIn) -> Markup {
    let lang = page.reader.lang;
    let title = say!(lang, "Giriş", "Sign in");
    let main = html! {
        div class="panel stack" {
            h1 { (title) }
            @if let Some(problem) = page.problem {
                p class="notice is-invalid" role="alert" { b { (problem.title.get(lang)) } " " (problem.detail.get(lang)) }
            }
            form class="stack-s" method="post" action=(path::SIGN_IN) data-test="sign-in" {
                input type="hidden" name="next" value=(page.next);
                div class="field" {
                    label for="email" { (say!(lang, "E-posta", "Email")) }
                    input class="input" id="email" name="email" type="email" autocomplete="username" required value=(page.email);
                }
                div class="field" {
                    label for="password" { (say!(lang, "Parola", "Password")) }
                    input class="input" id="password" name="password" type="password" autocomplete="current-password" required;
                }
                button class="btn btn-primary btn-lg wide" { (say!(lang, "Gir", "Sign in")) }
            }
        }
    };
    document(page.reader, page.assets, &title, &main)
}

/// The page of a problem.
pub fn problem_page(problem: &Problem, reader: Reader, assets: &Assets) -> Markup {
    let lang = reader.lang;
    let (title, status) = (problem.title.get(lang), problem.status.as_u16());
    let main = html! {
        section class="panel oops is-invalid stack" data-code=(problem.code) {
            h1 { (title) }
            p { (problem.detail.get(lang)) }
            p { a class="btn btn-primary" href=(path::START) { (say!(lang, "Başa dön", "Back to the start")) } }
            p class="small muted" { (say!(lang, "Hata {status}", "Error {status}")) ", " (problem.code) }
        }
    };
    document(reader, assets, title, &main)
}

fn document(reader: Reader, assets: &Assets, title: &str, main: &Markup) -> Markup {
    let lang = match reader.lang {
        Lang::Tr => "tr",
        Lang::En => "en",
    };
    let theme = (reader.theme != Theme::System).then_some(reader.theme.as_str());
    html! {
        (DOCTYPE)
        html lang=(lang) data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · caseload" }
                link rel="stylesheet" href=(assets.url("style.css"));
            }
            body {
                div class="door" {
                    main id="main" { (main) }
                }
            }
        }
    }
}
