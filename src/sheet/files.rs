//! Opens files safely, whatever somebody has put in their place. A file is made new and private, never through a link.
//! A file that is read whole is a regular one, within a limit; a pipe or a device is refused.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Makes a file that only this user may read.
///
/// # Errors
/// Something has that name already, even a link that leads nowhere.
pub fn create_new(path: &Path) -> io::Result<File> {
    private().write(true).create_new(true).open(path)
}

/// Opens a file to write, or makes it, private. What it holds stays.
///
/// # Errors
/// A link has that name, or something that is not a regular file.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    regular(private().read(true).write(true).create(true).truncate(false).open(path)?, path)
}

/// Opens a file to add to its end, or makes it, private.
///
/// # Errors
/// As [`open_or_create`].
pub fn append(path: &Path) -> io::Result<File> {
    regular(private().append(true).create(true).open(path)?, path)
}

/// The whole text of a regular file, by a link too.
///
/// # Errors
/// A file that cannot be read, is not a regular one, is larger than `most` bytes, or is not UTF-8.
pub fn read_text(path: &Path, most: u64) -> io::Result<String> {
    let bytes = read(path, most)?;
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// The whole of a regular file, by a link too.
///
/// # Errors
/// As [`read_text`], except for UTF-8.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    read_opened(open(path)?, most)
}

/// Opens a regular file to read, by a link too. A pipe is not waited for.
///
/// # Errors
/// A file that cannot be opened, or is not a regular one.
pub fn open(path: &Path) -> io::Result<File> {
    // Asked of the path first: some devices do something when they are opened.
    if !fs::metadata(path)?.is_file() {
        return Err(not_a_file());
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    custom(&mut options, rustix::fs::OFlags::NONBLOCK);
    regular(options.open(path)?, path)
}

/// The rest of an opened file.
///
/// # Errors
/// It holds more than `most` bytes.
pub fn read_opened(file: File, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {} MiB", most >> 20)));
    }
    Ok(bytes)
}

/// Makes a folder with those above it, for this user alone; one that is there stays as it is.
///
/// # Errors
/// A folder that cannot be made.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The last part of a path, as people name a file.
pub fn base_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Whether opening failed because a link stands in the place.
#[cfg(unix)]
pub fn is_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// Elsewhere what was opened by a link is told as no regular file.
#[cfg(not(unix))]
pub fn is_link(_: &io::Error) -> bool {
    false
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        custom(&mut options, rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK);
    }
    options
}

#[cfg(unix)]
fn custom(options: &mut OpenOptions, flags: rustix::fs::OFlags) {
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
}

fn regular(file: File, path: &Path) -> io::Result<File> {
    // Where no flag keeps links from being followed, what was opened is compared with what is there.
    let followed = cfg!(not(unix)) && fs::symlink_metadata(path)?.is_symlink();
    if file.metadata()?.is_file() && !followed { Ok(file) } else { Err(not_a_file()) }
}

fn not_a_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_whole_is_a_regular_file_of_a_size_that_fits() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "0123456789").unwrap();
        assert_eq!(read_text(&file, 10).unwrap(), "0123456789");
        assert_eq!(read_text(&file, 9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(read_text(folder.path(), 10).unwrap_err().to_string().contains("regular file"));
        fs::write(&file, b"\xff").unwrap();
        assert!(read_text(&file, 10).unwrap_err().to_string().contains("UTF-8"));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_made_or_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (precious, link, nowhere) =
            (folder.path().join("precious"), folder.path().join("link"), folder.path().join("nowhere"));
        fs::write(&precious, "precious").unwrap();
        std::os::unix::fs::symlink(&precious, &link).unwrap();
        std::os::unix::fs::symlink(folder.path().join("none"), &nowhere).unwrap();
        for path in [&link, &nowhere] {
            assert!(is_link(&open_or_create(path).unwrap_err()));
            assert!(is_link(&append(path).unwrap_err()));
            assert_eq!(create_new(path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        }
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
        assert!(!folder.path().join("none").exists());
        assert_eq!(read_text(&link, 10).unwrap(), "precious", "to read, a link is followed");
    }
}
