//! What stands around every screen: head, navigation, language, person, foot.

use caseload_sheet::message::Lang;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::parts::notice::Notice;
use crate::person::Person;

/// Who looks at a page, how, and when.
#[derive(Clone)]
pub struct Frame<'a> {
    /// The reader's language.
    pub lang: Lang,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// Who looks; nobody before the sign-in.
    pub person: Option<&'a Person>,
    /// How that person came in, which says whether the page can sign out.
    pub signed_in: SignedIn,
    /// The token that every form carries.
    pub csrf: &'a str,
    /// The path and query of this page: forms come back to it.
    pub path: &'a str,
    /// The address of a file of the page by its name: `style.css`, `icons.svg`, `page.js`.
    pub assets: &'a (dyn Fn(&str) -> String + Sync),
    /// Now.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// How many runs wait for this person's approval; shown beside the link to history.
    pub awaiting: u64,
    /// What happened just now ("Geri alındı"): shown above the screen, once.
    pub notices: Vec<Notice>,
}

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order of the menu.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// As the cookie and the form spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == name)
    }
}

/// How a person came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedIn {
    /// Not at all.
    No,
    /// With the key of a page on this machine.
    ByKey,
    /// With a password, or at a provider of identities.
    ByPassword,
    /// A proxy says who it is; signing out is the proxy's.
    ByProxy,
}
