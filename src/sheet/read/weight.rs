//! Decides whether the parts of a workbook are small enough to be opened, whatever the archive says of their sizes.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::archive::{Archive, find};
use super::elements::attribute;
use super::scan::{Scan, Seen};
use super::slice::CHUNK;
use super::trouble::Trouble;

/// Inflated bytes of a part that is read whole: structure, styles.
const LARGEST_PART: u64 = 64 * 1024 * 1024;
/// Inflated bytes of any part.
const LARGEST: u64 = 4 * 1024 * 1024 * 1024;
/// What all parts together may inflate to, however small the file; and, for more, how many times the file.
const FREE: u64 = 128 * 1024 * 1024;
const TIMES: u64 = 100;
/// Elements of a part that is read whole: relations, sheets, names.
const MOST_ELEMENTS: u64 = 500_000;
/// Bytes in memory of all shared texts, and beside each one's own letters.
const MOST_OF_TEXTS: u64 = 400 * 1024 * 1024;
const BESIDE_A_TEXT: u64 = 40;
/// Bytes of the shortest text in its part.
const SHORTEST_TEXT: u64 = "<si/>".len() as u64;
/// How many times its size a part can inflate to: no more is possible in Deflate.
const MOST_TIMES: u64 = 1032;
/// Cell formats: a third more than Excel itself allows. And bytes in memory of all of them, each as long as can be.
const MOST_FORMATS: u64 = 87_000;
const MOST_OF_FORMATS: u64 = 256 * 1024 * 1024;

/// How much the parts of a file have inflated to: a small file that inflates to much is made to harm.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    spent: u64,
    /// The indexes in the archive of the parts that were scanned whole.
    scanned: Vec<usize>,
}

impl Budget {
    /// For a file of so many bytes.
    pub fn of(file: u64) -> Self {
        Self { most: FREE.max(file.saturating_mul(TIMES)), spent: 0, scanned: Vec::new() }
    }

    /// Counts what a part inflated to.
    pub fn spend(&mut self, count: u64, path: &str) -> Result<(), Trouble> {
        self.spent += count;
        if self.spent > self.most { Err(Trouble::TooLarge(path.to_owned())) } else { Ok(()) }
    }

    pub fn has_scanned(&self, index: usize) -> bool {
        self.scanned.contains(&index)
    }

    /// Scans a part, and tells after each chunk what was seen until then. A part that is not there gives nothing.
    pub fn survey(
        &mut self,
        archive: &mut Archive,
        path: &str,
        mut tell: impl FnMut(&Seen) -> Result<(), Trouble>,
    ) -> Result<Option<Seen>, Trouble> {
        let Some(index) = find(archive, path) else { return Ok(None) };
        let mut part = archive.by_index(index)?;
        let mut scan = Scan::new(path);
        let mut chunk = vec![0; CHUNK];
        let mut size = 0;
        loop {
            let count = part.read(&mut chunk)? as u64;
            if count == 0 {
                self.scanned.push(index);
                return scan.end().map(Some);
            }
            scan.pass(&chunk[..count as usize])?;
            size += count;
            self.spend(count, path)?;
            if size > LARGEST {
                return Err(Trouble::TooLarge(path.to_owned()));
            }
            tell(scan.seen())?;
        }
    }
}

pub(super) fn text_of(archive: &mut Archive, budget: &mut Budget, path: &str) -> Result<String, Trouble> {
    weigh(archive, budget, path)?.ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
    let index = find(archive, path).ok_or_else(|| Trouble::Damaged(path.to_owned()))?;
    let mut bytes = Vec::new();
    archive.by_index(index)?.take(LARGEST_PART).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Refuses a part that would not fit into memory whole, whatever the archive says of its size.
pub(super) fn weigh(archive: &mut Archive, budget: &mut Budget, path: &str) -> Result<Option<Seen>, Trouble> {
    let seen = budget.survey(archive, path, |_| Ok(()))?;
    match &seen {
        Some(part) if part.bytes > LARGEST_PART || part.elements > MOST_ELEMENTS => {
            Err(Trouble::TooLarge(path.to_owned()))
        }
        _ => Ok(seen),
    }
}

/// The workbook reader makes a format with a font of its own for each style.
pub(super) fn weigh_formats(archive: &mut Archive, budget: &mut Budget, path: &str) -> Result<(), Trouble> {
    let Some(seen) = weigh(archive, budget, path)? else { return Ok(()) };
    if seen.formats > MOST_FORMATS || seen.formats * seen.longest as u64 > MOST_OF_FORMATS {
        return Err(Trouble::TooLarge(path.to_owned()));
    }
    Ok(())
}

/// The shared texts: the workbook reader keeps all of them in memory, and reserves room for as many as the part says
/// it has.
#[derive(Debug)]
pub(super) struct Texts {
    pub path: String,
    said: u64,
    /// There cannot be more, by the size of the part.
    most: u64,
}

impl Texts {
    /// Those of the part at `path`, if it is there.
    pub fn of(archive: &mut Archive, path: String) -> Result<Option<Self>, Trouble> {
        let Some(index) = find(archive, &path) else { return Ok(None) };
        let part = archive.by_index(index)?;
        let most = part.compressed_size().saturating_mul(MOST_TIMES) / SHORTEST_TEXT;
        let mut head = Vec::new();
        part.take(CHUNK as u64).read_to_end(&mut head)?;
        Ok(Some(Self { said: said_count(&String::from_utf8_lossy(&head))?, most, path }))
    }

    /// Whether the reader would reserve room for more than there can be, or than is read.
    pub fn says_too_many(&self) -> bool {
        self.said > self.most || self.fit(self.said, 0).is_err()
    }

    /// Refuses more than fit into memory, by what was seen until now.
    pub fn weigh(&self, seen: &Seen) -> Result<(), Trouble> {
        // Of the part's bytes, all but the tags of each text may be letters.
        self.fit(seen.texts, seen.bytes.saturating_sub(seen.texts * "<si><t></t></si>".len() as u64))
    }

    pub fn lie(&self) -> Trouble {
        Trouble::Damaged(format!("{}: uniqueCount={}", self.path, self.said))
    }

    fn fit(&self, count: u64, letters: u64) -> Result<(), Trouble> {
        if count.saturating_mul(BESIDE_A_TEXT).saturating_add(letters) > MOST_OF_TEXTS {
            return Err(Trouble::TooLarge(self.path.clone()));
        }
        Ok(())
    }
}

fn said_count(head: &str) -> Result<u64, Trouble> {
    let mut reader = Reader::from_str(head);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == "sst" => {
                let said = attribute(&element, "uniqueCount")?;
                // The reader reserves nothing for a count that is not a number.
                return Ok(said.and_then(|said| said.parse().ok()).unwrap_or(0));
            }
            Ok(Event::Eof) | Err(_) => return Err(Trouble::Damaged("sharedStrings.xml".to_owned())),
            Ok(_) => {}
        }
    }
}
