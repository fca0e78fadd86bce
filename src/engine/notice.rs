//! What a stage has to say beside the outcomes of rows: each notice is a case with its parameters, and is put into
//! words where somebody reads it.

use std::path::PathBuf;

use crate::doubt::InQuestion;
use crate::error::Error;
use crate::message::{Text, shown};
use crate::text;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// For a reader who asks for details.
    Detail,
    /// For every reader who did not ask for silence.
    News,
    /// For every reader.
    Alarm,
}

/// Something to know about a file or a run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// The headers, and not the caller, chose the operations.
    ChosenByHeaders {
        /// `system/operation`, joined by commas.
        operations: String,
    },
    /// The contract does not say where the id stands in an answer; this pointer is taken.
    IdGuessed {
        /// `system/operation`.
        operation: String,
        /// A JSON pointer into the answer.
        pointer: String,
    },
    /// A column feeds a field.
    Column {
        /// The name of the sheet; empty for a CSV file.
        sheet: String,
        /// The name of the operation, without its system.
        operation: String,
        /// The name of the field.
        field: String,
        /// The letter above the column.
        letter: String,
        /// What stands in its header cell.
        header: String,
    },
    /// A warning about the file.
    OfFile(Text),
    /// A check could not compare its rows with those of earlier runs.
    RepeatsNotSought {
        /// What is wrong with the ledger.
        why: Text,
    },
    /// An earlier process left rows in flight; they are unknown now.
    Recovered {
        /// How many.
        rows: u64,
    },
    /// What a person has to decide before these rows are sent.
    InQuestion(InQuestion),
    /// The file was sent before, and nothing of it is left to send.
    SentBefore {
        /// The name of the run that sent it.
        run: String,
        /// When that run ended, on the clock of the reader.
        ended: String,
        /// The rows of that run.
        rows: u32,
        /// Those of them that are done.
        done: u64,
        /// It was a rehearsal.
        sandbox: bool,
    },
    /// Rows that repeat earlier ones are sent, for the caller asked for a warning only.
    RepeatsSent {
        /// How many.
        rows: u64,
    },
    /// The result file of another ledger stands where this run's result would go.
    ResultOfAnother {
        /// The result that stands there, and stays.
        theirs: PathBuf,
        /// The run that it is of.
        run: String,
        /// Where the result of this run goes instead.
        place: PathBuf,
        /// This run is a rehearsal.
        rehearses: bool,
    },
    /// The ledger's file was removed during the run, and is written again.
    LedgerWritten {
        /// Where it stands again.
        path: PathBuf,
    },
    /// Another file took the ledger's place during the run; the run's own ledger lies at `path`.
    LedgerMoved {
        /// Where the ledger of this run was written.
        path: PathBuf,
        /// The place of the ledger, where the other file stands.
        own: PathBuf,
    },
    /// The ledger's file was removed during the run, and cannot be written again.
    LedgerLost {
        /// The system's words.
        why: String,
    },
}

impl Notice {
    /// A ledger that could not be looked into.
    pub fn repeats_not_sought(why: Error) -> Self {
        Self::RepeatsNotSought { why: why.message }
    }

    /// How much it matters.
    pub fn weight(&self) -> Weight {
        match self {
            Self::Column { .. } => Weight::Detail,
            Self::ResultOfAnother { .. }
            | Self::LedgerWritten { .. }
            | Self::LedgerMoved { .. }
            | Self::LedgerLost { .. } => Weight::Alarm,
            _ => Weight::News,
        }
    }

