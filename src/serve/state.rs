//! How far a run has come.

use caseload_sheet::message::Text;
use caseload_sheet::text;

/// The state of a run, as the page shows it and JSON spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunState {
    /// Its rows are being read and checked.
    Checking,
    /// A header did not say which field its column is; a person has to.
    Columns,
    /// Checked. Nothing of it was sent.
    Checked,
    /// Somebody asked for its approval.
    WaitingApproval,
    /// Its rows are being sent.
    Sending,
    /// A person holds it. No request leaves.
    Paused,
    /// It ended early, and can go on.
    Stopped,
    /// A person ended it; the rest is not sent.
    Cancelled,
    /// Every row has its outcome.
    Finished,
}

impl RunState {
    /// Every state, in the order in which a run meets them.
    pub const ALL: [RunState; 9] = [
        RunState::Checking,
        RunState::Columns,
        RunState::Checked,
        RunState::WaitingApproval,
        RunState::Sending,
        RunState::Paused,
        RunState::Stopped,
        RunState::Cancelled,
        RunState::Finished,
    ];

    /// As JSON and the store spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            RunState::Checking => "checking",
            RunState::Columns => "columns",
            RunState::Checked => "checked",
            RunState::WaitingApproval => "waiting-approval",
            RunState::Sending => "sending",
            RunState::Paused => "paused",
            RunState::Stopped => "stopped",
            RunState::Cancelled => "cancelled",
            RunState::Finished => "finished",
        }
    }

    /// The state of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// As people read it.
    pub fn word(self) -> Text {
        match self {
            RunState::Checking => text!("Denetleniyor", "Checking"),
            RunState::Columns => text!("Sütunlar bekliyor", "Columns to be named"),
            RunState::Checked => text!("Denetlendi", "Checked"),
            RunState::WaitingApproval => text!("Onay bekliyor", "Awaits approval"),
            RunState::Sending => text!("Sürüyor", "Running"),
            RunState::Paused => text!("Bekletildi", "Paused"),
            RunState::Stopped => text!("Durdu", "Stopped"),
            RunState::Cancelled => text!("Vazgeçildi", "Cancelled"),
            RunState::Finished => text!("Bitti", "Finished"),
        }
    }

    /// Whether rows of it may have left, so that it is no draft any more.
    pub fn has_begun(self) -> bool {
        !matches!(self, RunState::Checking | RunState::Columns | RunState::Checked | RunState::WaitingApproval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_found_by_its_name() {
        for state in RunState::ALL {
            assert_eq!(RunState::named(state.as_str()), Some(state));
        }
        assert_eq!(RunState::named("lost"), None);
    }
}
