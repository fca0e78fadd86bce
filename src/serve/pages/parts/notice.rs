//! A banner: an icon, a heading, a sentence, and at most one next step.

use maud::{Markup, html};

use crate::pages::Frame;

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

impl Notice {
    /// Good to know, without a next step.
    pub fn new(tone: Tone, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { tone, title: title.into(), text: text.into(), act: None }
    }

    /// The same, with a next step.
    #[must_use]
    pub fn with(mut self, words: impl Into<String>, address: impl Into<String>) -> Self {
        self.act = Some((words.into(), address.into()));
        self
    }

    /// As HTML, with a heading of the second level.
    pub(in crate::pages) fn render(&self, frame: &Frame) -> Markup {
        self.framed(frame, self.step())
    }

    /// As HTML without a heading: what happened just now stands above the heading of the page.
    pub(in crate::pages) fn flash(&self, frame: &Frame) -> Markup {
        self.headed(frame, html! { p class="strong" { (self.title) } }, self.step())
    }

    fn step(&self) -> Markup {
        html! { @if let Some((words, address)) = &self.act { a class="btn" href=(address) { (words) } } }
    }

    /// As HTML with buttons of its own in place of the next step.
    pub(in crate::pages) fn framed(&self, frame: &Frame, act: Markup) -> Markup {
        self.headed(frame, html! { h2 { (self.title) } }, act)
    }

    fn headed(&self, frame: &Frame, heading: Markup, act: Markup) -> Markup {
        let (icon, class, role) = self.tone.look();
        html! {
            div class={ "notice " (class) } role=(role) {
                (frame.icon(icon))
                div {
                    (heading)
                    @if !self.text.is_empty() { p { (self.text) } }
                }
                @if !act.0.is_empty() { div class="act" { (act) } }
            }
        }
    }
}

impl Tone {
    fn look(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Tone::Info => ("info", "is-accent", "status"),
            Tone::Done => ("done", "is-done", "status"),
            Tone::Warn => ("warn", "is-warn", "status"),
            Tone::Stop => ("stop", "is-invalid", "alert"),
            Tone::Unknown => ("unknown", "is-unknown", "status"),
        }
    }
}
