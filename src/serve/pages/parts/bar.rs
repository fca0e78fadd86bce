//! A bar of parts, as an SVG whose rectangles carry their places as attributes: no style stands in the page.

use maud::{Markup, html};

/// A part that is there is drawn this wide at least, in percent of the bar, so that one row in thousands is seen.
const LEAST: f64 = 0.35;

/// A bar of parts of a whole: the classes of the parts, and how much each is.
pub(in crate::pages) fn bar(class: &str, parts: &[(&str, u64)], whole: u64) -> Markup {
    let widths = widths(parts.iter().map(|(_, part)| *part), whole);
    let mut at = 0.0;
    html! {
        span class=(class) aria-hidden="true" {
            svg preserveAspectRatio="none" {
                @for ((class, _), width) in parts.iter().zip(&widths) {
                    @if *width > 0.0 {
                        rect class=(class) x={ (percent(at)) } width={ (percent(*width)) } height="100%" {}
                        ({ at += width; "" })
                    }
                }
            }
        }
    }
}

fn percent(share: f64) -> String {
    format!("{share:.2}%")
}

/// The widths in percent: never below the least where a part is there, never more than the bar in all.
fn widths(parts: impl Iterator<Item = u64>, whole: u64) -> Vec<f64> {
    let whole = whole.max(1) as f64;
    let share = |part: u64| if part == 0 { 0.0 } else { (part as f64 * 100.0 / whole).max(LEAST) };
    let mut widths: Vec<f64> = parts.map(share).collect();
    let sum: f64 = widths.iter().sum();
    if sum > 100.0 {
        for width in &mut widths {
            *width *= 100.0 / sum;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_in_thousands_is_seen_and_the_bar_is_not_overrun() {
        let widths = widths([4_998, 1, 0, 1].into_iter(), 5_000);
        assert!(widths[1] > 0.3 && widths[3] > 0.3 && widths[2] == 0.0, "{widths:?}");
        assert!(widths.iter().sum::<f64>() <= 100.001, "{widths:?}");
    }

    #[test]
    fn parts_stand_one_after_the_other() {
        let drawn = bar("bar", &[("b-done", 50), ("b-off", 25)], 100).into_string();
        assert!(
            drawn.contains(r#"x="0.00%" width="50.00%""#) && drawn.contains(r#"x="50.00%" width="25.00%""#),
            "{drawn}"
        );
        assert!(!drawn.contains("style"));
    }
}
