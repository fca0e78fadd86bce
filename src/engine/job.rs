//! What is to be done with a file: how it is read, where its requests go, and where the result lands.

mod mends;
mod recipe;
mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::SecretString;

use crate::contract::{self, Contract, Operation};
use crate::doubt::Answers;
use crate::error::{Code, Error};
use crate::identity::Server;
use crate::ledger::{Destination, Run};
use crate::message::{Lang, shown};
use crate::submit::breaker::MaxErrors;
use crate::submit::pace::{Paces, Rate, chance};
use crate::submit::vault::{NoSecrets, Promise, Vault};
use crate::zone::{self, LocalZone};
use crate::{files, text};

pub use mends::{Mends, SheetMends};
pub use recipe::Recipe;
pub use server::ServerChoice;

/// How the names of a sandbox's runs begin.
pub const SANDBOX_RUN: &str = "sandbox-";

/// Requests in flight at most, where the caller names no number.
pub const CONCURRENCY: usize = 8;
/// How long an answer is awaited, where the caller names no time.
pub const TIMEOUT: Duration = Duration::from_secs(60);
/// For servers that are not on this machine, where nobody said otherwise.
pub const GENTLE: &str = "10/s";

/// Where the result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Beside the input, as `FILE.result.xlsx` or `FILE.check.xlsx`: only a workbook's own ending is left out of FILE.
    Beside,
    /// To this path; its ending tells the form.
    File(PathBuf),
    /// No result is written.
    None,
}

/// What becomes of rows that repeat others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// They are not sent.
    #[default]
    Skip,
    /// They are sent, with a warning.
    Warn,
    /// They are sent.
    Send,
}

/// Where a person reads: the language, the zone of the clock on the wall, room for temporary files, and what the commands
/// that a sentence names have to carry ([`hint`](crate::hint)).
#[derive(Debug, Clone)]
pub struct Locale {
    /// The language of sentences.
    pub lang: Lang,
    /// It is also the zone of a run whose ledger does not say in which zone its file was read.
    pub zone: LocalZone,
    /// The folder for temporary files.
    pub scratch: PathBuf,
    /// Flags for the ledger and the settings in hand, quoted for a shell.
    pub flags: String,
}

/// How servers are reached, and with which secrets.
#[derive(Clone)]
pub struct Access {
    /// Gives secrets by their names.
    pub secrets: Arc<dyn Vault>,
    /// The proxy by which servers beyond this machine are reached.
    pub proxy: Option<String>,
    /// A file of certificate authorities that are trusted beside those of the system, PEM.
    pub ca_file: Option<PathBuf>,
    /// Plain http is taken on a network too, secrets and all.
    pub allow_http: bool,
}

impl Default for Access {
    fn default() -> Self {
        Self { secrets: Arc::new(NoSecrets), proxy: None, ca_file: None, allow_http: false }
    }
}

/// What is to be done with a file.
#[derive(Clone)]
pub struct Job {
    /// How the file is read.
    pub recipe: Recipe,
    /// The contracts that are known, built-in and own.
    pub contracts: Arc<[Contract]>,
    /// The operations that rows may become: one where the recipe names it, else all.
    pub operations: Vec<Operation>,
    /// Which server the rows of each system go to.
    pub servers: ServerChoice,
    /// How servers are reached.
    pub access: Access,
    /// What people call the file, where its path says something else.
    pub file_name: Option<String>,
    /// What was answered beforehand to what may be in question.
    pub answers: Answers,
    /// What people changed of the list since it came.
    pub mends: Arc<Mends>,
    /// Where the result goes.
    pub output: Output,
    /// The language of the result.
    pub lang: Lang,
    /// The zone in which people are told times.
    pub clock: TimeZone,
    /// The folder for temporary files: the rows of the file lie there until the work is over, without a name.
    pub scratch: PathBuf,
    /// What the commands that a sentence names have to carry ([`hint`](crate::hint)).
    pub flags: String,
}

