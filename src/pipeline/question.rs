//! The one question before anything leaves: what goes where, and what is in question about it.

use super::first_pass::Checked;
use super::propose::Proposal;
use super::target::{on_whose_word, spellings};
use crate::doubt::Choice;
use crate::error::Error;
use crate::job::{Job, Sending};
use crate::message::{Lang, Text, grouped, shown};
use crate::progress::{Answer, Terminal};
use crate::{say, text};

/// Asks what has to be asked, and takes the answer. `hosts` are the addresses beyond this machine: without any, only what
/// is in question is asked. `--yes` answers no more than that rows go there.
///
/// # Errors
/// Somebody said no, or nobody can answer what has to be answered.
pub fn ask(
    checked: &Checked,
    job: &Job,
    sending: &Sending,
    hosts: &[String],
    proposal: &mut Proposal,
    terminal: Terminal,
) -> Result<(), Error> {
    let goes = proposal.to_send > 0 || proposal.doubtful() > 0;
    let needs_yes = goes && !hosts.is_empty() && !sending.yes;
    if !needs_yes && proposal.question.is_empty() {
        return Ok(());
    }
    let question = words(checked, job, hosts, proposal, terminal);
    let may_skip = !proposal.question.is_empty() && !proposal.question.stops_all();
    match terminal.choose(&question, may_skip) {
        Some(Answer::Yes) => proposal.answered(Choice::Send),
        Some(Answer::Skip) => proposal.answered(Choice::Skip),
        Some(Answer::No) => return Err(Error::cannot_start(text!("Gönderilmedi.", "Nothing was sent."))),
        None if proposal.question.stops_all() => return Err(nobody_answers(proposal)),
        None if needs_yes => return Err(nobody_confirms(job, hosts, proposal)),
        None => terminal.error(&left_out(proposal).into_string(terminal.lang)),
    }
    Ok(())
}

/// The question, line by line.
fn words(checked: &Checked, job: &Job, hosts: &[String], proposal: &Proposal, terminal: Terminal) -> Vec<String> {
    let place = if hosts.is_empty() { shown(&job_place(checked, job)) } else { spellings(hosts) };
    let target = checked.target();
    let rows = grouped(proposal.to_send, terminal.lang);
    let by = on_whose_word(job, terminal.lang);
    let doubts = proposal.question.sentences().into_string(terminal.lang);
    let first = say!(
        terminal.lang,
        "{rows} satır {place} adresine gönderilecek ({target}, {by}).",
        "{rows} rows go to {place} ({target}, {by})."
    );
    let last = match (proposal.question.is_empty(), proposal.question.stops_all()) {
        (true, _) => say!(terminal.lang, "Gönderilsin mi?", "Send them?"),
        (false, true) => say!(terminal.lang, "Yine de gönderilsin mi?", "Send them all the same?"),
        (false, false) => say!(
            terminal.lang,
            "Bunlar da gönderilsin mi (atla: yalnız ötekiler gider)?",
            "Send these too (skip: only the others go)?"
        ),
    };
    if doubts.is_empty() { vec![format!("{first} {last}")] } else { vec![first, doubts, last] }
}

fn job_place(checked: &Checked, job: &Job) -> String {
    let mut servers: Vec<String> =
        checked.operations.iter().map(|operation| job.server_of(operation).to_string()).collect();
    servers.sort();
    servers.dedup();
    servers.join(", ")
}

fn nobody_answers(proposal: &Proposal) -> Error {
    let Text { tr, en } = proposal.question.sentences();
    let options = proposal.question.options();
    Error::cannot_start(text!(
        "{tr} Yanıtlayacak bir terminal yok; hiçbir şey gönderilmedi. Yine de gönderilecekse aynı komuta {options} ekleyin.",
        "{en} There is no terminal to ask, and nothing was sent. To send them all the same, add {options} to the same command."
    ))
}

fn nobody_confirms(job: &Job, hosts: &[String], proposal: &Proposal) -> Error {
    let [tr, en] = [Lang::Tr, Lang::En].map(|lang| on_whose_word(job, lang));
    let hosts = spellings(hosts);
    let rows = proposal.to_send;
    Error::cannot_start(text!(
        "{rows} satır {hosts} adresine gidecekti ({tr}), ama onaylayacak bir terminal yok. Emin iseniz --yes ekleyin.",
        "{rows} rows would go to {hosts} ({en}), and there is no terminal to confirm it. If you are sure, add --yes."
    ))
}

fn left_out(proposal: &Proposal) -> Text {
    let Text { tr, en } = proposal.question.sentences();
    let options = proposal.question.options();
    text!(
        "{tr} Yanıtlayacak bir terminal yok: bu satırlar gönderilmedi. Gönderilecekse aynı komuta {options} ekleyin.",
        "{en} There is no terminal to ask: these rows were not sent. To send them, add {options} to the same command."
    )
}
