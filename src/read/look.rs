//! The look through the sheets of a workbook (`xml`). It goes on beside the parser and always ahead of it: of a
//! sheet's part the parser gets no byte before all that it inflates to was looked at.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::marks::{self, Marks};
use super::parts::{Archive, Budget, Trouble, find};
use super::shield::shielded;
use super::source::Slice;

/// Compressed bytes that the looking side may hold and not have inflated yet.
const BUFFER: usize = 32 * 1024;
/// Compressed bytes that the parser gets at a time while a look goes on: they may inflate to a thousand times as many,
/// and it goes through all of them before it learns that the look has failed.
const PIECE: usize = 4 * 1024;

/// A reader for the archive of the looking side, and how far it has read.
pub(super) fn metered(slice: Slice) -> (BufReader<Metered>, Arc<AtomicU64>) {
    let reached = Arc::new(AtomicU64::new(0));
    (BufReader::with_capacity(BUFFER, Metered { slice, reached: Arc::clone(&reached) }), reached)
}

/// Tells how far it was read.
#[derive(Debug)]
pub(super) struct Metered {
    slice: Slice,
    reached: Arc<AtomicU64>,
}

impl Read for Metered {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.slice.read(buf)?;
        self.reached.store(self.slice.position(), Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let found = self.slice.seek(to);
        self.reached.store(self.slice.position(), Ordering::Relaxed);
        found
    }
}

/// What the parser reads through.
#[derive(Debug)]
pub(super) struct Gated {
    slice: Slice,
    gate: Arc<Gate>,
}

impl Gated {
    pub fn new(slice: Slice, gate: &Arc<Gate>) -> Self {
        Self { slice, gate: Arc::clone(gate) }
    }
}

impl Read for Gated {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let free = self.gate.free(self.slice.position(), buf.len())?;
        self.slice.read(&mut buf[..free])
    }
}

impl Seek for Gated {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.slice.seek(to)
    }
}

/// Between the look and the parser. Open everywhere until a look begins.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Of each part, the bytes of the file that the parser may not read yet.
    ahead: Vec<Range<u64>>,
    /// Of each part that was looked at whole.
    found: Vec<Option<Result<Arc<Marks>, Trouble>>>,
    ended: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.moved.notify_all();
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.moved.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of `most` bytes from `at` on may be read; waits until it is one at least. None where a look has failed.
    fn free(&self, at: u64, most: usize) -> io::Result<usize> {
        let mut state = self.state();
        let most = if state.ended { most } else { most.min(PIECE) };
        let end = at.saturating_add(most as u64);
        loop {
            if state.found.iter().flatten().any(Result::is_err) {
                return Err(io::Error::other("the look failed"));
            }
            let barred = state.ahead.iter().filter(|part| part.start < end && part.end > at);
            match barred.map(|part| part.start.max(at)).min() {
                None => return Ok(most),
                Some(first) if first > at => return Ok((first - at) as usize),
                Some(_) if state.ended => return Err(io::Error::other("the look ended")),
                Some(_) => state = self.wait(state),
            }
        }
    }
}

/// The look through the parts of some sheets, on a thread of its own.
#[derive(Debug)]
pub(super) struct Look {
    gate: Arc<Gate>,
    /// Of each part, whether something was seen that is worth a second look.
    special: Arc<[AtomicBool]>,
    left: Arc<AtomicBool>,
}

impl Look {
    /// Bars the parts to the parser and begins to look at them, in this order. `reached` is that of the archive.
    pub fn begin(
        mut archive: Archive,
        budget: Budget,
        (gate, reached): (Arc<Gate>, Arc<AtomicU64>),
        paths: Vec<String>,
    ) -> Result<Self, Trouble> {
        let ranges = paths.iter().map(|path| range(&mut archive, path)).collect::<Result<Vec<_>, _>>()?;
        gate.change(|state| {
            state.found = vec![None; ranges.len()];
            state.ahead = ranges;
        });
        let special = paths.iter().map(|_| AtomicBool::new(false)).collect();
        let look = Self { gate, special, left: Arc::default() };
        let mut looking = Looking {
            archive,
            budget,
            reached,
            gate: Arc::clone(&look.gate),
            special: Arc::clone(&look.special),
            left: Arc::clone(&look.left),
        };
        let work = move || {
            // What panics over a part has found nothing, and its part stays barred.
            let _ = shielded(|| {
                looking.all(&paths);
                Ok(())
            });
            looking.gate.change(|state| state.ended = true);
        };
        thread::Builder::new().name("look".to_owned()).spawn(work)?;
        Ok(look)
    }

    /// Whether something in the part calls for its marks, as far as the parser can have read.
    pub fn is_special(&self, part: usize) -> bool {
        // The gate, passed since, orders this behind what was seen.
        self.special[part].load(Ordering::Relaxed)
    }

