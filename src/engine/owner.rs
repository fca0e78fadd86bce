//! Whose a file is, and who may change it. The model is git's `safe.directory`, and what sshd asks of its files.

use std::fs::Metadata;
use std::path::Path;

/// Why a file is not this user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreign {
    /// It belongs to another person.
    Owned,
    /// Others may write it.
    Writable,
    /// Nobody can tell.
    Untold,
}

/// Whether a file, or a link, belongs to this user or to root.
pub fn is_ours(found: &Metadata) -> bool {
    imp::foreign_owner(found).is_none()
}

/// The name of a file's owner, or the number where there is none.
pub fn owner_of(found: &Metadata) -> String {
    imp::owner_of(found)
}

/// Whether what a file says is this user's own word: the file and its folder belong to this user or to root, and no
/// other person may write them. A link counts with the folder that it lies in, and with the file that it leads to.
/// `opened` is what is known of the file by its handle; `home` is the user's own folder, for systems that tell no owner.
///
/// # Errors
/// What stands against it.
pub fn is_own_word(path: &Path, opened: &Metadata, home: Option<&Path>) -> Result<(), Foreign> {
    imp::is_own_word(path, opened, home)
}

#[cfg(unix)]
mod imp {
    use std::fs::{self, Metadata};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::Foreign;

    const GROUP_MAY_WRITE: u32 = 0o020;
    const OTHERS_MAY_WRITE: u32 = 0o002;

    pub fn foreign_owner(found: &Metadata) -> Option<u32> {
        let owner = found.uid();
        (owner != 0 && owner != rustix::process::geteuid().as_raw()).then_some(owner)
    }

    pub fn is_own_word(path: &Path, opened: &Metadata, _: Option<&Path>) -> Result<(), Foreign> {
        let untold = |_| Foreign::Untold;
        let path = std::path::absolute(path).map_err(untold)?;
        let real = fs::canonicalize(&path).map_err(untold)?;
        judge(opened, &real)?;
        let link = fs::symlink_metadata(&path).map_err(untold)?;
        if foreign_owner(&link).is_some() {
            return Err(Foreign::Owned);
        }
        for folder in [path.parent(), real.parent()].into_iter().flatten() {
            judge(&fs::metadata(folder).map_err(untold)?, folder)?;
        }
        Ok(())
    }

    fn judge(found: &Metadata, place: &Path) -> Result<(), Foreign> {
        if foreign_owner(found).is_some() {
            return Err(Foreign::Owned);
        }
        let by_group = found.mode() & GROUP_MAY_WRITE != 0 && (has_list(place) || !is_private_group(found.gid()));
        if by_group || found.mode() & OTHERS_MAY_WRITE != 0 { Err(Foreign::Writable) } else { Ok(()) }
    }

    /// Whether an access list stands behind the bits of the group: then they may mean anybody.
    #[cfg(target_os = "linux")]
    fn has_list(place: &Path) -> bool {
        let mut nothing: [u8; 0] = [];
        rustix::fs::getxattr(place, "system.posix_acl_access", &mut nothing).is_ok()
    }

    #[cfg(not(target_os = "linux"))]
    fn has_list(_: &Path) -> bool {
        false
    }

    /// Whether this user is the only member of a group, by the files of this machine. A group that they do not know
    /// may have anybody in it.
    fn is_private_group(group: u32) -> bool {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let me = rustix::process::geteuid().as_raw();
        is_only_member(&read("/etc/passwd"), &read("/etc/group"), me, group)
    }

    pub(super) fn is_only_member(people: &str, groups: &str, me: u32, group: u32) -> bool {
        let me_by_name = people.lines().find(|line| field(line, 2) == Some(me)).and_then(|line| line.split(':').next());
        let mut others = people.lines().filter(|line| field(line, 3) == Some(group) && field(line, 2) != Some(me));
        let Some(found) = groups.lines().find(|line| field(line, 2) == Some(group)) else { return false };
        let mut members = found.split(':').nth(3).unwrap_or_default().split(',').map(str::trim);
        others.next().is_none() && members.all(|member| member.is_empty() || Some(member) == me_by_name)
    }

    fn field(line: &str, at: usize) -> Option<u32> {
        line.split(':').nth(at)?.trim().parse().ok()
    }

    pub fn owner_of(found: &Metadata) -> String {
        let owner = found.uid();
        let people = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let name = people.lines().find(|line| field(line, 2) == Some(owner)).and_then(|line| line.split(':').next());
        name.map_or_else(|| format!("uid {owner}"), str::to_owned)
    }
}

/// Where no owner can be asked for without a library of the system: what lies below the user's own folder is theirs.
#[cfg(not(unix))]
mod imp {
    use std::fs::{self, Metadata};
    use std::path::Path;

    use super::Foreign;

    pub fn foreign_owner(_: &Metadata) -> Option<u32> {
        None
    }

    pub fn owner_of(_: &Metadata) -> String {
        "?".to_owned()
    }

    pub fn is_own_word(path: &Path, _: &Metadata, home: Option<&Path>) -> Result<(), Foreign> {
        let home = home.and_then(|home| fs::canonicalize(home).ok());
        let real = fs::canonicalize(path).map_err(|_| Foreign::Untold)?;
        if home.is_some_and(|home| real.starts_with(home)) { Ok(()) } else { Err(Foreign::Untold) }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, File, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    const PEOPLE: &str = "root:x:0:0::/root:/bin/sh\nayse:x:1000:1000::/home/ayse:/bin/sh\nali:x:1001:100::/:/bin/sh\n";
    const GROUPS: &str = "root:x:0:\nayse:x:1000:\nown:x:1002:ayse\nusers:x:100:ayse\nteam:x:1003:ayse,ali\n";

    #[test]
    fn a_group_with_one_member_is_that_persons_own() {
        let own = |group| imp::is_only_member(PEOPLE, GROUPS, 1000, group);
        assert!(own(1000) && own(1002));
        // Another's own group of the same number, others in the list, a group that is nowhere told.
        assert!(!own(100) && !own(1003) && !own(4711));
    }

    #[test]
    fn what_others_may_write_is_not_ones_own_word() {
        let word = |path: &Path| is_own_word(path, &File::open(path).unwrap().metadata().unwrap(), None);
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("caseload.toml");
        fs::write(&file, "").unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        mode(&file, 0o644);
        assert_eq!(word(&file), Ok(()));
        mode(&file, 0o646);
        assert_eq!(word(&file), Err(Foreign::Writable));
        mode(&file, 0o600);
        mode(home.path(), 0o1777);
        assert_eq!(word(&file), Err(Foreign::Writable));
        // A link counts with the folder of its file too.
        let other = tempfile::tempdir().unwrap();
        let link = other.path().join("caseload.toml");
        symlink(&file, &link).unwrap();
        assert_eq!(word(&link), Err(Foreign::Writable));
        mode(home.path(), 0o700);
        assert_eq!(word(&link), Ok(()));
    }
}
