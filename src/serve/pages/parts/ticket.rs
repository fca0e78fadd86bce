//! The ticket: what exactly goes where, on a solid edge for LIVE and a dashed one for TEST.

use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;
use crate::pages::confirm::{ConfirmFault, Kinds, Ticket};
use crate::pages::only::Only;
use crate::pages::parts::plate::{plate, word};
use crate::pages::query;
use crate::pages::run_head::{Place, RunHead};

/// A ticket: its head with a few words, its heading, and what stands in it.
pub(in crate::pages) fn ticket(frame: &Frame, place: &Place, words: &str, heading: Markup, body: Markup) -> Markup {
    let class = if place.is_test { "panel ticket ticket-test" } else { "panel ticket ticket-live" };
    html! {
        section class=(class) aria-labelledby="ticket-title" {
            div class="ticket-top" { (plate(frame, place.is_test)) b { (place.title) } span { (words) } }
            div class="ticket-body stack" {
                h2 class="big" id="ticket-title" { (heading) }
                (body)
            }
        }
    }
}

/// That what is sent to LIVE is real.
pub(in crate::pages) fn warning(frame: &Frame, is_test: bool) -> String {
    if is_test {
        say!(frame.lang, "Bu sunucuda açılan kayıtlar denemedir.", "Records opened on this server are trials.")
    } else {
        say!(
            frame.lang,
            "Bu sunucuda açılan talepler gerçektir; geri alınmaz.",
            "Cases opened on this server are real and cannot be taken back."
        )
    }
}

/// What goes, where, by whose right, in which order, how fast.
pub(in crate::pages) fn details(frame: &Frame, ticket: &Ticket, place: &Place) -> Markup {
    let (lang, rows) = (frame.lang, frame.n(ticket.rows));
    let row = |name: String, value: Markup| html! { dt { (name) } dd { (value) } };
    html! {
        dl class="kv" {
            (row(say!(lang, "Ne yapılır", "What is done"), html! {
                @if ticket.operation.is_empty() { (say!(lang, "{rows} kayıt", "{rows} records")) }
                @else { (ticket.operation) ": " (say!(lang, "{rows} kayıt", "{rows} records")) }
            }))
            (row(say!(lang, "Nereye", "Where"), html! { b { (ticket.servers.join(", ")) } ", " (place.title) " " (word(frame, place.is_test)) }))
            @if !ticket.secrets.is_empty() {
                (row(say!(lang, "Kimin yetkisiyle", "By whose right"), html! {
                    (say!(lang, "Ayar dosyasındaki gizli bilgiyle:", "With the secret of the settings file:")) " " (ticket.secrets.join(", "))
                }))
            }
            (row(say!(lang, "Sıra", "Order"), html! { (order(frame, ticket)) }))
            @if !ticket.rate.is_empty() {
                (row(say!(lang, "Hız", "Rate"), html! { (say!(lang, "En çok {rate}", "{rate} at most", rate = ticket.rate)) }))
            }
            @if let Some(takes) = ticket.takes {
                @let (span, from, to) = (frame.span(takes), frame.clock(frame.now), frame.clock(frame.now + takes));
                (row(say!(lang, "Beklenen süre", "Expected time"), html! {
                    (say!(lang, "Yaklaşık {span}; şimdi ({from}) başlarsa {to} sularında biter", "About {span}; begun now ({from}) it ends at about {to}"))
                }))
            }
        }
    }
}

fn order(frame: &Frame, ticket: &Ticket) -> String {
    let (lang, row) = (frame.lang, ticket.first_row);
    let first = say!(
        lang,
        "Önce {row}. satır tek başına gider. Kabul edilirse öbürleri başlar.",
        "Row {row} goes alone first. If it is accepted, the others start."
    );
    if ticket.order.is_empty() {
        return first;
    }
    let order = &ticket.order;
    say!(
        lang,
        "{first} Sırası korunan: {order}; bu satırlar dosyadaki sırayla gider.",
        "{first} Kept in order: {order}; these rows go in the order of the file."
    )
}

/// The number that a person types before rows leave for LIVE. It is never filled in beforehand.
pub(in crate::pages) fn typed_count(frame: &Frame, fault: Option<&ConfirmFault>) -> Markup {
    let lang = frame.lang;
    let wrong = match fault {
        Some(ConfirmFault::WrongCount(typed)) => Some(typed),
        _ => None,
    };
    html! {
        div class={ "field" @if wrong.is_some() { " field-bad" } } {
            label for="rows" {
                (say!(lang, "Onaylamak için gidecek satır sayısını yazın", "To confirm, type the number of rows that will go"))
            }
            span class="hint" id="rows-hint" {
                (say!(
                    lang,
                    "Yukarıda yazan sayı. Yanlış listeyi göndermeyi önler; yalnız CANLI hedefte sorulur.",
                    "The number above. It keeps you from sending the wrong list; only LIVE targets ask for it."
                ))
            }
            input class="input short" id="rows" name="rows" inputmode="numeric" autocomplete="off" required
                aria-describedby={ "rows-hint" @if wrong.is_some() { " rows-error" } }
                aria-invalid=[wrong.map(|_| "true")] autofocus[wrong.is_some()];
            @if let Some(typed) = wrong {
                p class="error" id="rows-error" role="alert" {
                    (frame.icon("invalid"))
                    (say!(
                        lang,
                        "“{typed}” gidecek satır sayısı değil. Yukarıdaki sayıyla karşılaştırıp yeniden yazın.",
                        "“{typed}” is not the number of rows that will go. Compare it with the number above, and type it again."
                    ))
                }
            }
        }
    }
}

/// Rows that go, by kind.
pub(in crate::pages) fn kinds(frame: &Frame, run: &RunHead, rows: u64, kinds: &Kinds) -> Markup {
    let lang = frame.lang;
    html! {
        section class="panel" aria-labelledby="kinds-title" {
            div class="panel-head" { h2 id="kinds-title" { (say!(lang, "Gidecek satırlar", "Rows that go")) } b { (frame.n(rows)) } }
            @if !kinds.rows.is_empty() {
                table class="table" {
                    caption class="vh" { (say!(lang, "Gidecek satırlar: {title}", "Rows that go: {title}", title = kinds.title)) }
                    thead { tr { th scope="col" { (kinds.title) } th scope="col" class="r" { (say!(lang, "Satır", "Rows")) } } }
                    tbody {
                        @for (kind, rows) in &kinds.rows { tr { th scope="row" { (kind) } td class="r" { (frame.n(*rows)) } } }
                    }
                }
            }
            @if kinds.warned > 0 {
                p class="panel-foot" {
                    (say!(lang, "{rows} satırda uyarı var; gönderilir.", "{rows} rows have a warning; they are sent.", rows = frame.n(kinds.warned)))
                    " " a href=(query::with(&run.at("check"), "only", &Only::Warned.name())) { (say!(lang, "Uyarıları gör", "See the warnings")) }
                }
            }
        }
    }
}
