//! The area that takes a list, and the small button that takes a corrected one.

use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;

/// What the file input lets a person choose.
pub(in crate::pages) const ACCEPT: &str = ".xlsx,.xlsm,.csv,.tsv,.txt";

/// The area of the start. The input covers it, so that a click or a drop anywhere on it works without script.
pub(in crate::pages) fn area(frame: &Frame, limit: u64) -> Markup {
    let limit = frame.bytes(limit);
    let lang = frame.lang;
    html! {
        section class="drop" aria-labelledby="drop-title" data-test="drop" data-drop {
            (frame.icon_as("upload", "i i-lg"))
            h2 id="drop-title" data-over=(say!(lang, "Bırakın: denetlenecek", "Let go: it will be checked")) {
                (say!(lang, "Listeyi buraya bırakın", "Drop the list here"))
            }
            p class="muted" {
                (say!(
                    lang,
                    "Excel (.xlsx) ya da CSV, en çok {limit}. Dosyayı olduğu gibi bırakın: başlıklar ve sütunlar kendiliğinden bulunur.",
                    "Excel (.xlsx) or CSV, {limit} at most. Drop the file as it is: headers and columns are found by themselves."
                ))
            }
            p class="row" {
                span class="file wide-s" {
                    span class="btn btn-primary btn-lg wide-s" aria-hidden="true" {
                        (frame.icon("sheet")) (say!(lang, "Dosya seç", "Choose a file"))
                    }
                    input type="file" name="file" multiple accept=(ACCEPT) data-test="file" data-submits
                        aria-label=(say!(lang, "Dosya seç: Excel ya da CSV", "Choose a file: Excel or CSV"));
                }
            }
            p class="small muted" { (only_checked(frame)) }
            p class="busy" role="status" data-busy=(say!(lang, "Yükleniyor…", "Uploading…")) {}
        }
    }
}

/// That nothing leaves by itself.
pub(in crate::pages) fn only_checked(frame: &Frame) -> String {
    say!(
        frame.lang,
        "Dosyayı seçince yalnız denetlenir. Siz onaylamadan sunucuya hiçbir şey gitmez.",
        "Choosing a file only checks it. Nothing goes to the server until you confirm."
    )
}

/// The form for the file that was corrected in the spreadsheet.
pub(in crate::pages) fn corrected(frame: &Frame, run: &str) -> Markup {
    let words = say!(frame.lang, "Excel’de düzelttiğim dosyayı yükle", "Upload the file I corrected in Excel");
    html! {
        form class="row" method="post" action=(crate::path::RUNS) enctype="multipart/form-data" data-drop {
            (frame.csrf())
            input type="hidden" name="of" value=(run);
            span class="file" {
                span class="btn" aria-hidden="true" { (frame.icon("upload")) (words) }
                input type="file" name="file" aria-label=(words) accept=(ACCEPT) data-submits;
            }
            span class="small muted scripted" { (say!(frame.lang, "ya da sayfaya bırakın", "or drop it on the page")) }
            noscript { button class="btn" { (say!(frame.lang, "Yükle", "Upload")) } }
        }
    }
}
