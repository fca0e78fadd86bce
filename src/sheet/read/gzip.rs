//! A file that gzip has packed: it is unpacked into a private file, and read there.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use flate2::read::MultiGzDecoder;

use super::source::{CHUNK, Slice};
use super::trouble::Trouble;
use crate::error::Error;
use crate::text;

/// How every such file begins.
pub(super) const MAGIC: &[u8] = b"\x1f\x8b";

/// Bytes that a file may have once it is unpacked.
const LARGEST: u64 = 2 * 1024 * 1024 * 1024;

/// Unpacks a file; gives the one that has its content, and its length.
pub(super) fn unpack(packed: Slice, name: &str) -> Result<(File, u64), Error> {
    let mut file = tempfile::tempfile().map_err(|error| no_room(name, &error))?;
    let mut content = MultiGzDecoder::new(BufReader::with_capacity(CHUNK, packed));
    let mut chunk = vec![0; CHUNK];
    let mut length = 0;
    loop {
        let count = match content.read(&mut chunk) {
            Ok(0) => return Ok((file, length)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Trouble::Damaged(error.to_string()).stop(name)),
        };
        length += count as u64;
        if length > LARGEST {
            return Err(too_large(name));
        }
        file.write_all(&chunk[..count]).map_err(|error| no_room(name, &error))?;
    }
}

fn too_large(name: &str) -> Error {
    let most = LARGEST / (1024 * 1024 * 1024);
    Error::new(text!(
        "{name} açılınca {most} GiB'den büyük oluyor. Arşivi kendiniz açıp dosyayı bölün.",
        "{name} unpacks to more than {most} GiB. Unpack it yourself, and split the file."
    ))
}

fn no_room(name: &str, error: &io::Error) -> Error {
    Error::new(text!(
        "{name} geçici bir dosyaya açılamadı ({error}). Diskte yer açın ya da arşivi kendiniz açıp içindeki dosyayı verin.",
        "{name} could not be unpacked into a temporary file ({error}). Make room on the disk, or unpack it yourself and give the file that is in it."
    ))
}
