//! Why the desk does not do what it was asked.

use axum::http::StatusCode;
use caseload_engine::error::Error as Stop;
use caseload_sheet::message::{Lang, Text, grouped, shown};
use caseload_sheet::text;

use crate::office;
use crate::problem::Problem;
use crate::state::RunState;

/// The desk refuses, or something that it needs cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no such list, row or column.
    #[error("there is no such list or row")]
    NotFound,
    /// The settings have no target of this name any more.
    #[error("there is no target {0}")]
    NoTarget(String),
    /// The list is in a state in which this cannot be done.
    #[error("the list is {}", .0.as_str())]
    NotNow(RunState),
    /// What the person agreed to is not what would go now.
    #[error("the list has changed: {rows} rows would go, by the digest {digest}")]
    Changed {
        /// The rows that would go now.
        rows: u64,
        /// Their digest.
        digest: String,
    },
    /// The number that was given is not the number of rows that would go.
    #[error("{rows} rows would go, and {given} were agreed to")]
    WrongCount {
        /// The rows that would go.
        rows: u64,
        /// What was given.
        given: u64,
    },
    /// A second person has to approve what would go.
    #[error("it has to be approved first")]
    NeedsApproval,
    /// What a person gave cannot be taken, in the engine's words.
    #[error("{0}")]
    Engine(#[from] Stop),
    /// The office refuses.
    #[error("{0}")]
    Office(office::Error),
}

impl From<office::Error> for Fault {
    fn from(error: office::Error) -> Self {
        match error {
            office::Error::NoSuchList => Self::NotFound,
            office::Error::NotNow(state) => Self::NotNow(state),
            other => Self::Office(other),
        }
    }
}

/// Every fault has a stable code, and says what to do next.
impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotFound => not_found(),
            Fault::NoTarget(name) => no_target(&name),
            Fault::NotNow(state) => not_now(state),
            Fault::Changed { rows, digest } => changed().with("to_send", rows).with("digest", digest),
            Fault::WrongCount { rows, given } => wrong_count(rows, given),
            Fault::NeedsApproval => needs_approval(),
            Fault::Engine(stop) => Self::from(stop),
            Fault::Office(error) => Self::from(error),
        }
    }
}

/// What the office refuses is a conflict, or a value that it does not take; the rest is its own affair.
impl From<office::Error> for Problem {
    fn from(error: office::Error) -> Self {
        let detail = error.words();
        let of = |status: StatusCode, code: &'static str, title: Text| Self::new(status, code, title, detail);
        match error {
            office::Error::NoSuchList => not_found(),
            office::Error::NotNow(state) => not_now(state),
            office::Error::Edited(editor) => {
                let title = text!("Bir başkası düzeltiyor", "Somebody else is mending it");
                of(StatusCode::CONFLICT, "edited", title).with("editor", editor.by.name)
            }
            office::Error::Changed(revision) => {
                let title = text!("Liste değişti", "The list has changed");
                of(StatusCode::CONFLICT, "list-changed", title).with("revision", revision)
            }
            office::Error::NoSuchPerson => {
                of(StatusCode::NOT_FOUND, "person-not-found", text!("Kişi bulunamadı", "Person not found"))
            }
            office::Error::EmailTaken(_) => {
                of(StatusCode::CONFLICT, "email-taken", text!("Bu adres kayıtlı", "This address is taken"))
            }
            office::Error::OwnWork => {
                let title = text!("Kendi işinizi onaylayamazsınız", "You cannot approve your own work");
                of(StatusCode::FORBIDDEN, "own-work", title)
            }
            office::Error::Refused(_) => {
                of(StatusCode::BAD_REQUEST, "value-refused", text!("Bu değer alınmadı", "This value is not taken"))
            }
            other => Self::from(Stop::from(other)),
        }
    }
}

fn not_found() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "list-not-found",
        text!("Bulunamadı", "Not found"),
        text!(
            "Böyle bir liste, satır ya da sütun yok; liste silinmiş olabilir. Geçmişe bakın.",
            "There is no such list, row or column; the list may have been deleted. Look into History."
        ),
    )
}

