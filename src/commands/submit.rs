//! `caseload submit`

use std::path::PathBuf;

use super::files::Files;
use crate::cli::SubmitArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::job::{Job, Output};
use crate::message::{Lang, shown};
use crate::profile::Settings;
use crate::{pipeline, text};

/// Submits each file in turn. A file that cannot be read does not keep the next from going; a run
/// that was stopped does.
pub fn run(args: &SubmitArgs, settings: &Settings, lang: Lang) -> Result<Exit, Error> {
    let job = Job::submit(args, settings, lang).and_then(|job| one_result(&args.files, &job.0).map(|()| job));
    let is_stopped = |exit: Exit| exit.code() >= Exit::StoppedEarly.code();
    Files::new(&args.files, &args.file, lang)
        .each(job, is_stopped, |file, (job, sending), terminal| pipeline::submit(file, job, sending, terminal))
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
