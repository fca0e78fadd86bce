//! A list that is being read and checked: seconds for most, a minute for a million rows.

use caseload_sheet::say;
use maud::{Markup, html};

use super::Frame;
use super::frame::{Nav, Page};
use super::run_head::{RunHead, Step};

/// The page of a run whose rows are being checked. It asks for itself again until they are.
#[derive(Debug, Clone)]
pub struct CheckingScreen {
    /// The head; its rows are those read so far.
    pub run: RunHead,
}

impl CheckingScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let (lang, rows) = (frame.lang, frame.n(self.run.rows));
        let body = html! {
            section class="panel panel-body stack-s" aria-labelledby="checking-title" data-again="1" {
                h2 id="checking-title" {
                    span class="word is-accent" { (frame.icon_as("turn", "i turn")) (say!(lang, "Denetleniyor", "Being checked")) }
                }
                p class="live-n" { (rows) " " small { (say!(lang, "satır okundu", "rows read")) } }
                p class="muted" {
                    (say!(
                        lang,
                        "Bitince sayfa kendiliğinden açılır. Sunucuya hiçbir şey gitmedi; bu sayfayı kapatabilirsiniz.",
                        "The page opens by itself when it is done. Nothing has gone to the server; you can close this page."
                    ))
                }
                p { a class="btn" href=(self.run.at("check")) { (frame.icon("turn")) (say!(lang, "Yenile", "Refresh")) } }
            }
        };
        frame.page(Page {
            title: say!(lang, "Denetleniyor: {file}", "Being checked: {file}", file = self.run.file_name),
            nav: Nav::Send,
            class: "page stack",
            above: Some(self.run.render(frame, Step::Check)),
            body,
            scripts: &["live.js"],
            refresh: Some(2),
        })
    }
}