fn no_target(name: &str) -> Problem {
    let name = shown(name);
    Problem::new(
        StatusCode::NOT_FOUND,
        "target-unknown",
        text!("Hedef bulunamadı", "Target not found"),
        text!(
            "Ayarlarda \"{name}\" adlı bir hedef yok. Yöneticiniz profili geri koyabilir ya da listeyi başka bir hedefle yeniden yükleyin.",
            "The settings have no target \"{name}\". Ask your administrator to put the profile back, or upload the list again for another target."
        ),
    )
}

fn not_now(state: RunState) -> Problem {
    let Text { tr, en } = state.word();
    Problem::new(
        StatusCode::CONFLICT,
        "not-now",
        text!("Şu anda olmaz", "Not at this moment"),
        text!(
            "Liste şu durumda: {tr}. Bu durumda istediğiniz yapılamaz; sayfayı yenileyip ne yapılabileceğine bakın.",
            "The state of the list is: {en}. In this state it cannot be done; load the page again and see what can."
        ),
    )
    .with("state", state.as_str())
}

fn changed() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "digest-changed",
        text!("Gidecek olan değişti", "What would go has changed"),
        text!(
            "Siz baktıktan sonra liste, ayarlar ya da defter değişti; hiçbir şey gönderilmedi. Yeniden bakıp onaylayın.",
            "The list, the settings or the ledger has changed since you looked; nothing was sent. Look again, and confirm."
        ),
    )
}

fn needs_approval() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "approval-needed",
        text!("Önce onay gerekiyor", "It has to be approved first"),
        text!(
            "Bu hedefe giden satırları ikinci bir kişi onaylar; liste son onaydan sonra değişti. Yeniden onaya gönderin.",
            "A second person approves what goes to this target, and the list has changed since. Ask for approval again."
        ),
    )
}

fn wrong_count(rows: u64, given: u64) -> Problem {
    let counts = |lang: Lang| (grouped(rows, lang), grouped(given, lang));
    let ((would, said), (would_en, said_en)) = (counts(Lang::Tr), counts(Lang::En));
    Problem::new(
        StatusCode::CONFLICT,
        "wrong-count",
        text!("Satır sayısı tutmuyor", "The number of rows does not fit"),
        Text {
            tr: format!("{said} satır yazdınız, {would} satır gidecek; hiçbir şey gönderilmedi. Gidecek satır sayısını yazın."),
            en: format!("You gave {said_en} rows, and {would_en} would go; nothing was sent. Give the number of rows that would go."),
        },
    )
    .with("to_send", rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_code_a_status_and_both_languages() {
        let faults = [
            (Fault::NotFound, 404, "list-not-found"),
            (Fault::NoTarget("x\n".into()), 404, "target-unknown"),
            (Fault::NotNow(RunState::Sending), 409, "not-now"),
            (Fault::Changed { rows: 8, digest: "ab".into() }, 409, "digest-changed"),
            (Fault::WrongCount { rows: 1_234, given: 1_000 }, 409, "wrong-count"),
            (Fault::NeedsApproval, 409, "approval-needed"),
            (Fault::from(office::Error::NoSuchList), 404, "list-not-found"),
            (Fault::from(office::Error::OwnWork), 403, "own-work"),
            (Fault::from(office::Error::Changed(3)), 409, "list-changed"),
            (Fault::from(office::Error::Refused(text!("Uzun", "Long"))), 400, "value-refused"),
        ];
        for (fault, status, code) in faults {
            let problem = Problem::from(fault);
            assert_eq!((problem.status.as_u16(), problem.code), (status, code));
            let [tr, en] = [Lang::Tr, Lang::En].map(|lang| problem.document(lang));
            assert_ne!(tr["detail"], en["detail"]);
            assert_ne!(tr["title"], en["title"]);
        }
        let changed = Problem::from(Fault::Changed { rows: 8, digest: "ab".into() }).document(Lang::En);
        assert_eq!((&changed["to_send"], &changed["digest"]), (&8.into(), &"ab".into()));
        let count = Problem::from(Fault::WrongCount { rows: 1_234, given: 1_000 });
        assert!(count.detail.tr.starts_with("1.000 satır yazdınız, 1.234 satır gidecek"), "{}", count.detail.tr);
        assert!(count.detail.en.starts_with("You gave 1,000 rows, and 1,234 would go"), "{}", count.detail.en);
    }
}
