//! Servers that refuse: how long a run takes against what its rate and the pauses account for, and what it uses of a limit.

use std::time::Duration;

use super::{Setting, all_of, counted};
use crate::Fallible;
use crate::child::{self, Run, Server};
use crate::refuses::Refuses;
use crate::round::{Paired, Sample};
use crate::server::Stats;
use crate::table::{Goal, Line, Unit};

/// How long each answer takes.
const DELAY: Duration = Duration::from_millis(10);

/// A share of refusals, in a hundred, with its status; at ten rows a second.
const SHARES: [(u64, u16); 3] = [(1, 429), (5, 429), (3, 503)];
const RATE: f64 = 10.0;

const LIMIT: usize = 20;

pub fn measure(setting: &Setting, rows: u32) -> Fallible<()> {
    for (percent, status) in SHARES {
        for rows in [150, rows] {
            by_chance(setting, rows, Refuses { percent, status, limit: None })?;
        }
    }
    limited(setting, rows)
}

/// Set against the rows at the rate, and the pauses.
fn by_chance(setting: &Setting, rows: u32, refuses: Refuses) -> Fallible<()> {
    let mut accounted = 0.0;
    let mut refused = 0;
    let ours = || {
        let (run, stats) = submit(setting, rows, "10/s", refuses)?;
        accounted = f64::from(rows) / RATE + stats.paused_s;
        refused = stats.refused;
        Ok(Sample { value: run.seconds, peak_mib: run.peak_mib })
    };
    let mut paired = Paired::default();
    paired.ours.run(&mut { ours });
    paired.baseline.run(&mut || Ok(Sample { value: accounted, peak_mib: None }));
    let what = format!("{} % of {}, {rows} rows : rate and pauses", refuses.percent, refuses.status);
    let remark = format!("{refused} refused");
    Line { what, unit: Unit::Seconds, paired, goals: vec![Goal::RatioAtMost(1.3)], remark }.print().map_err(Into::into)
}

/// Set against the limit.
fn limited(setting: &Setting, rows: u32) -> Fallible<()> {
    let mut refused = 0;
    let mut ours = || {
        let (run, stats) = submit(setting, rows, "200/s", Refuses { percent: 0, status: 429, limit: Some(LIMIT) })?;
        refused = stats.refused;
        Ok(Sample { value: f64::from(rows) / stats.span_s, peak_mib: run.peak_mib })
    };
    let mut paired = Paired::default();
    paired.ours.run(&mut ours);
    paired.baseline.run(&mut || Ok(Sample { value: LIMIT as f64, peak_mib: None }));
    let what = format!("{LIMIT}/s under --rate 200/s, {rows} rows : limit");
    let remark = format!("{refused} refused");
    Ok(Line { what, unit: Unit::PerSecond, paired, goals: vec![Goal::RatioAtLeast(0.85)], remark }.print()?)
}

fn submit(setting: &Setting, rows: u32, rate: &str, refuses: Refuses) -> Fallible<(Run, Stats)> {
    let server = Server::refusing(DELAY, refuses)?;
    let (list, scratch) = (setting.csv(rows)?, setting.scratch()?);
    let mut command = child::caseload(&setting.program, scratch.path());
    command.arg("submit").arg(list).args(["--base-url", &server.url(), "--rate", rate, "--yes", "--json"]);
    command.arg("--ledger").arg(scratch.path().join("ledger.db")).arg("-o").arg(scratch.path().join("result.csv"));
    let run = child::run(&mut command)?;
    let stats = server.stats()?;
    all_of(rows, counted(&run.stdout, "done")?)?;
    all_of(rows, (stats.requests - stats.refused) as u64)?;
    Ok((run, stats))
}
