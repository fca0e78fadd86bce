//! The gate between the scanner of a workbook and its parser. The parser reads the file through it, and waits there until
//! the scanner has passed the bytes that it wants.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::marks::Marks;
use super::slice::Slice;
use super::trouble::Trouble;

/// Compressed bytes that the parser gets at a time while the scanner works. They may inflate to a thousand times as many,
/// and the parser goes through all of them before it learns that the scanner has found a fault.
const PIECE: usize = 4 * 1024;
/// Zeros that the parser gets in place of closed bytes. The search for the directory at the end of an archive passes
/// 64 KiB at most; a parser that asks for more tries to read a closed part.
const MOST_BLANK: u64 = 256 * 1024;

/// The parser's reader.
#[derive(Debug)]
pub(super) struct Gated {
    slice: Slice,
    gate: Arc<Gate>,
    /// Where the last bytes ended.
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
        match self.gate.grant(at, buf.len(), self.end == Some(at))? {
            Grant::Read(count) => {
                let count = self.slice.read(&mut buf[..count])?;
                self.end = Some(at + count as u64);
                Ok(count)
            }
            Grant::Blank(count) => {
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

/// What the gate gives for the bytes that the parser asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    /// This many bytes of the file.
    Read(usize),
    /// Zeros in place of this many.
    Blank(usize),
}

/// What the scanner found in a part.
type Findings = Result<Arc<Marks>, Trouble>;

#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<Progress>,
    moved: Condvar,
}

#[derive(Debug)]
struct Progress {
    parts: Vec<Part>,
    /// The places of the parts that nobody scans.
    closed: Vec<Range<u64>>,
    ended: bool,
    /// Zeros given so far.
    blank: u64,
}

#[derive(Debug)]
struct Part {
    /// Its place in the file.
    range: Range<u64>,
    /// The scanner has passed the bytes before this place.
    passed: u64,
    /// Known once the scanner has passed all of it.
    found: Option<Findings>,
}

impl Part {
    fn new(range: Range<u64>) -> Self {
        Self { passed: range.start, range, found: None }
    }

    /// The bytes that the parser may not read yet.
    fn ahead(&self) -> Range<u64> {
        self.passed..self.range.end
    }
}

impl Gate {
    /// A gate before the parts at these bytes of the file. Nobody scans the parts at `closed`.
    pub fn new(ahead: Vec<Range<u64>>, closed: Vec<Range<u64>>) -> Arc<Self> {
        let parts = ahead.into_iter().map(Part::new).collect();
        let state = Progress { parts, closed, ended: false, blank: 0 };
        Arc::new(Self { state: Mutex::new(state), moved: Condvar::new() })
    }

    /// The scanner has passed this part up to this place of the file.
    pub fn open_to(&self, part: usize, place: u64) {
        self.change(|state| {
            let part = &mut state.parts[part];
            part.passed = place.clamp(part.passed, part.range.end);
        });
    }

    /// The scanner has passed all of a part, or found a fault in it. A fault closes the gate for good.
    pub fn found(&self, part: usize, found: Findings) {
        self.change(|state| {
            let part = &mut state.parts[part];
            if found.is_ok() {
                part.passed = part.range.end;
            }
            part.found = Some(found);
        });
    }

    /// The scanner has ended.
    pub fn end(&self) {
        self.change(|state| state.ended = true);
    }

    /// What the scanner found in a part. Waits until all of it is passed.
    pub fn marks(&self, part: usize) -> Findings {
        let mut state = self.state();
        loop {
            if let Some(found) = &state.parts[part].found {
                return found.clone();
            }
            if let Some(trouble) = state.trouble() {
                return Err(trouble.clone());
            }
            if state.ended {
                return Err(Trouble::Damaged("the scanner ended".to_owned()));
            }
            state = self.wait(state);
        }
    }

    /// The fault that the scanner has found.
    pub fn trouble(&self) -> Option<Trouble> {
        self.state().trouble().cloned()
    }

    /// What the parser gets of `most` bytes from `at` on. Waits until that is one byte at least. `follows` says that they
    /// follow the bytes that it got last.
    fn grant(&self, at: u64, most: usize, follows: bool) -> io::Result<Grant> {
        let mut state = self.state();
        let most = if state.ended { most } else { most.min(PIECE) };
        loop {
            if state.trouble().is_some() {
                return Err(io::Error::other("the scanner found a fault"));
            }
            if let Some(end) = state.blank_to(at, follows) {
                return state.blank(most.min((end - at) as usize));
            }
            let free = state.free(at, most);
            if free > 0 || most == 0 {
                return Ok(Grant::Read(free));
            }
            if state.ended {
                return Err(io::Error::other("the scanner ended"));
            }
            state = self.wait(state);
        }
    }

