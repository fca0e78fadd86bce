//! What is in question before rows are sent: four things that a person decides, and no option but their own.
//!
//! | word | when | nobody answers |
//! |---|---|---|
//! | `other-server` | rows are done at another LIVE server within their window, or a result of another server is fed back | nothing goes, exit 2 |
//! | `other-flags` | the file's bytes were submitted before under other flags, sheet, encoding or mapping | nothing goes, exit 2 |
//! | `past-window` | rows were done longer ago than their `unique` rule's window | those rows stay, the others go, exit 1 |
//! | `changed` | rows were edited after they were done | the same |

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::message::{Text, grouped};
use crate::text;

/// One of the things that can be in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// The row is done at another server.
    OtherServer,
    /// The same bytes were sent under other flags.
    OtherFlags,
    /// An equal row was done longer ago than its window.
    PastWindow,
    /// The row was edited after it was done.
    Changed,
}

impl Doubt {
    /// All of them, in the order in which they are told.
    pub const ALL: [Doubt; 4] = [Doubt::OtherServer, Doubt::OtherFlags, Doubt::PastWindow, Doubt::Changed];

    /// As `--json`, the flags, the profile and the ledger spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Doubt::OtherServer => "other-server",
            Doubt::OtherFlags => "other-flags",
            Doubt::PastWindow => "past-window",
            Doubt::Changed => "changed",
        }
    }

    /// The doubt that [`as_str`](Self::as_str) spells so.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|doubt| doubt.as_str() == name)
    }

    /// Whether nothing at all goes where nobody answers; else only the rows in question stay.
    pub fn is_of_the_file(self) -> bool {
        matches!(self, Doubt::OtherServer | Doubt::OtherFlags)
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What becomes of rows in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// They stay duplicates of the row that was done
    Skip,
    /// They are sent
    Send,
}

/// What was answered beforehand, by a flag or the profile.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answers {
    /// To [`Doubt::OtherServer`].
    pub other_server: Option<Choice>,
    /// To [`Doubt::OtherFlags`].
    pub other_flags: Option<Choice>,
    /// To [`Doubt::PastWindow`].
    pub past_window: Option<Choice>,
    /// To [`Doubt::Changed`].
    pub changed: Option<Choice>,
}

impl Answers {
    /// To all of them: what `--again` means.
    pub fn all(choice: Choice) -> Self {
        let choice = Some(choice);
        Self { other_server: choice, other_flags: choice, past_window: choice, changed: choice }
    }

    /// The answer to one of them.
    pub fn to(&self, doubt: Doubt) -> Option<Choice> {
        match doubt {
            Doubt::OtherServer => self.other_server,
            Doubt::OtherFlags => self.other_flags,
            Doubt::PastWindow => self.past_window,
            Doubt::Changed => self.changed,
        }
    }

    /// These, where nothing else was said.
    pub fn or(self, other: Self) -> Self {
        Self {
            other_server: self.other_server.or(other.other_server),
            other_flags: self.other_flags.or(other.other_flags),
            past_window: self.past_window.or(other.past_window),
            changed: self.changed.or(other.changed),
        }
    }
}

/// How many rows are in question for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InQuestion {
    /// Each doubt with the number of its rows, which is never 0.
    pub rows: Vec<(Doubt, u64)>,
    /// The servers at which rows are done already.
    pub servers: Vec<String>,
    /// The server that they would go to.
    pub here: String,
    /// The one of them that may have moved to it: the only one, or the one that the profile's `same_as` names.
    pub moved: Option<String>,
    /// What a command has to carry to mean this ledger and these settings.
    pub flags: String,
    /// The run that sent the same bytes under other flags.
    pub run: Option<String>,
}

impl InQuestion {
    /// Whether nothing is in question.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether nothing goes unless somebody answers.
    pub fn stops_all(&self) -> bool {
        self.rows.iter().any(|(doubt, _)| doubt.is_of_the_file())
    }

    /// `{"other-server": 5}`.
    pub fn as_json(&self) -> serde_json::Value {
        self.rows.iter().map(|(doubt, rows)| (doubt.as_str().to_owned(), serde_json::Value::from(*rows))).collect()
    }

    /// One sentence for each thing in question.
    pub fn sentences(&self) -> Text {
        let all: Vec<Text> = self.rows.iter().map(|(doubt, rows)| self.sentence(*doubt, *rows)).collect();
        let join = |of: fn(&Text) -> &String| all.iter().map(|text| of(text).as_str()).collect::<Vec<_>>().join(" ");
        Text { tr: join(|text| &text.tr), en: join(|text| &text.en) }
    }

    /// What is so about so many rows, and what they would do.
    pub fn sentence(&self, doubt: Doubt, rows: u64) -> Text {
        let (tr, en) = (grouped(rows, crate::message::Lang::Tr), grouped(rows, crate::message::Lang::En));
        let servers = crate::message::shown(&self.servers.join(", "));
        let run = self.run.as_deref().unwrap_or("-");
        match doubt {
            Doubt::OtherServer if servers.is_empty() => text!(
                "{tr} satır, bu defterin bilmediği bir sonuçta tamam ya da belirsiz görünüyor.",
                "{en} rows are done or unknown in a result that this ledger does not know."
            ),
            Doubt::OtherServer => {
                let old = self.moved.as_deref().unwrap_or("URL");
                let same = crate::hint::command(&["ledger", "same", old, &self.here], &self.flags);
                text!(
                    "{tr} satır başka bir sunucuda zaten yapılmış ({servers}). O sunucu taşındıysa: {same}.",
                    "{en} rows are done already at another server ({servers}). If that server moved: {same}."
                )
            }
            Doubt::OtherFlags => text!(
                "Bu dosya daha önce başka seçeneklerle gönderildi (çalışma {run}); {tr} satırı yeniden giderdi.",
                "This file was submitted before under other flags (run {run}); {en} of its rows would go again."
            ),
            Doubt::PastWindow => text!(
                "{tr} satır, yineleme süresinden daha önce yapılmış.",
                "{en} rows were done longer ago than their rule's window."
            ),
            Doubt::Changed => {
                text!("{tr} satır, yapıldıktan sonra değiştirilmiş.", "{en} rows were edited after they were done.")
            }
        }
    }

    /// The options that answer, as they are typed.
    pub fn options(&self) -> String {
        let option = |doubt: &Doubt| match doubt {
            Doubt::OtherServer | Doubt::OtherFlags => format!("--{doubt}"),
            Doubt::PastWindow | Doubt::Changed => format!("--{doubt} send"),
        };
        self.rows.iter().map(|(doubt, _)| option(doubt)).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_question_is_said_with_its_counts_and_how_to_answer() {
        let question = InQuestion {
            rows: vec![(Doubt::OtherServer, 5), (Doubt::Changed, 1200)],
            servers: vec!["a.example".to_owned()],
            here: "b.example".to_owned(),
            moved: Some("a.example".to_owned()),
            flags: " --sandbox".to_owned(),
            run: None,
        };
        let said = question.sentences();
        assert!(said.en.contains("5 rows are done already at another server (a.example)"), "{said}");
        assert!(said.en.contains("caseload ledger same a.example b.example --sandbox"), "{said}");
        assert!(said.tr.contains("1.200 satır") && said.en.contains("1,200 rows"), "{said}");
        assert_eq!(question.options(), "--other-server --changed send");
        assert_eq!(question.as_json().to_string(), r#"{"other-server":5,"changed":1200}"#);
        assert!(question.stops_all());
    }
}
