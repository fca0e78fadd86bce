//! The mark outside the ledger that tells how far it had come, so that an older copy of it is known for one.
//!
//! Every group of steps that a run commits counts the ledger's generation up, and then writes it into two small files:
//! one beside the ledger, which stays when the ledger alone is put back, and one in the state folder, named for the
//! ledger and not for its place, which stays when its whole folder is put back, and knows a copy that is used
//! elsewhere. The ledger is durable before the mark is written: a mark may lag behind (it is not waited for), and never
//! runs ahead. A ledger without a mark is taken as it is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::place::sibling;
use crate::files;
use crate::ledger::error::Error;

/// What a mark begins with.
const KIND: &str = "caseload-ledger";
/// Longer than any mark.
const LONGEST: u64 = 256;

/// The marks of one ledger.
pub struct Marks {
    identity: String,
    paths: Vec<PathBuf>,
    /// Opened when the first generation is written: who changes nothing leaves no mark.
    files: Vec<File>,
}

/// How far a newer ledger had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newer {
    pub generation: u64,
    /// When it last wrote something down, in milliseconds since 1970-01-01 UTC.
    pub written_ms: Option<i64>,
}

impl Marks {
    /// The ledger is known by its secret, of which the marks hold a hash.
    pub fn of(path: &Path, state: Option<&Path>, secret: &[u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(KIND).chain_update(secret).finalize();
        let identity = short_hex(&digest);
        let mut paths = vec![sibling(path, ".mark")];
        paths.extend(state.map(|state| state.join(format!("{identity}.mark"))));
        Self { identity, paths, files: Vec::new() }
    }

    /// Marks of a ledger that leaves none.
    #[cfg(test)]
    pub fn none() -> Self {
        Self { identity: String::new(), paths: Vec::new(), files: Vec::new() }
    }

    /// The highest generation that a mark of this ledger tells.
    pub fn highest(&self) -> Option<Newer> {
        let marks = self.paths.iter().filter_map(|path| {
            let text = files::read_text(path, LONGEST).ok()?;
            let generation = self.read(&text)?;
            Some(Newer { generation, written_ms: modified_ms(path) })
        });
        marks.max_by_key(|mark| mark.generation)
    }

    /// The generation, if the text is whole and about this ledger.
    fn read(&self, text: &str) -> Option<u64> {
        let mut words = text.strip_suffix('\n')?.split(' ');
        (words.next() == Some(KIND) && words.next() == Some(&self.identity)).then_some(())?;
        words.next()?.parse().ok()
    }

    /// Writes a generation down. A mark that cannot be written lags behind, which takes nothing from the ledger.
    pub fn write(&mut self, generation: u64) {
        if self.files.is_empty() {
            self.files = self.paths.iter().filter_map(|path| files::open_or_create(path).ok()).collect();
        }
        // Always as long as before: it is whole whenever it is read.
        let text = format!("{KIND} {} {generation:020}\n", self.identity);
        for file in &self.files {
            let _ = write_at_start(file, text.as_bytes());
        }
    }

    /// The marks are on the disk: they are about to be relied on.
    pub fn sync(&self) {
        for file in &self.files {
            let _ = file.sync_all();
        }
    }
}

/// How far a ledger has come.
pub fn generation(connection: &Connection) -> Result<u64, Error> {
    let own: i64 = connection.prepare_cached("SELECT number FROM generation")?.query_row([], |row| row.get(0))?;
    Ok(own.unsigned_abs())
}

/// Counts a ledger's generation up, within the transaction that makes it newer.
pub fn advance(connection: &Connection) -> Result<(), Error> {
    connection.prepare_cached("UPDATE generation SET number = number + 1")?.execute([])?;
    Ok(())
}

/// Makes a ledger the newest.
pub fn set(connection: &Connection, generation: u64) -> Result<(), Error> {
    connection.execute("UPDATE generation SET number = ?1", [generation.cast_signed()])?;
    Ok(())
}

/// The first 128 bits of a digest, as a file may be called.
pub fn short_hex(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(unix)]
fn write_at_start(file: &File, bytes: &[u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, 0)
}

#[cfg(not(unix))]
fn write_at_start(mut file: &File, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::{Seek as _, Write as _};
    file.seek(std::io::SeekFrom::Start(0))?;
    file.write_all(bytes)
}

fn modified_ms(path: &Path) -> Option<i64> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    modified.duration_since(std::time::UNIX_EPOCH).ok().map(|since| since.as_millis() as i64)
}
