//! The zip archive of a workbook, and its parts by their paths.

use std::io::BufReader;

use zip::ZipArchive;

use super::metered::Metered;

pub(super) type Archive = ZipArchive<BufReader<Metered>>;

/// A path as it is compared: without regard to case and to the direction of slashes.
pub(super) fn plain_path(path: &str) -> String {
    path.replace('\\', "/").to_ascii_lowercase()
}

/// The index of a part, found as the workbook reader finds it: without regard to case and to the
/// direction of slashes.
pub(super) fn find(archive: &Archive, path: &str) -> Option<usize> {
    let wanted = path.to_ascii_lowercase();
    let same = |name: &str| plain_path(name) == wanted;
    (0..archive.len()).rev().find(|at| archive.name_for_index(*at).and_then(Result::ok).is_some_and(|name| same(&name)))
}
