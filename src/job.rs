//! What a run needs, resolved and checked before the first row: what was typed, over the profile,
//! over what is built in.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::cli::{self, CheckArgs, FetchArgs, FileArgs, Hidden, SendArgs, SubmitArgs};
use crate::contract::{self, Contract, Operation, Scheme};
use crate::doubt::{Answers, Choice};
use crate::error::Error;
use crate::hint;
use crate::identity::{Endpoint, Server};
use crate::ledger::{Destination, Run};
use crate::map::ColumnOverrides;
use crate::message::{Lang, shown};
use crate::profile::{Origin, Profile, Promise, Secret, Settings, data_folder, is_set, state_folder};
use crate::submit::auth::{from_environment, variable};
use crate::submit::breaker::MaxErrors;
use crate::submit::network::PROXY_USER;
use crate::submit::pace::{Paces, RATE_EXAMPLES, Rate, chance};
use crate::{files, text, zone};

/// How the names of a sandbox's runs begin.
pub const SANDBOX_RUN: &str = "sandbox-";

pub const CONCURRENCY: usize = 8;
pub const TIMEOUT: Duration = Duration::from_secs(60);
/// For servers that are not on this machine, where nobody said otherwise.
pub const GENTLE: &str = "10/s";

/// How a file is read: what `report` needs to read it the same way again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    pub to: Option<String>,
    pub contract: Option<PathBuf>,
    pub profile: Option<String>,
    pub sheet: Option<String>,
    pub encoding: Option<String>,
    pub skip_hidden: bool,
    pub maps: Vec<(String, String)>,
    pub sets: Vec<(String, String)>,
    pub lists: Vec<(String, Vec<String>)>,
    pub send_duplicates: bool,
    /// Begun by `--again`: what was sent before does not count.
    #[serde(default)]
    pub again: bool,
    /// Numbers whose check digits do not fit are errors.
    #[serde(default)]
    pub strict: bool,
    /// The zone of local times that the profile names.
    #[serde(default)]
    pub timezone: Option<String>,
    /// That of the computer on which the run began, where neither profile nor contract names one.
    #[serde(default)]
    pub local_timezone: Option<String>,
}

impl Recipe {
    /// The zone of the computer on which the run began; of a run of before it is this one's.
    pub fn local_zone(&self) -> String {
        self.local_timezone.clone().unwrap_or_else(zone::name_of_system)
    }

    /// How a run's file was read.
    ///
    /// # Errors
    /// What the ledger has of it cannot be understood: read another way, the file would say another thing.
    pub fn of(run: &Run) -> Result<Self, Error> {
        let name = &run.spec.name;
        serde_json::from_str(&run.spec.recipe).map_err(|error| {
            Error::cannot_start(text!(
                "Defterde {name} çalışmasının dosyasının nasıl okunduğu anlaşılamıyor ({error}). Defterin bir yedeğine dönün ya da dosyayı --again ile yeniden gönderin.",
                "The ledger's note of how the file of run {name} was read cannot be understood ({error}). Go back to a copy of the ledger, or send the file anew with --again."
            ))
        })
    }

    pub fn overrides(&self) -> ColumnOverrides {
        ColumnOverrides { maps: self.maps.clone(), sets: self.sets.clone() }
    }
}

/// Where the result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Beside the input, as `FILE.result.xlsx` or `FILE.check.xlsx`: only a workbook's own ending is left out of FILE.
    Beside,
    File(PathBuf),
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

/// What `check` and `submit` share.
#[derive(Clone)]
pub struct Job {
    pub lang: Lang,
    pub profile: Profile,
    pub recipe: Recipe,
    pub contracts: Arc<[Contract]>,
    /// The operations that rows may become: one with `--to`, else all.
    pub operations: Vec<Operation>,
    pub base_url: Option<String>,
    /// Where the requests of a run that was went: its operations have addresses of their own.
    pub went: Vec<Destination>,
    pub sandbox: bool,
    /// The servers that the settings call test servers.
    pub tests: Vec<Server>,
    /// What was answered beforehand to what may be in question.
    pub answers: Answers,
    pub ledger: Option<PathBuf>,
    pub output: Output,
    pub json: bool,
    /// Where the settings came from.
    pub settings: Origin,
    /// The server was named by settings that are somebody else's.
    pub server_is_foreign: bool,
}

/// What `submit` needs beyond that.
#[derive(Clone)]
pub struct Sending {
    pub rate: Option<Rate>,
    pub concurrency: usize,
    pub timeout: Duration,
    pub max_errors: Option<MaxErrors>,
    pub require_valid: bool,
    pub duplicates: Duplicates,
    pub again: bool,
    pub retry_rejected: bool,
    pub yes: bool,
    pub faults: Option<PathBuf>,
    /// The paces of the servers, which all runs of the process share.
    pub paces: Paces,
}

