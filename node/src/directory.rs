//! A node's data directory: what lies where.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The directory that belongs to one node: `lock` and `hearth.redb` (the store's), `views.redb`, `search`, `pulses`, `signer`, `identity`,
/// `witness.key`, `config.json`, and `node.json` while the node runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDirectory {
    path: PathBuf,
}

impl DataDirectory {
    /// The directory at `path`, which may not exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a node's store lies here.
    pub fn is_founded(&self) -> bool {
        self.path.join(crate::store::DATABASE_FILE).exists()
    }

    /// The signer file with the log's secret key.
    pub fn signer(&self) -> PathBuf {
        self.path.join("signer")
    }

    /// The libp2p key.
    pub fn identity(&self) -> PathBuf {
        self.path.join("identity")
    }

    /// The key that cosigns the others' checkpoints.
    pub fn witness_key(&self) -> PathBuf {
        self.path.join("witness.key")
    }

    /// Issuers' keys and collected answers of open pulses.
    pub fn pulses(&self) -> PathBuf {
        self.path.join("pulses")
    }

    /// What `run` does where its options say nothing.
    pub fn config(&self) -> PathBuf {
        self.path.join("config.json")
    }

    /// Where a running node says how to reach it.
    pub fn node(&self) -> PathBuf {
        self.path.join("node.json")
    }

    /// Where the log's next key is put when the directory is made: beside it, so that it is easily moved off the disk and
    /// never part of a copy of the directory.
    pub fn next_key(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".next-key");
        self.path.with_file_name(name)
    }
}

/// Replaces a file whole: a reader sees the old text or the new, and after a crash one of both is there.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let mut file = std::fs::File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)
}
