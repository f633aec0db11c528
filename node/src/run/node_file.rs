//! `node.json`: how to reach the node that runs on a data directory. There only while it runs.

use std::io;
use std::path::{Path, PathBuf};

use hearth_protocol::id::Id;
use serde::{Deserialize, Serialize};

use crate::directory::write_atomically;

/// What a running node says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFile {
    /// Base address of the API, such as `http://127.0.0.1:7070`.
    pub api: String,
    /// Where other nodes reach it, each ending in `/p2p/…`.
    pub addresses: Vec<String>,
    /// The community.
    pub community: Id,
    /// The organisation.
    pub organisation: Id,
    /// The log's name.
    pub origin: String,
    /// The process.
    pub pid: u32,
}

impl NodeFile {
    /// Reads what a node wrote; none where none runs, or where it is being written.
    pub fn read(path: &Path) -> Option<NodeFile> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }
}

/// The file of this node; it is removed when dropped.
pub(super) struct OwnNodeFile {
    path: PathBuf,
    content: NodeFile,
}

impl OwnNodeFile {
    pub(super) fn new(path: PathBuf, content: NodeFile) -> Self {
        Self { path, content }
    }

    pub(super) fn write(&mut self, addresses: &[String]) -> io::Result<()> {
        self.content.addresses = addresses.to_vec();
        write_atomically(
            &self.path,
            &serde_json::to_vec_pretty(&self.content).expect("text and numbers are JSON"),
        )
    }
}

impl Drop for OwnNodeFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "node.json stays behind");
        }
    }
}
