//! The summary sheet: what ran, the closing balance, what to do next, and the most frequent errors.

use caseload_sheet::write::{LINE_HEIGHT, clipped, lines_in, looks_like_formula};
use jiff::tz::TimeZone;
use rust_xlsxwriter::{RowNum, Worksheet, XlsxError};

use super::columns::Columns;
use super::frequent::Errors;
use super::styles::SummaryStyles;
use super::{Facts, Layout, moment, summary_words};
use crate::message::{Lang, harmless};
use crate::say;
use crate::submit::address::spelled;

/// How many kinds of error are listed.
const ERRORS: usize = 10;
/// The width of the column of sentences, in characters.
const TEXT_WIDTH: usize = 84;
/// How many warnings are listed.
const WARNINGS: usize = 100;

/// Writes the summary into an empty sheet.
pub fn write(
    sheet: &mut Worksheet,
    facts: &Facts,
    layout: &Layout,
    columns: &Columns,
    errors: &Errors,
    zone: &TimeZone,
) -> Result<(), XlsxError> {
    let mut page = Page { sheet, at: 0, styles: SummaryStyles::new(), lang: layout.lang };
    page.sheet.set_column_width(0, 24)?.set_column_width(1, TEXT_WIDTH as u32)?;
    page.sheet.set_column_width(2, 12)?.set_column_width(3, 10)?;
    page.sheet.set_screen_gridlines(false).set_landscape().set_print_fit_to_pages(1, 0);
    page.facts(facts, layout, zone)?;
    page.balance(facts, layout.checking)?;
    page.steps(facts, layout)?;
    page.warnings(facts.warnings)?;
    page.errors(errors)?;
    page.columns(columns)
}

struct Page<'a> {
    sheet: &'a mut Worksheet,
    /// The next row, from 0.
    at: RowNum,
    styles: SummaryStyles,
    lang: Lang,
}

