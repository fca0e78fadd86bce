//! What a person should know of a file that is read all the same.

use super::ranges::Ranges;
use crate::message::{Lang, Text, shown};
use crate::row::column_letter;
use crate::text;

/// Columns without a header that a sentence names.
pub(super) const MOST_NAMED: usize = 10;

/// A warning about a sheet, and the sheet's name. A text file has one sheet without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The sheet's name.
    pub sheet: String,
    /// What is worth knowing.
    pub kind: WarningKind,
}

/// What is worth knowing of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// It was left out: no header row is known.
    NoKnownHeader,
    /// It was left out: it has no cells in the file.
    NoCells,
    /// Excel did not calculate its formulas.
    NotCalculated,
    /// Rows that repeat the header row were skipped.
    RepeatedHeaders(Ranges),
    /// Columns without a header have values in these rows.
    Nameless(Vec<(usize, Ranges)>),
    /// The last row is a total row, and was skipped.
    TotalRow(u32),
    /// Hidden or filtered rows.
    Hidden(Ranges),
}

impl Warning {
    pub(super) fn new(sheet: &str, kind: WarningKind) -> Self {
        Self { sheet: sheet.to_owned(), kind }
    }

    /// The sentence in both languages.
    pub fn text(&self) -> Text {
        let name = shown(&self.sheet);
        let (tr, en) = self.beginning();
        match &self.kind {
            WarningKind::NoKnownHeader => text!(
                "\"{name}\" sayfasında bilinen bir başlık satırı yok; sayfa atlandı.",
                "Sheet \"{name}\" has no header row that is known; it was left out."
            ),
            WarningKind::NoCells => text!(
                "\"{name}\" sayfasının dosyada hücresi yok (makro modülü); sayfa atlandı.",
                "Sheet \"{name}\" has no cells in the file (a module of macros); it was left out."
            ),
            WarningKind::NotCalculated => text!(
                "\"{name}\" sayfasındaki formüller Excel'de hesaplanmamış, sonuçları yanlış olabilir. Dosyayı Excel'de açıp kaydedin.",
                "The formulas of sheet \"{name}\" were not calculated by Excel, and their results may be wrong. Open the file in Excel and save it."
            ),
            WarningKind::RepeatedHeaders(rows) => {
                let count = rows.count();
                text!(
                    "{tr}başlık satırını yineleyen satırlar atlandı ({count}): {rows}.",
                    "{en}rows that repeat the header row were skipped ({count}): {rows}."
                )
            }
            WarningKind::Nameless(columns) => {
                let (in_tr, in_en) = (listed(columns, "satır"), listed(columns, "row"));
                text!(
                    "{tr}başlığı olmayan sütunlardaki değerler gönderilmez: {in_tr}. Gönderilecekse sütuna başlık yazın.",
                    "{en}values in columns without a header are not sent: {in_en}. To send them, give the column a header."
                )
            }
            WarningKind::TotalRow(row) => {
                text!("{tr}satır {row} bir toplam satırı; atlandı.", "{en}row {row} is a total row; it was skipped.")
            }
            WarningKind::Hidden(rows) => {
                let count = rows.count();
                text!(
                    "{tr}gizli ya da filtrelenmiş satırlar ({count}): {rows}.",
                    "{en}hidden or filtered rows ({count}): {rows}."
                )
            }
        }
    }

    /// The sentence in one language.
    pub fn sentence(&self, lang: Lang) -> String {
        self.text().into_string(lang)
    }

    /// The beginning of a sentence about the sheet; empty for a sheet without a name.
    fn beginning(&self) -> (String, String) {
        if self.sheet.is_empty() {
            return (String::new(), String::new());
        }
        let name = shown(&self.sheet);
        (format!("\"{name}\" sayfası, "), format!("Sheet \"{name}\", "))
    }
}

/// Columns by their letters, each with its rows.
fn listed(columns: &[(usize, Ranges)], row: &str) -> String {
    let named = columns.iter().take(MOST_NAMED);
    let mut list: Vec<_> = named.map(|(column, rows)| format!("{} ({row} {rows})", column_letter(*column))).collect();
    if columns.len() > MOST_NAMED {
        list.push("…".to_owned());
    }
    list.join(", ")
}
