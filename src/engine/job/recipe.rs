//! How a file is read: kept with its run, so that the file can be read the same way again.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};
use crate::ledger::Run;
use crate::map::ColumnOverrides;
use crate::text;

/// How a file is read.
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
    /// The zone of the computer on which the run began. Where nobody said which that is, it is UTC.
    pub fn local_zone(&self) -> String {
        self.local_timezone.clone().unwrap_or_else(|| "UTC".to_owned())
    }

    /// How a run's file was read.
    ///
    /// # Errors
    /// What the ledger has of it cannot be understood: read another way, the file would say another thing.
    pub fn of(run: &Run) -> Result<Self, Error> {
        let name = &run.spec.name;
        serde_json::from_str(&run.spec.recipe).map_err(|error| {
            Code::RunUnreadable.cannot_start(text!(
                "Defterde {name} çalışmasının dosyasının nasıl okunduğu anlaşılamıyor ({error}). Defterin bir yedeğine dönün ya da dosyayı --again ile yeniden gönderin.",
                "The ledger's note of how the file of run {name} was read cannot be understood ({error}). Go back to a copy of the ledger, or send the file anew with --again."
            ))
        })
    }

    pub fn overrides(&self) -> ColumnOverrides {
        ColumnOverrides { maps: self.maps.clone(), sets: self.sets.clone() }
    }
}
