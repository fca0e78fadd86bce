//! How cells look. A format is made once and kept: a workbook of a million rows needs a few dozen.

use rust_xlsxwriter::{Color, Format, FormatAlign};

/// The fill of a cell with a problem.
const PROBLEM: u32 = 0x00FF_DFE2;
const INPUT_HEADER: u32 = 0x0044_546A;
const ADDED_HEADER: u32 = 0x001F_6E78;
const WHITE: u32 = 0x00FF_FFFF;

/// A plain and a problem form of one format.
#[derive(Debug)]
struct Pair {
    plain: Format,
    problem: Format,
}

impl Pair {
    fn of(plain: Format) -> Self {
        let problem = plain.clone().set_background_color(Color::RGB(PROBLEM));
        Self { plain, problem }
    }

    fn get(&self, problem: bool) -> &Format {
        if problem { &self.problem } else { &self.plain }
    }
}

/// The formats of a workbook's cells.
#[derive(Debug)]
pub struct Styles {
    /// Top-aligned, as every cell of a result: long explanations make rows high.
    pub top: Format,
    /// Text with line breaks.
    pub wrapped: Format,
    /// The same for text that would become a formula if somebody edited the cell.
    pub quoted_wrapped: Format,
    /// A number without the scientific form that long ids would fall into.
    pub whole: Format,
    /// A date with its time.
    pub moment: Format,
    text: Pair,
    /// For text that would become a formula if somebody edited the cell.
    quoted: Pair,
    /// By the input's number format; made when first met.
    numbers: Vec<Option<Pair>>,
    header: [Format; 2],
    quoted_header: [Format; 2],
}

/// The formats that every workbook needs; those of number formats come as they are met.
impl Default for Styles {
    fn default() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        let header = |color| {
            let bold =
                Format::new().set_bold().set_font_color(Color::RGB(WHITE)).set_background_color(Color::RGB(color));
            bold.set_text_wrap().set_align(FormatAlign::VerticalCenter)
        };
        let header = [header(INPUT_HEADER), header(ADDED_HEADER)];
        Self {
            wrapped: top.clone().set_text_wrap(),
            quoted_wrapped: top.clone().set_text_wrap().set_quote_prefix(),
            whole: top.clone().set_num_format("0").set_align(FormatAlign::Left),
            moment: top.clone().set_num_format("yyyy-mm-dd hh:mm:ss").set_align(FormatAlign::Left),
            text: Pair::of(top.clone()),
            quoted: Pair::of(top.clone().set_quote_prefix()),
            numbers: Vec::new(),
            quoted_header: header.clone().map(Format::set_quote_prefix),
            header,
            top,
        }
    }
}

impl Styles {
    /// The format of a text; nothing where that of its column will do.
    pub fn text(&self, formula: bool, problem: bool) -> Option<&Format> {
        match (formula, problem) {
            (false, false) => None,
            (false, true) => Some(&self.text.problem),
            (true, _) => Some(self.quoted.get(problem)),
        }
    }

    /// The format of a number or a date that the input shows in its number format `index`.
    pub fn number(&mut self, index: u16, number_format: &str, problem: bool) -> &Format {
        let index = usize::from(index);
        if index >= self.numbers.len() {
            self.numbers.resize_with(index + 1, || None);
        }
        let top = &self.top;
        self.numbers[index]
            .get_or_insert_with(|| {
                // Excel takes no number format that is longer than 255 characters.
                let plain = number_format.is_empty() || number_format == "General" || number_format.len() > 255;
                Pair::of(if plain { top.clone() } else { top.clone().set_num_format(number_format) })
            })
            .get(problem)
    }

    /// A cell without a value that has a problem all the same.
    pub fn missing(&self) -> &Format {
        &self.text.problem
    }

    /// The format of a header: of a column of the input, or of one that the program added.
    pub fn header(&self, added: bool, formula: bool) -> &Format {
        let headers = if formula { &self.quoted_header } else { &self.header };
        &headers[usize::from(added)]
    }
}