/// How rows are sent.
#[derive(Clone)]
pub struct Sending {
    /// Requests a second at most. Without it the rate is gentle, and on this machine unlimited.
    pub rate: Option<Rate>,
    /// Requests in flight at most.
    pub concurrency: usize,
    /// How long an answer is awaited.
    pub timeout: Duration,
    /// The run stops once more rows than this have failed.
    pub max_errors: Option<MaxErrors>,
    /// Nothing is sent unless every row is valid.
    pub require_valid: bool,
    /// What becomes of rows that repeat others.
    pub duplicates: Duplicates,
    /// Every row is sent anew, whatever was sent before.
    pub again: bool,
    /// Rows that the server rejected are sent again.
    pub retry_rejected: bool,
    /// The paces of the servers, which all runs of the process share.
    pub paces: Paces,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            rate: None,
            concurrency: CONCURRENCY,
            timeout: TIMEOUT,
            max_errors: None,
            require_valid: false,
            duplicates: Duplicates::Skip,
            again: false,
            retry_rejected: false,
            paces: Paces::new(chance),
        }
    }
}

impl Job {
    /// The job that a recipe describes, by the built-in contracts or by the file that it names. The result goes beside
    /// the file, in English; `scratch` is the folder for temporary files.
    ///
    /// # Errors
    /// The contract cannot be read, or has no operation of the recipe's name.
    pub fn of(recipe: Recipe, scratch: impl Into<PathBuf>) -> Result<Self, Error> {
        let (contracts, operations) = operations(&recipe)?;
        Ok(Self::by(recipe, contracts, operations, scratch))
    }

    /// The job by contracts at hand, and by those of their operations that rows may become.
    pub fn by(
        recipe: Recipe,
        contracts: Vec<Contract>,
        operations: Vec<Operation>,
        scratch: impl Into<PathBuf>,
    ) -> Self {
        Self {
            recipe,
            contracts: contracts.into(),
            operations,
            servers: ServerChoice::default(),
            access: Access::default(),
            file_name: None,
            answers: Answers::default(),
            mends: Arc::default(),
            output: Output::Beside,
            lang: Lang::En,
            clock: TimeZone::UTC,
            scratch: scratch.into(),
            flags: String::new(),
        }
    }

    /// The job of a run that was, to read its file again.
    ///
    /// # Errors
    /// What the ledger has of the run cannot be understood, or its contract is gone.
    pub fn again(run: &Run, output: Output, locale: &Locale) -> Result<Self, Error> {
        let mut recipe = Recipe::of(run)?;
        recipe.local_timezone.get_or_insert_with(|| locale.zone.name.clone());
        let went = run.spec.destinations.clone();
        let servers = ServerChoice { went, sandbox: run.spec.is_sandbox(), ..ServerChoice::default() };
        let Locale { lang, zone, scratch, flags } = locale.clone();
        Ok(Self { lang, output, servers, flags, clock: zone.zone, ..Self::of(recipe, scratch)? })
    }

    /// What people call a file.
    pub fn name_of(&self, path: &Path) -> String {
        self.file_name.clone().unwrap_or_else(|| files::base_name(&path.to_string_lossy()))
    }

    /// The zone in which an operation's local times are read.
    pub fn zone_of(&self, operation: &Operation) -> TimeZone {
        let named = self.recipe.timezone.as_deref().and_then(zone::by_name);
        let own = || zone::by_name(&self.recipe.local_zone()).unwrap_or(TimeZone::UTC);
        named.or_else(|| operation.timezone.clone()).unwrap_or_else(own)
    }

    /// As [`ServerChoice::base_of`].
    pub fn base_of(&self, operation: &Operation) -> String {
        self.servers.base_of(operation)
    }

    /// As [`ServerChoice::server_of`].
    pub fn server_of(&self, operation: &Operation) -> Server {
        self.servers.server_of(operation)
    }

    /// As [`ServerChoice::destination`].
    pub fn destination(&self, operation: &Operation) -> Destination {
        self.servers.destination(operation)
    }

    /// A secret of a name. A sandbox gets to see none.
    ///
    /// # Errors
    /// As [`Vault::secret`].
    pub fn secret(&self, name: &str) -> Result<Option<SecretString>, Error> {
        if self.servers.sandbox { Ok(Some("sandbox".to_owned().into())) } else { self.access.secrets.secret(name) }
    }

    /// Whether [`Job::secret`] will find a secret, told without reading one.
    pub fn promise(&self, name: &str) -> Promise {
        if self.servers.sandbox { Promise::Given } else { self.access.secrets.promise(name) }
    }

    /// The result file for an input.
    pub fn output_for(&self, input: &Path, kind: &str) -> Option<PathBuf> {
        match &self.output {
            Output::None => None,
            Output::File(path) => Some(path.clone()),
            Output::Beside => Some(beside(input, kind)),
        }
    }
}

