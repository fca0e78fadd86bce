//! How a file was understood, for the places where the program had to choose.

use encoding_rs::Encoding;
use serde::Serialize;

use super::encoding::spoken;
use crate::message::Lang;
use crate::say;

/// What was found of a file's form. A workbook has neither delimiter nor encoding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReadAs {
    /// The character between the cells of a text.
    pub delimiter: Option<String>,
    /// In small letters, as `--encoding` takes it.
    pub encoding: Option<String>,
    /// The row of the headers; nothing where the sheets have them in different rows.
    pub header_row: Option<u32>,
    #[serde(skip)]
    spoken: String,
}

impl ReadAs {
    pub(super) fn of_workbook(header_row: Option<u32>) -> Self {
        Self { header_row, ..Self::default() }
    }

    pub(super) fn of_text(delimiter: u8, encoding: &'static Encoding, header_row: Option<u32>) -> Self {
        Self {
            delimiter: Some(char::from(delimiter).to_string()),
            encoding: Some(encoding.name().to_ascii_lowercase()),
            header_row,
            spoken: spoken(encoding),
        }
    }

    /// `delimiter ;, Windows-1254, header in row 3`; nothing of a workbook that begins with its headers.
    pub fn words(&self, lang: Lang) -> Option<String> {
        let row = self.header_row.map(|row| say!(lang, "başlık {row}. satırda", "header in row {row}"));
        let Some(delimiter) = &self.delimiter else { return row.filter(|_| self.header_row > Some(1)) };
        let delimiter = if delimiter == "\t" { say!(lang, "sekme", "tab") } else { delimiter.clone() };
        let words = say!(lang, "ayırıcı {delimiter}", "delimiter {delimiter}");
        Some([Some(words), Some(self.spoken.clone()), row].into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_guessed_is_said_in_one_line() {
        let text = ReadAs::of_text(b';', encoding_rs::WINDOWS_1254, Some(3));
        assert_eq!(text.words(Lang::En).unwrap(), "delimiter ;, Windows-1254, header in row 3");
        assert_eq!(text.words(Lang::Tr).unwrap(), "ayırıcı ;, Windows-1254, başlık 3. satırda");
        let json = serde_json::to_value(&text).unwrap();
        assert_eq!(json, serde_json::json!({"delimiter": ";", "encoding": "windows-1254", "header_row": 3}));
        let workbook = |header_row| ReadAs { header_row, ..ReadAs::default() }.words(Lang::En);
        assert_eq!((workbook(Some(1)), workbook(None)), (None, None));
        assert_eq!(workbook(Some(4)).unwrap(), "header in row 4");
    }
}
