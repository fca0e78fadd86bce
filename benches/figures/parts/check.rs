//! `check` against the least that checking costs.

use std::path::Path;

use super::{Setting, all_of, counted};
use crate::Fallible;
use crate::child::{self, Run};
use crate::install_list::Strings;
use crate::round::{Paired, Sample};
use crate::table::{Goal, Line, Unit};

pub fn measure(setting: &Setting, rows: u32) -> Fallible<()> {
    let list = setting.csv(rows)?;
    let goals = [Goal::RatioAtMost(2.0), Goal::PeakUnder(100.0)];
    against(setting, rows, &list, "check-csv", "CSV : csv + jsonschema", &goals)?;
    let goals = [Goal::RatioAtMost(1.5), Goal::PeakUnder(250.0)];
    for strings in [Strings::Inline, Strings::Shared] {
        let list = setting.xlsx(rows, strings)?;
        let what = format!("XLSX {strings:?} : calamine's cells").to_lowercase();
        against(setting, rows, &list, "read-cells", &what, &goals)?;
    }
    Ok(())
}

fn against(setting: &Setting, rows: u32, list: &Path, mode: &str, what: &str, goals: &[Goal]) -> Fallible<()> {
    let baseline = || Ok(sample(&child::run(&mut child::own([mode.as_ref(), list.as_os_str()])?)?));
    let bare = Line {
        what: format!("check {rows} {what}"),
        unit: Unit::Seconds,
        paired: Paired::measure(setting.rounds, || check(setting, rows, list, "none"), baseline),
        goals: goals.to_vec(),
        remark: String::new(),
    };
    bare.print()?;
    let mut paired = Paired::default();
    paired.ours.run(&mut || check(setting, rows, list, "check.xlsx"));
    let what = "    the same, with its workbook (once)".to_owned();
    Ok(Line { what, unit: Unit::Seconds, paired, goals: Vec::new(), remark: String::new() }.print()?)
}

/// `output` is `none` or the name of a workbook.
fn check(setting: &Setting, rows: u32, list: &Path, output: &str) -> Fallible<Sample> {
    let scratch = setting.scratch()?;
    let mut command = child::caseload(&setting.program, scratch.path());
    command.current_dir(scratch.path()).arg("check").arg(list).args(["-o", output, "--json"]);
    let run = child::run(&mut command)?;
    all_of(rows, counted(&run.stdout, "rows")?)?;
    Ok(sample(&run))
}

fn sample(run: &Run) -> Sample {
    Sample { value: run.seconds, peak_mib: run.peak_mib }
}
