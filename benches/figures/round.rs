//! Rounds in which two programs run in turns.

use crate::Fallible;

/// One run: seconds or requests a second, and the most memory in MiB.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub value: f64,
    pub peak_mib: Option<f64>,
}

/// The runs of one program.
#[derive(Debug, Default)]
pub struct Series {
    samples: Vec<Sample>,
    /// Why it is not run any more.
    pub failure: Option<String>,
}

/// The runs of two programs, round by round.
#[derive(Debug, Default)]
pub struct Paired {
    pub ours: Series,
    pub baseline: Series,
}

impl Paired {
    /// Who goes first changes from round to round. A program that failed is left out of the rest.
    pub fn measure(
        rounds: usize,
        mut ours: impl FnMut() -> Fallible<Sample>,
        mut baseline: impl FnMut() -> Fallible<Sample>,
    ) -> Self {
        let mut paired = Self::default();
        for round in 0..rounds {
            if round % 2 == 0 {
                paired.ours.run(&mut ours);
                paired.baseline.run(&mut baseline);
            } else {
                paired.baseline.run(&mut baseline);
                paired.ours.run(&mut ours);
            }
        }
        paired
    }

    /// Ours as a multiple of the baseline: the median of the rounds' ratios.
    pub fn ratio(&self) -> Option<f64> {
        if self.ours.failure.is_some() || self.baseline.failure.is_some() {
            return None;
        }
        let pairs = self.ours.samples.iter().zip(&self.baseline.samples);
        median(pairs.map(|(ours, baseline)| ours.value / baseline.value))
    }
}

impl Series {
    pub fn run(&mut self, program: &mut impl FnMut() -> Fallible<Sample>) {
        if self.failure.is_none() {
            match program() {
                Ok(sample) => self.samples.push(sample),
                Err(error) => self.failure = Some(error.to_string()),
            }
        }
    }

    pub fn median(&self) -> Option<f64> {
        median(self.samples.iter().map(|sample| sample.value))
    }

    /// The highest peak of all runs, in MiB.
    pub fn peak_mib(&self) -> Option<f64> {
        self.samples.iter().filter_map(|sample| sample.peak_mib).reduce(f64::max)
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 0 => Some(f64::midpoint(values[middle - 1], values[middle])),
        _ => Some(values[middle]),
    }
}
