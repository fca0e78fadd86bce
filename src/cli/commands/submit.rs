//! `caseload submit`

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use caseload_engine::error::Error;
use caseload_engine::job::{Job, Mends, Output};
use caseload_engine::keyed::hex;
use caseload_engine::ledger::Ledger;
use caseload_engine::run::{self, Aim, Caller, Observer};
use caseload_serve::office::Office;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};
use sha2::{Digest as _, Sha256};

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
    let job = Job { mends: mends_of_the_page(file, task, terminal)?, ..rehearsal.job(&task.job) };
    let job = Arc::new(job);
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

/// What people changed on the page in a list of these bytes, whose run this command goes on with.
fn mends_of_the_page(file: &Path, task: &Task, terminal: Terminal) -> Result<Arc<Mends>, Error> {
    let office = task.ledger.as_deref().map(Office::find).transpose()?.flatten();
    let Some(office) = office else { return Ok(Arc::default()) };
    // A file that cannot be read says so when it is checked.
    let Ok(sha256) = digest(file) else { return Ok(Arc::default()) };
    let Some(overlay) = office.mends_of_run_of(&sha256)? else { return Ok(Arc::default()) };
    let mends = overlay.mends();
    let (rows, left_out) = (mends.rows(), mends.left_out());
    terminal.note(&say!(
        terminal.lang,
        "Bu dosya sayfadan gönderilmişti; orada düzeltilen {rows} satır düzeltilmiş haliyle gider, dışarıda bırakılan {left_out} satır gitmez.",
        "This file was sent from the page: {rows} rows go as they were mended there, and {left_out} rows that were left out do not go."
    ));
    Ok(Arc::new(mends))
}

/// SHA-256 of a file, in hexadecimal.
fn digest(file: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(file)?, &mut Writing(&mut hasher))?;
    Ok(hex(&hasher.finalize()))
}

/// Takes what is written into a digest.
struct Writing<'a>(&'a mut Sha256);

impl io::Write for Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