impl Job {
    pub fn check(args: &CheckArgs, settings: &Settings, lang: Lang) -> Result<Self, Error> {
        Self::new(&args.file, args.base_url.as_deref(), args.ledger.as_deref(), false, settings, lang)
    }

    pub fn submit(args: &SubmitArgs, settings: &Settings, lang: Lang) -> Result<(Self, Sending), Error> {
        let send = &args.send;
        let job =
            Self::new(&args.file, send.base_url.as_deref(), send.ledger.as_deref(), send.sandbox, settings, lang)?;
        let mut job = job;
        let sending = Sending::new(send, &job.profile)?;
        job.recipe.send_duplicates = sending.duplicates != Duplicates::Skip;
        job.recipe.again = sending.again;
        job.answers = answers_of(send).or(job.answers);
        if sending.again {
            job.answers = Answers::all(Choice::Send);
        }
        Ok((job, sending))
    }

    /// The job of a command that reads, by the operation that `choose` finds.
    pub fn read(
        args: &FetchArgs,
        settings: &Settings,
        lang: Lang,
        choose: impl FnOnce(&[Contract]) -> Result<Operation, Error>,
    ) -> Result<(Self, Sending), Error> {
        let profile = settings.profile(args.place.profile.as_deref())?;
        let recipe = recipe(&args.parts().0, &profile)?;
        let contracts = load_contracts(recipe.contract.as_deref(), &recipe.lists)?;
        let operation = choose(&contracts)?;
        Self::reading(args, &settings.origin, profile, recipe, contracts, operation, lang)
    }

    /// The same by an operation of a contract that is given as text, under a name.
    pub fn read_of(
        args: &FetchArgs,
        settings: &Settings,
        lang: Lang,
        (name, yaml): (&str, &str),
    ) -> Result<(Self, Sending), Error> {
        let profile = settings.profile(args.place.profile.as_deref())?;
        let recipe = recipe(&args.parts().0, &profile)?;
        let contracts = contract::catalogue(Some((name, yaml)), &[])?;
        let operation = contract::find_reading(&contracts, &args.operation)?.clone();
        Self::reading(args, &settings.origin, profile, recipe, contracts, operation, lang)
    }

    fn reading(
        args: &FetchArgs,
        origin: &Origin,
        profile: Profile,
        mut recipe: Recipe,
        contracts: Vec<Contract>,
        operation: Operation,
        lang: Lang,
    ) -> Result<(Self, Sending), Error> {
        let (file, send) = args.parts();
        // A profile's settings for what is sent are no settings for what is read.
        let is_field = |name: &str| name == "operation" || operation.field(name).is_some();
        let typed =
            |list: &[String], name: &str| list.iter().any(|text| text.split('=').any(|part| part.trim() == name));
        recipe.sets.retain(|(name, _)| is_field(name) || typed(&args.sets, name));
        recipe.maps.retain(|(name, _)| is_field(name) || typed(&args.maps, name));
        recipe.to = Some(operation.full_name());
        no_open_secrets(&profile, &contracts, origin)?;
        let typed_server = send.base_url.is_some() || send.sandbox;
        let job = Self {
            lang,
            settings: origin.clone(),
            server_is_foreign: origin.foreign && !typed_server && is_named(&profile, args.place.contract.as_deref()),
            base_url: send.base_url.clone().or_else(|| profile.base_url.clone().filter(|_| !send.sandbox)),
            went: Vec::new(),
            sandbox: send.sandbox,
            tests: Vec::new(),
            answers: Answers::default(),
            ledger: None,
            output: output(file.output.as_deref())?,
            json: file.json,
            recipe,
            contracts: contracts.into(),
            operations: vec![operation],
            profile,
        };
        let sending = Sending::new(&send, &job.profile)?;
        Ok((job, sending))
    }

    fn new(
        args: &FileArgs,
        base_url: Option<&str>,
        ledger: Option<&Path>,
        sandbox: bool,
        settings: &Settings,
        lang: Lang,
    ) -> Result<Self, Error> {
        let profile = settings.profile(args.profile.as_deref())?;
        let recipe = recipe(args, &profile)?;
        let (contracts, operations) = operations(&recipe)?;
        no_open_secrets(&profile, &contracts, &settings.origin)?;
        let typed_server = base_url.is_some() || sandbox;
        let foreign = settings.origin.foreign && !typed_server && is_named(&profile, args.contract.as_deref());
        let own = if ledger.is_some() { None } else { profile.ledger()? };
        Ok(Self {
            lang,
            settings: settings.origin.clone(),
            server_is_foreign: foreign,
            base_url: base_url.map(str::to_owned).or_else(|| profile.base_url.clone().filter(|_| !sandbox)),
            went: Vec::new(),
            sandbox,
            tests: settings.test_servers(),
            answers: profile.answers(),
            ledger: ledger.map(Path::to_owned).or(own).or_else(|| default_ledger(sandbox)),
            output: output(args.output.as_deref())?,
            json: args.json,
            recipe,
            contracts: contracts.into(),
            operations,
            profile,
        })
    }

