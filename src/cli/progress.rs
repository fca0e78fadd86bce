//! The one door to the terminal: sentences, the bar, questions.
//!
//! Standard output carries only what was asked for (the balance, JSON, lists); everything else goes to
//! standard error. Without a terminal there is no bar but a plain line every few seconds.
//!
//! Whatever is said is said line by line, and each line goes through [`one_line`] (JSON through
//! [`json_line`]): words of somebody else neither steer the terminal nor begin a line of their own.

use std::fmt::Write;
use std::io::{self, BufRead, IsTerminal, Write as _};
use std::time::{Duration, Instant};

use caseload_engine::outcome::Status;
use caseload_sheet::message::{Lang, grouped, json_line, one_line};
use caseload_sheet::say;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;

/// Between two plain lines where there is no terminal.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// Between two looks of the bar.
const REDRAW: Duration = Duration::from_millis(100);

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Quiet,
    Normal,
    Verbose,
}

/// What a person says to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    /// Without what is in question.
    Skip,
    No,
}

/// Where the program speaks.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    pub lang: Lang,
    level: Level,
    on_screen: bool,
}

impl Terminal {
    pub fn new(lang: Lang, quiet: bool, verbose: bool) -> Self {
        let level = match (quiet, verbose) {
            (true, _) => Level::Quiet,
            (false, true) => Level::Verbose,
            (false, false) => Level::Normal,
        };
        Self { lang, level, on_screen: io::stderr().is_terminal() }
    }

    /// A line of what was asked for, on standard output.
    pub fn answer(self, line: &str) {
        self.own(&one_line(line));
    }

    /// Several lines of it.
    pub fn answers(self, lines: &[String]) {
        for line in lines {
            self.answer(line);
        }
    }

    /// The same as JSON.
    pub fn json(self, value: &impl Serialize) {
        self.own(&json_line(value));
    }

    /// A text of the program's own, as it stands: help, completions, a built-in contract. A reader that went away is
    /// no error.
    #[expect(clippy::unused_self, reason = "who speaks has a terminal")]
    pub fn own(self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }

    /// News, unless quiet.
    pub fn note(self, line: &str) {
        if self.level >= Level::Normal {
            self.error(line);
        }
    }

    /// Detail, if asked for.
    pub fn detail(self, line: &str) {
        if self.level >= Level::Verbose {
            self.error(line);
        }
    }

    /// What is always said.
    #[expect(clippy::unused_self, reason = "who speaks has a terminal")]
    pub fn error(self, line: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", one_line(line));
    }

    pub fn is_quiet(self) -> bool {
        self.level == Level::Quiet
    }

    /// Asks a question that `e`, `evet`, `y` or `yes` agrees to; nobody there means no answer.
    pub fn confirm(self, question: &str) -> Option<bool> {
        Some(self.choose(&[question.to_owned()], false)? == Answer::Yes)
    }

    /// The same, where `a`, `atla`, `s` or `skip` may leave out what is in question.
    pub fn choose(self, question: &[String], may_skip: bool) -> Option<Answer> {
        if !self.on_screen || !io::stdin().is_terminal() {
            return None;
        }
        let choice = if may_skip { say!(self.lang, "[e/a/H]", "[y/s/N]") } else { say!(self.lang, "[e/H]", "[y/N]") };
        let question: Vec<_> = question.iter().map(|line| one_line(line)).collect();
        let mut err = io::stderr().lock();
        let _ = write!(err, "{} {choice} ", question.join("\n")).and_then(|()| err.flush());
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).ok()?;
        Some(match caseload_sheet::fold::fold(&line).as_str() {
            "e" | "evet" | "y" | "yes" => Answer::Yes,
            "a" | "atla" | "s" | "skip" if may_skip => Answer::Skip,
            _ => Answer::No,
        })
    }

    /// A bar over `rows` that are sent.
    pub fn sending(self, rows: u64, already: u64) -> Progress {
        let template = say!(
            self.lang,
            "{{bar:24.green/white}} {{percent}}%  {{done}}/{{all}}  saniyede {{rate}}  kalan {{eta}}  {{msg}}",
            "{{bar:24.green/white}} {{percent}}%  {{done}}/{{all}}  {{rate}} a second  {{eta}} left  {{msg}}"
        );
        self.progress(ProgressBar::new(rows), &template, rows, already)
    }

    /// A count of rows that are read.
    pub fn checking(self) -> Progress {
        self.progress(ProgressBar::no_length(), "{spinner} {msg} {done}", 0, 0)
    }

    fn progress(self, bar: ProgressBar, template: &str, rows: u64, already: u64) -> Progress {
        let visible = self.on_screen && self.level >= Level::Normal;
        bar.set_draw_target(if visible {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        });
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style_in(self.lang, style));
        }
        bar.set_position(already);
        bar.reset_eta();
        let plain = !self.on_screen && self.level >= Level::Normal;
        let now = Instant::now();
        Progress {
            terminal: self,
            bar,
            plain,
            rows,
            settled: already,
            begun: already,
            counts: [0; Status::ALL.len()],
            started: now,
            told: now,
            drawn: now,
        }
    }
}

