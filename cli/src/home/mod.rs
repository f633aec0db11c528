//! The member's home: the key that signs, the settings of the client, and what waits to be sent.
//!
//! `member.key` (mode 0600), `client.json`, `outbox/`. The directory itself is made with mode 0700.

mod outbox;
mod settings;

pub(crate) use outbox::{Outbox, OutboxError, Waiting};
pub(crate) use settings::{Settings, SettingsError};

use crate::exit::Failure;
use hearth_node::secret_file::{self, SecretFileError};
use hearth_protocol::sign::SecretKey;
use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};

/// The directory that belongs to one member in one community.
#[derive(Debug, Clone)]
pub(crate) struct MemberHome {
    path: PathBuf,
}

impl MemberHome {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory, for its owner alone.
    pub(crate) fn create(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.path)
    }

    /// Whether a key has been made here.
    pub(crate) fn has_key(&self) -> bool {
        self.key_file().exists()
    }

    /// Makes a new key. An existing one is never overwritten.
    pub(crate) fn make_key(&self) -> Result<SecretKey, SecretFileError> {
        let key = secret_file::generate()?;
        secret_file::write_new(&self.key_file(), &key)?;
        Ok(key)
    }

    /// Keeps a key made elsewhere. An existing one is never overwritten.
    pub(crate) fn keep_key(&self, key: &SecretKey) -> Result<(), SecretFileError> {
        secret_file::write_new(&self.key_file(), key)
    }

    /// The member's key.
    pub(crate) fn key(&self) -> Result<SecretKey, Failure> {
        if !self.has_key() {
            return Err(
                Failure::new(format!("there is no member's key in {}", self.path.display()))
                    .advise("Make one with `hearth init`, or name another home with --home DIR."),
            );
        }
        secret_file::read(&self.key_file()).map_err(Failure::new)
    }

    /// Which node and community this member belongs to; nothing is known before `init` or `found`.
    pub(crate) fn settings(&self) -> Result<Settings, SettingsError> {
        Settings::read(&self.settings_file())
    }

    pub(crate) fn keep_settings(&self, settings: &Settings) -> Result<(), SettingsError> {
        settings.write(&self.settings_file())
    }

    /// What waits for the node.
    pub(crate) fn outbox(&self) -> Result<Outbox, OutboxError> {
        Outbox::open(&self.path.join("outbox"))
    }

    fn key_file(&self) -> PathBuf {
        self.path.join("member.key")
    }

    fn settings_file(&self) -> PathBuf {
        self.path.join("client.json")
    }
}
