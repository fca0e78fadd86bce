//! The mark outside the ledger that tells how far it had come, so that an older copy of it is known for one.
//!
//! Every group of steps that a run commits counts the ledger's generation up, and then writes it into two small files:
//! one beside the ledger, which stays when the ledger alone is put back, and one in the state folder, named for the
//! ledger and not for its place, which stays when its whole folder is put back, and knows a copy that is used
//! elsewhere. The ledger is durable before the mark is written: a mark may lag behind (it is not waited for), and never
//! runs ahead. A ledger without a mark is taken as it is. A mark is written in its place, and whoever reads it meanwhile
//! may find half of it: a check at its end tells, and half a mark is none.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::place::sibling;
use crate::files;
use crate::keyed::hex;
use crate::ledger::error::Error;

/// What a mark begins with.
const KIND: &str = "caseload-ledger";
/// Longer than any mark.
const LONGEST: u64 = 256;
/// So many characters tell a whole mark from half of one.
const CHECK: usize = 8;

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
    /// How often it had been written by then.
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
        let (line, _) = text.split_once('\n')?;
        // A program from before writes no check.
        let (said, check) = match line.rsplit_once(' ')? {
            (said, check) if check.len() == CHECK => (said, Some(check)),
            _ => (line, None),
        };
        check.is_none_or(|check| check == check_of(said)).then_some(())?;
        let (name, generation) = said.rsplit_once(' ')?;
        (name == self.name()).then_some(())?;
        generation.parse().ok()
    }

    /// What a mark of this ledger begins with.
    fn name(&self) -> String {
        format!("{KIND} {}", self.identity)
    }

    /// Always as long as before, so that nothing of an earlier mark is left behind it.
    fn text(&self, generation: u64) -> String {
        let said = format!("{} {generation:020}", self.name());
        let check = check_of(&said);
        format!("{said} {check}\n")
    }

    /// Writes a generation down. A mark that cannot be written lags behind, which takes nothing from the ledger.
    pub fn write(&mut self, generation: u64) {
        if self.files.is_empty() {
            self.files = self.paths.iter().filter_map(|path| files::open_or_create(path).ok()).collect();
        }
        let text = self.text(generation);
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
    hex(&digest[..16])
}

fn check_of(said: &str) -> String {
    hex(&Sha256::digest(said)[..CHECK / 2])
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

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        Marks::of(Path::new("ledger.db"), None, &[1; 32])
    }

    #[test]
    fn a_mark_tells_its_generation_and_one_of_another_ledger_tells_nothing() {
        let marks = marks();
        for generation in [0, 9, 199, u64::MAX] {
            assert_eq!(marks.read(&marks.text(generation)), Some(generation));
        }
        let other = Marks::of(Path::new("ledger.db"), None, &[2; 32]);
        assert_eq!(marks.read(&other.text(7)), None);
        assert_eq!(marks.read(""), None);
    }

    #[test]
    fn half_a_mark_is_none() {
        let marks = marks();
        for (old, new) in [(199, 200), (0, 1), (999_999, 1_000_000), (12_345, 67_890)] {
            let (old, new) = (marks.text(old), marks.text(new));
            let whole = [marks.read(&old), marks.read(&new)];
            for at in 0..=old.len() {
                for torn in [format!("{}{}", &new[..at], &old[at..]), format!("{}{}", &old[..at], &new[at..])] {
                    let read = marks.read(&torn);
                    assert!(read.is_none() || whole.contains(&read), "{torn:?} is read as {read:?}");
                }
                assert!(at == old.len() || marks.read(&old[..at]).is_none(), "{:?}", &old[..at]);
            }
        }
    }

    #[test]
    fn a_mark_of_a_program_from_before_is_read_also_where_it_was_written_over_a_newer_one() {
        let marks = marks();
        let before = format!("{KIND} {} {:020}\n", marks.identity, 42);
        assert_eq!(marks.read(&before), Some(42));
        let over = format!("{before}{}", &marks.text(41)[before.len()..]);
        assert_eq!(marks.read(&over), Some(42));
    }
}