    /// The job of a run that was, to read its file again.
    ///
    /// # Errors
    /// What the ledger has of the run cannot be understood, or its contract is gone.
    pub fn again(run: &Run, lang: Lang, output: Output) -> Result<Self, Error> {
        let recipe = Recipe::of(run)?;
        let (contracts, operations) = operations(&recipe)?;
        Ok(Self {
            lang,
            profile: Profile::default(),
            recipe,
            contracts: contracts.into(),
            operations,
            base_url: None,
            went: run.spec.destinations.clone(),
            sandbox: run.spec.is_sandbox(),
            tests: Vec::new(),
            answers: Answers::default(),
            ledger: None,
            output,
            json: false,
            settings: Origin::default(),
            server_is_foreign: false,
        })
    }

    /// The zone in which an operation's local times are read.
    pub fn zone_of(&self, operation: &Operation) -> TimeZone {
        let named = self.recipe.timezone.as_deref().and_then(zone::by_name);
        let own = || zone::by_name(&self.recipe.local_zone()).unwrap_or(TimeZone::UTC);
        named.or_else(|| operation.timezone.clone()).unwrap_or_else(own)
    }

    /// What a command carries that is to mean the same ledger and settings.
    pub fn flags(&self) -> String {
        hint::flags(self.ledger.as_deref(), &self.settings)
    }

    /// The address to which an operation's requests go.
    pub fn base_of(&self, operation: &Operation) -> String {
        self.base_url.clone().or_else(|| self.went_to(operation)).unwrap_or_else(|| operation.base_url.clone())
    }

    /// Where the run's requests for an operation went. A run from before may have several addresses and not say whose
    /// they are: the contract's own is meant where it is one of them.
    fn went_to(&self, operation: &Operation) -> Option<String> {
        let name = operation.full_name();
        let own = Server::of(&operation.base_url);
        let mut theirs: Vec<&Destination> = self.went.iter().filter(|to| to.operation == name).collect();
        theirs.sort_by_key(|to| to.server() != own);
        theirs.first().or(self.went.first().as_ref()).map(|to| to.address.clone())
    }

    /// The address that the server had before, as the profile proposes.
    pub fn same_as(&self) -> Option<Server> {
        self.profile.same_as.as_deref().map(Server::of)
    }

    /// The server to which an operation's requests go, as the ledger knows it.
    pub fn server_of(&self, operation: &Operation) -> Server {
        if self.sandbox { Server::sandbox() } else { Server::of(&self.base_of(operation)) }
    }

    /// The same as a run keeps it.
    pub fn destination(&self, operation: &Operation) -> Destination {
        let server = self.server_of(operation);
        let address = if self.sandbox { server.name().to_owned() } else { self.base_of(operation).trim().to_owned() };
        Destination { operation: operation.full_name(), endpoint: Some(Endpoint::of(operation, &server)), address }
    }

    /// A secret from the environment, else from where the profile says it is. A sandbox gets to see none.
    ///
    /// # Errors
    /// As [`Profile::secret`].
    pub fn secret(&self, name: &str) -> Result<Option<SecretString>, Error> {
        if self.sandbox {
            return Ok(Some("sandbox".to_owned().into()));
        }
        from_environment(name).map_or_else(|| self.profile.secret(name), |secret| Ok(Some(secret)))
    }

