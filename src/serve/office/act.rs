//! What is written into the trail: who did what, when, from where. No cell of a row is in it, nothing that was searched
//! for, and no secret.

use caseload_sheet::message::Lang;
use caseload_sheet::message::{Text, grouped, shown};
use caseload_sheet::text;
use serde::{Deserialize, Serialize};

use super::Actor;
use crate::person::Role;

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Act {
    /// Somebody came in.
    SignedIn,
    /// A wrong password, or no such person: how often within an hour, from one address.
    SignInRefused {
        /// How often.
        times: u64,
    },
    /// Somebody went out.
    SignedOut,
    /// A list was brought.
    Uploaded,
    /// Somebody said what its columns are, or read it another way.
    Mapped,
    /// Cells were mended.
    Mended {
        /// How many.
        cells: u64,
    },
    /// Rows were left out.
    LeftOut {
        /// How many.
        rows: u64,
    },
    /// Rows were put back in.
    PutBack {
        /// How many.
        rows: u64,
    },
    /// A change was taken back.
    Undone {
        /// How many cells or rows it was about.
        size: u64,
    },
    /// Somebody took the mending over.
    TookOver {
        /// From whom.
        from: String,
    },
    /// Somebody agreed to what was asked before sending.
    Agreed {
        /// The names of the questions.
        to: Vec<String>,
    },
    /// Approval was asked for.
    ApprovalAsked {
        /// How many rows would go.
        rows: u64,
    },
    /// A list was approved.
    Approved {
        /// How many rows would go.
        rows: u64,
    },
    /// A list was not approved.
    TurnedBack,
    /// Somebody did not want approval any more.
    Withdrawn,
    /// A list was sent.
    Sent,
    /// A run was held.
    Paused,
    /// A run went on.
    Resumed,
    /// A run was ended.
    Cancelled,
    /// A list was deleted that was never sent.
    Deleted,
    /// A file and its mends were destroyed.
    Destroyed,
    /// An unknown row was closed.
    Resolved {
        /// The row, as the spreadsheet numbers it.
        row: u32,
        /// Whether it was done.
        done: bool,
    },
    /// Rows were looked at.
    Viewed,
    /// Something was searched for.
    Searched,
    /// Rows were taken out as a file.
    Exported {
        /// Which: `result`, `to-fix`, `list`, `unknown`, `audit`.
        file: String,
    },
    /// A person was added.
    PersonAdded {
        /// Who.
        email: String,
        /// As what.
        roles: Vec<String>,
    },
    /// A person was removed.
    PersonRemoved {
        /// Who.
        email: String,
    },
    /// A person was given other roles.
    RolesSet {
        /// Who.
        email: String,
        /// Which.
        roles: Vec<String>,
    },
    /// A person was given another password.
    PasswordSet {
        /// Who.
        email: String,
    },
    /// A person was kept out, or let in again.
    Barred {
        /// Who.
        email: String,
        /// Whether that person may not come in.
        out: bool,
    },
    /// A token for a program was made.
    TokenMade {
        /// Whose.
        email: String,
        /// As its maker calls it.
        name: String,
    },
    /// A token was taken back.
    TokenRevoked {
        /// Whose.
        email: String,
        /// As its maker called it.
        name: String,
    },
    /// What a header means was remembered for the next files.
    MappingKept {
        /// The header.
        header: String,
        /// The field; nothing where the column is not sent.
        field: Option<String>,
    },
    /// A mapping was forgotten.
    MappingForgotten {
        /// The header.
        header: String,
    },
}

/// An entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: i64,
    /// When.
    pub at_ms: i64,
    /// Who, and from where. Of somebody who was kept out, the address alone.
    pub by: Actor,
    /// In which run.
    pub run: Option<String>,
    /// What.
    pub act: Act,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Only from this time on.
    pub since_ms: Option<i64>,
    /// Only of this run.
    pub run: Option<String>,
}

