//! Between the look through a workbook and its parser: what the parser may read of the file, and what was found.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::marks::Marks;
use super::slice::Slice;
use super::trouble::Trouble;

/// Compressed bytes that the parser gets at a time while a look goes on: they may inflate to a thousand times as many,
/// and it goes through all of them before it learns that the look has failed.
const PIECE: usize = 4 * 1024;
/// Bytes that are left blank: the search for the directory at the end of an archive goes through 64 KiB at most; who
/// asks for more wants to read them.
const MOST_BLANK: u64 = 256 * 1024;

/// What the parser reads through.
#[derive(Debug)]
pub(super) struct Gated {
    slice: Slice,
    gate: Arc<Gate>,
    /// Where the bytes end that it got last.
    end: Option<u64>,
}

impl Gated {
    pub fn new(slice: Slice, gate: &Arc<Gate>) -> Self {
        Self { slice, gate: Arc::clone(gate), end: None }
    }
}

impl Read for Gated {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let at = self.slice.position();
        match self.gate.leave(at, buf.len(), self.end == Some(at))? {
            Leave::Read(count) => {
                let count = self.slice.read(&mut buf[..count])?;
                self.end = Some(at + count as u64);
                Ok(count)
            }
            Leave::Blank(count) => {
                buf[..count].fill(0);
                self.slice.seek(SeekFrom::Start(at + count as u64))?;
                Ok(count)
            }
        }
    }
}

impl Seek for Gated {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.slice.seek(to)
    }
}

/// What the parser gets of the bytes that it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leave {
    /// So many.
    Read(usize),
    /// Zeros in place of so many.
    Blank(usize),
}

/// What was found in a part.
type Found = Result<Arc<Marks>, Trouble>;

#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug)]
struct State {
    parts: Vec<Part>,
    /// Where the parts stand that nobody looks at.
    closed: Vec<Range<u64>>,
    ended: bool,
    blank: u64,
}

#[derive(Debug)]
struct Part {
    /// Where it stands in the file.
    range: Range<u64>,
    /// To where it was looked at.
    passed: u64,
    /// When all of it was.
    found: Option<Found>,
}

impl Part {
    fn new(range: Range<u64>) -> Self {
        Self { passed: range.start, range, found: None }
    }

    /// What may not be read yet.
    fn ahead(&self) -> Range<u64> {
        self.passed..self.range.end
    }
}

impl Gate {
    /// Before parts that stand at these bytes of the file; parts that nobody looks at are at `closed`.
    pub fn new(ahead: Vec<Range<u64>>, closed: Vec<Range<u64>>) -> Arc<Self> {
        let parts = ahead.into_iter().map(Part::new).collect();
        let state = State { parts, closed, ended: false, blank: 0 };
        Arc::new(Self { state: Mutex::new(state), moved: Condvar::new() })
    }

    /// All of a part that stands before this place of the file was looked at.
    pub fn open_to(&self, part: usize, place: u64) {
        self.change(|state| {
            let part = &mut state.parts[part];
            part.passed = place.clamp(part.passed, part.range.end);
        });
    }

    /// All of a part was looked at; what was found wrong closes the gate for good.
    pub fn found(&self, part: usize, found: Found) {
        self.change(|state| {
            let part = &mut state.parts[part];
            if found.is_ok() {
                part.passed = part.range.end;
            }
            part.found = Some(found);
        });
    }

    /// Nothing more is looked at.
    pub fn end(&self) {
        self.change(|state| state.ended = true);
    }

    /// What was found in a part, once all of it was looked at.
    pub fn marks(&self, part: usize) -> Found {
        let mut state = self.state();
        loop {
            if let Some(found) = &state.parts[part].found {
                return found.clone();
            }
            if let Some(trouble) = state.trouble() {
                return Err(trouble.clone());
            }
            if state.ended {
                return Err(Trouble::Damaged("the look ended".to_owned()));
            }
            state = self.wait(state);
        }
    }

    /// What was found wrong until now.
    pub fn trouble(&self) -> Option<Trouble> {
        self.state().trouble().cloned()
    }

    /// What the parser gets of `most` bytes from `at` on; waits until it is one at least. `follows`: they follow those
    /// that it got last.
    fn leave(&self, at: u64, most: usize, follows: bool) -> io::Result<Leave> {
        let mut state = self.state();
        let most = if state.ended { most } else { most.min(PIECE) };
        loop {
            if state.trouble().is_some() {
                return Err(io::Error::other("the look failed"));
            }
            if let Some(end) = state.blank_to(at, follows) {
                return state.blank(most.min((end - at) as usize));
            }
            let free = state.free(at, most);
            if free > 0 || most == 0 {
                return Ok(Leave::Read(free));
            }
            if state.ended {
                return Err(io::Error::other("the look ended"));
            }
            state = self.wait(state);
        }
    }

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
}

