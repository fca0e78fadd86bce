//! The looks that say something of a row: the colours of the result words, and the summary's own.

use caseload_sheet::write::Styles;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::outcome::Status;

const GREEN: (u32, u32) = (0x00C6_EFCE, 0x0000_6100);
const AMBER: (u32, u32) = (0x00FF_EB9C, 0x007F_4F00);
const RED: (u32, u32) = (0x00FF_C7CE, 0x009C_0006);
const GREY: (u32, u32) = (0x00E7_E6E6, 0x0040_4040);
/// Titles, in the colour of the headers.
const INK: u32 = 0x0044_546A;
/// Fill of the head of a table in the summary.
const TABLE_HEAD: u32 = 0x00D9_E1F2;
const RULE: u32 = 0x00BF_BFBF;

/// The looks of the result words in a sheet of rows.
#[derive(Debug)]
pub struct StatusStyles(Vec<Format>);

impl StatusStyles {
    pub fn new(styles: &Styles) -> Self {
        Self(Status::ALL.iter().map(|&word| coloured(&styles.top, word)).collect())
    }

    pub fn of(&self, status: Status) -> &Format {
        &self.0[status as usize]
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
        let ink = Color::RGB(INK);
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
