//! `submit` against the same libraries without its promises.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::{Setting, all_of, counted};
use crate::Fallible;
use crate::child::{self, Run, Server};
use crate::install_list::Strings;
use crate::round::{Paired, Sample};
use crate::server::Stats;
use crate::table::{Goal, Line, Unit};

/// No limit that the machine could reach.
const NO_LIMIT: &str = "1000000/s";

/// The sending alone, from the first request to the last, as the server saw it.
pub fn at_once(setting: &Setting, rows: u32) -> Fallible<()> {
    let what = format!("submit {rows} CSV, at once : csv + reqwest");
    sending(setting, rows, Duration::ZERO, what, Goal::RatioAtLeast(0.6))
}

pub fn delayed(setting: &Setting, rows: u32) -> Fallible<()> {
    let delay = Duration::from_millis(20);
    sending(setting, rows, delay, format!("submit {rows} CSV, 20 ms : csv + reqwest"), Goal::RatioAtLeast(0.9))?;
    if child::run(child::oha().arg("--version")).is_err() {
        return Ok(());
    }
    let list = setting.csv(rows)?;
    let ours = || submit(setting, rows, &list, delay, "result.csv").map(|(run, stats)| sent(&run, stats));
    let line = Line {
        what: format!("submit {rows} CSV, 20 ms : oha"),
        unit: Unit::PerSecond,
        paired: Paired::measure(setting.rounds, ours, || oha(rows, delay)),
        goals: vec![Goal::RatioAtLeast(0.9)],
        remark: String::new(),
    };
    Ok(line.print()?)
}

fn sending(setting: &Setting, rows: u32, delay: Duration, what: String, goal: Goal) -> Fallible<()> {
    let list = setting.csv(rows)?;
    let ours = || submit(setting, rows, &list, delay, "result.csv").map(|(run, stats)| sent(&run, stats));
    let baseline = || {
        let server = Server::start(delay)?;
        let run = child::run(child::own(["send-csv".as_ref(), list.as_os_str()])?.arg(server.url()))?;
        Ok(sent(&run, server.stats()?))
    };
    let paired = Paired::measure(setting.rounds, ours, baseline);
    Ok(Line { what, unit: Unit::PerSecond, paired, goals: vec![goal], remark: String::new() }.print()?)
}

/// A workbook in and a workbook out, from the start of the process to its end.
pub fn whole(setting: &Setting, rows: u32) -> Fallible<()> {
    let list = setting.xlsx(rows, Strings::Inline)?;
    let paired = Paired::measure(
        setting.rounds,
        || submit(setting, rows, &list, Duration::ZERO, "result.xlsx").map(|(run, _)| took(&run)),
        || prototype(setting, rows, &list),
    );
    let goals = vec![Goal::RatioAtMost(2.0)];
    let what = format!("whole {rows} xlsx : prototype");
    Ok(Line { what, unit: Unit::Seconds, paired, goals, remark: String::new() }.print()?)
}

/// One run, for its memory.
pub fn peak(setting: &Setting, rows: u32) -> Fallible<()> {
    let lists = [
        ("CSV", setting.csv(rows)?),
        ("xlsx inline", setting.xlsx(rows, Strings::Inline)?),
        ("xlsx shared", setting.xlsx(rows, Strings::Shared)?),
    ];
    for (name, list) in lists {
        let paired = Paired::measure(
            1,
            || submit(setting, rows, &list, Duration::ZERO, "result.xlsx").map(|(run, _)| took(&run)),
            || prototype(setting, rows, &list),
        );
        let goals = vec![Goal::PeakUnder(150.0)];
        let what = format!("peak {rows} {name} to xlsx : prototype");
        Line { what, unit: Unit::Seconds, paired, goals, remark: "once".to_owned() }.print()?;
    }
    Ok(())
}

/// One `submit` without a limit.
fn submit(setting: &Setting, rows: u32, list: &Path, delay: Duration, result: &str) -> Fallible<(Run, Stats)> {
    limited(setting, rows, list, delay, NO_LIMIT, result)
}

/// One `submit`, 64 in flight, with a new ledger, to a server of its own that has to have seen each row once.
pub(super) fn limited(
    setting: &Setting,
    rows: u32,
    list: &Path,
    delay: Duration,
    rate: &str,
    result: &str,
) -> Fallible<(Run, Stats)> {
    let server = Server::start(delay)?;
    let scratch: TempDir = setting.scratch()?;
    let place = scratch.path();
    let mut command = child::caseload(&setting.program, place);
    command.arg("submit").arg(list).args(["--base-url", &server.url(), "--concurrency", "64", "--rate", rate, "--yes"]);
    command.arg("--ledger").arg(place.join("ledger.db")).arg("-o").arg(place.join(result)).arg("--json");
    let run = child::run(&mut command)?;
    let stats = server.stats()?;
    all_of(rows, counted(&run.stdout, "done")?)?;
    all_of(rows, stats.requests as u64)?;
    Ok((run, stats))
}

fn prototype(setting: &Setting, rows: u32, list: &Path) -> Fallible<Sample> {
    let server = Server::start(Duration::ZERO)?;
    let scratch = setting.scratch()?;
    let mut command = child::own(["prototype".as_ref(), list.as_os_str()])?;
    command.arg(server.url()).arg(scratch.path().join("ledger.db")).arg(scratch.path().join("result.xlsx"));
    let run = child::run(&mut command)?;
    all_of(rows, server.stats()?.requests as u64)?;
    Ok(took(&run))
}

/// oha with one body, as many requests as there are rows.
fn oha(rows: u32, delay: Duration) -> Fallible<Sample> {
    const BODY: &str = r#"{"caseType":"defect","defectCode":"psu","deviceId":"FU0000000001","detail":"Kasa 1"}"#;
    let server = Server::start(delay)?;
    let mut command = child::oha();
    command.args(["--no-tui", "-n", &rows.to_string(), "-c", "64", "-m", "POST", "-T", "application/json", "-d", BODY]);
    let run = child::run(command.arg(server.url() + "/api/v1/cases"))?;
    Ok(sent(&run, server.stats()?))
}

fn took(run: &Run) -> Sample {
    Sample { value: run.seconds, peak_mib: run.peak_mib }
}

fn sent(run: &Run, stats: Stats) -> Sample {
    Sample { value: stats.per_second(), peak_mib: run.peak_mib }
}
