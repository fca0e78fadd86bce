//! Where a ledger may lie: on a disk of this machine, under one name. Over a network two machines do not see each
//! other's locks and a sync is not always one, and the locks and the log are named for the file: who comes by another
//! name does not see them. All promises of the ledger rest on them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ledger::error::Error;
use crate::owner;

/// What `statfs` calls the file systems of networks, and those that bring another machine's files into this one
/// (linux/magic.h and the modules' own sources).
#[cfg(target_os = "linux")]
const REMOTE: [(u32, &str); 10] = [
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x0102_1997, "9p"),
    (0x00c3_6400, "ceph"),
    (0x5346_414f, "afs"),
    (0x6b41_4653, "kafs"),
    (0x7375_7245, "coda"),
    (0x564c, "ncp"),
];

/// The name by which the file is locked: its own, where `path` is a link to it.
///
/// # Errors
/// [`Error::StrangeLink`] where the link leads nowhere, or where it or its file is another person's;
/// [`Error::TwoNames`] where no name is its own, for there is a hard link to it.
pub fn own_name(path: &Path) -> Result<PathBuf, Error> {
    let own = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            let target = fs::metadata(path).map_err(|_| Error::StrangeLink(path.to_owned()))?;
            if !owner::is_ours(&found) || !owner::is_ours(&target) {
                return Err(Error::StrangeLink(path.to_owned()));
            }
            fs::canonicalize(path)?
        }
        _ => path.to_owned(),
    };
    #[cfg(unix)]
    if fs::metadata(&own).is_ok_and(|found| std::os::unix::fs::MetadataExt::nlink(&found) > 1) {
        return Err(Error::TwoNames);
    }
    for ending in ["-wal", "-shm", "-journal", ".lock"] {
        let beside = sibling(&own, ending);
        if beside.is_symlink() {
            return Err(Error::Link(beside));
        }
    }
    Ok(own)
}

/// A file beside the ledger, by what follows its name.
pub fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(ending);
    path.with_file_name(name)
}

/// # Errors
/// [`Error::Remote`] where the folder is known to lie on a network. What cannot be asked is taken for local.
pub fn is_local(folder: &Path) -> Result<(), Error> {
    match remote(folder) {
        Some(kind) => Err(Error::Remote(kind)),
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn remote(folder: &Path) -> Option<&'static str> {
    named(rustix::fs::statfs(folder).ok()?.f_type as u32)
}

#[cfg(not(target_os = "linux"))]
fn remote(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(target_os = "linux")]
fn named(magic: u32) -> Option<&'static str> {
    REMOTE.iter().find(|(remote, _)| *remote == magic).map(|(_, name)| *name)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_on_a_network_is_refused_and_one_on_a_disk_is_not() {
        assert_eq!(named(0x6969), Some("nfs"));
        assert_eq!(named(0xff53_4d42), Some("cifs"));
        // ext4, tmpfs, overlay, FUSE, of which one cannot know.
        for local in [0xef53, 0x0102_1994, 0x794c_7630, 0x6573_5546] {
            assert_eq!(named(local), None);
        }
        is_local(tempfile::tempdir().unwrap().path()).unwrap();
        is_local(Path::new("/nowhere/at/all")).unwrap();
    }
}
