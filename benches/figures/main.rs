//! The figures that this program is held to, measured in turns with what it is measured against:
//!
//! ```text
//! cargo bench --bench figures                          every part, small enough for a few minutes
//! cargo bench --bench figures -- check submit          some parts
//! cargo bench --bench figures -- --full                the sizes of the goals, up to a million rows
//! cargo bench --bench figures -- --program OLD         another build of the program, for before and after
//! cargo bench --bench figures -- generate --csv F      the list itself
//! ```
//!
//! Plain timing of whole processes. The machine is shared with the server and other work, so what counts is
//! the ratio within a round, and of those the median.

mod baseline;
mod child;
mod install_list;
mod parts;
mod refuses;
mod round;
mod server;
mod table;

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use install_list::{Size, Strings};

pub type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    mode: Option<Mode>,
    #[command(flatten)]
    wanted: parts::Wanted,
    /// Given by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

/// What the program does when it is not asked for the figures.
#[derive(Debug, Subcommand)]
enum Mode {
    /// Writes the install list.
    Generate {
        #[arg(long, default_value_t = 100_000)]
        rows: u32,
        /// How many rows in succession are about one device.
        #[arg(long, default_value_t = 1)]
        rows_a_device: u32,
        #[arg(long)]
        csv: Option<PathBuf>,
        #[arg(long)]
        xlsx: Option<PathBuf>,
        #[arg(long, default_value = "inline")]
        strings: Strings,
    },
    /// Serves on loopback, prints the port, and answers every POST with a new case.
    Serve {
        /// How long each answer takes.
        #[arg(long, default_value_t = 0)]
        delay_ms: u64,
        #[command(flatten)]
        refuses: refuses::Refuses,
    },
    /// Baseline: csv and jsonschema.
    CheckCsv { file: PathBuf },
    /// Baseline: calamine's cells.
    ReadCells { file: PathBuf },
    /// Baseline: csv and reqwest.
    SendCsv { file: PathBuf, base_url: String },
    /// Baseline: the whole job, unchecked.
    Prototype { file: PathBuf, base_url: String, ledger: PathBuf, result: PathBuf },
}

fn main() -> Fallible<()> {
    let arguments = Arguments::parse();
    let count = match arguments.mode {
        None => return parts::measure(&arguments.wanted),
        Some(Mode::Serve { delay_ms, refuses }) => return server::serve(Duration::from_millis(delay_ms), refuses),
        Some(Mode::Generate { rows, rows_a_device, csv, xlsx, strings }) => {
            let size = Size { rows, rows_a_device: rows_a_device.max(1) };
            csv.map(|path| install_list::write_csv(&path, size)).transpose()?;
            xlsx.map(|path| install_list::write_xlsx(&path, size, strings)).transpose()?;
            rows as usize
        }
        Some(Mode::CheckCsv { file }) => baseline::check_csv(&file)?,
        Some(Mode::ReadCells { file }) => baseline::read_cells(&file)?,
        Some(Mode::SendCsv { file, base_url }) => baseline::send_csv(&file, &base_url)?,
        Some(Mode::Prototype { file, base_url, ledger, result }) => {
            baseline::prototype(&file, &base_url, &ledger, &result)?
        }
    };
    Ok(writeln!(std::io::stdout(), "{count}")?)
}
