//! A banner: an icon, a heading, a sentence, and at most one next step.

/// A banner at the head of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How grave it is.
    pub tone: Tone,
    /// What is so, in a few words and without a full stop.
    pub title: String,
    /// What that means and what to do; empty where the title says it.
    pub text: String,
    /// The next step, as its words and its address.
    pub act: Option<(String, String)>,
}

/// How grave a banner is; it gives its colour, its icon, and whether a screen reader interrupts for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Info,
    /// It went well.
    Done,
    /// It goes on, and is worth a look.
    Warn,
    /// It did not go, or it stopped.
    Stop,
    /// A person has to look.
    Unknown,
}
