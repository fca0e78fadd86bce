//! Why a file is refused.

use crate::message::{Lang, Text};

/// A file is refused: a sentence with the place and the next step, in both languages.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{text}")]
pub struct Error {
    text: Text,
}

impl Error {
    pub(crate) fn new(text: Text) -> Self {
        Self { text }
    }

    /// The sentence in both languages.
    pub fn text(&self) -> Text {
        self.text.clone()
    }

    /// The sentence in one language.
    pub fn sentence(&self, lang: Lang) -> &str {
        self.text.get(lang)
    }
}

impl From<Error> for Text {
    fn from(error: Error) -> Self {
        error.text
    }
}
