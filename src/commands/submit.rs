//! `caseload submit`

use std::path::PathBuf;

use super::worse;
use crate::cli::SubmitArgs;
use crate::exit::{Exit, Stop};
use crate::job::{Job, Output, Sending};
use crate::message::{Lang, shown};
use crate::profile::Settings;
use crate::progress::Terminal;
use crate::{pipeline, text};

/// Submits each file in turn. A file that cannot be read does not keep the next from going; a run
/// that was stopped does.
pub fn run(args: &SubmitArgs, settings: &Settings, lang: Lang) -> Result<Exit, Stop> {
    let terminal = Terminal::new(lang, args.file.quiet, args.file.verbose);
    let (job, sending): (Job, Sending) = Job::submit(args, settings, lang)?;
    one_result(&args.files, &job)?;
    let mut worst = Exit::Done;
    for file in &args.files {
        let exit = pipeline::submit(file, &job, &sending, terminal).unwrap_or_else(|stop| {
            terminal.error(stop.sentence(lang));
            if let Some(summary) = stop.summary.filter(|_| job.json) {
                terminal.data(&summary.to_string());
            }
            stop.exit
        });
        worst = worse(worst, exit);
        if exit.code() >= Exit::StoppedEarly.code() {
            break;
        }
    }
    Ok(worst)
}

/// One `-o` cannot hold the results of several files, and a file that is given twice has one result.
pub fn one_result(files: &[PathBuf], job: &Job) -> Result<(), Stop> {
    if files.len() > 1 && matches!(job.output, Output::File(_)) {
        return Err(Stop::cannot_start(text!(
            "-o tek bir dosyanın sonucunu yazar; birden çok dosya verildi. -o olmadan her sonuç kendi dosyasının yanına yazılır.",
            "-o holds the result of one file, and several were given. Without -o each result goes beside its file."
        )));
    }
    let places: Vec<_> = files.iter().filter_map(|file| job.output_for(file, "result")).collect();
    if let Some(at) = (1..places.len()).find(|&at| places[..at].contains(&places[at])) {
        let (file, place) = (shown(&files[at].display().to_string()), shown(&places[at].display().to_string()));
        return Err(Stop::cannot_start(text!(
            "{file} iki kez verildi; ikisinin sonucu da {place} olurdu. Dosyayı bir kez yazın.",
            "{file} is given twice, and both would have the result {place}. Give it once."
        )));
    }
    Ok(())
}
