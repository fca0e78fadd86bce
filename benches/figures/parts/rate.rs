//! `--rate`: how much of it is reached, and whether any second holds more.

use std::time::Duration;

use super::Setting;
use super::submit::limited;
use crate::Fallible;
use crate::round::{Paired, Sample};
use crate::table::{Goal, Line, Unit};

const RATES: [u32; 3] = [50, 500, 2000];

/// Sends for so many seconds at each rate.
pub fn measure(setting: &Setting, seconds: u32) -> Fallible<()> {
    for rate in RATES {
        let rows = rate * seconds;
        let list = setting.csv(rows)?;
        let mut worst = None;
        let mut ours = || {
            let (run, stats) = limited(setting, rows, &list, Duration::ZERO, &format!("{rate}/s"), "result.csv")?;
            worst = Some(stats.worst_second);
            Ok(Sample { value: stats.per_second(), peak_mib: run.peak_mib })
        };
        let paired = Paired::measure(1, &mut ours, || Ok(Sample { value: f64::from(rate), peak_mib: None }));
        let remark = worst.map_or_else(String::new, |worst| {
            let judgement = if worst <= rate as usize { "met" } else { "MISSED" };
            format!("worst second {worst} ≤ {rate} {judgement}")
        });
        let what = format!("--rate {rate}/s for {seconds} s : the rate itself");
        Line { what, unit: Unit::PerSecond, paired, goals: vec![Goal::RatioAtLeast(0.97)], remark }.print()?;
    }
    Ok(())
}
