//! `caseload submit`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use caseload_engine::error::Error;
use caseload_engine::job::{Job, Output};
use caseload_engine::ledger::Ledger;
use caseload_engine::run::{self, Aim, Caller, Observer};
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;

use super::consent::{ask, doubtful, refusal};
use super::files::{Files, NotDone};
use super::rehearsal::Rehearsal;
use super::summary;
use crate::cli::arguments::SubmitArgs;
use crate::cli::exit::Exit;
use crate::cli::profile::{Settings, marks_folder};
use crate::cli::progress::Terminal;
use crate::cli::screen::Screen;
use crate::cli::signals::Stopper;
use crate::cli::task::Task;

/// Submits each file in turn. A file that cannot be read does not keep the next from going; a run
/// that was stopped does.
pub fn run(args: &SubmitArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let task = Task::submit(args, settings, lang).and_then(|task| one_result(&args.files, &task.job).map(|()| task));
    let is_stopped = |exit: Exit| exit.code() >= Exit::StoppedEarly.code();
    let stopper = Stopper::default();
    Files::new(&args.files, &args.file, lang)
        .each(task, is_stopped, |file, task, terminal| submit(file, task, &stopper, terminal))
}

/// Checks a file, asks what has to be asked, sends what is valid and not settled yet, and tells what became of it.
fn submit(file: &Path, task: &Task, stopper: &Stopper, terminal: Terminal) -> Result<Exit, NotDone> {
    let screen = Screen::new(terminal);
    let caller = Caller { observer: &screen, control: &stopper.control };
    let ledger = open_ledger(task, &screen)?;
    let rehearsal = Rehearsal::begin(task)?;
    let job = Arc::new(rehearsal.job(&task.job));
    let checked = run::check(file, Arc::clone(&job), Aim::Send, Some(ledger), caller)?;
    let proposed = checked.propose(task.sending.clone(), &screen)?;
    let refused = refusal(&proposed, terminal.lang);
    let started = proposed.addresses().and_then(|addresses| {
        let hosts = doubtful(addresses, task);
        let answer = ask(&proposed, &hosts, task, terminal)?;
        stopper.listen();
        proposed.start(answer)
    });
    let run = started.map_err(refused)?;
    screen.follow(run.events());
    let end = run.join()?;
    Ok(summary::tell(&end, task.json, &task.job.flags, terminal))
}

/// Opens the run's ledger, and says what an earlier process left open in it.
fn open_ledger(task: &Task, observer: &dyn Observer) -> Result<Ledger, Error> {
    let path = task.ledger.as_deref().ok_or_else(|| {
        Error::cannot_start(text!(
            "Defter için yer yok: HOME tanımlı değil. --ledger ile bir dosya gösterin.",
            "There is no place for the ledger: HOME is not set. Name a file by --ledger."
        ))
    })?;
    run::open_ledger(path, marks_folder().as_deref(), &task.job.clock, observer)
}

/// One `-o` cannot hold the results of several files, and a file that is given twice has one result.
pub fn one_result(files: &[PathBuf], job: &Job) -> Result<(), Error> {
    if files.len() > 1 && matches!(job.output, Output::File(_)) {
        return Err(Error::cannot_start(text!(
            "-o tek bir dosyanın sonucunu yazar; birden çok dosya verildi. -o olmadan her sonuç kendi dosyasının yanına yazılır.",
            "-o holds the result of one file, and several were given. Without -o each result goes beside its file."
        )));
    }
    let places: Vec<_> = files.iter().filter_map(|file| job.output_for(file, "result")).collect();
    if let Some(at) = (1..places.len()).find(|&at| places[..at].contains(&places[at])) {
        let (file, place) = (shown(&files[at].display().to_string()), shown(&places[at].display().to_string()));
        return Err(Error::cannot_start(text!(
            "{file} iki kez verildi; ikisinin sonucu da {place} olurdu. Dosyayı bir kez yazın.",
            "{file} is given twice, and both would have the result {place}. Give it once."
        )));
    }
    Ok(())
}