    /// The marks of a part, when all of it was looked at.
    pub fn marks(&self, part: usize) -> Result<Arc<Marks>, Trouble> {
        let mut state = self.gate.state();
        loop {
            if let Some(found) = &state.found[part] {
                return found.clone();
            }
            if let Some(Err(trouble)) = state.found.iter().flatten().find(|found| found.is_err()) {
                return Err(trouble.clone());
            }
            if state.ended {
                return Err(Trouble::Damaged("the look ended".to_owned()));
            }
            state = self.gate.wait(state);
        }
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.left.store(true, Ordering::Relaxed);
    }
}

/// Where a part's bytes stand in the file.
fn range(archive: &mut Archive, path: &str) -> Result<Range<u64>, Trouble> {
    let missing = || Trouble::Damaged(path.to_owned());
    let part = archive.by_index(find(archive, path).ok_or_else(missing)?)?;
    let start = part.data_start().ok_or_else(missing)?;
    Ok(start..start.saturating_add(part.compressed_size()))
}

/// What the thread holds.
struct Looking {
    archive: Archive,
    budget: Budget,
    reached: Arc<AtomicU64>,
    gate: Arc<Gate>,
    special: Arc<[AtomicBool]>,
    left: Arc<AtomicBool>,
}

impl Looking {
    fn all(&mut self, paths: &[String]) {
        for (index, path) in paths.iter().enumerate() {
            let found = self.part(index, path).map(Arc::new);
            let goes_on = found.is_ok();
            self.gate.change(|state| {
                if goes_on {
                    state.ahead[index] = 0..0;
                }
                state.found[index] = Some(found);
            });
            if !goes_on {
                return;
            }
        }
    }

    fn part(&mut self, index: usize, path: &str) -> Result<Marks, Trouble> {
        let (gate, special, left) = (&self.gate, &self.special[index], &self.left);
        let mut before = 0;
        let seen = self.budget.survey(&mut self.archive, path, |seen| {
            if left.load(Ordering::Relaxed) {
                return Err(Trouble::Damaged("left".to_owned()));
            }
            if seen.is_special() {
                special.store(true, Ordering::Relaxed);
            }
            // All that was taken from the buffer before this chunk was asked for has been inflated and seen by now.
            let passed = before;
            before = self.reached.load(Ordering::Relaxed).saturating_sub(BUFFER as u64);
            gate.change(|state| {
                let ahead = &mut state.ahead[index];
                ahead.start = passed.clamp(ahead.start, ahead.end);
            });
            Ok(())
        })?;
        let seen = seen.ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
        if seen.is_special() { marks::read(&mut self.archive, path) } else { Ok(Marks::default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn barred(range: Range<u64>) -> Arc<Gate> {
        let gate = Arc::new(Gate::default());
        gate.change(|state| (state.ahead, state.found) = (vec![range], vec![None]));
        gate
    }

    #[test]
    fn what_was_not_looked_at_is_not_read() {
        let gate = barred(100..200);
        assert_eq!(gate.free(0, 50).unwrap(), 50);
        assert_eq!(gate.free(90, 50).unwrap(), 10);
        assert_eq!(gate.free(200, 50).unwrap(), 50);
        gate.change(|state| state.ahead[0].start = 130);
        assert_eq!(gate.free(120, 50).unwrap(), 10);
        gate.change(|state| state.ahead[0] = 0..0);
        assert_eq!(gate.free(120, 50).unwrap(), 50);
    }

    #[test]
    fn who_reads_waits_for_the_look() {
        let gate = barred(100..200);
        let reader = thread::spawn({
            let gate = Arc::clone(&gate);
            move || gate.free(150, 20).unwrap()
        });
        gate.change(|state| state.ahead[0].start = 160);
        assert_eq!(reader.join().unwrap(), 10);
    }

    #[test]
    fn a_look_that_failed_closes_what_was_open() {
        let gate = barred(100..200);
        assert_eq!(gate.free(0, 50).unwrap(), 50);
        assert_eq!(gate.free(200, 1024 * 1024).unwrap(), PIECE);
        gate.change(|state| state.found[0] = Some(Err(Trouble::TooLarge("part".to_owned()))));
        assert!(gate.free(0, 50).is_err() && gate.free(200, 50).is_err());
    }

    #[test]
    fn a_look_that_ended_early_lets_nobody_in_and_nobody_wait() {
        let gate = barred(100..200);
        gate.change(|state| state.ended = true);
        assert!(gate.free(150, 20).is_err());
        let look = Look { gate, special: [AtomicBool::new(false)].into(), left: Arc::default() };
        assert!(matches!(look.marks(0), Err(Trouble::Damaged(_))));
    }
}
