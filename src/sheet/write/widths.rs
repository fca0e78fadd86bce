//! Column widths from the headers and the first rows, and row heights from wrapped texts.

/// How many rows are looked at.
const SAMPLE: u32 = 200;
const NARROWEST: usize = 8;
/// In characters, as all widths here.
pub const WIDEST: usize = 60;
/// The height of a line, in points.
pub const LINE_HEIGHT: u32 = 15;
/// Room for the filter's button beside a header.
const BUTTON: usize = 4;

#[derive(Debug, Default)]
pub struct Widths {
    widest: Vec<usize>,
    rows: u32,
}

impl Widths {
    pub fn header(&mut self, column: usize, text: &str) {
        self.note(column, text.chars().count() + BUTTON);
    }

    /// Counts a row; tells whether its cells are still looked at.
    pub fn begin_row(&mut self) -> bool {
        self.rows += 1;
        self.rows <= SAMPLE
    }

    pub fn text(&mut self, column: usize, text: &str) {
        // Counting a very long text to its end would not change the width.
        let longest = text.lines().take(10).map(|line| line.chars().take(WIDEST).count()).max();
        self.note(column, longest.unwrap_or(0) + 1);
    }

    pub fn note(&mut self, column: usize, width: usize) {
        if column >= self.widest.len() {
            self.widest.resize(column + 1, 0);
        }
        self.widest[column] = self.widest[column].max(width);
    }

    /// The width of each column.
    pub fn clamped(&self) -> impl Iterator<Item = u32> {
        self.widest.iter().map(|&width| width.clamp(NARROWEST, WIDEST) as u32)
    }
}

/// How many lines a text takes in a column of this width, which counts digits: most letters are narrower.
pub fn lines_in(text: &str, width: usize) -> u32 {
    let width = width + width / 10;
    text.lines().map(|line| line.chars().count().div_ceil(width).max(1) as u32).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_wide_as_its_longest_line_within_limits() {
        let mut widths = Widths::default();
        widths.header(0, "id");
        widths.text(1, "a longer line\nshort");
        widths.text(2, &"x".repeat(500));
        assert_eq!(widths.clamped().collect::<Vec<_>>(), [8, 14, 60]);
        for _ in 0..SAMPLE {
            assert!(widths.begin_row());
        }
        assert!(!widths.begin_row());
    }

    #[test]
    fn a_wrapped_text_takes_the_lines_that_it_has_and_those_that_it_breaks_into() {
        assert_eq!(lines_in("short", 60), 1);
        assert_eq!(lines_in("one\n\nthree", 60), 3);
        assert_eq!(lines_in(&"word ".repeat(20), 60), 2);
    }
}
