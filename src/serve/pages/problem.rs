//! What went wrong, as a page: what is so, that nothing is lost, and what to do.

use caseload_sheet::say;
use maud::{Markup, html};

use super::Frame;
use super::frame::{Nav, Page};
use crate::path;

/// A page in place of the one that was asked for.
#[derive(Debug, Clone)]
pub struct ProblemScreen {
    /// The HTTP status.
    pub status: u16,
    /// The stable code, as JSON has it.
    pub code: String,
    /// What went wrong.
    pub kind: ProblemPage,
}

/// What can go wrong with a page.
#[derive(Debug, Clone)]
pub enum ProblemPage {
    /// The file is larger than is taken.
    TooLarge {
        /// As it was called.
        file_name: String,
        /// Its bytes, where they are known.
        bytes: Option<u64>,
        /// The largest that is taken, in bytes.
        limit: u64,
    },
    /// It is no spreadsheet that is read, or an old one.
    WrongKind {
        /// As it was called.
        file_name: String,
        /// What it is, as a sentence of the reader ("Eski Excel biçiminde."); empty for what nobody knows.
        what: String,
    },
    /// The upload ended early.
    CutOff,
    /// Another process is sending this run.
    Busy {
        /// The run as addresses name it, where it is known.
        run: Option<String>,
    },
    /// The list was changed in another window, and what was asked for no longer fits it.
    Changed {
        /// The run as addresses name it.
        run: String,
        /// What changed, as a sentence; empty where it cannot be said.
        what: String,
    },
    /// This person may not.
    Forbidden,
    /// There is no such page, run or row.
    NotFound,
    /// The form was old, or was sent from elsewhere.
    Forged,
    /// Too many requests.
    TooMany {
        /// Seconds to wait.
        seconds: u64,
    },
    /// The disk is full.
    DiskFull,
    /// The page is stopping, and comes again.
    Stopping,
    /// Something else, in the engine's words: a title without a full stop, and sentences.
    Said {
        /// The title.
        title: String,
        /// The sentences.
        text: String,
        /// The next step, as its words and its address.
        act: Option<(String, String)>,
    },
    /// A fault of the program itself.
    Internal,
}

/// What a page of a problem says.
struct Said {
    icon: &'static str,
    class: &'static str,
    title: String,
    /// What is so, after the name of the file.
    what: String,
    file_name: String,
    /// What to do.
    advice: String,
    act: (String, String),
}

impl ProblemScreen {
    /// The page.
    pub fn render(&self, frame: &Frame) -> Markup {
        let lang = frame.lang;
        let said = self.kind.said(frame);
        let (status, code, at) = (self.status, &self.code, frame.in_full(frame.now));
        let body = html! {
            section class={ "panel oops stack " (said.class) } aria-labelledby="oops-title" {
                h1 id="oops-title" { (frame.icon(said.icon)) (said.title) }
                p { @if !said.file_name.is_empty() { b { (said.file_name) } ": " } (said.what) }
                @if !said.advice.is_empty() { p { (said.advice) } }
                div class="row" { a class="btn btn-primary" href=(said.act.1) { (said.act.0) } }
                p class="small muted" {
                    (say!(lang, "Hata {status} ({code}), {at}. Destek isterken bu satırı verin.", "Error {status} ({code}), {at}. Give this line when you ask for help."))
                }
            }
        };
        frame.page(Page {
            title: said.title.clone(),
            nav: Nav::Nowhere,
            class: "page page-narrow",
            above: None,
            body,
            scripts: &[],
            refresh: None,
        })
    }
}

impl ProblemPage {
    fn said(&self, frame: &Frame) -> Said {
        match self {
            ProblemPage::TooLarge { .. } | ProblemPage::WrongKind { .. } | ProblemPage::CutOff => self.of_upload(frame),
            ProblemPage::Busy { .. } | ProblemPage::Changed { .. } => self.of_run(frame),
            ProblemPage::Forbidden | ProblemPage::NotFound | ProblemPage::Forged => self.of_request(frame),
            _ => self.of_server(frame),
        }
    }

