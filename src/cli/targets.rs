//! The profiles of the settings as the targets of the page.

use std::path::{Path, PathBuf};
use std::time::Duration;

use caseload_engine::error::{Code, Error};
use caseload_engine::job::{Job, Sending};
use caseload_engine::submit::pace::{Paces, chance};
use caseload_engine::submit::vault::Promise;
use caseload_sandbox::Sandbox;
use caseload_serve::target::{Reading, Target, Targets};
use caseload_sheet::message::{Lang, shown};
use caseload_sheet::{say, text};

use crate::cli::arguments::{FileArgs, SendArgs};
use crate::cli::profile::{Profile, Settings};
use crate::cli::task::{Task, bad_value, parse_age};

/// How long an upload is kept after its run has ended, where the profile does not say.
const KEEP_UPLOADS: Duration = Duration::from_secs(90 * 24 * 3600);

/// The profiles as targets. They are as they were when the page was started.
pub struct Profiles {
    settings: Settings,
    ledger: PathBuf,
    /// The sandbox is the only target of a page that has one: its ledger stands apart.
    sandbox: Option<Sandbox>,
    /// All runs of the page share the rate of a server.
    paces: Paces,
    lang: Lang,
    list: Vec<Target>,
}

impl Profiles {
    /// The targets of a page with this ledger.
    ///
    /// # Errors
    /// A profile says something that cannot be understood.
    pub fn new(settings: Settings, ledger: PathBuf, sandbox: Option<Sandbox>, lang: Lang) -> Result<Self, Error> {
        let paces = Paces::new(chance);
        let mut profiles = Self { settings, ledger, sandbox, paces, lang, list: Vec::new() };
        profiles.list = profiles.names().iter().map(|name| profiles.target(name)).collect::<Result<_, _>>()?;
        Ok(profiles)
    }

    /// The profiles that keep their runs in another ledger. The page does not offer them: it would not know what they
    /// sent.
    pub fn elsewhere(&self) -> Vec<&str> {
        let all = self.settings.profiles.iter().filter(|_| self.sandbox.is_none());
        all.filter(|(_, profile)| !self.is_here(profile)).map(|(name, _)| name.as_str()).collect()
    }

    /// The names of the targets, the usual one first: that without a name.
    fn names(&self) -> Vec<String> {
        let profiles = &self.settings.profiles;
        let usual = profiles.get("default");
        let has_usual = self.sandbox.is_some() || usual.map_or(profiles.is_empty(), |usual| self.is_here(usual));
        let others = profiles.iter().filter(|(name, profile)| *name != "default" && self.is_here(profile));
        let others = others.filter(|_| self.sandbox.is_none()).map(|(name, _)| name.clone());
        has_usual.then(String::new).into_iter().chain(others).collect()
    }

    fn is_here(&self, profile: &Profile) -> bool {
        let same = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
        profile.ledger.as_deref().is_none_or(|own| same(own) == same(&self.ledger))
    }

    fn target(&self, name: &str) -> Result<Target, Error> {
        let profile = self.settings.profile(Some(name).filter(|name| !name.is_empty()))?;
        let keep_uploads = keep_uploads(&profile)?;
        // A target whose contract cannot be read is shown all the same: the list that goes there says why.
        let job = self.task(name, &Reading::default(), self.lang).ok().map(|task| task.job);
        let mut servers: Vec<String> = Vec::new();
        let mut secrets: Vec<(String, bool)> = Vec::new();
        for operation in job.iter().flat_map(|job| &job.operations) {
            let Some(job) = &job else { break };
            let server = job.server_of(operation).name().to_owned();
            if !servers.contains(&server) {
                servers.push(server);
            }
            for secret in operation.security.iter().flatten().flat_map(|scheme| scheme.secrets()) {
                if !secrets.iter().any(|(known, _)| known == secret) {
                    secrets.push((secret.to_owned(), job.promise(secret) != Promise::Missing));
                }
            }
        }
        let is_sandbox = self.sandbox.is_some();
        Ok(Target {
            name: name.to_owned(),
            title: self.title(name, &servers),
            operations: profile.to.clone().into_iter().collect(),
            servers,
            is_test: profile.test || is_sandbox,
            is_sandbox,
            four_eyes: profile.four_eyes && !is_sandbox,
            keep_uploads,
            rate: profile.rate.clone(),
            secrets: if is_sandbox { Vec::new() } else { secrets },
            settings: self.settings.origin.file.as_deref().map(|file| shown(&file.display().to_string())),
        })
    }

