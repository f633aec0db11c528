//! `following`: the threads and topics this member follows. It is nobody else's business and never leaves the home.

use super::SettingsError;
use crate::durable::write_privately;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

/// What a member follows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Following {
    /// Ids of questions, discussions and resources.
    #[serde(default)]
    pub(crate) threads: BTreeSet<String>,
    #[serde(default)]
    pub(crate) topics: BTreeSet<String>,
}

impl Following {
    /// Whether a thread is followed, by itself or for one of its topics.
    pub(crate) fn holds(&self, thread: &str, topics: &[String]) -> bool {
        self.threads.contains(thread) || topics.iter().any(|topic| self.topics.contains(topic))
    }

    /// Whether nothing is followed.
    pub(crate) fn is_empty(&self) -> bool {
        self.threads.is_empty() && self.topics.is_empty()
    }
}

/// Reads a file of the home that holds JSON; the usual where there is none.
pub(super) fn read_json<T: Default + serde::de::DeserializeOwned>(path: &Path) -> Result<T, SettingsError> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| SettingsError::Damaged {
            path: path.to_owned(),
            source,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(source) => Err(SettingsError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Writes such a file, for its owner alone.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), SettingsError> {
    let text = serde_json::to_vec_pretty(value).expect("ids, numbers and text are always JSON");
    write_privately(path, &text).map_err(|source| SettingsError::Io {
        path: path.to_owned(),
        source,
    })
}
