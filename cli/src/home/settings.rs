//! `client.json`: the node this member talks to, and the community and organisation the member signs for.

use super::following::{read_json, write_json};
use hearth_protocol::entry::Home;
use hearth_protocol::id::Id;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// What the client remembers. Community and organisation are taken from the node once and then held to: a node that
/// names others is not signed for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Base address of the node's API, such as `http://127.0.0.1:7070`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<String>,
    /// The data directory of that node, where it is on this machine: a node that runs says there where it listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) community: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) organisation: Option<Id>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} is not valid: {source}")]
    Damaged {
        path: PathBuf,
        source: serde_json::Error,
    },
}

impl Settings {
    /// Both ids, where they are known.
    pub(crate) fn belongs_to(&self) -> Option<Home> {
        Some(Home {
            community: self.community?,
            organisation: self.organisation?,
        })
    }

    /// Takes both ids.
    pub(crate) fn belong_to(&mut self, home: Home) {
        self.community = Some(home.community);
        self.organisation = Some(home.organisation);
    }

    pub(super) fn read(path: &Path) -> Result<Self, SettingsError> {
        read_json(path)
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), SettingsError> {
        write_json(path, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn settings_are_read_back_and_absent_ones_are_empty() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("client.json");
        assert_eq!(Settings::read(&path).unwrap(), Settings::default());
        let settings = Settings {
            node: Some("http://127.0.0.1:1".into()),
            data: Some("/north".into()),
            community: Some(Id::from_bytes([1; 32])),
            organisation: Some(Id::from_bytes([2; 32])),
        };
        settings.write(&path).unwrap();
        assert_eq!(Settings::read(&path).unwrap(), settings);
        fs::write(&path, "{").unwrap();
        assert!(matches!(
            Settings::read(&path),
            Err(SettingsError::Damaged { .. })
        ));
    }
}
