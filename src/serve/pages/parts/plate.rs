//! LIVE and TEST, as two shapes: they differ by fill, edge, pattern, icon and word.

use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;
use crate::pages::run_head::Place;

/// The plate of a place.
pub(in crate::pages) fn plate(frame: &Frame, is_test: bool) -> Markup {
    let (class, icon) = if is_test { ("env env-test", "test") } else { ("env env-live", "live") };
    html! { span class=(class) { (frame.icon(icon)) (word(frame, is_test)) } }
}

/// The word on the plate.
pub(in crate::pages) fn word(frame: &Frame, is_test: bool) -> String {
    if is_test { say!(frame.lang, "TEST", "TEST") } else { say!(frame.lang, "CANLI", "LIVE") }
}

/// The plate, and the system's name.
pub(in crate::pages) fn place(frame: &Frame, place: &Place) -> Markup {
    html! { span class="target" { (plate(frame, place.is_test)) " " (place.title) } }
}
