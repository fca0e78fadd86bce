//! Filters with their counts.

use caseload_engine::outcome::Status;
use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;
use crate::pages::check::{CheckScreen, ProblemKind};
use crate::pages::frame::current;
use crate::pages::only::Only;
use crate::pages::query;
use crate::pages::words::{Look, Mark};

/// The filters of a check.
pub(in crate::pages) fn facets(frame: &Frame, screen: &CheckScreen) -> Markup {
    let lang = frame.lang;
    let counts = &screen.counts;
    html! {
        nav class="facets panel" aria-label=(say!(lang, "Süzgeç", "Filter")) hx-boost="true" {
            (sheets(frame, screen))
            h2 { (say!(lang, "Göster", "Show")) }
            ul {
                (facet(frame, screen, &Only::All, ALL, &say!(lang, "Bütün satırlar", "All rows"), counts.read))
                (facet(frame, screen, &Only::Invalid, of(Status::Invalid), &say!(lang, "Yalnız hatalı", "Invalid only"), counts.invalid))
                (facet(frame, screen, &Only::Warned, Mark::Warned.look(), &say!(lang, "Yalnız uyarılı", "Warned only"), counts.warned))
                (facet(frame, screen, &Only::Duplicate, of(Status::Duplicate), &say!(lang, "Yinelenen", "Duplicate"), counts.duplicate))
                @if counts.left_out > 0 {
                    (facet(frame, screen, &Only::LeftOut, Mark::LeftOut.look(), &say!(lang, "Dışarıda bırakılan", "Left out"), counts.left_out))
                }
                (facet(frame, screen, &Only::Mended, MENDED, &say!(lang, "Burada düzeltilen", "Corrected here"), counts.mended))
            }
            @if !screen.kinds.is_empty() {
                hr;
                h2 { (say!(lang, "Soruna göre", "By problem")) }
                ul { @for kind in &screen.kinds { (problem(frame, screen, kind)) } }
                @if screen.problems > counts.invalid {
                    p class="panel-foot" {
                        (say!(
                            lang,
                            "{rows} satırda {problems} sorun var.",
                            "{problems} problems in {rows} rows.",
                            rows = frame.n(counts.invalid),
                            problems = frame.n(screen.problems)
                        ))
                    }
                }
            }
        }
    }
}

const ALL: Look = Look { icon: "all", class: "is-off" };
const MENDED: Look = Look { icon: "edit", class: "is-accent" };

fn of(status: Status) -> Look {
    Mark::Is(status).look()
}

fn facet(frame: &Frame, screen: &CheckScreen, only: &Only, look: Look, words: &str, rows: u64) -> Markup {
    html! {
        li {
            a class=(look.class) href=(screen.filtered(only)) aria-current=[current(screen.only == *only)] {
                (frame.icon(look.icon)) span { (words) } b { (frame.n(rows)) }
            }
        }
    }
}

fn problem(frame: &Frame, screen: &CheckScreen, kind: &ProblemKind) -> Markup {
    let only = Only::Problem(kind.code.clone());
    html! {
        li {
            a class="is-invalid" href=(screen.filtered(&only)) aria-current=[current(screen.only == only)] {
                (frame.icon("invalid"))
                span { (kind.title) @if !kind.detail.is_empty() { small { (kind.detail) } } }
                b { (frame.n(kind.rows)) }
            }
        }
    }
}

fn sheets(frame: &Frame, screen: &CheckScreen) -> Markup {
    let Some((sheets, here)) = &screen.sheets else { return html! {} };
    let address = format!("{}?only={}", screen.run.at("check"), query::value(&screen.only.name()));
    html! {
        h2 { (say!(frame.lang, "Sayfa", "Sheet")) }
        ul {
            @for (at, sheet) in sheets.iter().enumerate() {
                li {
                    a class="is-off" href=(query::with(&address, "sheet", sheet)) aria-current=[current(at == *here)] {
                        (frame.icon("sheet")) span { (sheet) }
                    }
                }
            }
        }
        hr;
    }
}
