//! How cells look. A format is made once and kept: a workbook of a million rows needs a few dozen.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::outcome::Status;

const GREEN: (u32, u32) = (0x00C6_EFCE, 0x0000_6100);
const AMBER: (u32, u32) = (0x00FF_EB9C, 0x007F_4F00);
const RED: (u32, u32) = (0x00FF_C7CE, 0x009C_0006);
const GREY: (u32, u32) = (0x00E7_E6E6, 0x0040_4040);
/// The fill of a cell with a problem: lighter than that of the result word.
const PROBLEM: u32 = 0x00FF_DFE2;
const INPUT_HEADER: u32 = 0x0044_546A;
const ADDED_HEADER: u32 = 0x001F_6E78;
const WHITE: u32 = 0x00FF_FFFF;
/// Fill of the head of a table in the summary.
const TABLE_HEAD: u32 = 0x00D9_E1F2;
const RULE: u32 = 0x00BF_BFBF;

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

#[derive(Debug)]
pub struct Styles {
    /// Top-aligned, as every cell of a result: long explanations make rows high.
    pub top: Format,
    /// Text with line breaks.
    pub wrapped: Format,
    pub quoted_wrapped: Format,
    /// A number without the scientific form that long ids would fall into.
    pub whole: Format,
    pub moment: Format,
    text: Pair,
    /// For text that would become a formula if somebody edited the cell.
    quoted: Pair,
    /// By the input's number format; made when first met.
    numbers: Vec<Option<Pair>>,
    words: Vec<Format>,
    header: [Format; 2],
    quoted_header: [Format; 2],
}

impl Styles {
    pub fn new() -> Self {
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
            words: Status::ALL.iter().map(|&word| coloured(&top, word)).collect(),
            quoted_header: header.clone().map(Format::set_quote_prefix),
            header,
            top,
        }
    }

    /// The format of a text; none where it needs nothing beyond its column's.
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

    pub fn status(&self, status: Status) -> &Format {
        &self.words[status as usize]
    }

    pub fn header(&self, added: bool, formula: bool) -> &Format {
        let headers = if formula { &self.quoted_header } else { &self.header };
        &headers[usize::from(added)]
    }
}

/// The colour of a result word.
fn coloured(base: &Format, status: Status) -> Format {
    let (fill, ink) = match status {
        Status::Done | Status::Valid => GREEN,
        Status::DoneWithoutId | Status::Unknown => AMBER,
        Status::Rejected | Status::Invalid => RED,
        Status::Duplicate | Status::NotSent => GREY,
    };
    base.clone().set_background_color(Color::RGB(fill)).set_font_color(Color::RGB(ink))
}

/// The looks of the summary sheet.
pub struct SummaryStyles {
    pub title: Format,
    pub section: Format,
    pub label: Format,
    pub text: Format,
    pub quoted: Format,
    pub warning: Format,
    pub head: Format,
    pub head_number: Format,
    pub count: Format,
    pub share: Format,
    pub total: Format,
    pub total_count: Format,
    pub good: Format,
    pub bad: Format,
    words: Vec<Format>,
}

impl SummaryStyles {
    pub fn new() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        let ruled = top.clone().set_border_bottom(FormatBorder::Hair).set_border_bottom_color(Color::RGB(RULE));
        let bold = top.clone().set_bold();
        let ink = Color::RGB(INPUT_HEADER);
        let head = bold.clone().set_background_color(Color::RGB(TABLE_HEAD));
        let total = bold.clone().set_border_top(FormatBorder::Thin);
        let verdict = |(fill, ink)| bold.clone().set_background_color(Color::RGB(fill)).set_font_color(Color::RGB(ink));
        Self {
            title: bold.clone().set_font_size(16).set_font_color(ink),
            section: bold.clone().set_font_size(12).set_font_color(ink),
            label: ruled.clone().set_font_color(Color::RGB(0x0059_5959)),
            text: ruled.clone().set_text_wrap(),
            quoted: ruled.clone().set_text_wrap().set_quote_prefix(),
            warning: ruled.clone().set_text_wrap().set_background_color(Color::RGB(AMBER.0)),
            head_number: head.clone().set_align(FormatAlign::Right),
            head,
            count: ruled.clone().set_num_format("#,##0"),
            share: ruled.clone().set_num_format("0.0%"),
            total_count: total.clone().set_num_format("#,##0"),
            total,
            good: verdict(GREEN),
            bad: verdict(RED),
            words: Status::ALL.iter().map(|&word| coloured(&ruled.clone().set_bold(), word)).collect(),
        }
    }

    pub fn status(&self, status: Status) -> &Format {
        &self.words[status as usize]
    }
}
