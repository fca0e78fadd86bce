//! What a command is to do: what was typed, over the profile, over what is built in, as the library takes it.

use std::env::temp_dir;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use caseload_engine::contract::{self, Contract, Operation, Scheme};
use caseload_engine::doubt::{Answers, Choice};
use caseload_engine::error::{Code, Error};
use caseload_engine::identity::Server;
use caseload_engine::job::{
    Access, CONCURRENCY, Duplicates, Job, Output, Recipe, Sending, ServerChoice, TIMEOUT, load_contracts,
};
use caseload_engine::submit::auth::variable;
use caseload_engine::submit::breaker::MaxErrors;
use caseload_engine::submit::network::PROXY_USER;
use caseload_engine::submit::pace::{Paces, RATE_EXAMPLES, Rate, chance};
use caseload_engine::zone;
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::text;

use crate::cli::arguments::{self, CheckArgs, FetchArgs, FileArgs, Hidden, SendArgs, SubmitArgs};
use crate::cli::profile::{Keyring, Origin, Profile, Settings, default_ledger, flags, local_zone};

/// What a command is to do with files.
pub struct Task {
    pub job: Job,
    pub sending: Sending,
    pub ledger: Option<PathBuf>,
    pub json: bool,
    /// Rows may go where they would, without a question.
    pub yes: bool,
    /// The faults of the command's own sandbox.
    pub faults: Option<PathBuf>,
    /// The settings file that counts.
    pub settings: Option<PathBuf>,
    /// The server was named by settings that are somebody else's.
    pub server_is_foreign: bool,
}

impl Task {
    pub fn check(args: &CheckArgs, settings: &Settings, lang: Lang) -> Result<Self, Error> {
        let send = SendArgs { base_url: args.base_url.clone(), ledger: args.ledger.clone(), ..SendArgs::default() };
        Self::new(&args.file, &send, settings, lang)
    }

    pub fn submit(args: &SubmitArgs, settings: &Settings, lang: Lang) -> Result<Self, Error> {
        let profile = settings.profile(args.file.profile.as_deref())?;
        if profile.four_eyes && !args.send.sandbox {
            return Err(needs_a_second_person());
        }
        Self::send(&args.file, &args.send, settings, lang)
    }

    /// The task of a list that is sent. Whether a second person has to approve it, its caller sees.
    pub fn send(file: &FileArgs, send: &SendArgs, settings: &Settings, lang: Lang) -> Result<Self, Error> {
        let mut task = Self::new(file, send, settings, lang)?;
        let profile = settings.profile(file.profile.as_deref())?;
        task.sending = sending(send, &profile)?;
        task.job.recipe.send_duplicates = task.sending.duplicates != Duplicates::Skip;
        task.job.recipe.again = task.sending.again;
        task.job.answers = answers_of(send).or(task.job.answers);
        if task.sending.again {
            task.job.answers = Answers::all(Choice::Send);
        }
        Ok(task)
    }

    /// The task of a command that reads, by the operation that `choose` finds.
    pub fn read(
        args: &FetchArgs,
        settings: &Settings,
        lang: Lang,
        choose: impl FnOnce(&[Contract]) -> Result<Operation, Error>,
    ) -> Result<Self, Error> {
        let profile = settings.profile(args.place.profile.as_deref())?;
        let recipe = recipe(&args.parts().0, &profile)?;
        let contracts = load_contracts(recipe.contract.as_deref(), &recipe.lists)?;
        let operation = choose(&contracts)?;
        Self::reading(args, &settings.origin, &profile, Job::by(recipe, contracts, vec![operation], temp_dir()), lang)
    }

    /// The same by an operation of a contract that is given as text, under a name.
    pub fn read_of(
        args: &FetchArgs,
        settings: &Settings,
        lang: Lang,
        (name, yaml): (&str, &str),
    ) -> Result<Self, Error> {
        let profile = settings.profile(args.place.profile.as_deref())?;
        let recipe = recipe(&args.parts().0, &profile)?;
        let contracts = contract::catalogue(Some((name, yaml)), &[])?;
        let operation = contract::find_reading(&contracts, &args.operation)?.clone();
        Self::reading(args, &settings.origin, &profile, Job::by(recipe, contracts, vec![operation], temp_dir()), lang)
    }

    fn reading(args: &FetchArgs, origin: &Origin, profile: &Profile, job: Job, lang: Lang) -> Result<Self, Error> {
        let (file, send) = args.parts();
        let mut job = Job { lang, ..job };
        let operation = &job.operations[0];
        // A profile's settings for what is sent are no settings for what is read.
        let is_field = |name: &str| name == "operation" || operation.field(name).is_some();
        let typed =
            |list: &[String], name: &str| list.iter().any(|text| text.split('=').any(|part| part.trim() == name));
        job.recipe.sets.retain(|(name, _)| is_field(name) || typed(&args.sets, name));
        job.recipe.maps.retain(|(name, _)| is_field(name) || typed(&args.maps, name));
        job.recipe.to = Some(operation.full_name());
        let mut task = Self::of(job, (&file, &send), (profile, origin))?;
        task.job.servers.tests.clear();
        task.job.answers = Answers::default();
        task.job.flags = flags(None, origin);
        task.sending = sending(&send, profile)?;
        Ok(task)
    }

    fn new(args: &FileArgs, send: &SendArgs, settings: &Settings, lang: Lang) -> Result<Self, Error> {
        let profile = settings.profile(args.profile.as_deref())?;
        let job = Job { lang, ..Job::of(recipe(args, &profile)?, temp_dir())? };
        let task = Self::of(job, (args, send), (&profile, &settings.origin))?;
        let own = if send.ledger.is_some() { None } else { profile.ledger()? };
        let ledger = send.ledger.clone().or(own).or_else(|| default_ledger(send.sandbox));
        let mut job = task.job;
        job.servers.tests = settings.test_servers();
        job.flags = flags(ledger.as_deref(), &settings.origin);
        Ok(Self { job, ledger, ..task })
    }

