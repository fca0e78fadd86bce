//! Where the requests go: the server or a sandbox, the secrets, and the question before anything leaves.

use std::path::Path;

use super::first_pass::Checked;
use super::propose::Proposal;
use super::question;
use crate::contract::Operation;
use crate::error::Error;
use crate::identity::Server;
use crate::job::{Job, Sending};
use crate::message::{Lang, grouped, shown};
use crate::progress::Terminal;
use crate::sandbox::{self, Sandbox, Script};
use crate::submit::address::{spelled, stays_here};
use crate::submit::auth::Secrets;
use crate::submit::client::{Places, Sender, addresses};
use crate::submit::network::Network;
use crate::submit::pace::{Host, Pace};
use crate::{files, say, text};

/// Where the requests go.
pub struct Target {
    pub sender: Sender,
    on_this_machine: bool,
    /// The server and the credential of each operation.
    hosts: Vec<Host>,
    _sandbox: Option<Sandbox>,
}

impl Target {
    /// Starts the sandbox if one is asked for, asks before anything leaves the machine, and only then reads secrets.
    pub fn prepare(
        checked: &Checked,
        job: &Job,
        sending: &Sending,
        proposal: &mut Proposal,
        terminal: Terminal,
    ) -> Result<Self, Error> {
        let operations: Vec<&Operation> = checked.operations.iter().collect();
        Self::of(&operations, job, sending, |hosts| question::ask(checked, job, sending, hosts, proposal, terminal))
    }

    /// The same for an operation that reads, once for each of so many rows.
    pub fn to_read(
        operation: &Operation,
        rows: u64,
        job: &Job,
        sending: &Sending,
        terminal: Terminal,
    ) -> Result<Self, Error> {
        Self::of(&[operation], job, sending, |hosts| match hosts {
            [] => Ok(()),
            _ if sending.yes => Ok(()),
            _ => ask_to_read(operation, rows, job, hosts, terminal),
        })
    }

    /// `ask` is given the addresses that a person has to agree to: those beyond this machine, and those that somebody
    /// else's settings name.
    fn of(
        operations: &[&Operation],
        job: &Job,
        sending: &Sending,
        ask: impl FnOnce(&[String]) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let sandbox = if job.sandbox { Some(start_sandbox(job, sending)?) } else { None };
        let base = |operation: &Operation| sandbox.as_ref().map_or_else(|| job.base_of(operation), Sandbox::base_url);
        let places = Places { base: &base, sandbox: job.sandbox, allow_http: job.profile.allow_http };
        let mut network = Network::of(&job.profile)?;
        let addresses = addresses(operations, &places, |name| job.promise(name))?;
        let doubtful = addresses.iter().filter(|address| !address.here || job.server_is_foreign);
        let mut hosts: Vec<String> = doubtful.map(|address| address.text.clone()).collect();
        hosts.sort();
        hosts.dedup();
        ask(&hosts)?;
        let secrets = Secrets::gather(operations, |name| job.secret(name))?;
        network.log_in(|name| job.secret(name))?;
        let sender = Sender::new(operations, &places, &secrets, &network, sending.timeout)?;
        let on_this_machine = operations.iter().all(|operation| stays_here(&base(operation)));
        let host =
            |(at, operation): (usize, &&Operation)| Host::new(&Server::of(&base(operation)), secrets.of_operation(at));
        let hosts = operations.iter().enumerate().map(host).collect();
        Ok(Self { sender, on_this_machine, hosts, _sandbox: sandbox })
    }

    /// The run's place in the paces of its servers.
    pub fn pace(&self, sending: &Sending) -> Pace {
        sending.paces.join(&self.hosts, sending.rate_for(self.on_this_machine))
    }
}

fn start_sandbox(job: &Job, sending: &Sending) -> Result<Sandbox, Error> {
    let script = match &sending.faults {
        Some(path) => read_script(path)?,
        None => Script::default(),
    };
    let options = sandbox::Options { script, ..sandbox::Options::default() };
    sandbox::spawn(&job.contracts, options).map_err(|error| {
        Error::cannot_start(text!(
            "Deneme sunucusu başlatılamadı: {error}.",
            "The sandbox could not be started: {error}."
        ))
    })
}

/// Reads a script of faults.
pub fn read_script(path: &Path) -> Result<Script, Error> {
    let place = shown(&path.display().to_string());
    let text = files::read_text(path, files::LARGEST_SETTINGS).map_err(|error| {
        Error::cannot_start(text!("{place} okunamadı: {error}.", "{place} cannot be read: {error}."))
    })?;
    Script::from_yaml(&text)
}

/// Hosts as a person is shown them.
pub(super) fn spellings(hosts: &[String]) -> String {
    hosts.iter().map(|host| spelled(host)).collect::<Vec<_>>().join(", ")
}

fn ask_to_read(operation: &Operation, rows: u64, job: &Job, hosts: &[String], terminal: Terminal) -> Result<(), Error> {
    let (hosts, target) = (spellings(hosts), operation.full_name());
    let rows = grouped(rows, terminal.lang);
    let by = on_whose_word(job, terminal.lang);
    let question = say!(
        terminal.lang,
        "{hosts} adresinden okunacak ({target}, {rows} satır için, {by}). Okunsun mu?",
        "{hosts} is going to be read from ({target}, for {rows} rows, {by}). Read it?"
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

/// Profile, settings file and values that every row is given: what decided beside the command line.
pub(super) fn on_whose_word(job: &Job, lang: Lang) -> String {
    let profile = shown(job.recipe.profile.as_deref().unwrap_or("-"));
    let mut by = say!(lang, "profil {profile}", "profile {profile}");
    if let Some(file) = &job.settings.file {
        let file = shown(&file.display().to_string());
        by.push_str(&say!(lang, ", ayarlar {file}", ", settings {file}"));
    }
    if let Some(proxy) = &job.profile.proxy {
        let proxy = shown(proxy);
        by.push_str(&say!(lang, ", vekil sunucu {proxy}", ", by the proxy {proxy}"));
    }
    if let Some(file) = &job.profile.ca_file {
        let file = shown(&file.display().to_string());
        by.push_str(&say!(lang, ", kök sertifika {file}", ", certificates of {file}"));
    }
    let sets = job.recipe.sets.iter().map(|(name, value)| shown(&format!("{name} = {value}")));
    let sets = sets.collect::<Vec<_>>().join(", ");
    if !sets.is_empty() {
        by.push_str(&say!(lang, ", her satırda {sets}", ", in every row {sets}"));
    }
    by
}