impl Act {
    /// The name of what was done, as JSON spells it.
    pub fn name(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        json["what"].as_str().unwrap_or_default().to_owned()
    }

    /// What was done, as a sentence without the one who did it.
    pub fn words(&self) -> Text {
        match self {
            Act::SignedIn => text!("Girdi", "Signed in"),
            Act::SignInRefused { times } => {
                counted(*times, |n| text!("Giriş kabul edilmedi: {n} kez", "Sign-in refused: {n} times"))
            }
            Act::SignedOut => text!("Çıktı", "Signed out"),
            Act::Agreed { to } => {
                let to = shown(&to.join(", "));
                text!("Gönderimden önce sorulanları kabul etti: {to}", "Agreed to what was asked before sending: {to}")
            }
            Act::ApprovalAsked { rows } => {
                counted(*rows, |n| text!("{n} satır için onay istedi", "Asked for approval of {n} rows"))
            }
            Act::Approved { rows } => counted(*rows, |n| text!("{n} satırı onayladı", "Approved {n} rows")),
            Act::TurnedBack => text!("Geri çevirdi", "Turned it back"),
            Act::Withdrawn => text!("Onay isteğini geri aldı", "Withdrew the request for approval"),
            Act::Sent => text!("Gönderdi", "Sent it"),
            Act::Paused => text!("Bekletti", "Paused it"),
            Act::Resumed => text!("Sürdürdü", "Went on with it"),
            Act::Cancelled => text!("Vazgeçti", "Cancelled it"),
            Act::Resolved { row, done: true } => {
                text!("Belirsiz satır yapılmış dedi: {row}", "Said of an unknown row that it was done: {row}")
            }
            Act::Resolved { row, done: false } => {
                text!("Belirsiz satır yapılmamış dedi: {row}", "Said of an unknown row that it was not done: {row}")
            }
            Act::Viewed => text!("Satırlara baktı", "Looked at rows"),
            Act::Searched => text!("Arama yaptı", "Searched"),
            Act::Exported { file } => {
                let file = shown(file);
                text!("Dosya indirdi: {file}", "Downloaded a file: {file}")
            }
            list => list.words_of_list().unwrap_or_else(|| self.words_of_people()),
        }
    }

    /// What was done to a list before it was sent, or to its file.
    fn words_of_list(&self) -> Option<Text> {
        Some(match self {
            Act::Uploaded => text!("Listeyi yükledi", "Uploaded the list"),
            Act::Mapped => text!("Sütunların ne olduğunu söyledi", "Said what the columns are"),
            Act::Mended { cells } => counted(*cells, |n| text!("{n} hücre düzeltti", "Mended {n} cells")),
            Act::LeftOut { rows } => counted(*rows, |n| text!("{n} satırı dışarıda bıraktı", "Left {n} rows out")),
            Act::PutBack { rows } => counted(*rows, |n| text!("{n} satırı geri aldı", "Put {n} rows back in")),
            Act::Undone { size } => {
                counted(*size, |n| text!("Son değişikliği geri aldı: {n}", "Took the last change back: {n}"))
            }
            Act::TookOver { from } => {
                let from = shown(from);
                text!("Düzeltmeyi devraldı. Önceki: {from}", "Took over the mending. Before: {from}")
            }
            Act::Deleted => text!("Listeyi sildi", "Deleted the list"),
            Act::Destroyed => {
                text!("Dosya ve düzeltmeler yok edildi", "The file and its corrections were destroyed")
            }
            _ => return None,
        })
    }

