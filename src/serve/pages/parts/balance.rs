//! A balance as tiles that read as a sum: the whole, and what became of it.

use caseload_sheet::say;
use maud::{Markup, html};

use crate::pages::Frame;
use crate::pages::parts::notice::{Notice, Tone};
use crate::pages::parts::outcome;
use crate::pages::words::Mark;

/// Terms that have to add up to a whole. If they do not, the page shows an error in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The whole: rows read, or rows that were to go.
    pub whole: u64,
    /// Its terms, in the order in which they are shown. A term of no rows is shown where it stands here.
    pub terms: Vec<(Mark, u64)>,
}

/// A tile: what it says, how many, and where it leads.
pub(in crate::pages) struct Tile {
    /// Its outcome; nothing for the whole.
    pub mark: Option<Mark>,
    /// Its name, where it has no outcome.
    pub name: String,
    /// How many rows.
    pub rows: u64,
    /// What that means, in a few words; empty for nothing.
    pub sub: String,
    /// Where it leads.
    pub href: Option<String>,
    /// Whether it is the one that is shown.
    pub is_current: bool,
}

impl Balance {
    /// Whether nothing is lost.
    pub fn adds_up(&self) -> bool {
        self.terms.iter().try_fold(0_u64, |sum, (_, rows)| sum.checked_add(*rows)) == Some(self.whole)
    }

    /// The error in place of tiles that do not add up.
    pub(in crate::pages) fn fault(&self, frame: &Frame) -> Markup {
        let whole = frame.n(self.whole);
        let sum = frame.n(self.terms.iter().fold(0_u64, |sum, (_, rows)| sum.saturating_add(*rows)));
        let title = say!(frame.lang, "Denge tutmuyor: {sum} ≠ {whole}", "The balance does not add up: {sum} ≠ {whole}");
        let text = say!(
            frame.lang,
            "Satırların sayısı sonuçların toplamına eşit değil. Bu listeyle bir şey göndermeyin; yöneticinize bu sayfayı gösterin.",
            "The number of rows is not the sum of the outcomes. Do not send anything of this list; show this page to your administrator."
        );
        Notice::new(Tone::Stop, title, text).render(frame)
    }

    /// The sentence that the sum is right, with its numbers.
    pub(in crate::pages) fn sentence(&self, frame: &Frame) -> Markup {
        let terms: Vec<String> = self.terms.iter().map(|(_, rows)| frame.n(*rows)).collect();
        let (terms, whole) = (terms.join(" + "), frame.n(self.whole));
        adds(frame, &say!(frame.lang, "Denge tutuyor: {terms} = {whole}", "The balance adds up: {terms} = {whole}"))
    }
}

/// A sentence that the sum is right.
pub(in crate::pages) fn adds(frame: &Frame, sentence: &str) -> Markup {
    html! { p class="adds" { (frame.icon("done")) (sentence) } }
}

/// Tiles, the first the whole of the others; those of `beside` stand behind a rule, for they are no terms.
pub(in crate::pages) fn tiles(frame: &Frame, class: &str, label: &str, sum: &[Tile], beside: &[Tile]) -> Markup {
    html! {
        ul class=(class) aria-label=(label) {
            @for (at, term) in sum.iter().enumerate() {
                li {
                    @if at > 0 { span class="op" aria-hidden="true" { (if at == 1 { "=" } else { "+" }) } }
                    (tile(frame, term))
                }
            }
            @if !beside.is_empty() { li class="gap" aria-hidden="true" {} }
            @for term in beside { li { (tile(frame, term)) } }
        }
    }
}

/// Tiles that are no sum.
pub(in crate::pages) fn figures(frame: &Frame, label: &str, tiles: &[Tile]) -> Markup {
    html! { ul class="sum" aria-label=(label) { @for term in tiles { li { (tile(frame, term)) } } } }
}

fn tile(frame: &Frame, tile: &Tile) -> Markup {
    let class = tile.mark.map_or_else(|| "tile".to_owned(), |mark| format!("tile {}", mark.look().class));
    let body = html! {
        @match tile.mark {
            Some(mark) => (outcome::word(frame, mark)),
            None => span class="name" { (tile.name) },
        }
        span class="n" { (frame.n(tile.rows)) }
        @if !tile.sub.is_empty() { span class="sub" { (tile.sub) } }
    };
    html! {
        @if let Some(href) = &tile.href {
            a class=(class) href=(href) aria-current=[tile.is_current.then_some("true")] { (body) }
        } @else {
            div class=(class) { (body) }
        }
    }
}

#[cfg(test)]
mod tests {
    use caseload_engine::outcome::Status;

    use super::*;

    #[test]
    fn a_balance_that_lost_a_row_does_not_add_up() {
        let terms = vec![(Mark::Is(Status::Valid), 4651), (Mark::Is(Status::Invalid), 124), (Mark::LeftOut, 37)];
        assert!(Balance { whole: 4812, terms: terms.clone() }.adds_up());
        assert!(!Balance { whole: 4813, terms }.adds_up());
        assert!(!Balance { whole: 0, terms: vec![(Mark::Warned, u64::MAX), (Mark::Warned, 1)] }.adds_up());
    }
}