/// Counts as the language writes them.
fn style_in(lang: Lang, style: ProgressStyle) -> ProgressStyle {
    let shown = |out: &mut dyn Write, words: &str| {
        let _ = out.write_str(words);
    };
    style
        .progress_chars("██░")
        .with_key("done", move |state: &ProgressState, out: &mut dyn Write| shown(out, &grouped(state.pos(), lang)))
        .with_key("all", move |state: &ProgressState, out: &mut dyn Write| {
            shown(out, &grouped(state.len().unwrap_or_default(), lang));
        })
        .with_key("rate", move |state: &ProgressState, out: &mut dyn Write| {
            shown(out, &format!("{:.0}", state.per_sec()));
        })
}

/// How far a run is.
pub struct Progress {
    terminal: Terminal,
    bar: ProgressBar,
    plain: bool,
    rows: u64,
    settled: u64,
    begun: u64,
    counts: [u64; Status::ALL.len()],
    started: Instant,
    told: Instant,
    drawn: Instant,
}

impl Progress {
    /// The outcomes of so many rows are durable.
    pub fn settled(&mut self, status: Status, rows: u64) {
        self.settled += rows;
        self.counts[status as usize] += rows;
        self.bar.set_position(self.settled);
        if !self.bar.is_hidden() && self.drawn.elapsed() >= REDRAW {
            self.drawn = Instant::now();
            self.bar.set_message(self.counts());
        }
    }

    /// Draws what has changed.
    pub fn tick(&mut self) {
        self.bar.set_message(self.counts());
        self.bar.tick();
        if self.plain && self.told.elapsed() >= PLAIN_EVERY {
            self.told = Instant::now();
            self.terminal.error(&self.line());
        }
    }

    /// Rows read so far, in a check.
    pub fn read(&mut self, rows: u64) {
        self.bar.set_message(say!(self.terminal.lang, "okunan satır:", "rows read:"));
        self.bar.set_position(rows);
        if self.plain && self.told.elapsed() >= PLAIN_EVERY {
            self.told = Instant::now();
            let rows = grouped(rows, self.terminal.lang);
            self.terminal.error(&say!(self.terminal.lang, "okunan satır: {rows}", "rows read: {rows}"));
        }
    }

    /// Says something without breaking the bar.
    pub fn say(&self, text: &str) {
        let terminal = self.terminal;
        self.bar.suspend(|| terminal.note(text));
    }

    /// Says what must not be lost, whatever the level.
    pub fn alarm(&self, text: &str) {
        let terminal = self.terminal;
        self.bar.suspend(|| terminal.error(text));
    }

    pub fn finish(self) {
        self.bar.finish_and_clear();
    }

    fn counts(&self) -> String {
        let count = |status: Status| grouped(self.counts[status as usize], self.terminal.lang);
        let done = count(Status::Done);
        let (rejected, unknown) = (count(Status::Rejected), count(Status::Unknown));
        say!(
            self.terminal.lang,
            "tamam {done}, ret {rejected}, belirsiz {unknown}",
            "done {done}, rejected {rejected}, unknown {unknown}"
        )
    }

    fn line(&self) -> String {
        let rate = (self.settled - self.begun) as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        let left = if rate > 0.0 { (self.rows - self.settled.min(self.rows)) as f64 / rate } else { 0.0 };
        let (counts, settled, rows) = (self.counts(), self.settled, self.rows);
        say!(
            self.terminal.lang,
            "{settled}/{rows} satır, saniyede {rate:.1}, kalan {left:.0} sn; {counts}",
            "{settled}/{rows} rows, {rate:.1} a second, {left:.0} s left; {counts}"
        )
    }
}