    fn state(&self) -> MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.state());
        self.moved.notify_all();
    }

    fn wait<'a>(&self, state: MutexGuard<'a, Progress>) -> MutexGuard<'a, Progress> {
        self.moved.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    fn trouble(&self) -> Option<&Trouble> {
        self.parts.iter().filter_map(|part| part.found.as_ref()).find_map(|found| found.as_ref().err())
    }

    /// How many of `most` bytes from `at` on stand before the first that may not be read.
    fn free(&self, at: u64, most: usize) -> usize {
        let end = at.saturating_add(most as u64);
        let barred = self.parts.iter().map(Part::ahead).chain(self.closed.iter().cloned());
        let barred = barred.filter(|part| part.start < end && part.end > at);
        (barred.map(|part| part.start.max(at)).min().unwrap_or(end) - at) as usize
    }

    /// The end of the zeros that begin at `at`. A parser that starts in the middle of a part is not reading it: it
    /// searches for the archive's directory, and must not wait.
    fn blank_to(&self, at: u64, follows: bool) -> Option<u64> {
        let closed = self.closed.iter().find(|part| part.contains(&at)).map(|part| part.end);
        let within = |part: &&Part| !follows && at > part.range.start && part.ahead().contains(&at);
        closed.or_else(|| self.parts.iter().find(within).map(|part| part.range.end))
    }

    fn blank(&mut self, count: usize) -> io::Result<Grant> {
        self.blank += count as u64;
        if self.blank > MOST_BLANK {
            return Err(io::Error::other("a part that nobody scans"));
        }
        Ok(Grant::Blank(count))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::Grant::{Blank, Read};
    use super::*;

    fn only(part: Range<u64>) -> Vec<Range<u64>> {
        vec![part]
    }

    fn before(part: Range<u64>) -> Arc<Gate> {
        Gate::new(only(part), Vec::new())
    }

    fn grant(gate: &Gate, at: u64, most: usize) -> io::Result<Grant> {
        gate.grant(at, most, true)
    }

    #[test]
    fn bytes_that_were_not_scanned_are_not_read() {
        let gate = before(100..200);
        assert_eq!(grant(&gate, 0, 50).unwrap(), Read(50));
        assert_eq!(grant(&gate, 90, 50).unwrap(), Read(10));
        assert_eq!(grant(&gate, 200, 50).unwrap(), Read(50));
        gate.open_to(0, 130);
        assert_eq!(grant(&gate, 120, 50).unwrap(), Read(10));
        gate.found(0, Ok(Arc::default()));
        assert_eq!(grant(&gate, 120, 50).unwrap(), Read(50));
    }

    #[test]
    fn a_search_does_not_wait_and_gets_zeros() {
        let gate = before(100..200);
        assert_eq!(gate.grant(120, 200, false).unwrap(), Blank(80));
        assert_eq!(gate.grant(200, 200, false).unwrap(), Read(200));
        gate.open_to(0, 130);
        assert_eq!(gate.grant(120, 200, false).unwrap(), Read(10));
    }

    #[test]
    fn a_part_that_nobody_scans_is_blank_up_to_a_limit() {
        let gate = Gate::new(only(100..200), only(200..u64::MAX));
        gate.found(0, Ok(Arc::default()));
        gate.end();
        assert_eq!(grant(&gate, 150, 100).unwrap(), Read(50));
        assert_eq!(grant(&gate, 200, MOST_BLANK as usize).unwrap(), Blank(MOST_BLANK as usize));
        assert!(grant(&gate, 200, 1).is_err());
    }

    #[test]
    fn the_parser_waits_for_the_scanner() {
        let gate = before(100..200);
        let reader = thread::spawn({
            let gate = Arc::clone(&gate);
            move || (gate.grant(100, 20, false).unwrap(), grant(&gate, 110, 20).unwrap())
        });
        gate.open_to(0, 110);
        gate.open_to(0, 120);
        let (first, second) = reader.join().unwrap();
        assert!(matches!(first, Read(10 | 20)) && second == Read(10), "{first:?}, {second:?}");
    }

    #[test]
    fn a_fault_closes_what_was_open() {
        let gate = before(100..200);
        assert_eq!(grant(&gate, 0, 50).unwrap(), Read(50));
        assert_eq!(grant(&gate, 200, 1024 * 1024).unwrap(), Read(PIECE));
        gate.found(0, Err(Trouble::TooLarge("part".to_owned())));
        assert!(grant(&gate, 0, 50).is_err() && grant(&gate, 200, 50).is_err());
        assert!(matches!(gate.trouble(), Some(Trouble::TooLarge(_))));
    }

    #[test]
    fn a_scanner_that_ended_early_lets_nobody_in_and_nobody_wait() {
        let gate = before(100..200);
        gate.end();
        assert!(grant(&gate, 150, 20).is_err());
        assert!(matches!(gate.marks(0), Err(Trouble::Damaged(_))));
    }
}
