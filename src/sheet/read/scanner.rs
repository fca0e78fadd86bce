//! The scanner of a workbook's large parts: its sheets, and the texts that they share. It runs beside the parser and
//! always ahead of it. The parser receives a part's bytes only after the scanner has checked everything they inflate to
//! (`scan`). A part that nobody scans stays closed.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::archive::{Archive, find};
use super::gate::{Gate, Gated};
use super::marks::{self, Marks};
use super::metered::BUFFER;
use super::scan::Seen;
use super::slice::Slice;
use super::trouble::Trouble;
use super::weight::{Budget, Texts};
use crate::error::Error;
use crate::panics::parsing;

/// A part that is scanned beside the parser.
#[derive(Debug)]
pub(super) enum Part {
    Texts(Texts),
    /// Its path.
    Sheet(String),
}

impl Part {
    fn path(&self) -> &str {
        match self {
            Part::Texts(texts) => &texts.path,
            Part::Sheet(path) => path,
        }
    }
}

/// Scans some parts on a thread of its own.
#[derive(Debug)]
pub(super) struct Scanner {
    gate: Arc<Gate>,
    /// For each part, whether it holds something that only its marks can tell.
    special: Arc<[AtomicBool]>,
    left: Arc<AtomicBool>,
}

impl Scanner {
    /// Closes to the parser every part that nobody has scanned, and begins to scan these parts in this order. `reached`
    /// is that of the archive.
    pub fn begin(
        mut archive: Archive,
        budget: Budget,
        reached: Arc<AtomicU64>,
        parts: Vec<Part>,
    ) -> Result<Self, Trouble> {
        let scanner = Self {
            gate: gate(&mut archive, &budget, &parts)?,
            special: parts.iter().map(|_| AtomicBool::new(false)).collect(),
            left: Arc::default(),
        };
        let mut work = Work {
            archive,
            budget,
            reached,
            gate: Arc::clone(&scanner.gate),
            special: Arc::clone(&scanner.special),
            left: Arc::clone(&scanner.left),
        };
        let run = move || {
            // A panic finds nothing in its part, which therefore stays closed.
            let _ = parsing(|| {
                work.all(&parts);
                Ok(())
            });
            work.gate.end();
        };
        thread::Builder::new().name("scanner".to_owned()).spawn(run)?;
        Ok(scanner)
    }

    /// What the parser reads the file through.
    pub fn gated(&self, slice: Slice) -> Gated {
        Gated::new(slice, &self.gate)
    }

    /// Whether the part calls for its marks, as far as the parser can have read.
    pub fn is_special(&self, part: usize) -> bool {
        // The gate, passed since, orders this behind what was seen.
        self.special[part].load(Ordering::Relaxed)
    }

    /// The marks of a part. Waits until all of it is scanned.
    pub fn marks(&self, part: usize) -> Result<Arc<Marks>, Trouble> {
        self.gate.marks(part)
    }

    /// What to tell where the parser stumbles in a part. A fault that the scanner finds comes first, even one in another
    /// part: it closes all of them.
    pub fn cause(&self, part: usize, file: &str, stumbled: Error) -> Error {
        let trouble = self.marks(part).err().or_else(|| self.gate.trouble());
        trouble.map_or(stumbled, |trouble| trouble.of(file))
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.left.store(true, Ordering::Relaxed);
    }
}

/// A gate before these parts and before all others that nobody has scanned.
fn gate(archive: &mut Archive, budget: &Budget, parts: &[Part]) -> Result<Arc<Gate>, Trouble> {
    let index = |part: &Part| find(archive, part.path()).ok_or_else(|| Trouble::Damaged(part.path().to_owned()));
    let own = parts.iter().map(index).collect::<Result<Vec<_>, _>>()?;
    let others = (0..archive.len()).filter(|index| !own.contains(index) && !budget.has_scanned(*index));
    let others: Vec<_> = others.collect();
    let mut range = |index: usize| -> Result<Range<u64>, Trouble> {
        let part = archive.by_index_raw(index)?;
        let start = part.data_start().ok_or_else(|| Trouble::Damaged(format!("zip: {index}")))?;
        Ok(start..start.saturating_add(part.compressed_size()))
    };
    let ahead = own.into_iter().map(&mut range).collect::<Result<_, _>>()?;
    let closed = others.into_iter().map(range).collect::<Result<_, _>>()?;
    Ok(Gate::new(ahead, closed))
}

/// What the thread works with.
struct Work {
    archive: Archive,
    budget: Budget,
    reached: Arc<AtomicU64>,
    gate: Arc<Gate>,
    special: Arc<[AtomicBool]>,
    left: Arc<AtomicBool>,
}

impl Work {
    fn all(&mut self, parts: &[Part]) {
        for (index, part) in parts.iter().enumerate() {
            let found = self.part(index, part).map(Arc::new);
            let failed = found.is_err();
            self.gate.found(index, found);
            if failed {
                return;
            }
        }
    }

    fn part(&mut self, index: usize, part: &Part) -> Result<Marks, Trouble> {
        match part {
            Part::Texts(texts) => {
                self.survey(index, &texts.path, |seen| texts.weigh(seen))?;
                Ok(Marks::default())
            }
            Part::Sheet(path) => {
                let special = Arc::clone(&self.special);
                let seen = self.survey(index, path, |seen| {
                    special[index].store(seen.is_special(), Ordering::Relaxed);
                    Ok(())
                })?;
                if seen.is_special() { marks::read(&mut self.archive, path) } else { Ok(Marks::default()) }
            }
        }
    }

    /// Scans all of a part, and lets the parser follow.
    fn survey(
        &mut self,
        index: usize,
        path: &str,
        judge: impl Fn(&Seen) -> Result<(), Trouble>,
    ) -> Result<Seen, Trouble> {
        let mut before = 0;
        let seen = self.budget.survey(&mut self.archive, path, |seen| {
            if self.left.load(Ordering::Relaxed) {
                return Err(Trouble::Damaged("left".to_owned()));
            }
            judge(seen)?;
            // All that was taken from the buffer before this chunk was asked for has been inflated and seen by now.
            self.gate.open_to(index, before);
            before = self.reached.load(Ordering::Relaxed).saturating_sub(BUFFER as u64);
            Ok(())
        })?;
        seen.ok_or_else(|| Trouble::Damaged(path.to_owned()))
    }
}