    fn words_of_people(&self) -> Text {
        let (who, rest) = self.whom();
        let who = shown(who);
        match self {
            Act::PersonAdded { .. } => {
                let Text { tr, en } = rest;
                text!("Kişi ekledi: {who} ({tr})", "Added a person: {who} ({en})")
            }
            Act::PersonRemoved { .. } => text!("Kişiyi kaldırdı: {who}", "Removed a person: {who}"),
            Act::RolesSet { .. } => {
                let Text { tr, en } = rest;
                text!("Rolleri değiştirdi: {who} ({tr})", "Changed the roles: {who} ({en})")
            }
            Act::PasswordSet { .. } => text!("Parolayı değiştirdi: {who}", "Changed the password: {who}"),
            Act::Barred { out: true, .. } => text!("Girişini kapattı: {who}", "Barred from signing in: {who}"),
            Act::Barred { out: false, .. } => text!("Girişini açtı: {who}", "Let sign in again: {who}"),
            Act::TokenMade { .. } => text!("Token verdi: {who} ({rest})", "Made a token: {who} ({rest})"),
            Act::TokenRevoked { .. } => text!("Tokenı geri aldı: {who} ({rest})", "Took a token back: {who} ({rest})"),
            Act::MappingKept { .. } => {
                text!(
                    "Sütunu sonraki dosyalar için öğretti: {who} → {rest}",
                    "Taught a column for the next files: {who} → {rest}"
                )
            }
            _ => text!("Öğretilmiş sütunu unutturdu: {who}", "Had a taught column forgotten: {who}"),
        }
    }

    /// Whom or what it is about, and what else is told.
    fn whom(&self) -> (&str, Text) {
        match self {
            Act::PersonAdded { email, roles } | Act::RolesSet { email, roles } => (email, roles_in_words(roles)),
            Act::TokenMade { email, name } | Act::TokenRevoked { email, name } => (email, Text::same(shown(name))),
            Act::PersonRemoved { email } | Act::PasswordSet { email } | Act::Barred { email, .. } => {
                (email, Text::default())
            }
            Act::MappingKept { header, field } => (header, Text::same(shown(field.as_deref().unwrap_or("–")))),
            Act::MappingForgotten { header } => (header, Text::default()),
            _ => ("", Text::default()),
        }
    }
}

/// A sentence with a count, as each language writes it.
fn counted(count: u64, sentence: impl Fn(String) -> Text) -> Text {
    Text { tr: sentence(grouped(count, Lang::Tr)).tr, en: sentence(grouped(count, Lang::En)).en }
}

fn roles_in_words(roles: &[String]) -> Text {
    let words: Vec<Text> = roles.iter().filter_map(|role| Role::named(role)).map(Role::word).collect();
    let join = |each: fn(&Text) -> &str| words.iter().map(each).collect::<Vec<_>>().join(", ");
    Text { tr: join(|word| &word.tr), en: join(|word| &word.en) }
}

/// The names of roles, as they are kept.
pub(super) fn role_names(roles: &[Role]) -> Vec<String> {
    roles.iter().map(|role| role.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_is_told_in_both_languages() {
        let email = || "elif@ornek.example".to_owned();
        let roles = vec!["approver".to_owned()];
        let acts = [
            Act::SignedIn,
            Act::SignInRefused { times: 10_000 },
            Act::Uploaded,
            Act::Mended { cells: 1_234 },
            Act::TookOver { from: "Deniz".to_owned() },
            Act::Resolved { row: 4, done: true },
            Act::PersonAdded { email: email(), roles },
            Act::TokenMade { email: email(), name: "gece\nişi".to_owned() },
            Act::MappingKept { header: "Mali No".to_owned(), field: None },
            Act::MappingForgotten { header: "Mali No".to_owned() },
        ];
        for act in &acts {
            let Text { tr, en } = act.words();
            assert!(!tr.is_empty() && !en.is_empty() && tr != en, "{act:?}");
            let json = serde_json::to_string(act).unwrap();
            assert_eq!(serde_json::from_str::<Act>(&json).unwrap(), *act);
        }
        assert_eq!(acts[3].words(), text!("1.234 hücre düzeltti", "Mended 1,234 cells"));
        assert_eq!(acts[6].words().tr, "Kişi ekledi: elif@ornek.example (Onaylayan)");
        assert_eq!(acts[7].words().en, "Made a token: elif@ornek.example (gece\\u{a}işi)");
        assert_eq!(acts[8].name(), "mapping-kept");
    }
}
