//! What is measured, part by part.

mod check;
mod rate;
mod refused;
mod submit;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tempfile::TempDir;

use crate::Fallible;
use crate::child;
use crate::install_list::{self, Size, Strings};
use crate::table;

/// Sets the figures of this program beside those of what it is measured against.
#[derive(Debug, Args)]
pub struct Wanted {
    /// If none is named: all but `peak`; with --full all.
    parts: Vec<Part>,
    /// The sizes of the goals: a million rows where they say so.
    #[arg(long)]
    full: bool,
    /// This many rows in each part but `rate`.
    #[arg(long)]
    rows: Option<u32>,
    /// How often each program runs.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The caseload binary to measure: an older build tells what a change costs.
    #[arg(long, default_value = child::CASELOAD)]
    program: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    /// `check` of CSV and of workbooks.
    Check,
    /// `submit` to a server that answers at once: the sending alone.
    Submit,
    /// `submit` to a server that takes 20 ms.
    Delay,
    /// A workbook in, a workbook out.
    Whole,
    /// `--rate`, as the server sees it.
    Rate,
    /// Servers that refuse now and then, or have a limit; takes its time.
    Refused,
    /// The memory of a whole `submit` of many rows; once.
    Peak,
}

/// Measures the wanted parts and prints their lines.
///
/// # Errors
/// Where files or servers cannot be had. A program that fails is a remark in the table.
pub fn measure(wanted: &Wanted) -> Fallible<()> {
    let setting = Setting {
        directory: tempfile::tempdir()?,
        rounds: wanted.rounds.max(1),
        program: wanted.program.canonicalize()?,
    };
    let (all, full) = (Part::value_variants(), wanted.full);
    let parts = match wanted.parts.as_slice() {
        [] if full => all,
        [] => &all[..all.len() - 1],
        named => named,
    };
    let rows = |small, large| wanted.rows.unwrap_or(if full { large } else { small });
    table::print_header()?;
    for part in parts {
        match part {
            Part::Check => check::measure(&setting, rows(100_000, 1_000_000))?,
            Part::Submit => submit::at_once(&setting, rows(100_000, 100_000))?,
            Part::Delay => submit::delayed(&setting, rows(20_000, 100_000))?,
            Part::Whole => submit::whole(&setting, rows(100_000, 100_000))?,
            Part::Rate => rate::measure(&setting, if full { 60 } else { 10 })?,
            Part::Refused => refused::measure(&setting, if full { 2_000 } else { 200 })?,
            Part::Peak => submit::peak(&setting, rows(100_000, 1_000_000))?,
        }
    }
    Ok(())
}

/// Where the files are, and how often each program runs.
struct Setting {
    directory: TempDir,
    rounds: usize,
    program: PathBuf,
}

impl Setting {
    fn csv(&self, rows: u32) -> Fallible<PathBuf> {
        let path = self.directory.path().join(format!("{rows}.csv"));
        if !path.exists() {
            install_list::write_csv(&path, Size::one_device_a_row(rows))?;
        }
        Ok(path)
    }

    fn xlsx(&self, rows: u32, strings: Strings) -> Fallible<PathBuf> {
        let path = self.directory.path().join(format!("{rows}-{strings:?}.xlsx"));
        if !path.exists() {
            install_list::write_xlsx(&path, Size::one_device_a_row(rows), strings)?;
        }
        Ok(path)
    }

    /// A new directory for what one run writes.
    fn scratch(&self) -> Fallible<TempDir> {
        Ok(tempfile::tempdir_in(self.directory.path())?)
    }
}

/// The count of that name in the summary of a run.
fn counted(summary: &str, name: &str) -> Fallible<u64> {
    let summary: serde_json::Value = serde_json::from_str(summary).map_err(|_| "it printed no summary")?;
    Ok(summary[name].as_u64().ok_or_else(|| format!("its summary does not say {name}"))?)
}

/// Whether a program did all of its rows.
fn all_of(rows: u32, done: u64) -> Fallible<()> {
    if done == u64::from(rows) { Ok(()) } else { Err(format!("it did {done} of {rows} rows").into()) }
}