impl Page<'_> {
    fn facts(&mut self, facts: &Facts, layout: &Layout, zone: &TimeZone) -> Result<(), XlsxError> {
        let lang = self.lang;
        let title = if layout.checking {
            say!(lang, "Denetim özeti", "Summary of the check")
        } else {
            say!(lang, "Gönderim özeti", "Summary of the run")
        };
        self.sheet.write_string_with_format(0, 0, title, &self.styles.title)?;
        self.sheet.set_row_height(0, 26)?;
        self.at = 2;
        let run = facts.run.filter(|_| !layout.checking).unwrap_or_default();
        let pairs = [
            (say!(lang, "Dosya", "File"), facts.file.to_owned()),
            (say!(lang, "Dosyanın SHA-256 değeri", "SHA-256 of the file"), facts.sha256.to_owned()),
            (say!(lang, "Okunuş", "Read as"), facts.read_as.words(lang).unwrap_or_default()),
            (say!(lang, "Gönderim", "Run"), run.to_owned()),
            (say!(lang, "İşlem", "Operation"), facts.to.to_owned()),
            (say!(lang, "Sunucu", "Server"), facts.base_url.split(',').map(spelled).collect::<Vec<_>>().join(", ")),
            (say!(lang, "Profil", "Profile"), facts.profile.unwrap_or_default().to_owned()),
            (say!(lang, "Başlangıç", "Started"), moment::plain(facts.started_ms, zone)),
            (say!(lang, "Bitiş", "Ended"), moment::plain(facts.ended_ms, zone)),
            (say!(lang, "Süre", "Duration"), summary_words::duration(facts.elapsed_s, lang)),
        ];
        for (label, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            self.pair(label, value)?;
        }
        Ok(())
    }

    fn balance(&mut self, facts: &Facts, checking: bool) -> Result<(), XlsxError> {
        let lang = self.lang;
        let (rows, share) = (say!(lang, "Satır", "Rows"), say!(lang, "Pay", "Share"));
        self.section(&say!(lang, "Satırların sonucu", "What became of the rows"))?;
        self.head(&[&say!(lang, "Sonuç", "Result"), &say!(lang, "Anlamı", "Meaning"), &rows, &share])?;
        for word in summary_words::listed(facts, checking) {
            let count = facts.tally.count(word) as f64;
            let share = if facts.tally.rows == 0 { 0.0 } else { count / facts.tally.rows as f64 };
            self.sheet.write_string_with_format(self.at, 0, word.as_str(), self.styles.status(word))?;
            self.text(1, &summary_words::meaning(word, lang))?;
            self.sheet.write_number_with_format(self.at, 2, count, &self.styles.count)?;
            self.sheet.write_number_with_format(self.at, 3, share, &self.styles.share)?;
            self.at += 1;
        }
        let (total, total_count) = (&self.styles.total, &self.styles.total_count);
        self.sheet.write_string_with_format(self.at, 0, say!(lang, "Okunan satır", "Rows read"), total)?;
        self.sheet.write_blank(self.at, 1, total)?;
        self.sheet.write_number_with_format(self.at, 2, facts.tally.rows as f64, total_count)?;
        self.sheet.write_blank(self.at, 3, total)?;
        let (verdict, format) = if facts.tally.balances() {
            (say!(lang, "Hesap tutuyor: evet", "Balance adds up: yes"), &self.styles.good)
        } else {
            (say!(lang, "Hesap tutuyor: HAYIR", "Balance adds up: NO"), &self.styles.bad)
        };
        self.sheet.write_string_with_format(self.at + 1, 0, verdict, format)?;
        self.at += 2;
        Ok(())
    }

    fn steps(&mut self, facts: &Facts, layout: &Layout) -> Result<(), XlsxError> {
        let lang = self.lang;
        if let Some(why) = facts.stopped {
            self.section(&say!(lang, "Neden erken durdu", "Why it stopped early"))?;
            self.warning(why)?;
        }
        self.section(&say!(lang, "Şimdi ne yapmalı", "What to do next"))?;
        for (number, step) in (1..).zip(summary_words::next_steps(facts, layout.checking, layout.flags, lang)) {
            self.pair(&format!("{number}."), &step)?;
        }
        Ok(())
    }

    fn warnings(&mut self, warnings: &[String]) -> Result<(), XlsxError> {
        if warnings.is_empty() {
            return Ok(());
        }
        self.section(&say!(self.lang, "Uyarılar", "Warnings"))?;
        for warning in warnings.iter().take(WARNINGS) {
            self.warning(warning)?;
        }
        let more = warnings.len().saturating_sub(WARNINGS);
        if more > 0 {
            self.warning(&say!(self.lang, "ve {more} uyarı daha", "and {more} more"))?;
        }
        Ok(())
    }

    fn errors(&mut self, errors: &Errors) -> Result<(), XlsxError> {
        let (lang, top) = (self.lang, errors.top(ERRORS));
        if top.is_empty() {
            return Ok(());
        }
        self.section(&say!(lang, "En sık görülen hatalar", "Most frequent errors"))?;
        let example = say!(lang, "Hata (ilk görüldüğü satırdaki haliyle)", "Error (as its first row has it)");
        self.head(&[&say!(lang, "Kod", "Code"), &example, &say!(lang, "Kez", "Times")])?;
        for error in top {
            self.text(0, &error.code)?;
            self.text(1, &error.sentence)?;
            self.sheet.write_number_with_format(self.at, 2, error.count as f64, &self.styles.count)?;
            self.at += 1;
        }
        if errors.others > 0 {
            self.text(1, &say!(lang, "ayrı ayrı sayılmayan başka hatalar", "other errors, not counted apart"))?;
            self.sheet.write_number_with_format(self.at, 2, errors.others as f64, &self.styles.count)?;
            self.at += 1;
        }
        Ok(())
    }

    fn columns(&mut self, columns: &Columns) -> Result<(), XlsxError> {
        self.section(&say!(self.lang, "Sonuç sütunları", "Columns of the result"))?;
        for (header, meaning) in summary_words::columns(columns, self.lang) {
            self.pair(&header, &meaning)?;
        }
        Ok(())
    }

    fn section(&mut self, title: &str) -> Result<(), XlsxError> {
        self.at += 1;
        self.sheet.write_string_with_format(self.at, 0, title, &self.styles.section)?;
        self.sheet.set_row_height(self.at, 20)?;
        self.at += 1;
        Ok(())
    }

    /// The head of a table; columns from the third hold numbers.
    fn head(&mut self, titles: &[&str]) -> Result<(), XlsxError> {
        for (column, title) in (0..).zip(titles) {
            let format = if column < 2 { &self.styles.head } else { &self.styles.head_number };
            self.sheet.write_string_with_format(self.at, column, *title, format)?;
        }
        self.at += 1;
        Ok(())
    }

    fn pair(&mut self, label: &str, value: &str) -> Result<(), XlsxError> {
        let label = &harmless(label);
        self.sheet.write_string_with_format(self.at, 0, clipped(label), &self.styles.label)?;
        self.text(1, value)?;
        self.at += 1;
        Ok(())
    }

    fn warning(&mut self, words: &str) -> Result<(), XlsxError> {
        let words = &harmless(words);
        self.sheet.write_string_with_format(self.at, 1, clipped(words), &self.styles.warning)?;
        self.heighten(words)?;
        self.at += 1;
        Ok(())
    }

    fn text(&mut self, column: u16, words: &str) -> Result<(), XlsxError> {
        let words = &harmless(words);
        let format = if looks_like_formula(words) { &self.styles.quoted } else { &self.styles.text };
        self.sheet.write_string_with_format(self.at, column, clipped(words), format)?;
        if column == 1 { self.heighten(words) } else { Ok(()) }
    }

    /// Makes the row high enough for a sentence in the second column.
    fn heighten(&mut self, words: &str) -> Result<(), XlsxError> {
        let lines = lines_in(words, TEXT_WIDTH);
        if lines > 1 {
            self.sheet.set_row_height(self.at, LINE_HEIGHT * lines.min(20))?;
        }
        Ok(())
    }
}
