//! Unpacks a gzip file into a private file, and reads that.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::slice::{CHUNK, Slice};
use super::trouble::Trouble;
use crate::error::{Error, FileFault};

/// How every such file begins.
pub(super) const MAGIC: &[u8] = b"\x1f\x8b";

/// Bytes that a file may have once it is unpacked.
const LARGEST: u64 = 2 * 1024 * 1024 * 1024;

/// Unpacks a file; gives the one that has its content, and its length.
pub(super) fn unpack(packed: Slice, name: &str, scratch: &Path) -> Result<(File, u64), Error> {
    let no_room = |error: io::Error| Error::new(name, FileFault::NoRoomToUnpack(error.to_string()));
    let mut file = tempfile::tempfile_in(scratch).map_err(no_room)?;
    let mut content = MultiGzDecoder::new(BufReader::with_capacity(CHUNK, packed));
    let mut chunk = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let count = match content.read(&mut chunk) {
            Ok(0) => return Ok((file, length)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Trouble::Damaged(error.to_string()).of(name)),
        };
        length += count as u64;
        if length > LARGEST {
            return Err(Error::new(name, FileFault::UnpacksTooLarge(LARGEST)));
        }
        file.write_all(&chunk[..count]).map_err(no_room)?;
    }
}