    /// Whether [`Job::secret`] will find a secret, told without reading one.
    pub fn promise(&self, name: &str) -> Promise {
        if self.sandbox || is_set(&variable(name)) {
            return Promise::Given;
        }
        self.profile.auth.get(name).map_or(Promise::Missing, Secret::promise)
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
    fn new(args: &SendArgs, profile: &Profile) -> Result<Self, Error> {
        let rate = given(args.rate.as_ref(), profile.rate.as_ref(), "--rate", RATE_EXAMPLES, Rate::parse)?;
        let timeout = given(args.timeout.as_ref(), profile.timeout.as_ref(), "--timeout", "60s", parse_duration)?;
        let max =
            given(args.max_errors.as_ref(), profile.max_errors.as_ref(), "--max-errors", "20, 5%", MaxErrors::parse)?;
        let named = |name: &String| <cli::Duplicates as clap::ValueEnum>::from_str(name, true).ok();
        let duplicates =
            given(None, profile.duplicates.as_ref(), "duplicates", "skip, warn, send", |name| named(&name.to_owned()))?;
        Ok(Self {
            rate,
            concurrency: args.concurrency.or(profile.concurrency).unwrap_or(CONCURRENCY).clamp(1, 1024),
            timeout: timeout.unwrap_or(TIMEOUT),
            max_errors: max,
            require_valid: args.require_valid,
            duplicates: args.duplicates.or(duplicates).map(Duplicates::from).unwrap_or_default(),
            again: args.again,
            retry_rejected: args.retry_rejected,
            yes: args.yes,
            faults: args.faults.clone(),
            paces: Paces::new(chance),
        })
    }

    /// The rate in force: what was asked, else gentle with servers elsewhere and none on this machine.
    pub fn rate_for(&self, on_this_machine: bool) -> Option<Rate> {
        self.rate.or_else(|| Rate::parse(GENTLE).filter(|_| !on_this_machine))
    }
}

fn answers_of(args: &SendArgs) -> Answers {
    let yes = |given: bool| given.then_some(Choice::Send);
    Answers {
        other_server: yes(args.other_server),
        other_flags: yes(args.other_flags),
        past_window: args.past_window,
        changed: args.changed,
    }
}

fn recipe(args: &FileArgs, profile: &Profile) -> Result<Recipe, Error> {
    let hidden = match profile.hidden.as_deref() {
        Some(name) => Some(
            <Hidden as clap::ValueEnum>::from_str(name, true).map_err(|_| bad_value("hidden", name, "skip, send"))?,
        ),
        None => None,
    };
    profile.timezone.as_deref().map(zone::of_settings).transpose()?;
    let mut maps = pairs(&args.maps, "--map", "ALAN=BAŞLIK", "FIELD=HEADER")?;
    let mut sets = pairs(&args.sets, "--set", "ALAN=DEĞER", "FIELD=VALUE")?;
    fill_up(&mut maps, &profile.map);
    fill_up(&mut sets, &profile.set);
    Ok(Recipe {
        to: args.to.clone().or_else(|| profile.to.clone()),
        contract: args.contract.clone().or_else(|| profile.contract.clone()),
        profile: args.profile.clone(),
        sheet: args.sheet.clone(),
        encoding: args.encoding.clone(),
        skip_hidden: args.hidden.or(hidden) == Some(Hidden::Skip),
        maps,
        sets,
        lists: profile.lists.clone().into_iter().collect(),
        send_duplicates: false,
        again: false,
        strict: args.strict || profile.strict,
        timezone: profile.timezone.clone(),
        local_timezone: Some(zone::name_of_system()),
    })
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
        return Err(Error::cannot_start(text!(
            "{name} yalnız okur, satır göndermez. Okumak için: caseload fetch {name} DOSYA.",
            "{name} only reads and takes no rows. To read, use: caseload fetch {name} FILE."
        )));
    }
    Ok((contracts, operations))
}

/// Whether the settings name the server, by its address or by the contract that does.
fn is_named(profile: &Profile, typed_contract: Option<&Path>) -> bool {
    profile.base_url.is_some() || (typed_contract.is_none() && profile.contract.is_some())
}

/// Sees that no secret stands in the settings themselves: people show them, and copy them.
fn no_open_secrets(profile: &Profile, contracts: &[Contract], origin: &Origin) -> Result<(), Error> {
    let written: Vec<&String> =
        profile.auth.iter().filter(|(_, secret)| secret.value.is_some()).map(|(name, _)| name).collect();
    if written.is_empty() {
        return Ok(());
    }
    let built_in = contract::catalogue(None, &[])?;
    let schemes = |contracts: &'_ [Contract]| -> Vec<Scheme> {
        let operations = contracts.iter().flat_map(|contract| &contract.operations);
        operations.flat_map(|operation| &operation.security).flatten().cloned().collect()
    };
    let (own, all) = (schemes(contracts), schemes(&built_in));
    let is_open = |name: &str| {
        let (is_open, is_taken) =
            (|scheme: &&Scheme| scheme.open().contains(&name), |scheme: &&Scheme| scheme.secrets().contains(&name));
        let mut takers = own.iter().filter(is_taken).peekable();
        let taken_here = takers.peek().is_some();
        name == PROXY_USER
            || if taken_here { takers.all(|one| is_open(&one)) } else { all.iter().any(|one| is_open(&one)) }
    };
    let Some(name) = written.into_iter().find(|name| !is_open(name)) else { return Ok(()) };
    let (name, file) = (shown(name), origin.file.as_deref().unwrap_or(Path::new("caseload.toml")));
    let (file, variable) = (shown(&file.display().to_string()), variable(&name));
    Err(Error::cannot_start(text!(
        "{file} içinde auth.{name}.value var; gizli bilgi ayarlara yazılmaz. Oradan silin; {variable} ile verin ya da yerini yazın: auth.{name} için env, file ya da command.",
        "{file} has auth.{name}.value, and secrets are not written into settings. Take it out; give it by {variable}, or say where it is: env, file or command of auth.{name}."
    )))
}