/// `a.xlsx` gives `a.result.xlsx`. Any other ending stays, so that `a.csv` beside it has a result of its own.
fn beside(input: &Path, kind: &str) -> PathBuf {
    let is_workbook = input.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let named = if is_workbook { input.file_stem() } else { input.file_name() };
    let mut name = named.unwrap_or_default().to_owned();
    name.push(format!(".{kind}.xlsx"));
    input.with_file_name(name)
}

impl Sending {
    /// The rate in force: what was asked, else gentle with servers elsewhere and none on this machine.
    pub fn rate_for(&self, on_this_machine: bool) -> Option<Rate> {
        self.rate.or_else(|| Rate::parse(GENTLE).filter(|_| !on_this_machine))
    }
}

fn operations(recipe: &Recipe) -> Result<(Vec<Contract>, Vec<Operation>), Error> {
    let contracts = load_contracts(recipe.contract.as_deref(), &recipe.lists)?;
    let operations = match &recipe.to {
        Some(name) => vec![contract::find(&contracts, name)?.clone()],
        None => contracts.iter().flat_map(|c| c.operations.clone()).filter(|o| !o.only_reads()).collect(),
    };
    if let [one] = operations.as_slice()
        && one.only_reads()
    {
        let name = one.full_name();
        return Err(Code::OperationReadsOnly.cannot_start(text!(
            "{name} yalnız okur, satır göndermez. Okumak için: caseload fetch {name} DOSYA.",
            "{name} only reads and takes no rows. To read, use: caseload fetch {name} FILE."
        )));
    }
    Ok((contracts, operations))
}

/// The built-in contracts, or the one of a file.
pub fn load_contracts(own: Option<&Path>, lists: &[(String, Vec<String>)]) -> Result<Vec<Contract>, Error> {
    let Some(path) = own else { return contract::catalogue(None, lists) };
    let place = shown(&path.display().to_string());
    let text = files::read_text(path, contract::LARGEST).map_err(|error| {
        Code::ContractUnreadable.cannot_start(text!(
            "{place} sözleşme dosyası okunamadı: {error}.",
            "The contract file {place} cannot be read: {error}."
        ))
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    contract::catalogue(Some((&name, &text)), lists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Endpoint;
    use crate::ledger::RunSpec;

    #[test]
    fn a_run_over_two_systems_is_read_again_with_the_address_of_each() {
        let to = |operation: &str, address: &str, landed: bool| Destination {
            operation: operation.to_owned(),
            address: address.to_owned(),
            endpoint: (!landed).then(|| Endpoint { method: "POST".to_owned(), path: "/x".to_owned() }),
        };
        let recipe = serde_json::to_string(&Recipe::default()).unwrap();
        let job = |destinations: Vec<Destination>| {
            let spec = RunSpec {
                name: "r".to_owned(),
                signature: [0; 32],
                again: 0,
                file: String::new(),
                sha256: String::new(),
                destinations,
                recipe: recipe.clone(),
                rows: 0,
                started_ms: 0,
                sheets: Vec::new(),
            };
            let run =
                Run { number: 1, spec, finished: true, ended_ms: None, tally: None, result: None, purged_ms: None };
            {
                let locale = Locale {
                    lang: Lang::En,
                    zone: LocalZone::default(),
                    scratch: PathBuf::new(),
                    flags: String::new(),
                };
                Job::again(&run, Output::None, &locale).unwrap()
            }
        };
        let base = |job: &Job, name: &str| job.base_of(contract::find(&job.contracts, name).unwrap());
        let contracts = contract::catalogue(None, &[]).unwrap();
        let names: Vec<String> = contracts.iter().map(|contract| contract.operations[0].full_name()).collect();
        let (one, other) = (names[0].as_str(), names[1].as_str());
        let now = job(vec![to(one, "https://a.example", false), to(other, "https://b.example/v1", false)]);
        assert_eq!(
            (base(&now, one).as_str(), base(&now, other).as_str()),
            ("https://a.example", "https://b.example/v1")
        );
        // A ledger from before joined the two lists, and says of neither address whose it is.
        let own = contract::find(&contracts, other).unwrap().base_url.clone();
        let landed = [one, other]
            .into_iter()
            .flat_map(|name| [to(name, "https://elsewhere.example", true), to(name, &own.to_ascii_lowercase(), true)]);
        let landed = job(landed.collect());
        assert_eq!(Server::of(&base(&landed, other)), Server::of(&own));
        assert_eq!(base(&landed, one), "https://elsewhere.example");
    }
}