    /// The profile's own name; without one the server's, where it is one.
    fn title(&self, name: &str, servers: &[String]) -> String {
        match servers {
            _ if self.sandbox.is_some() => say!(self.lang, "Deneme sunucusu", "Sandbox"),
            _ if !name.is_empty() => name.to_owned(),
            [one] => one.clone(),
            _ => say!(self.lang, "Başlıklardan anlaşılan sistem", "The system that the headers show"),
        }
    }

    fn task(&self, target: &str, reading: &Reading, lang: Lang) -> Result<Task, Error> {
        let file = FileArgs {
            to: reading.to.clone(),
            profile: Some(target.to_owned()).filter(|name| !name.is_empty()),
            sheet: reading.sheet.clone(),
            maps: reading.maps.iter().map(|(field, header)| format!("{field}={header}")).collect(),
            sets: reading.sets.iter().map(|(field, value)| format!("{field}={value}")).collect(),
            ..FileArgs::default()
        };
        let send =
            SendArgs { sandbox: self.sandbox.is_some(), ledger: Some(self.ledger.clone()), ..SendArgs::default() };
        let mut task = Task::send(&file, &send, &self.settings, lang)?;
        if let Some(sandbox) = &self.sandbox {
            task.job.servers.base_url = Some(sandbox.base_url());
        }
        task.sending.paces = self.paces.clone();
        Ok(task)
    }
}

impl Targets for Profiles {
    fn list(&self) -> Vec<Target> {
        self.list.clone()
    }

    fn job(&self, target: &str, reading: &Reading, lang: Lang) -> Result<(Job, Sending), Error> {
        if !self.list.iter().any(|known| known.name == target) {
            return Err(no_target(target));
        }
        let task = self.task(target, reading, lang)?;
        Ok((task.job, task.sending))
    }
}

/// How long the page keeps an upload for a profile after its run has ended.
///
/// # Errors
/// What the profile says of it cannot be understood.
pub fn keep_uploads(profile: &Profile) -> Result<Duration, Error> {
    let said = profile
        .keep_uploads
        .as_deref()
        .map(|text| parse_age(text).ok_or_else(|| bad_value("keep_uploads", text, "90d, 26w, 12h")));
    Ok(said.transpose()?.unwrap_or(KEEP_UPLOADS))
}

fn no_target(name: &str) -> Error {
    let name = shown(name);
    Code::ProfileUnknown.cannot_start(text!(
        "Sayfada \"{name}\" adında bir hedef yok. Hedefler ayar dosyasındaki profillerdir; orada değiştirildiyse sayfayı yeniden başlatın.",
        "The page has no target \"{name}\". Targets are the profiles of the settings file; if it was changed, start the page again."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles(toml: &str) -> Result<Profiles, Error> {
        Profiles::new(toml::from_str(toml).unwrap(), "/x/ledger.db".into(), None, Lang::En)
    }

    #[test]
    fn each_profile_of_this_ledger_is_a_target_the_usual_one_first() {
        let settings = "[profiles.a]\nto = 'hugin/create-case'\ntest = true\nfour_eyes = true\nkeep_uploads = '2w'\n\
            [profiles.default]\nbase_url = 'https://ops.example'\n[profiles.b]\nledger = '/y/ledger.db'";
        let profiles = profiles(settings).unwrap();
        let list = profiles.list();
        let names: Vec<&str> = list.iter().map(|target| target.name.as_str()).collect();
        assert_eq!(names, ["", "a"]);
        assert_eq!(profiles.elsewhere(), ["b"]);
        assert_eq!(list[0].servers, ["ops.example"]);
        assert!(list[1].is_test && list[1].four_eyes && !list[0].four_eyes);
        assert_eq!(list[1].keep_uploads, Duration::from_secs(14 * 86_400));
        assert_eq!(list[1].operations, ["hugin/create-case"]);
        assert!(profiles.job("b", &Reading::default(), Lang::En).is_err());
        let reading = Reading { maps: vec![("deviceId".into(), "a=b".into())], ..Reading::default() };
        let (job, _) = profiles.job("a", &reading, Lang::Tr).unwrap();
        assert_eq!(job.recipe.maps, reading.maps);
        assert_eq!(job.lang, Lang::Tr);
    }

    #[test]
    fn without_profiles_there_is_the_usual_target() {
        assert_eq!(profiles("").unwrap().list().len(), 1);
        assert!(profiles("[profiles.a]\nkeep_uploads = 'long'").is_err());
    }
}