    fn of_upload(&self, frame: &Frame) -> Said {
        let lang = frame.lang;
        let nothing = say!(lang, "Hiçbir şey gönderilmedi.", "Nothing was sent.");
        let (title, file_name, what, advice) = match self {
            ProblemPage::TooLarge { file_name, bytes, limit } => {
                let limit = frame.bytes(*limit);
                let what = match bytes.map(|bytes| frame.bytes(bytes)) {
                    Some(size) => say!(
                        lang,
                        "{size}; en çok {limit} okunur. {nothing}",
                        "{size}; at most {limit} is read. {nothing}"
                    ),
                    None => say!(lang, "en çok {limit} okunur. {nothing}", "at most {limit} is read. {nothing}"),
                };
                let advice = say!(
                    lang,
                    "Dosyada resim ya da boş biçimli satırlar varsa silip yeniden kaydedin. Liste gerçekten bu kadar uzunsa iki dosyaya bölün: aynı satır iki dosyada da olsa bir kez gider.",
                    "If the file holds pictures or empty formatted rows, delete them and save it again. If the list is really that long, split it into two files: a row that stands in both is sent once."
                );
                (say!(lang, "Dosya çok büyük", "The file is too large"), file_name.clone(), what, advice)
            }
            ProblemPage::WrongKind { file_name, what } => {
                let read = say!(lang, ".xlsx ve .csv okunur.", ".xlsx and .csv are read.");
                let advice = say!(
                    lang,
                    "Dosyayı Excel’de açın, Farklı Kaydet ile “Excel Çalışma Kitabı (.xlsx)” seçin, yeni dosyayı buraya bırakın.",
                    "Open the file in Excel, choose Save As and “Excel Workbook (.xlsx)”, and drop the new file here."
                );
                let title = say!(lang, "Bu bir Excel ya da CSV dosyası değil", "This is not an Excel or CSV file");
                (title, file_name.clone(), format!("{what} {read} {nothing}").trim().to_owned(), advice)
            }
            _ => {
                let what = say!(
                    lang,
                    "Bağlantı dosya bitmeden kesildi. {nothing}",
                    "The connection broke before the file had ended. {nothing}"
                );
                (
                    say!(lang, "Dosya yarıda kaldı", "The file was cut off"),
                    String::new(),
                    what,
                    say!(lang, "Dosyayı yeniden bırakın.", "Drop the file again."),
                )
            }
        };
        let act = (say!(lang, "Başka dosya seç", "Choose another file"), path::START.to_owned());
        Said { icon: "invalid", class: "is-invalid", title, file_name, what, advice, act }
    }

    fn of_run(&self, frame: &Frame) -> Said {
        let lang = frame.lang;
        match self {
            ProblemPage::Changed { run, what } => Said {
                icon: "warn",
                class: "is-warn",
                title: say!(lang, "Liste bu arada değişti", "The list has changed meanwhile"),
                file_name: String::new(),
                what: format!("{what} {}", say!(lang, "Hiçbir şey gönderilmedi.", "Nothing was sent."))
                    .trim()
                    .to_owned(),
                advice: say!(lang, "Listeye yeniden bakıp sürdürün.", "Look at the list again and go on."),
                act: (say!(lang, "Listeyi aç", "Open the list"), path::run(run)),
            },
            other => {
                let run = if let ProblemPage::Busy { run } = other { run.as_deref() } else { None };
                Said {
                    icon: "hand",
                    class: "is-warn",
                    title: say!(lang, "Bu gönderim başka bir yerde sürüyor", "This run is under way elsewhere"),
                    file_name: String::new(),
                    what: say!(
                        lang,
                        "Bu gönderim başka bir yerde sürüyor. Listeniz duruyor, buradan bir şey gönderilmedi.",
                        "This run is under way elsewhere. Your list is kept, nothing was sent from here."
                    ),
                    advice: say!(
                        lang,
                        "Bitmesini bekleyip sayfayı yenileyin.",
                        "Wait until it has ended, and load the page again."
                    ),
                    act: (
                        say!(lang, "Gönderimi gör", "Look at the run"),
                        run.map_or_else(|| path::RUNS.to_owned(), path::run),
                    ),
                }
            }
        }
    }

