//! The one question before anything leaves: what goes where, and what is in question about it.

use caseload_engine::doubt::InQuestion;
use caseload_engine::error::Error;
use caseload_engine::run::{Answer, Proposed};
use caseload_engine::submit::address::spelled;
use caseload_engine::submit::client::Address;
use caseload_sheet::message::{Lang, Text, grouped, shown};
use caseload_sheet::{say, text};

use super::files::NotDone;
use crate::cli::progress::{self, Terminal};
use crate::cli::task::Task;

/// Asks what has to be asked about a proposal. Without addresses beyond this machine, only what is in question is asked.
/// `--yes` answers no more than that rows go there.
///
/// # Errors
/// Somebody said no, or nobody can answer what has to be answered.
pub fn ask(proposed: &Proposed, hosts: &[String], task: &Task, terminal: Terminal) -> Result<Answer, Error> {
    let goes = proposed.rows() > 0 || proposed.rows_in_question() > 0;
    let needs_yes = goes && !hosts.is_empty() && !task.yes;
    let question = proposed.in_question();
    if !needs_yes && question.is_none() {
        return Ok(Answer::Send);
    }
    let stops_all = question.is_some_and(InQuestion::stops_all);
    let may_skip = question.is_some() && !stops_all;
    match terminal.choose(&words(proposed, hosts, task, terminal.lang), may_skip) {
        Some(progress::Answer::Yes) => Ok(Answer::Send),
        Some(progress::Answer::Skip) => Ok(Answer::Skip),
        Some(progress::Answer::No) => Err(Error::cannot_start(text!("Gönderilmedi.", "Nothing was sent."))),
        None if stops_all => Err(nobody_answers(proposed)),
        None if needs_yes => Err(nobody_confirms(proposed.rows(), hosts, task)),
        None => {
            terminal.error(&left_out(proposed).into_string(terminal.lang));
            Ok(Answer::Unanswered)
        }
    }
}

/// Asks before something is read for so many rows.
///
/// # Errors
/// Somebody said no, or nobody is there.
pub fn ask_to_read(
    (operation, rows): (&str, u64),
    hosts: &[String],
    task: &Task,
    terminal: Terminal,
) -> Result<(), Error> {
    if hosts.is_empty() || task.yes {
        return Ok(());
    }
    let (hosts, rows) = (spellings(hosts), grouped(rows, terminal.lang));
    let by = on_whose_word(task, terminal.lang);
    let question = say!(
        terminal.lang,
        "{hosts} adresinden okunacak ({operation}, {rows} satır için, {by}). Okunsun mu?",
        "{hosts} is going to be read from ({operation}, for {rows} rows, {by}). Read it?"
    );
    match terminal.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(Error::cannot_start(text!("Hiçbir şey okunmadı.", "Nothing was read."))),
        None => Err(Error::cannot_start(text!(
            "{hosts} adresinden okunacaktı ({by}), ama onaylayacak bir terminal yok. Emin iseniz --yes ekleyin.",
            "{hosts} would be read from ({by}), and there is no terminal to confirm it. If you are sure, add --yes."
        ))),
    }
}