/// The built-in contracts, or the one of a file.
pub fn load_contracts(own: Option<&Path>, lists: &[(String, Vec<String>)]) -> Result<Vec<Contract>, Error> {
    let Some(path) = own else { return contract::catalogue(None, lists) };
    let place = shown(&path.display().to_string());
    let text = files::read_text(path, contract::LARGEST).map_err(|error| {
        Error::cannot_start(text!(
            "{place} sözleşme dosyası okunamadı: {error}.",
            "The contract file {place} cannot be read: {error}."
        ))
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    contract::catalogue(Some((&name, &text)), lists)
}

/// Where locks and marks of ledgers are kept that stay when a ledger is removed or put back.
pub fn marks_folder() -> Option<PathBuf> {
    Some(state_folder()?.join("ledgers"))
}

/// The ledger's place: `$XDG_DATA_HOME/caseload/ledger.db`, or `sandbox.db` beside it.
pub fn default_ledger(sandbox: bool) -> Option<PathBuf> {
    Some(data_folder()?.join(if sandbox { "sandbox.db" } else { "ledger.db" }))
}

fn fill_up(list: &mut Vec<(String, String)>, more: &std::collections::BTreeMap<String, String>) {
    for (name, value) in more {
        if !list.iter().any(|(known, _)| known == name) {
            list.push((name.clone(), value.clone()));
        }
    }
}

fn pairs(list: &[String], flag: &str, tr: &str, en: &str) -> Result<Vec<(String, String)>, Error> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').filter(|(name, _)| !name.trim().is_empty()).ok_or_else(|| {
            let text = shown(text);
            Error::cannot_start(text!(
                "{flag} \"{text}\" anlaşılmadı; {tr} biçiminde yazın.",
                "{flag} \"{text}\" is not understood; write it as {en}."
            ))
        })?;
        Ok((name.trim().to_owned(), value.to_owned()))
    };
    list.iter().map(pair).collect()
}

fn given<T>(
    flag: Option<&String>,
    setting: Option<&String>,
    name: &str,
    examples: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    let Some(text) = flag.or(setting) else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| bad_value(name, text, examples))
}

fn bad_value(name: &str, text: &str, examples: &str) -> Error {
    let text = shown(text);
    Error::cannot_start(text!(
        "{name} için \"{text}\" anlaşılmadı. Örnekler: {examples}.",
        "\"{text}\" is not understood for {name}. Examples: {examples}."
    ))
}

fn output(path: Option<&Path>) -> Result<Output, Error> {
    let Some(path) = path else { return Ok(Output::Beside) };
    if path.as_os_str() == "none" {
        return Ok(Output::None);
    }
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if ["xlsx", "csv", "jsonl"].contains(&extension.as_str()) {
        Ok(Output::File(path.to_owned()))
    } else {
        Err(bad_value("-o", &path.display().to_string(), "sonuc.xlsx, sonuc.csv, sonuc.jsonl, none"))
    }
}

/// `60s`, `500ms`, `2m`; a bare number is seconds.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let seconds = match text[digits..].trim() {
        "ms" => number / 1000.0,
        "s" | "sn" | "" => number,
        "m" | "min" | "dk" => number * 60.0,
        _ => return None,
    };
    (seconds > 0.0 && seconds <= 86_400.0).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
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
            Job::again(&run, Lang::En, Output::None).unwrap()
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

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(parse_duration("60s"), Some(Duration::from_secs(60)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("2m"), Some(Duration::from_secs(120)));
        assert_eq!(parse_duration("5"), Some(Duration::from_secs(5)));
        for bad in ["0s", "-1s", "soon", "5y", ""] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_result_has_one_of_three_endings_or_is_none() {
        assert_eq!(output(Some(Path::new("none"))).unwrap(), Output::None);
        assert!(output(Some(Path::new("a.JSONL"))).is_ok());
        assert!(output(Some(Path::new("a.txt"))).is_err());
    }
}
