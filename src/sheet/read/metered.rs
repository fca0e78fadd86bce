//! A reader that tells how far it has read. The scanner goes by it.

use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::slice::Slice;

/// Compressed bytes that the scanner may hold before it inflates them.
pub(super) const BUFFER: usize = 32 * 1024;

/// A reader for the scanner's archive, and how far it has read.
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
