//! `config.json`: how a node runs where the command line says nothing.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::directory::write_atomically;

/// The settings of a node. Unknown ones are refused, so that a misspelt one is noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where other nodes reach this one (multiaddresses).
    pub listen: Vec<String>,
    /// Where the organisation's own people reach it. Loopback unless somebody decides otherwise.
    pub api: SocketAddr,
    /// Names besides the address itself under which the API may be asked for.
    pub hosts: Vec<String>,
    /// Nodes to call besides those that the charters name.
    pub peers: Vec<String>,
    /// Look for nodes on the local network (mDNS).
    pub lan: bool,
    /// Least time between two checkpoints offered to witnesses and peers, in milliseconds.
    pub offer_every_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: vec![
                "/ip4/0.0.0.0/tcp/4001".into(),
                "/ip4/0.0.0.0/udp/4001/quic-v1".into(),
            ],
            api: SocketAddr::from(([127, 0, 0, 1], 7070)),
            hosts: Vec::new(),
            peers: Vec::new(),
            lan: false,
            offer_every_ms: 10_000,
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else.
    #[error("{path}: {source}", path = path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
}

impl Config {
    /// Reads the settings; the usual ones where there is no file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| ConfigError::Content {
                path: path.into(),
                source,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::File {
                path: path.into(),
                source,
            }),
        }
    }

    /// Keeps the settings.
    pub fn write(&self, path: &Path) -> Result<(), ConfigError> {
        let text = serde_json::to_vec_pretty(self).expect("text and numbers are JSON");
        write_atomically(path, &text).map_err(|source| ConfigError::File {
            path: path.into(),
            source,
        })
    }
}