    /// The notice in words.
    pub fn words(&self) -> Text {
        match self {
            Self::ChosenByHeaders { .. } | Self::IdGuessed { .. } | Self::Column { .. } => self.of_columns(),
            Self::OfFile(words) => Text { tr: shown(&words.tr), en: shown(&words.en) },
            Self::RepeatsNotSought { why: Text { tr, en } } => text!(
                "Önceki çalışmaların satırlarına bakılamadı: {tr}",
                "The rows of earlier runs could not be looked at: {en}"
            ),
            Self::Recovered { rows } => text!(
                "Önceki çalışma kesilmiş: {rows} satır gönderilirken kaldı ve belirsiz sayıldı; iki kez gönderilmesi zararsız olanlar dışında yeniden gönderilmez.",
                "An earlier run was cut off: {rows} rows were being sent and are unknown now; they are not sent again, but where sending twice does no harm."
            ),
            Self::InQuestion(question) => question.sentences(),
            Self::SentBefore { run, ended, rows, done, sandbox } => {
                let (tr, en) = if *sandbox { (" (deneme sunucusuna)", " (to the sandbox)") } else { ("", "") };
                text!(
                    "Bu dosya {ended} tarihinde gönderilmişti{tr}: {rows} satırdan {done} tamam (çalışma {run}). Hiçbir şey gönderilmedi; sonuç yeniden yazılıyor. Hepsini yeniden göndermek için --again.",
                    "This file was submitted on {ended}{en}: {done} of {rows} rows done (run {run}). Nothing was sent; the result is written again. To send all anew, use --again."
                )
            }
            Self::RepeatsSent { rows } => text!(
                "{rows} satır daha önce gönderilmiş satırları yineliyor; --duplicates warn ile yine de gönderiliyor.",
                "{rows} rows repeat rows that were sent before; --duplicates warn sends them all the same."
            ),
            Self::ResultOfAnother { .. } => self.of_result(),
            Self::LedgerWritten { .. } | Self::LedgerMoved { .. } | Self::LedgerLost { .. } => self.of_ledger(),
        }
    }

    fn of_columns(&self) -> Text {
        match self {
            Self::ChosenByHeaders { operations } => {
                text!("Başlıklara göre işlem: {operations}", "By the headers, the operation is: {operations}")
            }
            Self::IdGuessed { operation, pointer } => text!(
                "{operation}: sözleşme yanıttaki numaranın yerini söylemiyor, {pointer} alınıyor. Başka yerdeyse sözleşmeye x-caseload: {{id: /yer}} yazın.",
                "{operation}: the contract does not say where the id stands in the answer; {pointer} is taken. If it is elsewhere, write x-caseload: {{id: /place}} into the contract."
            ),
            Self::Column { sheet, operation, field, letter, header } => {
                Text::same(shown(format!("{sheet} {operation}.{field} ← {letter} \"{header}\"").trim()))
            }
            _ => Text::default(),
        }
    }

    fn of_result(&self) -> Text {
        let Self::ResultOfAnother { theirs, run, place, rehearses } = self else { return Text::default() };
        let (result, run) = (shown(&theirs.display().to_string()), shown(run));
        let known = if *rehearses {
            text!("{result}, {run} gönderiminin sonucu.", "{result} is the result of run {run}.")
        } else {
            text!(
                "{result} başka bir defterin sonucu ({run}): bu listeyi başka biri ya da başka bir bilgisayar göndermiş olabilir, bu defter onu bilmez. Önce o dosyaya bakın.",
                "{result} is the result of another ledger ({run}): someone else, or another machine, may have sent this list, and this ledger does not know of it. Look at that file first."
            )
        };
        let next = if theirs == place {
            text!(
                "Adını siz verdiniz: yeni sonuç onun yerine yazılır.",
                "You named it: the new result takes its place."
            )
        } else {
            let place = shown(&place.display().to_string());
            text!(
                "Ona dokunulmaz; bu sonuç {place} dosyasına yazılır.",
                "It stays as it is; this result is written to {place}."
            )
        };
        Text { tr: format!("{} {}", known.tr, next.tr), en: format!("{} {}", known.en, next.en) }
    }

    fn of_ledger(&self) -> Text {
        match self {
            Self::LedgerWritten { path } => {
                let path = shown(&path.display().to_string());
                text!(
                    "Defterin bütün bildikleri yerine yeniden yazıldı: {path}. Aynı komut kaldığı yerden sürer.",
                    "All that the ledger knew was written to its place again: {path}. The same command goes on."
                )
            }
            Self::LedgerMoved { path, own } => {
                let (path, own) = (shown(&path.display().to_string()), shown(&own.display().to_string()));
                text!(
                    "Defterin yerinde başka bir dosya var: {own}. Bu çalışmanın defteri {path} dosyasına yazıldı. Onu yerine koyun, sonra aynı komutu yeniden çalıştırın; öteki defter bu satırları bilmez.",
                    "Another file stands in the ledger's place: {own}. This run's ledger was written to {path}. Put it in place, then run the same command again; the other ledger does not know these rows."
                )
            }
            Self::LedgerLost { why } => {
                let why = shown(why);
                text!(
                    "Defterin bildikleri yeniden yazılamadı: {why}. Gönderilen satırlar sonuç dosyasındadır; onu saklayın.",
                    "What the ledger knew could not be written again: {why}. The rows that were sent are in the result; keep it."
                )
            }
            _ => Text::default(),
        }
    }
}
