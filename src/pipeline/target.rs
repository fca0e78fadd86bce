//! Where the requests go: the server or a sandbox, the secrets, and the question before anything leaves.

use std::path::Path;

use super::first_pass::Checked;
use crate::contract::Operation;
use crate::exit::Stop;
use crate::job::{Job, Sending};
use crate::message::{grouped, shown};
use crate::progress::Terminal;
use crate::sandbox::{self, Sandbox, Script};
use crate::submit::address::stays_here;
use crate::submit::auth::Secrets;
use crate::submit::client::{Places, Sender};
use crate::{say, text};

/// Where the requests go.
pub struct Target {
    pub sender: Sender,
    pub on_this_machine: bool,
    _sandbox: Option<Sandbox>,
}

impl Target {
    /// Starts the sandbox if one is asked for, gathers the secrets, and asks before anything leaves the machine.
    pub fn prepare(checked: &Checked, job: &Job, sending: &Sending, terminal: Terminal) -> Result<Self, Stop> {
        let operations: Vec<&Operation> = checked.operations.iter().collect();
        let (target, hosts) = Self::of(&operations, job, sending)?;
        if !hosts.is_empty() && !sending.yes {
            ask(checked, job, &hosts, terminal)?;
        }
        Ok(target)
    }

    /// The same for an operation that reads, once for each of so many rows.
    pub fn to_read(
        operation: &Operation,
        rows: u64,
        job: &Job,
        sending: &Sending,
        terminal: Terminal,
    ) -> Result<Self, Stop> {
        let (target, hosts) = Self::of(&[operation], job, sending)?;
        if !hosts.is_empty() && !sending.yes {
            ask_to_read(operation, rows, job, &hosts, terminal)?;
        }
        Ok(target)
    }

    /// The target, and the addresses beyond this machine that it speaks to.
    fn of(operations: &[&Operation], job: &Job, sending: &Sending) -> Result<(Self, Vec<String>), Stop> {
        let sandbox = if job.sandbox { Some(start_sandbox(job, sending)?) } else { None };
        let base = |operation: &Operation| sandbox.as_ref().map_or_else(|| job.base_of(operation), Sandbox::base_url);
        let secrets = Secrets::gather(operations, |name| job.secret(name))?;
        let places = Places { base: &base, sandbox: job.sandbox, allow_http: job.profile.allow_http };
        let sender = Sender::new(operations, &places, &secrets, sending.timeout)?;
        let local = |operation: &&Operation| stays_here(&base(operation));
        let on_this_machine = operations.iter().all(local);
        let mut hosts: Vec<_> =
            operations.iter().filter(|operation| !local(operation)).map(|operation| base(operation)).collect();
        hosts.extend(sender.token_places_elsewhere());
        Ok((Self { sender, on_this_machine, _sandbox: sandbox }, hosts))
    }
}

fn start_sandbox(job: &Job, sending: &Sending) -> Result<Sandbox, Stop> {
    let script = match &sending.faults {
        Some(path) => read_script(path)?,
        None => Script::default(),
    };
    let options = sandbox::Options { script, ..sandbox::Options::default() };
    sandbox::spawn(&job.contracts, options).map_err(|error| {
        Stop::cannot_start(text!(
            "Deneme sunucusu başlatılamadı: {error}.",
            "The sandbox could not be started: {error}."
        ))
    })
}

/// Reads a script of faults.
pub fn read_script(path: &Path) -> Result<Script, Stop> {
    let place = shown(&path.display().to_string());
    let text = std::fs::read_to_string(path).map_err(|error| {
        Stop::cannot_start(text!("{place} okunamadı: {error}.", "{place} cannot be read: {error}."))
    })?;
    Script::from_yaml(&text)
}

fn ask(checked: &Checked, job: &Job, hosts: &[String], terminal: Terminal) -> Result<(), Stop> {
    let mut hosts = hosts.to_vec();
    hosts.dedup();
    let (hosts, target) = (shown(&hosts.join(", ")), checked.target());
    let rows = grouped(checked.valid, terminal.lang);
    let profile = job.recipe.profile.clone().unwrap_or_else(|| "-".to_owned());
    let question = say!(
        terminal.lang,
        "{rows} satır {hosts} adresine gönderilecek ({target}, profil {profile}). Gönderilsin mi?",
        "{rows} rows go to {hosts} ({target}, profile {profile}). Send them?"
    );
    match terminal.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(Stop::cannot_start(text!("Gönderilmedi.", "Nothing was sent."))),
        None => Err(Stop::cannot_start(text!(
            "{rows} satır {hosts} adresine gidecekti, ama onaylayacak bir terminal yok. Emin iseniz --yes ekleyin.",
            "{rows} rows would go to {hosts}, and there is no terminal to confirm it. If you are sure, add --yes."
        ))),
    }
}

fn ask_to_read(operation: &Operation, rows: u64, job: &Job, hosts: &[String], terminal: Terminal) -> Result<(), Stop> {
    let (hosts, target) = (shown(&hosts.join(", ")), operation.full_name());
    let rows = grouped(rows, terminal.lang);
    let profile = job.recipe.profile.clone().unwrap_or_else(|| "-".to_owned());
    let question = say!(
        terminal.lang,
        "{hosts} adresinden okunacak ({target}, {rows} satır için, profil {profile}). Okunsun mu?",
        "{hosts} is going to be read from ({target}, for {rows} rows, profile {profile}). Read it?"
    );
    match terminal.confirm(&question) {
        Some(true) => Ok(()),
        Some(false) => Err(Stop::cannot_start(text!("Hiçbir şey okunmadı.", "Nothing was read."))),
        None => Err(Stop::cannot_start(text!(
            "{hosts} adresinden okunacaktı, ama onaylayacak bir terminal yok. Emin iseniz --yes ekleyin.",
            "{hosts} would be read from, and there is no terminal to confirm it. If you are sure, add --yes."
        ))),
    }
}