impl State {
    fn trouble(&self) -> Option<&Trouble> {
        self.parts.iter().filter_map(|part| part.found.as_ref()).find_map(|found| found.as_ref().err())
    }

    /// How many of `most` bytes from `at` on stand before any that may not be read.
    fn free(&self, at: u64, most: usize) -> usize {
        let end = at.saturating_add(most as u64);
        let barred = self.parts.iter().map(Part::ahead).chain(self.closed.iter().cloned());
        let barred = barred.filter(|part| part.start < end && part.end > at);
        (barred.map(|part| part.start.max(at)).min().unwrap_or(end) - at) as usize
    }

    /// To where there are zeros from `at` on. Who begins within a part does not read it, but searches for something:
    /// for that it must not wait.
    fn blank_to(&self, at: u64, follows: bool) -> Option<u64> {
        let closed = self.closed.iter().find(|part| part.contains(&at)).map(|part| part.end);
        let within = |part: &&Part| !follows && at > part.range.start && part.ahead().contains(&at);
        closed.or_else(|| self.parts.iter().find(within).map(|part| part.range.end))
    }

    fn blank(&mut self, count: usize) -> io::Result<Leave> {
        self.blank += count as u64;
        if self.blank > MOST_BLANK {
            return Err(io::Error::other("a part that nobody looked at"));
        }
        Ok(Leave::Blank(count))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::Leave::{Blank, Read};
    use super::*;

    fn only(part: Range<u64>) -> Vec<Range<u64>> {
        vec![part]
    }

    fn before(part: Range<u64>) -> Arc<Gate> {
        Gate::new(only(part), Vec::new())
    }

    fn leave(gate: &Gate, at: u64, most: usize) -> io::Result<Leave> {
        gate.leave(at, most, true)
    }

    #[test]
    fn what_was_not_looked_at_is_not_read() {
        let gate = before(100..200);
        assert_eq!(leave(&gate, 0, 50).unwrap(), Read(50));
        assert_eq!(leave(&gate, 90, 50).unwrap(), Read(10));
        assert_eq!(leave(&gate, 200, 50).unwrap(), Read(50));
        gate.open_to(0, 130);
        assert_eq!(leave(&gate, 120, 50).unwrap(), Read(10));
        gate.found(0, Ok(Arc::default()));
        assert_eq!(leave(&gate, 120, 50).unwrap(), Read(50));
    }

    #[test]
    fn who_searches_does_not_wait_and_gets_nothing() {
        let gate = before(100..200);
        assert_eq!(gate.leave(120, 200, false).unwrap(), Blank(80));
        assert_eq!(gate.leave(200, 200, false).unwrap(), Read(200));
        gate.open_to(0, 130);
        assert_eq!(gate.leave(120, 200, false).unwrap(), Read(10));
    }

    #[test]
    fn what_nobody_looks_at_is_blank_and_not_for_ever() {
        let gate = Gate::new(only(100..200), only(200..u64::MAX));
        gate.found(0, Ok(Arc::default()));
        gate.end();
        assert_eq!(leave(&gate, 150, 100).unwrap(), Read(50));
        assert_eq!(leave(&gate, 200, MOST_BLANK as usize).unwrap(), Blank(MOST_BLANK as usize));
        assert!(leave(&gate, 200, 1).is_err());
    }

    #[test]
    fn who_reads_waits_for_the_look() {
        let gate = before(100..200);
        let reader = thread::spawn({
            let gate = Arc::clone(&gate);
            move || (gate.leave(100, 20, false).unwrap(), leave(&gate, 110, 20).unwrap())
        });
        gate.open_to(0, 110);
        gate.open_to(0, 120);
        let (first, second) = reader.join().unwrap();
        assert!(matches!(first, Read(10 | 20)) && second == Read(10), "{first:?}, {second:?}");
    }

    #[test]
    fn a_look_that_failed_closes_what_was_open() {
        let gate = before(100..200);
        assert_eq!(leave(&gate, 0, 50).unwrap(), Read(50));
        assert_eq!(leave(&gate, 200, 1024 * 1024).unwrap(), Read(PIECE));
        gate.found(0, Err(Trouble::TooLarge("part".to_owned())));
        assert!(leave(&gate, 0, 50).is_err() && leave(&gate, 200, 50).is_err());
        assert!(matches!(gate.trouble(), Some(Trouble::TooLarge(_))));
    }

    #[test]
    fn a_look_that_ended_early_lets_nobody_in_and_nobody_wait() {
        let gate = before(100..200);
        gate.end();
        assert!(leave(&gate, 150, 20).is_err());
        assert!(matches!(gate.marks(0), Err(Trouble::Damaged(_))));
    }
}
