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
    /// `--to`: the operations by name; `None` leaves them to the headers.
    pub to: Option<String>,
    /// `--contract`: a document that is not built in.
    pub contract: Option<PathBuf>,
    /// The profile of the settings that the caller took.
    pub profile: Option<String>,
    /// `--sheet`: the only sheet that is read.
    pub sheet: Option<String>,
    /// `--encoding`: the encoding of a text file.
    pub encoding: Option<String>,
    /// `--hidden skip`: hidden rows are left out.
    pub skip_hidden: bool,
    /// `--map`: fields, each with the header of its column.
    pub maps: Vec<(String, String)>,
    /// `--set`: fields, each with its value for every row.
    pub sets: Vec<(String, String)>,
    /// Fields whose allowed values the caller knows, with these values.
    pub lists: Vec<(String, Vec<String>)>,
    /// `--duplicates send`: rows that repeat others go all the same.
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

    /// What it says about columns.
    pub fn overrides(&self) -> ColumnOverrides {
        ColumnOverrides { maps: self.maps.clone(), sets: self.sets.clone() }
    }
}
