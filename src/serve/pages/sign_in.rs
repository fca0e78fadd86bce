//! The door.

/// The page at `/sign-in`.
#[derive(Debug, Clone, Default)]
pub struct SignInScreen {
    /// The address as typed before.
    pub email: String,
    /// Where to go afterwards, as the form sends it back; empty for the start.
    pub next: String,
    /// What was wrong.
    pub fault: Option<SignInFault>,
    /// After how many minutes without work a person is signed out.
    pub idle_minutes: u32,
    /// Where to sign in at a provider of identities: its name and the address.
    pub provider: Option<(String, String)>,
    /// The page has no people: a link with a key is the way in. The form is left out.
    pub by_key_only: bool,
}

/// Why a person is not in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInFault {
    /// Email or password is wrong. How many tries are left before a wait, where it is near.
    Wrong {
        /// Tries that are left.
        left: Option<u32>,
    },
    /// Too many tries: how many seconds to wait.
    Wait {
        /// Seconds.
        seconds: u64,
    },
    /// The session has ended.
    Ended,
    /// The link's key was used, or is of an earlier start.
    KeyUsed,
}