/// The addresses that a person has to agree to: those beyond this machine, and those that somebody else's settings name.
pub fn doubtful(addresses: Vec<Address>, task: &Task) -> Vec<String> {
    let doubtful = addresses.into_iter().filter(|address| !address.here || task.server_is_foreign);
    let mut hosts: Vec<String> = doubtful.map(|address| address.text).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// What kept a file from being sent, with what was found about it where something is in question.
pub fn refusal(proposed: &Proposed, lang: Lang) -> impl FnOnce(Error) -> NotDone + use<> {
    let found = proposed.in_question().map(|_| Box::new(proposed.unsent().as_json(lang)));
    move |error| NotDone { error, found }
}

/// The question, line by line.
fn words(proposed: &Proposed, hosts: &[String], task: &Task, lang: Lang) -> Vec<String> {
    let place = if hosts.is_empty() { shown(&proposed.servers().join(", ")) } else { spellings(hosts) };
    let (target, rows) = (proposed.target(), grouped(proposed.rows(), lang));
    let by = on_whose_word(task, lang);
    let first = say!(
        lang,
        "{rows} satır {place} adresine gönderilecek ({target}, {by}).",
        "{rows} rows go to {place} ({target}, {by})."
    );
    let Some(question) = proposed.in_question() else {
        let last = say!(lang, "Gönderilsin mi?", "Send them?");
        return vec![format!("{first} {last}")];
    };
    let last = if question.stops_all() {
        say!(lang, "Yine de gönderilsin mi?", "Send them all the same?")
    } else {
        say!(
            lang,
            "Bunlar da gönderilsin mi (atla: yalnız ötekiler gider)?",
            "Send these too (skip: only the others go)?"
        )
    };
    vec![first, question.sentences().into_string(lang), last]
}

fn nobody_answers(proposed: &Proposed) -> Error {
    let (Text { tr, en }, options) = sentences(proposed);
    Error::cannot_start(text!(
        "{tr} Yanıtlayacak bir terminal yok; hiçbir şey gönderilmedi. Yine de gönderilecekse aynı komuta {options} ekleyin.",
        "{en} There is no terminal to ask, and nothing was sent. To send them all the same, add {options} to the same command."
    ))
}

fn nobody_confirms(rows: u64, hosts: &[String], task: &Task) -> Error {
    let [tr, en] = [Lang::Tr, Lang::En].map(|lang| on_whose_word(task, lang));
    let hosts = spellings(hosts);
    Error::cannot_start(text!(
        "{rows} satır {hosts} adresine gidecekti ({tr}), ama onaylayacak bir terminal yok. Emin iseniz --yes ekleyin.",
        "{rows} rows would go to {hosts} ({en}), and there is no terminal to confirm it. If you are sure, add --yes."
    ))
}

fn left_out(proposed: &Proposed) -> Text {
    let (Text { tr, en }, options) = sentences(proposed);
    text!(
        "{tr} Yanıtlayacak bir terminal yok: bu satırlar gönderilmedi. Gönderilecekse aynı komuta {options} ekleyin.",
        "{en} There is no terminal to ask: these rows were not sent. To send them, add {options} to the same command."
    )
}

/// What is in question, and the options that answer it.
fn sentences(proposed: &Proposed) -> (Text, String) {
    proposed.in_question().map(|question| (question.sentences(), question.options())).unwrap_or_default()
}

/// Hosts as a person is shown them.
fn spellings(hosts: &[String]) -> String {
    hosts.iter().map(|host| spelled(host)).collect::<Vec<_>>().join(", ")
}

/// Profile, settings file and values that every row is given: what decided beside the command line.
fn on_whose_word(task: &Task, lang: Lang) -> String {
    let profile = shown(task.job.recipe.profile.as_deref().unwrap_or("-"));
    let mut by = say!(lang, "profil {profile}", "profile {profile}");
    if let Some(file) = &task.settings {
        let file = shown(&file.display().to_string());
        by.push_str(&say!(lang, ", ayarlar {file}", ", settings {file}"));
    }
    if let Some(proxy) = &task.job.access.proxy {
        let proxy = shown(proxy);
        by.push_str(&say!(lang, ", vekil sunucu {proxy}", ", by the proxy {proxy}"));
    }
    if let Some(file) = &task.job.access.ca_file {
        let file = shown(&file.display().to_string());
        by.push_str(&say!(lang, ", kök sertifika {file}", ", certificates of {file}"));
    }
    let sets = task.job.recipe.sets.iter().map(|(name, value)| shown(&format!("{name} = {value}")));
    let sets = sets.collect::<Vec<_>>().join(", ");
    if !sets.is_empty() {
        by.push_str(&say!(lang, ", her satırda {sets}", ", in every row {sets}"));
    }
    by
}
