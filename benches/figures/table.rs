//! The figures side by side, a line as soon as it is known.

use std::io::{self, Write};

use crate::round::Paired;

/// What a value counts.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    Seconds,
    PerSecond,
}

/// What is promised of a line.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    RatioAtMost(f64),
    RatioAtLeast(f64),
    /// In MiB.
    PeakUnder(f64),
}

/// One line of the table.
pub struct Line {
    pub what: String,
    pub unit: Unit,
    pub paired: Paired,
    pub goals: Vec<Goal>,
    /// Said at the end of the line.
    pub remark: String,
}

pub fn print_header() -> io::Result<()> {
    writeln!(
        io::stdout(),
        "{:<44} {:>10} {:>10} {:>6} {:>6} {:>6}  goals",
        "median",
        "ours",
        "baseline",
        "ratio",
        "MiB",
        "base's"
    )
}

impl Line {
    pub fn print(&self) -> io::Result<()> {
        let Paired { ours, baseline } = &self.paired;
        let value = |value: Option<f64>| match self.unit {
            Unit::Seconds => number(value, 3, " s"),
            Unit::PerSecond => number(value, 0, "/s"),
        };
        let goals: Vec<String> = self.goals.iter().map(|goal| self.judged(*goal)).collect();
        let remarks = goals.into_iter().chain((!self.remark.is_empty()).then(|| self.remark.clone()));
        writeln!(
            io::stdout(),
            "{:<44} {:>10} {:>10} {:>6} {:>6} {:>6}  {}",
            self.what,
            value(ours.median()),
            value(baseline.median()),
            number(self.paired.ratio(), 2, ""),
            number(ours.peak_mib(), 0, ""),
            number(baseline.peak_mib(), 0, ""),
            remarks.collect::<Vec<_>>().join(", ")
        )?;
        for (who, series) in [("caseload", ours), ("the baseline", baseline)] {
            if let Some(failure) = &series.failure {
                writeln!(io::stdout(), "    {who} failed: {failure}")?;
            }
        }
        Ok(())
    }

    fn judged(&self, goal: Goal) -> String {
        let (text, met) = match goal {
            Goal::RatioAtMost(most) => (format!("≤ {most} ×"), self.paired.ratio().map(|ratio| ratio <= most)),
            Goal::RatioAtLeast(least) => (format!("≥ {least} ×"), self.paired.ratio().map(|ratio| ratio >= least)),
            Goal::PeakUnder(mib) => (format!("< {mib} MiB"), self.paired.ours.peak_mib().map(|peak| peak < mib)),
        };
        match met {
            Some(true) => format!("{text} met"),
            Some(false) => format!("{text} MISSED"),
            None => text,
        }
    }
}

fn number(value: Option<f64>, decimals: usize, unit: &str) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}{unit}"))
}