    fn of_request(&self, frame: &Frame) -> Said {
        let lang = frame.lang;
        let home = (say!(lang, "Başlangıca dön", "Back to the start"), path::START.to_owned());
        let (icon, title, what, act) = match self {
            ProblemPage::Forbidden => (
                "lock",
                say!(lang, "Buna yetkiniz yok", "You may not do this"),
                say!(
                    lang,
                    "Rolünüz buna izin vermiyor. Gerekiyorsa yöneticinizden isteyin.",
                    "Your role does not allow it. If you need it, ask your administrator."
                ),
                home,
            ),
            ProblemPage::NotFound => (
                "search",
                say!(lang, "Böyle bir sayfa yok", "There is no such page"),
                say!(
                    lang,
                    "Adres yanlış, ya da gönderim silinmiş. Geçmişte arayın.",
                    "The address is wrong, or the run was deleted. Look for it in history."
                ),
                (say!(lang, "Geçmişi aç", "Open history"), path::RUNS.to_owned()),
            ),
            _ => (
                "lock",
                say!(lang, "Form eski ya da başka bir yerden geldi", "The form was old, or came from elsewhere"),
                say!(
                    lang,
                    "Hiçbir şey yapılmadı. Sayfayı yeniden açıp bir daha deneyin.",
                    "Nothing was done. Open the page again and try once more."
                ),
                home,
            ),
        };
        Said { icon, class: "is-warn", title, file_name: String::new(), what, advice: String::new(), act }
    }

    fn of_server(&self, frame: &Frame) -> Said {
        let lang = frame.lang;
        let again = (say!(lang, "Yeniden dene", "Try again"), path::START.to_owned());
        let said = |icon, class, title: String, what: String, act| Said {
            icon,
            class,
            title,
            file_name: String::new(),
            what,
            advice: String::new(),
            act,
        };
        match self {
            ProblemPage::TooMany { seconds } => {
                let span = frame.span(std::time::Duration::from_secs(*seconds));
                said(
                    "clock",
                    "is-warn",
                    say!(lang, "Çok sayıda istek geldi", "There were too many requests"),
                    say!(lang, "{span} bekleyip yeniden deneyin.", "Wait {span}, and try again."),
                    again,
                )
            }
            ProblemPage::DiskFull => said(
                "stop",
                "is-invalid",
                say!(lang, "Sunucunun diski dolu", "The server’s disk is full"),
                say!(
                    lang,
                    "Dosya saklanamadı, hiçbir şey gönderilmedi. Yöneticiniz yer açsın.",
                    "The file could not be kept, and nothing was sent. Ask your administrator to make room."
                ),
                again,
            ),
            ProblemPage::Stopping => said(
                "clock",
                "is-warn",
                say!(lang, "Sayfa yeniden başlatılıyor", "The page is being restarted"),
                say!(
                    lang,
                    "Süren gönderimler kaldıkları yerden sürer. Bir dakika sonra yeniden deneyin.",
                    "Runs under way go on where they were. Try again in a minute."
                ),
                again,
            ),
            ProblemPage::Said { title, text, act } => {
                let act =
                    act.clone().unwrap_or((say!(lang, "Başlangıca dön", "Back to the start"), path::START.to_owned()));
                said("stop", "is-invalid", title.clone(), text.clone(), act)
            }
            _ => failed(frame, again),
        }
    }
}

/// That the program itself failed.
fn failed(frame: &Frame, act: (String, String)) -> Said {
    let lang = frame.lang;
    Said {
        icon: "stop",
        class: "is-invalid",
        title: say!(lang, "Programda bir hata oldu", "The program failed"),
        what: say!(
            lang,
            "Gönderilmiş satırların yanıtları saklandı. Yeniden deneyin; sürerse yöneticinize söyleyin.",
            "The answers to rows that were sent are kept. Try again; if it stays so, tell your administrator."
        ),
        file_name: String::new(),
        advice: String::new(),
        act,
    }
}
