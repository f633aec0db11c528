//! Files that are either whole or absent, also after a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Replaces `path` by `bytes`: written beside it, synced, renamed, and the directory synced.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, OpenOptions::new().mode(0o666))
}

/// The same for what only its owner may read.
pub(crate) fn write_privately(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("part");
    // One left over from before could be open to others.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    replace(path, bytes, OpenOptions::new().mode(0o600))
}

fn replace(path: &Path, bytes: &[u8], options: &mut OpenOptions) -> io::Result<()> {
    let fresh = path.with_extension("part");
    let mut file = options.write(true).create(true).truncate(true).open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    sync_directory_of(path)
}

/// Makes renames and removals in the directory of `path` durable.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // Windows has no handle on a directory to sync.
    if cfg!(unix) {
        File::open(parent)?.sync_all()
    } else {
        Ok(())
    }
}