    /// What all commands share that make requests.
    fn of(
        job: Job,
        (args, send): (&FileArgs, &SendArgs),
        (profile, origin): (&Profile, &Origin),
    ) -> Result<Self, Error> {
        no_open_secrets(profile, &job.contracts, origin)?;
        let typed_server = send.base_url.is_some() || send.sandbox;
        let servers = ServerChoice {
            base_url: send.base_url.clone().or_else(|| profile.base_url.clone().filter(|_| !send.sandbox)),
            sandbox: send.sandbox,
            is_test: profile.test,
            same_as: profile.same_as.as_deref().map(Server::of),
            ..ServerChoice::default()
        };
        Ok(Self {
            sending: Sending::default(),
            ledger: None,
            json: args.json,
            yes: send.yes,
            faults: send.faults.clone(),
            settings: origin.file.clone(),
            server_is_foreign: origin.foreign && !typed_server && is_named(profile, args.contract.as_deref()),
            job: Job {
                servers,
                access: access(profile),
                answers: profile.answers(),
                output: output(args.output.as_deref())?,
                clock: local_zone().zone,
                ..job
            },
        })
    }
}

/// A list for a target of two people goes by the page, where the second one is asked.
fn needs_a_second_person() -> Error {
    Code::OptionInvalid.cannot_start(text!(
        "Bu profile gidecek listeyi ikinci bir kişi onaylar (four_eyes). Listeyi sayfada hazırlayıp onaya gönderin: caseload serve. Hiçbir şey gönderilmedi.",
        "A second person approves what goes to this profile (four_eyes). Prepare the list on the page and ask for approval there: caseload serve. Nothing was sent."
    ))
}

/// How a profile's servers are reached.
pub fn access(profile: &Profile) -> Access {
    Access {
        secrets: Arc::new(Keyring(profile.auth.clone())),
        proxy: profile.proxy.clone(),
        ca_file: profile.ca_file.clone(),
        allow_http: profile.allow_http,
    }
}

fn sending(args: &SendArgs, profile: &Profile) -> Result<Sending, Error> {
    let rate = given(args.rate.as_ref(), profile.rate.as_ref(), "--rate", RATE_EXAMPLES, Rate::parse)?;
    let timeout = given(args.timeout.as_ref(), profile.timeout.as_ref(), "--timeout", "60s", parse_duration)?;
    let max = given(args.max_errors.as_ref(), profile.max_errors.as_ref(), "--max-errors", "20, 5%", MaxErrors::parse)?;
    let named = |name: &str| <arguments::Duplicates as clap::ValueEnum>::from_str(name, true).ok();
    let duplicates = given(None, profile.duplicates.as_ref(), "duplicates", "skip, warn, send", named)?;
    Ok(Sending {
        rate,
        concurrency: args.concurrency.or(profile.concurrency).unwrap_or(CONCURRENCY).clamp(1, 1024),
        timeout: timeout.unwrap_or(TIMEOUT),
        max_errors: max,
        require_valid: args.require_valid,
        duplicates: args.duplicates.or(duplicates).map(Duplicates::from).unwrap_or_default(),
        again: args.again,
        retry_rejected: args.retry_rejected,
        paces: Paces::new(chance),
    })
}

fn answers_of(args: &SendArgs) -> Answers {
    let yes = |given: bool| given.then_some(Choice::Send);
    Answers {
        other_server: yes(args.other_server),
        other_flags: yes(args.other_flags),
        past_window: args.past_window.map(Choice::from),
        changed: args.changed.map(Choice::from),
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
        local_timezone: Some(local_zone().name),
    })
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
    Err(Code::SecretExposed.cannot_start(text!(
        "{file} içinde auth.{name}.value var; gizli bilgi ayarlara yazılmaz. Oradan silin; {variable} ile verin ya da yerini yazın: auth.{name} için env, file ya da command.",
        "{file} has auth.{name}.value, and secrets are not written into settings. Take it out; give it by {variable}, or say where it is: env, file or command of auth.{name}."
    )))
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
            Code::OptionInvalid.cannot_start(text!(
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

/// A value that an option or a setting cannot have.
pub fn bad_value(name: &str, text: &str, examples: &str) -> Error {
    let text = shown(text);
    Code::OptionInvalid.cannot_start(text!(
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

/// `180d`, `26w`, `12h`.
pub fn parse_age(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let hours = match text[split..].trim() {
        "d" => 24,
        "w" => 24 * 7,
        "h" => 1,
        _ => 0,
    };
    let seconds = text[..split].parse::<u64>().ok().and_then(|number| number.checked_mul(hours * 3_600));
    seconds.filter(|seconds| *seconds > 0 && hours > 0 && *seconds < 3_600 * 24 * 36_500).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_age_is_read_with_its_unit() {
        let days = |text: &str| parse_age(text).map(|age| age.as_secs() / 86_400);
        assert_eq!((days("180d"), days("2w"), days("48h")), (Some(180), Some(14), Some(2)));
        for bad in ["", "0d", "180", "d", "-1d", "5y", "99999999999999999999d"] {
            assert_eq!(days(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_result_has_one_of_three_endings_or_is_none() {
        assert_eq!(output(Some(Path::new("none"))).unwrap(), Output::None);
        assert!(output(Some(Path::new("a.JSONL"))).is_ok());
        assert!(output(Some(Path::new("a.txt"))).is_err());
    }
}
